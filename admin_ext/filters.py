"""ListFilters where Django's own ask SQL."""

from django.contrib.admin.filters import (
    AllValuesFieldListFilter,
    FieldListFilter,
    RelatedFieldListFilter,
)
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError

from .compat import register_last_filter
from .fields import ReferenceField, ReferenceListField

# A filter lists at most this many documents or values; the sidebar is no list page.
MAX_CHOICES = 100


class ReferenceFieldListFilter(RelatedFieldListFilter):
    """Filters by a reference. The choices are read once, and bounded."""

    def field_choices(self, field, request, model_admin):
        """Return the first documents of the referenced collection, and the chosen."""
        target = field.remote_field.model
        queryset = target._default_manager.all()
        ordering = self.field_admin_ordering(field, request, model_admin)
        if ordering:
            queryset = queryset.order_by(*ordering)
        choices = [(item.pk, str(item)) for item in queryset.limit(MAX_CHOICES)]
        return choices + self._chosen(target, {str(pk) for pk, _label in choices})

    def _chosen(self, target, listed):
        """Keep what the URL asks for selectable when it is not among the first."""
        chosen = [pk for pk in self.used_values() if pk not in listed]
        try:
            found = target._default_manager.filter(pk__in=chosen) if chosen else ()
            return [(item.pk, str(item)) for item in found]
        except (ValueError, ValidationError) as error:
            raise IncorrectLookupParameters(error) from error

    def used_values(self):
        values = self.used_parameters.get(self.lookup_kwarg) or []
        return [str(value) for value in values]


class DistinctFieldListFilter(AllValuesFieldListFilter):
    """Django's "all values" filter, with MongoDB's distinct."""

    def __init__(self, field, request, params, model, model_admin, field_path):
        self.lookup_kwarg = field_path
        self.lookup_kwarg_isnull = f"{field_path}__isnull"
        self.lookup_val = params.get(self.lookup_kwarg)
        self.lookup_val_isnull = _last(params.get(self.lookup_kwarg_isnull))
        self.empty_value_display = model_admin.get_empty_value_display()
        values = model_admin.get_queryset(request).distinct(
            field_path.replace("__", ".")
        )
        known = [value for value in values if value is not None]
        try:
            known.sort()
        except TypeError:
            known.sort(key=str)
        self.lookup_choices = [
            *known[:MAX_CHOICES],
            *([None] if None in values else []),
        ]
        FieldListFilter.__init__(
            self, field, request, params, model, model_admin, field_path
        )


def _last(values):
    return values[-1] if values else None


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
