"""What the table of changes keeps of stored values."""

import bson
import pytest
from bson import Binary, Decimal128, Int64, ObjectId

from admin_ext.changesets import MISSING, identical
from admin_ext.history import after
from admin_ext.history.entries import UNKNOWN
from admin_ext.history.updates import predicted, touched_keys
from admin_ext.history.values import Large, is_value, packed

VALUES = {
    "int32": 1,
    "int64": Int64(1),
    "double": 1.0,
    "decimal": Decimal128("1.0"),
    "null": None,
    "text": "a\0b",
    "bytes": Binary(b"ab", 5),
    "key": ObjectId("5f0000000000000000000001"),
    "order": {"b": 1, "a": [True, {"c": None}]},
    "like Extended JSON": {"$numberLong": "5"},
    "like what is kept of a large one": {"$large": {"bytes": 1}},
}


@pytest.mark.parametrize("value", VALUES.values(), ids=[*VALUES])
def test_a_value_comes_back_to_the_letter(value):
    kept, size = packed(value, 1_000)
    assert size == len(bson.encode({"": value}))
    assert identical(after({"after": kept}), value)


def test_of_a_large_value_length_and_digest_are_kept():
    kept, size = packed("x" * 1_000, 100)
    found = after({"after": kept})
    assert isinstance(found, Large)
    assert (size, found.bytes) == (0, 1_012)
    assert is_value("x" * 1_000, found)
    assert not is_value("y" * 1_000, found)
    assert not is_value(MISSING, found)


STORED = {"_id": 1, "a": {"b": [1, {"c": 2}]}, "d": 3}


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ({"$set": {"d": 4}}, {**STORED, "d": 4}),
        ({"$unset": {"d": 1, "e.f": 1}}, {"_id": 1, "a": STORED["a"]}),
        ({"$set": {"a.b.1.c": 5}}, {**STORED, "a": {"b": [1, {"c": 5}]}}),
        ({"$set": {"e.f": 6}}, {**STORED, "e": {"f": 6}}),
    ],
    ids=["set", "unset", "in a list", "new"],
)
def test_what_an_update_makes_of_a_document_is_told_beforehand(update, expected):
    assert predicted(STORED, update) == expected
    assert STORED["a"] == {"b": [1, {"c": 2}]}


@pytest.mark.parametrize(
    "update",
    [
        {"$inc": {"d": 1}},
        {"$set": {"a.b.$[].c": 1}},
        {"$set": {"a.b.7": 1}},
        {"$unset": {"a.b.0": 1}},
        {"$set": {"d.e": 1}},
        [{"$set": {"d": 1}}],
    ],
    ids=["inc", "all rows", "beyond the end", "null", "in a number", "pipeline"],
)
def test_or_it_is_not(update):
    assert predicted(STORED, update) is UNKNOWN


def test_an_update_names_the_keys_that_it_changes():
    assert touched_keys({"$set": {"a.b": 1, "_id": 1}, "$rename": {"c": "d.e"}}) == (
        *("a", "c", "d"),
    )
    assert touched_keys({"a": 1}) == touched_keys([]) == ()
