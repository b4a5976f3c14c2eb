"""Names in Python for the keys of documents, as inspectdb makes them for columns.

mongoengine reads a document into {name: value} in place: a name must not be the stored
key of another field, nor an attribute of its classes.
"""

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

import django_mongoengine
import mongoengine
from django.db import models

# What the body of a generated class uses before, between and after its fields.
_OF_BODIES = {"fields", "meta", "reads", "describe", "property", "_"}

# In the paths of lookups mongoengine takes it for the key.
_OF_PATHS = {"pk"}

# Documents are made by keyword.
_OF_CALLS = {"self"}

# Names that look like numbers, which linters refuse.
_MISTAKABLE = {"l"}


def _public(cls: type) -> set[str]:
    return {name for name in dir(cls) if not name.startswith("_")}


OF_EMBEDDED = frozenset(
    _OF_BODIES
    | _OF_PATHS
    | _OF_CALLS
    | _MISTAKABLE
    | _public(mongoengine.EmbeddedDocument)
    | _public(django_mongoengine.EmbeddedDocument)
)
OF_DOCUMENTS = frozenset(
    OF_EMBEDDED
    | {"id", "pk"}
    | _public(mongoengine.Document)
    | _public(django_mongoengine.Document)
    | (_public(models.Model) - {"check"})
)

# What generated modules import or define beside the classes.
_BESIDE = {
    *("Binary", "DBRef", "DatetimeMS", "Decimal", "Decimal128", "MaxKey", "MinKey"),
    *("ObjectId", "Regex", "Timestamp", "UUID", "UTC", "ReadOnlyMixin"),
    *("SecretsMixin", "DocumentAdmin", "EmbeddedStackedInline"),
    "EmbeddedTabularInline",
}

OF_MODULES = frozenset(
    {name for name in dir(builtins) if not name.startswith("_")}
    | _public(django_mongoengine)
    | _public(mongoengine)
    | _BESIDE
    | {"Truncator", "Meta", "Field"}
)

# Names are cut to so many columns.
MAX_WIDTH = 40

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|\d+|[^\W\d_A-Z]+|[A-Z]", re.UNICODE)


def words_of(stored: str) -> list[str]:
    """Return the words of a key in lower case: "hashedPassword" has two.

    Digits belong to the word before them: "street1", "iso8601_date".
    """
    found: list[str] = []
    end = -1
    text = unicodedata.normalize("NFKC", stored)
    for match in _WORDS.finditer(text):
        word = match.group().lower()
        if found and word.isdigit() and match.start() == end:
            found[-1] += word
        else:
            found.append(word)
        end = match.end()
    return found


def shortened(name: str) -> str:
    """Return as much of a name as a line of code has room for."""
    room = MAX_WIDTH
    for place, letter in enumerate(name):
        # Letters of other scripts may be twice as wide.
        room -= 1 if letter.isascii() else 2
        if room < 0:
            return name[:place].rstrip("_")
    return name


def python_name(stored: str, reserved: Iterable[str] = OF_DOCUMENTS) -> str:
    """Return the name of the field for a key, in Python's style."""
    name = "_".join(words_of(stored)) or "field"
    if name[0].isdigit():
        name = f"number_{name}"
    if not name.isidentifier():
        name = re.sub(r"\W", "_", name).strip("_")
        name = name if name.isidentifier() else "field"
    name = shortened(name)
    if keyword.iskeyword(name) or name in reserved:
        name = f"{name}_field"
    return name


def names_for(keys: list[str], reserved: Iterable[str] = OF_DOCUMENTS) -> dict:
    """Return {key: name}: all different, and none the stored key of another.

    A key whose name is the key itself comes first; the others get a number.
    """
    wanted = {key: python_name(key, reserved) for key in keys}
    stored, taken = {*keys}, {key for key in keys if wanted[key] == key}
    result = {}
    for key in keys:
        name, number = wanted[key], 1
        while name != key and (name in taken or name in stored):
            number += 1
            name = f"{wanted[key]}_{number}"
        taken.add(name)
        result[key] = name
    return result


def names_of_keys(keys: Iterable[str], *, is_embedded: bool) -> dict[str, str]:
    """Return {key: name of its field} for the keys of a class.

    ``_cls`` is mongoengine's own, and so is the ``_id`` of Documents.
    """
    own = {"_cls"} if is_embedded else {"_cls", "_id"}
    reserved = OF_EMBEDDED if is_embedded else OF_DOCUMENTS
    return names_for([key for key in keys if key not in own], reserved)
