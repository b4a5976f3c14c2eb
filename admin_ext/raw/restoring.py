"""The document that is stored in place of what somebody made of the raw page."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from admin_ext.changesets import MISSING
from admin_ext.stored_paths import class_at, member_field

from .hidden import MARK, Marks, Names
from .rows import Page


def unmasked(cls: type, son: dict, stored: dict, page: Page) -> dict:
    """Return a document with its hidden values in place of their marks.

    ``stored``: the document that has them, ``page``: as it is shown. Raise
    ValidationError where a hidden value was changed, moved to where it would be seen,
    or taken out.
    """
    return _Restoring(page).document((cls, cls), son, stored, (), ())


class _Restoring:
    """``path`` is where a value is on the page, ``names`` the same without places."""

    def __init__(self, page: Page):
        self.hidden, self.marks, self.members = page.hidden, page.marks, page.members
        self._texts = {text for _path, text in (*self.marks.values, *self.members)}
        self._placed: set[str] = set()

    def document(self, classes, son, stored, names, path, member=None) -> dict:
        """``classes``: of the document as it is typed, and as it is stored."""
        stored, left_out = stored if isinstance(stored, dict) else {}, set()
        for part in self.hidden.parts(classes[1], member, stored, names):
            if part.is_left_out:
                left_out.add(part.key)
            elif part.key not in son and self._hides(part, stored[part.key]):
                raise self._error((*path, part.key))
        found = {}
        for part in self.hidden.parts(classes[0], member, son, names):
            key, at = part.key, (*path, part.key)
            if part.is_left_out or key in left_out:
                raise self._error(at)
            was = stored.get(key, MISSING)
            found[key] = self._value(part.field, son[key], was, part.path, at)
        return _put_back(found, stored, left_out)

    def _value(self, field, value, stored, names, path) -> Any:
        if self.hidden.has_mark(field):
            return self._marked(value, stored, names, path)
        if isinstance(value, dict) and self._is_known(value.get(MARK)):
            raise self._error(path)
        is_other = type(value) is not type(stored) and stored is not MISSING
        if is_other and self._hides_in(field, stored, names):
            raise self._error(path)
        member = member_field(field)
        if isinstance(value, dict):
            classes = class_at(field, value), class_at(field, stored)
            return self.document(classes, value, stored, names, path, member)
        if isinstance(value, list):
            return [
                self._row(member, item, names, (*path, index))
                for index, item in enumerate(value)
            ]
        return value

    def _is_known(self, text: Any) -> bool:
        return isinstance(text, str) and text in self._texts

    def _row(self, field, value, names, path) -> Any:
        """Return a member of a list: the one that its handle names, or a new one."""
        has_mark = self.hidden.has_mark(field) or self.hidden.is_whole(names)
        if has_mark or not isinstance(value, dict) or MARK not in value:
            return self._value(field, value, MISSING, names, path)
        handle = value[MARK] if isinstance(value[MARK], str) else ""
        if (names, handle) not in self.members or handle in self._placed:
            raise self._error((*path, MARK))
        self._placed.add(handle)
        value = {key: item for key, item in value.items() if key != MARK}
        return self._value(field, value, self.members[names, handle], names, path)

    def _hides(self, part, value: Any) -> bool:
        return self._hides_in(part.field, value, part.path)

    def _hides_in(self, field: Any, value: Any, names: Names) -> bool:
        """Tell whether a stored value has a mark, or may have something withheld in it.

        Whether it has must not be told: what is not shown whole is not removed.
        """
        marks = Marks(self.hidden, None)
        marks.value(field, value, names)
        is_part = _holds_documents(value) and not self.hidden.is_whole(names)
        return is_part or bool(marks.values)

    def _marked(self, value, stored, names, path) -> Any:
        text = value[MARK] if _is_mark(value) else None
        if (names, text) not in self.marks.values:
            raise self._error(path)
        if stored is not MISSING and text != self.marks.text(stored, names):
            raise self._error(path)
        return self.marks.values[names, text]

    def _error(self, path: tuple) -> ValidationError:
        return ValidationError(
            _("%(path)s: a hidden value cannot be changed, moved or removed here."),
            code="hidden",
            params={"path": ".".join(map(str, path))},
        )


def _is_mark(value: Any) -> bool:
    is_mark = isinstance(value, dict) and value.keys() == {MARK}
    return is_mark and isinstance(value[MARK], str)


def _holds_documents(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_holds_documents, value))
    return isinstance(value, dict)


def _put_back(found: dict, stored: dict, left_out: set[str]) -> dict:
    """Return a document with what the page left out, each behind what it was behind."""
    if not left_out:
        return found
    order, place = [*found], 0
    for key in stored:
        if key in left_out:
            order.insert(place, key)
        if key in order:
            place = order.index(key) + 1
    return {key: found[key] if key in found else stored[key] for key in order}
