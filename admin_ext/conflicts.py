"""What a page says, and asks, where two people changed the same value."""

from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.forms import HiddenInput
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.safestring import mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from .changesets import MISSING, Choice, choice_name
from .ejson import JSON_ERRORS, dumps

# Of a value so many characters are shown.
MAX_TEXT = 300

CODE = "conflict"


class Author(NamedTuple):
    """Who changed something, and when, as far as the history knows."""

    name: str
    time: datetime


def conflict_error(
    html_name: str,
    *,
    label: str,
    base: Any,
    mine: Any,
    stored: Any,
    author: Author | None = None,
    choice: str = "",
) -> ValidationError:
    """Return the error of one field: three values, who was it, and the choice.

    ``choice``: the one that was made before, when another value must be asked about.

    ``base``, ``mine`` and ``stored`` are BSON or MISSING, or texts of this module.
    """
    context = {
        "label": label,
        "author": author,
        "base": value_text(base),
        "mine": value_text(mine),
        "stored": value_text(stored),
        "choices": Choice.choices,
        "choice": choice,
        "name": choice_name(html_name),
    }
    html = render_to_string("admin_ext/conflict.html", context)
    return ValidationError(html, code=CODE)


def other_order(html_name: str, label: str, author: Author | None) -> ValidationError:
    """Return the error of rows that two people have put in two orders."""
    return conflict_error(
        html_name,
        label=label,
        base=_("(as on the page)"),
        mine=_("(in your order)"),
        stored=_("(in another order)"),
        author=author,
    )


def kept_choices(choices: dict[str, str]) -> str:
    """Return {name: choice} as inputs; another error brought the page."""
    attrs = {"class": "admin-ext"}
    inputs = (
        HiddenInput().render(choice_name(html_name), choice, attrs)
        for html_name, choice in choices.items()
    )
    return mark_safe("".join(inputs))


def value_text(value: Any) -> str:
    """Return a stored value as staff read it; what is none is said in words."""
    if isinstance(value, Promise):
        return str(value)
    if value is MISSING:
        return _("(not stored)")
    if value is None:
        return _("(null)")
    if value == "":
        return _("(empty text)")
    if isinstance(value, str):
        text = value
    elif isinstance(value, datetime):
        text = _moment(value)
    else:
        text = _json(value)
    return Truncator(text).chars(MAX_TEXT)


def _moment(value: datetime) -> str:
    try:
        return str(localize(timezone.localtime(value)))
    except (ValueError, OverflowError):
        return value.isoformat()


def _json(value: Any) -> str:
    if isinstance(value, bool | int | float):
        return str(localize(value))
    try:
        return dumps(value, ensure_ascii=False).strip('"')
    except JSON_ERRORS:
        return repr(value)
