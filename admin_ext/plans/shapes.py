"""What two queries have in common that the planner answers alike."""

import re
from collections.abc import Collection, Hashable
from typing import Any

from bson import Regex

# A beginning that an index can look up. The server finds none in a pattern that has
# options, and the driver sends "u" with each of Python's own.
# https://www.mongodb.com/docs/manual/reference/operator/query/regex/#index-use
_BEGINNING = re.compile(r"(?:\^|\\A)[\w\\]")


def is_pattern(value: Any) -> bool:
    """Tell whether ``value`` is a pattern, in any of the forms that queries have."""
    is_named = isinstance(value, dict) and "$regex" in value
    return is_named or isinstance(value, re.Pattern | Regex)


def is_looked_up(pattern: Any) -> bool:
    """Tell whether a pattern begins with what an index can look up."""
    text, options = _parts(pattern)
    return not options and bool(_BEGINNING.match(text))


def _parts(pattern: Any) -> tuple[str, str]:
    """Return (pattern, its options)."""
    if isinstance(pattern, dict):
        inner, options = pattern["$regex"], str(pattern.get("$options", ""))
        if isinstance(inner, str):
            return inner, options
        text, inner_options = _parts(inner)
        return text, options + inner_options
    text = pattern.pattern
    text = text.decode(errors="replace") if isinstance(text, bytes) else text
    return text, str(int(pattern.flags) or "")


def shape_of(condition: Any, kept: Collection[str] = ()) -> Hashable:
    """Return a condition with the types of its values in the place of the values.

    ``kept``: paths whose values make a difference, because some index holds only part
    of them.
    """
    if is_pattern(condition):
        pattern = (is_looked_up(condition), _parts(condition)[1])
        if not isinstance(condition, dict):
            return pattern
        others = condition.keys() - {"$regex", "$options"}
        return (pattern, *(shape_of({name: condition[name]}) for name in others))
    if isinstance(condition, dict):
        return tuple((name, _value(name, condition, kept)) for name in condition)
    if isinstance(condition, list | tuple):
        shapes = frozenset(shape_of(each, kept) for each in condition)
        # By its length the planner decides whether it takes a list apart.
        return (len(condition).bit_length(), shapes)
    if isinstance(condition, bool):
        return condition
    return type(condition).__name__


def _value(name: str, condition: dict[str, Any], kept: Collection[str]) -> Hashable:
    value = condition[name]
    return repr(value) if name in kept else shape_of(value, kept)
