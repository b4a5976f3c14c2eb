"""Open, change nothing, save: stored values of any shape stay what they are.

Every field class of mongoengine, times awkward values of every BSON type, times the
places that a field may be in.
"""

import uuid
from datetime import UTC, datetime

import mongoengine as me
import pytest
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
    UuidRepresentation,
)
from bson.codec_options import CodecOptions
from bson.datetime_ms import DatetimeMS
from bson.raw_bson import RawBSONDocument
from django.contrib import admin
from mongoengine import fields as me_fields
from mongoengine.base import BaseField

from admin_ext import DocumentAdmin
from admin_ext.meta import present
from tests.odd_documents import Depot, Part, Size
from tests.submission import sent

pytestmark = pytest.mark.django_db

RAW = CodecOptions(RawBSONDocument, uuid_representation=UuidRepresentation.STANDARD)

KEY = ObjectId("5f0000000000000000000001")

# Each is stored under every field at once, so that one page shows them all.
VALUES = [
    *(None, "", " x\r\ny ", "a\nb", "\nfirst", "not", "x" * 60, "nul \x00", "5", "1"),
    *(0, -1, Int64(7), Int64(2**60), Int64(-(2**63)), 1.5, 1.0, -0.0, 1e300),
    *(float("nan"), float("inf"), float("-inf"), True, False),
    *(Decimal128("1.50"), Decimal128("NaN"), Decimal128("-Infinity")),
    *(Decimal128("1E+6111"), Decimal128("9" * 34)),
    *(b"\x00", Binary(b"\x01\xff", 5), Binary(b"\x02", 128), Binary(bytes(16), 3)),
    *(Binary(b"\x03", 4), Binary(bytes(17), 4)),
    *(uuid.UUID(int=1), KEY, str(KEY), DBRef("depot", 1), DBRef("depot", KEY, "x")),
    *(Regex("^a.*", "imx"), Code("f()"), Code("f()", {"x": Int64(1)})),
    *(Timestamp(1, 2), MinKey(), MaxKey()),
    *([], [None], [[]], ["a", None], [1, "x", {}], [{"lbl": "x", "odd": 1}, None]),
    *([1.0, 2], [Int64(1), 1.0, 1], [float("nan"), b"\x00"], [[1], [[2.0]], {}]),
    *({}, {"a": 1}, {"_cls": "Gone"}, {"_cls": "Part", "odd": 1}, {"_cls": 5}),
    {"lbl": "x", "odd": 1, "weight": Int64(5), "since": "soon"},
    {"a.b": Int64(1), "$c": {"d.e": None}, "": 1.0},
    {"$oid": "x", "n": [{"$date": 5}]},
    {"_cls": "Depot", "_ref": DBRef("depot", KEY)},
    {"_cls": "Depot", "_ref": DBRef("", KEY)},
    {"_cls": "Depot", "_ref": DBRef("a..b", KEY)},
    {"type": "Point", "coordinates": [1, 2]},
    {"type": "Point", "coordinates": [1.0, Int64(2)], "crs": None},
    datetime(1960, 1, 1, 0, 0, 0, 123000, tzinfo=UTC),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
    *(DatetimeMS(-(2**60)), DatetimeMS(2**62)),
    "2024,03,05,12,00,01,234567",
]


class Cached(me.Document):
    place = me.StringField()


class Inner(me.EmbeddedDocument):
    label = me.StringField(db_field="lbl")


# A field of every class; what has several shapes has several rows.
CLASSES = {
    me.StringField: [
        me.StringField,
        lambda: me.StringField(max_length=50),
        lambda: me.StringField(choices=["a", "x" * 60]),
    ],
    me.URLField: [me.URLField],
    me.EmailField: [me.EmailField],
    me.IntField: [me.IntField, lambda: me.IntField(choices=[0, 1])],
    me.LongField: [me.LongField],
    me.FloatField: [me.FloatField],
    me.DecimalField: [
        lambda: me.DecimalField(precision=2),
        lambda: me.DecimalField(force_string=True),
    ],
    me.Decimal128Field: [me.Decimal128Field],
    me.BooleanField: [
        me.BooleanField,
        lambda: me.BooleanField(default=True),
        lambda: me.BooleanField(required=True),
    ],
    me.DateTimeField: [me.DateTimeField],
    me.DateField: [me.DateField],
    me.ComplexDateTimeField: [me.ComplexDateTimeField],
    me.UUIDField: [me.UUIDField, lambda: me.UUIDField(binary=False)],
    me.ObjectIdField: [me.ObjectIdField],
    me.EnumField: [lambda: me.EnumField(Size)],
    me.SequenceField: [me.SequenceField],
    me.BinaryField: [me.BinaryField],
    me.FileField: [me.FileField],
    me.ImageField: [me.ImageField],
    me.ReferenceField: [
        lambda: me.ReferenceField(Depot),
        lambda: me.ReferenceField(Depot, dbref=True),
    ],
    me.CachedReferenceField: [lambda: me.CachedReferenceField(Cached)],
    me.LazyReferenceField: [lambda: me.LazyReferenceField(Depot)],
    me.GenericReferenceField: [
        me.GenericReferenceField,
        lambda: me.GenericReferenceField(choices=[Depot]),
    ],
    me.GenericLazyReferenceField: [me.GenericLazyReferenceField],
    me.EmbeddedDocumentField: [lambda: me.EmbeddedDocumentField(Part)],
    me.GenericEmbeddedDocumentField: [
        lambda: me.GenericEmbeddedDocumentField(choices=(Part,))
    ],
    me.EmbeddedDocumentListField: [lambda: me.EmbeddedDocumentListField(Part)],
    me.ListField: [
        me.ListField,
        lambda: me.ListField(me.StringField()),
        lambda: me.ListField(me.ListField(me.IntField())),
        lambda: me.ListField(me.ReferenceField(Depot)),
    ],
    me.SortedListField: [lambda: me.SortedListField(me.IntField())],
    me.DictField: [me.DictField],
    me.MapField: [lambda: me.MapField(me.IntField())],
    me.DynamicField: [me.DynamicField],
    me.GeoPointField: [me.GeoPointField],
    me.PointField: [me.PointField],
    me.LineStringField: [me.LineStringField],
    me.PolygonField: [me.PolygonField],
    me.MultiPointField: [me.MultiPointField],
    me.MultiLineStringField: [me.MultiLineStringField],
    me.MultiPolygonField: [me.MultiPolygonField],
}
# The base of the GeoJSON fields, which has no type.
ABSTRACT = {me_fields.GeoJsonBaseField}


def fields_of(wrap=lambda make: make()):
    """Return {name: field} with a field for every row of the table."""
    return {
        f"{cls.__name__.lower()}_{number}": wrap(make)
        for cls, makers in CLASSES.items()
        for number, make in enumerate(makers)
    }


# mongoengine allows this one in no embedded document.
embeddable = {
    name: field
    for name, field in fields_of().items()
    if not isinstance(field, me.CachedReferenceField)
}
Whole = type("Whole", (me.EmbeddedDocument,), embeddable)
Matrix = type("Matrix", (me.Document,), fields_of())
Members = type("Members", (me.Document,), fields_of(lambda make: me.ListField(make())))
EmbedsWhole = type(
    "EmbedsWhole",
    (me.Document,),
    {
        "whole": me.EmbeddedDocumentField(Whole),
        "wholes": me.ListField(me.EmbeddedDocumentField(Whole)),
    },
)

# {where the field is: (the Document, how many values are stored under each of its
# fields at once, {name: values} → what is stored)}
PLACES = {
    "top level": (Matrix, 1, lambda son: {name: each for name, [each] in son.items()}),
    "in a list": (Members, 6, dict),
    "embedded": (
        EmbedsWhole,
        1,
        lambda son: {"whole": {name: each for name, [each] in son.items()}},
    ),
}


def test_every_field_class_of_mongoengine_has_a_row():
    classes = {
        found
        for found in (getattr(me_fields, name) for name in me_fields.__all__)
        if isinstance(found, type) and issubclass(found, BaseField)
    }
    assert classes - ABSTRACT == {*CLASSES}


def form_class_of(document, rf, admin_user):
    request = rf.get("/")
    request.user = admin_user
    return DocumentAdmin(present(document), admin.site).get_form(request)


def changed(form):
    """Return the names of the inputs that count as changed, to any depth."""
    found = []
    for name in form.changed_data:
        bound = form[name]
        inner = getattr(bound, "formset", None) or [getattr(bound, "subform", None)]
        names = [each for row in inner if row is not None for each in changed(row)]
        found += names or [bound.html_name]
    return found


@pytest.mark.parametrize("place", PLACES)
def test_no_value_under_any_field_changes_when_nobody_touched_it(
    mongo, mongo_commands, rf, admin_user, place, record_property
):
    document, size, stored = PLACES[place]
    form_class = form_class_of(document, rf, admin_user)
    name = document._get_collection_name()
    raw = mongo[name].with_options(RAW)
    names = [field.db_field for field in fields_of_class(document)]
    failed, tried = [], 0
    for values in batched(VALUES, size):
        son = {"_id": KEY, **stored(dict.fromkeys(names, values)), "more": 1}
        raw.replace_one({"_id": KEY}, son, upsert=True)
        before = raw.find_one({"_id": KEY}).raw
        with mongo_commands() as commands:
            html = form_class(instance=document._default_manager.get(pk=KEY)).as_p()
            again = document._default_manager.get(pk=KEY)
            form = form_class(sent(html), instance=again)
            found = changed(form), form.errors, commands.writes
            if form.is_valid():
                form.save()
        is_same = raw.find_one({"_id": KEY}).raw == before
        if any(found) or commands.writes or not is_same:
            failed.append((values, *found, commands.names, is_same))
        tried += len(names) * len(values)
    assert failed == []
    record_property("combinations of a field and a value", tried)


def batched(values, size):
    return [values[start : start + size] for start in range(0, len(values), size)]


def fields_of_class(document):
    """Return the table's fields, wherever ``document`` has them."""
    holder = Whole if document is EmbedsWhole else document
    return [field for name, field in holder._fields.items() if name != "id"]
