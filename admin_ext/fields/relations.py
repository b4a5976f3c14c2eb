"""References to other Documents as Django's foreign keys and many-to-many fields."""

import copy
from typing import Any

from django.db import models
from django.utils.functional import cached_property
from mongoengine import Document
from mongoengine.base.datastructures import LazyReference

from admin_ext import formfields

from .base import DocumentField, path_to


def id_of(value: Any) -> Any:
    """Return the id that a stored reference holds, whatever form it has."""
    if isinstance(value, LazyReference | Document):
        return value.pk
    return getattr(value, "id", value)


class ReferenceField(DocumentField, models.ForeignKey):
    """One reference. ``to`` is the referenced Document, presented to Django."""

    attname_suffix = "_id"

    def __init__(self, document_field, *, to, **options):
        super().__init__(
            document_field,
            to,
            models.DO_NOTHING,
            db_constraint=False,
            **options,
        )

    def initial_for(self, value):
        return id_of(value)

    def formfield(self, **kwargs):
        return super().formfield(
            **{"form_class": formfields.DocumentChoiceField} | kwargs
        )

    @cached_property
    def as_cell(self):
        """This field for a list cell: Django would fetch a ManyToOneRel by itself."""
        return without_relation(self)

    @property
    def path_infos(self):
        return path_to(self.remote_field.model)


class ReferenceListRel(models.ManyToManyRel):
    """``remote_field`` of a list of references."""

    @property
    def field_name(self):
        return self.model._meta.pk.name

    def get_related_field(self):
        """Return the referenced key. Django looks for it in the table between."""
        return self.model._meta.pk


class ReferenceListField(DocumentField, models.ManyToManyField):
    """A list of references, as Django's many-to-many without a table between."""

    rel_class = ReferenceListRel

    def __init__(self, document_field, *, to, **options):
        options = {
            key: options[key]
            for key in ("verbose_name", "blank", "help_text", "editable", "db_column")
        }
        super().__init__(
            document_field,
            to,
            through=AutoThrough,
            **options,
        )

    def initial_for(self, value):
        return [id_of(item) for item in value or ()]

    def formfield(self, **kwargs):
        defaults = {
            "form_class": formfields.DocumentMultipleChoiceField,
            "queryset": self.remote_field.model._default_manager,
        }
        field = models.Field.formfield(self, **defaults | kwargs)
        if isinstance(field.initial, list | tuple):
            field.initial = [id_of(item) for item in field.initial]
        return field

    @cached_property
    def as_cell(self):
        """This field for a list cell: Django would call ``all()`` on the value."""
        return without_relation(self)

    @property
    def path_infos(self):
        return path_to(self.remote_field.model)

    @property
    def target_field(self):
        return self.remote_field.model._meta.pk

    def to_python(self, value):
        return self.target_field.to_python(value)


def without_relation(field: "DocumentField") -> "DocumentField":
    """Return a copy of ``field`` that Django's display code does not follow."""
    plain = copy.copy(field)
    plain.remote_field = None
    return plain


class AutoThrough:
    """Stands where Django expects the model of a many-to-many table.

    Auto-created, so that the checks and the form take the field for editable.
    """

    class _meta:  # noqa: N801 - Django's name
        auto_created = True
        label = "admin_ext.AutoThrough"
        local_fields = ()
        object_name = "AutoThrough"
