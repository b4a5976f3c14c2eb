"""ListFilters where Django's own ask SQL."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any

import mongoengine
from django.contrib.admin.filters import (
    AllValuesFieldListFilter,
    EmptyFieldListFilter,
    FieldListFilter,
    RelatedFieldListFilter,
    RelatedOnlyFieldListFilter,
)
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import get_last_value_from_parameters
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db.models import Count, Q
from django.db.models.constants import LOOKUP_SEP
from django.utils.translation import gettext

from .compat import register_last_filter
from .exceptions import TooManyMatches, UnsupportedLookup
from .failures import FAILURES, beside
from .fields import MAX_CHOICES, DateField, ReferenceField, ReferenceListField
from .lookups import q_for_lookup, resolve
from .omissions import choices_left_out
from .references import PageReferences
from .references.access import Access
from .references.dangling import PLAIN, condition, path_named
from .references.states import State, lists_of
from .visibility import visible

# A text of more characters is no choice of a filter.
MAX_TEXT = 1_000


class BoundedChoices:
    """Mixed in before a filter whose choices are read from MongoDB: within a limit."""

    # Why there are no choices.
    note = ""

    def has_output(self):
        """Stay, as what the URL asks of a filter without output is forgotten."""
        return bool(self.note) or super().has_output()

    def bounded(self, queryset: Any, path: str, ask: Callable[[], list]) -> list:
        """Return what ``ask`` reads, [] without an answer; then ``note`` says why.

        ``queryset`` and ``path`` say what is read.
        """
        key = ("choices", queryset._collection.full_name, path)
        try:
            with beside(key):
                return ask()
        except FAILURES as error:
            self.note = choices_left_out(f"{queryset.model._meta.label}.{path}", error)
        if self.template == FieldListFilter.template:
            self.template = "admin_ext/filter_without_choices.html"
        return []


class ReferenceFieldListFilter(BoundedChoices, RelatedFieldListFilter):
    """Filters by a reference. The choices are read once, and bounded."""

    def field_choices(self, field, request, model_admin):
        """Return the first documents of the referenced collection, and the chosen.

        Overrides RelatedFieldListFilter.field_choices (5.2), except that references
        which the texts read are fetched together.
        """
        target = field.remote_field.model
        queryset = visible(target).all()
        page = PageReferences(model_admin.admin_site, request)

        def ask():
            found = self._first(field, request, model_admin)
            found += self._chosen(target, {str(each.pk) for each in found})
            page.add(found)
            return [(each.pk, str(each)) for each in found]

        choices = self.bounded(queryset, field.name, ask)
        asked = self.used_parameters.get(self.lookup_kwarg) or []
        return [(pk, pk) for pk in map(str, asked)] if self.note else choices

    def _first(self, field, request, model_admin):
        ordering = self.field_admin_ordering(field, request, model_admin)
        return field.choice_documents(ordering=ordering)

    def _chosen(self, target, listed):
        """Return what the URL asks for that is not among the first."""
        asked = self.used_parameters.get(self.lookup_kwarg) or []
        chosen = [pk for pk in map(str, asked) if pk not in listed]
        try:
            found = visible(target).filter(pk__in=chosen) if chosen else ()
            return [*found]
        except (ValueError, ValidationError) as error:
            raise IncorrectLookupParameters(error) from error


class ReferredToFieldListFilter(ReferenceFieldListFilter, RelatedOnlyFieldListFilter):
    """Django's filter by those that something refers to. It reads them, and what
    their texts read, together.
    """

    def _first(self, field, request, model_admin):
        """Follow RelatedOnlyFieldListFilter.field_choices (5.2)."""
        keys = model_admin.get_queryset(request).values_list(
            f"{self.field_path}__pk", flat=True
        )
        ordering = self.field_admin_ordering(field, request, model_admin)
        return field.choice_documents({"pk__in": keys}, ordering)


class DistinctFieldListFilter(BoundedChoices, AllValuesFieldListFilter):
    """Django's "all values" filter over the values that occur in the collection."""

    def __init__(self, field, request, params, model, model_admin, field_path):
        """Follow AllValuesFieldListFilter.__init__ (5.2), except for the values."""
        self.lookup_kwarg = field_path
        self.lookup_kwarg_isnull = f"{field_path}__isnull"
        self.lookup_val = params.get(self.lookup_kwarg)
        self.lookup_val_isnull = get_last_value_from_parameters(
            params, self.lookup_kwarg_isnull
        )
        self.empty_value_display = model_admin.get_empty_value_display()
        queryset, path = self._source(request, model, model_admin, field_path)
        values = self.bounded(
            queryset, path, lambda: queryset.stored_values(path, limit=MAX_CHOICES + 1)
        )
        if self.note:
            values = [*(self.lookup_val or ())]
            values += [None] if self.lookup_val_isnull else []
        choices = dict.fromkeys(
            self._as_asked(field, value) for value in values if _fits_a_link(value)
        )
        self.lookup_choices = [
            value for value in choices if self._is_choice(queryset.model, path, value)
        ]
        FieldListFilter.__init__(
            self, field, request, params, model, model_admin, field_path
        )

    def _source(self, request, model, model_admin, field_path):
        """Return the queryset and the path in it; a reference leads to its own."""
        queryset, found = model_admin.get_queryset(request), resolve(model, field_path)
        while found.joins:
            queryset = visible(found.target).all()
            found = resolve(found.target, found.rest)
        return queryset, LOOKUP_SEP.join(found.names)

    def _as_asked(self, field, value):
        """Return what a link says for ``value``; a day is stored as its midnight."""
        if value is None:
            return None
        is_day = isinstance(value, datetime) and isinstance(field, DateField)
        return str(value.date() if is_day else value)

    def _is_choice(self, document, path, value):
        """Tell whether a link can ask for ``value``; an odd type may not suit."""
        try:
            q_for_lookup(document, path, value)
        except (ValidationError, UnsupportedLookup):
            return False
        return True


def _fits_a_link(value: Any) -> bool:
    """Tell whether a value can be a choice: neither compound nor very long."""
    if isinstance(value, str):
        return len(value) <= MAX_TEXT
    return not isinstance(value, dict | list | bytes)


def is_below(document: Any, lookup: str, paths: list) -> bool:
    """Tell whether ``lookup`` asks one of ``paths``, or the key of its reference."""
    state = f"{LOOKUP_SEP}{ReferenceStateFieldListFilter.parameter}"
    try:
        found = resolve(document, lookup.removesuffix(state))
    except UnsupportedLookup:
        return False
    whole = LOOKUP_SEP.join(found.names)
    names = {whole}
    if getattr(found.fields[-1], "primary_key", False):
        names.add(LOOKUP_SEP.join(found.names[:-1]))
    return not names.isdisjoint(path for path in paths if isinstance(path, str))


class EmptyValueFieldListFilter(EmptyFieldListFilter):
    """Django's "empty" filter over any field: in MongoDB each may be missing."""

    def __init__(self, field, request, params, model, model_admin, field_path):
        """Follow EmptyFieldListFilter.__init__ (5.2), which refuses some fields."""
        self.lookup_kwarg = f"{field_path}__isempty"
        self.lookup_val = get_last_value_from_parameters(params, self.lookup_kwarg)
        FieldListFilter.__init__(
            self, field, request, params, model, model_admin, field_path
        )

    def get_lookup_condition(self):
        return Q((self.lookup_kwarg, True))


class ReferenceStateFieldListFilter(FieldListFilter):
    """Filters by what references lead to: a document, nothing at all, …

    Takes references of every kind, lists of them, and paths into embedded documents.
    """

    parameter = "referencestate"

    def __init__(self, field, request, params, model, model_admin, field_path):
        self.path = path_named(model, field_path)
        if self.path is None:
            raise ImproperlyConfigured(
                f"The list filter '{type(self).__name__}' cannot be used with "
                f"'{field_path}', which is no reference of {model._meta.label}."
            )
        self.lookup_kwarg = f"{field_path}{LOOKUP_SEP}{self.parameter}"
        self.lookup_val = get_last_value_from_parameters(params, self.lookup_kwarg)
        self.access = Access(model_admin.admin_site, request)
        super().__init__(field, request, params, model, model_admin, field_path)

    def expected_parameters(self):
        return [self.lookup_kwarg]

    @property
    def states(self):
        """The states to choose from.

        Only a list can be empty. Of Documents that the person may not view it is not
        told which are there.
        """
        is_told = all(map(self.access.may_view, self.path.targets))
        found = [*State] if is_told else [*PLAIN]
        return [
            each for each in found if lists_of(self.path) or each is not State.EMPTY
        ]

    def _limit(self, target):
        may_view = self.access.may_view(target)
        return self.access.condition(target) if may_view else {"_id": {"$in": []}}

    def _label(self, state):
        is_limited = any(map(self._limit, self.path.targets))
        if state is State.DANGLING and (is_limited or not self.path.targets):
            return gettext("No such document, or you may not view it")
        return state.label

    def queryset(self, request, queryset):
        if self.lookup_kwarg not in self.used_parameters:
            return queryset
        if self.lookup_val not in self.states:
            raise IncorrectLookupParameters(self.lookup_val)
        return queryset.filter(self._condition(queryset, State(self.lookup_val)))

    def _condition(self, queryset, state):
        return mongoengine.Q(__raw__=condition(queryset, self.path, state, self._limit))

    def get_facet_counts(self, pk_attname, filtered_qs):
        """Return a count for each state of which one can be told."""
        counts = {}
        for state in self.states:
            with suppress(TooManyMatches):
                found = self._condition(filtered_qs, state)
                counts[state.value] = Count(pk_attname, filter=found)
        return counts

    def choices(self, changelist):
        counts = self.get_facet_queryset(changelist) if changelist.add_facets else None
        yield {
            "selected": self.lookup_val is None,
            "query_string": changelist.get_query_string(remove=[self.lookup_kwarg]),
            "display": gettext("All"),
        }
        for state in self.states:
            label = self._label(state)
            if counts is not None:
                label = f"{label} ({counts.get(state.value, '-')})"
            yield {
                "selected": self.lookup_val == state.value,
                "query_string": changelist.get_query_string({
                    self.lookup_kwarg: state.value
                }),
                "display": label,
            }


REPLACEMENTS = {
    AllValuesFieldListFilter: DistinctFieldListFilter,
    EmptyFieldListFilter: EmptyValueFieldListFilter,
    RelatedOnlyFieldListFilter: ReferredToFieldListFilter,
    RelatedFieldListFilter: ReferenceFieldListFilter,
}


def replaced(list_filter: Any) -> Any:
    """Return an entry of ``list_filter`` with our class for Django's that asks SQL.

    A subclass of Django's keeps what it overrides.
    """
    if not isinstance(list_filter, list | tuple):
        return list_filter
    path, list_filter_class = list_filter
    return path, _replaced_class(list_filter_class)


@cache
def _replaced_class(cls):
    for django_class, our_class in REPLACEMENTS.items():
        if cls is django_class:
            return our_class
        is_class = isinstance(cls, type) and issubclass(cls, django_class)
        if is_class and not issubclass(cls, our_class):
            return type(cls.__name__, (cls, our_class), {"__module__": cls.__module__})
    return cls


def register() -> None:
    """Put the filters into Django's registry; models are left to Django's own."""
    FieldListFilter.register(
        lambda field: isinstance(field, ReferenceField | ReferenceListField),
        ReferenceFieldListFilter,
        take_priority=True,
    )
    register_last_filter(
        lambda field: hasattr(field, "document_field"), DistinctFieldListFilter
    )
