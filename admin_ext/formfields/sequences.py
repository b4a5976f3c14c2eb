"""Numbers that are drawn when a document is saved for the first time."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from admin_ext.untouched import StoredValueMixin, shown, text_of
from admin_ext.widgets import ClosedWidget

NOT_YET = _("The number is drawn from a sequence when this is saved.")
DRAWN = _("This number was drawn from a sequence; it stays as it is.")


class SequenceField(StoredValueMixin, forms.Field):
    """A number that nobody types: it is shown, with the reason."""

    is_closed = True

    def __init__(self, **kwargs):
        super().__init__(**kwargs | {"widget": ClosedWidget("", NOT_YET)})
        self.required, self.disabled = False, True

    def keep_stored_value(self, value: Any) -> None:
        self.is_kept = True
        text = "" if value is None else shown(text_of(value))
        self.widget = ClosedWidget(text, DRAWN if text else "")
