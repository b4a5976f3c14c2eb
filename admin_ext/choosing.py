"""How the people who use an admin choose what a reference leads to."""

from typing import Any

from django.contrib.admin.utils import quote
from django.urls import reverse
from mongoengine import Document

from .formfields import Access, GenericReferenceField
from .widgets import (
    DocumentAutocompleteSelect,
    DocumentAutocompleteSelectMultiple,
    DocumentManyRawIdWidget,
    DocumentRawIdWidget,
)


class SiteAccess(Access):
    """What the person of a request may see in an admin site."""

    def __init__(self, admin_site: Any, request: Any):
        self.admin_site, self.request = admin_site, request
        self._viewable: dict[Any, bool] = {}

    def documents(self):
        """Return the Documents that are registered, in the order of their names."""
        registered = (
            each for each in self.admin_site._registry if issubclass(each, Document)
        )
        return sorted(registered, key=lambda each: str(each._meta.verbose_name).lower())

    def _admin_of(self, document):
        """Return the admin of a class, or of the nearest one above it."""
        registry = self.admin_site._registry
        return next(
            (registry[cls] for cls in document.__mro__ if cls in registry), None
        )

    def is_hidden(self, document):
        return self._admin_of(document) is not None and not self.may_view(document)

    def may_view(self, document):
        if document not in self._viewable:
            admin = self._admin_of(document)
            self._viewable[document] = bool(
                admin and admin.has_view_or_change_permission(self.request)
            )
        return self._viewable[document]

    def queryset(self, document):
        """Return what the admin lists; of an unregistered class all documents."""
        admin = self.admin_site._registry.get(document)
        if admin is None:
            return super().queryset(document)
        return admin.get_queryset(self.request)

    def lookup_url(self, document):
        if document not in self.admin_site._registry or not self.may_view(document):
            return ""
        url = self._reverse(document, "changelist")
        return f"{url}?_to_field={document._meta.pk.name}"

    def change_url(self, found):
        document = type(found)
        if document not in self.admin_site._registry or not self.may_view(document):
            return ""
        return self._reverse(document, "change", quote(found.pk))

    def _reverse(self, document, view, *args):
        meta = document._meta
        name = f"admin:{meta.app_label}_{meta.model_name}_{view}"
        return reverse(name, args=args, current_app=self.admin_site.name)


class ReferenceOptions:
    """Mixed in before Django's admin classes: their hooks for references."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, GenericReferenceField):
            field.access = SiteAccess(self.admin_site, request)
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if self._is_autocomplete(db_field, request):
            kwargs.setdefault(
                "widget", DocumentAutocompleteSelect(db_field, self.admin_site)
            )
        elif db_field.name in self.raw_id_fields:
            kwargs.setdefault(
                "widget", DocumentRawIdWidget(db_field.remote_field, self.admin_site)
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if self._is_autocomplete(db_field, request):
            kwargs.setdefault(
                "widget", DocumentAutocompleteSelectMultiple(db_field, self.admin_site)
            )
        elif db_field.name in self.raw_id_fields:
            kwargs.setdefault(
                "widget",
                DocumentManyRawIdWidget(db_field.remote_field, self.admin_site),
            )
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def _is_autocomplete(self, db_field, request):
        """References inside embedded documents search wherever they can.

        ``autocomplete_fields`` names fields of the Document only.
        """
        if db_field.model is self.model:
            return db_field.name in self.get_autocomplete_fields(request)
        target = self.admin_site._registry.get(db_field.remote_field.model)
        return bool(target and target.get_search_fields(request))
