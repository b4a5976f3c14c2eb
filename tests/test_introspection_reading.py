"""Which documents of a collection are looked at, and what that costs."""

from datetime import UTC, datetime, timedelta

import bson
import pytest
from bson import Binary, DBRef, Decimal128, Int64, ObjectId, Regex
from bson.datetime_ms import DatetimeMS
from bson.raw_bson import RawBSONDocument
from pymongo.errors import OperationFailure

from admin_ext.identities import key_identity
from admin_ext.introspection import batches, reading
from admin_ext.introspection.models import Kind
from admin_ext.introspection.reading import Reading
from tests import mongodb

MIXED = [
    *(1, 2.5, "a", ObjectId("5f0000000000000000000001"), {"a": 1}, {"a": "x"}),
    *(True, None, datetime(2024, 1, 1, tzinfo=UTC), float("nan"), Int64(7)),
    {"signaling": Decimal128("sNaN")},
]


@pytest.fixture
def mongo(bare_mongo):
    """A database without the remains of deleted documents: random cursors meet them."""
    return bare_mongo


def keys(found):
    return [son["_id"] for sons in found for son in sons]


def numbers(collection, count, **more):
    collection.insert_many([{"_id": n, **more} for n in range(count)])


def test_a_small_collection_is_read_whole_and_in_order(mongo):
    numbers(mongo.rooms, 250)
    found = Reading(mongo.rooms, batch=100)
    assert [len(sons) for sons in found] == [100, 100, 50]
    assert (found.read, found.size, found.is_whole) == (250, 250, True)


def test_a_sample_has_the_newest_and_the_oldest_and_each_once(mongo):
    numbers(mongo.rooms, 2_000)
    found = Reading(mongo.rooms, sample=400, batch=150)
    assert (found.expected, found.size) == (400, 2_000)
    read = keys(found)
    assert len(read) == len({*read}) == found.read == 400
    assert {*range(40)} < {*read}
    assert {*range(1_960, 2_000)} < {*read}
    assert not found.is_whole


def test_a_random_cursor_may_give_fewer_but_none_twice(mongo):
    numbers(mongo.rooms, 20_000)
    read = keys(Reading(mongo.rooms, sample=900))
    assert len(read) == len({*read})
    assert 800 < len(read) <= 900
    assert len([each for each in read if 1_000 < each < 19_000]) > 500


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_full_reads_keys_of_all_types_once(mongo, batch):
    mongo.rooms.insert_many([{"_id": key} for key in MIXED])
    found = Reading(mongo.rooms, full=True, sample=1, batch=batch)
    read = keys(found)
    assert len(read) == len(MIXED)
    # NaN is not equal to itself.
    assert {*map(key_identity, read)} == {*map(key_identity, MIXED)}
    assert found.is_whole


def test_odd_values_are_read_as_what_they_are(mongo):
    odd = {
        "_id": 1,
        "far": DatetimeMS(10**17),
        "uuid": Binary(b"x" * 16, 3),
        "ref": DBRef("rooms", 1),
        "regex": Regex("(", "i"),
        "number": Decimal128("NaN"),
        "": {"$set": 1, "a.b": 2},
    }
    mongo.rooms.insert_one({"_id": 1})
    mongo.rooms.database.command("insert", "rooms", documents=[odd | {"_id": 2}])
    read = [son for sons in Reading(mongo.rooms) for son in sons]
    assert type(read[1]) is dict
    assert read[1]["far"] == odd["far"]
    assert read[1][""] == {"$set": 1, "a.b": 2}


def test_text_that_is_no_utf_8_is_read(mongo):
    encoded = bson.encode({"_id": 1, "name": "Jos?"}).replace(b"Jos?", b"Jos\xe9")
    mongo.rooms.insert_one(RawBSONDocument(encoded))
    for options in ({"full": True}, {}):
        assert [*Reading(mongo.rooms, **options)] == [[{"_id": 1, "name": "Jos�"}]]


def test_a_query_bounds_what_is_read(mongo):
    numbers(mongo.rooms, 500)
    query = {"_id": {"$gte": 200}}
    assert keys(Reading(mongo.rooms, query=query, full=True)) == [*range(200, 500)]
    found = Reading(mongo.rooms, query=query, sample=100)
    read = keys(found)
    assert len(read) == 100
    assert min(read) == 200
    assert (found.size, found.is_whole) == (300, False)


@pytest.fixture
def halls(bare_mongo):
    """Documents seen through a view, several of one key."""
    bare_mongo.rooms.insert_many([{"_id": n, "seats": [1, 2, 3]} for n in range(100)])
    bare_mongo.create_collection(
        "halls", viewOn="rooms", pipeline=[{"$unwind": "$seats"}]
    )
    return bare_mongo.halls


def test_a_view_is_read_although_keys_repeat(halls):
    found = Reading(halls, kind=Kind.VIEW, full=True, batch=70)
    assert [len(sons) for sons in found] == [70, 70, 70, 70, 20]
    assert (found.read, found.is_whole) == (300, True)
    assert len(keys(Reading(halls, kind=Kind.VIEW, sample=200))) == 200


def test_a_view_without_keys_is_read(halls):
    halls.database.create_collection(
        "bare", viewOn="rooms", pipeline=[{"$project": {"_id": 0}}]
    )
    bare = halls.database.bare
    found = Reading(bare, kind=Kind.VIEW, full=True)
    assert sum(map(len, found)) == 100


def test_a_view_is_not_limited_as_a_whole_but_command_by_command(halls, mongo_commands):
    with mongo_commands() as commands:
        for _sons in Reading(halls, kind=Kind.VIEW, full=True, batch=100):
            pass
    find = next(each for each in commands if each.name == "find")
    assert find.document["batchSize"] == 0
    assert "maxTimeMS" not in find.document
    assert commands.names.count("getMore") >= 3


@pytest.fixture
def weather(bare_mongo):
    """A time series of 3,000 hours."""
    bare_mongo.create_collection("weather", timeseries={"timeField": "at"})
    first = datetime(2024, 1, 1, tzinfo=UTC)
    bare_mongo.weather.insert_many([
        {"at": first + timedelta(hours=n), "rain": n} for n in range(3_000)
    ])
    return bare_mongo.weather


@pytest.mark.parametrize("options", [{"full": True}, {"sample": 50}, {}])
def test_a_time_series_collection_is_read(weather, options):
    found = Reading(weather, kind=Kind.TIME_SERIES, time_field="at", **options)
    read = [son["rain"] for sons in found for son in sons]
    assert len({*read}) == len(read) == options.get("sample", 3_000)


def test_a_sample_of_a_time_series_has_its_newest_and_its_oldest(weather):
    found = Reading(weather, kind=Kind.TIME_SERIES, time_field="at", sample=500)
    read = {son["rain"] for sons in found for son in sons}
    assert {*range(50), *range(2_950, 3_000)} < read


@pytest.mark.parametrize("options", [{}, {"autoIndexId": False}])
def test_a_capped_collection_is_read_with_an_index_of_keys_or_without(
    bare_mongo, options
):
    database = bare_mongo
    if options and not is_possible(database, options):
        options = {}
    database.create_collection("events", capped=True, size=1_000_000, **options)
    numbers(database.events, 300)
    found = Reading(database.events, kind=Kind.CAPPED, full=True, batch=100)
    assert keys(found) == [*range(300)]


def is_possible(database, options):
    try:
        database.create_collection("tried", capped=True, size=10_000, **options)
    except OperationFailure:
        return False
    return True


def test_large_documents_end_a_batch(mongo):
    mongo.rooms.insert_many([{"_id": n, "plan": "x" * 6_000_000} for n in range(6)])
    assert [len(sons) for sons in Reading(mongo.rooms, full=True)] == [2, 2, 2]


def test_a_document_of_16_mb_is_read(mongo):
    mongo.rooms.insert_one({"_id": 1, "plan": "x" * (16 * 1024 * 1024 - 100)})
    mongo.rooms.insert_one({"_id": 2})
    for options in ({"full": True}, {}, {"sample": 1}):
        assert keys(Reading(mongo.rooms, **options))


def test_a_sample_is_bounded_by_bytes(mongo, monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 100_000)
    monkeypatch.setattr(reading, "MAX_END_BYTES", 10_000)
    numbers(mongo.rooms, 500, plan="x" * 1_000)
    found = Reading(mongo.rooms)
    read = keys(found)
    assert 90 < len(read) < 110
    assert {0, 499} < {*read}
    assert not found.is_whole


def test_batches_that_take_too_long_are_made_smaller(mongo, mongo_faults):
    numbers(mongo.rooms, 40)
    found = Reading(mongo.rooms, full=True, batch=16)
    with mongo_faults("rooms", mode={"times": 1}, errorCode=mongodb.TIME_LIMIT):
        assert [len(sons) for sons in found] == [4, 8, 16, 12]


@pytest.mark.parametrize("times", [1, 2])
def test_a_random_sample_that_takes_too_long_is_asked_for_otherwise(
    mongo, mongo_faults, mongo_commands, times
):
    numbers(mongo.rooms, 3_000)
    found = Reading(mongo.rooms, sample=2_000)
    only = {"failCommands": ["aggregate"], "mode": {"times": times}}
    fault = mongo_faults("rooms", **only, errorCode=mongodb.TIME_LIMIT)
    with mongo_commands() as commands, fault:
        read = keys(found)
    asked = [each.document["pipeline"] for each in commands if each.name == "aggregate"]
    assert asked[:2] == [[{"$sample": {"size": 2_000}}], [{"$sample": {"size": 120}}]]
    assert len(asked) == times + 1
    assert len(read) > (1_500 if times == 2 else 200)


def test_without_a_random_sample_the_first_documents_are_read(mongo, mongo_faults):
    numbers(mongo.rooms, 3_000)
    found = Reading(mongo.rooms, sample=2_000)
    only = {"failCommands": ["aggregate"], "errorCode": mongodb.TIME_LIMIT}
    with mongo_faults("rooms", **only):
        read = keys(found)
    assert len(read) == 2_000
    assert {*range(1_500)} | {2_999} < {*read}


def test_what_may_not_be_read_raises(mongo, mongo_faults):
    numbers(mongo.rooms, 3)
    with (
        mongo_faults("rooms", errorCode=mongodb.UNAUTHORIZED),
        pytest.raises(OperationFailure, match="failCommand"),
    ):
        keys(Reading(mongo.rooms))


def test_an_end_in_the_middle_is_told(halls, mongo_faults):
    found = Reading(halls, kind=Kind.VIEW, full=True, batch=50)
    later = {"failCommands": ["getMore"], "mode": {"skip": 2}}
    with mongo_faults("halls", **later, errorCode=mongodb.TIME_LIMIT):
        read = keys(found)
    assert len(read) == found.read == 100
    assert found.stopped.code == mongodb.TIME_LIMIT
    assert not found.is_whole


@pytest.mark.parametrize("options", [{}, {"full": True}, {"sample": 100}])
def test_only_reads_arrive_and_each_is_limited(mongo, mongo_profile, options):
    numbers(mongo.rooms, 3_000)
    with mongo_profile() as operations:
        keys(Reading(mongo.rooms, **options))
    assert not operations.writes
    first = [each for each in operations if each.name not in {"getMore", "killCursors"}]
    assert {each.name for each in first} <= {"find", "aggregate", "count"}
    assert [each for each in first if "maxTimeMS" not in each.document] == []


def test_the_size_of_a_batch_is_stated():
    assert (batches.BATCH, reading.SAMPLE, reading.ENDS) == (1_000, 10_000, 100)
