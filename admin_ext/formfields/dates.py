"""Days and moments."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.forms.utils import to_current_timezone
from django.utils import timezone

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
    return local.replace(microsecond=0).isoformat(" ") + fraction(value)


def fraction(value: datetime) -> str:
    """Return the fraction of the second, as ".125"; "" where it is zero."""
    return f".{value.microsecond:06d}".rstrip("0") if value.microsecond else ""


def moment_from(text: str) -> datetime:
    """Return the moment of a text: ISO 8601, or as Django's forms take it.

    Without an offset it is in the current time zone. Raise ValidationError.
    """
    return forms.DateTimeField(validators=(validate_moment,)).clean(text)


class MomentMixin(StoredValueMixin):
    """Mixed in before a field of date and time: fractions of seconds are shown.

    Django's widgets show none; where none is stored they are as they are.
    """

    def keep_stored_value(self, value: Any) -> None:
        if isinstance(value, datetime) and value.microsecond:
            self._show_fraction(value)
        super().keep_stored_value(value)

    def _show_fraction(self, value: datetime) -> None:
        if isinstance(self.widget, forms.SplitDateTimeWidget):
            shown, form = self.widget.widgets[1], "%H:%M:%S"
        elif isinstance(self.widget, forms.DateTimeInput):
            shown, form = self.widget, "%Y-%m-%d %H:%M:%S"
        else:
            return
        # All input formats of Django's take ISO 8601 beside a language's own.
        shown.format = form + fraction(value)
        if "size" in shown.attrs:
            shown.attrs["size"] = int(shown.attrs["size"]) + len(fraction(value))
        self.widget.supports_microseconds = True


class DateTimeField(MomentMixin, forms.DateTimeField):
    default_validators = (validate_moment,)


class SplitDateTimeField(MomentMixin, forms.SplitDateTimeField):
    """Date and time in two inputs; in one, where no date and time is stored."""

    default_validators = (validate_moment,)

    def clean(self, value):
        if self.is_odd:
            return forms.DateTimeField(required=self.required).clean(value)
        return super().clean(value)


class ComplexDateTimeField(SplitDateTimeField):
    """Date and time of no time zone, with microseconds."""

    widget = AdminSplitDateTime
    default_validators = ()

    def clean(self, value):
        # Where every moment exists, and only once.
        with timezone.override(UTC):
            moment = super().clean(value)
        return moment and moment.astimezone(UTC).replace(tzinfo=None)
