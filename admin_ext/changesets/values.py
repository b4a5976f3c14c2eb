"""Stored values as BSON tells them apart."""

import hmac
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any

import bson
from bson import Binary, Decimal128, Int64
from django.conf import settings
from django.utils.encoding import force_bytes

from admin_ext.ejson import CODEC, INT32

SALT = "admin_ext.changesets"
DIGEST_BYTES = 12

INT64 = range(-(2**63), 2**63)


class Missing:
    """The value of a key that a document does not have; null is another."""

    def __repr__(self):
        return "MISSING"

    def __bool__(self):
        return False

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


MISSING = Missing()


def identical(first: Any, second: Any) -> bool:
    """Tell whether two values are stored as the same bytes.

    1 and 1.0, null and missing, and two orders of the same keys are different.
    """
    if first is second:
        return True
    if first is MISSING or second is MISSING:
        return False
    return _encoded(first) == _encoded(second)


def _encoded(value: Any) -> bytes:
    return bson.encode({"": value}, codec_options=CODEC)


def digest(value: Any) -> bytes:
    """Return 12 bytes that stand for a stored value, types included.

    Keyed, so that a page may hold the digest of what it must not show.
    """
    encoded = b"" if value is MISSING else _encoded(value)
    return hmac.digest(_key(settings.SECRET_KEY), encoded, "sha256")[:DIGEST_BYTES]


@cache
def _key(secret: str | bytes) -> bytes:
    """Return the key that salted_hmac (5.2) makes anew for each value."""
    return sha256(SALT.encode() + force_bytes(secret)).digest()


def like(value: Any, stored: Any) -> Any:
    """Return ``value`` in the BSON type of ``stored``, where it fits that type.

    An application that wrote int64 or double reads what an edit left there with the
    same code. https://www.mongodb.com/docs/manual/reference/bson-types/
    """
    if isinstance(value, bool) or isinstance(stored, bool):
        return value
    if isinstance(value, bytes) and isinstance(stored, Binary):
        return Binary(bytes(value), stored.subtype)
    if isinstance(value, list) and isinstance(stored, list):
        return _list_like(value, stored)
    for kind, convert in _NUMBERS:
        if isinstance(stored, kind) and isinstance(value, (int, float, Decimal128)):
            return convert(value)
    return value


def _list_like(value: list, stored: list) -> list:
    """Give each member the type of the one in its place, or of the last one."""
    if not stored:
        return value
    last = len(stored) - 1
    return [like(item, stored[min(i, last)]) for i, item in enumerate(value)]


def _whole(value: Any) -> int | None:
    """Return a number as an int, or None when it has a fraction or is no number."""
    if isinstance(value, Decimal128):
        value = value.to_decimal()
    if isinstance(value, Decimal):
        is_whole = value.is_finite() and value == value.to_integral_value()
    else:
        is_whole = isinstance(value, int) or value.is_integer()
    return int(value) if is_whole else None


def _int64_like(value: Any) -> Any:
    whole = _whole(value)
    return value if whole is None or whole not in INT64 else Int64(whole)


def _int32_like(value: Any) -> Any:
    whole = _whole(value)
    if whole is None or whole not in INT64:
        return value
    return whole if whole in INT32 else Int64(whole)


def _double_like(value: Any) -> Any:
    """Return the double that is written with the same digits."""
    if isinstance(value, Decimal128):
        decimal = value.to_decimal()
        if decimal.is_nan():
            # Of a signaling one, Python makes no float.
            return value
        double = float(decimal)
        return double if Decimal(repr(double)) == decimal else value
    double = float(value)
    return double if isinstance(value, float) or int(double) == value else value


def _decimal_like(value: Any) -> Any:
    if isinstance(value, Decimal128):
        return value
    return Decimal128(repr(value) if isinstance(value, float) else str(int(value)))


# Int64 is a subclass of int.
_NUMBERS = (
    (Int64, _int64_like),
    (int, _int32_like),
    (float, _double_like),
    (Decimal128, _decimal_like),
)
