"""Yes, no, and neither."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from admin_ext.untouched import StoredValueMixin, shown, text_of
from admin_ext.widgets import StoredBooleanSelect


class StoredBooleanMixin(StoredValueMixin):
    """Mixed in before a field of a boolean: what is stored can be something else.

    A check box shows true and false only. Where neither is stored, Django's select of
    three takes its place, and it has one choice more where something else is.
    """

    def keep_stored_value(self, value: Any) -> None:
        self.is_kept = True
        if isinstance(value, bool):
            return
        self.is_odd = value is not None
        if self.is_odd:
            label = _("Something else: %(value)s") % {"value": shown(text_of(value))}
            self.widget = StoredBooleanSelect(label)
        elif isinstance(self.widget, forms.CheckboxInput):
            self.widget = forms.NullBooleanSelect()

    def prepare_value(self, value):
        is_stored = self.is_odd and value is not None and not isinstance(value, bool)
        return StoredBooleanSelect.STORED if is_stored else value

    def to_python(self, value):
        """Return True, False, or None for neither."""
        if isinstance(self.widget, forms.CheckboxInput):
            return super().to_python(value)
        return forms.NullBooleanField.to_python(self, value)

    def has_changed(self, initial, data):
        if self.disabled or data == StoredBooleanSelect.STORED:
            return False
        if self.is_odd:
            return True
        return self.to_python(data) is not self.to_python(initial)


class BooleanField(StoredBooleanMixin, forms.BooleanField):
    pass


class NullBooleanField(StoredBooleanMixin, forms.NullBooleanField):
    pass
