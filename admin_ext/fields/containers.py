"""Embedded documents and lists."""

from django.db import models
from mongoengine import fields as me

from admin_ext import nested
from admin_ext.compat import all_document_classes

from .base import DocumentField, path_to
from .values import ValueField


class EmbeddedField(DocumentField, models.Field):
    """One embedded document, edited as a form within the form.

    ``present`` is meta.present: it gives an embedded class a ``_meta``.
    """

    def __init__(self, document_field, *, present, **options):
        self.present = present
        self.embedded_document = present(document_field.document_type)
        super().__init__(document_field, **options)

    @property
    def documents(self) -> list[type]:
        """The classes that it may be of: the declared one, and those that inherit."""
        declared = self.embedded_document
        if not declared._meta.get("allow_inheritance"):
            return [declared]
        known = all_document_classes()
        found = [each for each in known if issubclass(each, declared)]
        return [self.present(each) for each in found if not _is_abstract(each)]

    def get_internal_type(self):
        return "EmbeddedField"

    @property
    def holds_documents(self):
        return True

    @property
    def path_infos(self):
        return path_to(self.embedded_document)

    def formfield(self, **kwargs):
        kwargs.setdefault("form_class", nested.EmbeddedFormField)
        return models.Field.formfield(self, documents=self.documents, **kwargs)


def _is_abstract(document: type) -> bool:
    return bool(document._meta.get("abstract"))


class ListField(DocumentField, models.Field):
    """A list of anything but references; ``item`` is the field of its members."""

    def __init__(self, document_field, *, item, **options):
        self.item = item
        options["choices"] = None
        super().__init__(document_field, **options)

    def bind(self, document, name):
        super().bind(document, name)
        self.item.bind(document, name)

    def get_internal_type(self):
        return "ListField"

    @property
    def holds_documents(self):
        return self.item.holds_documents

    @property
    def path_infos(self):
        if not isinstance(self.item, EmbeddedField | ListField):
            raise AttributeError("path_infos")
        return self.item.path_infos

    def to_python(self, value):
        return self.item.to_python(value)

    def formfield(self, **kwargs):
        kwargs.setdefault("form_class", nested.ListFormField)
        is_sorted = isinstance(self.document_field, me.SortedListField)
        return models.Field.formfield(
            self, item_field=self.item, is_sorted=is_sorted, **kwargs
        )


class AnyListField(ListField, ValueField):
    """A list that declares no type for its members; a path goes on into their keys."""

    def get_internal_type(self):
        return "ValueField"

    @property
    def path_infos(self):
        return ValueField.path_infos.fget(self)


class RowField(models.Field):
    """The place of an embedded document in its list, where Django wants a key."""

    def __init__(self):
        super().__init__(editable=False, primary_key=True, auto_created=True)
        self.set_attributes_from_name("_row")
