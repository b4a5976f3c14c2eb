"""Documents of a size or depth that nobody models: all pages open, edits are small."""

import struct

import bson
import pytest
from bson import Binary, Code, DBRef, Decimal128, Int64, ObjectId, Regex
from bson.binary import OLD_BINARY_SUBTYPE, USER_DEFINED_SUBTYPE, UUID_SUBTYPE
from bson.raw_bson import RawBSONDocument
from django.urls import reverse

from .mongodb import DOCUMENT_WRITES
from .odd_documents import Tree
from .stored import Stored
from .submission import draw, sent

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f0000000000000000000001")

LIST = "admin:tests_tree_changelist"
PAGES = {
    "list": (LIST, ""),
    "search": (LIST, "?q=Tree"),
    "filter": (LIST, "?leaves=x"),
    "facets": (LIST, "?_facets=True"),
    "sort": (LIST, "?o=2.-3"),
    "change": ("admin:tests_tree_change", ""),
    "delete": ("admin:tests_tree_delete", ""),
    "history": ("admin:tests_tree_history", ""),
    "raw": ("admin:tests_tree_raw", ""),
}

# No page of one document, and no list, is larger: 4 MB is what a phone still takes.
LARGEST_PAGE = 4_000_000


def nested(levels):
    """Return a branch within a branch, and so on."""
    branch = {"name": f"level {levels}"}
    for level in range(levels - 1, 0, -1):
        inner = "child" if level % 2 else "children"
        branch = {"name": f"level {level}", inner: branch if level % 2 else [branch]}
    return branch


def free(levels):
    value = {"deepest": Int64(levels)}
    for level in range(levels):
        value = {"a": value} if level % 2 else [value]
    return {"a": value}


ODD = {
    "a text of 14 MB": {"free": {"text": "x" * 14_000_000}},
    "a declared text of 14 MB": {"root": {"name": "x" * 14_000_000}},
    "15 MB in many rows": {
        "branches": [{"name": "x" * 3000, "mark": n} for n in range(4_900)]
    },
    "15 MB in an unknown key": {"blob": b"\0" * 15_000_000},
    "a list of 5,000 texts": {"leaves": [f"leaf {n}" for n in range(5_000)]},
    "a list of 5,000 documents": {
        "branches": [{"name": f"{n}", "mark": Int64(n)} for n in range(5_000)]
    },
    "60 levels": {"root": nested(60), "branches": [nested(30)], "free": free(60)},
    "5,000 unknown keys": {f"key {n}": n for n in range(5_000)},
    "5,000 keys in a map": {"free": {f"key {n}": n for n in range(5_000)}},
    "wrong types everywhere": {
        "root": [1],
        "branches": {"name": 5},
        "leaves": {"a": DBRef("gone", 1)},
        "free": "text",
    },
    "UUIDs that are none": {
        "root": Binary(b"15", UUID_SUBTYPE),
        "leaves": [Binary(b"", UUID_SUBTYPE)],
        "unknown": {"a": Binary(bytes(17), UUID_SUBTYPE)},
    },
}


@pytest.fixture(params=ODD.values(), ids=ODD.keys())
def odd(request, mongo, rf, admin_user):
    """Store one of these trees beside two plain ones; the form of the odd one."""
    http = rf.get("/")
    http.user = admin_user
    it = Stored(Tree, mongo, http, {"_id": KEY, "name": "Tree", **request.param})
    mongo.trees.insert_many([{"name": "plain"}, {"name": "other", "leaves": ["x"]}])
    return it


def test_every_page_opens(odd, admin_client, mongo_commands):
    sizes = {}
    with mongo_commands() as commands:
        for name, (view, query) in PAGES.items():
            args = [] if view == LIST else [KEY]
            response = admin_client.get(reverse(view, args=args) + query)
            assert response.status_code == 200, name
            sizes[name] = len(response.content)
    assert not commands.writes
    assert max(sizes.values()) < LARGEST_PAGE, sizes


def test_an_edit_of_another_field_sends_that_field_only(odd, mongo_commands):
    before = odd.parts()
    html = draw(odd.form())
    with mongo_commands() as commands:
        form = odd.form(sent(html, name="changed"))
        assert form.is_valid(), form.errors
        form.save()
    (update,) = commands.writes
    assert update.name in DOCUMENT_WRITES
    (only,) = update.document["updates"]
    assert only["u"] == {"$set": {"name": "changed"}}
    assert len(bson.encode(only)) < 1000
    assert odd.parts() == before | {"name": "changed"}


# Made bytes of the old subtype, without the second length that those begin with.
WRONG = Binary(b"unlike", USER_DEFINED_SUBTYPE)
RIGHT = Binary(b"right", OLD_BINARY_SUBTYPE)
KINDS = [Regex("a", "i"), Code("f"), Code("f()", {"a": WRONG}), Decimal128("1"), 1.5]
KINDS += [True, None, Int64(1), ObjectId(), DBRef("trees", WRONG), RIGHT]


@pytest.mark.parametrize(
    "values",
    [
        {"root": WRONG, "branches": WRONG, "leaves": WRONG, "free": WRONG},
        {"root": {"name": WRONG}, "leaves": [*KINDS, WRONG], "free": {"a": [WRONG]}},
        {"unknown": [*KINDS, Binary(b"", USER_DEFINED_SUBTYPE)]},
    ],
)
def test_old_binaries_of_contradicting_lengths(
    values, mongo, rf, admin_user, admin_client
):
    http = rf.get("/")
    http.user = admin_user
    it = Stored(Tree, mongo, http, {"_id": KEY})
    mongo.trees.delete_many({})
    son = bson.encode({"_id": KEY, "name": "Tree", **values})
    for data in (b"unlike", b""):
        made = struct.pack("<iB", len(data), USER_DEFINED_SUBTYPE) + data
        son = son.replace(made, made.replace(b"\x80", b"\2"))
    mongo.trees.insert_one(RawBSONDocument(son))
    mongo.trees.insert_one({"name": "plain", "unknown": RIGHT})
    for name, (view, query) in PAGES.items():
        args = [] if view == LIST else [KEY]
        response = admin_client.get(reverse(view, args=args) + query)
        assert response.status_code == 200, name
    form = it.form(sent(draw(it.form()), name="Born"))
    assert form.is_valid(), form.errors
    form.save()
    assert it.raw() == son.replace(b"Tree", b"Born")
    assert mongo.trees.find_one({"name": "plain"})["unknown"] == RIGHT
    delete = reverse("admin:tests_tree_delete", args=[KEY])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 302
