"""Fields that refer to others leave alone what is stored, odd values too."""

from uuid import uuid4

import pytest
from bson import Binary, DBRef, ObjectId

from tests.round_trips import (
    generated,
    saved_otherwise,
    sent_otherwise,
)

pytestmark = pytest.mark.django_db

KEYS = [ObjectId(f"5c2aad8064656d6f01fff{n:03x}") for n in range(30)]
GONE = ObjectId("5c2aad8064656d6f01ffffff")


def notes(values):
    return [{"_id": n, "user": each, "title": "x"} for n, each in enumerate(values)]


def users(keys=KEYS):
    return [{"_id": key, "name": f"name {n}"} for n, key in enumerate(keys)]


OTHERS = [5, "x", {"a": 1}, [KEYS[0]], True, DBRef("users", 1)]
UUIDS = [uuid4() for _ in range(5)]
LEGACY = [Binary(each.bytes, 3) for each in UUIDS]
DATA = {
    "ids": {"notes": notes([*KEYS, GONE, None, ""]), "users": users()},
    "ids as text": {"notes": notes([*KEYS, str(KEYS[0])]), "users": users()},
    "other types": {
        "notes": notes([*KEYS * 5, *OTHERS]),
        "users": users(),
    },
    "lists": {
        "notes": notes([KEYS, [], None, [GONE, None, ""], KEYS[0], ["x", str(GONE)]]),
        "users": users(),
    },
    "numbers": {
        "grades": [{"_id": n, "user_id": n % 9, "title": "x"} for n in range(20)],
        "users": users(range(9)),
    },
    "words": {
        "notes": notes(["ann", "bob", "", None, "gone", "ann"]),
        "users": users(["ann", "bob"]),
    },
    "uuids": {"notes": notes([*UUIDS, None, "x"]), "users": users(UUIDS)},
    "dbrefs": {
        "notes": notes([*[DBRef("users", key) for key in KEYS], KEYS[0], None, "x"]),
        "users": users(),
    },
    "dbrefs into several": {
        "notes": notes([DBRef("users", KEYS[0]), DBRef("tags", KEYS[1])]),
        "users": users(),
        "tags": users(),
    },
    "generic": {
        "notes": notes([{"_cls": "User", "_ref": DBRef("users", KEYS[0])}, None]),
        "users": users(),
    },
    "legacy uuids": {"notes": notes([*LEGACY, None]), "users": users(LEGACY)},
    "hierarchies": {
        "notes": [{"_id": n, "shape": KEYS[n], "title": "x"} for n in range(10)],
        "shapes": [
            {"_id": key, "_cls": f"Shape.{name}", "near": near, "name": "x"}
            for key, near, name in zip(
                KEYS, KEYS[1:], ["Circle", "Square"] * 15, strict=False
            )
        ],
        "users": users(),
    },
    "files": {
        "notes": [
            {"_id": 1, "title": "x", "fileId": KEYS[0], "rows": [{"file": KEYS[1]}]},
            {"_id": 2, "fileId": None, "rows": [{"file": GONE}, {"file": None}, {}]},
            {"_id": 3, "fileId": GONE, "rows": [{"file": ""}], "all": KEYS},
            {"_id": 4, "fileId": "", "rows": [], "all": [GONE]},
        ],
        "fs.files": [{"_id": key, "filename": "x", "length": 3} for key in KEYS],
        "fs.chunks": [{"_id": 1, "files_id": KEYS[0], "n": 0}],
        "users": users(),
    },
    "compound keys": {
        "notes": [{"_id": {"user": key, "n": 1}, "title": "x"} for key in KEYS],
        "users": users(),
    },
    "embedded": {
        "notes": [
            {
                "_id": 1,
                "title": "x",
                "by": {"user": KEYS[0]},
                "rows": [{"user": KEYS[1]}, {}],
            },
            {
                "_id": 2,
                "title": "x",
                "by": {"user": ""},
                "rows": [{"user": None}, {"user": GONE}],
            },
        ],
        "users": users(),
    },
}


@pytest.fixture(params=DATA, ids=lambda name: name)
def app(request, bare_mongo, tmp_path):
    for name, documents in DATA[request.param].items():
        bare_mongo[name].insert_many(documents)
    with generated(bare_mongo, tmp_path) as app:
        yield app


def test_loaded_documents_are_saved_as_they_were(app, mongodb_database):
    assert saved_otherwise(app, mongodb_database) == []


def test_pages_that_nobody_touched_change_nothing(app, mongodb_database, admin_client):
    assert sent_otherwise(app, mongodb_database, admin_client, most=12) == []


def test_an_edit_changes_nothing_else(app, mongodb_database, admin_client):
    edits = {"title": "y", "name": "y"}
    odd = sent_otherwise(app, mongodb_database, admin_client, most=12, **edits)
    assert odd == []
    assert mongodb_database.users.count_documents({"name": "y"})
