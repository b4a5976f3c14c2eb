"""Values that the raw page does not show: a mark stands in their place, or nothing.

Marks are for the fields that are declared with ``editable=False``, secrets above all.
The mark holds a keyed digest, by which the value is found again when the page is saved;
it is another one in every place and document. What the person may not see is left out,
so that nothing tells whether it is stored, and put back where it was; but in members
of lists, which may be moved, it has marks.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from mongoengine.base import BaseField

from admin_ext.changesets import MISSING, digest
from admin_ext.policies import steps_in
from admin_ext.stored_paths import class_at, declared_fields, member_field

MARK = "$hidden"

# Names of fields, or keys where there is no field, without the places in lists.
Names = tuple[str, ...]
IsHidden = Callable[[BaseField | None, Names], bool | str]

# What IsHidden returns, in the place of True, for what has no mark.
LEFT_OUT = "left out"


def masked(cls: type | None, son: dict, is_hidden: IsHidden) -> dict:
    """Return a stored document with marks in place of its hidden values."""
    return _Marks(is_hidden, son.get("_id")).document(cls, son, ())


def _parts(
    cls: type | None, member: Any, son: dict, path: Names
) -> Iterator[tuple[str, Any, Names]]:
    """Yield (key, its field or None, its path) of a document, or of a map."""
    fields = {} if cls is None else dict(declared_fields(cls))
    names = {} if cls is None else cls._reverse_db_field_map
    for key in son:
        steps = steps_in(cls, names.get(key, key))
        yield key, fields.get(key, member), (*path, *steps)


class _Marks:
    """Puts marks in the place of values; {(path, digest): value} of what they hide."""

    def __init__(self, is_hidden: IsHidden, key: Any):
        self.is_hidden, self.key = is_hidden, key
        self.values: dict[tuple[Names, str], Any] = {}

    def document(self, cls, son, path, member=None, *, is_member=False) -> dict:
        return {
            key: self.value(field, son[key], below, is_member=is_member)
            for key, field, below in _parts(cls, member, son, path)
            if is_member or self.is_hidden(field, below) != LEFT_OUT
        }

    def value(
        self, field: Any, value: Any, path: Names, *, is_member: bool = False
    ) -> Any:
        if self.is_hidden(field, path):
            text = self.text(value, path)
            self.values[path, text] = value
            return {MARK: text}
        member = member_field(field)
        if isinstance(value, dict):
            cls = class_at(field, value)
            return self.document(cls, value, path, member, is_member=is_member)
        if isinstance(value, list):
            return [self.value(member, item, path, is_member=True) for item in value]
        return value

    def text(self, value: Any, path: Names) -> str:
        return digest([self.key, [*path], value]).hex()


def unmasked(cls: type, son: dict, stored: dict, is_hidden: IsHidden) -> dict:
    """Return a document with its hidden values in place of their marks.

    ``stored``: the document that has them. Raise ValidationError where a hidden value
    was changed, moved to where it would be seen, or taken out.
    """
    marks = _Marks(is_hidden, stored.get("_id"))
    marks.document(cls, stored, ())
    return _Restoring(marks).document(cls, son, stored, (), ())


class _Restoring:
    """``path`` is where a value is on the page, ``names`` the same for IsHidden."""

    def __init__(self, marks: _Marks):
        self.marks, self.is_hidden, self.values = marks, marks.is_hidden, marks.values
        self._texts = {text for _path, text in marks.values}

    def document(self, cls, son, stored, names, path, member=None) -> dict:
        stored, left_out = stored if isinstance(stored, dict) else {}, set()
        for key, field, below in _parts(cls, member, stored, names):
            if key not in son and self.is_hidden(field, below) == LEFT_OUT:
                left_out.add(key)
            elif key not in son and self._hides(field, stored[key], below):
                raise self._error((*path, key))
        found = {
            key: self._value(
                field, son[key], stored.get(key, MISSING), below, (*path, key)
            )
            for key, field, below in _parts(cls, member, son, names)
        }
        return _put_back(found, stored, left_out)

    def _value(self, field, value, stored, names, path) -> Any:
        if self.is_hidden(field, names):
            return self._hidden(value, stored, names, path)
        member, is_mark = member_field(field), _is_mark(value)
        if is_mark and value[MARK] in self._texts:
            raise self._error(path)
        if type(value) is not type(stored) and self._hides(field, stored, names):
            raise self._error(path)
        if isinstance(value, dict):
            cls = class_at(field, value)
            return self.document(cls, value, stored, names, path, member)
        if isinstance(value, list):
            # A row may have moved: what it had to have is not known.
            return [
                self._value(member, item, MISSING, names, (*path, index))
                for index, item in enumerate(value)
            ]
        return value

    def _hides(self, field: Any, value: Any, names: Names) -> bool:
        """Tell whether a stored value is hidden, or has something hidden in it."""
        found = _Marks(self.is_hidden, None)
        if value is not MISSING:
            found.value(field, value, names, is_member=True)
        return bool(found.values)

    def _hidden(self, value, stored, names, path) -> Any:
        text = value[MARK] if _is_mark(value) else None
        if (names, text) not in self.values:
            raise self._error(path)
        if stored is not MISSING and text != self.marks.text(stored, names):
            raise self._error(path)
        return self.values[names, text]

    def _error(self, path: tuple) -> ValidationError:
        return ValidationError(
            _("%(path)s: a hidden value cannot be changed, moved or removed here."),
            code="hidden",
            params={"path": ".".join(map(str, path))},
        )


def _is_mark(value: Any) -> bool:
    is_mark = isinstance(value, dict) and value.keys() == {MARK}
    return is_mark and isinstance(value[MARK], str)


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
