"""What a Document declares at a stored path, and which types of BSON fit there."""

from collections.abc import Iterable
from typing import Any

from mongoengine import EmbeddedDocument
from mongoengine import fields as me
from mongoengine.base import BaseField, get_document

from admin_ext.compat import LOAD_ERRORS
from admin_ext.drift.accepted import accepted_types
from admin_ext.hydration import named_class
from admin_ext.introspection.bson_types import NULL
from admin_ext.stored_paths import declared_fields, member_field

REFERENCES = (me.ReferenceField, me.CachedReferenceField, me.LazyReferenceField)


def odd_types(fields: Iterable[BaseField], types: Iterable[str]) -> list[str]:
    """Return which of ``types`` no field expects; null is expected by all."""
    known = [_accepted(field) for field in fields]
    if not known or None in known:
        return []
    expected = frozenset().union(*known, {NULL})
    return [name for name in types if name not in expected]


def _accepted(field: BaseField) -> frozenset[str] | None:
    try:
        return accepted_types(field)
    except LOAD_ERRORS:
        # A reference to a class that is nowhere.
        return None


def classes_of(document: type) -> list[type]:
    """Return a class and those that extend it, which may be stored in its place."""
    names = getattr(document, "_subclasses", ()) or (document._class_name,)
    found = [document]
    for name in names:
        if name != document._class_name:
            cls = named_class(name)
            found += [cls] if cls else []
    return found


def fields_by_key(classes: Iterable[type]) -> dict[str, list[BaseField]]:
    """Return {stored key: the fields that the classes declare for it}."""
    found: dict[str, list[BaseField]] = {}
    for cls in classes:
        for key, field in declared_fields(cls):
            fields = found.setdefault(key, [])
            if not any(_is_same(field, other) for other in fields):
                fields.append(field)
    return found


def _is_same(field: BaseField, other: BaseField) -> bool:
    """Tell whether a field is another's: a subclass has a copy of what it inherits."""
    return (type(field), field.name, getattr(field, "owner_document", None)) == (
        type(other),
        other.name,
        getattr(other, "owner_document", None),
    )


def embedded_classes(fields: Iterable[BaseField], stored: Iterable[str]) -> list[type]:
    """Return the classes of the embedded documents that ``fields`` hold.

    ``stored``: the values of ``_cls`` that were seen, which say it where the field
    does not.
    """
    found: list[type] = []
    for field in fields:
        if isinstance(field, me.EmbeddedDocumentField):
            found += classes_of(field.document_type)
        elif isinstance(field, me.GenericEmbeddedDocumentField):
            classes = [named_class(name) for name in stored]
            found += [*map(_class_of, field.choices or ()), *filter(None, classes)]
    return [cls for cls in dict.fromkeys(found) if issubclass(cls, EmbeddedDocument)]


def _class_of(choice: Any) -> type:
    return get_document(choice) if isinstance(choice, str) else choice


def members_of(fields: Iterable[BaseField]) -> list[BaseField]:
    """Return the fields of the members of lists and maps."""
    return [member for field in fields if (member := member_field(field)) is not None]


def is_free(fields: Iterable[BaseField]) -> bool:
    """Tell whether no field says anything of the keys within."""
    return any(
        isinstance(field, me.DynamicField)
        or (isinstance(field, me.DictField) and field.field is None)
        for field in fields
    )


def is_dynamic(classes: Iterable[type]) -> bool:
    """Tell whether keys that no field declares are expected."""
    return any(getattr(cls, "_dynamic", False) for cls in classes)


def is_map(fields: Iterable[BaseField]) -> bool:
    """Tell whether the keys within are data."""
    return any(isinstance(field, me.MapField) for field in fields)


def class_names(fields: Iterable[BaseField]) -> str:
    """Return the names of the classes of fields, of lists with their members'."""
    return " / ".join(dict.fromkeys(map(_class_name, fields)))


def _class_name(field: BaseField) -> str:
    name, member = type(field).__name__, member_field(field)
    if member is not None:
        return f"{name}({_class_name(member)})"
    if isinstance(field, REFERENCES):
        return f"{name}({_target(field)})"
    if isinstance(field, me.EmbeddedDocumentField):
        return f"{name}({field.document_type.__name__})"
    return name


def _target(field: Any) -> str:
    try:
        return field.document_type.__name__
    except LOAD_ERRORS:
        return "?"
