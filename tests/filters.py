"""What tests of filters share: books, and filters that a test chooses."""

from datetime import timedelta

import pytest
from bson import ObjectId
from django.contrib.admin import ShowFacets, site
from django.utils import timezone

from tests.documents import Book

BOOKS = "/admin/tests/book/"
EVERYTHING = "/admin/tests/everything/"
KEY = ObjectId("5f0000000000000000000001")


@pytest.fixture
def books(mongo):
    mongo.authors.insert_many([
        {"_id": "ada", "name": "Ada"},
        {"_id": "bob", "name": "Bob"},
    ])
    now = timezone.now()
    mongo.books.insert_many([
        {
            "title": "a",
            "kind": "novel",
            "in_print": True,
            "author": "ada",
            "others": ["bob", "ada"],
            "pages": 10,
            "published": now,
        },
        {
            "title": "b",
            "kind": "poems",
            "in_print": False,
            "author": "bob",
            "pages": 20,
            "published": now - timedelta(days=400),
        },
        {"title": "c", "kind": "lost", "author": "gone", "pages": None},
        {"title": "d", "in_print": None, "pages": "odd"},
    ])


def choices(client, title, url=BOOKS, **query):
    """Return {label: query string} of the filter with that title."""
    changelist = client.get(url, query).context["cl"]
    (spec,) = [each for each in changelist.filter_specs if each.title == title]
    return {
        str(choice["display"]): choice["query_string"]
        for choice in spec.choices(changelist)
    }


@pytest.fixture
def odd_books(books, mongo):
    mongo.books.insert_many([
        {
            "title": "e",
            "isbn": "1",
            "reviews": [{"stars": 5, "by": "ada"}, {"stars": 1, "by": "gone"}],
            "keywords": ["x", ""],
            "sequel_of": KEY,
            "language": "en",
            "extra": {"a": 1},
        },
        {"title": "", "isbn": "", "reviews": [], "keywords": [], "extra": {}},
        {
            "title": 7,
            "author": "",
            "keywords": "odd",
            "kind": ["novel"],
            "others": [""],
        },
        {"_id": KEY, "author": {"a": 1}, "published": "odd", "language": 3},
    ])


@pytest.fixture
def filters(monkeypatch):
    """Set the list_filter of an admin for this test, and count facets always."""

    def change(*list_filter, document=Book, facets=ShowFacets.ALWAYS):
        document_admin = site.get_model_admin(document)
        monkeypatch.setattr(document_admin, "list_filter", list_filter)
        monkeypatch.setattr(document_admin, "show_facets", facets)
        monkeypatch.setattr(document_admin, "date_hierarchy", None)

    return change
