"""The differences of a change as a page shows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bson import Binary, Decimal128, Int64, ObjectId
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from admin_ext.changesets import MISSING, align, identical, identity_of
from admin_ext.changesets.diff import Path
from admin_ext.conflicts import MAX_TEXT, value_text
from admin_ext.ejson import extended_json
from admin_ext.history.values import Large
from admin_ext.marks import mark, type_name
from admin_ext.meta import present
from admin_ext.policies import MASK, Access, Policy

from .recorded import Recorded
from .shown import Names, access_to, may_write, redacted

# So many differences of one change are shown.
MAX_DIFFERENCES = 100

# Types that look like another one on a page.
TOLD_TYPES = (Binary, Decimal128, Int64, ObjectId)


@dataclass(frozen=True)
class Difference:
    """One line: where it is, in words, and two values as HTML."""

    label: str
    before: SafeString
    after: SafeString
    is_masked: bool = False


class Viewed:
    """Documents of a class as a person with a policy sees what is recorded of them.

    ``son``: what is stored of the document now, or was; {} when nobody knows.
    """

    def __init__(self, cls: type, policy: Policy, son: dict | None = None):
        self.cls, self.policy, self.son = cls, policy, son or {}

    def names(self, path: Path) -> Names:
        return Names(self.cls, path, self.son)

    def may_edit(self, path: Path) -> bool:
        """Tell whether the person may edit a path and all that is in it."""
        return may_write(self.policy, self.names(path))

    def may_add(self, path: Path) -> bool:
        """Tell whether the person may store it with a new document."""
        return may_write(self.policy, self.names(path), "add")

    def differences(self, recorded: list[Recorded]) -> list[Difference]:
        """Return what the person may see of recorded paths, lists row by row."""
        return [line for each in recorded for line in self._lines(each)]

    def _lines(self, each: Recorded) -> Iterator[Difference]:
        names = self.names(each.path)
        access = access_to(self.policy, names)
        if access == Access.MASKED:
            yield Difference(self.label(each.path), _masked(), _masked(), True)
        if access < Access.VIEW:
            return
        if each.is_secret:
            words = format_html("{}", _("(a secret, not kept)"))
            yield Difference(self.label(each.path), words, words)
            return
        before, after = (
            redacted(self.policy, self.cls, each.path, self.son, value)
            for value in (each.before, each.after)
        )
        for path, old, new in _split(each.path, before, after):
            if not _is_equal(old, new):
                yield Difference(self.label(path), html_of(old, new), html_of(new, old))

    def labels(self, recorded: list[Recorded]) -> list[str]:
        """Return the paths that the person may know of, in words."""
        return [
            self.label(each.path)
            for each in recorded
            if access_to(self.policy, self.names(each.path)) > Access.HIDDEN
        ]

    def label(self, path: Path) -> str:
        """Return a path in words: the labels of its fields, and rows by number."""
        steps = self.names(path).steps
        return " › ".join(
            str(_word(step, field, owner))
            for step, (field, owner) in zip(path, steps, strict=True)
        )


def _word(step: Any, field: Any, owner: type | None) -> Any:
    if isinstance(step, int):
        document = getattr(field, "document_type", None)
        name = capfirst(present(document)._meta.verbose_name) if document else ""
        return f"{name} #{step + 1}".strip()
    if field is None or owner is None:
        return step
    return capfirst(present(owner)._meta.get_field(field.name).verbose_name)


def _masked() -> SafeString:
    return format_html("{}", MASK)


def _is_equal(old: Any, new: Any) -> bool:
    if isinstance(old, Large) or isinstance(new, Large):
        return old == new
    return identical(old, new)


def _split(path: Path, before: Any, after: Any) -> Iterator[tuple[Path, Any, Any]]:
    """Yield the rows in which two lists differ, or the fields of two documents.

    A row has the number that it has afterwards; one that was removed has its old one.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            values = (each.get(key, MISSING) for each in (before, after))
            yield from _split((*path, key), *values)
    elif _is_rows(before) and _is_rows(after) and (before or after):
        yield from _rows(path, before, after)
    else:
        yield path, before, after


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _rows(path: Path, before: list, after: list) -> Iterator[tuple[Path, Any, Any]]:
    found = align(*([identity_of(row) for row in rows] for rows in (before, after)))
    places = dict(zip(found, before, strict=True))
    places.pop(None, None)
    for number, place in enumerate(found):
        if place is None:
            yield (*path, number), before[number], MISSING
    for number, row in enumerate(after):
        if number in places:
            yield from _split((*path, number), places[number], row)
        else:
            yield (*path, number), MISSING, row
    kept = [place for place in found if place is not None]
    if kept != sorted(kept):
        yield path, _("(in another order)"), _("(in this order)")


def html_of(value: Any, other: Any) -> SafeString:
    """Return a value as it is shown; its type where that is not plain from it."""
    if isinstance(value, Large):
        return format_html(
            '{} {} <code title="SHA-256 {}">{}…</code>',
            _("(large, not kept)"),
            filesizeformat(value.bytes),
            value.sha256,
            value.sha256[:12],
        )
    if isinstance(value, dict | list):
        text = extended_json(value, indent=None)
        return format_html("{}", Truncator(text).chars(MAX_TEXT))
    kind = mark(type_name(value)) if _tells_type(value, other) else ""
    return format_html("{}{}", value_text(value), kind)


def _tells_type(value: Any, other: Any) -> bool:
    """Tell whether the type is said: two values may look alike, and differ."""
    if value is MISSING or value is None or isinstance(value, list | dict):
        return False
    is_absent = other is MISSING or other is None or isinstance(other, Large)
    is_other = not is_absent and type(value) is not type(other)
    return isinstance(value, TOLD_TYPES) or is_other
