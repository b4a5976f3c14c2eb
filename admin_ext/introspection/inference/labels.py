"""The field that tells documents apart to people."""

import re

from admin_ext.introspection.bson_types import NULL, STRING
from admin_ext.introspection.models import Field, Meaning, Model

from .choices import choices_of
from .names import words_of
from .texts import texts_of

# Names of labels, the best first.
NAMES = (
    *("name", "title", "label", "full_name", "display_name", "username", "user_name"),
    *("login", "email", "subject", "headline", "slug", "code", "number", "sku"),
    *("description", "text", "body", "summary", "key", "url", "type"),
)
MOSTLY = 0.7
# Texts are a label if so many of them are different, or by their name anyway.
DISTINCT = 0.5
MAX_LENGTH = 100

_NEVER = {
    *(Meaning.SECRET, Meaning.UUID_TEXT, Meaning.OBJECT_ID_TEXT, Meaning.URL),
    *(Meaning.DATE_TEXT, Meaning.EPOCH),
}
_TEXTS = {"StringField", "EmailField", "URLField"}
# Numbers that people call things by; and texts that they do not.
_NUMBERED = {"id", "number", "no", "nr", "code"}
# What things have, and are not called by.
_POOR = {
    *("ip", "agent", "path", "phone", "referer", "referrer", "host", "locale", "zip"),
    *("timezone", "currency", "country", "language", "version", "zipcode", "postcode"),
}
# What a program wrote for a program.
_CODED = re.compile(r"\s*[\[{<]")
_DIGEST = re.compile(r"[0-9a-fA-F-]{16,}")


def add_label(model: Model) -> None:
    """Set the field whose value a page shows for a document; None for its key."""
    if model.parent is not None and model.parent.label:
        model.label = model.parent.label
        return
    scored = [
        (_score(field, model), -place, field.name)
        for place, field in enumerate(model.fields)
        if not field.options.get("primary_key")
    ]
    best = max((each for each in scored if each[0] > 0), default=None)
    model.label = best[2] if best else None


def _score(field: Field, model: Model) -> float:
    """Return how good a label a field is; 0 for none."""
    if field.meaning in _NEVER or _filled(field) < MOSTLY:
        return 0
    if field.kind == "IntField":
        return 0 if model.is_embedded else _of_number(field)
    texts = texts_of(field.profile)
    if field.kind not in _TEXTS or not texts or any(map(_DIGEST.fullmatch, texts[:9])):
        return 0
    if any(map(_CODED.match, texts[:9])):
        return 0
    distinct = len({*texts}) / len(texts)
    if choices_of(field.profile) and not model.is_embedded:
        return 0
    if sum(map(len, texts)) > MAX_LENGTH * len(texts) or "\n" in "".join(texts):
        # Its first line, where there is nothing better.
        return 0.2 * (_of_name(field) > 1)
    if not _POOR.isdisjoint(words_of(field.stored)[-1:]):
        return 0
    return _of_name(field) * (1 + 0.3 * distinct) + (distinct >= DISTINCT) * 0.5


def _filled(field: Field) -> float:
    """Return in which part of the documents there is a value to see."""
    profile = field.profile
    blank = profile.types[NULL] + profile.values[STRING, ""]
    return field.share * (profile.count - blank) / profile.count if profile.count else 0


def _of_number(field: Field) -> float:
    """Return 0.1 for numbers that are different and have the name of an id."""
    sample = field.profile.sample
    is_own = field.meaning is Meaning.PLAIN and len({*sample}) > 0.9 * len(sample)
    is_named = not _NUMBERED.isdisjoint(words_of(field.stored)[-1:])
    return 0.1 * (is_own and is_named)


def _of_name(field: Field) -> float:
    words = words_of(field.stored)
    name = "_".join(words)
    if name in NAMES:
        return 3 - NAMES.index(name) / len(NAMES)
    if words and words[-1] in NAMES[:3]:
        return 1.5
    return 0.1 if field.choices else 0.3
