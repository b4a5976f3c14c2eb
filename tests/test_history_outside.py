"""What others wrote is in the history once somebody looks."""

import threading
from datetime import timedelta

import pytest
from bson import ObjectId
from django.db import connection
from django.db.models import F
from django.urls import reverse

from admin_ext import history
from admin_ext.models import Change

from .documents import Book
from .history import MISSING, failing, rows, told

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f0000000000000000000001")
BOOK = reverse("admin:tests_book_change", args=[KEY])


@pytest.fixture
def book(mongo, admin_user):
    """A book that was changed through the site once."""
    mongo.books.insert_one({"_id": KEY, "title": "Old", "kind": "novel", "pages": 1})
    with history.recording(admin_user):
        Book.objects(pk=KEY).update(set__title="New")
    return mongo.books


def outside():
    return Change.objects.filter(kind="outside")


def test_what_others_changed_is_recorded_once(book, admin_client):
    book.update_one({}, {"$set": {"title": "Theirs", "extra": {"a": 1}}})
    for _opening in range(2):
        admin_client.get(BOOK)
    (change,) = outside()
    assert told(change) == {"title": ("New", "Theirs"), "extra": (MISSING, {"a": 1})}
    assert (change.user, change.state, change.object_repr) == (None, "done", "Theirs")


def test_a_value_that_the_history_never_had_is_not_told(book, admin_client):
    book.update_one({}, {"$set": {"pages": 2}, "$unset": {"kind": 1}})
    admin_client.get(BOOK)
    (change,) = outside()
    assert change.paths == [
        {"path": ["kind"], "unknown_before": True},
        {"path": ["pages"], "unknown_before": True, "after": {"$numberInt": "2"}},
    ]


def test_the_next_one_is_compared_with_what_was_noticed(book, admin_client):
    for pages in (2, 3):
        book.update_one({}, {"$set": {"pages": pages}})
        admin_client.get(BOOK)
    assert [told(change) for change in outside().order_by("pk")][-1] == {
        "pages": (2, 3)
    }


def test_it_is_noticed_when_something_else_is_saved(book, admin_user):
    book.update_one({}, {"$set": {"pages": 2}})
    with history.recording(admin_user):
        Book.objects(pk=KEY).update(set__title="Newer")
    assert [kind for kind, *_rest in rows()] == ["change", "outside", "change"]


def test_also_among_many(book, mongo, admin_user):
    mongo.books.insert_many({"title": str(number)} for number in range(3))
    with history.recording(admin_user):
        Book.objects.update(set__kind="poems")
        book.update_one({"_id": KEY}, {"$set": {"pages": 2}})
        Book.objects.update(set__kind="novel")
    (change,) = outside()
    assert change.object_id == str(KEY)


def test_nothing_was_changed_outside_of_what_nobody_changed(mongo, admin_client):
    mongo.books.insert_one({"_id": KEY, "title": "Old"})
    admin_client.get(BOOK)
    assert not Change.objects.exists()


def test_two_who_save_at_once_are_not_outside(book, admin_client, admin_user):
    first, second = (Book._default_manager.get(pk=KEY) for _reader in range(2))
    for document, name, value in ((first, "pages", 2), (second, "kind", "poems")):
        setattr(document, name, value)
        with history.recording(admin_user):
            history_save(document)
    admin_client.get(BOOK)
    assert not outside().exists()


def history_save(document):
    from admin_ext import saving

    saving.save(document, adding=False)


def test_it_costs_a_page_one_query(book, admin_client, django_assert_num_queries):
    admin_client.get(BOOK)
    with django_assert_num_queries(1):
        history.notice(Book._default_manager.get(pk=KEY))


@pytest.mark.parametrize(
    ("stored", "state", "found"),
    [
        ({"title": "New"}, "done", {}),
        ({"title": "Old"}, "failed", {}),
        ({"title": "Theirs"}, "intended", {"title": ("Old", "Theirs")}),
    ],
    ids=["written", "not written", "unknown"],
)
def test_what_is_not_known_to_be_written_is_settled_first(
    book, admin_client, admin_user, stored, state, found
):
    with history.recording(admin_user):
        Book.objects(pk=KEY).update(set__title="Old")
        Book.objects(pk=KEY).update(set__title="New")
    last = Change.objects.latest("pk")
    last.state, last.made_at = "intended", last.made_at + timedelta(seconds=1)
    last.save()
    Change.objects.update(made_at=F("made_at") - timedelta(days=1))
    book.update_one({}, {"$set": stored})
    admin_client.get(BOOK)
    assert Change.objects.get(pk=last.pk).state == state
    assert [*map(told, outside())] == ([found] if found else [])


def test_a_read_only_site_writes_nothing(book, admin_client, settings):
    settings.ADMIN_EXT_READ_ONLY = True
    book.update_one({}, {"$set": {"pages": 2}})
    assert admin_client.get(BOOK).status_code == 200
    assert not outside().exists()


def test_a_page_opens_though_it_cannot_be_recorded(book, admin_client):
    book.update_one({}, {"$set": {"pages": 2}})
    with failing("INSERT"):
        assert admin_client.get(BOOK).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_who_open_it_at_once_record_it_once(book):
    book.update_one({}, {"$set": {"pages": 2}})
    documents = [Book._default_manager.get(pk=KEY) for _reader in range(4)]
    together = threading.Barrier(4)

    def open_page(document):
        together.wait()
        history.notice(document)
        connection.close()

    threads = [threading.Thread(target=open_page, args=(each,)) for each in documents]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert outside().count() == 1
