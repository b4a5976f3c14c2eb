"""Values of any shape."""

from typing import Any

import bson
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from admin_ext.ejson import CODEC, JSON_ERRORS, extended_json, loads
from admin_ext.untouched import NEWLINES, StoredValueMixin
from admin_ext.widgets import ExtendedJSONWidget


def read_json(text: str) -> Any:
    """Return the value of an Extended JSON text. Raise ValidationError."""
    try:
        value = loads(text)
        # What cannot be stored (a number of 65 bits, a key with NUL) raises here.
        bson.encode({"value": value}, codec_options=CODEC)
    except JSON_ERRORS as error:
        message = _("Enter valid Extended JSON: %(error)s.")
        params = {"error": str(error)[:200]}
        raise ValidationError(message, code="invalid", params=params) from error
    return value


class ExtendedJSONField(StoredValueMixin, forms.CharField):
    """A value of any shape, as MongoDB Extended JSON (relaxed when that is exact).

    https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/
    """

    widget = ExtendedJSONWidget
    # What it holds may name documents.
    is_free = True

    def __init__(self, **kwargs):
        super().__init__(**{"empty_value": None} | kwargs)

    def keep_stored_value(self, value: Any) -> None:
        """Remember that there is a stored value: left alone it is not judged."""
        self.is_kept = True
        text = extended_json(value)
        reason = self.reason_to_close(text)
        if reason:
            self.close(text, reason)

    def prepare_value(self, value):
        if self.is_closed:
            return None
        if isinstance(value, str) and getattr(value, "is_typed", False):
            return str(value)
        return extended_json(value)

    def bound_data(self, data, initial):
        if self.disabled:
            return initial
        return TypedText(data) if data is not None else None

    def to_python(self, value):
        value = super().to_python(value)
        return None if value in self.empty_values else read_json(value)

    def has_changed(self, initial, data):
        if self.disabled:
            return False
        shown = NEWLINES.sub("\n", extended_json(initial)).strip()
        return shown != NEWLINES.sub("\n", data or "").strip()


class TypedText(str):
    """Text that a person typed, as opposed to a stored string."""

    is_typed = True
