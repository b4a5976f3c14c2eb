"""The condition of an update: what it changes is still what it was."""

from typing import Any

import bson

from admin_ext.ejson import CODEC

from .diff import Change, Path
from .values import MISSING

# A list's row of more bytes than this is not sent along to be compared as a whole.
MAX_ROW = 100_000

# Of a value of more bytes only the size is compared: the update holds the new value,
# too, and has no room for both.
# https://www.mongodb.com/docs/manual/reference/limits/#mongodb-limit-BSON-Document-Size
MAX_VALUE = 1_000_000

# What the driver gives for bytes that are no UTF-8, where it is lenient.
MARK = "\N{REPLACEMENT CHARACTER}"
KINDS = {str: "string", dict: "object", list: "array"}


def guard_for(changes: list[Change], stored: dict) -> dict:
    """Return a query that holds while the paths of ``changes`` are as in ``stored``.

    In a list the whole row must be as it was: its place may be another row's by now.
    ``$expr`` compares values exactly, where ``{path: value}`` would also look for the
    value among the members of an array.
    """
    paths = dict.fromkeys(_guarded(change.path, stored) for change in changes)
    return {"$expr": {"$and": [_is(path, value_at(stored, path)) for path in paths]}}


def _guarded(path: Path, stored: dict) -> Path:
    """Return the outermost row around ``path`` that is not too large, or ``path``."""
    places = [place for place, step in enumerate(path) if isinstance(step, int)]
    rows = (path[: place + 1] for place in places)
    return next((row for row in rows if _size(value_at(stored, row)) <= MAX_ROW), path)


def _size(value: Any) -> int:
    """Return how many bytes a document with this value alone has."""
    return len(bson.encode({"v": value}, codec_options=CODEC))


def value_at(stored: Any, path: Path) -> Any:
    """Return what is stored at a path, or MISSING."""
    for step in path:
        try:
            stored = stored[step]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return stored


def _is(path: Path, value: Any) -> dict:
    if value is MISSING:
        return {"$eq": [{"$type": _expression(path)}, "missing"]}
    if value is None:
        # The driver reads the deprecated type undefined as null.
        return {"$in": [{"$type": _expression(path)}, ["null", "undefined"]]}
    if _holds_mark(value):
        # What is stored may be bytes that are no UTF-8, which no query can name.
        kind = next(name for cls, name in KINDS.items() if isinstance(value, cls))
        return {"$eq": [{"$type": _expression(path)}, kind]}
    size = _size(value)
    if size > MAX_VALUE:
        return {"$eq": [{"$bsonSize": {"v": _expression(path)}}, size]}
    return {"$eq": [_expression(path), {"$literal": value}]}


def _holds_mark(value: Any) -> bool:
    """Tell whether a text, at any depth, has the mark for what is no character."""
    if isinstance(value, dict):
        return any(map(_holds_mark, value.values()))
    if isinstance(value, list):
        return any(map(_holds_mark, value))
    return isinstance(value, str) and MARK in value


def _expression(path: Path) -> Any:
    """Return the value at a path, whatever characters its keys have.

    $getField and $arrayElemAt raise where there is no document or no array.
    """
    value: Any = "$$ROOT"
    for step in path:
        if isinstance(step, int):
            is_right = {"$isArray": ["$$it"]}
            found: dict = {"$arrayElemAt": ["$$it", step]}
        else:
            is_right = {"$eq": [{"$type": "$$it"}, "object"]}
            found = {"$getField": {"field": {"$literal": step}, "input": "$$it"}}
        steps = {"$cond": [is_right, found, "$$REMOVE"]}
        value = {"$let": {"vars": {"it": value}, "in": steps}}
    return value
