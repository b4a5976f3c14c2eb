"""What a person writes through the site is in the history, with values."""

import uuid

import pytest
from bson import Int64, ObjectId
from django.contrib.auth.models import User
from django.urls import reverse

from admin_ext import history
from admin_ext.changesets import identical
from admin_ext.models import Change

from .admin import BookAdmin
from .documents import Author, Book
from .history import MISSING, rows, told

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f0000000000000000000001")
OTHER = ObjectId("5f0000000000000000000002")
BOOK = reverse("admin:tests_book_change", args=[KEY])
BOOKS = reverse("admin:tests_book_changelist")


@pytest.fixture
def book(mongo):
    """Store a book with an int64 and an unknown key."""
    mongo.books.insert_one({
        "_id": KEY,
        "title": "Old",
        "pages": Int64(5),
        "reviews": [{"text": "Good"}, {"text": "Bad"}],
        "extra": {"a": 1},
        "unknown": "kept",
    })
    return mongo.books


@pytest.fixture
def opened(django_app, admin_user):
    def open_page(url, form="book_form"):
        return django_app.get(url, user=admin_user).forms[form]

    return open_page


def test_a_form_is_recorded_with_who_and_where_and_what(book, opened, admin_user):
    form = opened(BOOK)
    form["title"], form["pages"] = "New", "6"
    form.submit()
    (change,) = Change.objects.all()
    assert (change.user, change.username) == (admin_user, "admin")
    assert (change.document, change.object_id) == ("tests.book", str(KEY))
    assert change.place == history.place_of(Book, KEY)
    assert (change.object_repr, change.via) == ("New", "form")
    assert change.address == "127.0.0.1"
    assert (change.kind, change.state) == ("change", "done")
    assert told(change) == {"title": ("Old", "New"), "pages": (5, 6)}
    assert identical(told(change)["pages"][0], Int64(5))
    assert identical(told(change)["pages"][1], Int64(6))


def test_a_form_on_which_nothing_was_changed_is_not(book, opened):
    opened(BOOK).submit()
    assert not Change.objects.exists()


def test_an_addition_has_all_values_and_the_key(mongo, opened):
    form = opened(reverse("admin:tests_author_add"), "author_form")
    form["code"], form["name"] = "ann", "Ann"
    form.submit()
    (change,) = Change.objects.all()
    assert (change.kind, change.state, change.object_id) == ("add", "done", "ann")
    assert told(change) == {"_id": (MISSING, "ann"), "name": (MISSING, "Ann")}
    assert change.object_repr == "Ann"


def test_an_embedded_row_has_its_path(book, opened):
    form = opened(BOOK)
    form["reviews-1-text"] = "Worse"
    form.submit()
    assert rows() == [
        ("change", "done", "form", {"reviews.1.text": ("Bad", "Worse")}),
    ]


def test_inlines_of_documents_are_changes_of_the_same_operation(book, opened):
    form = opened(BOOK)
    form["title"], form["chapter_set-0-heading"] = "New", "One"
    form.submit()
    found = Change.objects.order_by("pk")
    assert [(each.document, each.via) for each in found] == [
        ("tests.book", "form"),
        ("tests.chapter", "inline"),
    ]
    assert found[0].operation == found[1].operation


def test_cells_of_a_list_are_one_operation(mongo, opened):
    mongo.authors.insert_many([{"_id": "a", "name": "A"}, {"_id": "b", "name": "B"}])
    form = opened(reverse("admin:tests_author_changelist"), "changelist-form")
    form["form-0-name"], form["form-1-name"] = "AA", "BB"
    form.submit("_save")
    names = {each.object_id: told(each)["name"] for each in Change.objects.all()}
    assert len(names) == 2
    assert names["a"][0] == "A"
    assert Change.objects.values("operation", "via").distinct().get()["via"] == "list"


def test_the_raw_page_keeps_types(book, opened):
    form = opened(reverse("admin:tests_book_raw", args=[KEY]))
    form["document"] = form["document"].value.replace(
        '"$numberLong": "5"', '"$numberDouble": "5.0"'
    )
    form.submit()
    ((_kind, _state, via, paths),) = rows()
    assert via == "raw"
    assert [*map(type, paths["pages"])] == [Int64, float]


def test_a_deletion_keeps_what_was_stored_and_what_it_changes(
    mongo, book, admin_client
):
    publisher = mongo.publishers.insert_one({"name": "P"}).inserted_id
    stored = {"_id": OTHER, "title": "Second", "publisher": publisher}
    book.insert_one(stored)
    book.update_one({"_id": KEY}, {"$set": {"sequel_of": OTHER}})
    url = reverse("admin:tests_publisher_delete", args=[publisher])
    admin_client.post(url, {"post": "yes"})
    found = Change.objects.order_by("pk")
    assert [(each.document, each.kind, each.state) for each in found] == [
        ("tests.book", "change", "done"),
        ("tests.book", "delete", "done"),
        ("tests.publisher", "delete", "done"),
    ]
    assert {(each.operation, each.via) for each in found} == {
        (found[0].operation, "delete")
    }
    assert told(found[0]) == {"sequel_of": (OTHER, MISSING)}
    image = history.image_of(found[1])
    assert identical(image.document, stored)
    assert image.left_out == []
    assert found[1].object_repr == "Second"


def act(client, monkeypatch, action):
    monkeypatch.setattr(BookAdmin, "actions", (action,))
    data = {"action": action.__name__, "_selected_action": [KEY, OTHER]}
    return client.post(BOOKS, data)


def publish(modeladmin, request, queryset):
    queryset.update(kind="poems")


def grow(modeladmin, request, queryset):
    queryset.update(inc__pages=1, push__keywords="long")


def shout(modeladmin, request, queryset):
    for each in queryset:
        each.title = each.title.upper()
        each.save()


def drop(modeladmin, request, queryset):
    Book.objects(pk__in=[each.pk for each in queryset]).delete()


def modify(modeladmin, request, queryset):
    Book.objects(pk=KEY).modify(set__kind="novel")


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (publish, [{"kind": (MISSING, "poems")}, {"kind": ("novel", "poems")}]),
        (
            grow,
            [
                {"pages": (5, 6), "keywords": (MISSING, ["long"])},
                {"pages": (MISSING, 1), "keywords": (MISSING, ["long"])},
            ],
        ),
        (shout, [{"title": ("Old", "OLD")}, {"title": ("Second", "SECOND")}]),
        (drop, [{}, {}]),
        (modify, [{"kind": (MISSING, "novel")}]),
    ],
    ids=["update", "operators", "save", "delete", "modify"],
)
def test_what_an_action_writes_is_recorded(
    book, admin_client, monkeypatch, action, expected
):
    book.insert_one({"_id": OTHER, "title": "Second", "kind": "novel"})
    act(admin_client, monkeypatch, action)
    found = sorted(Change.objects.all(), key=lambda change: change.object_id)
    assert [*map(told, found)] == expected
    assert {(each.via, each.state) for each in found} == {(action.__name__, "done")}
    is_deletion = action is drop
    assert {each.kind for each in found} == {"delete" if is_deletion else "change"}


def test_an_update_of_many_is_recorded_in_batches(mongo, admin_user, mongo_commands):
    mongo.books.insert_many({"title": str(number)} for number in range(450))
    with (
        history.recording(admin_user, via="test") as own,
        mongo_commands() as commands,
    ):
        assert Book.objects.update(set__kind="poems") == 450
    assert Change.objects.filter(state="done", operation=own.operation).count() == 450
    assert own.count == 450
    assert [each.name for each in commands.writes] == ["update"] * 3


def test_what_is_as_it_was_is_not_recorded(book, admin_user):
    with history.recording(admin_user):
        Book.objects.update(set__title="Old", multi=True)
    assert not Change.objects.exists()


def test_without_anybody_at_work_nothing_is_recorded(book, admin_user):
    Book.objects.update(set__title="New")
    with history.recording(admin_user), history.unrecorded():
        Book.objects.update(set__title="Newer")
    assert not Change.objects.exists()


def test_it_can_be_turned_off(book, opened, settings):
    settings.ADMIN_EXT_HISTORY = False
    form = opened(BOOK)
    form["title"] = "New"
    form.submit()
    assert book.find_one()["title"] == "New"
    assert not Change.objects.exists()


def test_code_may_say_who_and_why(book):
    user, operation = User.objects.create(username="u"), uuid.uuid4()
    with history.recording(user, "undo", reason="Wrong.", operation=operation):
        Author(code="n", name="N").save()
    change = Change.objects.get()
    assert (change.operation, change.reason) == (operation, "Wrong.")
    assert (change.username, change.via, change.kind) == ("u", "undo", "add")


def test_secrets_are_never_kept(mongo, admin_user):
    secret = {"_id": KEY, "title": "T", "apiToken": "x1", "extra": {"password": "x2"}}
    mongo.books.insert_one(secret)
    with history.recording(admin_user):
        changed = {"set__title": "U", "set__extra__password": "x3", "set__extra__b": 1}
        Book.objects(pk=KEY).update(**changed)
        Book.objects(__raw__={}).update(__raw__={"$set": {"apiToken": "x4"}})
        Book.objects.delete()
    first, second, deletion = Change.objects.order_by("pk")
    assert {"path": ["extra", "password"], "secret": True} in first.paths
    assert second.paths == [{"path": ["apiToken"], "secret": True}]
    assert "apiToken" not in first.digests
    image = history.image_of(deletion)
    assert image.document == {"_id": KEY, "title": "U", "extra": {"b": 1}}
    assert {(*each["path"],) for each in image.left_out} == {
        ("apiToken",),
        ("extra", "password"),
    }
    for change in (first, second, deletion):
        assert not any(f"x{n}" in str(change.paths) for n in "1234")


def test_values_and_changes_and_images_have_bounds(mongo, admin_user, settings):
    settings.ADMIN_EXT_HISTORY_MAX_VALUE = 100
    settings.ADMIN_EXT_HISTORY_MAX_CHANGE = 150
    settings.ADMIN_EXT_HISTORY_MAX_IMAGE = 200
    with history.recording(admin_user):
        book = Book(title="x" * 80, isbn="1", blurb="y" * 300).save()
        Book.objects.delete()
    added, deleted = Change.objects.order_by("pk")
    kept = told(added)
    assert kept["title"] == (MISSING, "x" * 80)
    assert kept["blurbText"][1].bytes == 312
    image = history.image_of(deleted)
    assert (image.document["_id"], image.document["title"]) == (book.pk, "x" * 80)
    assert image.left_out == [{"path": ["blurbText"], "why": "size", "bytes": 312}]
