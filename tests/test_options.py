"""The views of DocumentAdmin, looked at from three sides: page, object, stored BSON."""

from datetime import UTC, datetime

import pytest
from bson import DBRef, Int64, ObjectId
from bson.datetime_ms import DatetimeMS
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from .documents import Author, Book, Chapter, Publisher

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(django_app, admin_user):
    """A browser without scripts, signed in as a superuser."""
    django_app.set_user(admin_user)
    return django_app


def url(document, view, pk=None):
    meta = document._meta
    name = f"admin:{meta.app_label}_{meta.model_name}_{view}"
    return reverse(name, args=[] if pk is None else [quote(pk)])


def book(mongo, **values):
    """Store a book as another application would; return its id."""
    return mongo.books.insert_one({"title": "Ulysses", **values}).inserted_id


def change_form(app, document, pk):
    page = app.get(url(document, "change", pk))
    return page.forms[f"{document._meta.model_name}_form"]


ODD_BOOK = {
    "blurbText": " outer spaces \r\nand\nnewlines ",
    "kind": "essay",
    "pages": Int64(12),
    "rating": 3,
    "signed": None,
    "published": datetime(2020, 5, 17, 12, 30, 15, 891000, tzinfo=UTC),
    "author": "gone",
    "publisher": ObjectId(),
    "sequel_of": "",
    "others": ["x", DBRef("authors", "y"), None],
    "keywords": ["b", "", 3, None],
    "extra": {"n": Int64(1), "d": 1.0, "deep": {"list": [1, {"x": None}]}},
    "reviews": [{"text": "good", "stars": 3, "hidden": 1}],
    "unknown": {"kept": [1, 2]},
}


def test_saving_an_unchanged_form_changes_nothing(app, mongo, mongo_commands):
    pk = book(mongo, **ODD_BOOK)
    before = mongo.books.find_one(pk)
    form = change_form(app, Book, pk)
    with mongo_commands() as commands:
        response = form.submit()
    assert response.status_code == 302, response.html.select(".errorlist")
    assert mongo.books.find_one(pk) == before
    assert not commands.writes


def test_changing_one_field_writes_that_field_only(app, mongo, mongo_commands):
    pk = book(mongo, **ODD_BOOK)
    before = mongo.books.find_one(pk)
    form = change_form(app, Book, pk)
    form["title"] = "Dubliners"
    with mongo_commands() as commands:
        assert form.submit().status_code == 302
    assert mongo.books.find_one(pk) == {**before, "title": "Dubliners"}
    assert [command.name for command in commands.writes] == ["update"]


def test_change_is_logged_and_shown_in_history(app, mongo, admin_user):
    pk = book(mongo)
    form = change_form(app, Book, pk)
    form["title"] = "Dubliners"
    form["pages"] = "200"
    form.submit()
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.action_flag) == (str(pk), CHANGE)
    assert entry.get_change_message() == "Changed Book title and Pages."
    assert entry.get_edited_object().title == "Dubliners"
    history = app.get(url(Book, "history", pk))
    assert "Changed Book title and Pages." in history
    assert "Dubliners" in app.get(reverse("admin:index"))


def test_add_stores_only_what_was_filled_in(app, mongo):
    page = app.get(url(Book, "add"))
    form = page.forms["book_form"]
    form["title"] = "Ulysses"
    form["pages"] = "730"
    form["keywords-0-value"] = "Dublin"
    form["extra-0-key"] = "n"
    form["extra-0-value_0"], form["extra-0-value_1"] = "int64", "1"
    form["reviews-0-text"] = "long"
    form["reviews-0-stars"] = "4"
    response = form.submit()
    assert response.status_code == 302, response.html.select(".errorlist")
    stored = mongo.books.find_one()
    assert stored.pop("_id")
    assert stored == {
        "title": "Ulysses",
        "pages": 730,
        "in_print": True,
        "keywords": ["Dublin"],
        "others": [],
        "extra": {"n": Int64(1)},
        "reviews": [{"text": "long", "stars": 4}],
    }
    assert LogEntry.objects.get().action_flag == ADDITION


def test_an_addition_never_replaces_a_document_with_the_same_key(app, mongo):
    mongo.authors.insert_one({"_id": "joyce", "name": "James"})
    form = app.get(url(Author, "add")).forms["author_form"]
    form["code"], form["name"] = "joyce", "Impostor"
    response = form.submit()
    assert response.status_code == 200
    assert "Author with this Code already exists." in response
    assert mongo.authors.find_one() == {"_id": "joyce", "name": "James"}


def test_an_addition_with_a_key_of_its_own(app, mongo):
    form = app.get(url(Author, "add")).forms["author_form"]
    form["code"], form["name"], form["born"] = "a/b c", "Ann", "1882-02-02"
    assert form.submit().status_code == 302
    stored = mongo.authors.find_one()
    assert stored["_id"] == "a/b c"
    assert stored["born"].strftime("%Y-%m-%d") == "1882-02-02"
    assert "Ann" in app.get(url(Author, "change", "a/b c"))


def test_errors_come_back_on_their_fields_and_nothing_is_written(app, mongo):
    pk = book(mongo)
    form = change_form(app, Book, pk)
    form["title"] = ""
    form["pages"] = "0"
    form["extra-0-key"] = "k"
    form["extra-0-value_0"], form["extra-0-value_1"] = "json", "{not json"
    response = form.submit()
    assert response.status_code == 200
    assert "This field is required." in response.html.select_one(".field-title").text
    assert "greater than or equal to 1" in response.html.select_one(".field-pages").text
    assert "Extended JSON" in response.html.select_one(".field-extra").text
    assert "{not json" in response.html.select_one("[name=extra-0-value_1]").text
    assert mongo.books.find_one(pk) == {"_id": pk, "title": "Ulysses"}


def test_unique_field_is_a_form_error(app, mongo):
    book(mongo, isbn="1")
    pk = book(mongo, isbn="2")
    form = change_form(app, Book, pk)
    form["isbn"] = "1"
    response = form.submit()
    assert "Book with this Isbn already exists." in (
        response.html.select_one(".field-isbn").text
    )


def test_duplicate_key_of_an_index_is_a_form_error(app, mongo):
    mongo.books.create_index("title", unique=True)
    book(mongo)
    pk = book(mongo, title="Dubliners")
    form = change_form(app, Book, pk)
    form["title"] = "Ulysses"
    response = form.submit()
    assert response.status_code == 200
    assert "already exists." in response.html.select_one(".field-title").text
    assert LogEntry.objects.count() == 0


def test_a_document_deleted_meanwhile_is_not_recreated(app, mongo, monkeypatch):
    pk = book(mongo)
    form = change_form(app, Book, pk)
    form["title"] = "Dubliners"
    original = Book.clean

    def clean(self):
        mongo.books.delete_one({"_id": pk})
        original(self)

    # Stands for another application that deletes between reading and writing.
    monkeypatch.setattr(Book, "clean", clean)
    response = form.submit()
    assert response.location == reverse("admin:index")
    assert "Perhaps it was deleted?" in response.follow()
    assert mongo.books.count_documents({}) == 0


def test_embedded_document_inside_the_form(app, mongo):
    pk = mongo.publishers.insert_one({
        "name": "Shakespeare & Co",
        "address": {"street": "Odéon", "extra": 1},
    }).inserted_id
    form = change_form(app, Publisher, pk)
    form["address-city"] = "Paris"
    assert form.submit().status_code == 302
    assert mongo.publishers.find_one(pk)["address"] == {
        "street": "Odéon",
        "extra": 1,
        "city": "Paris",
    }


def test_embedded_inline_adds_changes_and_deletes_in_one_write(
    app, mongo, mongo_commands
):
    pk = book(
        mongo,
        reviews=[{"text": text, "k": text} for text in ("one", "two", "3")],
    )
    form = change_form(app, Book, pk)
    form["reviews-0-DELETE"] = True
    form["reviews-1-text"] = "second"
    form["reviews-3-text"] = "new"
    with mongo_commands() as commands:
        response = form.submit()
    assert response.status_code == 302, response.html.select(".errorlist")
    assert [row.get("text") for row in mongo.books.find_one(pk)["reviews"]] == [
        "second",
        "3",
        "new",
    ]
    assert [command.name for command in commands.writes] == ["update"]
    assert LogEntry.objects.get().get_change_message() == (
        "Added review “new”. Changed Text for review “second”. Deleted review “one”."
    )


def test_referencing_inline_adds_changes_and_deletes(app, mongo):
    pk = book(mongo)
    first = mongo.chapters.insert_one({"book": pk, "number": 1, "heading": "one"})
    second = mongo.chapters.insert_one({"book": pk, "number": 2, "heading": "two"})
    other = mongo.chapters.insert_one({"number": 9, "heading": "other"})
    form = change_form(app, Book, pk)
    form["chapter_set-0-heading"] = "uno"
    form["chapter_set-1-DELETE"] = True
    form["chapter_set-2-heading"] = "three"
    response = form.submit()
    assert response.status_code == 302, response.html.select(".errorlist")
    rows = {row["_id"]: row for row in mongo.chapters.find()}
    assert rows.pop(first.inserted_id)["heading"] == "uno"
    assert second.inserted_id not in rows
    assert rows.pop(other.inserted_id)["heading"] == "other"
    (added,) = rows.values()
    assert (added["book"], added["heading"]) == (pk, "three")


def test_delete_shows_what_goes_with_it_and_deletes_it(app, mongo):
    publisher = mongo.publishers.insert_one({"name": "P"}).inserted_id
    kept = book(mongo, title="Kept")
    gone = book(mongo, title="Gone", publisher=publisher)
    mongo.books.update_one({"_id": kept}, {"$set": {"sequel_of": gone}})
    page = app.get(url(Publisher, "delete", publisher))
    assert "Gone" in page
    assert "Kept" in page
    page.forms[1].submit()
    assert [row["title"] for row in mongo.books.find()] == ["Kept"]
    assert mongo.publishers.count_documents({}) == 0
    assert LogEntry.objects.get().action_flag == DELETION


def test_delete_is_refused_where_a_rule_denies_it(app, mongo):
    pk = book(mongo)
    Chapter(book=Book.objects.get(), number=1, heading="one").save()
    page = app.get(url(Book, "delete", pk))
    assert "would require deleting the following protected related objects" in page
    assert mongo.books.count_documents({}) == 1


def test_delete_selected(app, mongo):
    for title in ("a", "b", "c"):
        book(mongo, title=title)
    form = app.get(url(Book, "changelist")).forms["changelist-form"]
    form["action"] = "delete_selected"
    for checkbox in form.fields["_selected_action"][:2]:
        checkbox.checked = True
    confirm = form.submit()
    assert "Are you sure you want to delete the selected books?" in confirm
    result = confirm.forms[1].submit().follow()
    assert "Successfully deleted 2 books." in result
    assert mongo.books.count_documents({}) == 1


@pytest.mark.parametrize("pk", ["zzz", "0" * 24, "%00", "{$ne:1}", "x" * 3000])
def test_an_id_that_names_nothing_leads_back_to_the_index(app, mongo, pk):
    for view in ("change", "delete", "history"):
        response = app.get(f"/admin/tests/book/{quote(pk)}/{view}/")
        assert response.location.endswith("/admin/")
        assert "doesn’t exist. Perhaps it was deleted?" in response.follow()


def test_save_as_new_and_continue(app, mongo):
    pk = book(mongo)
    form = change_form(app, Book, pk)
    form["title"] = "Dubliners"
    response = form.submit("_continue")
    assert response.location == url(Book, "change", pk)
    assert "was changed successfully. You may edit it again" in response.follow()


def test_popup_adds_and_answers_the_opener(app, mongo):
    page = app.get(url(Author, "add") + "?_popup=1&_to_field=code")
    form = page.forms["author_form"]
    form["code"], form["name"] = "joyce", "James"
    response = form.submit()
    answer = response.html.select_one("#django-admin-popup-response-constants")
    assert "joyce" in answer["data-popup-response"]


def test_view_only_person_sees_values_and_no_inputs(django_app, mongo):
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_book"))
    django_app.set_user(user)
    pk = book(mongo, **ODD_BOOK)
    page = django_app.get(url(Book, "change", pk))
    assert "View book" in page.html.select_one("#content h1").text
    assert not page.html.select("#book_form input[type=submit], #book_form textarea")
    assert "Ulysses" in page
    for refused in (url(Book, "add"), url(Book, "delete", pk)):
        assert django_app.get(refused, expect_errors=True).status_code == 403


def test_a_date_outside_pythons_years_is_shown_and_kept(app, mongo):
    pk = book(mongo, published=DatetimeMS(400_000_000_000_000))
    listed = app.get(url(Book, "changelist"))
    assert "400000000000000" in listed.html.select_one("td.field-published").text
    form = change_form(app, Book, pk)
    form["title"] = "Dubliners"
    assert form.submit().status_code == 302
    stored = mongo.books.find_one(pk)
    assert stored["published"] == DatetimeMS(400_000_000_000_000)


def test_a_duplicate_key_in_the_list_is_an_error_in_its_row(app, mongo):
    mongo.authors.create_index("name", unique=True)
    mongo.authors.insert_many({"_id": name, "name": name} for name in ("a", "b", "c"))
    form = app.get(url(Author, "changelist") + "?o=1").forms["changelist-form"]
    form["form-2-name"] = "a"
    response = form.submit("_save")
    assert response.status_code == 200
    rows = response.html.select("#result_list tbody tr")
    assert ["already exists" in row.text for row in rows] == [False, False, True]
    assert [author["name"] for author in mongo.authors.find()] == ["a", "b", "c"]


def test_a_duplicate_key_in_an_inline_is_an_error_in_its_row(app, mongo):
    mongo.chapters.create_index("heading", unique=True, sparse=True)
    pk = book(mongo)
    mongo.chapters.insert_many(
        {"book": pk, "number": number, "heading": heading}
        for number, heading in ((1, "one"), (2, "two"))
    )
    form = change_form(app, Book, pk)
    form["chapter_set-1-heading"] = "one"
    response = form.submit()
    errors = response.html.select("#chapter_set-group .errorlist")
    assert [error.text for error in errors] == [
        "Chapter with this Heading already exists."
    ]
    assert mongo.chapters.count_documents({"heading": "two"}) == 1


@pytest.mark.parametrize(
    "odd", ["a\0b", DatetimeMS(2**60), {"deep": DatetimeMS(2**60)}]
)
def test_a_free_value_that_nobody_can_type_does_not_stop_a_save(app, mongo, odd):
    pk = book(mongo, extra=odd)
    form = change_form(app, Book, pk)
    form["title"] = "Dubliners"
    form.submit("_save")
    (stored,) = mongo.books.aggregate([{"$match": {"extra": odd}}])
    assert (stored["_id"], stored["title"]) == (pk, "Dubliners")
