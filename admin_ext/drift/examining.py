"""What is wrong with one stored document: the findings, and what they are in detail."""

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import inf
from time import monotonic
from typing import Any

import bson
from bson import DBRef, Decimal128

from admin_ext.ejson import CODEC
from admin_ext.introspection.bson_types import (
    ARRAY,
    DBREF,
    NULL,
    OBJECT,
    STRING,
    bson_type,
)

from .places import CLS, Place
from .problems import Finding, Problem

# Of a text that is stored so much is kept.
MAX_TEXT = 200

# {finding: what is stored: types, names of classes, values that are no choices}
Findings = dict[Finding, set[Any]]


def examine(place: Place, value: Any, *, until: float = inf) -> Findings:
    """Return what is wrong with ``value`` at ``place``, and below it.

    ``until``: when, as time.monotonic() says it, no more members are looked at.
    """
    found: Findings = {}
    _examine(place, value, found, until)
    return found


def _examine(place: Place, value: Any, found: Findings, until: float) -> None:
    name = bson_type(value)
    if place.is_required and name == NULL:
        _add(found, Finding(place, Problem.NULL), name)
    if not _is_accepted(place, name):
        _add(found, Finding(place, Problem.TYPE), name)
    elif place.choices is not None and _is_a_choice(place, value, name) is False:
        _add(found, Finding(place, Problem.CHOICES), _hashable(value))
    if _is_long(place, value, name):
        _add(found, Finding(place, Problem.LONG), name)
    if name == ARRAY and place.members is not None:
        for each in value:
            _examine(place.members, each, found, until)
            if monotonic() > until:
                break
    elif name in (OBJECT, DBREF) and (place.shape or place.values):
        # The server knows no DBRef, only an object of these keys.
        son = value.as_doc() if isinstance(value, DBRef) else value
        _examine_object(place, son, found, until)


def _examine_object(
    place: Place, son: dict[str, Any], found: Findings, until: float
) -> None:
    if place.values is not None:
        for each in son.values():
            _examine(place.values, each, found, until)
            if monotonic() > until:
                break
    if place.shape is not None:
        _examine_class(place, son, found)
        _examine_fields(place, son, found, until)


def _examine_class(place: Place, son: dict[str, Any], found: Findings) -> None:
    if CLS in son:
        name = son[CLS]
        if not place.shape.is_known(name):
            _add(found, Finding(place, Problem.CLASS), name)
    elif place.shape.is_class_stored:
        _add(found, Finding(place, Problem.CLASS), None)


def _examine_fields(
    place: Place, son: dict[str, Any], found: Findings, until: float
) -> None:
    cls = place.shape.class_of(son)
    if cls is None:
        return
    for child in place.shape.fields:
        if child.classes is None or cls in child.classes:
            if child.key in son:
                _examine(child, son[child.key], found, until)
            elif child.is_required:
                _add(found, Finding(child, Problem.MISSING), None)
    declared = place.shape.declared[cls]
    for key in () if declared is None else son:
        if key not in declared and key != CLS:
            name = bson_type(son[key])
            if not place.is_secret:
                _add(found, Finding(place, Problem.EXTRA, key), name)
            _add(found, Finding(place, Problem.EXTRA), name)


def _add(found: Findings, finding: Finding, detail: Any) -> None:
    found.setdefault(finding, set()).add(_hashable(detail))


def _hashable(value: Any) -> Any:
    if isinstance(value, str | bytes):
        return value[:MAX_TEXT]
    try:
        hash(value)
    except TypeError:
        return bson_type(value)
    return value


def _is_accepted(place: Place, name: str) -> bool:
    if name == NULL and not place.is_null_wrong:
        return True
    types = place.types
    if types is None:
        return True
    return name in types or (name == DBREF and OBJECT in types)


def _is_a_choice(place: Place, value: Any, name: str) -> bool:
    """Tell whether ``value`` is among the choices, or no value at all."""
    return name == NULL or identity(value) in _identities(place)


@lru_cache(maxsize=5_000)
def _identities(place: Place) -> frozenset[Any]:
    return frozenset(map(identity, place.choices or ()))


def _is_long(place: Place, value: Any, name: str) -> bool:
    is_measured = name in (ARRAY, STRING) and name in (place.types or ())
    return (
        is_measured and place.max_length is not None and len(value) > place.max_length
    )


def identity(value: Any) -> Any:
    """Return something that is equal for values that MongoDB takes for equal.

    Numbers are, whatever their types; nothing else is.
    """
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, int | float | Decimal128):
        number = value.to_decimal() if isinstance(value, Decimal128) else value
        if isinstance(number, Decimal) and number.is_nan():
            # Of a signaling one, Python makes no float.
            return "nan"
        try:
            return Fraction(number)
        except (ValueError, OverflowError):
            # Not finite.
            return str(float(number))
    return bson.encode({"": value}, codec_options=CODEC)
