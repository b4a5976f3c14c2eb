"""Which index would serve a query that none serves.

First what is compared for equality, then the order, then ranges:
https://www.mongodb.com/docs/manual/tutorial/equality-sort-range-guideline/
"""

from collections.abc import Iterator
from typing import Any

from .shapes import is_looked_up, is_pattern

EQUALITIES = {"$eq", "$in"}
RANGES = {"$gt", "$gte", "$lt", "$lte"}

# More values than this are looked up like a range: the order is lost between them.
# https://www.mongodb.com/docs/manual/tutorial/equality-sort-range-guideline/#equality
MAX_EQUALITIES = 200


def wanted_index(
    condition: dict[str, Any], sort: list[tuple[str, Any]] = ()
) -> list[tuple[str, int]]:
    """Return [(stored path, 1 or -1)] of an index that would serve a query.

    [] where none would: no index finds a word in the middle of a text, or what does
    not have a value.
    """
    asked = [*compared(condition)]
    equal = [path for path, kind in asked if kind == "equality"]
    order = [(path, way) for path, way in sort if way in (1, -1)]
    found: dict[str, int] = {}
    for path, way in (
        *((path, 1) for path in equal),
        *order,
        *((path, 1) for path, _kind in asked),
    ):
        found.setdefault(path, way)
    return [*found.items()]


def compared(condition: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (stored path, "equality" or "range") of what all results must fulfil."""
    for name, value in condition.items():
        if name == "$and":
            for each in value:
                yield from compared(each)
        elif not name.startswith("$"):
            kind = _kind(value)
            if kind:
                yield name, kind


def _kind(value: Any) -> str:
    if is_pattern(value):
        return "range" if is_looked_up(value) else ""
    if not isinstance(value, dict) or not any(each.startswith("$") for each in value):
        return "equality"
    if EQUALITIES & value.keys():
        return _kind_of_values(value.get("$in", ()))
    return "range" if RANGES & value.keys() else ""


def _kind_of_values(values: Any) -> str:
    patterns = [each for each in values if is_pattern(each)]
    if not all(map(is_looked_up, patterns)):
        return ""
    return "range" if patterns or len(values) > MAX_EQUALITIES else "equality"
