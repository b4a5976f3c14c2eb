"""The inferred Documents in the admin: every page opens, and saving changes nothing."""

import re
from datetime import UTC, datetime
from html import unescape
from uuid import UUID

import pytest
from bson import Binary, Decimal128, Int64, ObjectId
from bson.raw_bson import RawBSONDocument

from admin_ext.introspection.inference import infer_database
from admin_ext.introspection.profile import profile_of

from .generated import installed
from .submission import sent

pytestmark = pytest.mark.django_db

LINK = re.compile(r'<th class="field-[^>]*><a href="([^"]*/change/)')
KEY = ObjectId("5f0000000000000000000001")
OTHER = ObjectId("5f0000000000000000000002")
NOW = datetime(2024, 5, 17, 10, 30, tzinfo=UTC)
POINT = {"type": "Point", "coordinates": [13.4, 52.5]}
SHAPES = [
    {"_cls": "Shape.Circle", "colour": "red", "radius": 1.5},
    {"_cls": "Shape.Square", "colour": "red", "side": Int64(2)},
]


def comment(*replies):
    return {"author": "Ann", "text": "Hello\nyou", "replies": [*replies]}


COLLECTIONS = {
    "strings": [{"_id": "ann", "a": 1}, {"_id": "bob/1", "a": None}],
    "numbers": [{"_id": 1, "a": 1}, {"_id": 2.0, "a": 2.0}, {"_id": Int64(3)}],
    "uuids": [{"_id": UUID(int=1), "a": "x"}],
    "decimals": [{"_id": Decimal128("1.50"), "a": Decimal128("1.5")}],
    "moments": [{"_id": NOW, "a": NOW}],
    "compounds": [{"_id": {"shop": "a", "number": n}, "a": "x"} for n in range(3)],
    "dicts": [{"_id": {"shop": "a"}, "a": 1}, {"_id": {"number": 1}, "a": 2}],
    "mixed_keys": [{"_id": KEY, "a": 1}, {"_id": "ann", "a": 2}, {"_id": 5, "a": 3}],
    "hexes": [{"_id": KEY, "a": 1}, {"_id": str(OTHER), "a": 2}],
    "stored_ids": [{"_id": KEY, "id": 7}, {"_id": OTHER, "id": 8, "pk": "x"}],
    "stored_names": [
        {
            **{"_id": KEY, "objects": 1, "save": "x", "meta": [1], "class": "y"},
            **{"fields": {"a": 1, "b": 2}, "reads": True, "userName": "a"},
            **{"user_name": "b", "_data": 1, "__v": 0, "": "empty", "a.b": 1},
            **{"$c": 1, "größe": 1.5, "👍": 3, "validate": {"clean": "x", "id": 4}},
        }
    ],
    "figures": SHAPES,
    "drawings": [{"_id": KEY, "shapes": SHAPES, "front": SHAPES[0]}],
    "other_classes": [{"_id": KEY, "_cls": "com.example.Note", "a": 1}],
    "other_parts": [
        {
            **{"_id": KEY, "part": {"_cls": "com.example.Part", "a": 1}},
            "parts": [{"_cls": "Bolt", "b": 1}, {"_cls": "Nut", "c": 2}],
        }
    ],
    "threads": [{"_id": KEY, "comments": [comment(comment(comment())), comment()]}],
    "maps": [
        {
            **{"_id": KEY, "by_day": {"2024-05-17": 1, "2024-05-18": None}},
            **{"people": {"ann@example.org": {"age": 5, "ok": True}}},
            **{"names": {"en": "Hi", "de": "Hallo", "fr": "Salut"}},
        }
    ],
    "places": [
        {"_id": KEY, "where": POINT, "loc": [13.4, 52.5], "at": {"lng": 1, "lat": 2.5}},
        {"_id": OTHER, "where": {**POINT, "bbox": [1, 2, 3, 4]}, "loc": None},
    ],
    "odd": [
        *({"_id": n, "a": "x", "b": True, "c": 1.5, "d": NOW} for n in range(98)),
        {"_id": 98, "a": 5, "b": "no", "c": "none", "d": "2024-05-17", "e": ""},
        {"_id": 99, "a": None, "b": 0, "c": [1], "d": {}, "e": KEY},
    ],
    "binary": [{"_id": KEY, "a": b"\0", "b": Binary.from_uuid(UUID(int=2), 3)}],
    "lists": [{"_id": KEY, "a": [1, "x"], "b": [[1], [2.5]], "c": [{"a": 1}, None]}],
}


@pytest.fixture(scope="module")
def database():
    return infer_database(
        "things", {name: profile_of(rows) for name, rows in COLLECTIONS.items()}
    )


@pytest.mark.parametrize("name", COLLECTIONS)
def test_pages_open_and_saving_changes_nothing(
    name, database, mongo, admin_client, tmp_path
):
    mongo[name].insert_many([{**each} for each in COLLECTIONS[name]])
    before = raw(mongo[name])
    with installed(database, tmp_path) as app:
        page = admin_client.get(app.list_url(database.model_of(name).name))
        links = {*LINK.findall(page.content.decode())}
        assert len(links) == len(COLLECTIONS[name])
        for each in sorted(links)[-3:]:
            page = admin_client.get(unescape(each))
            assert page.status_code == 200, each
            data = sent(page.content.decode(), _save="Save")
            answer = admin_client.post(unescape(each), data)
            assert answer.status_code == 302, answer.context["errors"]
    assert raw(mongo[name]) == before


def raw(collection):
    """Return the stored bytes of a collection's documents."""
    options = collection.codec_options.with_options(document_class=RawBSONDocument)
    found = collection.with_options(options).find().sort("$natural", 1)
    return [each.raw for each in found]
