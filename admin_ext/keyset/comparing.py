"""Keys of documents in MongoDB's order, for the few rows that are equal otherwise.

https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
"""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from bson import Decimal128, ObjectId, Timestamp

Sortable = tuple


def sortable(value: Any) -> Sortable:
    """Return what sorts as MongoDB sorts a stored value; no collation.

    Values of types that no application uses for keys are equal among themselves.
    """
    if value is None:
        return (5,)
    if isinstance(value, bool):
        return (70, value)
    if isinstance(value, int | float | Decimal128):
        return (10, *_number(value))
    if isinstance(value, str):
        return (20, value.encode("utf-8", "surrogatepass"))
    if isinstance(value, dict):
        return (30, *(_member(name, each) for name, each in value.items()))
    if isinstance(value, list):
        return (40, *map(sortable, value))
    return _of_fixed_length(value)


def _member(name: str, value: Any) -> Sortable:
    """First the types are compared, then the names, then the values."""
    rank, *rest = sortable(value)
    return (rank, name.encode("utf-8", "surrogatepass"), tuple(rest))


def _number(value: Any) -> Sortable:
    number = value.to_decimal() if isinstance(value, Decimal128) else value
    # Not a number is less than any; a decimal that signals cannot even be compared.
    is_none = number.is_nan() if isinstance(number, Decimal) else number != number
    return (0,) if is_none else (1, number)


def _of_fixed_length(value: Any) -> Sortable:
    if isinstance(value, UUID):
        return (50, 16, 4, value.bytes)
    if isinstance(value, bytes):
        # By length, then by subtype, then by the bytes.
        return (50, len(value), getattr(value, "subtype", 0), bytes(value))
    if isinstance(value, ObjectId):
        return (60, value.binary)
    if isinstance(value, datetime):
        return (80, value.timestamp())
    if isinstance(value, Timestamp):
        return (85, value.time, value.inc)
    return (127,)
