"""Lookups of references → query: whatever form the references are stored in.

A Document declares ids or DBRefs; applications that write to the same collection
store either. Each value is asked for in all forms, by one $in that an index serves.
"""

from collections.abc import Iterable
from typing import Any

from bson import DBRef
from django.core.exceptions import ValidationError
from django.db import models
from mongoengine import Document, Q
from mongoengine.base import LazyReference

from .fields import GenericReferenceField, ListField
from .hydration import named_class
from .keys import as_stored, id_of, key_for, own_key, reference_forms, stored_key

# Parts the name of a class from a key, where a reference may lead to several classes.
SEPARATOR = ","


def is_reference(field: Any) -> bool:
    """Tell whether ``field`` holds references to one Document, alone or in a list."""
    return field.is_relation and not field.primary_key


def is_generic(field: Any) -> bool:
    """Tell whether ``field`` holds references to several, alone or in a list."""
    while isinstance(field, ListField):
        field = field.item
    return isinstance(field, GenericReferenceField)


def coerce_key(field: Any, value: Any) -> Any:
    """Return a key, or the key that a reference holds, as a query takes it.

    Raise Django's ValidationError for what cannot be one.
    """
    pk = own_key(field)
    if isinstance(value, Document | DBRef | LazyReference):
        return key_for(pk, id_of(value))
    if value == "" and not isinstance(pk, models.CharField | models.TextField):
        raise ValidationError(f"An empty value cannot be looked up in {field.name}.")
    return pk.to_python(value)


def condition(field: Any, stored: str, keys: Iterable[Any]) -> Q:
    """Return the query for references to documents with ``keys``, None for null.

    ``keys``: as ``coerce_key`` returns them; ``stored``: the dotted path.
    """
    target = field.remote_field.model
    path = ".".join((stored, *("_id" for _name in field.key_within)))
    forms: list[Any] = []
    for key in keys:
        is_null = key is None
        forms += [None] if is_null else reference_forms(target, key_bson(target, key))
    return _among(path, forms)


def generic_condition(field: Any, stored: str, value: Any) -> Q | None:
    """Return the query for generic references to ``value``: a document, a reference
    to one, or the text ``Class,key``; None for what names no such document.
    """
    forms = _generic_forms(field, value)
    return _among(f"{stored}._ref", forms) if forms else None


def _generic_forms(field: Any, value: Any) -> list[DBRef]:
    if isinstance(value, DBRef):
        return [value]
    if isinstance(value, Document | LazyReference):
        is_lazy = isinstance(value, LazyReference)
        target = value.document_type if is_lazy else type(value)
        return reference_forms(target, key_bson(target, value))[1:]
    name, separator, text = str(value).partition(SEPARATOR)
    target = _target(field, name) if separator else None
    if target is None:
        return []
    try:
        key = target._meta.pk.to_python(text)
    except ValidationError:
        return []
    return reference_forms(target, key_bson(target, key))[1:]


def _target(field: Any, name: str) -> Any:
    """Return the Document of that name, presented, if ``field`` may refer to it."""
    while isinstance(field, ListField):
        field = field.item
    found = named_class(name)
    if found is None or not issubclass(found, Document):
        return None
    choices = tuple(map(named_class, field.document_field.choices or ()))
    if choices and not issubclass(found, choices):
        return None
    return field.present(found)


def _among(path: str, forms: list[Any]) -> Q:
    return Q(__raw__={path: {"$in": forms}})


def key_bson(target: Any, key: Any) -> Any:
    """Return a key of ``target``, or of a document, as BSON holds it."""
    if isinstance(key, Document):
        return stored_key(key)
    if key is None or key == "":
        return key
    if isinstance(key, LazyReference):
        key = key.pk
    field = own_key(target._meta.pk).document_field
    return as_stored(field, field.to_mongo(key))
