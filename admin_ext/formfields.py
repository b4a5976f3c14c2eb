"""Form fields for what a Document stores; none of them changes a value on its way.

Every field answers ``has_changed`` by comparing what a person typed with what the
page showed, so that a value which nobody touched is never written back.
"""

import json
import re
from typing import Any

from bson import ObjectId, json_util
from bson.errors import InvalidId
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from mongoengine.errors import ValidationError as DocumentValidationError

from .widgets import ExtendedJSONWidget

NEWLINES = re.compile(r"\r\n|\r")


class StringField(forms.CharField):
    """Text exactly as stored: outer spaces stay, and so do bare newlines.

    Browsers send every newline as CRLF
    (https://html.spec.whatwg.org/#constructing-the-form-data-set); a text that
    differs from the stored one by that alone is unchanged.
    """

    def __init__(self, *, strip=False, **kwargs):
        super().__init__(strip=strip, **kwargs)

    def to_python(self, value):
        value = super().to_python(value)
        return NEWLINES.sub("\n", value) if isinstance(value, str) else value

    def has_changed(self, initial, data):
        return super().has_changed(self.to_python(initial), data)


class ObjectIdField(forms.CharField):
    """An ObjectId typed as its 24 hexadecimal digits."""

    default_error_messages = {
        "invalid": _("“%(value)s” is not a valid ObjectId (24 hexadecimal digits)."),
    }

    def to_python(self, value):
        value = super().to_python(value)
        if value in self.empty_values:
            return None
        try:
            return ObjectId(value)
        except (InvalidId, TypeError) as error:
            raise ValidationError(
                self.error_messages["invalid"],
                code="invalid",
                params={"value": value},
            ) from error

    def has_changed(self, initial, data):
        return str(initial or "") != str(data or "").strip()


class ChoiceField(forms.TypedChoiceField):
    """A choice; a stored value that is no longer a choice is offered as it is."""

    def keep_stored_value(self, value: Any) -> None:
        """Add the stored value to the choices when it is not among them."""
        if value not in self.empty_values and not self.valid_value(value):
            label = _("%(value)s (not a valid choice)") % {"value": value}
            self.choices = [*self.choices, (value, label)]
            self.stored_value = value
            self.widget.choices = self.choices

    def _coerce(self, value):
        stored = getattr(self, "stored_value", None)
        if stored is not None and str(value) == str(stored):
            return stored
        return super()._coerce(value)

    def has_changed(self, initial, data):
        return str("" if initial is None else initial) != str(data or "")


class DocumentChoiceField(forms.ModelChoiceField):
    """A reference, chosen from a queryset of Documents.

    A stored reference whose document is gone is kept unless another is chosen.
    """

    dangling: Any = None

    def keep_stored_value(self, value: Any) -> None:
        """Remember the stored id, so that submitting it again is no error."""
        self.dangling = value

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            return super().to_python(value)
        except (ValidationError, DocumentValidationError) as error:
            if self.dangling is not None and str(value) == str(self.dangling):
                return self.dangling
            raise ValidationError(
                self.error_messages["invalid_choice"],
                code="invalid_choice",
                params={"value": value},
            ) from error

    def has_changed(self, initial, data):
        if self.disabled:
            return False
        initial = "" if initial is None else self.prepare_value(initial)
        return str(initial) != str("" if data is None else data)


class DocumentMultipleChoiceField(forms.ModelMultipleChoiceField):
    """A list of references. Order is kept, and so are members that are gone.

    Cleans to a list: the stored members that are still chosen, in their stored
    order and as they are stored, then the new ones in the order submitted.
    """

    stored: tuple = ()

    def keep_stored_value(self, value: Any) -> None:
        """Remember the stored members, whatever they are."""
        self.stored = tuple(value or ())

    def clean(self, value):
        value = self.prepare_value(value)
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")
        if not value:
            return []
        if not isinstance(value, list | tuple):
            raise ValidationError(
                self.error_messages["invalid_list"], code="invalid_list"
            )
        submitted = [str(item) for item in value]
        kept = [item for item in self.stored if str(item) in submitted]
        known = {str(item) for item in kept}
        added = [item for item in dict.fromkeys(submitted) if item not in known]
        self.run_validators(value)
        return [*kept, *(self._document_for(item) for item in added)]

    def _document_for(self, value):
        key = self.to_field_name or "pk"
        try:
            return self.queryset.get(**{key: value})
        except (
            ValueError,
            TypeError,
            DocumentValidationError,
            ValidationError,
            self.queryset.model.DoesNotExist,
        ) as error:
            raise ValidationError(
                self.error_messages["invalid_choice"],
                code="invalid_choice",
                params={"value": value},
            ) from error

    def has_changed(self, initial, data):
        if self.disabled:
            return False
        before = [str(self.prepare_value(item)) for item in initial or ()]
        return sorted(before) != sorted(str(item) for item in data or ())


class ExtendedJSONField(forms.CharField):
    """A value of any shape, as MongoDB Extended JSON (relaxed when that is exact).

    https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/
    """

    widget = ExtendedJSONWidget
    default_error_messages = {
        "invalid": _("Enter valid Extended JSON: %(error)s."),
    }

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
            return json_util.loads(value, json_options=LOSSLESS)
        except (ValueError, TypeError, KeyError, InvalidId, RecursionError) as error:
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


# Canonical: int32, int64 and double stay three different types.
LOSSLESS = json_util.CANONICAL_JSON_OPTIONS.with_options(tz_aware=True)
READABLE = json_util.RELAXED_JSON_OPTIONS.with_options(tz_aware=True)


def extended_json(value: Any, indent: int | None = 2) -> str:
    """Return ``value`` as Extended JSON: relaxed where that keeps every type.

    None and an absent value are both the empty text.
    """
    if value is None:
        return ""
    relaxed = json_util.dumps(
        value, json_options=READABLE, indent=indent, ensure_ascii=False
    )
    canonical = json_util.dumps(value, json_options=LOSSLESS)
    if json_util.dumps(parse(relaxed), json_options=LOSSLESS) == canonical:
        return relaxed
    return json_util.dumps(
        value, json_options=LOSSLESS, indent=indent, ensure_ascii=False
    )


def parse(text: str) -> Any:
    """Return the value of an Extended JSON text, or None when it is not one."""
    try:
        return json_util.loads(text, json_options=LOSSLESS)
    except (ValueError, TypeError, json.JSONDecodeError):
        return None
