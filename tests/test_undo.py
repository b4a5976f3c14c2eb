"""Undoing what was recorded: what is shown, what is written, and what never is."""

import uuid

import pytest
from bson import Int64, ObjectId
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse

from admin_ext.models import Change, FieldLimit, GroupLimit
from admin_ext.undoing import views
from tests.documents import Book
from tests.histories import MISSING, record

KEY = ObjectId("5f0000000000000000000001")
OLD = {"_id": KEY, "title": "Old", "pages": Int64(3), "x": {"b": 1, "a": 2.0}}


@pytest.fixture
def books(mongo):
    return mongo.books


def undo_url(change, name="undo"):
    return reverse(f"admin:tests_book_{name}", args=[change.pk])


def changed(books, user, after, before=OLD, **fields):
    """Store ``after``, and return the change that says so."""
    books.replace_one({"_id": after["_id"]}, after, upsert=True)
    return record(user, Book, before, after, **fields)


def texts(response):
    return " ".join(response.content.decode().split())


def test_undo_shows_what_it_writes_and_writes_it_with_its_types(
    books, admin_client, admin_user
):
    after = OLD | {"title": "New", "pages": 4.5, "x": {"b": 1, "a": 3}}
    change = changed(books, admin_user, after)
    page = texts(admin_client.get(undo_url(change)))
    assert "Book title" in page
    assert "New" in page
    assert "Old" in page
    assert "64-bit number" in page
    assert books.find_one() == after
    response = admin_client.post(undo_url(change))
    assert response.status_code == 302
    stored = books.find_one()
    assert stored == OLD
    assert [type(stored["pages"]), type(stored["x"]["a"])] == [Int64, float]
    assert [*stored["x"]] == ["b", "a"]


def test_an_undo_is_recorded_and_can_be_undone(books, admin_client, admin_user):
    change = changed(books, admin_user, OLD | {"title": "New"})
    admin_client.post(undo_url(change))
    undo = change.undone_by.get()
    assert (undo.via, undo.state, undo.user) == ("undo", "done", admin_user)
    page = texts(admin_client.get(undo_url(change)))
    assert "This has been undone already." in page
    assert admin_client.post(undo_url(undo)).status_code == 302
    assert books.find_one()["title"] == "New"
    assert admin_client.post(undo_url(change)).status_code == 302
    assert books.find_one()["title"] == "Old"


def test_newer_work_is_a_conflict_and_nothing_is_written(
    books, admin_client, admin_user
):
    change = changed(books, admin_user, OLD | {"title": "New", "pages": 9})
    books.update_one({}, {"$set": {"title": "Newest"}})
    before = books.find_one()
    page = texts(admin_client.post(undo_url(change)))
    assert "This was changed again since" in page
    assert "Newest" in page
    assert books.find_one() == before
    assert not change.undone_by.exists()


def test_what_others_changed_elsewhere_stays(books, admin_client, admin_user):
    change = changed(books, admin_user, OLD | {"title": "New"})
    books.update_one({}, {"$set": {"kind": "novel", "x.c": 5}})
    admin_client.post(undo_url(change))
    stored = books.find_one()
    assert (stored["title"], stored["kind"], stored["x"]["c"]) == ("Old", "novel", 5)


ROWS = [{"text": "one", "stars": 1}, {"text": "two", "stars": 2}]


def with_rows(*rows):
    return {"_id": KEY, "title": "T", "reviews": [*rows]}


def test_a_row_is_put_back_also_when_another_row_was_edited_since(
    books, admin_client, admin_user
):
    first = ROWS[0] | {"stars": 5}
    change = changed(books, admin_user, with_rows(first, ROWS[1]), with_rows(*ROWS))
    second = ROWS[1] | {"text": "zwei"}
    changed(books, admin_user, with_rows(first, second), with_rows(first, ROWS[1]))
    page = texts(admin_client.get(undo_url(change)))
    assert "Reviews › Review #1 › Stars" in page
    admin_client.post(undo_url(change))
    assert books.find_one()["reviews"] == [ROWS[0], second]


def test_a_row_that_may_have_moved_is_a_conflict(books, admin_client, admin_user):
    first = ROWS[0] | {"stars": 5}
    change = changed(books, admin_user, with_rows(first, ROWS[1]), with_rows(*ROWS))
    moved = [{"text": "new", "stars": 5}, first, ROWS[1]]
    books.update_one({}, {"$set": {"reviews": moved}})
    page = texts(admin_client.post(undo_url(change)))
    assert "This was changed again since" in page
    assert books.find_one()["reviews"] == moved


def test_an_odd_value_is_put_back_as_it_was(books, admin_client, admin_user):
    odd = {"_id": KEY, "title": 5, "pages": "many"}
    change = changed(books, admin_user, {"_id": KEY, "title": "T", "pages": 3}, odd)
    assert admin_client.post(undo_url(change)).status_code == 302
    assert books.find_one() == odd


def test_a_large_value_cannot_be_undone_and_it_says_so(
    books, admin_client, admin_user, settings
):
    settings.ADMIN_EXT_HISTORY_MAX_VALUE = 100
    before = OLD | {"title": "long " * 50}
    change = changed(books, admin_user, OLD, before)
    page = texts(admin_client.get(undo_url(change)))
    assert "Book title was too large to be kept, and cannot be put back." in page
    admin_client.post(undo_url(change))
    assert books.find_one() == OLD


def test_a_large_value_may_be_what_is_replaced(
    books, admin_client, admin_user, settings
):
    settings.ADMIN_EXT_HISTORY_MAX_VALUE = 60
    change = changed(books, admin_user, OLD | {"title": "long " * 15})
    admin_client.post(undo_url(change))
    assert books.find_one() == OLD


def test_an_addition_is_undone_by_deleting(books, admin_client, admin_user):
    change = changed(books, admin_user, OLD, MISSING)
    page = texts(admin_client.get(undo_url(change)))
    assert "This document will be deleted:" in page
    response = admin_client.post(undo_url(change))
    assert response["Location"] == reverse("admin:tests_book_changelist")
    assert books.count_documents({}) == 0
    assert change.undone_by.get().kind == Change.Kind.DELETE


def test_an_addition_that_was_changed_since_stays(books, admin_client, admin_user):
    change = changed(books, admin_user, OLD, MISSING)
    books.update_one({}, {"$set": {"pages": 4}})
    page = texts(admin_client.post(undo_url(change)))
    assert "The document was changed since it was added" in page
    assert books.count_documents({}) == 1


def test_one_of_which_a_secret_was_changed_since_stays_too(
    books, admin_client, admin_user
):
    first, second = (OLD | {"apiToken": token} for token in ("first", "second"))
    change = changed(books, admin_user, first, MISSING)
    changed(books, admin_user, second, first)
    page = texts(admin_client.post(undo_url(change)))
    assert "The document was changed since it was added" in page
    assert books.find_one() == second


@pytest.mark.parametrize("before", [MISSING, OLD], ids=["addition", "change"])
def test_another_document_with_that_key_is_left_alone(
    books, admin_client, admin_user, before
):
    new = OLD | {"title": "New"}
    change = changed(books, admin_user, new, before)
    record(admin_user, Book, new, MISSING)
    changed(books, admin_user, new, MISSING)
    page = texts(admin_client.post(undo_url(change)))
    assert "The document was deleted since, and another one has its key." in page
    assert books.find_one() == new


def test_one_that_was_restored_is_the_same(books, admin_client, admin_user):
    change = changed(books, admin_user, OLD | {"title": "New"})
    deletion = record(admin_user, Book, books.find_one(), MISSING)
    books.delete_one({})
    admin_client.post(undo_url(deletion))
    assert admin_client.post(undo_url(change)).status_code == 302
    assert books.find_one() == OLD


def test_two_who_undo_at_once_undo_once(books, admin_client, admin_user, monkeypatch):
    """The second one is at it between the plan and the write of the first."""
    before = OLD | {"keywords": ["x"], "reviews": [ROWS[0], ROWS[1]]}
    after = OLD | {"keywords": ["x", "y"], "reviews": [ROWS[1]]}
    change, answers, write = changed(books, admin_user, after, before), [], views.write

    def overtaken(plan, operation):
        if not answers:
            answers.append(None)
            answers.append(admin_client.post(undo_url(change)).status_code)
        write(plan, operation)

    monkeypatch.setattr(views, "write", overtaken)
    answers.append(admin_client.post(undo_url(change)).status_code)
    assert answers == [None, 302, 200]
    assert books.find_one() == before
    assert change.undone_by.get(state="done")


def test_undoing_the_addition_of_what_is_protected_is_typed(
    books, admin_client, admin_user, monkeypatch
):
    monkeypatch.setattr(admin.site._registry[Book], "protected", True)
    change = changed(books, admin_user, OLD, MISSING)
    page = texts(admin_client.post(undo_url(change), {"_confirmation": "New"}))
    assert "What was typed is something else." in page
    assert books.count_documents({}) == 1
    admin_client.post(undo_url(change), {"_confirmation": "Old"})
    assert books.count_documents({}) == 0


def test_all_of_one_click_is_undone_and_what_could_not_be_is_told(
    books, admin_client, admin_user
):
    operation = uuid.uuid4()
    sons = [{"_id": number, "title": f"Old {number}"} for number in range(3)]
    changes = [
        changed(books, admin_user, son | {"title": "New"}, son, operation=operation)
        for son in sons
    ]
    books.update_one({"_id": 1}, {"$set": {"title": "Newest"}})
    page = texts(admin_client.get(undo_url(changes[0], "undo_all")))
    assert "2 of 3 can be undone" in page
    url = undo_url(changes[0], "undo_all")
    page = texts(admin_client.post(url, follow=True))
    assert "2 changes were undone." in page
    assert "Not undone: Old 1. It was changed again since." in page
    titles = [son["title"] for son in books.find().sort("_id")]
    assert titles == ["Old 0", "Newest", "Old 2"]
    assert len({*Change.objects.exclude(undoes=None).values_list("operation")}) == 1


def test_a_click_of_too_many_changes_is_undone_in_parts(
    books, admin_client, admin_user, monkeypatch
):
    monkeypatch.setattr(views, "MAX_CHANGES", 2)
    operation = uuid.uuid4()
    changes = []
    for number in range(6):
        son = {"_id": number, "title": f"Old {number}"}
        new = son | {"title": "New"}
        changes.append(changed(books, admin_user, new, son, operation=operation))
    # The last of them cannot be undone, and stands in the way of no other.
    books.update_one({"_id": 5}, {"$set": {"title": "Newest"}})
    url = undo_url(changes[0], "undo_all")
    told = []
    for _part in range(3):
        page = texts(admin_client.get(url))
        told.append("There are more." in page)
        admin_client.post(url)
    assert told == [True, True, False]
    titles = [son["title"] for son in books.find().sort("_id")]
    assert titles == ["Old 0", "Old 1", "Old 2", "Old 3", "Old 4", "Newest"]
    assert Change.objects.exclude(undoes=None).count() == 5
    assert "0 of" not in texts(admin_client.get(url))


def test_a_change_that_is_not_known_to_be_written_is_not_undone(
    books, admin_client, admin_user
):
    after = OLD | {"title": "New"}
    change = changed(books, admin_user, after, state=Change.State.INTENDED)
    page = texts(admin_client.post(undo_url(change)))
    assert "Whether this was written is not known." in page
    assert books.find_one() == after


@pytest.fixture
def clerk(client, db):
    """A person of a group that may view, add and change books: clerk(**limits)."""
    user = User.objects.create_user("ben", is_staff=True)
    group = Group.objects.create(name="clerks")
    user.groups.add(group)
    for action in ("view", "add", "change"):
        permission = Permission.objects.get(codename=f"{action}_book")
        group.permissions.add(permission)
    client.force_login(user)

    def limited(rows=None, **fields):
        limit = GroupLimit(group=group, document="tests.book", rows=rows or {})
        limit.save()
        for path, access in fields.items():
            FieldLimit.objects.create(limit=limit, path=path, access=access)
        return user

    limited.user, limited.group = user, group
    return limited


def test_who_may_not_change_a_document_undoes_nothing(books, client, clerk):
    clerk.group.permissions.remove(Permission.objects.get(codename="change_book"))
    change = changed(books, clerk.user, OLD | {"title": "New"})
    page = texts(client.post(undo_url(change)))
    assert "You do not have the permission to undo this." in page
    assert books.find_one()["title"] == "New"


def test_a_field_that_may_not_be_edited_is_not_put_back(books, client, clerk):
    clerk(pages=2)
    change = changed(books, clerk.user, OLD | {"title": "New", "pages": 4})
    page = texts(client.post(undo_url(change)))
    assert "You may not edit all that was changed." in page
    assert books.find_one()["title"] == "New"


def test_a_document_beyond_the_rows_of_a_person_has_no_undo_page(books, client, clerk):
    clerk(rows={"kind": "poems"})
    change = changed(books, clerk.user, OLD | {"title": "New"})
    assert client.get(undo_url(change)).status_code == 404
    assert client.post(undo_url(change)).status_code == 404
    assert books.find_one()["title"] == "New"


def test_a_read_only_site_undoes_nothing(books, admin_client, admin_user, settings):
    change = changed(books, admin_user, OLD | {"title": "New"})
    settings.ADMIN_EXT_READ_ONLY = True
    assert admin_client.get(undo_url(change)).status_code == 403
    assert admin_client.post(undo_url(change)).status_code == 403
    assert books.find_one()["title"] == "New"


def test_a_change_of_another_document_has_no_page_here(books, admin_client, admin_user):
    change = changed(books, admin_user, OLD | {"title": "New"})
    url = reverse("admin:tests_author_undo", args=[change.pk])
    assert admin_client.get(url).status_code == 404
    assert admin_client.get(undo_url(Change(pk=12345))).status_code == 404
