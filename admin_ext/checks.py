"""System checks: Django's admin checks on Documents, and our own."""

from django.conf import settings
from django.contrib.admin.checks import (
    BaseModelAdminChecks,
    InlineModelAdminChecks,
    ModelAdminChecks,
)
from django.contrib.admin.options import InlineModelAdmin
from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from mongoengine.base import BaseDocument

from .exceptions import UnsupportedLookup
from .fields import EmbeddedField, ListField
from .lookups import resolve

MIDDLEWARE = "admin_ext.middleware.MongoDBUnavailableMiddleware"


class DocumentAdminChecks(ModelAdminChecks):
    """Django's checks, except where MongoDB allows more or less than SQL."""

    def _check_list_display_item(self, obj, item, label):
        # A list of references is one array here, fetched with the row; in SQL it
        # would be a query per row (admin.E109).
        errors = super()._check_list_display_item(obj, item, label)
        return [error for error in errors if error.id != "admin.E109"]

    def _check_inlines_item(self, obj, inline, label):
        # Django asks for a subclass of Model (admin.E106).
        if isinstance(inline, type) and issubclass(inline, InlineModelAdmin):
            model = inline.model
            if isinstance(model, type) and issubclass(model, BaseDocument):
                return inline(obj.model, obj.admin_site).check()
        return super()._check_inlines_item(obj, inline, label)

    def _check_ordering_item(self, obj, field_name, label):
        errors = super()._check_ordering_item(obj, field_name, label)
        if errors or not isinstance(field_name, str):
            return errors
        return self._check_sort_path(obj, field_name, label)

    def _check_sort_path(self, obj, field_name, label):
        if field_name == "?":
            return [
                checks.Error(
                    f"The value of '{label}' cannot be '?': MongoDB's find has no "
                    "random order.",
                    hint="Name a field of the Document.",
                    obj=obj.__class__,
                    id="admin_ext.E001",
                )
            ]
        try:
            found = resolve(obj.model, field_name.lstrip("-"))
        except UnsupportedLookup:
            return []
        if not found.joins:
            return []
        return [
            checks.Error(
                f"The value of '{label}' cannot be '{field_name}', which is in another "
                "collection.",
                hint="Sort by the reference itself, or store the value in "
                f"'{obj.model._meta.label}'.",
                obj=obj.__class__,
                id="admin_ext.E002",
            )
        ]


class DocumentInlineChecks(InlineModelAdminChecks):
    """Inlines of Documents that reference the parent: Django's checks as they are."""


class EmbeddedInlineChecks(InlineModelAdminChecks):
    """Inlines of embedded documents: a field of the parent instead of a foreign key."""

    def _check_relation(self, obj, parent_model):
        try:
            field = parent_model._meta.get_field(obj.field_name)
        except FieldDoesNotExist:
            field = None
        item = field.item if isinstance(field, ListField) else field
        if isinstance(item, EmbeddedField) and issubclass(
            item.embedded_document, obj.model
        ):
            return []
        return [
            checks.Error(
                f"The value of 'field_name' must be a field of "
                f"'{parent_model._meta.label}' that holds '{obj.model.__name__}', "
                f"not '{obj.field_name}'.",
                obj=obj.__class__,
                id="admin_ext.E003",
            )
        ]

    def _check_exclude_of_parent_model(self, obj, parent_model):
        return BaseModelAdminChecks._check_exclude(self, obj)


def check_middleware(app_configs, **kwargs):
    """Warn when an unreachable MongoDB would be a plain 500."""
    if MIDDLEWARE in settings.MIDDLEWARE:
        return []
    return [
        checks.Warning(
            f"'{MIDDLEWARE}' must be in MIDDLEWARE for an unreachable MongoDB to be "
            "answered with 503 and a clear page.",
            hint="Add it as the last entry of MIDDLEWARE.",
            id="admin_ext.W001",
        )
    ]
