"""Embedded documents of any class that a field allows."""

import sys
from collections.abc import Iterator

from django.db import models
from mongoengine import EmbeddedDocument

from admin_ext import nested
from admin_ext.hydration import named_class

from .values import ValueField

# Classes of these packages are there to be inherited from.
LIBRARIES = ("mongoengine", "django_mongoengine")


def _class(choice: type | str) -> type | None:
    """Return the class of a choice, which may name it; None where there is none."""
    return choice if isinstance(choice, type) else named_class(choice)


class GenericEmbeddedField(ValueField):
    """An embedded document that says itself of which class it is.

    ``present`` is meta.present: it gives an embedded class a ``_meta``.
    """

    is_free = False

    def __init__(self, document_field, *, present, **options):
        self.present = present
        super().__init__(document_field, **options)

    @property
    def holds_documents(self):
        return True

    @property
    def documents(self) -> list[type]:
        """The classes to choose from: the field's choices, or else those of the module.

        These are the embedded classes that have a name in the module of the Document.
        """
        choices = self.document_field.choices
        found = map(_class, choices) if choices else embedded_classes_in(self.model)
        return [self.present(document) for document in found if document is not None]

    def formfield(self, **kwargs):
        form_class = kwargs.setdefault("form_class", nested.GenericEmbeddedFormField)
        if not issubclass(form_class, nested.EmbeddedFormField):
            return super().formfield(**kwargs)
        return models.Field.formfield(self, documents=self.documents, **kwargs)

    def loaded(self, stored):
        """Return a stored document as mongoengine loads it; what is none as it is."""
        found = super().loaded(stored)
        return found if isinstance(found, EmbeddedDocument | None) else stored

    def value_for_document(self, value):
        return value


def embedded_classes_in(document: type) -> Iterator[type]:
    """Yield the embedded classes that a Document's module has a name for."""
    module = sys.modules.get(document.__module__)
    values = vars(module).values() if module else ()
    for cls in dict.fromkeys(each for each in values if isinstance(each, type)):
        is_library = cls.__module__.partition(".")[0] in LIBRARIES
        if is_library or not issubclass(cls, EmbeddedDocument):
            continue
        if not cls._meta.get("abstract"):
            yield cls
