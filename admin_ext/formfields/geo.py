"""Geometries: a point in two inputs, everything else in a text area."""

from typing import Any

import bson
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from admin_ext.boundfields import PageBoundField
from admin_ext.changesets import MISSING, identical
from admin_ext.ejson import CODEC, JSON_ERRORS, extended_json, loads
from admin_ext.geometry import (
    POINT,
    Kind,
    coordinates_in,
    line_for,
    most_numbers,
    read_point,
    read_text,
    shown,
    text_for,
    texts_of,
    with_texts,
)
from admin_ext.untouched import StoredValueMixin, sent_for, texts_in
from admin_ext.widgets import (
    ClosedWidget,
    ExtendedJSONWidget,
    GeometryWidget,
    PointWidget,
)

# More characters are not edited in a form: of each position a browser shows a line.
MAX_TEXT = 500_000
TOO_LONG = _("This is too long to be edited here; it stays as it is.")
# Of an odd one that is so long, this much is shown.
MAX_SHOWN = 200


class Typed(list):
    """Texts that a person typed, as opposed to a stored list."""


class TypedText(str):
    """Text that a person typed, as opposed to a stored string."""


class GeometryBoundField(PageBoundField):
    """A geometry, of which a conflict shows the coordinates."""

    def conflict(self, *, base, mine, stored, now=None):
        kind = self.field.kind
        texts = [line_for(kind, value) for value in (base, mine, stored)]
        if len({*map(str, texts)}) < 3:
            # They differ in their types, or in keys beside the coordinates.
            return super().conflict(base=base, mine=mine, stored=stored, now=now)
        now = stored if now is None else now
        base, mine, text = texts
        return super().conflict(base=base, mine=mine, stored=text, now=now)


class GeometryField(StoredValueMixin, forms.Field):
    """The coordinates of a geometry of one ``kind``. Cleans to what is to be stored.

    ``most``: how many numbers a position may have, unless stored ones have more.
    """

    default_error_messages = {
        "invalid": _("This is neither a list of positions nor a GeoJSON %(kind)s."),
        "keys": _("Of GeoJSON, type and coordinates are taken, and no other keys."),
    }
    bound_field_class = GeometryBoundField

    stored: Any = None
    _read_last: tuple[list[str], Any] | None = None

    def __init__(self, *, kind: Kind = POINT, most: int = 2, **kwargs):
        self.kind, self.most = kind, most
        self.widget = PointWidget if kind.depth == 0 else GeometryWidget
        super().__init__(**kwargs)
        self.widget.kind = kind
        self.widget.label = self.label

    # What is shown

    def keep_stored_value(self, value: Any) -> None:
        """Leave ``value`` alone until it is typed over, and see how it can be shown."""
        self.is_kept, self.stored = True, value
        if value is None:
            return
        self.is_odd = coordinates_in(self.kind, value) is None
        if sum(map(len, texts_in(self.prepare_value(value)))) > MAX_TEXT:
            self.is_closed = self.disabled = True
            self.widget = ClosedWidget(self._shown(value), TOO_LONG)
        elif self.is_odd:
            self.widget = ExtendedJSONWidget({
                "class": "vLargeTextField vExtendedJSON odd-value"
            })
        else:
            self.most = max(self.most, most_numbers(self.kind, value))

    def _shown(self, value: Any) -> str:
        """Return what is shown of a value that is too long for an input."""
        coordinates = coordinates_in(self.kind, value)
        if coordinates is None:
            return Truncator(self.prepare_value(value)).chars(MAX_SHOWN)
        return shown(self.kind, coordinates)

    def prepare_value(self, value):
        """Return the texts of the inputs for a stored value, or what was typed."""
        if value is None or isinstance(value, Typed | TypedText):
            return value
        coordinates = coordinates_in(self.kind, value)
        if coordinates is None:
            return value if isinstance(value, str) else extended_json(value, None)
        if not isinstance(self.widget, forms.MultiWidget):
            return text_for(self.kind, coordinates)
        texts = texts_of(coordinates, 0)
        return [*texts[:2], ", ".join(texts[2:])]

    def bound_data(self, data, initial):
        if self.disabled:
            return initial
        if isinstance(data, list):
            return Typed("" if text is None else text for text in data)
        return None if data is None else TypedText(data)

    # What was sent

    def has_changed(self, initial, data):
        """Tell whether other coordinates were sent.

        A page may have had no inputs: the value was too long then.
        """
        if self.disabled or _is_absent(data):
            return False
        if texts_in(data) == sent_for(self.widget, self.prepare_value(initial)):
            return False
        try:
            value = self.to_python(data)
        except ValidationError:
            return True
        return not identical(_or_missing(value), _or_missing(initial))

    def to_python(self, value):
        """Return what to store for the texts that were sent. Raise ValidationError."""
        texts = texts_in(value)
        if not any(text.strip() for text in texts):
            return None
        if self._read_last is None or self._read_last[0] != texts:
            # A form asks several times, and long texts take their time.
            self._read_last = texts, self._from_texts(texts)
        return self._read_last[1]

    def _from_texts(self, texts: list[str]) -> Any:
        for text in texts:
            MaxLengthValidator(MAX_TEXT)(text)
        if len(texts) == 1 and texts[0].strip()[0] in "{[":
            return self._from_json(texts[0])
        typed = self._read(texts)
        return None if typed is None else with_texts(self.kind, typed, self.stored)

    def _read(self, texts: list[str]) -> list | None:
        """Return typed coordinates; None where there are but separators."""
        if self.kind.depth > 0:
            return read_text(self.kind, texts[0], most=self.most)
        parts = texts if len(texts) > 1 else texts[0].split(",", 2)
        return read_point(self.kind, parts, most=self.most)

    def _from_json(self, text: str) -> Any:
        """Return an odd value that was corrected to the letter; coordinates pasted."""
        try:
            value = loads(text)
            # What cannot be stored raises here.
            bson.encode({"value": value}, codec_options=CODEC)
            coordinates = coordinates_in(self.kind, value)
        except JSON_ERRORS:
            coordinates = None
        if coordinates is None:
            message = self.error_messages["invalid"]
            params = {"kind": self.kind.name}
            raise ValidationError(message, code="invalid", params=params)
        typed = self._read([text_for(self.kind, coordinates)])
        if self.is_odd:
            return value
        if isinstance(value, dict) and {*value} != {"type", "coordinates"}:
            raise ValidationError(self.error_messages["keys"], code="keys")
        return with_texts(self.kind, typed, self.stored)


def _is_absent(data: Any) -> bool:
    """Tell whether nothing was sent, not even an empty text."""
    texts = data if isinstance(data, list) else [data]
    return all(text is None for text in texts)


def _or_missing(value: Any) -> Any:
    return MISSING if value is None else value
