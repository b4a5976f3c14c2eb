"""The history where SQL or MongoDB fails, before a write, during it, and after it."""

import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta

import pytest
from bson import ObjectId
from django.contrib.messages import get_messages
from django.db import OperationalError, connection, transaction
from django.urls import reverse

from admin_ext import history
from admin_ext.models import Change
from config.paths import BASE_DIR

from . import killed_saves, mongodb
from .admin import BookAdmin
from .documents import Author, Book
from .history import MISSING, NOTHING_CHANGED, failing, rows

KEY = ObjectId("5f0000000000000000000001")
BOOK = reverse("admin:tests_book_change", args=[KEY])
BOOKS = reverse("admin:tests_book_changelist")
DELETE = reverse("admin:tests_book_delete", args=[KEY])
AUTHORS = reverse("admin:tests_author_changelist")


@pytest.fixture
def book(mongo):
    mongo.books.insert_one({"_id": KEY, "title": "Old"})
    mongo.authors.insert_one({"_id": "a", "name": "Old"})
    return mongo.books


@pytest.fixture
def opened(django_app, admin_user):
    def open_page(url, form="book_form"):
        return django_app.get(url, user=admin_user).forms[form]

    return open_page


def said(response):
    return [str(each) for each in get_messages(response.wsgi_request)]


def test_no_form_is_saved_that_cannot_be_recorded(
    transactional_db, book, opened, mongo_commands
):
    form = opened(BOOK)
    form["title"] = "New"
    with failing("INSERT"), mongo_commands() as commands:
        page = form.submit()
    assert not commands.writes
    assert page.status_code == 200
    assert NOTHING_CHANGED in page.text
    assert page.forms["book_form"]["title"].value == "New"
    assert book.find_one()["title"] == "Old"
    assert not Change.objects.exists()


def test_no_cell_either(db, mongo, book, opened):
    form = opened(AUTHORS, "changelist-form")
    form["form-0-name"] = "New"
    with failing("INSERT"):
        page = form.submit("_save")
    assert NOTHING_CHANGED in page.text
    assert page.forms["changelist-form"]["form-0-name"].value == "New"
    assert mongo.authors.find_one()["name"] == "Old"


def test_nor_the_raw_page(db, book, opened):
    form = opened(reverse("admin:tests_book_raw", args=[KEY]))
    form["document"] = form["document"].value.replace("Old", "New")
    with failing("INSERT"):
        page = form.submit()
    assert NOTHING_CHANGED in page.text
    assert "New" in page.forms["book_form"]["document"].value
    assert book.find_one()["title"] == "Old"


def publish(modeladmin, request, queryset):
    queryset.update(kind="poems")


@pytest.mark.parametrize("action", ["publish", "delete_selected"])
def test_nor_an_action(db, book, admin_client, monkeypatch, action):
    monkeypatch.setattr(BookAdmin, "actions", (publish,))
    data = {"action": action, "_selected_action": [KEY], "post": "yes"}
    with failing("INSERT"):
        response = admin_client.post(BOOKS, data)
    (text,) = said(response)
    assert text.startswith(NOTHING_CHANGED)
    assert (response.status_code, response["Location"]) == (302, BOOKS)
    assert book.find_one() == {"_id": KEY, "title": "Old"}


def test_nor_a_deletion(db, book, admin_client):
    with failing("INSERT"):
        response = admin_client.post(DELETE, {"post": "yes"})
    (text,) = said(response)
    assert text.startswith(NOTHING_CHANGED)
    assert response["Location"] == DELETE
    assert book.count_documents({}) == 1


def test_what_was_done_before_is_told(db, book, admin_client, monkeypatch):
    def twice(modeladmin, request, queryset):
        queryset.update(kind="poems")
        with failing("INSERT"):
            queryset.update(kind="novel")

    monkeypatch.setattr(BookAdmin, "actions", (twice,))
    response = admin_client.post(BOOKS, {"action": "twice", "_selected_action": [KEY]})
    assert said(response)[0].startswith("This was not finished")
    assert book.find_one()["kind"] == "poems"
    assert [state for _kind, state, _via, _paths in rows()] == ["done"]


@contextmanager
def broken():
    """Have the connection to SQL be gone when it is used next."""
    if connection.vendor == "postgresql":
        connection.connection.close()
        yield
        return
    # One to a database in memory cannot be made anew.
    faults = [OperationalError("gone")]

    def execute(run, *args):
        if faults:
            raise faults.pop()
        return run(*args)

    with connection.execute_wrapper(execute):
        yield


def test_a_connection_that_broke_is_made_anew(
    transactional_db, book, admin_client, monkeypatch
):
    def breaking(modeladmin, request, queryset):
        with broken():
            queryset.update(kind="poems")

    monkeypatch.setattr(BookAdmin, "actions", (breaking,))
    admin_client.post(BOOKS, {"action": "breaking", "_selected_action": [KEY]})
    assert book.find_one()["kind"] == "poems"
    assert [state for _kind, state, _via, _paths in rows()] == ["done"]


def test_sql_that_fails_afterwards_leaves_an_intention(transactional_db, book, opened):
    form = opened(BOOK)
    form["title"] = "New"
    with failing("UPDATE"):
        assert form.submit().status_code == 302
    assert book.find_one()["title"] == "New"
    assert rows() == [("change", "intended", "form", {"title": ("Old", "New")})]


def intended(book, made_at=None, **update):
    """Record an update whose outcome SQL does not take, a day ago."""
    with history.recording(None), failing("UPDATE"):
        Book.objects(pk=KEY).update(**update)
    change = Change.objects.get()
    change.made_at -= timedelta(days=1)
    change.save()
    return change


def test_it_is_settled_by_what_is_stored(db, book):
    change = intended(book, set__title="New")
    assert history.settle(change, Book) == "done"
    assert rows() == [("change", "done", "", {"title": ("Old", "New")})]


def test_also_what_only_mongodb_could_work_out(db, book):
    change = intended(book, push__keywords="k")
    assert change.paths[0]["unsettled"]
    assert history.settle(change, Book) == "done"
    assert rows()[0][-1] == {"keywords": (MISSING, ["k"])}


@pytest.mark.parametrize(("title", "state"), [("Old", "failed"), ("3", "intended")])
def test_or_it_was_not_written_or_nobody_knows(db, book, title, state):
    change = intended(book, set__title="New")
    book.update_one({}, {"$set": {"title": title}})
    assert history.settle(change, Book) == state
    assert Change.objects.get().state == state


@pytest.mark.parametrize(
    ("stored", "state"),
    [({"name": "B"}, "done"), ({"name": "Another"}, "intended"), (None, "failed")],
)
def test_an_addition_is_not_taken_for_that_of_somebody_else(db, mongo, stored, state):
    with history.recording(None), failing("UPDATE"):
        Author(code="b", name="B").save(force_insert=True)
    mongo.authors.delete_one({"_id": "b"})
    if stored:
        mongo.authors.insert_one({"_id": "b", **stored})
    change = Change.objects.get()
    change.made_at -= timedelta(days=1)
    change.save()
    assert history.settle(change, Author) == state


def test_what_is_a_moment_old_may_be_on_its_way(db, book):
    with history.recording(None), failing("UPDATE"):
        Book.objects(pk=KEY).update(set__title="New")
    assert history.settle(Change.objects.get(), Book) == "intended"


def test_a_refusal_of_mongodb_is_a_failure(db, mongo, book, opened):
    mongo.books.create_index("isbn", unique=True, sparse=True)
    form = opened(BOOK)
    mongo.books.drop_index("isbn_1")
    mongo.command("collMod", "books", validator={"title": {"$ne": "New"}})
    form["title"] = "New"
    page = form.submit()
    assert "MongoDB refused this" in page.text
    assert [state for _kind, state, _via, _paths in rows()] == ["failed"]
    assert book.find_one()["title"] == "Old"
    mongo.drop_collection("books")


def test_a_silent_mongodb_leaves_an_intention(db, book, opened, mongo_faults):
    form = opened(BOOK)
    form["title"] = "New"
    faults = {"failCommands": ["update"], "closeConnection": True}
    with mongo_faults("books", **faults):
        form.submit(status="*")
    assert [state for _kind, state, _via, _paths in rows()] == ["intended"]


def test_a_condition_that_did_not_hold_is_a_failure(db, book, monkeypatch):
    with history.recording(None):
        Book._get_collection().update_one({"_id": KEY, "title": "Other"}, NEW)
        raced = Book._get_collection()
        found = raced._current

        def overtaken(*args):
            son = found(*args)
            book.update_one({}, {"$set": {"title": "Faster"}})
            return son

        monkeypatch.setattr(raced, "_current", overtaken)
        raced.update_one({"_id": KEY, "title": "Old"}, NEW)
    assert [state for _kind, state, _via, _paths in rows()] == ["failed"]
    assert book.find_one()["title"] == "Faster"


NEW = {"$set": {"title": "New"}}


def test_a_process_that_is_killed_leaves_an_intention(mongo, tmp_path):
    keys = [*killed_saves.MOMENTS.values()]
    mongo.notes.insert_many([{"_id": key, "body": "Old"} for key in keys])
    told = subprocess.run(
        [sys.executable, "-m", "tests.killed_saves"],
        cwd=BASE_DIR,
        env=mongodb.environment(mongo, tmp_path),
        check=True,
        capture_output=True,
    )
    assert json.loads(told.stdout) == {
        "ends": [-signal.SIGKILL, -signal.SIGKILL],
        "states": [["intended", "failed", 1], ["intended", "done", 1]],
    }
    bodies = [son["body"] for son in mongo.notes.find().sort("_id")]
    assert bodies == ["Old", "succeeded"]


def test_no_request_of_a_document_is_in_a_transaction(
    transactional_db, book, opened, monkeypatch
):
    """What was recorded stays, though the view fails after the write."""
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    seen = []

    def save_model(self, request, obj, form, change):
        seen.append(connection.in_atomic_block)
        obj.save()
        raise RuntimeError("after the write")

    monkeypatch.setattr(BookAdmin, "save_model", save_model)
    form = opened(BOOK)
    form["title"] = "New"
    with pytest.raises(RuntimeError, match="after the write"):
        form.submit()
    assert seen == [False]
    assert book.find_one()["title"] == "New"
    assert [state for _kind, state, _via, _paths in rows()] == ["done"]


def test_what_a_transaction_around_it_took_away_is_recorded_again(
    transactional_db, book
):
    with history.recording(None):
        try:
            with transaction.atomic():
                Book.objects(pk=KEY).update(set__title="New")
                raise RuntimeError("after the write")
        except RuntimeError:
            assert not Change.objects.exists()
    assert book.find_one()["title"] == "New"
    assert rows() == [("change", "done", "", {"title": ("Old", "New")})]
