"""What an update will make of a document, as far as that can be told beforehand."""

from typing import Any

from admin_ext.changesets import MISSING

from .entries import UNKNOWN

PLAIN = {"$set", "$unset", "$setOnInsert"}


def predicted(before: dict, update: Any) -> Any:
    """Return what ``before`` will be, or UNKNOWN for what only MongoDB can work out."""
    if not isinstance(update, dict) or not update.keys() <= PLAIN:
        return UNKNOWN
    after = dict(before)
    steps = [
        *((path, value) for path, value in update.get("$set", {}).items()),
        *((path, MISSING) for path in update.get("$unset", {})),
    ]
    for path, value in steps:
        after = _with(after, path.split("."), value)
        if after is UNKNOWN:
            return UNKNOWN
    return after


def _with(holder: Any, steps: list[str], value: Any) -> Any:
    """Return a copy of ``holder`` with a value at a path, or UNKNOWN."""
    place = _place(holder, steps[0])
    if place is UNKNOWN:
        return UNKNOWN
    if len(steps) == 1:
        return _put(holder, place, value)
    inner = holder[place] if place in _places(holder) else MISSING
    if inner is MISSING:
        if value is MISSING:
            return holder
        inner = {}
    inner = _with(inner, steps[1:], value)
    return UNKNOWN if inner is UNKNOWN else _put(holder, place, inner)


def _put(holder: Any, place: Any, value: Any) -> Any:
    """Return a copy with another value; MISSING takes a key out."""
    copy: Any = list(holder) if isinstance(holder, list) else dict(holder)
    if value is not MISSING:
        copy[place] = value
    elif isinstance(holder, list):
        return UNKNOWN  # null takes its place
    else:
        copy.pop(place, None)
    return copy


def _place(holder: Any, step: str) -> Any:
    """Return the key, or the index, that a step of a path names, or UNKNOWN."""
    if isinstance(holder, dict):
        return step if step and not step.startswith("$") else UNKNOWN
    is_there = step.isdecimal() and isinstance(holder, list)
    return int(step) if is_there and int(step) < len(holder) else UNKNOWN


def _places(holder: Any) -> Any:
    return range(len(holder)) if isinstance(holder, list) else holder


def touched_keys(update: Any) -> tuple[str, ...]:
    """Return the top-level keys that an update names; none where any may be changed."""
    if not isinstance(update, dict):
        return ()
    heads: dict[str, None] = {}
    for operator, fields in update.items():
        if not operator.startswith("$") or not isinstance(fields, dict):
            return ()
        for path, value in fields.items():
            heads[path.partition(".")[0]] = None
            if operator == "$rename":
                heads[str(value).partition(".")[0]] = None
    heads.pop("_id", None)
    return tuple(heads)
