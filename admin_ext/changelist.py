"""Django's ChangeList over a Document."""

import copy
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import cached_property, partial

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import FieldError, ValidationError
from django.core.paginator import EmptyPage, InvalidPage
from django.db.models.constants import LOOKUP_SEP
from django.forms.models import BaseModelFormSet
from mongoengine import errors

from . import omissions, result_counts
from .aggregations import together
from .compat import CONNECTION_ERRORS, reading_no_cached_references
from .counting import Unknown, bytes_of, is_exact
from .display import column_for
from .downloads import shown_names
from .drift import DriftMixin
from .exceptions import TooManyMatches, UnsupportedFeature, UnsupportedLookup
from .failures import FAILURES
from .fields import holds_files, linked, shown_in
from .files import SHOWN_FILES, FileUrls, fetch, join
from .filters import replaced
from .index_awareness import AwareChangeList
from .keyset import KeysetPage, may_tell, walk_for
from .limits import READING, max_side_time, max_time, within
from .lookups import Path, resolve
from .memory import remembering
from .notices import Notice
from .pagination import KEYSET, NUMBERED, DocumentPaginator
from .parameters import NO_LOOKUPS, of_all_pages
from .policies.changelist import LimitedChangeList
from .projection import ProjectionMixin
from .references import (
    Column,
    PageReferences,
    fetch_columns,
    lending,
    reference_fields,
)
from .referrers import PARAMETER, PointsTo
from .rows import RowsMixin
from .visibility import seeing

# Of so many rows, and bytes, MongoDB may read all to sort them, whatever indexes there
# are.
MAX_SORTED, MAX_SORTED_BYTES = 1_000, 16_000_000

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


class DocumentChangeList(
    DriftMixin, RowsMixin, ProjectionMixin, LimitedChangeList, AwareChangeList
):
    """Overrides django.contrib.admin.views.main.ChangeList (5.2).

    The page's documents are fetched once, and what they refer to in one query per
    collection; a path into a reference cannot be sorted by.
    """

    # Set by the view when the list has cells to edit.
    formset = None

    # The page, where pages are found by key and have no numbers.
    keyset = None

    def __init__(self, request, model, list_display, *args, **kwargs):
        self.request = request
        *_rest, model_admin, _sortable_by, _help_text = args
        args = self.allowed_arguments(model, args)
        list_display = [column_for(each, model, model_admin) for each in list_display]
        self._filters = None
        # Which keys a search or filter found in another collection.
        self._memory = {}
        # What the page says about itself, above the list.
        self.notices: list[Notice] = []
        # Whether nobody knows what the list is of.
        self._is_left_out = False
        super().__init__(request, model, list_display, *args, **kwargs)
        for spec in self.filter_specs if self.add_facets else ():
            if hasattr(spec, "get_facet_queryset"):
                spec.get_facet_queryset = partial(self._counts_of, spec)
        # The headers of other columns get no sort link.
        names = self.list_display if self.sortable_by is None else self.sortable_by
        declared = super().get_ordering_field
        names = [column_for(each, model, model_admin) for each in names]
        self.sortable_by = [name for name in names if self._can_sort_by(declared(name))]
        self.tell_of_text_index()

    def get_queryset(self, request, exclude_parameters=None):
        """Return what the list is of; nothing where that could not be looked up."""
        if request.method not in READING or exclude_parameters is not None:
            return self._asked_for(request, exclude_parameters)
        try:
            with within(max_time()):
                return self._asked_for(request)
        except FAILURES as error:
            if result_counts.is_asked(request, result_counts.ALONE):
                raise
            notice = omissions.condition_left_out(self.opts.label, error)
            self.notices.append(notice)
        self._is_left_out = True
        names = self.get_filters_params()
        self.clear_all_filters_qs = self.get_query_string(remove=names)
        return self.root_queryset.none().order_by("pk")

    def _asked_for(self, request, exclude_parameters=None):
        """Return what filters and search ask for. Raise IncorrectLookupParameters.

        Django (5.2) takes whatever a lookup raises for a bad one.
        """
        try:
            with remembering(self._memory), seeing(self.finder):
                found = super().get_queryset(request, exclude_parameters)
                found = self.drifting(self._pointing(found))
                return found if exclude_parameters else self.within_reason(found)
        except LOOKUP_ERRORS as error:
            if isinstance(error, TooManyMatches):
                messages.error(request, str(error))
            raise IncorrectLookupParameters(error) from error
        except IncorrectLookupParameters as error:
            cause = error.__cause__ or error.__context__
            if not isinstance(cause, (*FAILURES, *CONNECTION_ERRORS)):
                raise
            raise cause from None

    def get_filters_params(self, params=None):
        """Leave out the parameter that names no lookup."""
        return {
            name: value
            for name, value in super().get_filters_params(params).items()
            if name != PARAMETER and name not in NO_LOOKUPS
        }

    @property
    def params(self) -> dict[str, str]:
        """The parameters of the URL that links to other pages have, too."""
        return self._params

    @params.setter
    def params(self, params):
        self._params = of_all_pages(params)

    @property
    def filter_params(self) -> dict[str, list[str]]:
        """The same, each with all its values."""
        return self._filter_params

    @filter_params.setter
    def filter_params(self, params):
        self._filter_params = of_all_pages(params)

    @cached_property
    def points_to(self) -> PointsTo | None:
        """The document of which the list shows what refers to it."""
        text = self.params.get(PARAMETER)
        return (
            None
            if text is None
            else PointsTo.parse(text, self.model_admin, self.request)
        )

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
        """Get none where MongoDB gives no answer, and say so."""
        try:
            is_alone = result_counts.is_asked(request, result_counts.ALONE)
            if is_alone or self._is_left_out:
                self._have_no_results()
            else:
                self._get_results(request)
        except FAILURES as error:
            self._leave_rows_out(error)
            self._have_no_results()

    def _have_no_results(self) -> None:
        self.paginator = self.model_admin.get_paginator(self.request, [], 1)
        self.result_list, self.result_count = [], Unknown()
        self.full_result_count = None
        self.can_show_all = self.multi_page = False
        self.show_full_result_count = self.show_admin_actions = False

    @property
    def exact_count(self) -> dict[str, str]:
        """The URLs that count exactly; {} where nothing is left to count."""
        return result_counts.links(self)

    def _leave_rows_out(self, error: Exception) -> None:
        """Say why there are no rows. Raise the error again for what was sent."""
        if self.request.method not in READING:
            raise error
        self.notices.append(omissions.rows_left_out(self.queryset, error))
        self.result_list = []

    def _get_results(self, request):
        """Follow ChangeList.get_results (5.2), except that counts have a bound.

        What takes too long to count is read instead, with one row of the next page.
        """
        paginator = self.model_admin.get_paginator(
            request, self.listed, self.list_per_page
        )
        full_result_count = result_counts.count(self, paginator)
        try:
            results = self._results_of(paginator)
        except (InvalidPage, ValueError) as error:
            raise IncorrectLookupParameters(error) from error
        count = paginator.count
        self.paginator, self.result_count, self.result_list = paginator, count, results
        self.show_full_result_count = self.model_admin.show_full_result_count
        if self.show_full_result_count and full_result_count is None:
            full_result_count = result_counts.at_least(self, count)
        self.full_result_count = full_result_count
        # Actions are shown as well where nobody counts what there is.
        self.show_admin_actions = not self.show_full_result_count or bool(
            full_result_count
        )

    def _results_of(self, paginator):
        """Return the rows of the page, to be read later, and know what pages there are.

        Raise InvalidPage or ValueError for a page that is none.
        """
        is_usual = isinstance(paginator, DocumentPaginator)
        is_counted = not is_usual or "count" in vars(paginator)
        if is_usual and not (is_counted and self._is_short(paginator)):
            walk = walk_for(self.listed, self.list_per_page)
            if walk is not None:
                return self._walked(paginator, walk, is_counted=is_counted)
        if not is_counted:
            with within(max_time()):
                page = paginator.looked_at(self.page_num)
            paginator.count = page.counted
            self._know_pages(paginator.count)
            return tuple(page.object_list)
        self._know_pages(paginator.count)
        if not self.multi_page or (self.show_all and self.can_show_all):
            return self.listed._clone()
        return paginator.page(self.page_num).object_list

    def _is_short(self, paginator) -> bool:
        count, end = paginator.count, min(MAX_SORTED, paginator.max_count)
        if self.show_all:
            # One page has all of these.
            end = max(end, self.list_max_show_all)
        is_short = is_exact(count) and count <= end
        if not self.show_all:
            is_short &= bytes_of(self.queryset, count) <= MAX_SORTED_BYTES
        return is_short and self.model_admin.list_pages != KEYSET

    def _walked(self, paginator, walk, *, is_counted):
        """Return a page found by key, or by its number where pages have one."""
        is_numbered = is_counted and self._is_numbered(paginator)
        number = self.page_num
        start = (number - 1) * self.list_per_page
        if is_numbered:
            paginator.validate_number(number)
        elif not 0 <= start <= paginator.max_count:
            raise EmptyPage(f"Page {number} has no number of rows before it.")
        parameters = {} if is_numbered else self.request.GET
        page = KeysetPage(
            walk,
            parameters,
            start=start,
            notices=self.notices,
            may_tell=is_numbered or may_tell(self, walk.order),
        )
        with within(max_time()):
            if self.request.method in READING and page.is_beyond:
                raise EmptyPage(f"Page {number} is behind the last row.")
            if not is_counted or not is_exact(paginator.count):
                result_counts.learn_from_page(self, paginator, page)
        self._know_pages(paginator.count)
        self.keyset = None if is_numbered else page
        return page

    def _is_numbered(self, paginator) -> bool:
        """Tell whether pages have numbers: by the option, or because they are few."""
        pages, count = self.model_admin.list_pages, paginator.count
        if pages is None:
            return is_exact(count) and count <= paginator.max_count
        return pages == NUMBERED and is_exact(count)

    def _know_pages(self, count: int) -> None:
        is_known = is_exact(count)
        self.can_show_all = is_known and count <= self.list_max_show_all
        self.multi_page = not is_known or count > self.list_per_page

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
        """Return {filter: its counts}, all counted in one aggregation."""
        specs = [each for each in self.filter_specs if _is_counted(each)]
        try:
            with within(max_side_time()):
                return self._counted(specs)
        except FAILURES as error:
            self.notices.append(omissions.counts_left_out(self.opts.label, error))
        # What Django's SimpleListFilter shows where it has no count.
        return {spec: defaultdict(lambda: "-") for spec in specs}

    def _counted(self, specs: list) -> dict:
        """Return {filter: its counts}.

        Counting puts one choice after the other into the filter, which also filters
        for the others: hence a copy.
        """
        counts = {}
        with together(), remembering(self._memory), seeing(self.finder):
            for spec in specs:
                probe = copy.copy(spec)
                probe.__dict__.pop("get_facet_queryset", None)
                probe.used_parameters = dict(spec.used_parameters)
                counts[spec] = probe.get_facet_queryset(self)
            # Read within the limit.
            any(map(len, counts.values()))
        return counts

    def page_notices(self) -> list[Notice]:
        """Return what stands above the list; the counts may add to that."""
        if self.add_facets:
            _counts = self._counts
        return self.notices

    @property
    def result_list(self):
        """The documents of this page. Read from MongoDB at the first access."""
        if not isinstance(self._results, list | BaseModelFormSet):
            with reading_no_cached_references():
                results = self._sent_rows() or self._rows()
            self._results = self._with_references(results)
        return self._results

    def _rows(self) -> list:
        """Return the rows of this page, none where MongoDB did not give them."""
        try:
            with within(max_time()):
                return [*self._results]
        except FAILURES as error:
            self._leave_rows_out(error)
            return []

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
        for column in self.related_to_code:
            options = {"is_code": True, "is_whole": False}
            columns.append(Column(*column, results, **options))
        with ExitStack() as stack:
            for row in results:
                stack.enter_context(lending(row))
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
        fields = reference_fields(self.lookup_opts.fields)
        return name in {each.name for each in fields}

    def get_ordering_field(self, field_name):
        """Return no field for what MongoDB's find cannot sort by."""
        order_field = super().get_ordering_field(field_name)
        return order_field if self._can_sort_by(order_field) else None

    def _can_sort_by(self, order_field) -> bool:
        if self.is_order_denied(order_field):
            return False
        try:
            return not order_field or bool(self.root_queryset.sort_key(order_field))
        except UnsupportedFeature:
            return False


def _is_counted(spec) -> bool:
    return hasattr(spec, "get_facet_queryset")
