"""What texts are: addresses, ids, dates, or prose."""

import re
from collections.abc import Callable
from uuid import UUID

import mongoengine
from bson import ObjectId

from admin_ext.introspection.bson_types import STRING
from admin_ext.introspection.models import Field, Meaning
from admin_ext.introspection.profile import MAX_TEXT, Profile

from .dates import date_format
from .lattice import FITTING
from .personal import is_personal
from .words import percent, quoted

# Longer ones are prose, as are those with a line break.
SHORT = 150

_UUID = re.compile(r"\{?[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\}?")


def _accepts(field: mongoengine.StringField) -> Callable[[str], bool]:
    def accepts(text: str) -> bool:
        try:
            field.validate(text)
        except mongoengine.ValidationError:
            return False
        return True

    return accepts


is_email = _accepts(mongoengine.EmailField())
is_url = _accepts(mongoengine.URLField())


def is_uuid(text: str) -> bool:
    """Tell whether a text is a UUID with hyphens."""
    return _UUID.fullmatch(text) is not None and bool(UUID(text))


def is_object_id(text: str) -> bool:
    """Tell whether a text is the hexadecimal one of an ObjectId."""
    return len(text) == 24 and ObjectId.is_valid(text) and not text.isdigit()


# (which texts, the class of mongoengine, what they are, in words)
TESTS = (
    (is_email, "EmailField", Meaning.EMAIL, "e-mail addresses"),
    (is_url, "URLField", Meaning.URL, "web addresses"),
    (is_uuid, "StringField", Meaning.UUID_TEXT, "UUIDs"),
    (is_object_id, "StringField", Meaning.OBJECT_ID_TEXT, "ObjectIds"),
)


def describe_texts(field: Field) -> None:
    """Set the kind and the meaning of a field of texts, with doubts."""
    texts = texts_of(field.profile)
    for fits, kind, meaning, words in TESTS:
        # Most fields are none of these: a few values tell.
        if not texts or not any(map(fits, texts[:20])):
            continue
        others = [each for each in texts if not fits(each)]
        if len(others) <= (1 - FITTING) * len(texts):
            field.kind, field.meaning = kind, meaning
            if others:
                share = percent(len(others), len(texts))
                # What stands for somebody's address may be the name.
                is_open = meaning is not Meaning.EMAIL and not is_personal(field.path)
                which = f": {quoted(others)}" if is_open else ""
                field.doubts.append(f"{share} are no {words}{which}.")
            return
    form = date_format(texts)
    if form:
        field.meaning = Meaning.DATE_TEXT
        which = "" if is_personal(field.path) else f', as "{texts[0][:40]}"'
        field.doubts.append(f"Dates kept as text ({form}){which}.")
    elif is_long(field.profile, texts):
        field.meaning = Meaning.LONG_TEXT


def texts_of(profile: Profile) -> list[str]:
    """Return the texts of the sample that are not empty."""
    return [each for each in profile.sample if isinstance(each, str) and each.strip()]


def is_long(profile: Profile, texts: list[str]) -> bool:
    """Tell whether people need several lines for these texts."""
    if any("\n" in each.strip() for each in texts):
        return True
    return (
        profile.types[STRING] > 0
        and profile.high.get("length", 0) > SHORT
        and any(" " in each for each in texts if len(each) >= min(SHORT, MAX_TEXT))
    )
