"""What a person sends to a list, when MongoDB stops or refuses it."""

import pytest
from bson import ObjectId
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from tests import mongodb
from tests.documents import Author, Book
from tests.submission import sent

KEY = ObjectId("5f0000000000000000000001")
BOOKS = "/admin/tests/book/"
FORM = "application/x-www-form-urlencoded"
ACTION = {"action": "delete_selected", "_selected_action": str(KEY)}
NO_RIGHT = "The MongoDB user of this site lacks the permission."
FAULTS = [
    ({"errorCode": mongodb.TIME_LIMIT}, "It took longer than 15 s."),
    ({"errorCode": mongodb.UNAUTHORIZED}, NO_RIGHT),
]


@pytest.fixture
def book(mongo):
    mongo.books.insert_one({"_id": KEY, "title": "Red house"})
    yield mongo
    assert mongo.books.count_documents({}) == 1


@pytest.mark.usefixtures("default_limits")
@pytest.mark.parametrize(("fault", "why"), FAULTS)
def test_an_action_that_cannot_read_its_rows(
    book, admin_client, mongo_faults, fault, why
):
    with mongo_faults("books", **fault):
        response = admin_client.post(BOOKS, ACTION)
    assert (response.status_code, response.url) == (302, BOOKS)
    html = admin_client.get(BOOKS).content.decode()
    assert f"This was not done, or not all of it. {why}" in html


@pytest.mark.usefixtures("default_limits")
@pytest.mark.parametrize(("fault", "why"), FAULTS)
def test_a_deletion_that_cannot_be_looked_up_is_not_offered(
    book, admin_client, mongo_faults, fault, why
):
    url = f"{BOOKS}{KEY}/delete/"
    for data in (None, {"post": "yes"}):
        with mongo_faults("chapters", **fault):
            ask = admin_client.get if data is None else admin_client.post
            html = ask(url, data).content.decode()
        assert f"What would be deleted could not be looked up. {why}" in html
        assert 'type="submit" value="Yes' not in html


@pytest.mark.usefixtures("default_limits")
def test_what_an_action_reads_first_has_a_limit(book, admin_client, mongo_commands):
    with mongo_commands() as commands:
        admin_client.post(BOOKS, ACTION)
    limits = [each.document.get("maxTimeMS") for each in commands]
    assert limits
    assert all(0 < each <= 15_000 for each in limits)


def test_a_form_that_mongodb_refuses_says_so(book, admin_client, mongo_faults):
    with mongo_faults("books", errorCode=mongodb.UNAUTHORIZED):
        response = admin_client.get(f"{BOOKS}{KEY}/change/")
    assert response.status_code == 503
    html = response.content.decode()
    assert "<h1>The database refused this</h1>" in html
    assert NO_RIGHT in html


@pytest.mark.parametrize("page", ["change", "raw", "delete"])
def test_what_was_sent_for_a_document_that_cannot_be_read(
    book, admin_client, mongo_faults, page
):
    fault = {"errorCode": mongodb.UNAUTHORIZED, "failCommands": ["find"]}
    with mongo_faults("books", **fault):
        response = admin_client.post(f"{BOOKS}{KEY}/{page}/", {"post": "yes"})
    assert response.status_code == 503
    html = response.content.decode()
    assert "<h1>The database refused this</h1>" in html
    assert "What you sent may have been saved, or a part of it" in html


@pytest.mark.parametrize("code", [mongodb.UNAUTHORIZED, mongodb.TIME_LIMIT])
def test_a_deletion_that_mongodb_refuses_says_so(
    book, admin_client, mongo_faults, code
):
    url = f"{BOOKS}{KEY}/delete/"
    with mongo_faults("books", errorCode=code, failCommands=["delete"]):
        response = admin_client.post(url, {"post": "yes"})
    assert (response.status_code, response.url) == (302, url)
    html = admin_client.get(url).content.decode()
    assert "This was not done, or not all of it. MongoDB refused this: Failing" in html


def test_a_deletion_that_was_refused_is_no_recent_action(
    book, admin_client, mongo_faults
):
    fault = {"errorCode": mongodb.UNAUTHORIZED, "failCommands": ["delete"]}
    with mongo_faults("books", **fault):
        admin_client.post(f"{BOOKS}{KEY}/delete/", {"post": "yes"})
        admin_client.post(BOOKS, ACTION | {"post": "yes"})
    assert not LogEntry.objects.exists()


def test_of_an_action_that_ended_early_is_logged_what_it_did(
    book, admin_client, mongo_faults, monkeypatch
):
    def delete_queryset(request, queryset):
        for each in queryset.order_by("code"):
            each.delete()

    admin = site.get_model_admin(Author)
    monkeypatch.setattr(admin, "delete_queryset", delete_queryset)
    book.authors.insert_many({"_id": code, "name": "Ada"} for code in "abc")
    authors = reverse("admin:tests_author_changelist")
    data = ACTION | {"_selected_action": ["a", "b", "c"], "post": "yes"}
    fault = {"errorCode": mongodb.UNAUTHORIZED, "failCommands": ["delete"]}
    with mongo_faults("authors", mode={"skip": 1}, **fault):
        assert admin_client.post(authors, data).status_code == 302
    assert "MongoDB refused this" in admin_client.get(authors).content.decode()
    assert [each["_id"] for each in book.authors.find().sort("_id")] == ["b", "c"]
    assert [each.object_id for each in LogEntry.objects.all()] == ["a"]


def test_a_row_whose_deletion_mongodb_refuses(book, admin_client, mongo_faults):
    book.chapters.insert_one({"_id": KEY, "book": KEY, "heading": "One"})
    url = f"{BOOKS}{KEY}/change/"
    page = admin_client.get(url).content.decode()
    data = sent(page, **{"chapter_set-0-DELETE": "on"})
    fault = {"errorCode": mongodb.UNAUTHORIZED, "failCommands": ["delete"]}
    with mongo_faults("chapters", **fault):
        response = admin_client.post(url, data.urlencode(), FORM)
    assert (response.status_code, response.url) == (302, url)
    html = admin_client.get(url).content.decode()
    assert "This was not done, or not all of it. MongoDB refused this: Failing" in html
    assert book.chapters.count_documents({}) == 1


@pytest.mark.parametrize("place", ["add", f"{KEY}/change"])
def test_what_a_form_that_was_sent_reads_has_a_limit(
    book, admin_client, mongo_commands, place
):
    book.chapters.insert_one({"book": KEY, "number": 1})
    with mongo_commands() as commands:
        assert admin_client.post(f"{BOOKS}{place}/", {"title": ""}).status_code == 200
    limits = [each.document.get("maxTimeMS") for each in commands]
    assert limits
    assert all(limits)


def test_what_cells_that_were_sent_read_has_a_limit(
    book, admin_client, mongo_commands, monkeypatch
):
    admin = site.get_model_admin(Book)
    monkeypatch.setattr(admin, "list_editable", ("kind",))
    counts = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1}
    cells = {"form-0-id": str(KEY), "form-0-kind": "wrong", "_save": "Save"}
    with mongo_commands() as commands:
        assert admin_client.post(BOOKS, counts | cells).status_code == 200
    limits = [each.document.get("maxTimeMS") for each in commands]
    assert limits
    assert all(limits)


def test_what_a_form_writes_has_none(mongo, admin_client, mongo_commands):
    with mongo_commands() as commands:
        admin_client.post("/admin/tests/author/add/", {"code": "ada", "name": "Ada"})
    assert [each.document.get("maxTimeMS") for each in commands.writes] == [None]
