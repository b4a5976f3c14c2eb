"""Odd documents: listed, marked, opened; what looks like nothing is told apart."""

from datetime import UTC, datetime

import pytest
from bson import Int64, ObjectId
from bson.datetime_ms import DatetimeMS
from django.urls import reverse

from admin_ext.marks import absence, type_name
from admin_ext.oddities import oddities
from tests.documents import Book, Chapter
from tests.odd_documents import Lorry, Vehicle

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f0000000000000000000001")


def told(document, collection, son):
    """Return what is odd about a document that is stored."""
    collection.insert_one({"_id": KEY, **son})
    return oddities(document._default_manager.get(pk=KEY))


@pytest.mark.parametrize(
    ("document", "son", "expected"),
    [
        (Book, {"title": "T", "unknown": 1}, []),
        (Book, {"title": 5, "pages": "x", "published": None}, []),
        (Book, {"reviews": "x"}, ["reviews holds something else: text."]),
        (Book, {"extra": [1]}, ["extra holds something else: list."]),
        (Book, {"keywords": ["x"] * 1001}, ["keywords has 1001 members."]),
        (Book, {"blurbText": "x" * 2**21}, ["blurb is large: 2.0\xa0MB."]),
        (
            Chapter,
            {"number": 1, "a": 1, "b": 2},
            ["Keys that are not declared: a and b."],
        ),
        (
            Chapter,
            dict.fromkeys("abcdefg"),
            ["Keys that are not declared: a, b, c, d, e and others."],
        ),
        (Vehicle, {"_cls": "Gone", "name": "v"}, ["Its class “Gone” is not known."]),
        (Vehicle, {"_cls": 5}, ["Its class “5” is not known."]),
        (Vehicle, {"name": "v"}, ["It does not say of which class it is."]),
        (Vehicle, {"_cls": "Vehicle.Lorry", "axles": 2}, []),
        (Lorry, {"_cls": "Vehicle.Lorry"}, []),
    ],
)
def test_what_is_odd_is_said_in_words(mongo, document, son, expected):
    assert told(document, mongo[document._get_collection_name()], son) == expected


def test_the_list_marks_odd_documents_in_their_first_cell(admin_client, mongo):
    mongo.chapters.insert_many([{"heading": "plain"}, {"heading": "more", "<b>": 1}])
    page = admin_client.get(reverse("admin:tests_chapter_changelist")).content.decode()
    assert page.count('<details class="admin-ext odd-document">') == 1
    assert "Keys that are not declared: &lt;b&gt;." in page
    assert '<a href="/admin/tests/chapter/' in page.partition("more</a><details")[0]


def test_the_form_says_what_is_odd(admin_client, mongo):
    mongo.vehicles.insert_one({"_id": KEY, "_cls": "Gone", "name": "v"})
    url = reverse("admin:tests_vehicle_change", args=[KEY])
    page = admin_client.get(url).content.decode()
    assert "Its class “Gone” is not known." in page


@pytest.mark.parametrize(
    ("value", "cell", "word"),
    [
        (None, "-", "null"),
        ("", "-", "empty text"),
        (" \t", "-", "only white space"),
        ("x", "x", ""),
    ],
)
def test_cells_tell_what_looks_like_nothing(admin_client, mongo, value, cell, word):
    mongo.authors.insert_many([{"_id": "a", "born": value}, {"_id": "b"}])
    mongo.books.insert_one({"title": "T", "kind": value, "in_print": value})
    page = admin_client.get("/admin/tests/book/").content.decode()
    mark = f'<span class="admin-ext stored-as">{word}</span>'
    assert (f'<td class="field-kind">{cell}{mark}</td>' in page) == bool(word)
    page = admin_client.get("/admin/tests/author/").content.decode()
    assert '<td class="field-born nowrap">-</td>' in page
    assert (f'<td class="field-born nowrap">{cell}{mark}</td>' in page) == bool(word)


def test_a_form_tells_what_looks_like_nothing(django_app, admin_user, mongo):
    son = {"title": None, "isbn": "", "extra": {}, "keywords": [], "pages": "many"}
    mongo.books.insert_one({"_id": KEY, **son})
    url = reverse("admin:tests_book_change", args=[KEY])
    page = django_app.get(url, user=admin_user)
    marks = {
        name: page.html.select_one(f".field-{name} .stored-as")
        for name in (*son, "blurb", "language")
    }
    assert {name: found.text for name, found in marks.items() if found} == {
        "title": "null",
        "isbn": "empty text",
        "extra": "empty document",
        "keywords": "empty list",
        "pages": "text",
        "blurb": "not stored",
        "language": "not stored",
    }
    add = django_app.get(reverse("admin:tests_book_add"), user=admin_user)
    assert not add.html.select(".stored-as")


def test_a_view_only_page_tells_it_too(client, mongo, django_user_model):
    from django.contrib.auth.models import Permission

    user = django_user_model.objects.create_user("bob", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_author"))
    client.force_login(user)
    mongo.authors.insert_one({"_id": "a", "name": "", "born": None})
    page = client.get("/admin/tests/author/a/change/").content.decode()
    assert '-<span class="admin-ext stored-as">empty text</span>' in page
    assert '-<span class="admin-ext stored-as">null</span>' in page


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (True, "yes or no"),
        (Int64(1), "64-bit number"),
        (1, "whole number"),
        ("x", "text"),
        (DatetimeMS(10**16), "date beyond the calendar"),
        (datetime(2024, 1, 1, tzinfo=UTC), "datetime"),
    ],
)
def test_types_have_names(value, name):
    assert (type_name(value), absence(value)) == (name, "")
