"""What tests of the search share: chosen fields, and what a list finds."""

import pytest
from bson import ObjectId
from django.contrib.admin import site

from tests.documents import Book

BOOKS = "/admin/tests/book/"
KEY = ObjectId("5f0000000000000000000001")


@pytest.fixture
def search_fields(monkeypatch):
    """Set the search_fields of an admin for this test."""

    def change(*fields, document=Book):
        monkeypatch.setattr(site.get_model_admin(document), "search_fields", fields)

    return change


def found(client, words, url=BOOKS, **query):
    response = client.get(url, {"q": words, **query})
    assert response.status_code == 200, response.get("Location")
    return response.context["cl"].result_list


def titles(client, words, url=BOOKS, **query):
    texts = (str(each)[:3] for each in found(client, words, url, **query))
    return "".join(sorted(texts))
