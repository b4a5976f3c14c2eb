"""The BSON types that each class of field stores, by the names that ``$type`` has.

Null is not among them: a field whose value is null has none.
"""

from typing import Any

from mongoengine import fields as me

from admin_ext.introspection.bson_types import ARRAY, DBREF, OBJECT, STRING, bson_type

Types = frozenset[str]

INTEGERS = frozenset({"int", "long"})
# mongoengine makes floats of integers.
REALS = INTEGERS | {"double"}
ANY = None

TYPES: dict[type, Types | None] = {
    me.StringField: frozenset({STRING}),
    me.URLField: frozenset({STRING}),
    me.EmailField: frozenset({STRING}),
    me.IntField: INTEGERS,
    me.LongField: INTEGERS,
    me.FloatField: REALS,
    me.DecimalField: REALS,
    me.Decimal128Field: frozenset({"decimal"}),
    me.BooleanField: frozenset({"bool"}),
    me.DateTimeField: frozenset({"date"}),
    me.DateField: frozenset({"date"}),
    me.ComplexDateTimeField: frozenset({STRING}),
    me.UUIDField: frozenset({"binData"}),
    me.ObjectIdField: frozenset({"objectId"}),
    me.EnumField: ANY,
    me.SequenceField: INTEGERS,
    me.BinaryField: frozenset({"binData"}),
    # The id of the file in GridFS.
    me.FileField: frozenset({"objectId"}),
    me.ImageField: frozenset({"objectId"}),
    me.ReferenceField: frozenset({DBREF}),
    me.LazyReferenceField: frozenset({DBREF}),
    me.CachedReferenceField: frozenset({OBJECT}),
    me.GenericReferenceField: frozenset({OBJECT}),
    me.GenericLazyReferenceField: frozenset({OBJECT}),
    me.EmbeddedDocumentField: frozenset({OBJECT}),
    me.GenericEmbeddedDocumentField: frozenset({OBJECT}),
    me.EmbeddedDocumentListField: frozenset({ARRAY}),
    me.ListField: frozenset({ARRAY}),
    me.SortedListField: frozenset({ARRAY}),
    me.DictField: frozenset({OBJECT}),
    me.MapField: frozenset({OBJECT}),
    me.DynamicField: ANY,
    me.GeoPointField: frozenset({ARRAY}),
    me.GeoJsonBaseField: frozenset({OBJECT}),
    me.PointField: frozenset({OBJECT}),
    me.LineStringField: frozenset({OBJECT}),
    me.PolygonField: frozenset({OBJECT}),
    me.MultiPointField: frozenset({OBJECT}),
    me.MultiLineStringField: frozenset({OBJECT}),
    me.MultiPolygonField: frozenset({OBJECT}),
}

REFERENCES = (me.ReferenceField, me.LazyReferenceField)


def accepted_types(field: Any) -> Types | None:
    """Return the BSON types that ``field`` stores, None where it may be any.

    A class that is not in the table stores what its nearest base does, unless it has
    a ``to_mongo`` of its own.
    """
    base = next((cls for cls in type(field).__mro__ if cls in TYPES), None)
    if base is None or _is_own(type(field), base):
        return ANY
    if isinstance(field, REFERENCES):
        return _of_reference(field)
    if isinstance(field, me.EnumField):
        return _of_enum(field)
    is_text = isinstance(field, me.UUIDField) and not field._binary
    if is_text or getattr(field, "force_string", False):
        return frozenset({STRING})
    if isinstance(field, me.SequenceField) and field.value_decorator is not int:
        return frozenset({STRING}) if field.value_decorator is str else ANY
    return TYPES[base]


def _is_own(cls: type, base: type) -> bool:
    """Tell whether a developer's field class converts what its base would store."""
    return cls.to_mongo is not base.to_mongo and not cls.__module__.startswith((
        "mongoengine.",
        "django_mongoengine.",
    ))


def _of_reference(field: Any) -> Types | None:
    """Return the types of the target's key, and DBRef: applications store either."""
    document = field.document_type
    name = document._meta.get("id_field")
    key = None if name is None else accepted_types(document._fields[name])
    return ANY if key is None else key | TYPES[type_in_table(field)]


def type_in_table(field: Any) -> type:
    return next(cls for cls in type(field).__mro__ if cls in TYPES)


def _of_enum(field: Any) -> Types:
    found = frozenset(bson_type(member.value) for member in field._enum_cls)
    return found | INTEGERS if found & INTEGERS else found
