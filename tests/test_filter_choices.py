"""What the choices of a filter cost."""

import pytest
from bson import ObjectId
from django.contrib import admin

from tests.documents import Book
from tests.odd_documents import Meeting

BOOKS = "/admin/tests/book/"


@pytest.fixture
def filters(monkeypatch):
    """Return a function that gives the list nothing but these filters."""

    def declare(*list_filter, document=Book):
        found = admin.site.get_model_admin(document)
        monkeypatch.setattr(found, "list_filter", list_filter)
        monkeypatch.setattr(found, "date_hierarchy", None)
        monkeypatch.setattr(found, "list_display", ("pk",))

    return declare


def asked_for_values(operations):
    return [each for each in operations if "'$unwind'" in str(each.document)]


def test_an_index_tells_all_values_without_a_document(
    mongo, admin_client, filters, mongo_profile
):
    filters("pages")
    mongo.books.create_index("pages")
    mongo.books.insert_many([{"pages": number % 3} for number in range(300)])
    with mongo_profile() as operations:
        html = admin_client.get(BOOKS).content.decode()
    assert all(f"?pages={number}" in html for number in range(3))
    (values,) = asked_for_values(operations)
    assert values.examined == 0


def test_members_of_lists_are_choices_one_by_one(mongo, admin_client, filters):
    filters("parts__label", document=Meeting)
    mongo.meetings.insert_many([
        {"parts": [{"lbl": "x"}, {"lbl": "y"}]},
        {"parts": [{"lbl": "y"}]},
    ])
    html = admin_client.get("/admin/tests/meeting/").content.decode()
    assert html.count("?parts__label=x") == html.count("?parts__label=y") == 1


def test_an_odd_list_in_a_field_is_taken_apart(mongo, admin_client, filters):
    filters("pages")
    mongo.books.create_index("pages")
    mongo.books.insert_many([{"pages": 1}, {"pages": [1, 2]}, {"pages": []}])
    html = admin_client.get(BOOKS).content.decode()
    assert html.count('"?pages=1"') == html.count('"?pages=2"') == 1


@pytest.mark.parametrize("number", [3, 30])
def test_what_the_texts_of_choices_read_is_read_for_all_at_once(
    mongo, admin_client, filters, mongo_commands, monkeypatch, number
):
    filters(("sequel_of", admin.RelatedOnlyFieldListFilter))
    monkeypatch.setattr(Book, "__str__", lambda book: f"{book.title} by {book.author}")
    keys = [ObjectId() for _number in range(number)]
    names = [{"_id": f"a{each}", "name": f"Ann {each}"} for each in range(number)]
    mongo.authors.insert_many(names)
    mongo.books.insert_many([
        {"_id": key, "title": "Red", "author": each["_id"], "sequel_of": key}
        for key, each in zip(keys, names, strict=True)
    ])
    with mongo_commands() as commands:
        html = admin_client.get(BOOKS).content.decode()
    assert "Red by Ann 2" in html
    assert sum(each.document.get("find") == "authors" for each in commands) <= 2
