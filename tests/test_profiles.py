"""What a Profile tells of many documents."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from bson import Binary, Code, DBRef, Decimal128, Int64, ObjectId, Regex, Timestamp
from bson.datetime_ms import DatetimeMS
from bson.max_key import MaxKey
from bson.min_key import MinKey

from admin_ext.introspection import profile as module
from admin_ext.introspection.bson_types import bson_type
from admin_ext.introspection.profile import Budget, Profile, merged, profile_of

NAMES = {
    "double": [1.5, float("nan")],
    "string": ["", "text"],
    "object": [{}, {"a": 1}],
    "array": [[], [1]],
    "binData": [b"\x00", Binary(b"x", 128), uuid4(), Binary.from_uuid(uuid4(), 3)],
    "objectId": [ObjectId()],
    "bool": [True, False],
    "date": [datetime(2024, 1, 1, tzinfo=UTC), DatetimeMS(2**60)],
    "null": [None],
    "regex": [Regex("a")],
    "dbRef": [DBRef("users", 1)],
    "javascript": [Code("x")],
    "javascriptWithScope": [Code("x", {"a": 1})],
    "int": [1, -(2**31)],
    "long": [Int64(1), 2**40],
    "timestamp": [Timestamp(1, 1)],
    "decimal": [Decimal128("1.5")],
    "minKey": [MinKey()],
    "maxKey": [MaxKey()],
}


def test_types_have_the_names_of_the_server(mongo):
    """Except for DBRef, which is an object to it."""
    for name, values in NAMES.items():
        for value in values:
            assert bson_type(value) == name
            key = mongo.kinds.insert_one({"value": value}).inserted_id
            kind = {"$project": {"kind": {"$type": "$value"}}}
            found = mongo.kinds.aggregate([{"$match": {"_id": key}}, kind]).next()
            assert found["kind"] == ("object" if name == "dbRef" else name)


def test_null_missing_and_types_are_told_apart():
    profile = profile_of([{"_id": 1, "a": 1}, {"_id": 2, "a": None}, {"_id": 3}])
    assert profile.objects == 3
    found = profile.keys["a"]
    assert found.count == 2
    assert found.types == {"int": 1, "null": 1}
    assert found.examples == {"int": [1], "null": [2]}
    assert profile.share("a") == pytest.approx(2 / 3)
    assert profile.share("b") == 0


def test_values_of_different_types_are_different():
    profile = profile_of({"_id": n, "a": v} for n, v in enumerate([1, 1.0, True, "1"]))
    assert profile.keys["a"].values == {
        ("int", 1): 1,
        ("double", 1.0): 1,
        ("bool", True): 1,
        ("string", "1"): 1,
    }


def test_members_and_embedded_documents_have_their_own_profile():
    profile = profile_of([
        {"_id": 1, "rows": [{"n": 1}, {"n": "x"}, 5], "one": {"n": None}},
        {"_id": 2, "rows": []},
    ])
    rows = profile.keys["rows"]
    assert (rows.low["size"], rows.high["size"]) == (0, 3)
    assert rows.members.types == {"object": 2, "int": 1}
    assert rows.members.keys["n"].types == {"int": 1, "string": 1}
    paths = [path for path, _each in profile.walk()]
    assert ("rows", "[]", "n") in paths
    assert ("one", "n") in paths


def test_least_and_greatest_values():
    days = [datetime(2024, 1, day, tzinfo=UTC) for day in (3, 1, 2)]
    numbers = [Int64(7), -2.5, Decimal128("1e3"), Decimal128("NaN"), float("nan")]
    profile = profile_of(
        [{"_id": day, "d": day, "t": "x" * day.day} for day in days]
        + [{"_id": n, "n": number} for n, number in enumerate(numbers)]
    )
    keys = profile.keys
    assert (keys["d"].low["date"], keys["d"].high["date"]) == (days[1], days[0])
    assert (keys["n"].low["number"], keys["n"].high["number"]) == (-2.5, 1000)
    assert (keys["t"].low["length"], keys["t"].high["length"]) == (1, 3)


def test_a_date_beyond_the_calendar_is_a_date():
    profile = profile_of([{"_id": 1, "d": DatetimeMS(2**60)}])
    assert profile.keys["d"].types == {"date": 1}
    assert not profile.keys["d"].low


def test_memory_is_bounded_whatever_is_stored():
    number = module.MAX_KEYS + 50
    profile = profile_of(
        {
            "_id": n,
            "map": {f"key{n}": {"x": n}},
            "text": f"{n} " + "y" * 5_000,
            "short": str(n),
        }
        for n in range(number)
    )
    found = profile.keys["map"]
    assert len(found.keys) == module.MAX_KEYS
    assert found.rest.count == 50
    assert found.rest.keys["x"].types == {"int": 50}
    assert len(found.rest_keys) == 50
    short = profile.keys["short"]
    assert len(short.values) == module.MAX_VALUES
    assert short.uncounted == 50
    assert len(short.sample) == module.MAX_SAMPLE
    assert {len(each) for each in profile.keys["text"].sample} == {module.MAX_TEXT}


def test_paths_have_a_bound_together():
    profile = Profile(Budget(paths=10))
    for n in range(20):
        profile.add({f"k{n}": {"a": n, "b": n}}, n)
    assert len([*profile.walk()]) <= 11
    assert profile.rest.count + sum(k.count for k in profile.keys.values()) == 20


def test_values_have_a_bound_together():
    profile = Profile(Budget(values=100))
    for n in range(60):
        profile.add({"a": n, "b": str(n), "c": n % 2})
    kept = [each for _path, each in profile.walk()]
    assert sum(len(each.values) + len(each.sample) for each in kept) == 100
    assert 15 < len(profile.keys["a"].sample) < 25
    assert max(profile.keys["a"].sample) > 30
    assert profile.keys["a"].uncounted + len(profile.keys["a"].values) == 60


def test_classes_have_their_own_profile():
    profile = profile_of([
        {"_id": 1, "_cls": "Shape.Circle", "radius": 1},
        {"_id": 2, "_cls": "Shape.Square", "side": 1},
        {"_id": 3, "side": 1},
    ])
    assert profile.classes["Shape.Circle"].keys.keys() == {"_id", "radius"}
    assert profile.classes["Shape.Square"].keys.keys() == {"_id", "side"}


def test_profiles_of_several_paths_are_merged():
    profile = profile_of([
        {"_id": 1, "map": {"a": {"n": 1, "l": [1]}, "b": {"n": 2.5, "m": "x"}}},
        {"_id": 2, "map": {"c": None}},
    ])
    found = merged(profile.keys["map"].keys.values())
    assert found.types == {"object": 2, "null": 1}
    assert found.keys["n"].types == {"int": 1, "double": 1}
    assert found.keys["n"].values == {("int", 1): 1, ("double", 2.5): 1}
    assert (found.keys["n"].low["number"], found.keys["n"].high["number"]) == (1, 2.5)
    assert found.keys["l"].members.types == {"int": 1}
    assert found.share("m") == 0.5
    assert found.examples == {"object": [1], "null": [2]}


def test_the_same_documents_give_the_same_sample():
    documents = [{"_id": n, "a": n} for n in range(5_000)]
    first, second = profile_of(documents), profile_of(documents)
    assert first.keys["a"].sample == second.keys["a"].sample
    assert max(first.keys["a"].sample) > 4_500
