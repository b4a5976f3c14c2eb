"""The indexes of the schema page: on the server, in use, and declared."""

import pytest

from admin_ext.meta import present
from admin_ext.schema.indexes import declared_indexes, indexes_of
from admin_ext.schema.storage import storage_of
from tests import mongodb
from tests.documents import Book
from tests.odd_documents import Leaflet, Lorry, Vehicle
from tests.schema_documents import Sensor


@pytest.fixture
def rows(mongo):
    """Return the rows of the indexes of a Document: {keys: row}."""

    def ask(document=Sensor, *, with_usage=True):
        present(document)
        collection = mongo[document._get_collection_name()]
        sizes = storage_of(collection).index_sizes
        found = indexes_of(document, collection, sizes, with_usage=with_usage)
        assert not found.problems
        return {" ".join(path for path, _kind in row.keys): row for row in found.rows}

    return ask


def test_what_is_declared_and_not_there(mongo, rows):
    mongo.sensors.insert_one({"name": "a"})
    found = rows()
    assert [*found] == ["_id", "level", "seen", "name"]
    drifts = [found[name].drift for name in found]
    assert drifts == ["", *["declared, not on the server"] * 3]
    assert found["name"].properties == ["unique"]
    assert found["seen"].keys == [("seen", "descending")]
    assert found["seen"].properties == ["documents expire after 3,600 s"]


def test_what_is_there_as_declared(mongo, rows):
    mongo.sensors.create_index("name", unique=True)
    mongo.sensors.create_index("level")
    mongo.sensors.create_index([("seen", -1)], expireAfterSeconds=3600)
    assert {row.drift for row in rows().values()} == {""}
    mongo.sensors.drop()


def test_what_is_there_and_not_declared(mongo, rows):
    mongo.sensors.create_index([("note", 1), ("level", -1)], sparse=True)
    mongo.sensors.create_index([("note", "hashed")])
    found = rows()
    row = found["note level"]
    assert (row.drift, row.properties) == ("not declared", ["sparse"])
    line = 'meta = {"indexes": [{"fields": ["note", "-level"], "sparse": True}]}'
    assert row.line == line
    assert (found["note"].drift, found["note"].line) == ("not declared", "")
    mongo.sensors.drop()


def test_the_line_declares_the_index_that_is_there(mongo, rows):
    mongo.vehicles.create_index("name", unique=True, expireAfterSeconds=60)
    mongo.vehicles.create_index("axles", collation={"locale": "de"})
    mongo.vehicles.create_index("made", partialFilterExpression={"made": 1})
    mongo.vehicles.create_index("a.b")
    found = rows(Vehicle)
    line = (
        'meta = {"indexes": [{"fields": ["name"], "unique": True, '
        '"expireAfterSeconds": 60, "cls": False}]}'
    )
    assert found["name"].line == line
    # No line declares these, and what is there need not be created.
    assert [found[name].line for name in ("axles", "made", "a.b")] == ["", "", ""]
    mongo.vehicles.drop()


def test_what_is_declared_otherwise(mongo, rows):
    mongo.sensors.create_index("name")
    mongo.sensors.create_index([("seen", -1)], expireAfterSeconds=60)
    found = rows()
    assert found["name"].drift == "declared otherwise: unique"
    assert found["seen"].drift == "declared otherwise: expireAfterSeconds"
    mongo.sensors.drop()


def test_size_and_use_since_when(mongo, rows):
    mongo.sensors.create_index("level")
    mongo.sensors.insert_many([{"level": number} for number in range(10)])
    [*mongo.sensors.find({"level": 3})]
    row = rows()["level"]
    assert row.ops == "1"
    assert row.since
    assert row.size.endswith("KB")
    row = rows(with_usage=False)["level"]
    assert (row.ops, row.since) == ("", "")
    mongo.sensors.drop()


def test_a_text_index_is_that_of_its_texts(mongo, rows):
    mongo.leaflets.create_index([("bodyText", "text")])
    row = rows(Leaflet)["bodyText"]
    assert (row.drift, row.keys) == ("", [("bodyText", "text")])
    mongo.leaflets.drop()


def test_properties_in_words(mongo, rows):
    partial = {"level": {"$gt": 1}}
    mongo.sensors.create_index(
        "note", partialFilterExpression=partial, collation={"locale": "de"}
    )
    mongo.sensors.create_index("parent", hidden=True)
    found = rows()
    assert found["note"].properties == [
        'only where {"level": {"$gt": 1}}',
        "collation de",
    ]
    assert found["parent"].properties == ["hidden from queries"]
    mongo.sensors.drop()


def test_subclasses_declare_indexes_of_the_same_collection():
    assert declared_indexes(Vehicle) == declared_indexes(Lorry) == {(("_cls", 1),): {}}
    assert declared_indexes(Book)[(("isbn", 1),)] == {"unique": True, "sparse": True}


def test_a_refusal_is_said(mongo, mongo_faults):
    mongo.sensors.insert_one({})
    commands = ["aggregate", "listIndexes"]
    refused = {"errorCode": mongodb.UNAUTHORIZED, "failCommands": ["aggregate"]}
    with mongo_faults("sensors", **refused):
        found = indexes_of(Sensor, mongo.sensors, {}, with_usage=True)
        storage = storage_of(mongo.sensors)
    assert found.problems == [
        "MongoDB did not tell how often the indexes are used. "
        "The MongoDB user of this site lacks the permission."
    ]
    assert storage.problems == [
        "MongoDB did not tell how much is stored. "
        "The MongoDB user of this site lacks the permission."
    ]
    with mongo_faults("sensors", **refused | {"failCommands": commands}):
        found = indexes_of(Sensor, mongo.sensors, {}, with_usage=True)
    assert found.rows == []


def test_a_collection_of_an_unknown_kind_has_figures_all_the_same(mongo, mongo_faults):
    mongo.sensors.insert_one({})
    refused = {"errorCode": mongodb.UNAUTHORIZED, "failCommands": ["listCollections"]}
    # The command is the database's.
    with mongo_faults("sensors", namespace=f"{mongo.name}", **refused):
        storage = storage_of(mongo.sensors)
    assert storage.problems == [
        "MongoDB did not tell what kind of collection this is. "
        "The MongoDB user of this site lacks the permission."
    ]
    assert dict(storage.figures)["Documents"] == "1"


def test_storage_figures(mongo):
    mongo.sensors.insert_many([{"name": "x" * 100} for _each in range(100)])
    figures = dict(storage_of(mongo.sensors).figures)
    assert figures["Documents"] == "100"
    assert figures["Average size of a document"] == "133\xa0bytes"
    assert {"Size of the data", "On disk", "Size of the indexes"} <= figures.keys()
