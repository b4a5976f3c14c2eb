"""What a browser sends back for a value that nobody touched."""

import re
from typing import Any

from bson import Code, json_util
from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from .ejson import READABLE
from .widgets import ClosedWidget

NEWLINES = re.compile(r"\r\n|\r|\n")

# https://html.spec.whatwg.org/#valid-floating-point-number
NUMBER = re.compile(r"-?(\d+|\d*\.\d+)([eE][-+]?\d+)?")

# A value of more characters is not edited in a form: what the page showed travels
# beside it, and no browser likes to show so much.
MAX_TEXT = 1_000_000
# So much is shown of it.
MAX_SHOWN = 1_000

# What a widget or a form field raises for a value of a type that is not its own.
SHOW_ERRORS = (AttributeError, TypeError, ValueError, ArithmeticError)


def texts_for(widget: forms.Widget, value: Any) -> list[str]:
    """Return the texts that ``widget`` puts into the page for ``value``."""
    if isinstance(widget, forms.MultiWidget):
        parts = zip(widget.widgets, widget.decompress(value), strict=True)
        return [text for part, item in parts for text in texts_for(part, item)]
    shown = widget.format_value(value)
    if isinstance(shown, list | tuple):
        return ["" if text is None else str(text) for text in shown]
    return ["" if shown is None else str(shown)]


def texts_in(data: Any) -> list[str]:
    """Return what a form received as texts with bare newlines."""
    items = data if isinstance(data, list | tuple) else [data]
    return ["" if item is None else NEWLINES.sub("\n", str(item)) for item in items]


def sanitized(widget: forms.Widget, text: str) -> str:
    """Return what a browser makes of ``text`` in that widget before anybody types.

    https://html.spec.whatwg.org/#value-sanitization-algorithm
    https://html.spec.whatwg.org/#parse-error-unexpected-null-character
    """
    text = text.replace("\x00", "\ufffd")
    if isinstance(widget, forms.NumberInput):
        return text if NUMBER.fullmatch(text) else ""
    if isinstance(widget, forms.EmailInput | forms.URLInput):
        return NEWLINES.sub("", text).strip(" \t\f")
    if isinstance(widget, forms.TextInput):
        return NEWLINES.sub("", text)
    return NEWLINES.sub("\n", text)


def sent_for(widget: forms.Widget, value: Any) -> list[str]:
    """Return the texts that a browser sends back for an untouched ``value``."""
    if isinstance(widget, forms.MultiWidget):
        parts = zip(widget.widgets, widget.decompress(value), strict=True)
        return [text for part, item in parts for text in sent_for(part, item)]
    return [sanitized(widget, text) for text in texts_for(widget, value)]


def shown(text: str) -> str:
    """Return the beginning of a text, as a page can show it."""
    rest = "…" if len(text) > MAX_SHOWN else ""
    return text[:MAX_SHOWN].replace("\x00", "\N{SYMBOL FOR NULL}") + rest


def text_of(value: Any) -> str:
    """Return a stored value as one text."""
    if type(value) is str:
        return value
    if isinstance(value, float):
        return repr(value).replace("inf", "Infinity").replace("nan", "NaN")
    return json_util.dumps(value, json_options=READABLE, default=str)


class StoredValueMixin:
    """Mixed in before a form field: a stored value that nobody touched stays.

    It is neither judged nor converted, whatever it is. Where the field's own widget
    cannot show it (browsers empty a number input that holds a text, and refuse to
    send a form with an invalid address), a plain text input does. What is too long for
    a page, and what no browser can send back, is shown, and is not edited.
    """

    is_kept = is_odd = is_closed = False
    # What clean() of a form finds where nothing is stored.
    missing_value = None

    def keep_stored_value(self, value: Any) -> None:
        """Remember that there is a stored value, and see that it can be shown."""
        self.is_kept = True
        if value is None:
            return
        text = text_of(value)
        reason = self.reason_to_close(text)
        if reason:
            self.close(text, reason)
        elif not self._can_show(value):
            self._show_as_text(value)

    def reason_to_close(self, text: str) -> str:
        """Return why a stored value can only be looked at, or ""."""
        if len(text) > MAX_TEXT:
            size = filesizeformat(len(text.encode(errors="replace")))
            words = _(
                "This is too long to be edited here (%(size)s); it stays as it is."
            )
            return words % {"size": size}
        if "\x00" in text:
            return str(
                _(
                    "This text holds NUL characters, which no browser sends; it stays "
                    "as it is. It can be edited as raw data."
                )
            )
        return ""

    def close(self, text: str, reason: str) -> None:
        """Show the beginning of a value instead of an input."""
        self.is_closed = self.disabled = True
        self.widget = ClosedWidget(shown(text), reason)

    def _show_as_text(self, value: Any) -> None:
        self.is_odd = True
        text = self.prepare_value(value)
        widget = forms.Textarea if NEWLINES.search(text) else forms.TextInput
        self.widget = widget(attrs={"class": "vTextField odd-value"})

    def _can_show(self, value: Any) -> bool:
        # A Code is a str.
        if isinstance(value, dict | list | tuple | Code):
            return False
        try:
            shown = self.prepare_value(value)
            sent = sent_for(self.widget, shown)
            if texts_in(texts_for(self.widget, shown)) != sent:
                return False
            self.clean(sent if isinstance(self.widget, forms.MultiWidget) else sent[0])
        except (ValidationError, *SHOW_ERRORS):
            return False
        return True

    def prepare_value(self, value):
        if self.is_closed:
            return None
        if not self.is_odd or type(value) is str:
            return super().prepare_value(value)
        return text_of(value)

    def _clean_bound_field(self, bf):
        if self.is_kept and (not bf._has_changed() or bf.is_put_back):
            return self.missing_value if bf.initial is None else bf.initial
        return super()._clean_bound_field(bf)

    def has_changed(self, initial, data):
        if self.disabled:
            return False
        try:
            sent = sent_for(self.widget, self.prepare_value(initial))
        except SHOW_ERRORS:
            return True
        if texts_in(data) == sent:
            return False
        return self.is_odd or super().has_changed(initial, data)
