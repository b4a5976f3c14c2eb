"""The form that asks why a value is to be shown."""

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.translation import gettext_lazy as _

# Where the session keeps the number of the page that may be sent next.
KEPT = "admin_ext.reveal"

MIN_REASON = 10  # characters
MAX_REASON = 1_000


class ReasonForm(forms.Form):
    """A reason, and the number of the page, which is good for one answer."""

    required_css_class = "required"

    reason = forms.CharField(
        label=_("Reason"),
        min_length=MIN_REASON,
        max_length=MAX_REASON,
        help_text=_("It is recorded with your name, and the value is shown once."),
        widget=AdminTextareaWidget(attrs={"rows": 3, "autocomplete": "off"}),
    )
    number = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, session):
        number = session.pop(KEPT, "") if data is not None else ""
        super().__init__(data)
        self._expected, self._session = number, session

    def clean_number(self):
        number = self.cleaned_data["number"]
        if not self._expected or not constant_time_compare(number, self._expected):
            raise ValidationError(_("This page was sent before. Give a reason again."))
        return number

    def draw_number(self):
        """Return a new number for the page that is shown now."""
        self._session[KEPT] = number = get_random_string(20)
        return number
