"""Dicts and maps, edited as rows of a key and a value."""

from typing import Any

from django.db import models
from mongoengine.base import BaseField

from admin_ext import nested

from .containers import EmbeddedField, ListField
from .files import StoredFileField
from .generic import GenericEmbeddedField
from .values import ValueField


class MapField(ValueField):
    """A dict or map; ``item`` is the field of its values."""

    is_free = False

    def __init__(self, document_field, *, item, **options):
        self.item = item
        super().__init__(document_field, **options)

    def bind(self, document, name):
        super().bind(document, name)
        self.item.bind(document, name)

    @property
    def holds_documents(self):
        return self.item.holds_documents

    def formfield(self, **kwargs):
        form_class = kwargs.setdefault("form_class", nested.MapFormField)
        if not issubclass(form_class, nested.MapFormField):
            return super().formfield(**kwargs)
        options = {"item_field": self.item, "has_forms": has_forms(self.item)}
        return models.Field.formfield(self, **options | kwargs)

    def value_for_document(self, value):
        """Return ``value``; what was typed as a text has no documents in it yet."""
        if not self.holds_documents or not isinstance(value, dict):
            return value
        return {
            key: self.item.loaded(item) if isinstance(item, dict) else item
            for key, item in dict.items(value)
        }


def free_item(document_field: BaseField) -> BaseField:
    """Return the mongoengine field of the values of a dict that may hold anything.

    They are BSON to the letter, both in the Document and in MongoDB.
    """
    return BaseField(db_field=document_field.db_field)


def has_forms(field: Any) -> bool:
    """Tell whether no text can stand for a value: it holds documents or files."""
    inner = getattr(field, "item", None)
    kinds = EmbeddedField | GenericEmbeddedField | StoredFileField
    is_such = isinstance(field, kinds)
    return is_such or (isinstance(field, ListField | MapField) and has_forms(inner))
