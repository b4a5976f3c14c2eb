"""Which collections there are, what each is to the server, and which are left out."""

from datetime import UTC, datetime

import pytest
from gridfs import GridFS
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from admin_ext.introspection.kinds import collections_of
from admin_ext.introspection.models import Kind
from tests import mongodb


def kinds(database):
    found, _skipped = collections_of(database)
    return {each.name: each.kind for each in found}


def reasons(database):
    _found, skipped = collections_of(database)
    return {each.collection: each.reason for each in skipped}


def test_each_kind_is_known_and_the_order_is_that_of_names(bare_mongo):
    bare_mongo.plain.insert_one({})
    bare_mongo.create_collection("events", capped=True, size=10_000)
    bare_mongo.create_collection("viewed", viewOn="plain", pipeline=[])
    bare_mongo.create_collection("weather", timeseries={"timeField": "at"})
    GridFS(bare_mongo, "media").put(b"x", filename="a")
    assert [*kinds(bare_mongo).items()] == [
        ("events", Kind.CAPPED),
        ("media.files", Kind.GRIDFS_FILES),
        ("plain", Kind.PLAIN),
        ("viewed", Kind.VIEW),
        ("weather", Kind.TIME_SERIES),
    ]


def test_the_order_of_a_time_series_is_told(bare_mongo):
    bare_mongo.create_collection("weather", timeseries={"timeField": "at"})
    bare_mongo.plain.insert_one({})
    found, _skipped = collections_of(bare_mongo)
    assert [each.time_field for each in found] == [None, "at"]


def test_what_is_left_out_is_told_in_words(bare_mongo):
    bare_mongo.create_collection("viewed", viewOn="plain", pipeline=[])
    bare_mongo.create_collection("weather", timeseries={"timeField": "at"})
    bare_mongo.weather.insert_one({"at": datetime(2024, 1, 1, tzinfo=UTC)})
    GridFS(bare_mongo, "media").put(b"x", filename="a")
    assert reasons(bare_mongo) == {
        "media.chunks": "It holds the contents of the files in “media.files”.",
        "system.buckets.weather": "MongoDB keeps the data of “weather” in it.",
        "system.views": "It is MongoDB's own.",
    }


def test_collections_that_only_sound_like_files_are_plain(bare_mongo):
    bare_mongo["wood.chunks"].insert_one({"weight": 5})
    bare_mongo["wood.files"].insert_one({"grade": 1})
    bare_mongo["lone.files"].insert_one({"grade": 1})
    bare_mongo["lone2.chunks"].insert_one({"files_id": 1, "n": 0})
    assert {*kinds(bare_mongo).values()} == {Kind.PLAIN}
    assert reasons(bare_mongo) == {}


@pytest.mark.parametrize("contents", [b"", None])
def test_a_bucket_of_empty_files_or_none_is_one(bare_mongo, contents):
    if contents is None:
        bare_mongo.create_collection("fs.files")
    else:
        GridFS(bare_mongo).put(contents)
    if "fs.chunks" not in bare_mongo.list_collection_names():
        bare_mongo.create_collection("fs.chunks")
    assert kinds(bare_mongo) == {"fs.files": Kind.GRIDFS_FILES}


@pytest.mark.parametrize(
    "name",
    ["a.b.c", "a-b", "été 2024", "日本", "-", "1", "a'b\"c", "__x", "a\nb", "class"],
)
def test_names_may_be_anything(bare_mongo, name):
    bare_mongo[name].insert_one({})
    assert kinds(bare_mongo) == {name: Kind.PLAIN}


@pytest.mark.parametrize("name", ["a..b", "a.", "x/../y"])
def test_names_that_the_driver_refuses_are_left_out(bare_mongo, name):
    bare_mongo.command("create", name)
    why = "MongoDB's driver for Python refuses its name."
    assert reasons(bare_mongo) == {name: why}
    assert kinds(bare_mongo) == {}


def test_who_may_only_see_names_sees_these(bare_mongo):
    bare_mongo.plain.insert_one({})
    with mongodb.refusals(bare_mongo, mongodb.UNAUTHORIZED, {"times": 1}):
        assert kinds(bare_mongo) == {"plain": Kind.PLAIN}


def test_another_refusal_is_raised(bare_mongo):
    with (
        mongodb.refusals(bare_mongo, mongodb.TIME_LIMIT, {"times": 1}),
        pytest.raises(OperationFailure, match="failCommand"),
    ):
        collections_of(bare_mongo)


def test_chunks_that_may_not_be_read_are_known_by_their_name(bare_mongo, mongo_faults):
    GridFS(bare_mongo, "media").put(b"x", filename="a")
    with mongo_faults("media.chunks", errorCode=mongodb.UNAUTHORIZED):
        assert kinds(bare_mongo) == {"media.files": Kind.GRIDFS_FILES}


def test_a_database_that_does_not_exist_has_none(bare_mongo):
    assert collections_of(bare_mongo) == ([], [])
    assert isinstance(bare_mongo.client, MongoClient)


def test_only_reads_arrive(bare_mongo, mongo_commands):
    GridFS(bare_mongo, "media").put(b"x", filename="a")
    with mongo_commands() as commands:
        collections_of(bare_mongo)
    assert {*commands.names} == {"listCollections", "find"}
    assert all(each.document["maxTimeMS"] for each in commands)
