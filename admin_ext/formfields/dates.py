"""Days and moments."""

from datetime import UTC, datetime

from django import forms
from django.core.exceptions import ValidationError

from admin_ext.untouched import StoredValueMixin


class DateField(StoredValueMixin, forms.DateField):
    pass


def validate_moment(value: datetime) -> None:
    """Raise ValidationError for a moment that has no year from 1 to 9999 in UTC."""
    try:
        value.astimezone(UTC)
    except OverflowError as error:
        message = forms.DateTimeField.default_error_messages["invalid"]
        raise ValidationError(message, code="invalid") from error


class DateTimeField(StoredValueMixin, forms.DateTimeField):
    default_validators = (validate_moment,)


class SplitDateTimeField(StoredValueMixin, forms.SplitDateTimeField):
    """Date and time in two inputs; in one, where no date and time is stored."""

    default_validators = (validate_moment,)

    def clean(self, value):
        if self.is_odd:
            return forms.DateTimeField(required=self.required).clean(value)
        return super().clean(value)
