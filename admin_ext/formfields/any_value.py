"""One input for a value of any BSON type."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bson import Code, Decimal128, Int64, ObjectId
from bson.errors import BSONError
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext_lazy as _

from admin_ext.boundfields import CONVERT, PageBoundField
from admin_ext.changesets import identical
from admin_ext.ejson import (
    INT32,
    JSON_ERRORS,
    extended_json,
    is_lossless,
)
from admin_ext.untouched import (
    SHOW_ERRORS,
    StoredValueMixin,
    sent_for,
    text_of,
    texts_in,
)
from admin_ext.widgets import AnyValueWidget

from .dates import moment_from, moment_text
from .free import read_json
from .numbers import IntegerField

# Extended JSON of more characters is spread over several lines.
ONE_LINE = 60

INFINITE = {"nan": "nan", "infinity": "inf", "+infinity": "inf", "-infinity": "-inf"}


class Kind(TextChoices):
    """What a person says a value is. The values are those of the select."""

    TEXT = "text", _("Text")
    INT32 = "int32", _("Whole number, 32 bits")
    INT64 = "int64", _("Whole number, 64 bits")
    DOUBLE = "double", _("Number (double)")
    DECIMAL = "decimal", _("Decimal number")
    YES = "true", _("Yes")
    NO = "false", _("No")
    DATE = "date", _("Date and time")
    OBJECT_ID = "objectId", _("ObjectId")
    NULL = "null", _("null")
    JSON = "json", _("Extended JSON")


# These say all; what is in the input beside them does not count.
VALUES = {Kind.YES: True, Kind.NO: False, Kind.NULL: None}


class Typed(list):
    """What was sent, [kind, text], as opposed to a stored list."""


def spelled(value: Any) -> tuple[str, str]:
    """Return a BSON value, but null, as (kind, text); read() reads it back."""
    if isinstance(value, bool):
        return (Kind.YES if value else Kind.NO), ""
    # A Code is a str, and no browser sends NUL.
    if isinstance(value, str) and not isinstance(value, Code) and "\x00" not in value:
        return Kind.TEXT, value
    if isinstance(value, int):
        is_small = not isinstance(value, Int64) and value in INT32
        return (Kind.INT32 if is_small else Kind.INT64), str(int(value))
    if isinstance(value, float):
        return Kind.DOUBLE, text_of(value)
    if isinstance(value, Decimal128):
        return Kind.DECIMAL, str(value)
    if isinstance(value, ObjectId):
        return Kind.OBJECT_ID, str(value)
    text = moment_text(value) if isinstance(value, datetime) else ""
    return (Kind.DATE, text) if text else (Kind.JSON, _json(value))


def _json(value: Any) -> str:
    text = extended_json(value, indent=None)
    return text if len(text) <= ONE_LINE else extended_json(value)


def read(kind: str, text: str) -> Any:
    """Return the value of a kind and a text. Raise ValidationError.

    An empty text is no value, None, unless the kind is that of texts.
    """
    if kind in VALUES:
        return VALUES[Kind(kind)]
    if kind not in Kind.values:
        message = forms.ChoiceField.default_error_messages["invalid_choice"]
        raise ValidationError(message, code="invalid_choice", params={"value": kind})
    if kind == Kind.TEXT:
        return forms.CharField(required=False, strip=False).clean(text)
    text = text.strip()
    return READERS[Kind(kind)](text) if text else None


def _int32(text: str) -> int:
    return IntegerField(min_value=INT32.start, max_value=INT32.stop - 1).clean(text)


def _int64(text: str) -> Int64:
    return Int64(IntegerField().clean(text))


def _double(text: str) -> float:
    infinite = INFINITE.get(text.lower())
    # Django's own refuses what is not finite.
    return forms.FloatField().clean(text) if infinite is None else float(infinite)


def _decimal(text: str) -> Decimal128:
    try:
        return Decimal128(text)
    except (ArithmeticError, ValueError) as error:
        message = _("Enter a decimal number of at most 34 digits.")
        raise ValidationError(message, code="invalid") from error


def _object_id(text: str) -> ObjectId:
    try:
        return ObjectId(text)
    except BSONError as error:
        message = _("“%(value)s” is not a valid ObjectId (24 hexadecimal digits).")
        params = {"value": text}
        raise ValidationError(message, code="invalid", params=params) from error


READERS: dict[Kind, Callable[[str], Any]] = {
    Kind.INT32: _int32,
    Kind.INT64: _int64,
    Kind.DOUBLE: _double,
    Kind.DECIMAL: _decimal,
    Kind.DATE: moment_from,
    Kind.OBJECT_ID: _object_id,
    Kind.JSON: read_json,
}


class AnyValueBoundField(PageBoundField):
    """Any value; knows null from nothing, which are both None to a form field."""

    def __init__(self, form, field, name):
        super().__init__(form, field, name)
        field.is_null = form.shows_stored(name) and form.base_bson(name) is None

    @property
    def exact(self):
        return None if self.field.is_null_wanted else CONVERT

    def stored_as(self):
        """Say nothing where the select says it already."""
        return "" if self.field.is_null else super().stored_as()


class AnyValueField(StoredValueMixin, forms.Field):
    """A value of any BSON type: a select says which, one input takes its text.

    ``initial`` is a BSON value (None for null or nothing) and it cleans to one, of
    exactly the type that was selected: Int64, Decimal128, datetime, ObjectId, and
    whatever Extended JSON spells (DBRef, Regex, dict, list, …). What nobody touched
    cleans to ``initial`` itself, and has not changed.

    Two inputs are sent, ``<name>_0`` (a Kind, or "" for nothing) and ``<name>_1``.
    Nothing and null both clean to None; ``is_null_wanted`` tells them apart after
    clean(), and ``exact`` of the bound field is None for null. In a list, or in a
    dict, None is null.

    Its form must answer as DocumentForm and the rows of lists do: ``shows_stored``,
    ``base_bson`` and what else PageBoundField asks. Call ``keep_stored_value(value)``
    with a stored value, None included.

    What is too long for a form, or cannot be spelled, is read-only (``is_closed``).
    """

    # What it holds may name documents.
    is_free = True
    widget = AnyValueWidget
    bound_field_class = AnyValueBoundField
    default_error_messages = {"kind": _("Choose what kind of value this is.")}

    # Whether null is stored, and whether it was chosen.
    is_null = is_null_wanted = False
    is_stripped = True

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        if isinstance(self.widget, AnyValueWidget):
            self.widget.widgets[0].choices = [*BLANK_CHOICE_DASH, *Kind.choices]

    def keep_stored_value(self, value: Any) -> None:
        """Remember what is stored, and see whether it can be edited."""
        self.is_kept = True
        if value is None:
            return
        kind, text = self._spelled(value)
        self.is_stripped = text == text.strip()
        reason = self.reason_to_close(text)
        if not reason and kind == Kind.JSON and not is_lossless(text, value):
            reason = _("Extended JSON cannot spell this exactly; it stays as it is.")
        if reason:
            self.close(text, reason)

    def _spelled(self, value: Any) -> tuple[str, str]:
        if value is None:
            return (Kind.NULL if self.is_null else ""), ""
        try:
            return spelled(value)
        except (*JSON_ERRORS, *SHOW_ERRORS):
            return Kind.JSON, repr(value)

    def prepare_value(self, value):
        if isinstance(value, Typed):
            return value
        return Typed(("", "") if self.is_closed else self._spelled(value))

    def bound_data(self, data, initial):
        if self.disabled:
            return initial
        return Typed("" if text is None else text for text in data or ())

    def has_changed(self, initial, data):
        if self.disabled or not any(text is not None for text in data or ()):
            return False
        if texts_in(data) == sent_for(self.widget, self.prepare_value(initial)):
            return False
        try:
            value = self.to_python(data)
            if value is None:
                return initial is not None or self.is_null_wanted != self.is_null
            return not identical(value, initial)
        except (ValidationError, *JSON_ERRORS):
            return True

    def to_python(self, value):
        kind, text = [*texts_in(value), "", ""][:2]
        self.is_null_wanted = False
        if not kind:
            if text.strip():
                raise ValidationError(self.error_messages["kind"], code="kind")
            return None
        found = read(kind, text)
        # Extended JSON can say null; its empty input says nothing.
        is_json_null = kind == Kind.JSON and bool(text.strip())
        self.is_null_wanted = found is None and (kind == Kind.NULL or is_json_null)
        is_text = kind == Kind.TEXT and self.is_stripped
        return found.strip() if is_text else found
