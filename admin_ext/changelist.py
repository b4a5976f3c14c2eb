"""Django's ChangeList over a Document."""

import copy
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property, partial

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import quote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldError, ValidationError
from django.db.models.constants import LOOKUP_SEP
from django.forms.models import BaseModelFormSet
from django.urls import reverse
from mongoengine import errors

from .aggregations import together
from .compat import reading_no_cached_references
from .display import column_for
from .downloads import shown_names
from .exceptions import TooManyMatches, UnsupportedFeature, UnsupportedLookup
from .fields import holds_files, linked, shown_in
from .files import SHOWN_FILES, FileUrls, fetch, join
from .filters import replaced
from .lookups import Path, resolve
from .memory import remembering
from .references import Column, PageReferences, fetch_columns, reference_fields
from .referrers import PARAMETER, PointsTo

# What a value from the query string makes mongoengine raise.
LOOKUP_ERRORS = (
    FieldError,
    # The year after 9999, as the end of a period.
    ValueError,
    OverflowError,
    ValidationError,
    errors.ValidationError,
    errors.InvalidQueryError,
    errors.LookUpError,
)


class DocumentChangeList(ChangeList):
    """Overrides django.contrib.admin.views.main.ChangeList (5.2).

    The page's documents are fetched once, and what they refer to in one query per
    collection; a path into a reference cannot be sorted by.
    """

    # Set by the view when the list has cells to edit.
    formset = None

    def __init__(self, request, model, list_display, *args, **kwargs):
        self.request = request
        *_rest, model_admin, _sortable_by, _help_text = args
        list_display = [column_for(each, model, model_admin) for each in list_display]
        self._filters = None
        # Which keys a search or filter found in another collection.
        self._memory = {}
        super().__init__(request, model, list_display, *args, **kwargs)
        for spec in self.filter_specs if self.add_facets else ():
            if hasattr(spec, "get_facet_queryset"):
                spec.get_facet_queryset = partial(self._counts_of, spec)
        # The headers of other columns get no sort link.
        names = self.list_display if self.sortable_by is None else self.sortable_by
        declared = super().get_ordering_field
        names = [column_for(each, model, model_admin) for each in names]
        self.sortable_by = [name for name in names if self._can_sort_by(declared(name))]

    def get_queryset(self, request, exclude_parameters=None):
        try:
            with remembering(self._memory):
                found = super().get_queryset(request, exclude_parameters)
                return self._pointing(found)
        except LOOKUP_ERRORS as error:
            if isinstance(error, TooManyMatches):
                messages.error(request, str(error))
            raise IncorrectLookupParameters(error) from error

    def get_filters_params(self, params=None):
        """Leave out the parameter that names no lookup."""
        return {
            name: value
            for name, value in super().get_filters_params(params).items()
            if name != PARAMETER
        }

    @cached_property
    def points_to(self) -> PointsTo | None:
        """The document of which the list shows what refers to it."""
        text = self.params.get(PARAMETER)
        return None if text is None else PointsTo.parse(text, self.model_admin)

    def _pointing(self, queryset):
        if self.points_to is None:
            return queryset
        return self.points_to.filter(queryset, self.model_admin)

    @property
    def pointed_at(self) -> dict[str, str]:
        """What the line above the list says, for the template; {} for no line.

        It tells of points_to, or of a lookup of the same that no filter shows.
        """
        name, points_to = PARAMETER, self.points_to
        if points_to is None:
            name, points_to = PointsTo.looked_up(self.params, self.model_admin)
            shown = [each.expected_parameters() for each in self.filter_specs]
            if points_to is None or any(name in names for names in shown):
                return {}
        admin_site = self.model_admin.admin_site
        found, url = points_to.document(self.request, admin_site)
        return {
            "field": points_to.path.verbose_name,
            "text": str(found),
            "url": url,
            "off_url": self.get_query_string(remove=[name]),
        }

    def get_results(self, request):
        with remembering({}):
            super().get_results(request)

    def get_filters(self, request):
        """Make the filters once; Django makes them, and reads their choices, again
        for the counts of each.
        """
        if self._filters is None:
            self.list_filter = [replaced(each) for each in self.list_filter]
            self._filters = super().get_filters(request)
        return self._filters

    def _counts_of(self, spec, changelist):
        return self._counts[spec]

    @cached_property
    def _counts(self) -> dict:
        """Return {filter: its counts}, all counted in one aggregation.

        Counting puts one choice after the other into the filter, which also filters
        for the others: hence a copy.
        """
        counts = {}
        with together(), remembering(self._memory):
            for spec in self.filter_specs:
                if hasattr(spec, "get_facet_queryset"):
                    probe = copy.copy(spec)
                    probe.__dict__.pop("get_facet_queryset", None)
                    probe.used_parameters = dict(spec.used_parameters)
                    counts[spec] = probe.get_facet_queryset(self)
        return counts

    @property
    def result_list(self):
        """The documents of this page. Read from MongoDB at the first access."""
        if not isinstance(self._results, list | BaseModelFormSet):
            with reading_no_cached_references():
                results = self._sent_rows() or list(self._results)
            self._results = self._with_references(results)
        return self._results

    @result_list.setter
    def result_list(self, value):
        self._results = value

    def _sent_rows(self) -> list:
        """Return the documents of a form that was sent, as stored, in its order.

        Django's templates walk the list and the forms side by side, and the list may
        be another by now. [] when there is none, or it was tampered with.
        """
        if self.formset is None or not self.formset.is_bound:
            return []
        instances = [form.instance for form in self.formset.forms]
        if not instances:
            self._tell_what_is_gone()
        if not instances or any(instance._state.adding for instance in instances):
            return []
        keys = [instance.pk for instance in instances]
        stored = {str(each.pk): each for each in self.root_queryset.filter(pk__in=keys)}
        return [stored.get(str(each.pk), each) for each in instances]

    def _tell_what_is_gone(self) -> None:
        """Say what the template says beside the errors of rows, when no row is left."""
        for message in getattr(self.formset, "messages_of_gone_rows", list)():
            messages.error(self.request, message)

    def _with_references(self, results: list) -> list:
        page = PageReferences(
            self.model_admin.admin_site, self.request, owner=self.model
        )
        page.add(results)
        columns = [Column(*column, results) for column in self._paths()]
        for column in self._paths_of_code():
            columns.append(Column(*column, results, is_code=True))
        fetch_columns(page, columns)
        self._prepare_files(results)
        return results

    def _prepare_files(self, results) -> None:
        """Look up the files of the columns, all in one query for each bucket."""
        names = {str(name) for name in self.list_display}
        fields = [each for each in self.lookup_opts.fields if each.name in names]
        fields = [each for each in fields if holds_files(each)]
        if not fields:
            return
        batch: list = []
        for document in results:
            shown = {each.name: shown_in(each, document) for each in fields}
            document.__dict__[SHOWN_FILES] = shown
            join(batch, [*shown.values()])
        fetch(batch)
        linkable = shown_names(self.model_admin, self.request, None)
        urls = FileUrls(self.model_admin.admin_site, self.opts)
        for document in results:
            for field in fields:
                if field.name in linkable:
                    shown = document.__dict__[SHOWN_FILES][field.name]
                    path = (field.document_field.db_field,)
                    linked(shown, path, partial(urls, document))

    def _paths(self) -> Iterator[tuple[str, Path]]:
        """Yield (name, path) of the columns that show references or are paths."""
        for name in map(str, self.list_display):
            is_path = LOOKUP_SEP in name.strip("_")
            if is_path or self._is_reference(name):
                with suppress(UnsupportedLookup):
                    yield name, resolve(self.model, name)

    def _paths_of_code(self) -> Iterator[tuple[str, Path]]:
        """Yield the references that list_select_related says the columns' code reads.

        What else code reads is fetched when it does.
        """
        names = self.list_select_related
        if not isinstance(names, list | tuple):
            fields = reference_fields(self.lookup_opts.fields) if names else ()
            names = [field.name for field in fields]
        for name in names:
            with suppress(UnsupportedLookup):
                yield name, resolve(self.model, name)

    def _is_reference(self, name: str) -> bool:
        names = {each.name for each in reference_fields(self.lookup_opts.fields)}
        return name in names

    def url_for_result(self, result):
        """Follow ChangeList.url_for_result (5.2), which reads the key's field.

        ``pk`` is its text where the value has none of its own.
        """
        return reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_change",
            args=(quote(result.pk),),
            current_app=self.model_admin.admin_site.name,
        )

    def get_ordering_field(self, field_name):
        """Return no field for what MongoDB's find cannot sort by."""
        order_field = super().get_ordering_field(field_name)
        return order_field if self._can_sort_by(order_field) else None

    def _can_sort_by(self, order_field) -> bool:
        try:
            return not order_field or bool(self.root_queryset.sort_key(order_field))
        except UnsupportedFeature:
            return False
