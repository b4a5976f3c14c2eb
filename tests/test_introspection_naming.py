"""References are named by what they lead to, where that name is free."""

import pytest
from bson import ObjectId

from admin_ext.introspection.writing import documents_source
from tests.ruff import complaints
from tests.test_introspection_references import found_in

KEYS = [ObjectId() for _ in range(5)]
USERS = [{"_id": key, "name": f"name {number}"} for number, key in enumerate(KEYS)]


def names(mongo, **stored):
    """Return {stored key: name of the field} of notes that hold ids of users."""
    notes = [{"_id": ObjectId(), **stored, "n": n} for n in range(5)]
    database = found_in(mongo, {"notes": notes, "users": USERS})
    assert complaints(documents_source(database)) == ""
    return {each.stored: each.name for each in database.model_of("notes").fields}


@pytest.mark.parametrize(
    ("stored", "name"),
    [
        ("userId", "user"),
        ("user_id", "user"),
        ("user", "user"),
        ("classId", "class_id"),
    ],
)
def test_a_reference_loses_the_ending_of_a_key(bare_mongo, stored, name):
    assert names(bare_mongo, **{stored: KEYS[0]})[stored] == name


def test_a_list_of_references_is_named_as_several(bare_mongo):
    assert names(bare_mongo, userIds=KEYS)["userIds"] == "users"


def test_a_name_that_is_taken_is_left_alone(bare_mongo):
    found = names(bare_mongo, userId=KEYS[0], user="Ann")
    assert found["userId"] == "user_id"


def test_what_is_no_reference_keeps_its_name(bare_mongo):
    assert names(bare_mongo, deviceId="ab-5")["deviceId"] == "device_id"


def test_indexes_follow_the_names(bare_mongo):
    bare_mongo.notes.create_index([("userId", 1), ("n", -1)])
    notes = [{"_id": ObjectId(), "userId": KEYS[0], "n": n} for n in range(5)]
    database = found_in(bare_mongo, {"notes": notes, "users": USERS})
    assert database.model_of("notes").indexes[0].line == ("user", "-n")
