"""References to other Documents as Django's foreign keys and many-to-many fields."""

import copy

from django.db import models
from django.utils.functional import cached_property
from mongoengine import CASCADE, DENY, DO_NOTHING, NULLIFY, PULL, Document

from admin_ext import formfields
from admin_ext.keys import key_of

from .base import DocumentField, path_to

# A filter lists at most this many documents or values; the sidebar is no list page.
MAX_CHOICES = 100


# Django's name for each reverse_delete_rule. The admin asks it where it offers to
# delete what a form refers to; what deleting does is admin_ext.deletion's.
ON_DELETE = {
    DO_NOTHING: models.DO_NOTHING,
    NULLIFY: models.SET_NULL,
    CASCADE: models.CASCADE,
    DENY: models.PROTECT,
    PULL: models.DO_NOTHING,
}


class RelationMixin(DocumentField):
    """Shared by the references below."""

    @property
    def path_infos(self):
        return path_to(self.remote_field.model)

    @cached_property
    def as_cell(self):
        """This field for a list cell: Django would fetch, or follow, the relation."""
        plain = copy.copy(self)
        plain.remote_field = None
        return plain

    def get_choices(self, include_blank=True, limit_choices_to=None, ordering=()):
        """Return the first documents of the referenced collection as choices.

        Overrides Field.get_choices (5.2), which has no bound; filters call it.
        """
        queryset = self.remote_field.model._default_manager.all()
        if limit_choices_to:
            queryset = queryset.complex_filter(limit_choices_to)
        if ordering:
            queryset = queryset.order_by(*ordering)
        blank = models.fields.BLANK_CHOICE_DASH if include_blank else []
        return [*blank, *((each.pk, str(each)) for each in queryset[:MAX_CHOICES])]


class ReferenceField(RelationMixin, models.ForeignKey):
    """One reference. ``to`` is the referenced Document, presented to Django."""

    attname_suffix = "_id"

    def __init__(self, document_field, *, to, **options):
        super().__init__(
            document_field,
            to,
            ON_DELETE[getattr(document_field, "reverse_delete_rule", DO_NOTHING)],
            db_constraint=False,
            limit_choices_to=getattr(document_field, "limit_choices_to", None),
            **options,
        )

    def initial_for(self, value):
        return key_of(self.remote_field.model, value)

    def save_form_data(self, instance, data):
        """Set the reference; a new parent of an inline is not compared with the old.

        mongoengine compares keys, and a SequenceField draws one to be compared.
        """
        if isinstance(data, Document) and data._created:
            instance._data[self.name] = data
        else:
            super().save_form_data(instance, data)

    def formfield(self, **kwargs):
        return super().formfield(
            **{"form_class": formfields.DocumentChoiceField} | kwargs
        )


class ReferenceListRel(models.ManyToManyRel):
    """``remote_field`` of a list of references."""

    @property
    def field_name(self):
        return self.model._meta.pk.name

    def get_related_field(self):
        """Return the referenced key. Django looks for it in the table between."""
        return self.model._meta.pk


class ReferenceListField(RelationMixin, models.ManyToManyField):
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
            limit_choices_to=_limit_of_members(document_field),
            **options,
        )

    def initial_for(self, value):
        """Return the ids; what is no list counts as its only member."""
        members = value if isinstance(value, list | tuple | None) else [value]
        return [key_of(self.remote_field.model, item) for item in members or ()]

    def formfield(self, **kwargs):
        defaults = {
            "form_class": formfields.DocumentMultipleChoiceField,
            "queryset": self.remote_field.model._default_manager,
            "limit_choices_to": self.remote_field.limit_choices_to,
        }
        field = models.Field.formfield(self, **defaults | kwargs)
        if isinstance(field.initial, list | tuple):
            field.initial = self.initial_for(field.initial)
        return field

    @property
    def target_field(self):
        return self.remote_field.model._meta.pk

    def to_python(self, value):
        return self.target_field.to_python(value)


def _limit_of_members(document_field):
    """Return limit_choices_to of a list, or of the reference that is its member."""
    limit = getattr(document_field, "limit_choices_to", None)
    return limit or getattr(document_field.field, "limit_choices_to", None)


class AutoThrough:
    """Stands where Django expects the model of a many-to-many table.

    Auto-created, so that the checks and the form take the field for editable.
    """

    class _meta:
        auto_created = True
        label = "admin_ext.AutoThrough"
        local_fields = ()
        object_name = "AutoThrough"
