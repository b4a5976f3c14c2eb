"""The query for the documents that ``examining`` finds.

It says with ``$jsonSchema`` what a document must be like at one place, and asks for
those that are not: unlike a dotted path it leads through lists of lists and maps, and
tells a list from its members.
https://www.mongodb.com/docs/manual/reference/operator/query/jsonSchema/
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from admin_ext.introspection.bson_types import ARRAY, DBREF, NULL, OBJECT, STRING

from .places import CLS, MEMBERS, Place, Shape
from .problems import Finding, Problem

Schema = dict[str, Any]

# Deprecated types, which the driver reads as others.
# https://www.mongodb.com/docs/manual/reference/bson-types/
ALSO = {NULL: "undefined", STRING: "symbol"}

NOTHING: Schema = {"not": {}}


def condition(finding: Finding) -> dict[str, Any]:
    """Return the query for the documents that have a finding."""
    return {"$nor": [{"$jsonSchema": _from_root(finding)}]}


def _from_root(finding: Finding) -> Schema:
    place = finding.place
    schema = EXPECTED[finding.problem](finding)
    if finding.problem is Problem.MISSING:
        # It is the object that lacks a key.
        schema, place = _guarded(place, schema), place.parent
    for each in reversed(place.chain[1:]):
        schema = _below(each, schema)
    return schema


def _below(place: Place, schema: Schema) -> Schema:
    """Return the schema of what ``place`` is in, given that of what is there."""
    if place.key is not None:
        return _guarded(place, {"properties": {place.key: schema}})
    is_member = place.step == MEMBERS
    return {"items" if is_member else "additionalProperties": schema}


def _guarded(place: Place, schema: Schema) -> Schema:
    """Ask ``schema`` of objects of the classes that declare ``place`` only."""
    if place.classes is None and place.parent.shape.usual is not None:
        return schema
    shape = place.parent.shape
    classes = shape.declared if place.classes is None else place.classes
    return _of_others_or(shape, classes, schema)


def _of_others_or(shape: Shape, classes: Iterable[str], schema: Schema) -> Schema:
    """Ask ``schema`` of objects of ``classes`` only."""
    is_such = _named([*classes])
    if shape.usual in classes:
        is_such = {"anyOf": [is_such, {"not": _named([*shape.declared])}]}
    return {"anyOf": [{"not": is_such}, schema]}


def _named(classes: list[str]) -> Schema:
    return {"required": [CLS], "properties": {CLS: {"enum": sorted(classes)}}}


def _types(names: Iterable[str]) -> Schema:
    """Return the schema of values of these types."""
    names = {*names}
    plain = sorted({*names, *(ALSO[each] for each in names & {*ALSO})} - {DBREF})
    found: list[Schema] = [{"bsonType": plain}] if plain else []
    if DBREF in names:
        found.append({"bsonType": OBJECT, "required": ["$ref", "$id"]})
    return found[0] if len(found) == 1 else {"anyOf": found}


def _without_extra(finding: Finding) -> Schema:
    shape, key = finding.place.shape, finding.key
    if key is not None:
        return _of_others_or(shape, shape.without(key), _without(key))
    return {
        "allOf": [
            _of_others_or(shape, [name], _only(keys))
            for name, keys in shape.declared.items()
            if keys is not None
        ]
    }


def _without(key: str) -> Schema:
    """Return the schema of objects without a key, and of all that is no object."""
    if key and "." not in key:
        return {"properties": {key: NOTHING}}
    # To "properties" a dot separates two keys.
    return {"patternProperties": {rf"\A{re.escape(key)}\z": NOTHING}}


def _only(keys: Iterable[str]) -> Schema:
    declared = {each: {} for each in sorted({*keys, CLS})}
    return {"properties": declared, "additionalProperties": False}


def _stored(finding: Finding) -> Schema:
    return {"required": [finding.place.key]}


def _not_null(_finding: Finding) -> Schema:
    return {"not": _types([NULL])}


def _of_types(finding: Finding) -> Schema:
    place = finding.place
    return _types([*place.types, *([] if place.is_null_wrong else [NULL])])


def _a_choice(finding: Finding) -> Schema:
    """Ask for a choice where the type is one that the field stores."""
    place = finding.place
    others = _types([NULL]) if place.types is None else {"not": _types(place.types)}
    return {"anyOf": [others, {"enum": [*place.choices]}]}


def _short(finding: Finding) -> Schema:
    place = finding.place
    keywords = {STRING: "maxLength", ARRAY: "maxItems"}
    return {keywords[each]: place.max_length for each in measured(place)}


def _of_known_class(finding: Finding) -> Schema:
    shape = finding.place.shape
    schema: Schema = {"properties": {CLS: {"enum": sorted(shape.declared)}}}
    return {**schema, "required": [CLS]} if shape.is_class_stored else schema


EXPECTED = {
    Problem.EXTRA: _without_extra,
    Problem.MISSING: _stored,
    Problem.NULL: _not_null,
    Problem.TYPE: _of_types,
    Problem.CHOICES: _a_choice,
    Problem.LONG: _short,
    Problem.CLASS: _of_known_class,
}


def measured(place: Place) -> frozenset[str]:
    """Return the types whose lengths are declared at ``place``."""
    is_declared = place.max_length is not None and place.types is not None
    return place.types & {STRING, ARRAY} if is_declared else frozenset()


def possible(place: Place) -> Iterator[Problem]:
    """Yield the problems that there can be at ``place``."""
    if place.is_required:
        yield from (Problem.MISSING, Problem.NULL)
    if place.types is not None:
        yield Problem.TYPE
    if place.choices is not None:
        yield Problem.CHOICES
    if measured(place):
        yield Problem.LONG
    if place.shape is not None:
        yield Problem.CLASS
        if any(keys is not None for keys in place.shape.declared.values()):
            yield Problem.EXTRA
