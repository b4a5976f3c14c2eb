"""What a Document declares at each path, and what counts as drift from it."""

import enum
from datetime import UTC, datetime, timedelta

import mongoengine as me
import pytest
from bson import Binary, Code, DBRef, Decimal128, Int64, ObjectId
from mongoengine import fields as me_fields
from mongoengine.base import BaseField

from admin_ext.drift import Problem, root_place
from admin_ext.drift.accepted import TYPES, accepted_types
from admin_ext.drift.examining import examine, identity
from admin_ext.drift.places import MAX_TURNS, Growing, Place
from admin_ext.drift.tallies import MAX_KEYS, Comparison
from admin_ext.introspection.bson_types import bson_type
from documents.documents import Note
from tests.drift_documents import Hull, Sounding, SteelHull, Yard
from tests.odd_documents import Tree

KEY = ObjectId("5f0000000000000000000001")


class Level(enum.Enum):
    LOW = 1
    HIGH = 2


class Cents(me.IntField):
    """Stores something else than its base."""

    def to_mongo(self, value):
        return str(value)


class Percent(me.IntField):
    pass


class Cask(me.Document):
    """The answer to "many": keeps numbers, and names of their kind."""

    number = me.IntField(primary_key=True)


def test_every_field_class_of_mongoengine_has_a_row():
    classes = {
        found
        for found in (getattr(me_fields, name) for name in me_fields.__all__)
        if isinstance(found, type) and issubclass(found, BaseField)
    }
    assert classes == {*TYPES}


# What mongoengine itself writes for a value of each class.
WRITTEN = [
    (me.StringField(), "x"),
    (me.URLField(), "http://x.example"),
    (me.EmailField(), "x@x.example"),
    (me.IntField(), 5),
    (me.IntField(), 2**40),
    (me.LongField(), 5),
    (me.FloatField(), 1.5),
    (me.FloatField(), 2),
    (me.DecimalField(), 1.5),
    (me.DecimalField(force_string=True), "1.5"),
    (me.Decimal128Field(), "1.5"),
    (me.BooleanField(), True),
    (me.UUIDField(), "12345678-1234-5678-1234-567812345678"),
    (me.UUIDField(binary=False), "12345678-1234-5678-1234-567812345678"),
    (me.ObjectIdField(), KEY),
    (me.EnumField(Level), Level.LOW),
    (me.SequenceField(), 5),
    (me.SequenceField(value_decorator=str), "5"),
    (me.BinaryField(), b"x"),
    (me.ListField(), [1]),
    (me.SortedListField(me.IntField()), [1]),
    (me.DictField(), {"a": 1}),
    (me.MapField(me.IntField()), {"a": 1}),
    (me.GeoPointField(), [1, 2]),
    (me.PointField(), [1, 2]),
    (me.PointField(), {"type": "Point", "coordinates": [1, 2]}),
    (me.LineStringField(), [[1, 2], [2, 3]]),
    (me.ReferenceField(Yard), DBRef("yard", "x")),
    (me.ReferenceField(Yard, dbref=True), DBRef("yard", "x")),
]


@pytest.mark.parametrize(("field", "value"), WRITTEN)
def test_what_mongoengine_writes_is_accepted(field, value):
    stored = field.to_mongo(value)
    types = accepted_types(field)
    assert bson_type(stored) in types


@pytest.mark.parametrize(
    ("field", "types"),
    [
        (Percent(), {"int", "long"}),
        (Cents(), None),
        (BaseField(), None),
        (me.DynamicField(), None),
        (me.ReferenceField(Yard), {"string", "dbRef"}),
        (me.LazyReferenceField(Cask), {"int", "long", "dbRef"}),
        (me.EnumField(Level), {"int", "long"}),
        (me.EnumField(enum.Enum("Word", {"A": "a"})), {"string"}),
    ],
)
def test_types_of_subclasses_references_and_enums(field, types):
    assert accepted_types(field) == types


def found(document, son):
    """Return {path: problems} of a stored document."""
    result = {}
    for finding in examine(root_place(document), {"_id": KEY, **son}):
        if finding.problem is not Problem.EXTRA or finding.key is not None:
            result.setdefault(finding.path, set()).add(finding.problem.value)
    return result


FITS = {"_cls": "Hull", "name": "a"}


@pytest.mark.parametrize(
    ("son", "problems"),
    [
        ({}, {}),
        ({"weight": 5, "built": None, "tags": ["a"], "grade": "fine"}, {}),
        ({"name": None}, {"name": {"null"}}),
        ({"name": 5}, {"name": {"type"}}),
        ({"name": "abcdef"}, {"name": {"long"}}),
        ({"odd": 1}, {"odd": {"extra"}}),
        ({"grade": "worse"}, {"grade": {"choices"}}),
        ({"grade": 5}, {"grade": {"type"}}),
        ({"tags": ["a", "c", None, 5]}, {"tags[]": {"choices", "type"}}),
        ({"yard": DBRef("yard", "x")}, {}),
        ({"yard": KEY}, {"yard": {"type"}}),
        ({"rivet": {"size": 1}}, {}),
        ({"rivet": {}}, {"rivet.size": {"missing"}}),
        ({"rivet": {"size": 1, "label": "x"}}, {"rivet.label": {"extra"}}),
        ({"rivet": {"size": 1, "_cls": "Gone"}}, {"rivet": {"class"}}),
        (
            {"rivets": [{"_cls": "LongRivet", "size": 1}]},
            {"rivets[].length": {"missing"}},
        ),
        (
            {"rivets": [{"size": 9}, 5]},
            {"rivets[].size": {"choices"}, "rivets[]": {"type"}},
        ),
        ({"rows": [[{"width": "x"}]]}, {"rows[][].width": {"type"}}),
        ({"rows": [[], [], []]}, {"rows": {"long"}}),
        ({"parts": [{"_cls": "Gasket", "size": 1}]}, {"parts[].size": {"extra"}}),
        ({"parts": [{"width": "x"}]}, {"parts[]": {"class"}}),
        ({"parts": [{"_cls": "Shim", "any": 1}]}, {}),
        ({"bySide": {"left": {"width": "x"}}}, {"bySide.*.width": {"type"}}),
        ({"marks": {"a.b": [1, "x"]}}, {"marks.*[]": {"type"}}),
        ({"shim": {"any": 1, "width": "x"}}, {"shim.width": {"type"}}),
        ({"extra": {"any": {"thing": 1}}}, {}),
        ({"_cls": "Gone"}, {"": {"class"}}),
        ({"_cls": "Hull.SteelHull"}, {"plates": {"missing"}}),
        ({"_cls": "Hull.WoodHull", "finish": "x"}, {"finish<WoodHull>": {"type"}}),
        ({"_cls": "Hull.WoodHull", "plates": 1}, {"plates": {"extra"}}),
    ],
)
def test_what_counts_as_drift(son, problems):
    assert found(Hull, {**FITS, **son}) == problems


def test_a_document_without_its_class_is_of_an_unknown_one():
    assert found(Hull, {"name": "a"}) == {"": {"class"}}
    assert found(SteelHull, {"name": "a", "_cls": "Hull"})[""] == {"class"}


def test_a_secret_is_known_as_one_at_any_depth():
    secrets = {each.text for each in root_place(Hull).walk() if each.is_secret}
    assert {"rivet.secret", "rivets[].secret", "parts[].secret"} <= secrets
    assert "rivet.size" not in secrets


def test_a_class_that_holds_itself_is_followed_a_few_times():
    longest = max(len(each.chain) for each in root_place(Tree).walk())
    assert longest <= 2 * MAX_TURNS + 4


def test_the_demo_as_it_is_meant_has_no_drift():
    assert found(Note, {"body": "x", "user": KEY, "tags": [KEY], "type": "task"}) == {}


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (1, 1.0, True),
        (1, Int64(1), True),
        (1, Decimal128("1.0"), True),
        (1, True, False),
        ("1", 1, False),
        ("f()", Code("f()"), False),
        (b"x", Binary(b"x", 128), False),
        (float("nan"), Decimal128("NaN"), True),
        (float("nan"), Decimal128("sNaN"), True),
    ],
)
def test_values_that_mongodb_takes_for_equal(one, other, is_same):
    assert (identity(one) == identity(other)) is is_same


@pytest.mark.parametrize(
    ("field", "types"),
    [
        (me.ReferenceField("NoSuchYard"), None),
        (me.EmbeddedDocumentField("NoSuchPart"), {"object"}),
        (me.ListField(me.EmbeddedDocumentField("NoSuchPart")), {"array"}),
        (me.GenericEmbeddedDocumentField(choices=("NoSuchPart",)), {"object"}),
    ],
)
def test_a_class_that_is_not_there_says_nothing(field, types):
    place = Place("x")
    Growing().describe(place, field, {})
    assert place.types == types
    assert not any(each.shape for each in place.walk())


def test_choices_in_groups_and_of_python_types_are_known():
    first = datetime(2020, 1, 1, tzinfo=UTC)
    assert found(Sounding, {"depth": 2, "seen": first}) == {}
    assert found(Sounding, {"depth": 3, "seen": first + timedelta(1)}) == {
        "depth": {"choices"},
        "seen": {"choices"},
    }


def test_a_document_counts_once_for_each_problem():
    comparison = Comparison(root_place(Hull))
    comparison.add({"_id": KEY, **FITS, "tags": [1, 2, 3]})
    [(finding, tally)] = comparison.rows()
    assert (finding.path, tally.count, tally.samples) == ("tags[]", 1, [KEY])
    assert tally.stored == [("int", 1)]
    assert (comparison.read, comparison.odd) == (1, 1)


def test_keys_that_are_data_are_summed_up():
    comparison = Comparison(root_place(Hull))
    comparison.add_all({"_id": n, **FITS, f"k{n}": 1} for n in range(MAX_KEYS + 5))
    rows = {finding.path: tally.count for finding, tally in comparison.rows()}
    assert rows["k0"] == 1
    assert rows["…"] == MAX_KEYS + 5
    assert len([path for path in rows if path.startswith("k")]) == MAX_KEYS


def test_choices_that_are_equal_in_python_are_told_apart():
    comparison = Comparison(root_place(Hull))
    comparison.add({"_id": KEY, **FITS, "rivets": [{"size": 0}, {"size": Int64(9)}]})
    [(_finding, tally)] = comparison.rows()
    assert sorted(tally.stored) == [(0, 1), (9, 1)]
