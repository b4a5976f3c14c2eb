"""Quiet words beside a value that say how it is stored.

null, a missing key and an empty text look alike in a page; to the application that
reads them they are three different things.
"""

from typing import Any

from bson import Binary, Code, DBRef, Decimal128, Int64, ObjectId, Regex
from bson.datetime_ms import DatetimeMS
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .changesets import MISSING

# What staff call the types of BSON.
NAMES = (
    (bool, gettext_lazy("yes or no")),
    (Int64, gettext_lazy("64-bit number")),
    (int, gettext_lazy("whole number")),
    (float, gettext_lazy("number")),
    (Decimal128, gettext_lazy("decimal")),
    (ObjectId, gettext_lazy("ObjectId")),
    (DBRef, gettext_lazy("reference")),
    (DatetimeMS, gettext_lazy("date beyond the calendar")),
    (Regex, gettext_lazy("regular expression")),
    (Code, gettext_lazy("code")),
    (str, gettext_lazy("text")),
    (Binary, gettext_lazy("binary data")),
    (bytes, gettext_lazy("binary data")),
    (list, gettext_lazy("list")),
    (dict, gettext_lazy("document")),
)


def type_name(value: Any) -> str:
    """Return what the BSON type of a value is called."""
    for kind, name in NAMES:
        if isinstance(value, kind):
            return str(name)
    return type(value).__name__.lower()


def absence(value: Any) -> str:
    """Return how a value that a page shows as nothing is stored, or ""."""
    if value is MISSING:
        return _("not stored")
    if value is None:
        return _("null")
    if isinstance(value, str) and not value.strip():
        return _("only white space") if value else _("empty text")
    if value == []:
        return _("empty list")
    return _("empty document") if value == {} else ""


def mark(text: str) -> SafeString:
    """Return the HTML of a quiet word."""
    return format_html('<span class="admin-ext stored-as">{}</span>', text)


class Absent:
    """Stands in a cell for what looks like nothing; ``text`` says what is stored."""

    def __init__(self, text: str):
        self.text = text

    def html(self, empty_value_display: str) -> SafeString:
        return format_html("{}{}", empty_value_display, mark(self.text))

    def __str__(self):
        return ""
