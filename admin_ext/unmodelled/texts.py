"""One document as Extended JSON, of which a page has room for so much."""

import reprlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bson import Binary, json_util
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from admin_ext.ejson import JSON_ERRORS, READABLE, dumps

from .masks import without_declared_secrets, without_secrets

# Characters of a text, bytes of binary data; members of a list, keys of an object.
MAX_VALUE, MAX_MEMBERS = 50_000, 1_000

# What all of the page's text takes as HTML, where a quote is six bytes.
MAX_BYTES = 3_000_000


@dataclass(frozen=True)
class Shown:
    """The text of a document.

    ``notes``: what it does not show, as sentences; ``has_masks``: whether values have
    names of secrets, so that dots stand for them unless they were asked for.
    """

    text: str
    notes: tuple[str, ...] = ()
    has_masks: bool = False


def shown(
    son: dict[str, Any],
    documents: Iterable[type],
    *,
    is_canonical: bool,
    is_open: bool,
) -> Shown:
    """Return a stored document as indented text.

    ``documents``: the Documents of its collection, whose secrets are never shown;
    ``is_open``: whether values are shown that are secrets by their names alone.
    """
    cutting = _Cutting()
    kept = cutting.cut(without_declared_secrets(son, documents))
    masked = without_secrets(kept)
    text = _text(kept if is_open else masked, is_canonical)
    notes = []
    if cutting.number:
        cut = ngettext(
            "%(count)s value is long, and only its beginning is shown.",
            "%(count)s values are long, and only their beginnings are shown.",
            cutting.number,
        )
        notes.append(cut % {"count": cutting.number})
    beginning = _fitting(text)
    if len(beginning) < len(text):
        notes.append(_("Only the beginning of this document is shown."))
    return Shown(beginning, tuple(notes), has_masks=_differ(masked, kept))


def _differ(one: Any, other: Any) -> bool:
    """Tell whether something was put in place of a value: the others are the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        return any(_differ(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return any(map(_differ, one, other))
    return one is not other


def _text(value: Any, is_canonical: bool) -> str:
    options: dict[str, Any] = {"indent": 2, "ensure_ascii": False}
    try:
        if is_canonical:
            return dumps(value, **options)
        return json_util.dumps(value, json_options=READABLE, **options)
    except JSON_ERRORS:
        return reprlib.repr(value)


def _fitting(text: str) -> str:
    """Return as much of a text as its page has room for."""
    text = text[:MAX_BYTES]
    while len(escape(text).encode("utf-8", "replace")) > MAX_BYTES:
        text = text[: len(text) * 3 // 4]
    return text


class _Cutting:
    """Cuts long values, and counts them."""

    def __init__(self):
        self.number = 0

    def cut(self, value: Any) -> Any:
        if isinstance(value, dict):
            self.number += len(value) > MAX_MEMBERS
            items = islice(value.items(), MAX_MEMBERS)
            return {key: self.cut(item) for key, item in items}
        if isinstance(value, list):
            self.number += len(value) > MAX_MEMBERS
            return [self.cut(item) for item in value[:MAX_MEMBERS]]
        if isinstance(value, str | bytes) and len(value) > MAX_VALUE:
            self.number += 1
            return self._beginning(value)
        return value

    def _beginning(self, value: Any) -> Any:
        if isinstance(value, Binary):
            return Binary(value[:MAX_VALUE], value.subtype)
        return (
            value[:MAX_VALUE] if isinstance(value, bytes) else f"{value[:MAX_VALUE]}…"
        )
