"""Stored paths → the mongoengine fields that declare them."""

from collections.abc import Iterator
from typing import Any

from mongoengine import fields as me
from mongoengine.base import BaseDocument, BaseField

from .hydration import class_for, named_class


def declared_fields(cls: type) -> Iterator[tuple[str, BaseField]]:
    """Yield (stored name, field) of what a class declares, without its ``_cls``."""
    for field in cls._fields.values():
        if field.db_field != "_cls":
            yield field.db_field, field


def class_at(field: Any, value: Any) -> type[BaseDocument] | None:
    """Return the class of the embedded document that ``field`` holds as ``value``."""
    if not isinstance(value, dict):
        return None
    if isinstance(field, me.GenericEmbeddedDocumentField):
        return named_class(value.get("_cls"))
    if isinstance(field, me.EmbeddedDocumentField):
        return class_for(field.document_type, value)
    return None


def member_field(field: Any) -> Any:
    """Return the field of the members of a list or map, or None."""
    is_container = isinstance(field, me.ListField | me.DictField)
    return field.field if is_container else None


def field_at(cls: type, son: Any, path: tuple) -> BaseField | None:
    """Return the field that declares what is stored at ``path``, or None.

    ``son``: the whole document, which says of what class its parts are.
    """
    field: Any = None
    holder: Any = cls
    for step in path:
        if holder is not None:
            fields = dict(declared_fields(holder))
            field = fields.get(step)
        else:
            field = member_field(field)
        if field is None:
            return None
        try:
            son = son[step]
        except (LookupError, TypeError):
            son = None
        holder = class_at(field, son)
    return field
