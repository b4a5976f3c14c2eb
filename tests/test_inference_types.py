"""Which field of mongoengine fits values: generated ones, and the class expected."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from bson import Binary, Code, Decimal128, Int64, ObjectId, Regex, Timestamp

from tests.inferred import field_of, kind_of, model_of

NOW = datetime(2024, 5, 17, tzinfo=UTC)
POINT = {"type": "Point", "coordinates": [13.4, 52.5]}
LINE = {"type": "LineString", "coordinates": [[13.4, 52.5], [2.3, 48.9]]}

# (what is stored, the class expected)
KINDS = [
    (["a", "b"], "StringField"),
    ([1, 2], "IntField"),
    ([1, Int64(2), 2**40], "IntField"),
    ([1.5, 2.0], "FloatField"),
    ([1.0, 2.0], "FloatField"),
    ([1, 2, 3.0], "IntField"),
    ([1, 2, 3.5], "FloatField"),
    ([1, float("nan")], "FloatField"),
    ([2**60, 0.5], "DynamicField"),
    ([Decimal128("1.50")], "Decimal128Field"),
    ([Decimal128("1.50"), 1], "DynamicField"),
    ([True, False], "BooleanField"),
    ([True, 1], "DynamicField"),
    ([NOW], "DateTimeField"),
    ([ObjectId()], "ObjectIdField"),
    ([uuid4()], "UUIDField"),
    ([Binary.from_uuid(uuid4(), 3)], "BinaryField"),
    ([b"\x00"], "BinaryField"),
    ([b"\x00", uuid4()], "BinaryField"),
    ([Regex("a")], "DynamicField"),
    ([Timestamp(1, 1)], "DynamicField"),
    ([Code("x")], "DynamicField"),
    ([None, None], "DynamicField"),
    ([None, 1], "IntField"),
    ([1, "a"], "DynamicField"),
    (["", ObjectId()], "ObjectIdField"),
    (["", "", NOW], "DateTimeField"),
    (["", None], "StringField"),
    (["a"] * 98 + [1] * 2, "StringField"),
    (["a"] * 97 + [1] * 3, "DynamicField"),
    ([1.5] * 97 + ["Not yet rated"] * 3, "DynamicField"),
    ([[1], [2]], "ListField(IntField)"),
    ([["a"], []], "ListField(StringField)"),
    ([["a", 1]], "ListField(DynamicField)"),
    ([[[1], [2]]], "ListField(ListField(IntField))"),
    ([[]], "ListField"),
    (["a", ["a", "b"]], "DynamicField"),
    ([{"a": 1, "b": 2}], "EmbeddedDocumentField(Value)"),
    ([[{"a": 1, "b": 2}]], "ListField(EmbeddedDocumentField(Value))"),
    ([{}], "DictField"),
    ([{"a": 1}, "a"], "DynamicField"),
    ([POINT], "PointField"),
    ([LINE], "LineStringField"),
    (
        [{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}],
        "PolygonField",
    ),
    ([{"type": "MultiPoint", "coordinates": [[0, 0]]}], "MultiPointField"),
    (
        [{"type": "MultiLineString", "coordinates": [[[0, 0], [1, 1]]]}],
        "MultiLineStringField",
    ),
    (
        [{"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0]]]]}],
        "MultiPolygonField",
    ),
    ([POINT, LINE], "DictField"),
    ([{"type": "GeometryCollection", "geometries": [POINT]}], "DictField"),
    ([[POINT]], "ListField(PointField)"),
    ([{"type": "card", "coordinates": [1, 2]}], "EmbeddedDocumentField(Value)"),
    ([{"lng": 13.4, "lat": 52.5}], "GeoPointField"),
    ([{"lng": "13.4", "lat": "52.5"}], "EmbeddedDocumentField(Value)"),
    ([[13.4, 52.5]], "ListField(FloatField)"),
]


@pytest.mark.parametrize(("values", "expected"), KINDS)
def test_kind_of_field(values, expected):
    assert kind_of(field_of(values)) == expected


@pytest.mark.parametrize(
    ("key", "values", "expected"),
    [
        ("location", [[13.4, 52.5]], "GeoPointField"),
        ("geo", [[13, 52], [13.5, 52]], "GeoPointField"),
        ("location", [[13, 52]], "ListField(IntField)"),
        ("location", [[13.4, 52.5, 3.0]], "ListField(FloatField)"),
        ("position", [[513.4, 52.5]], "ListField(FloatField)"),
        ("scores", [[13.4, 52.5]], "ListField(FloatField)"),
    ],
)
def test_a_pair_of_coordinates_is_known_by_its_name(key, values, expected):
    assert kind_of(field_of(values, key)) == expected


def test_mixed_types_are_told_with_their_shares():
    field = field_of(["a"] * 150 + [1] * 40 + [2.5] * 10)
    assert field.doubts == [
        "Mixed types: string 75 %, int 20 %, double 5 %, for example _id 191."
    ]


def test_few_are_counted_rather_than_measured():
    field = field_of(["a", "b", 1])
    assert field.doubts == [
        "Mixed types: string 2 of 3, int 1 of 3, for example _id 3."
    ]


def test_a_few_odd_values_are_a_doubt():
    field = field_of(["a"] * 999 + [1])
    assert field.doubts == ["Odd values: int 0.1 %, for example _id 1000."]


def test_empty_texts_are_no_type():
    field = field_of([ObjectId(), "", "", None])
    assert field.kind == "ObjectIdField"
    assert field.doubts == ["2 of 3 are the empty text, for example _id 2."]


def test_null_is_no_type_and_no_doubt():
    field = field_of([1, 2, None, None])
    assert (field.kind, field.nulls, field.share) == ("IntField", 0.5, 1)
    assert field.doubts == []


def test_whole_doubles_among_integers_are_told():
    field = field_of([1, 2, 3, 4.0])
    assert field.doubts == ["Stored as doubles: 1 of 4, all of them whole numbers."]


def test_integers_that_no_double_holds_stay_apart_from_fractions():
    field = field_of([2**60, 0.5])
    assert field.doubts == [
        "Doubles and integers that no double holds: double 1 of 2, long 1 of 2."
    ]


def test_legacy_uuids_are_told():
    field = field_of([Binary.from_uuid(UUID(int=1), 3)])
    assert "legacy subtype 3" in field.doubts[0]


def test_geojson_with_other_keys_is_told():
    field = field_of([{**POINT, "bbox": [1, 2, 3, 4]}])
    assert field.kind == "PointField"
    assert field.doubts == ['mongoengine saves no GeoJSON with other keys: "bbox".']


def test_required_is_what_every_document_has():
    rows = [{"a": 1, "b": "x", "c": "", "d": None, "e": True, "f": []}] * 30
    model = model_of([*rows, {**rows[0], "g": 1}])
    required = [each.stored for each in model.fields if "required" in each.options]
    assert required == ["a", "b"]
    assert model.field_named("g").share == pytest.approx(1 / 31)


def test_few_documents_tell_nothing_about_what_is_required():
    assert field_of([1] * 19).options == {}
    assert field_of([1] * 20).options == {"required": True}


@pytest.mark.parametrize(
    ("values", "doubt"),
    [
        (
            [{"a": 1, "b": 2}] * 99 + ["x"],
            "Odd values: string 1 %, for example _id 100. "
            "mongoengine by itself does not load them.",
        ),
        (
            [1.5] * 99 + [[1]],
            "Odd values: array 1 %, for example _id 100. "
            "mongoengine by itself does not load them.",
        ),
        ([1.5] * 99 + ["x"], "Odd values: string 1 %, for example _id 100."),
    ],
)
def test_what_mongoengine_refuses_to_load_is_told(values, doubt):
    assert field_of(values).doubts == [doubt]


def test_null_among_the_members_of_a_list_is_told():
    doubt = (
        "1 of 3 are null, for example _id 1. mongoengine by itself does not load them."
    )
    assert field_of([[1.5, 2.5, None]]).member.doubts == [doubt]
    assert field_of([[{"a": 1}, {"a": 2}, None]]).member.doubts == [doubt]
    assert field_of([[1, 2, None]]).member.doubts == []
