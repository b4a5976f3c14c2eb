"""A cell shows the same whether its list has fetched a part of a document, or all."""

from datetime import UTC, datetime

import pytest
from bson import Binary, DBRef, Decimal128, Int64, ObjectId
from django.contrib.admin import site
from django.urls import reverse

from admin_ext import reads
from tests.odd_documents import Everything, Tree

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f0000000000000000000001")

NAMES = [name for name in Everything._fields if name != "id"]

LONG_TEXT = "word é " * 3_000
LONG_LIST = [*range(3_000)]

# What an application may have stored in place of anything.
ODD = {
    "null": None,
    "text": "<b>bold</b>",
    "empty text": "",
    "long text": LONG_TEXT,
    "text of bytes": "€" * 2_700,
    "text behind spaces": " \u3000\n" * 900 + LONG_TEXT,
    "long blank text": "\u2003\t" * 5_000,
    "number": 5,
    "long": Int64(2**40),
    "double": 1.5,
    "infinite": float("inf"),
    "decimal": Decimal128("1.50"),
    "true": True,
    "moment": datetime(2024, 1, 1, tzinfo=UTC),
    "id": KEY,
    "reference": DBRef("depot", KEY),
    "long reference": DBRef("depot", KEY, name=LONG_TEXT),
    "list of long references": [DBRef("depot", KEY, name=LONG_TEXT)] * 9,
    "generic": {"_cls": "Depot", "_ref": DBRef("depot", KEY)},
    "data": Binary(b"abc"),
    "uuid": Binary(b"0123456789abcdef", 4),
    "list": [1, "a", None, {"lbl": "x"}],
    "empty list": [],
    "long list": LONG_LIST,
    "list of long texts": [LONG_TEXT, LONG_TEXT],
    "list of empty texts": [""] * 3_000,
    "list of nulls": [None] * 3_000,
    "list of ids": [KEY] * 500,
    "list of references": [DBRef("depot", KEY)] * 500,
    "list of lists": [LONG_LIST, LONG_LIST],
    "list of documents": [{"lbl": LONG_TEXT, "weight": 1.0}] * 300,
    "document": {"lbl": "x", "weight": 2.0},
    "empty document": {},
    "long document": {f"key{n}": n for n in range(2_000)},
    "document of long values": {"lbl": LONG_TEXT, "list": LONG_LIST, "b.c": {"$d": 1}},
    "deep": {"a": {"b": {"c": {"d": {"e": {"f": LONG_TEXT}}}}}},
    "class": {"_cls": "Part", "lbl": LONG_TEXT, "unknown": LONG_LIST},
    "unknown class": {"_cls": "Gone", "lbl": LONG_TEXT},
    "point": {"type": "Point", "coordinates": [1, 2]},
    "long line": {"type": "LineString", "coordinates": [[1, 2]] * 2_000},
}


@pytest.fixture
def page(admin_client, monkeypatch):
    """Return the rows of a list of these columns, and its projection."""

    def get(document, *columns):
        model_admin = site.get_model_admin(document)
        monkeypatch.setattr(model_admin, "list_display", columns)
        url = reverse(f"admin:tests_{document._meta.model_name}_changelist")
        response = admin_client.get(url)
        table = response.content.decode().partition('<table id="result_list">')[2]
        rows = table.partition("</table>")[0].split("</tr>")
        return rows, response.context["cl"].projection

    return get


def whole(document):
    """A column that says nothing of what it reads, and shows nothing."""
    return ""


@reads()
def nothing(document):
    return ""


def both(page, document, *columns):
    """Return the rows made of parts of the documents, and of all of them."""
    nothing.__name__ = whole.__name__
    found, projection = page(document, *columns, nothing)
    assert projection is not None
    expected, projection = page(document, *columns, whole)
    assert projection is None
    return found, expected


@pytest.mark.parametrize("name", NAMES)
def test_a_field_that_holds_anything_shows_the_same(page, mongo, name):
    mongo.depot.insert_one({"_id": KEY, "place": "Here"})
    key = Everything._fields[name].db_field
    mongo.everything.insert_many([
        {"_id": place, key: value} for place, value in enumerate(ODD.values())
    ])
    mongo.everything.insert_one({"_id": "missing"})
    found, expected = both(page, Everything, name)
    assert found == expected
    assert len(found) == len(ODD) + 3


@pytest.mark.parametrize("name", ["text", "list", "embedded_list", "references"])
def test_long_data_in_a_field_of_something_else_shows_the_same(page, mongo, name):
    mongo.everything.insert_many([
        {name: b"x" * 9_000},
        {name: Binary(b"x" * 9_000, 128)},
        {name: [b"x" * 9_000, Binary(b"x" * 9_000, 128)]},
    ])
    found, expected = both(page, Everything, name)
    assert found == expected


PATHS = [
    "root__name",
    "root__child__name",
    "root__children__name",
    "root__free__key",
    "root__free__key__deeper",
    "branches__name",
    "branches__children__name",
    "branches__free",
    "free__a__b",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_through_anything_shows_the_same(page, mongo, path):
    names = path.split("__")
    for value in (*ODD.values(), [{"name": "m"}, 5, None, {"name": LONG_TEXT}] * 90):
        for depth in range(1, len(names) + 1):
            son = value
            for name in reversed(names[:depth]):
                son = {name: son}
            mongo.trees.insert_one(son)
            son = value
            for name in reversed(names[:depth]):
                son = [{name: son}, {name: son}] if name in LISTS else {name: son}
            mongo.trees.insert_one(son if isinstance(son, dict) else son[0])
    found, expected = both(page, Tree, path)
    assert found == expected


LISTS = {"children"}


def test_columns_of_one_field_and_of_paths_into_it_show_the_same(page, mongo):
    mongo.trees.insert_many([
        {"root": {"name": LONG_TEXT, "free": {"a": LONG_LIST, "b": 1}}},
        {"root": {"name": "n", "free": {"a": 1}}, "branches": [{"name": LONG_TEXT}]},
        {"root": None},
    ])
    columns = ("root", "root__name", "root__free__a", "branches__name", "branches")
    found, expected = both(page, Tree, *columns)
    assert found == expected
    found, expected = both(page, Tree, "root__free", "root__free__a", "root__name")
    assert found == expected
