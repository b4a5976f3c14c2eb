"""What tells a key from others as MongoDB does, and has a hash."""

from decimal import Decimal
from typing import Any

import bson
from bson import Decimal128

from .ejson import CODEC


def identity(key: Any) -> Any:
    """Return ``key``, or what stands for one that has no hash, or another's.

    A sub-document has none, and to Python true is 1.
    """
    try:
        hash(key)
    except TypeError:
        is_itself = False
    else:
        is_itself = not isinstance(key, bool)
    return key if is_itself else bson.encode({"_id": key}, codec_options=CODEC)


def key_identity(key: Any) -> Any:
    """Return what tells a key from others as MongoDB does, and has a hash.

    Numbers compare by value, those in sub-documents too.
    """
    if isinstance(key, Decimal128):
        key = key.to_decimal()
    is_decimal = isinstance(key, Decimal)
    # Of a signaling one, a comparison raises.
    if key.is_nan() if is_decimal else isinstance(key, float) and key != key:
        return ("NaN",)
    if isinstance(key, dict):
        return tuple((name, key_identity(value)) for name, value in key.items())
    if isinstance(key, list):
        return ("[", *map(key_identity, key))
    return identity(key)
