"""The query for what refers to documents by a declared path, whatever its shape.

MongoDB's dotted paths lead through lists, but not through lists of lists, nor through
maps, whose keys are data: there each document is looked into, which no index serves.
"""

from collections.abc import Iterable
from functools import reduce
from typing import Any

from admin_ext.fields import ListField, ReferenceListField

from .paths import ANY_KEY, ReferencePath


def is_dotted(path: ReferencePath) -> bool:
    """Tell whether MongoDB has a dotted path, and so an index may be had."""
    return not path.is_in_map and not any(map(_is_list_of_lists, path.fields))


def condition(path: ReferencePath, target: type, keys: Iterable[Any]) -> dict[str, Any]:
    """Return the query for what refers by ``path`` to documents of class ``target``.

    ``keys`` are theirs, as BSON holds them.
    """
    if is_dotted(path):
        return path.condition(target, keys)
    forms = [form for key in keys for form in path.forms(target, key)]
    common = {"$setIntersection": [_reached(path), {"$literal": forms}]}
    return {"$expr": {"$gt": [{"$size": common}, 0]}}


def _is_list_of_lists(field: Any) -> bool:
    item = getattr(field, "item", None)
    return isinstance(field, ListField) and isinstance(
        item, ListField | ReferenceListField
    )


def _reached(path: ReferencePath) -> dict[str, Any]:
    """Return the expression of all values at ``path``, as one list."""
    values: Any = ["$$ROOT"]
    for step in path.stored_key.split("."):
        values = {"$map": {"input": values, "as": "value", "in": _step(step)}}
        # One more than lists are declared: a map is a list of its values, too.
        values = reduce(
            lambda inner, _n: _flat(inner), range(lists_within(path) + 1), values
        )
    return values


def _step(step: str) -> Any:
    if step != ANY_KEY:
        return f"$$value.{step}"
    is_map = {"$eq": [{"$type": "$$value"}, "object"]}
    pairs = {"$objectToArray": {"$cond": [is_map, "$$value", {}]}}
    return {"$map": {"input": pairs, "as": "pair", "in": "$$pair.v"}}


def _flat(values: Any) -> dict[str, Any]:
    """Return the expression of a list with the members of the lists in it."""
    each = {"$cond": [{"$isArray": "$$this"}, "$$this", ["$$this"]]}
    joined = {"$concatArrays": ["$$value", each]}
    return {"$reduce": {"input": values, "initialValue": [], "in": joined}}


def lists_within(path: ReferencePath) -> int:
    """Return how many lists are declared on the way, one within the other or not."""
    number = 0
    for field in path.fields:
        while field is not None:
            number += isinstance(field, ListField | ReferenceListField)
            field = getattr(field, "item", None)
    return number
