"""Conditions that a row stands behind a place in an order.

MongoDB's query operators compare values of one type only; its expressions compare all,
in the order in which it sorts.
https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
"""

from collections.abc import Iterator
from typing import Any

from .order import KEY, Order
from .places import UNDEFINED, USUAL, in_place, values_of

Condition = dict[str, Any]

# To an expression a missing value is less than null; sorting takes it for null.
BELOW_NULL = {"$type": ["minKey", "undefined"]}


def equal(path: str, rank: int, value: Any) -> Condition:
    """Return the condition that a path holds a value, or nothing for null.

    This, and ``behind``, hold for paths without arrays only.
    """
    return {path: {"$type": "undefined"} if rank == UNDEFINED else {"$eq": value}}


def behind(path: str, direction: int, rank: int, value: Any) -> Condition:
    """Return the condition that the value of a path sorts behind a value.

    An index is read from that value on.
    https://www.mongodb.com/docs/manual/reference/operator/query/expr/
    """
    if rank == UNDEFINED:
        below = {"$type": "minKey"}
        return {path: {"$not": BELOW_NULL} if direction > 0 else below}
    if value is None and direction < 0:
        return {path: BELOW_NULL}
    operator = "$gt" if direction > 0 else "$lt"
    return compared(f"${path}", operator, value)


def levels(
    order: Order, place: tuple[Any, ...], key: Any
) -> Iterator[tuple[int, Condition]]:
    """Yield what stands behind a place, from near to far.

    First the rows that are equal in all but the key, then those equal in all sort keys
    but the last, and so on: (how many sort keys are equal, the condition).
    """
    pairs = [*values_of(place), (USUAL, key)]
    for equals in reversed(range(len(pairs))):
        path, direction = order.total[equals]
        parts = [
            equal(order.total[number][0], *pair)
            for number, pair in enumerate(pairs[:equals])
        ]
        yield equals, {"$and": [*parts, behind(path, direction, *pairs[equals])]}


def compared(operand: Any, operator: str, value: Any) -> Condition:
    """Return the condition that an expression compares so with a value of any type."""
    return {"$expr": {operator: [operand, {"$literal": value}]}}


def behind_computed(order: Order, place: tuple[Any, ...], key: Any) -> Condition:
    """Return the condition that the place in a row's PLACE stands behind another."""
    operands: list[Any] = [in_place(number) for number in range(len(place))]
    directions = [direction for _path, direction in order.keys for _each in range(2)]
    triples = zip(
        [*operands, f"${KEY}"], [*place, key], [*directions, order.last], strict=True
    )
    found: Condition = {"$literal": False}
    for operand, value, direction in reversed([*triples]):
        operator = "$gt" if direction > 0 else "$lt"
        both = [operand, {"$literal": value}]
        found = {"$or": [{operator: both}, {"$and": [{"$eq": both}, found]}]}
    return {"$expr": found}
