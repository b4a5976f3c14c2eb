"""The form for a code."""

from django import forms
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from . import codes


class CodeForm(forms.Form):
    """One code of the user of a request; ``device`` is the one that took it."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
    device = None
    # Of the devices that are being set up, or of those that count?
    confirmed = True

    def __init__(self, request, *args, **kwargs):
        self.request = request
        super().__init__(*args, **kwargs)

    def clean_code(self):
        user = self.request.user
        try:
            self.device = codes.accepted(
                user, self.cleaned_data["code"], self.confirmed
            )
        except codes.TooSoon as error:
            raise ValidationError(
                _("Too many wrong codes. Try again after %(time)s."),
                params={"time": time_format(localtime(error.args[0]), "H:i:s")},
            ) from error
        if self.device is None:
            self.tell()
            raise ValidationError(
                _("This code is not right, or it was used already. Take a new one.")
            )
        return self.cleaned_data["code"]

    def tell(self):
        """Count a failed sign-in, as a wrong password does."""
        user_login_failed.send(
            sender=__name__,
            credentials={"username": self.request.user.get_username()},
            request=self.request,
        )


class FirstCodeForm(CodeForm):
    """The code that proves that an app was set up; a wrong one is no attack."""

    confirmed = False

    def tell(self):
        pass
