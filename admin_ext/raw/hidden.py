"""Values that the raw page does not show: a mark stands in their place.

These are the fields that are declared with ``editable=False``, secrets above all. The
mark holds a keyed digest, by which the value is found again when the page is saved.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from mongoengine.base import BaseField

from admin_ext.changesets import MISSING, digest

from .paths import class_at, declared_fields, member_field

MARK = "$hidden"

IsHidden = Callable[[BaseField], bool]


def masked(cls: type, son: dict, is_hidden: IsHidden) -> dict:
    """Return a stored document with marks in place of its hidden values."""
    fields = dict(declared_fields(cls))
    return {
        key: _masked(fields.get(key), value, is_hidden) for key, value in son.items()
    }


def _masked(field: Any, value: Any, is_hidden: IsHidden) -> Any:
    if field is None:
        return value
    if is_hidden(field):
        return {MARK: digest(value).hex()}
    cls = class_at(field, value)
    if cls is not None:
        return masked(cls, value, is_hidden)
    member = member_field(field)
    if isinstance(value, list) and member:
        return [_masked(member, item, is_hidden) for item in value]
    if isinstance(value, dict) and member:
        return {key: _masked(member, item, is_hidden) for key, item in value.items()}
    return value


def unmasked(cls: type, son: dict, stored: dict, is_hidden: IsHidden) -> dict:
    """Return a document with its hidden values in place of their marks.

    ``stored``: the document that has them. Raise ValidationError where a hidden value
    was changed, moved to where it would be seen, or taken out.
    """
    values: dict[str, Any] = {}
    _collect(cls, stored, is_hidden, values)
    return _Restoring(is_hidden, values).document(cls, son, stored, ())


def _collect(cls: type, son: dict, is_hidden: IsHidden, values: dict) -> None:
    """Add the hidden values of a document to {digest: value}."""
    fields = dict(declared_fields(cls))
    for key, value in son.items():
        _collect_value(fields.get(key), value, is_hidden, values)


def _collect_value(field: Any, value: Any, is_hidden: IsHidden, values: dict) -> None:
    if field is None:
        return
    if is_hidden(field):
        values[digest(value).hex()] = value
        return
    cls = class_at(field, value)
    if cls is not None:
        _collect(cls, value, is_hidden, values)
        return
    member = member_field(field)
    if member is None or not isinstance(value, list | dict):
        return
    for item in value.values() if isinstance(value, dict) else value:
        _collect_value(member, item, is_hidden, values)


class _Restoring:
    def __init__(self, is_hidden: IsHidden, values: dict[str, Any]):
        self.is_hidden, self.values = is_hidden, values

    def document(self, cls: type, son: dict, stored: Any, path: tuple) -> dict:
        stored = stored if isinstance(stored, dict) else {}
        fields = dict(declared_fields(cls))
        for key, field in fields.items():
            if self.is_hidden(field) and key in stored and key not in son:
                raise self._error((*path, key))
        return {
            key: self._value(
                fields.get(key), value, stored.get(key, MISSING), (*path, key)
            )
            for key, value in son.items()
        }

    def _value(self, field: Any, value: Any, stored: Any, path: tuple) -> Any:
        if field is not None and self.is_hidden(field):
            return self._hidden(value, path)
        cls = class_at(field, value) if field is not None else None
        if cls is not None:
            return self.document(cls, value, stored, path)
        member = member_field(field)
        if isinstance(value, list):
            # A row may have moved: what it had to have is not known.
            return [
                self._value(member, item, MISSING, (*path, index))
                for index, item in enumerate(value)
            ]
        if isinstance(value, dict):
            if value.keys() == {MARK} and value[MARK] in self.values:
                raise self._error(path)
            return {
                key: self._value(member, item, MISSING, (*path, key))
                for key, item in value.items()
            }
        return value

    def _hidden(self, value: Any, path: tuple) -> Any:
        is_mark = isinstance(value, dict) and value.keys() == {MARK}
        if not is_mark or value[MARK] not in self.values:
            raise self._error(path)
        return self.values[value[MARK]]

    def _error(self, path: tuple) -> ValidationError:
        return ValidationError(
            _("%(path)s: a hidden value cannot be changed, moved or removed here."),
            code="hidden",
            params={"path": ".".join(map(str, path))},
        )
