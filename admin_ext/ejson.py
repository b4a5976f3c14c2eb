"""How this package reads and writes BSON as text: one set of options.

https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/
"""

import json
from typing import Any

from bson import Binary, Int64, UuidRepresentation, json_util
from bson.binary import UUID_SUBTYPE
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.errors import BSONError
from django.utils.translation import gettext as _

# A date outside Python's years is read as what it is, instead of raising.
CODEC = CodecOptions(
    uuid_representation=UuidRepresentation.STANDARD,
    tz_aware=True,
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
)

_OPTIONS: dict[str, Any] = {
    "tz_aware": True,
    "uuid_representation": UuidRepresentation.STANDARD,
    "datetime_conversion": DatetimeConversion.DATETIME_AUTO,
}
# Canonical: int32, int64 and double stay three different types.
LOSSLESS = json_util.CANONICAL_JSON_OPTIONS.with_options(**_OPTIONS)
READABLE = json_util.RELAXED_JSON_OPTIONS.with_options(**_OPTIONS)
# With a representation of its own, json_util reads a legacy UUID (subtype 3) as a
# UUID, which would be written back with subtype 4.
_READING = LOSSLESS.with_options(uuid_representation=UuidRepresentation.UNSPECIFIED)

INT32 = range(-(2**31), 2**31)

# What reading Extended JSON raises, and writing its value as BSON.
JSON_ERRORS = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    BSONError,
)


def loads(text: str) -> Any:
    """Return the value of an Extended JSON text. Raise one of JSON_ERRORS."""
    json.loads(text, object_pairs_hook=_refuse_repeated_keys)
    return _with_uuids(json_util.loads(text, json_options=_READING))


def _refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> None:
    """Raise ValueError where a text says two things of one key; JSON keeps the last."""
    seen = set()
    for key, _value in pairs:
        if key in seen:
            raise ValueError(_("The key “%(key)s” occurs twice.") % {"key": key})
        seen.add(key)


def _with_uuids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_uuids(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_uuids(item) for item in value]
    if isinstance(value, Binary) and value.subtype == UUID_SUBTYPE and len(value) == 16:
        return value.as_uuid()
    return value


def dumps(value: Any, **options: Any) -> str:
    """Return ``value`` as canonical Extended JSON. ``options`` are json.dumps's."""
    return json_util.dumps(value, json_options=LOSSLESS, **options)


def extended_json(value: Any, indent: int | None = 2, **options: Any) -> str:
    """Return ``value`` as Extended JSON: relaxed where that keeps every type.

    None and an absent value are both the empty text. ``options`` are json.dumps's.
    """
    if value is None:
        return ""
    options = {"indent": indent, "ensure_ascii": False} | options
    relaxed = json_util.dumps(_with_int64(value), json_options=READABLE, **options)
    if is_lossless(relaxed, value):
        return relaxed
    return dumps(value, **options)


def _with_int64(value: Any) -> Any:
    """Spell out what relaxed text would make an int32 of."""
    if isinstance(value, dict):
        return {key: _with_int64(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_int64(item) for item in value]
    # A range looks for an Int64, which is no int to the letter, one by one.
    is_small = isinstance(value, Int64) and int(value) in INT32
    return {"$numberLong": str(value)} if is_small else value


def is_lossless(text: str, value: Any) -> bool:
    """Tell whether an Extended JSON text reads back as ``value``, types included."""
    try:
        return dumps(loads(text)) == dumps(value)
    except JSON_ERRORS:
        return False
