"""What a row is sorted by, computed as MongoDB's sort does, so that it can be turned.

Of an array MongoDB takes the least member, or the greatest where it sorts downwards:
downwards is not upwards from its end. An empty array stands below null, as the type
undefined does, and a missing value with null.
https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
"""

from typing import Any

from bson import MaxKey, MinKey

from .order import Order

Expression = Any

# Where a stored document carries its place while it is read.
PLACE = "_admin_place"

# What comes before a value in a place. The driver reads what is undefined as null.
LEAST, UNDEFINED, USUAL = 0, 1, 2


def place(order: Order) -> Expression:
    """Return an expression for the place of a row: [rank, value, rank, value, …].

    A rank and a value for each sort key; both are compared as the key's direction says.
    """
    pairs = [
        _pair(f"${path}", is_least=(direction > 0) != order.is_turned)
        for path, direction in order.keys
    ]
    return {"$concatArrays": pairs} if pairs else {"$literal": []}


def sort_by_place(order: Order) -> dict[str, int]:
    """Return the sort keys of a place that is computed, without the documents' own."""
    return {
        f"{PLACE}.{2 * number + each}": direction
        for number, (_path, direction) in enumerate(order.keys)
        for each in range(2)
    }


def in_place(number: int) -> Expression:
    """Return an expression for one of the ranks and values in a row's PLACE."""
    return {"$arrayElemAt": [f"${PLACE}", number]}


def values_of(place: tuple[Any, ...]) -> list[tuple[int, Any]]:
    """Return (rank, value) for each sort key."""
    return [*zip(place[::2], place[1::2], strict=True)]


def _pair(operand: str, *, is_least: bool) -> Expression:
    undefined = {
        "$or": [{"$eq": [operand, []]}, {"$eq": [{"$type": operand}, "undefined"]}]
    }
    least = {"$eq": ["$$value", {"$literal": MinKey()}]}
    rank = {"$cond": [undefined, UNDEFINED, {"$cond": [least, LEAST, USUAL]}]}
    return {
        "$let": {
            "vars": {"value": _value(operand, is_least=is_least)},
            "in": [rank, "$$value"],
        }
    }


def _value(operand: str, *, is_least: bool) -> Expression:
    operator = "$lt" if is_least else "$gt"
    start = MaxKey() if is_least else MinKey()
    nearer = {"$cond": [{operator: ["$$this", "$$value"]}, "$$this", "$$value"]}
    of_members = {
        "$reduce": {"input": operand, "initialValue": {"$literal": start}, "in": nearer}
    }
    of_array = {"$cond": [{"$eq": [operand, []]}, None, of_members]}
    return {"$cond": [{"$isArray": operand}, of_array, {"$ifNull": [operand, None]}]}
