"""A choice among declared values."""

from typing import Any

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext_lazy as _


class ChoiceField(forms.TypedChoiceField):
    """A choice; a stored value that is no longer a choice is offered as it is."""

    def keep_stored_value(self, value: Any) -> None:
        """Add the stored value to the choices when it is not among them."""
        if value is None or value == "":
            self._offer_nothing()
            return
        if self.valid_value(value):
            return
        label = _("Not a choice: %(value)s") % {"value": value}
        self.choices = [*self.choices, (self.prepare_value(value), label)]
        self.stored_value = value
        self.widget.choices = self.choices

    def _offer_nothing(self) -> None:
        """Add an empty choice: without one a browser selects, and sends, the first."""
        if isinstance(self.widget, forms.Select) and not self.valid_value(""):
            self.choices = [*BLANK_CHOICE_DASH, *self.choices]
            self.widget.choices = self.choices

    def prepare_value(self, value):
        """Return a list or a dict as one text; a select would look for its members."""
        return str(value) if isinstance(value, dict | list | tuple) else value

    def _coerce(self, value):
        stored = getattr(self, "stored_value", None)
        if stored is not None and str(value) == str(stored):
            return stored
        return super()._coerce(value)

    def has_changed(self, initial, data):
        if self.disabled:
            return False
        return str("" if initial is None else initial) != str(data or "")
