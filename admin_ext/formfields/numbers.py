"""Numbers."""

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from admin_ext.untouched import StoredValueMixin


class IntegerField(StoredValueMixin, forms.IntegerField):
    """A whole number that BSON can hold: 64 bits."""

    default_validators = (
        MinValueValidator(-(2**63)),
        MaxValueValidator(2**63 - 1),
    )


class FloatField(StoredValueMixin, forms.FloatField):
    pass


class DecimalField(StoredValueMixin, forms.DecimalField):
    pass
