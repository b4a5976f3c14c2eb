"""What was deleted, and how it comes back."""

import uuid
from datetime import timedelta

import pytest
from bson import Binary, Decimal128, Int64, ObjectId
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse

from admin_ext.models import Change, GroupLimit
from tests.documents import Book, Publisher
from tests.histories import MISSING, record
from tests.history import failing

KEY = ObjectId("5f0000000000000000000001")
SON = {
    "_id": KEY,
    "title": "Gone",
    "pages": Int64(3),
    "price": Decimal128("1.10"),
    "unknown": {"b": 1, "a": [None, Binary(b"x", 5), uuid.UUID(int=7)]},
    "rating": 2,
}
DELETED = reverse("admin:tests_book_recently_deleted")


def undo_url(change, name="undo"):
    label = change.document.replace(".", "_")
    return reverse(f"admin:{label}_{name}", args=[change.pk])


def texts(response):
    return " ".join(response.content.decode().split())


def test_a_list_leads_to_what_was_deleted_of_it(mongo, admin_client, admin_user):
    change = record(admin_user, Book, SON, MISSING, via="delete")
    assert DELETED in texts(admin_client.get(reverse("admin:tests_book_changelist")))
    page = admin_client.get(DELETED)
    entry = page.context["changes"].entries[0]
    assert (entry.name, entry.change.username) == ("Gone", "admin")
    assert f'href="{undo_url(change)}"' in texts(page)


def test_what_is_restored_has_its_key_and_every_type(mongo, admin_client, admin_user):
    change = record(admin_user, Book, SON, MISSING)
    page = texts(admin_client.get(undo_url(change)))
    assert "This will be stored again" in page
    response = admin_client.post(undo_url(change))
    history = reverse("admin:tests_book_history", args=[KEY])
    assert response["Location"] == history
    stored = mongo.books.find_one()
    assert stored == SON
    assert [*stored] == [*SON]
    types = [type(stored[name]) for name in ("pages", "price", "rating")]
    assert types == [Int64, Decimal128, int]
    assert admin_client.get(DELETED).context["changes"].entries == []


def test_a_key_that_is_taken_again_is_a_clear_message(mongo, admin_client, admin_user):
    change = record(admin_user, Book, SON, MISSING)
    mongo.books.insert_one({"_id": KEY, "title": "Another"})
    page = texts(admin_client.post(undo_url(change)))
    assert f"There is a document with the key {KEY} again." in page
    assert mongo.books.find_one()["title"] == "Another"


def test_a_value_that_must_be_unique_and_is_taken_is_named(
    mongo, admin_client, admin_user
):
    mongo.books.create_index("isbn", unique=True, sparse=True)
    change = record(admin_user, Book, SON | {"isbn": "1"}, MISSING)
    mongo.books.insert_one({"_id": 1, "title": "Another", "isbn": "1"})
    page = texts(admin_client.post(undo_url(change)))
    assert "Another document has the same isbn by now." in page
    assert mongo.books.count_documents({}) == 1


def test_secrets_that_were_not_kept_are_named_before(mongo, admin_client, admin_user):
    change = record(admin_user, Book, SON | {"apiToken": "geheim"}, MISSING)
    page = texts(admin_client.get(undo_url(change)))
    assert "These were not kept, and will be missing: apiToken." in page
    assert "geheim" not in page
    admin_client.post(undo_url(change))
    assert mongo.books.find_one() == SON


def test_what_was_deleted_along_is_restored_together(mongo, admin_client, admin_user):
    operation = uuid.uuid4()
    publisher = {"_id": ObjectId(), "name": "House"}
    book = SON | {"publisher": publisher["_id"]}
    record(admin_user, Book, book, MISSING, operation=operation)
    change = record(admin_user, Publisher, publisher, MISSING, operation=operation)
    url = reverse("admin:tests_publisher_recently_deleted")
    assert "Restore, with 1 other of the same click" in texts(admin_client.get(url))
    page = texts(admin_client.post(undo_url(change, "undo_all"), follow=True))
    assert "2 documents were restored." in page
    assert mongo.publishers.find_one() == publisher
    assert mongo.books.find_one() == book


def test_what_a_rule_changed_and_deleted_is_put_back_and_deleted_again(
    mongo, admin_client
):
    publisher, sequel = {"_id": ObjectId(), "name": "House"}, {"_id": 2, "title": "II"}
    books = [SON | {"publisher": publisher["_id"]}, sequel | {"sequel_of": KEY}]
    mongo.publishers.insert_one(publisher)
    mongo.books.insert_many(books)
    url = reverse("admin:tests_publisher_delete", args=[publisher["_id"]])
    admin_client.post(url, {"post": "yes"})
    assert [*mongo.books.find()] == [sequel]
    change = Change.objects.get(document="tests.publisher")
    admin_client.post(undo_url(change, "undo_all"))
    assert [*mongo.books.find().sort("title")] == books
    undo = Change.objects.filter(via="undo").first()
    admin_client.post(undo_url(undo, "undo_all"))
    assert [*mongo.books.find()] == [sequel]
    assert mongo.publishers.count_documents({}) == 0


def test_a_deletion_of_which_sql_did_not_hear_is_listed(mongo, admin_client):
    mongo.books.insert_one(SON)
    with failing("UPDATE"):
        delete = reverse("admin:tests_book_delete", args=[KEY])
        admin_client.post(delete, {"post": "yes"})
    assert mongo.books.count_documents({}) == 0
    change = Change.objects.get()
    assert change.state == Change.State.INTENDED
    change.made_at -= timedelta(hours=1)
    change.save()
    (entry,) = admin_client.get(DELETED).context["changes"].entries
    assert entry.change.state == Change.State.DONE
    admin_client.post(undo_url(change))
    assert mongo.books.find_one() == SON


def test_what_was_restored_and_deleted_again_is_listed_once(
    mongo, admin_client, admin_user
):
    first = record(admin_user, Book, SON, MISSING)
    record(admin_user, Book, MISSING, SON, undoes=first)
    last = record(admin_user, Book, SON, MISSING)
    entries = admin_client.get(DELETED).context["changes"].entries
    assert [each.change for each in entries] == [last]


@pytest.fixture
def clerk(client, db):
    user = User.objects.create_user("ben", is_staff=True)
    group = Group.objects.create(name="clerks")
    group.permissions.add(Permission.objects.get(codename="view_book"))
    user.groups.add(group)
    client.force_login(user)
    return user


def test_to_see_it_takes_view_and_to_restore_it_add(mongo, client, clerk):
    change = record(clerk, Book, SON, MISSING)
    assert "You may not restore this" in texts(client.get(DELETED))
    page = texts(client.post(undo_url(change)))
    assert "You do not have the permission to undo this." in page
    clerk.groups.get().permissions.add(Permission.objects.get(codename="add_book"))
    assert client.post(undo_url(change)).status_code == 302
    assert mongo.books.count_documents({}) == 1


def test_who_sees_some_rows_only_sees_nothing_of_what_is_gone(mongo, client, clerk):
    change = record(clerk, Book, SON, MISSING)
    limit = {"group": clerk.groups.get(), "document": "tests.book"}
    GroupLimit.objects.create(**limit, rows={"kind": "poems"})
    assert client.get(DELETED).status_code == 403
    assert client.get(undo_url(change)).status_code == 404
    assert DELETED not in texts(client.get(reverse("admin:tests_book_changelist")))


def test_a_read_only_site_restores_nothing(mongo, admin_client, admin_user, settings):
    change = record(admin_user, Book, SON, MISSING)
    settings.ADMIN_EXT_READ_ONLY = True
    assert "You may not restore this" in texts(admin_client.get(DELETED))
    assert admin_client.post(undo_url(change)).status_code == 403
    assert mongo.books.count_documents({}) == 0


def test_the_list_has_no_pictures_of_documents_in_memory(
    mongo, admin_client, admin_user
):
    record(admin_user, Book, SON, MISSING)
    found = admin_client.get(DELETED).context["changes"].entries
    assert "image" in found[0].change.get_deferred_fields()
    assert Change.objects.get().image
