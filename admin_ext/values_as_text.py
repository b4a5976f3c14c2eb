"""Text lookups on numbers and dates: MongoDB's regular expressions match text only."""

import re
from datetime import UTC, datetime
from typing import Any

from bson import Regex
from django.db import models
from django.utils import timezone

from .fields import EnumField

# What $dateToString takes; beyond these it makes the whole query fail.
FIRST_DATE = datetime(1, 1, 3, tzinfo=UTC)
LAST_DATE = datetime(9999, 12, 29, tzinfo=UTC)

PATTERNS = {"startswith": "^{}", "endswith": "{}$", "contains": "{}", "exact": "^{}$"}

NUMBERS = (models.IntegerField, models.FloatField, models.DecimalField)


def is_convertible(field: Any) -> bool:
    """Tell whether Django would turn what ``field`` holds into text for a lookup."""
    return isinstance(field, (*NUMBERS, models.DateField, EnumField))


def condition(field: Any, path: str, lists: int, lookup: str, text: str) -> dict:
    """Return the condition that the text of the value at ``path`` matches.

    ``lists``: how many lists the value is in. Reads every document: what Django's
    icontains costs in SQL.
    """
    pattern = PATTERNS[lookup.removeprefix("i")].format(re.escape(text))
    regex = Regex(pattern, "i" if lookup.startswith("i") else "")
    return {"$expr": _matches(field, f"${path}", lists, regex)}


def _matches(field, value, lists, regex) -> dict:
    if not lists:
        return {"$regexMatch": {"input": _text(field, value), "regex": regex}}
    name = f"item{lists}"
    members = {
        "input": {"$cond": [{"$isArray": value}, value, [value]]},
        "as": name,
        "in": _matches(field, f"$${name}", lists - 1, regex),
    }
    return {"$anyElementTrue": [{"$map": members}]}


def _text(field, value) -> dict:
    """Return the value as text; null, which nothing matches, when it has none."""
    if not isinstance(field, models.DateField):
        text = {"input": value, "to": "string", "onError": None, "onNull": None}
        # Of a date out of range onError does not catch the error (6.0).
        is_date = {"$eq": [{"$type": value}, "date"]}
        return {"$cond": [is_date, None, {"$convert": text}]}
    has_time = isinstance(field, models.DateTimeField)
    zone = timezone.get_current_timezone_name() if has_time else "UTC"
    form = "%Y-%m-%d %H:%M:%S" if has_time else "%Y-%m-%d"
    is_date = [
        {"$eq": [{"$type": value}, "date"]},
        {"$gte": [value, FIRST_DATE]},
        {"$lt": [value, LAST_DATE]},
    ]
    text = {"$dateToString": {"date": value, "format": form, "timezone": zone}}
    return {"$cond": [{"$and": is_date}, text, None]}
