"""What a row is sorted by, computed as MongoDB's sort does, so that it can be turned.

Of an array MongoDB takes the least member, or the greatest where it sorts downwards:
downwards is not upwards from its end. An empty array stands below null, as the type
undefined does, and a missing value with null.
https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
"""

from typing import Any

from bson import MinKey

from .order import KEY, Order

Expression = Any

# Where a stored document carries its place while it is read.
PLACE = "_admin_place"

# Where it carries the same for MongoDB to sort by.
SORT_KEYS = "_admin_sort_keys"

# What comes before a value in a place. The driver reads what is undefined as null.
LEAST, UNDEFINED, USUAL = 0, 1, 2


def place(order: Order) -> Expression:
    """Return an expression for the place of a row: [rank, value, rank, value, …].

    A rank and a value for each sort key; both are compared as the key's direction says.
    """
    pairs = [
        _pair(path, is_least=(direction > 0) != order.is_turned)
        for path, direction in order.keys
    ]
    return {"$concatArrays": pairs} if pairs else {"$literal": []}


def sort_by_place(order: Order) -> list[dict[str, Any]]:
    """Return the stages that sort by a place which is computed.

    Each value is sorted within a document: of an empty list MongoDB's sort would take
    what is in it.
    """
    directions = [way for _path, way in order.keys for _each in range(2)]
    computed, keys = {}, {}
    for number, direction in enumerate(directions):
        name = f"{SORT_KEYS}.{number}"
        computed[name], keys[name] = {"value": in_place(number)}, direction
    return [
        *([{"$set": computed}] if computed else []),
        {"$sort": {**keys, KEY: order.last}},
    ]


def in_place(number: int) -> Expression:
    """Return an expression for one of the ranks and values in a row's PLACE."""
    return {"$arrayElemAt": [f"${PLACE}", number]}


def values_of(place: tuple[Any, ...]) -> list[tuple[int, Any]]:
    """Return (rank, value) for each sort key."""
    return [*zip(place[::2], place[1::2], strict=True)]


def _pair(path: str, *, is_least: bool) -> Expression:
    name, *names = path.split(".")
    nearest = _nearest(f"${name}", names, is_least=is_least)
    pair = ["$$nearest.rank", "$$nearest.value"]
    return {"$let": {"vars": {"nearest": nearest}, "in": pair}}


def _nearest(operand: str, names: list[str], *, is_least: bool) -> Expression:
    """Return an expression for {rank, value} of what a path leads to.

    On its way each array is gone through once: what has no such key counts as null, as
    an empty array does that is not at the end.
    """
    empty = {"$eq": [operand, []]}
    if names:
        below = _nearest(f"$$this.{names[0]}", names[1:], is_least=is_least)
        here = {"$cond": [{"$isArray": "$$this"}, _ranked(None), below]}
        members = {"$cond": [empty, [None], _as_array(operand)]}
    else:
        here = _ranked("$$this")
        members = _as_array(operand)
    operator = "$min" if is_least else "$max"
    found = {
        "$reduce": {
            "input": members,
            "initialValue": None,
            "in": {operator: ["$$value", here]},
        }
    }
    if names:
        return found
    return {"$cond": [empty, {"rank": UNDEFINED, "value": None}, found]}


def _as_array(operand: str) -> Expression:
    return {"$cond": [{"$isArray": operand}, operand, [operand]]}


def _ranked(operand: Any) -> Expression:
    least = {"$cond": [{"$eq": [operand, {"$literal": MinKey()}]}, LEAST, USUAL]}
    undefined = {"$eq": [{"$type": operand}, "undefined"]}
    rank = {"$cond": [undefined, UNDEFINED, least]}
    return {"rank": rank, "value": {"$ifNull": [operand, None]}}
