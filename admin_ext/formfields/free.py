"""Values of any shape."""

from typing import Any

import bson
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from admin_ext.ejson import CODEC, JSON_ERRORS, extended_json, loads
from admin_ext.untouched import NEWLINES
from admin_ext.widgets import ExtendedJSONWidget


class ExtendedJSONField(forms.CharField):
    """A value of any shape, as MongoDB Extended JSON (relaxed when that is exact).

    https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/
    """

    widget = ExtendedJSONWidget
    default_error_messages = {
        "invalid": _("Enter valid Extended JSON: %(error)s."),
    }

    is_kept = False

    def keep_stored_value(self, value: Any) -> None:
        """Remember that there is a stored value: left alone it is not judged."""
        self.is_kept = True

    def _clean_bound_field(self, bf):
        if self.is_kept and not bf._has_changed():
            return bf.initial
        return super()._clean_bound_field(bf)

    def prepare_value(self, value):
        if isinstance(value, str) and getattr(value, "is_typed", False):
            return str(value)
        return extended_json(value)

    def bound_data(self, data, initial):
        return TypedText(data) if data is not None else None

    def to_python(self, value):
        value = super().to_python(value)
        if value in self.empty_values:
            return None
        try:
            value = loads(value)
            # What cannot be stored (a number of 65 bits, a key with NUL) raises here.
            bson.encode({"value": value}, codec_options=CODEC)
            return value
        except JSON_ERRORS as error:
            raise ValidationError(
                self.error_messages["invalid"],
                code="invalid",
                params={"error": str(error)[:200]},
            ) from error

    def has_changed(self, initial, data):
        if self.disabled:
            return False
        shown = NEWLINES.sub("\n", extended_json(initial)).strip()
        return shown != NEWLINES.sub("\n", data or "").strip()


class TypedText(str):
    """Text that a person typed, as opposed to a stored string."""

    is_typed = True
