"""A document with its withheld values, for the time that its own code writes it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from mongoengine import EmbeddedDocument

from admin_ext.changesets import MISSING, merged_tree

from .access import MASK
from .redaction import POLICY, WITHHELD, held, put, redact, redacted_value

# Set on an object for the time that it is whole.
WHOLE = "_is_whole"

# What is shorter stands in a message by chance.
MIN_QUOTED = 4  # characters


@contextmanager
def whole(document: Any) -> Iterator[None]:
    """Give a document its withheld values back, for the time that its code writes it.

    What was set meanwhile stays, and is withheld afterwards like the rest. Raise
    ValidationError where only a part of a list was seen, and all of it was set.
    """
    if POLICY not in document.__dict__ or WHOLE in document.__dict__:
        yield
        return
    policy, path = document.__dict__[POLICY]
    document.__dict__[WHOLE] = True
    try:
        give_back(document)
        yield
    finally:
        del document.__dict__[WHOLE]
        redact(policy, document, path)


def give_back(document: Any) -> None:
    """Put the withheld values where they were, to any depth; what was set stays."""
    withheld = document.__dict__.get(WITHHELD) or {}
    changed = _changed(document) if withheld else set()
    for name, (value, left) in withheld.items():
        now = held(document, name)
        if now is left or name not in changed:
            put(document, name, value)
        elif isinstance(left, dict | list):
            put(document, name, _merged(document, name, value, now))
    document.__dict__[WITHHELD] = {}
    for name in [*document._data]:
        for each in _embedded(held(document, name)):
            give_back(each)


def _changed(document: Any) -> set[str]:
    """Return the names of the fields that were set, at any depth."""
    heads = {path.partition(".")[0] for path in document._get_changed_fields()}
    return {document._reverse_db_field_map.get(head, head) for head in heads}


def _merged(document: Any, name: str, value: Any, now: Any) -> Any:
    """Return what was held as a whole, with what was done to the part that was shown.

    Raise ValidationError for a list: which of its members are which is not known.
    """
    policy, path = document.__dict__[POLICY]
    if isinstance(value, dict) and isinstance(now, dict):
        shown = redacted_value(policy, value, (*path, name))
        merged, conflicts = merged_tree(shown, now, value)
        if not conflicts:
            return merged
    raise ValidationError(
        _("“%(field)s” holds values that you may not see, so it cannot be changed."),
        params={"field": name},
    )


def _embedded(value: Any) -> Iterator[Any]:
    if isinstance(value, EmbeddedDocument):
        yield value
    elif isinstance(value, dict):
        for each in dict.values(value):
            yield from _embedded(each)
    elif isinstance(value, list):
        for each in list.__iter__(value):
            yield from _embedded(each)


def withheld_texts(document: Any) -> set[str]:
    """Return the texts of the values that a document keeps back, to any depth."""
    found: set[str] = set()
    for value, left in (document.__dict__.get(WITHHELD) or {}).values():
        found |= _texts(value) - _texts(left)
    for name in [*document._data]:
        for each in _embedded(held(document, name)):
            if WITHHELD in each.__dict__:
                found |= withheld_texts(each)
    return found


def _texts(value: Any) -> set[str]:
    if value is MISSING or value is None or isinstance(value, bool):
        return set()
    if isinstance(value, EmbeddedDocument):
        return set().union(*(_texts(held(value, name)) for name in value._data))
    if isinstance(value, dict):
        return set().union(*map(_texts, dict.values(value)))
    if isinstance(value, list | tuple):
        return set().union(*map(_texts, list.__iter__([*value])))
    text = str(value)
    return {text} if len(text) >= MIN_QUOTED else set()


def without_quotes(error: Any, quoted: set[str]) -> Any:
    """Return an error, or what one is made of, that quotes none of these texts."""
    if not quoted:
        return error
    if not isinstance(error, ValidationError):
        error = ValidationError(error)
    if hasattr(error, "error_dict"):
        return ValidationError({
            name: without_quotes(ValidationError(found), quoted)
            for name, found in error.error_dict.items()
        })
    return ValidationError([_unquoted_error(each, quoted) for each in error.error_list])


def _unquoted_error(error: ValidationError, quoted: set[str]) -> ValidationError:
    # Those with a code are Django's and ours: of the value that was sent.
    if error.code:
        return error
    return ValidationError(unquoted(error.messages[0], quoted))


def unquoted(text: str, quoted: set[str]) -> str:
    """Return a text with MASK for each of the values that it quotes as words."""
    if not quoted:
        return text
    longest = sorted(map(re.escape, quoted), key=len, reverse=True)
    return re.sub(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)", MASK, text)
