"""Days and moments."""

from datetime import UTC, datetime

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import to_current_timezone

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


def moment_text(value: datetime) -> str:
    """Return a moment in the current time zone as 2024-05-02 23:30:00.125.

    The fraction is left out where it is zero. "" where no calendar has the moment.
    """
    try:
        local = to_current_timezone(value)
    except (OverflowError, ValueError):
        return ""
    text = local.replace(tzinfo=None).isoformat(" ")
    whole, point, fraction = text.partition(".")
    return f"{whole}{point}{fraction.rstrip('0')}" if point else text


def moment_from(text: str) -> datetime:
    """Return the moment of a text: ISO 8601, or as Django's forms take it.

    Without an offset it is in the current time zone. Raise ValidationError.
    """
    return forms.DateTimeField(validators=(validate_moment,)).clean(text)


class DateTimeField(StoredValueMixin, forms.DateTimeField):
    default_validators = (validate_moment,)


class SplitDateTimeField(StoredValueMixin, forms.SplitDateTimeField):
    """Date and time in two inputs; in one, where no date and time is stored."""

    default_validators = (validate_moment,)

    def clean(self, value):
        if self.is_odd:
            return forms.DateTimeField(required=self.required).clean(value)
        return super().clean(value)
