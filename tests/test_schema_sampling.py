"""Which documents a schema page reads, and how much of them."""

import pytest
from bson import DBRef, ObjectId

from admin_ext import memory
from admin_ext.cuts import (
    BUDGET,
    FEW_MEMBERS,
    MAX_KEYS,
    bounded,
    decoded,
    is_whole,
    length_of,
    number_of,
)
from admin_ext.meta import present
from admin_ext.querysets import queryset_for
from admin_ext.schema.sampling import FIRST_BATCH, sample_of
from tests.schema_documents import Sensor
from tests.test_raw import ODD

KEY = ObjectId("5f0000000000000000000001")


@pytest.fixture(autouse=True)
def _forgotten():
    present(Sensor)
    memory.forget()


def read(mongo, son):
    """Return (a document as it is read, the bytes that came)."""
    mongo.sensors.delete_many({})
    mongo.sensors.insert_one(son)
    (row,) = mongo.sensors.aggregate([{"$replaceWith": {"d": bounded()}}])
    return decoded(row["d"]), len(str(row)), is_whole(row["d"])


def sensors():
    return queryset_for(Sensor)


def test_a_small_document_comes_whole(mongo):
    son = {**ODD, "ref": DBRef("towns", KEY)}
    del son["nan"]
    found, _size, is_all = read(mongo, son)
    assert is_all
    assert found == mongo.sensors.find_one()


def test_of_a_large_document_a_part_comes(mongo):
    rows = [{"text": "y" * 500, "n": number} for number in range(20_000)]
    found, size, is_all = read(
        mongo, {"name": "x" * 1_000_000, "rows": rows, "level": 1, "é": "é" * 1_000}
    )
    assert not is_all
    assert size < 2 * BUDGET
    assert (found["level"], length_of(found["name"])) == (1, 1_000_000)
    assert length_of(found["é"]) == 1_000
    assert number_of(found["rows"]) == 20_000
    assert len(found["rows"]) == FEW_MEMBERS
    assert found["rows"][0]["n"] == 0


def test_of_many_large_lists_within_lists_a_part_comes(mongo):
    row = [{"a": ["z" * 40] * 40, "b": {"c": "t" * 900}}] * 60
    found, size, _is_all = read(mongo, {"rows": [row] * 60})
    assert size < 20 * BUDGET
    assert number_of(found["rows"]) == 60
    assert number_of(found["rows"][0]) == 60


def test_of_many_keys_the_first_come(mongo):
    found, _size, _is_all = read(mongo, {f"k{n}": "v" * 50 for n in range(2_000)})
    assert len(found) == MAX_KEYS


def test_what_is_deep_is_not_entered(mongo):
    son: dict = {"text": "x" * 1_000_000}
    for _level in range(40):
        son = {"in": son}
    found, size, _is_all = read(mongo, son)
    assert size < BUDGET
    for _level in range(8):
        found = found.get("in", {})
    assert found == {}


def test_binary_data_stays_where_it_is(mongo):
    found, size, _is_all = read(mongo, {"data": b"x" * 5_000_000})
    assert size < 1_000
    assert found["data"].size == 5_000_000


def test_all_of_few_documents_are_read(mongo):
    mongo.sensors.insert_many([{"level": number} for number in range(7)])
    sample = sample_of(sensors())
    assert (sample.read, sample.size, sample.is_all, sample.way) == (7, 7, True, "all")
    assert sample.profile.keys["level"].high == {"number": 6}


def test_of_many_a_random_part_is_read(mongo, mongo_commands):
    mongo.sensors.insert_many([{"level": number} for number in range(700)])
    with mongo_commands() as commands:
        sample = sample_of(sensors(), most=30)
    assert (sample.read, sample.size, sample.is_all) == (30, 700, False)
    levels = [value for _kind, value in sample.profile.keys["level"].values]
    assert max(levels) > 100
    assert commands.names == ["aggregate", "aggregate", "getMore"]
    assert commands[1].document["pipeline"][0] == {"$sample": {"size": 30}}


def test_the_condition_of_the_list_stands_before_the_sample(mongo, mongo_commands):
    mongo.sensors.insert_many([{"level": number} for number in range(700)])
    with mongo_commands() as commands:
        sample = sample_of(sensors().filter(level__lt=50), most=5)
    assert sample.read == 5
    assert sample.profile.keys["level"].high["number"] < 50
    stages = [*map(dict.keys, commands[-1].document["pipeline"])]
    assert stages == [{"$match"}, {"$replaceWith"}, {"$sample"}]


@pytest.mark.parametrize(
    ("part", "levels"),
    [
        (lambda rows: rows[5:8], {5, 6, 7}),
        (lambda rows: rows.where("this.level > 17"), {18, 19}),
        (lambda rows: rows.none(), set()),
    ],
    ids=["slice", "javascript", "none"],
)
def test_what_no_pipeline_asks_is_read_from_its_beginning(mongo, part, levels):
    mongo.sensors.insert_many([{"level": number} for number in range(20)])
    sample = sample_of(part(sensors().order_by("level")))
    profile = sample.profile.keys.get("level")
    found = {value for _kind, value in profile.values} if profile else set()
    assert found == levels


@pytest.mark.usefixtures("default_limits")
def test_what_came_before_the_limit_is_shown(mongo, mongo_faults):
    mongo.sensors.insert_many([{"level": number} for number in range(600)])
    with mongo_faults("sensors", failCommands=["getMore"], errorCode=50):
        sample = sample_of(sensors())
    assert sample.read == FIRST_BATCH
    (problem,) = sample.problems
    assert problem == "The documents were not all read. It took longer than 2.5 s."


def test_a_sample_takes_few_commands(mongo, mongo_commands):
    mongo.sensors.insert_many([{"level": number} for number in range(3_000)])
    with mongo_commands() as commands:
        assert sample_of(sensors()).read == 1_000
    assert commands.names.count("aggregate") == 2
    more = [each for each in commands if each.name == "getMore"]
    sizes = [command.document["batchSize"] for command in more]
    assert sizes == [32, 64, 128, 256, 256, 256]


def test_the_newest_are_read_where_random_ones_take_too_long(mongo, mongo_faults):
    mongo.sensors.insert_many([{"level": number} for number in range(600)])
    # It asks twice how many there are, and then for a sample.
    stopped = {"errorCode": 50, "failCommands": ["aggregate"]}
    with mongo_faults("sensors", mode={"times": 3}, **stopped):
        sample = sample_of(sensors(), most=20)
    assert (sample.read, sample.size, sample.way) == (20, None, "newest")
    assert sample.profile.keys["level"].low == {"number": 580}
    (problem,) = sample.problems
    assert problem.startswith("The random documents were not all read.")
