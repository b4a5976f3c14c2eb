"""How this package reads and writes BSON as text: one set of options.

https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/
"""

from typing import Any

from bson import UuidRepresentation, json_util
from bson.codec_options import CodecOptions
from bson.errors import BSONError

CODEC = CodecOptions(uuid_representation=UuidRepresentation.STANDARD, tz_aware=True)

# Canonical: int32, int64 and double stay three different types.
LOSSLESS = json_util.CANONICAL_JSON_OPTIONS.with_options(
    tz_aware=True, uuid_representation=UuidRepresentation.STANDARD
)
READABLE = json_util.RELAXED_JSON_OPTIONS.with_options(
    tz_aware=True, uuid_representation=UuidRepresentation.STANDARD
)

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


def extended_json(value: Any, indent: int | None = 2, **options: Any) -> str:
    """Return ``value`` as Extended JSON: relaxed where that keeps every type.

    None and an absent value are both the empty text. ``options`` are json.dumps's.
    """
    if value is None:
        return ""
    options = {"indent": indent, "ensure_ascii": False} | options
    relaxed = json_util.dumps(value, json_options=READABLE, **options)
    canonical = json_util.dumps(value, json_options=LOSSLESS)
    if json_util.dumps(parse(relaxed), json_options=LOSSLESS) == canonical:
        return relaxed
    return json_util.dumps(value, json_options=LOSSLESS, **options)


def parse(text: str) -> Any:
    """Return the value of an Extended JSON text, or None when it is not one."""
    try:
        return json_util.loads(text, json_options=LOSSLESS)
    except JSON_ERRORS:
        return None
