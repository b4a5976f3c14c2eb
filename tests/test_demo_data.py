"""The demo data: the same every time, believable, and odd where it should be."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from bson import Int64, ObjectId

from documents import demo
from documents.demo import oddities
from documents.demo.load import BATCH, COLLECTIONS, refuse_foreign_documents
from documents.demo.rows import LAST_DAY, DemoRows
from documents.indexes import INDEXES, index_keys

SMALL = {"users": 20, "notes": 300, "progress": False}


def everything(database):
    """Return all rows: {collection: [row, …]}."""
    return {name: list(database[name].find().sort("_id")) for name in COLLECTIONS}


@pytest.fixture
def loaded(mongo):
    demo.load(mongo, **SMALL)
    return mongo


def test_loads_what_is_asked_for(loaded):
    assert loaded.users.count_documents({}) == 20
    assert loaded.notes.count_documents({}) == 300
    for name in COLLECTIONS:
        assert loaded[name].count_documents({}) > 0


def test_the_defaults_fit_a_first_look():
    rows = DemoRows(500, 5000, 1)
    assert len(list(rows.users())) == 500
    assert 2000 < len(list(rows.tags())) < 4000


def test_two_loads_are_equal(loaded):
    first = everything(loaded)
    demo.load(loaded, **SMALL)
    assert everything(loaded) == first


def test_another_seed_makes_other_rows(loaded):
    first = everything(loaded)
    demo.load(loaded, **SMALL, seed=2)
    assert everything(loaded)["notes"] != first["notes"]


def test_more_than_one_batch_is_written(mongo):
    demo.load(mongo, users=1, notes=BATCH + 1, progress=False)
    assert mongo.notes.count_documents({}) == BATCH + 1


@pytest.mark.parametrize("notes", [0, 1, 7])
def test_tiny_sets_have_exactly_the_notes_asked_for(mongo, notes):
    demo.load(mongo, users=1, notes=notes, progress=False)
    assert mongo.notes.count_documents({}) == notes
    assert demo.is_loaded(mongo)


def test_impossible_sizes_are_refused_before_anything_is_dropped(loaded):
    for users, notes in [(0, 5), (5, -1), (5, 10**8), (10**8, 5)]:
        with pytest.raises(ValueError, match=f"Cannot make {users} users"):
            demo.load(loaded, users=users, notes=notes, progress=False)
    assert demo.is_loaded(loaded)


def test_an_empty_database_is_not_loaded(mongo):
    assert not demo.is_loaded(mongo)


def test_a_finished_load_is_known_even_after_edits(loaded):
    loaded["keys"].delete_many({})
    loaded.notes.update_many({}, {"$set": {"body": "edited"}})
    assert demo.is_loaded(loaded)


LOAD = """
import sys
from pymongo import MongoClient
from documents import demo
demo.load(MongoClient(sys.argv[1])[sys.argv[2]], notes=500_000, progress=False)
"""


def wait_for_inserts(database):
    """Wait until the server is through with the batches of a client that is gone."""
    running = [
        {"$currentOp": {}},
        {"$match": {"op": "insert", "ns": f"{database.name}.notes"}},
    ]
    while list(database.client.admin.aggregate(running)):
        time.sleep(0.01)


def test_a_killed_load_is_known_and_redone(mongo, settings):
    uri = settings.MONGODB_DATABASES["default"]["host"]
    command = [sys.executable, "-c", LOAD, uri, mongo.name]
    with subprocess.Popen(command, cwd=settings.BASE_DIR) as process:
        while not mongo.notes.estimated_document_count():
            assert process.poll() is None
        process.kill()
    wait_for_inserts(mongo)
    assert mongo.notes.estimated_document_count() < 500_000
    assert not demo.is_loaded(mongo)
    demo.load(mongo, **SMALL)
    assert demo.is_loaded(mongo)
    assert mongo.notes.count_documents({}) == 300


def test_a_load_without_its_last_index_is_not_complete(loaded):
    keys, _ = index_keys(INDEXES["keys"][-1])
    loaded["keys"].drop_index(keys)
    assert not demo.is_loaded(loaded)


def test_documents_of_somebody_else_are_never_dropped(loaded):
    for key in (ObjectId(), "a text", 7, {"a": 1}, None):
        loaded.tags.insert_one({"_id": key, "name": "mine"})
        with pytest.raises(demo.ForeignDocuments, match="holds documents in 'tags'"):
            demo.load(loaded, **SMALL)
        assert loaded.tags.delete_one({"_id": key}).deleted_count == 1
    assert demo.is_loaded(loaded)


def test_a_database_with_another_collection_is_refused(bare_mongo):
    bare_mongo.orders.insert_one({})
    with pytest.raises(demo.ForeignDocuments, match="'orders'"):
        demo.load(bare_mongo, **SMALL)
    assert bare_mongo.list_collection_names() == ["orders"]


def test_every_demo_row_is_known_as_one(loaded):
    refuse_foreign_documents(loaded)


def test_the_indexes_of_the_service_are_built(loaded):
    for name, specs in INDEXES.items():
        built = [index["key"] for index in loaded[name].index_information().values()]
        for spec in specs:
            assert index_keys(spec)[0] in built


def newest(mongo, **condition):
    """Return the notes of the list's first page that meet a condition."""
    page = [note["_id"] for note in mongo.notes.find().sort("start", -1).limit(20)]
    return list(mongo.notes.find({"_id": {"$in": page}, **condition}))


ODD_NOTES = [
    {"parent": ""},
    {"prev": ""},
    {"parent": {"$type": "null"}},
    {"body": {"$exists": False}},
    {"body": {"$regex": "\r\n"}},
    {"type": {"$type": "null"}},
    {"type": "task_completed"},
    {"tags": {"$type": "null"}},
    {"date": {"$exists": False}},
    {"user": {"$exists": False}},
    {"shareSettings": {}},
    {"shareSettings.team": []},
    {"legacyId": {"$type": "long"}, "rank": {"$type": "double"}},
]


def test_the_first_page_of_notes_holds_each_odd_row(loaded):
    assert not [odd for odd in ODD_NOTES if not newest(loaded, **odd)]


def test_the_first_page_of_notes_holds_dangling_references(loaded):
    for field, target in [("user", "users"), ("parent", "notes"), ("tags", "tags")]:
        known = loaded[target].distinct("_id")
        wrong = {"$nin": [*known, None, ""], "$exists": True}
        condition = {"$elemMatch": wrong} if field == "tags" else wrong
        assert newest(loaded, **{field: condition})


def test_a_note_without_a_start_comes_first_in_ascending_order(loaded):
    first = loaded.notes.find().sort("start", 1)[0]
    assert "start" not in first


def test_a_user_name_is_stored_as_a_number(loaded):
    number = loaded.users.find_one({"username": oddities.NUMBER_AS_NAME + 3})
    assert type(number["username"]) is int
    assert loaded.users.find().sort("username", 1)[0] == number


ODD_ELSEWHERE = [
    ("users", {"email": {"$exists": False}}),
    ("users", {"email": {"$type": "null"}}),
    ("users", {"hashedPassword": {"$exists": False}}),
    ("users", {"loginCount": {"$type": "long"}, "quota": 0.1}),
    ("tags", {"name": {"$exists": False}}),
    ("widgets", {"filter": {"$exists": False}}),
    ("widgets", {"filter": {"$type": "null"}}),
    ("widgets", {"filter.tags": {"$type": "null"}}),
    ("widgets", {"filter.since.days": {"$type": "double"}}),
]


def test_the_other_collections_hold_odd_rows(loaded):
    for name, condition in ODD_ELSEWHERE:
        assert loaded[name].count_documents(condition), condition


def test_most_rows_are_ordinary(mongo):
    demo.load(mongo, users=50, notes=2000, progress=False)
    kinds = ["note", "task", "task_complete", "event"]
    assert mongo.notes.count_documents({"type": {"$in": kinds}}) > 1980
    assert mongo.notes.count_documents({"body": {"$type": "string"}}) > 1980


def test_dates_spread_over_years_with_milliseconds(loaded):
    starts = [note["start"] for note in loaded.notes.find({"start": {"$type": "date"}})]
    assert max(starts) - min(starts) > timedelta(days=5 * 365)
    assert max(starts) < LAST_DAY + timedelta(days=1)
    assert any(start.microsecond % 1_000_000 for start in starts)
    assert all(start.microsecond % 1000 == 0 for start in starts)


def test_more_is_written_by_day_than_by_night(mongo):
    demo.load(mongo, users=5, notes=3000, progress=False)
    hours = [
        note["_id"].generation_time.hour for note in mongo.notes.find({}, {"_id": 1})
    ]
    day = sum(9 <= hour < 18 for hour in hours)
    night = sum(hour < 5 for hour in hours)
    assert day > 10 * night


def test_the_day_is_the_one_of_the_start(loaded):
    for note in loaded.notes.find({
        "date": {"$type": "string"},
        "start": {"$ne": None},
    }):
        if note["start"] < datetime(2026, 10, 30, tzinfo=UTC):
            assert note["date"] == f"{note['start']:%Y-%m-%d}"


def test_user_names_are_synthetic_and_unique(loaded):
    names = loaded.users.distinct("username", {"username": {"$type": "string"}})
    assert all(name.count("-") == 2 and name[-1].isdigit() for name in names)
    assert len(loaded.users.distinct("username")) == 20


def test_texts_vary(mongo):
    demo.load(mongo, users=5, notes=2000, progress=False)
    assert len(mongo.notes.distinct("body")) > 1500


def test_whole_numbers_keep_their_kind(loaded):
    note = loaded.notes.find_one({"legacyId": {"$exists": True}})
    assert type(note["legacyId"]) is Int64
    assert type(note["rank"]) is float
    assert type(note["__v"]) is int


def test_the_bar_is_on_stderr_and_can_be_switched_off(mongo, capfd):
    demo.load(mongo, users=1, notes=10, progress=False)
    assert capfd.readouterr() == ("", "")
    demo.load(mongo, users=1, notes=10)
    out, err = capfd.readouterr()
    assert not out
    assert "Demo data loaded: 100%" in err
