"""A choice among declared values."""

import re
from typing import Any

from bson import Int64
from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.choices import flatten_choices
from django.utils.translation import gettext_lazy as _

from admin_ext.untouched import shown, text_of

# What stands in the page for a stored value that has no text of its own.
STORED = "=stored"
# Longer texts have none either.
MAX_SENT = 1_000
CONTROLS = re.compile(r"[\x00\r\n]")


class ChoiceField(forms.TypedChoiceField):
    """A choice; a stored value that is no longer a choice is offered as it is.

    ``stored_value``: that value; ``stored_text``: what the page sends for it.
    """

    stored_value: Any = None
    stored_text = ""

    def keep_stored_value(self, value: Any) -> None:
        """Add the stored value to the choices when it is not among them."""
        if value is None or value == "":
            self._offer_nothing()
            return
        if self._is_choice(value):
            return
        text = str(value)
        label = _("Not a choice: %(value)s") % {"value": shown(text_of(value))}
        # 1.0, or a text "1", where 1 is a choice; what browsers send as another text.
        is_plain = len(text) <= MAX_SENT and not CONTROLS.search(text)
        is_own = is_plain and not self.valid_value(text)
        self.stored_text = text if is_own else STORED
        self.stored_value = value
        self.choices = [*self.choices, (self.stored_text, label)]
        self.widget.choices = self.choices

    def _is_choice(self, value: Any) -> bool:
        """Tell whether a choice stands for the very value, its type included."""
        return any(
            type(key) is type(value) and key == value
            for key, _label in flatten_choices(self.choices)
        ) or (isinstance(value, Int64) and self._is_choice(int(value)))

    def _offer_nothing(self) -> None:
        """Add an empty choice: without one a browser selects, and sends, the first."""
        if isinstance(self.widget, forms.Select) and not self.valid_value(""):
            self.choices = [*BLANK_CHOICE_DASH, *self.choices]
            self.widget.choices = self.choices

    def prepare_value(self, value):
        """Return one text; a select would look for the members of a list."""
        # A page is made of another copy of it, and NaN equals nothing.
        is_same_type = type(value) is type(self.stored_value)
        if self.stored_text and is_same_type and str(value) == str(self.stored_value):
            return self.stored_text
        return str(value) if isinstance(value, dict | list | tuple) else value

    def _coerce(self, value):
        if self.stored_text and value == self.stored_text:
            return self.stored_value
        return super()._coerce(value)

    def has_changed(self, initial, data):
        if self.disabled:
            return False
        shown = self.prepare_value(initial)
        return str("" if shown is None else shown) != str(data or "")
