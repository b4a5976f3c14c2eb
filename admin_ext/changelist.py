"""Django's ChangeList over a Document."""

from collections.abc import Iterator
from contextlib import suppress

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldError, ValidationError
from django.db.models.constants import LOOKUP_SEP
from django.forms.models import BaseModelFormSet
from mongoengine import errors

from .exceptions import UnsupportedFeature, UnsupportedLookup
from .lookups import Path, resolve
from .references import ATTRIBUTE, PageReferences, reference_fields

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

    def __init__(self, request, *args, **kwargs):
        self.request = request
        super().__init__(request, *args, **kwargs)
        # The headers of other columns get no sort link.
        names = self.list_display if self.sortable_by is None else self.sortable_by
        declared = super().get_ordering_field
        self.sortable_by = [name for name in names if self._can_sort_by(declared(name))]

    def get_queryset(self, request, exclude_parameters=None):
        try:
            return super().get_queryset(request, exclude_parameters)
        except LOOKUP_ERRORS as error:
            raise IncorrectLookupParameters(error) from error

    @property
    def result_list(self):
        """The documents of this page. Read from MongoDB at the first access."""
        if not isinstance(self._results, list | BaseModelFormSet):
            self._results = self._fetch(self._results)
        return self._results

    @result_list.setter
    def result_list(self, value):
        self._results = value

    def _fetch(self, queryset) -> list:
        results = list(queryset)
        page = PageReferences(
            admin_site=self.model_admin.admin_site, request=self.request
        )
        page.fetch(results, self._fetched_references())
        for document in results:
            document.__dict__[ATTRIBUTE] = page
        for path in self._paths():
            page.follow(results, path.fields)
        for field in self._fetched_references():
            self._share(page, results, field)
        return results

    def _paths(self) -> Iterator[Path]:
        """Yield the columns that are paths, and the paths of list_select_related."""
        names = list(self.list_display)
        if isinstance(self.list_select_related, list | tuple):
            names += self.list_select_related
        for name in names:
            if isinstance(name, str) and LOOKUP_SEP in name.strip("_"):
                with suppress(UnsupportedLookup):
                    yield resolve(self.model, name)

    def _fetched_references(self) -> list:
        """Return the reference fields that the columns show or go through."""
        names = {str(name).partition(LOOKUP_SEP)[0] for name in self.list_display}
        if isinstance(self.list_select_related, list | tuple):
            names |= {
                name.partition(LOOKUP_SEP)[0] for name in self.list_select_related
            }
        elif self.list_select_related:
            return reference_fields(self.lookup_opts.fields)
        return reference_fields(
            field for field in self.lookup_opts.fields if field.name in names
        )

    def _share(self, page, results, field) -> None:
        """Let a column's method read ``obj.user`` without a query of its own."""
        if field.many_to_many:
            return
        for document in results:
            target = page.get(field.remote_field.model, field.stored_value(document))
            if target is not None:
                document._data[field.name] = target

    def get_ordering_field(self, field_name):
        """Return no field for what MongoDB's find cannot sort by."""
        order_field = super().get_ordering_field(field_name)
        return order_field if self._can_sort_by(order_field) else None

    def _can_sort_by(self, order_field) -> bool:
        try:
            return not order_field or bool(self.root_queryset.sort_key(order_field))
        except UnsupportedFeature:
            return False
