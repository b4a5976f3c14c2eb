"""The types of BSON by the names that ``$type`` has for them.

https://www.mongodb.com/docs/manual/reference/bson-types/
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from bson import (
    Binary,
    Code,
    DBRef,
    Decimal128,
    Int64,
    MaxKey,
    MinKey,
    ObjectId,
    Regex,
    Timestamp,
)
from bson.datetime_ms import DatetimeMS

from admin_ext.ejson import INT32

NULL, ARRAY, OBJECT, STRING = "null", "array", "object", "string"
NUMBERS = ("int", "long", "double", "decimal")

# The driver gives a DBRef for an object with $ref and $id; the server has no such type.
DBREF = "dbRef"

NAMES: dict[type, str] = {
    str: STRING,
    ObjectId: "objectId",
    bool: "bool",
    Int64: "long",
    float: "double",
    datetime: "date",
    type(None): NULL,
    list: ARRAY,
    dict: OBJECT,
    Decimal128: "decimal",
    UUID: "binData",
    Binary: "binData",
    bytes: "binData",
    DatetimeMS: "date",
    DBRef: DBREF,
    Regex: "regex",
    Timestamp: "timestamp",
    MinKey: "minKey",
    MaxKey: "maxKey",
}


def bson_type(value: Any) -> str:
    """Return the name of the BSON type of a value as the driver decodes it."""
    kind = type(value)
    if kind is int:
        return "int" if value in INT32 else "long"
    if kind is Code:
        return "javascript" if value.scope is None else "javascriptWithScope"
    return NAMES.get(kind) or _of_subclass(value)


def _of_subclass(value: Any) -> str:
    for kind, name in NAMES.items():
        if isinstance(value, kind):
            return name
    return type(value).__name__
