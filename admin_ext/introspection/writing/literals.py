"""Values → the Python that makes them, with the imports that it needs."""

import math
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from bson import Binary, DBRef, Decimal128, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.datetime_ms import DatetimeMS

from admin_ext.introspection.models import Code

from .layout import Call, Items, Node, Pairs, Str, Text
from .modules import Imports


def literal(value: Any, imports: Imports) -> Node:
    """Return the expression of a value; ``imports`` gets what it needs.

    Raise TypeError for what is neither Python's nor BSON's.
    """
    if isinstance(value, Code):
        for module, names in value.imports.items():
            imports.add(module, *names)
        return Text(value.text)
    if value is None or isinstance(value, bool):
        return Text(repr(value))
    if isinstance(value, str):
        return Str(str(value))
    for kinds, make in _MAKERS:
        if isinstance(value, kinds):
            return make(value, imports)
    raise TypeError(f"{type(value).__name__} has no literal in Python.")


def _number(value, _imports):
    # An int64 is an int, and the driver finds the right type by its size.
    if isinstance(value, int):
        return Text(repr(int(value)))
    return Text(repr(float(value)).replace("e+", "e"))


def _float(value, imports):
    if math.isfinite(value):
        return _number(value, imports)
    return Call("float", [("", Str(repr(float(value))))])


def _binary(value, imports):
    if type(value) is bytes or value.subtype == 0:
        return Str(bytes(value))
    imports.add("bson", "Binary")
    return Call("Binary", [("", Str(bytes(value))), ("", Text(str(value.subtype)))])


def _by_text(module, name):
    def make(value, imports):
        imports.add(module, name)
        return Call(name, [("", Str(str(value)))])

    return make


def _datetime(value, imports):
    if "datetime" in imports.hidden:
        return _datetime_ms(DatetimeMS(value), imports)
    imports.add("datetime", "datetime")
    numbers = [value.year, value.month, value.day, value.hour, value.minute]
    numbers += [value.second, value.microsecond]
    while len(numbers) > 3 and not numbers[-1]:
        numbers.pop()
    arguments = [("", Text(str(each))) for each in numbers]
    if value.tzinfo is not None:
        imports.add("datetime", "UTC")
        value = value.astimezone(UTC)
        arguments.append(("tzinfo", Text("UTC")))
    return Call("datetime", arguments)


def _datetime_ms(value, imports):
    imports.add("bson.datetime_ms", "DatetimeMS")
    return Call("DatetimeMS", [("", Text(str(int(value))))])


def _regex(value, imports):
    imports.add("bson", "Regex")
    flags = int(value.flags) & ~int(re.UNICODE)
    arguments = [("", Str(value.pattern))]
    return Call("Regex", [*arguments, *([("", Text(str(flags)))] if flags else [])])


def _timestamp(value, imports):
    imports.add("bson", "Timestamp")
    return Call("Timestamp", [("", Text(str(value.time))), ("", Text(str(value.inc)))])


def _end(value, imports):
    name = type(value).__name__
    imports.add("bson", name)
    return Call(name)


def _dbref(value, imports):
    imports.add("bson", "DBRef")
    parts = [value.collection, value.id, *([value.database] if value.database else [])]
    return Call("DBRef", [("", literal(each, imports)) for each in parts])


def _list(value, imports):
    return Items("[]", [literal(each, imports) for each in value])


def _tuple(value, imports):
    return Items("()", [literal(each, imports) for each in value])


def _dict(value, imports):
    return Pairs([
        (literal(key, imports), literal(each, imports)) for key, each in value.items()
    ])


_MAKERS = (
    (int, _number),
    (float, _float),
    (UUID, _by_text("uuid", "UUID")),
    ((bytes, Binary), _binary),
    (ObjectId, _by_text("bson", "ObjectId")),
    (Decimal128, _by_text("bson", "Decimal128")),
    (Decimal, _by_text("decimal", "Decimal")),
    (datetime, _datetime),
    (DatetimeMS, _datetime_ms),
    ((Regex, re.Pattern), _regex),
    (Timestamp, _timestamp),
    ((MinKey, MaxKey), _end),
    (DBRef, _dbref),
    (list, _list),
    (tuple, _tuple),
    (dict, _dict),
)
