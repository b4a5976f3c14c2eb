"""Numbers."""

from decimal import Decimal

from bson import Decimal128
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

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


class Decimal128Field(DecimalField):
    """A decimal number of 34 digits, of which 1.5 and 1.50 are two.

    NaN and the infinities are shown, and can be replaced by a number.
    """

    default_error_messages = {
        "digits": _("Enter a decimal number of at most 34 digits."),
    }

    def prepare_value(self, value):
        # NaN and the infinities too, which are no JSON.
        return (
            str(value) if isinstance(value, Decimal) else super().prepare_value(value)
        )

    def to_python(self, value):
        value = super().to_python(value)
        if value is not None:
            try:
                Decimal128(value)
            except (ArithmeticError, ValueError) as error:
                message = self.error_messages["digits"]
                raise ValidationError(message, code="digits") from error
        return value

    def has_changed(self, initial, data):
        if self.disabled or super().has_changed(initial, data):
            return not self.disabled
        if not isinstance(initial, Decimal):
            return False
        return Decimal(data.strip()).as_tuple() != initial.as_tuple()
