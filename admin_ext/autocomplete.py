"""Django's autocomplete view, for references of Documents too."""

from django.apps import apps
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import (
    FieldDoesNotExist,
    PermissionDenied,
    ValidationError,
)
from django.http import Http404
from mongoengine import Document

from .exceptions import UnsupportedLookup
from .meta import document_classes
from .querysets import DocumentQuerySet


def source_for(app_label: str, model_name: str) -> type:
    """Return the model, Document or EmbeddedDocument of that name.

    Raise LookupError when there is none.
    """
    for document in document_classes(embedded=True):
        meta = document._meta
        if (meta.app_label, meta.model_name) == (app_label, model_name.lower()):
            return document
    return apps.get_model(app_label, model_name)


class DocumentAutocompleteView(AutocompleteJsonView):
    """Finds the source of a request among Documents as well as models."""

    def process_request(self, request):
        """Follow AutocompleteJsonView.process_request (5.2), except for the source."""
        try:
            source = source_for(request.GET["app_label"], request.GET["model_name"])
            field = source._meta.get_field(request.GET["field_name"])
            while hasattr(field, "item"):
                # References within lists of lists, and within maps.
                field = field.item
            remote = field.remote_field.model
            admin = self.admin_site.get_model_admin(remote)
        except (
            KeyError,
            LookupError,
            FieldDoesNotExist,
            AttributeError,
            NotRegistered,
        ) as error:
            raise PermissionDenied from error
        if not admin.get_search_fields(request):
            raise Http404(
                f"{type(admin).__qualname__} must have search_fields for the "
                "autocomplete_view."
            )
        name = getattr(field.remote_field, "field_name", None) or remote._meta.pk.name
        to_field_name = remote._meta.get_field(name).attname
        if not admin.to_field_allowed(request, to_field_name):
            raise PermissionDenied
        return request.GET.get("term", ""), admin, field, to_field_name

    def serialize_result(self, obj, to_field_name):
        """Name a document by the text of its key; the field may hold a sub-document."""
        result = super().serialize_result(obj, to_field_name)
        if isinstance(obj, Document):
            result["id"] = str(obj.serializable_value(to_field_name))
        return result

    def get_queryset(self):
        """Return what the search finds, in an order that keeps pages apart."""
        try:
            queryset = super().get_queryset()
        except (ValidationError, UnsupportedLookup):
            # A term that no field can hold, or that finds too much, finds nothing.
            return self.model_admin.get_queryset(self.request).none().order_by("pk")
        if isinstance(queryset, DocumentQuerySet) and not queryset.ordered:
            return queryset.order_by("pk")
        return queryset
