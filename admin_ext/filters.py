"""ListFilters where Django's own ask SQL."""

from django.contrib.admin.filters import (
    AllValuesFieldListFilter,
    FieldListFilter,
    RelatedFieldListFilter,
)
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import get_last_value_from_parameters
from django.core.exceptions import ValidationError
from django.db.models.constants import LOOKUP_SEP

from .compat import register_last_filter
from .exceptions import UnsupportedLookup
from .fields import MAX_CHOICES, ReferenceField, ReferenceListField
from .lookups import q_for_lookup, resolve


class ReferenceFieldListFilter(RelatedFieldListFilter):
    """Filters by a reference. The choices are read once, and bounded."""

    def field_choices(self, field, request, model_admin):
        """Return the first documents of the referenced collection, and the chosen."""
        choices = super().field_choices(field, request, model_admin)
        target = field.remote_field.model
        return choices + self._chosen(target, {str(pk) for pk, _label in choices})

    def _chosen(self, target, listed):
        """Keep what the URL asks for selectable when it is not among the first."""
        asked = self.used_parameters.get(self.lookup_kwarg) or []
        chosen = [pk for pk in map(str, asked) if pk not in listed]
        try:
            found = target._default_manager.filter(pk__in=chosen) if chosen else ()
            return [(item.pk, str(item)) for item in found]
        except (ValueError, ValidationError) as error:
            raise IncorrectLookupParameters(error) from error


class DistinctFieldListFilter(AllValuesFieldListFilter):
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
        values = self._values(request, model, model_admin, field_path)
        self.lookup_choices = [
            value for value in values if self._is_choice(model, field_path, value)
        ]
        FieldListFilter.__init__(
            self, field, request, params, model, model_admin, field_path
        )

    def _values(self, request, model, model_admin, field_path):
        """Return the first values; behind a reference, those of its collection."""
        found = resolve(model, field_path)
        queryset, path = model_admin.get_queryset(request), field_path
        if found.joins:
            target = found.fields[found.joins - 1].remote_field.model
            queryset = target._default_manager.all()
            path = LOOKUP_SEP.join(found.names[found.joins :])
        return queryset.stored_values(path, limit=MAX_CHOICES + 1)

    def _is_choice(self, model, field_path, value):
        """Tell whether a link can ask for ``value``; a dict or an odd type cannot."""
        if isinstance(value, dict | list | bytes):
            return False
        try:
            q_for_lookup(model, field_path, value)
        except (ValidationError, UnsupportedLookup):
            return False
        return True


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
