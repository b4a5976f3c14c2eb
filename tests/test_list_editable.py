"""Cells to edit in a list that others change at the same time."""

from datetime import datetime
from html import unescape

import pytest
from bs4 import BeautifulSoup
from bson import Decimal128, Int64, ObjectId
from django.contrib.admin import site

from tests.documents import Author, Book

AUTHORS = "/admin/tests/author/"
BOOKS = "/admin/tests/book/"


@pytest.fixture
def authors(mongo):
    mongo.authors.insert_many(
        {"_id": code, "name": code.upper(), "unknown": 1} for code in "abcd"
    )
    return mongo.authors


def opened(client, url=AUTHORS):
    """Return the form of a list: {name: value}."""
    return sent_by(client.get(url))


def sent_by(response):
    soup = BeautifulSoup(response.content, "html.parser")
    inputs = soup.select("#changelist-form input[name^=form-]")
    data = {each["name"]: each.get("value", "") for each in inputs}
    for box in soup.select("#changelist-form input[type=checkbox][name^=form-]"):
        data[box["name"]] = "on" if box.has_attr("checked") else ""
    return data


def place(data, key, pk="code"):
    """Return the prefix of the row with that key."""
    (name,) = (
        name for name, value in data.items() if value == key and name.endswith(f"-{pk}")
    )
    return name.removesuffix(pk)


def rows(response):
    """Return what the page shows: {text of the first column: value of the name}."""
    soup = BeautifulSoup(response.content, "html.parser")
    return {
        row.select_one("th a").text: row.select_one("input[name$=-name]").get(
            "value", ""
        )
        for row in soup.select("#result_list tbody tr")
        if row.select_one("th a")
    }


def save(client, data, url=AUTHORS):
    return client.post(url, data | {"_save": "Save"})


def names(collection):
    return {each["_id"]: each["name"] for each in collection.find()}


def test_errors_stand_beside_their_rows_after_an_insertion(admin_client, authors):
    data = opened(admin_client)
    data[place(data, "b") + "name"] = ""
    data[place(data, "c") + "name"] = "New"
    authors.insert_one({"_id": "zz", "name": "Late"})
    response = save(admin_client, data)
    assert "Please correct the error below." in response.content.decode()
    assert rows(response) == {"a": "A", "b": "", "c": "New", "d": "D"}
    assert names(authors) == {"a": "A", "b": "B", "c": "C", "d": "D", "zz": "Late"}


def test_errors_stand_beside_their_rows_after_a_new_order(
    admin_client, authors, monkeypatch
):
    monkeypatch.setattr(site.get_model_admin(Author), "ordering", ("born", "code"))
    data = opened(admin_client)
    data[place(data, "d") + "name"] = ""
    authors.update_one({"_id": "a"}, {"$set": {"born": datetime(1815, 12, 10)}})
    assert rows(save(admin_client, data)) == {"a": "A", "b": "B", "c": "C", "d": ""}


def test_a_deleted_row_is_named_and_nothing_is_saved(
    admin_client, authors, mongo_commands
):
    data = opened(admin_client)
    data[place(data, "b") + "name"] = "Lost"
    data[place(data, "c") + "name"] = "New"
    authors.delete_one({"_id": "b"})
    with mongo_commands() as commands:
        response = save(admin_client, data)
    assert not commands.writes
    text = unescape(response.content.decode())
    assert "author with ID “b” doesn’t exist. Perhaps it was deleted?" in text
    assert rows(response) == {"a": "A", "c": "New", "d": "D"}
    assert names(authors) == {"a": "A", "c": "C", "d": "D"}


def test_the_page_without_the_deleted_row_is_saved(admin_client, authors):
    data = opened(admin_client)
    data[place(data, "c") + "name"] = "New"
    authors.delete_many({"_id": {"$in": ["a", "b"]}})
    again = sent_by(save(admin_client, data))
    assert (again["form-TOTAL_FORMS"], again["form-INITIAL_FORMS"]) == ("2", "2")
    assert save(admin_client, again).status_code == 302
    assert names(authors) == {"c": "New", "d": "D"}
    assert authors.count_documents({"unknown": 1}) == 2


def test_every_row_was_deleted(admin_client, authors):
    data = opened(admin_client)
    authors.delete_many({})
    response = save(admin_client, data)
    assert response.status_code == 200
    assert unescape(response.content.decode()).count("Perhaps it was deleted?") == 4
    assert names(authors) == {}


def test_rows_with_odd_keys_are_found_without_reading_the_whole_collection(
    admin_client, mongo, mongo_commands, monkeypatch
):
    monkeypatch.setattr(site.get_model_admin(Book), "list_editable", ("kind",))
    mongo.books.insert_many([{"title": "x"}, {"_id": "text key", "title": "odd"}])
    mongo.books.insert_many([{"_id": {"a": 1}, "title": "odder"}])
    data = opened(admin_client, BOOKS)
    with mongo_commands() as commands:
        response = save(admin_client, data, BOOKS)
    assert response.status_code == 302
    finds = [each.document for each in commands if each.name == "find"]
    assert all(each["filter"] for each in finds if each["find"] == "books")
    assert not commands.writes


def test_a_saved_page_reads_its_rows_once(admin_client, authors, mongo_commands):
    data = opened(admin_client)
    data[place(data, "c") + "name"] = "New"
    with mongo_commands() as commands:
        assert save(admin_client, data).status_code == 302
    reads = [each for each in commands if each.name == "find"]
    assert len(reads) == 1
    (update,) = commands.writes
    assert update.document["updates"][0]["u"] == {"$set": {"name": "New"}}


KEY = ObjectId("5f0000000000000000000001")
STORED = {
    "_id": KEY,
    "title": " spaces\n",
    "pages": Int64(5),
    "price": Decimal128("1.500"),
    "rating": 3,
    "in_print": "yes",
    "kind": "gone",
    "published": None,
    "author": "nobody",
    "unknown": [1],
}


def test_cells_that_nobody_touched_keep_their_stored_values(
    admin_client, mongo, monkeypatch
):
    columns = ("title", "pages", "price", "rating", "in_print", "kind", "published")
    book_admin = site.get_model_admin(Book)
    monkeypatch.setattr(book_admin, "list_display", ("id", "isbn", "author", *columns))
    monkeypatch.setattr(book_admin, "list_editable", ("isbn", "author", *columns))
    mongo.books.insert_one(STORED)
    page = admin_client.get(BOOKS)
    soup = BeautifulSoup(page.content, "html.parser")
    data = opened(admin_client, BOOKS)
    for area in soup.select("#result_list textarea"):
        data[area["name"]] = area.text.removeprefix("\n")
    for select in soup.select("#result_list select"):
        chosen = select.select_one("option[selected]")
        data[select["name"]] = chosen["value"] if chosen else ""
    data["form-0-isbn"] = "42"
    response = save(admin_client, data, BOOKS)
    assert response.status_code == 302, response.content.decode()
    assert mongo.books.find_one() == STORED | {"isbn": "42"}
