"""Django's autocomplete view, for references of Documents too."""

import logging

from django.apps import apps
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import (
    FieldDoesNotExist,
    PermissionDenied,
    ValidationError,
)
from django.core.paginator import Paginator
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from mongoengine import Document
from pymongo.errors import OperationFailure

from admin_ext.exceptions import UnsupportedLookup
from admin_ext.limits import TIMEOUTS
from admin_ext.memory import remembering
from admin_ext.meta import document_classes
from admin_ext.options import DocumentAdmin
from admin_ext.pagination import DocumentPaginator, LookaheadPaginator
from admin_ext.policies import policy_for
from admin_ext.policies.queries import allowed_order, finder_for, may_query
from admin_ext.querysets import DocumentQuerySet
from admin_ext.references import PageReferences
from admin_ext.registry import nearest_admin
from admin_ext.search import default_fields, search, search_by_key, words_of
from admin_ext.visibility import seeing

from . import walks

logger = logging.getLogger(__name__)


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
    """Finds the source of a request among Documents as well as models.

    Of Documents nothing is counted, and a search has a time limit. In a large
    collection a page ends with ``pagination.after``, which is sent for the next one.
    """

    def get(self, request, *args, **kwargs):
        *source, to_field_name = self.process_request(request)
        self.term, self.model_admin, self.source_field = source
        if not issubclass(self.model_admin.model, Document):
            return super().get(request, *args, **kwargs)
        if not self.has_perm(request):
            raise PermissionDenied
        try:
            finder = finder_for(self.admin_site, request)
            reading = self.model_admin.reading_lists(request)
            with remembering(), seeing(finder), reading:
                if self._is_walked():
                    return self._answer(self._walked_page(), to_field_name)
                return super().get(request, *args, **kwargs)
        except TIMEOUTS:
            return self._answer(walks.Page([], note=walks.TOO_LONG), to_field_name)
        except OperationFailure as error:
            logger.warning("%s: %s", self.model_admin.model._meta.label, error)
            note = _("MongoDB refused the search.")
            return self._answer(walks.Page([], note=note), to_field_name)

    def process_request(self, request):
        """Follow AutocompleteJsonView.process_request (5.2), except for the source.

        A Document whose admin has no search_fields is searched by default_fields.
        """
        try:
            source = source_for(request.GET["app_label"], request.GET["model_name"])
            field = source._meta.get_field(request.GET["field_name"])
            self._refuse_hidden(request, source, field)
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
        is_document = issubclass(remote, Document)
        if not is_document and not admin.get_search_fields(request):
            raise Http404(
                f"{type(admin).__qualname__} must have search_fields for the "
                "autocomplete_view."
            )
        name = getattr(field.remote_field, "field_name", None) or remote._meta.pk.name
        to_field_name = remote._meta.get_field(name).attname
        if not admin.to_field_allowed(request, to_field_name):
            raise PermissionDenied
        # No pattern of MongoDB's may hold a NUL.
        term = request.GET.get("term", "").replace("\0", "")
        return term, admin, field, to_field_name

    def _refuse_hidden(self, request, source, field):
        """Raise FieldDoesNotExist for a field that the person may not see."""
        if not issubclass(source, Document):
            return
        policy = policy_for(request, source, nearest_admin(self.admin_site, source))
        if not policy.may_view((field.name,)):
            raise FieldDoesNotExist

    def serialize_result(self, obj, to_field_name):
        """Name a document by the text of its key; the field may hold a sub-document."""
        result = super().serialize_result(obj, to_field_name)
        if isinstance(obj, Document):
            result["id"] = str(obj.serializable_value(to_field_name))
        return result

    def get_paginator(self, *args, **kwargs):
        """Use the admin's paginator, unless that is the usual one, which counts."""
        is_own = self.model_admin.paginator not in (Paginator, DocumentPaginator)
        if is_own or not issubclass(self.model_admin.model, Document):
            return super().get_paginator(*args, **kwargs)
        return LookaheadPaginator(*args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["object_list"] = self._on_one_page(context["object_list"])
        return context

    def _on_one_page(self, documents):
        """Return what is found; references that its texts read are fetched together."""
        documents = [*documents]
        if issubclass(self.model_admin.model, Document):
            PageReferences(self.admin_site, self.request).add(documents)
        return documents

    def get_queryset(self):
        """Return what the search finds, in an order that keeps pages apart."""
        try:
            queryset = self._found()
        except (ValidationError, UnsupportedLookup):
            # A term that no field can hold, or that finds too much, finds nothing.
            return self.model_admin.get_queryset(self.request).none().order_by("pk")
        if not isinstance(queryset, DocumentQuerySet):
            return queryset
        queryset = queryset if queryset.ordered else queryset.order_by("pk")
        return queryset.max_time_ms(walks.MAX_TIME)

    def _found(self):
        is_usual = _is_usual(self.model_admin)
        if not is_usual or self.model_admin.get_search_fields(self.request):
            return super().get_queryset()
        fields = self._search_fields()
        if fields or not self.term.strip():
            return search(self._choices(), fields, self.term)
        return search_by_key(self._choices(), self.term)

    def _choices(self):
        """Return all that may be chosen."""
        queryset = self.model_admin.get_queryset(self.request)
        return queryset.complex_filter(self.source_field.get_limit_choices_to())

    def _search_fields(self):
        own = self.model_admin.get_search_fields(self.request)
        return own or [
            each
            for each in default_fields(self.model_admin.model)
            if may_query(self.model_admin, self.request, each)
        ]

    def _is_walked(self) -> bool:
        """Tell whether this is the admin's usual search of a large collection."""
        queryset = self.model_admin.get_queryset(self.request)
        return (
            _is_usual(self.model_admin)
            and isinstance(queryset, DocumentQuerySet)
            and walks.is_large(queryset)
        )

    def _walked_page(self):
        queryset = self._choices()
        try:
            position = walks.Position.read(self.request.GET.get("after", ""))
        except ValueError:
            position = walks.Position()
        try:
            ways = self._ways(queryset)
        except (ValidationError, UnsupportedLookup):
            return walks.Page([])
        return walks.page(queryset, ways, position, self.paginate_by)

    def _ways(self, queryset):
        if words_of(self.term):
            return walks.walks_for(queryset, self._search_fields(), self.term)
        ordering = self.model_admin.get_ordering(self.request)
        ordering = ordering or queryset.model._meta.ordering or ()
        allowed = allowed_order(self.model_admin, self.request, ordering)
        return walks.walks_in_order(queryset, allowed)

    def _answer(self, page, to_field_name):
        found = self._on_one_page(page.found)
        results = [self.serialize_result(each, to_field_name) for each in found]
        if page.note:
            results.append({"id": "", "text": str(page.note), "disabled": True})
        pagination = {"more": page.end is not None}
        if page.end is not None:
            pagination["after"] = page.end.signed()
        return JsonResponse({"results": results, "pagination": pagination})


def _is_usual(admin) -> bool:
    """Tell whether the admin leaves the search as it is."""
    own = type(admin).get_search_results
    return own is DocumentAdmin.get_search_results
