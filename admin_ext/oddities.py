"""What is odd about a stored document as a whole, in words.

Odd values are marked where they are shown; this is what no single field shows.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bson import ObjectId
from django.template.defaultfilters import filesizeformat
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from mongoengine import fields as me
from mongoengine.base import BaseDocument

from . import references
from .changesets import MISSING
from .cuts import number_of, size_of
from .hydration import named_class, shown_son
from .marks import type_name
from .undeclared import undeclared

# A text or binary value of more bytes, and a list of more members, is large.
LARGE_VALUE = 1_000_000
LONG_LIST = 1_000

# So many names are told.
MAX_NAMES = 5

# Where a row of a list keeps the names of its undeclared keys.
UNDECLARED = "_undeclared_keys"

# What values of a field are in BSON; others are converted or shown as they are.
CONTAINERS = (
    (me.EmbeddedDocumentField, dict),
    (me.GenericEmbeddedDocumentField, dict),
    (me.ListField, list),
    (me.DictField, dict),
)
CONTAINER_FIELDS = tuple(kind for kind, _expected in CONTAINERS)

# Types of values that are never large.
SMALL = frozenset({bool, int, float, datetime, ObjectId})


def oddities(document: BaseDocument) -> list[str]:
    """Return what is odd about a loaded document, one sentence for each.

    Of a row of a list that is what is odd in what was fetched of it.
    """
    stored = shown_son(document)
    return [] if stored is None else list(_oddities(document, stored))


def _oddities(document: BaseDocument, stored: dict) -> Iterator[str]:
    yield from _about_class(document, stored)
    yield from _about_keys(document)
    fields, names = document._fields, document._reverse_db_field_map
    with references.lending(document):
        values = {
            names[key]: stored[key]
            for key in references.seen_keys(document)
            if key in names and key in stored
        }
        found = {
            name
            for name, value in values.items()
            if value is not None and not is_plain(fields[name], value)
        }
        # In the order in which they are declared.
        for name in fields if found else ():
            if name in found:
                yield from _about_value(name, fields[name], values[name])


def is_plain(field: Any, value: Any) -> bool:
    """Tell what most values of a list are: small, and of no field of containers."""
    kind = type(value)
    # A character has at most four bytes.
    is_small = len(value) * 4 <= LARGE_VALUE if kind is str else kind in SMALL
    return is_small and not isinstance(field, CONTAINER_FIELDS)


def _about_class(document: BaseDocument, stored: dict) -> Iterator[str]:
    name = stored.get("_cls", MISSING)
    if name is MISSING:
        # mongoengine itself would not find it.
        if document._meta.get("allow_inheritance"):
            yield _("It does not say of which class it is.")
    elif named_class(name) is None:
        yield _("Its class “%(name)s” is not known.") % {"name": name}


def _about_keys(document: BaseDocument) -> Iterator[str]:
    """Tell of undeclared keys where the Document says that there are none."""
    if document._dynamic or not document._meta.get("strict", True):
        return
    keys = document.__dict__.get(UNDECLARED)
    if keys is None:
        keys = [*undeclared(document)]
    if keys:
        yield _("Keys that are not declared: %(keys)s.") % {"keys": _listed(keys)}


def _listed(names: list[str]) -> str:
    more = [_("others")] if len(names) > MAX_NAMES else []
    return get_text_list([*names[:MAX_NAMES], *more], _("and"))


def _about_value(name: str, field: Any, value: Any) -> Iterator[str]:
    for kind, expected in CONTAINERS:
        if isinstance(field, kind) and not isinstance(value, expected):
            words = {"name": name, "type": type_name(value)}
            yield _("%(name)s holds something else: %(type)s.") % words
            return
    if isinstance(value, str | bytes) and size_of(value) > LARGE_VALUE:
        words = {"name": name, "size": filesizeformat(size_of(value))}
        yield _("%(name)s is large: %(size)s.") % words
    elif isinstance(value, list) and number_of(value) > LONG_LIST:
        words = {"name": name, "number": localize(number_of(value))}
        yield _("%(name)s has %(number)s members.") % words


def details(document: BaseDocument) -> SafeString | str:
    """Return a word that opens to what is odd about ``document``, or ""."""
    found = oddities(document)
    if not found:
        return ""
    return format_html(
        '<details class="admin-ext odd-document"><summary>{}</summary>{}</details>',
        _("odd"),
        listing(found),
    )


def listing(sentences: list[str]) -> SafeString:
    """Return sentences as an HTML list."""
    items = format_html_join("", "<li>{}</li>", ((each,) for each in sentences))
    return format_html("<ul>{}</ul>", items)
