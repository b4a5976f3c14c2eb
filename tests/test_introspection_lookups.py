"""What the search for references asks MongoDB, and what it costs."""

from bson import ObjectId

from admin_ext.introspection.models import Meaning
from admin_ext.introspection.references import find_references
from tests.introspected import database_of, field_at
from tests.mongodb import TIME_LIMIT
from tests.test_introspection_references import ids, rows, users


def test_secrets_are_not_looked_up(bare_mongo, mongo_commands):
    database = database_of(bare_mongo, {"tokens": rows(ids(3), "user")})
    field_at(database.documents[0], "user").meaning = Meaning.SECRET
    with mongo_commands() as commands:
        find_references(database, bare_mongo)
    assert commands.names == ["listCollections"]


def test_names_that_fit_cost_one_lookup_for_each_collection(bare_mongo, mongo_commands):
    keys, tags = ids(5), ids(5)
    stored = {
        "notes": [
            {"_id": ObjectId(), "user": user, "author": user, "tags": tags}
            for user in keys
        ],
        "users": users(keys),
        "tags": users(tags),
        "others": users(ids(9)),
    }
    database = database_of(bare_mongo, stored)
    with mongo_commands() as commands:
        lookups = find_references(database, bare_mongo)
    assert commands.names == ["listCollections", "find", "find"]
    assert lookups.commands == 2
    assert all("maxTimeMS" in each.document for each in commands[1:])


def test_lookups_have_a_bound(bare_mongo, mongo_commands):
    stored = {
        "notes": [
            {"_id": ObjectId(), **{f"field{n}": ObjectId() for n in range(40)}}
            for _ in range(60)
        ],
        "users": users(ids(5)),
        "tags": users(ids(5)),
    }
    database = database_of(bare_mongo, stored)
    with mongo_commands() as commands:
        find_references(database, bare_mongo)
    assert commands.names == ["listCollections", "find", "find", "find"]


def test_lookups_read_nothing_but_the_index(bare_mongo, mongo_profile):
    keys = ids(5)
    stored = {"notes": rows(keys, "user"), "users": users(keys)}
    database = database_of(bare_mongo, stored)
    with mongo_profile() as operations:
        find_references(database, bare_mongo)
    assert not operations.writes
    assert [each.examined for each in operations if each.name == "find"] == [0]


def test_a_lookup_that_takes_too_long_leaves_a_doubt(bare_mongo, mongo_faults):
    keys = ids(5)
    stored = {"notes": rows(keys, "user"), "users": users(keys)}
    database = database_of(bare_mongo, stored)
    with mongo_faults("users", errorCode=TIME_LIMIT):
        find_references(database, bare_mongo)
    field = field_at(database.documents[0], "user")
    assert field.kind == "ObjectIdField"
    assert field.doubts == [
        "Whether it leads to users is not known: It took longer than 10 s."
    ]
