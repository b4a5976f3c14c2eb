"""The references that a stored value holds, at any depth."""

from collections.abc import Iterator
from typing import Any

from mongoengine import EmbeddedDocument

from admin_ext import formfields
from admin_ext.changesets import MISSING
from admin_ext.hydration import class_for, named_class
from admin_ext.keys import key_of

from .containers import EmbeddedField, ListField
from .generic import GenericEmbeddedField
from .maps import MapField
from .relations import GenericReferenceField, ReferenceField, ReferenceListField


def references_in(field: Any, stored: Any) -> Iterator[tuple[type, str]]:
    """Yield (Document, text of the key) for what a value of BSON's refers to.

    ``field``: the Django view of the field that holds it.
    """
    if isinstance(field, ReferenceField | ReferenceListField):
        is_list = isinstance(field, ReferenceListField) and isinstance(stored, list)
        members = stored if is_list else [stored]
        for item in members if stored is not MISSING else ():
            yield field.remote_field.model, formfields.text_for(field.key_of(item))
    elif isinstance(field, GenericReferenceField):
        yield from _generic(field, stored)
    elif isinstance(field, EmbeddedField | GenericEmbeddedField):
        yield from _embedded(field, stored)
    elif isinstance(field, ListField | MapField):
        for item in _items(stored):
            yield from references_in(field.item, item)


def _items(stored: Any) -> list:
    if isinstance(stored, dict):
        return [*stored.values()]
    return stored if isinstance(stored, list) else [stored]


def _generic(field, stored):
    name = stored.get("_cls") if isinstance(stored, dict) else None
    target = named_class(name) if isinstance(name, str) else None
    if target is not None and hasattr(target, "objects"):
        target = field.present(target)
        yield target, formfields.text_for(key_of(target, stored.get("_ref")))


def _embedded(field, stored):
    if not isinstance(stored, dict):
        return
    document = getattr(field, "embedded_document", EmbeddedDocument)
    document = class_for(document, stored)
    if document is EmbeddedDocument:
        return
    for each in field.present(document)._meta.fields:
        own = getattr(each, "document_field", None)
        if own is not None and own.db_field in stored:
            yield from references_in(each, stored[own.db_field])
