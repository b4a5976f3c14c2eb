"""What is sent for rows, members and fields that nobody touched."""

from datetime import UTC, datetime
from uuid import uuid4

import mongoengine as me
import pytest
from bson import Int64
from django.contrib import admin
from django.urls import reverse

from admin_ext import saving
from admin_ext.forms import DocumentForm

from .admin import BookAdmin
from .documents import Book

pytestmark = pytest.mark.django_db

ROWS = [
    {
        "text": "one",
        "stars": Int64(3),
        "hidden": 1,
        "by": None,
        "deep": {"a": Int64(1)},
    },
    {"text": "two", "stars": "odd", "h": 2},
    {"text": "three"},
]


@pytest.fixture
def form(django_app, admin_user, mongo):
    """Return the change form of a document stored in a collection."""
    django_app.set_user(admin_user)

    def open_form(model, values):
        collection = mongo[f"{model}s"]
        pk = collection.insert_one(values).inserted_id
        page = django_app.get(reverse(f"admin:tests_{model}_change", args=[pk]))
        return page.forms[f"{model}_form"], lambda: collection.find_one(pk)

    return open_form


def submit(form):
    response = form.submit()
    assert response.status_code == 302, response.html.select(".errorlist")


def test_adding_a_row_leaves_the_others_as_they_are(form):
    page, stored = form("book", {"title": "T", "reviews": ROWS})
    page["reviews-3-text"] = "new"
    submit(page)
    assert stored()["reviews"] == [*ROWS, {"text": "new"}]
    assert isinstance(stored()["reviews"][0]["stars"], Int64)


def test_deleting_a_row_leaves_the_others_as_they_are(form):
    page, stored = form("book", {"title": "T", "reviews": ROWS})
    page["reviews-2-DELETE"] = True
    page["reviews-0-text"] = "uno"
    submit(page)
    assert stored()["reviews"] == [{**ROWS[0], "text": "uno"}, ROWS[1]]
    assert isinstance(stored()["reviews"][0]["stars"], Int64)


def test_rows_of_a_nested_list_are_left_as_they_are(form):
    offices = [{"city": "A", "floor": Int64(1)}, {"city": "B", "x": {"y": None}}]
    page, stored = form("publisher", {"name": "P", "offices": offices})
    page["offices-0-DELETE"] = True
    page["offices-2-city"] = "C"
    submit(page)
    assert stored()["offices"] == [offices[1], {"city": "C"}]


def test_two_saves_of_one_document_lose_nothing(mongo):
    pk = mongo.books.insert_one({"title": "T", "reviews": ROWS}).inserted_id
    book = Book._default_manager.get(pk=pk)
    book.reviews[0].text = "uno"
    saving.save(book, adding=False)
    book.reviews = [*book.reviews[:2]]
    saving.save(book, adding=False)
    assert mongo.books.find_one(pk)["reviews"] == [{**ROWS[0], "text": "uno"}, ROWS[1]]


def test_a_value_that_its_field_cannot_hold_stops_no_other_edit(form):
    page, stored = form("book", {"title": "T", "price": "cheap", "rating": [1]})
    page["title"] = "U"
    submit(page)
    assert (stored()["title"], stored()["price"], stored()["rating"]) == (
        "U",
        "cheap",
        [1],
    )


def test_a_uuid_in_a_free_value_opens_and_stays(form):
    value = {"u": uuid4()}
    page, stored = form("book", {"title": "T", "extra": value})
    page["title"] = "U"
    submit(page)
    assert stored()["extra"] == value


def test_an_array_of_dates_does_not_take_the_list_down(form, admin_client, mongo):
    mongo.notes.insert_one({"body": "b", "start": [datetime(2024, 1, 1, tzinfo=UTC)]})
    assert (
        admin_client.get(reverse("admin:documents_note_changelist")).status_code == 200
    )


@pytest.mark.parametrize(
    "query", ["start=2020-01-01", "start=zz", "start=2020-01-01T1:2"]
)
def test_a_date_in_the_url_of_the_add_page(admin_client, mongo, query):
    assert admin_client.get(f"/admin/documents/note/add/?{query}").status_code == 200


def test_the_year_9999_is_no_server_error(admin_client, mongo):
    response = admin_client.get("/admin/documents/note/?start__year=9999")
    assert response.status_code in (200, 302)


def test_a_parent_and_its_children_are_added_in_one_save(django_app, admin_user, mongo):
    django_app.set_user(admin_user)
    page = django_app.get(reverse("admin:tests_book_add")).forms["book_form"]
    page["title"] = "T"
    page["chapter_set-0-heading"] = "one"
    submit(page)
    assert mongo.chapters.find_one()["book"] == mongo.books.find_one()["_id"]


def test_a_count_of_rows_from_nowhere_is_bounded(admin_client, mongo):
    pk = mongo.books.insert_one({"title": "T"}).inserted_id
    data = {"title": "T", "keywords-TOTAL_FORMS": 10**12, "keywords-INITIAL_FORMS": 0}
    url = reverse("admin:tests_book_change", args=[pk])
    assert len(admin_client.post(url, data).content) < 3_000_000


class Postmark(me.Document):
    name = me.StringField()
    made = me.DateTimeField(default=lambda: datetime.now(UTC))

    meta = {"collection": "postmarks"}


class PostmarkForm(DocumentForm):
    class Meta:
        model = Postmark
        fields = "__all__"


@pytest.mark.parametrize("values", [{}, {"made": None}])
def test_a_default_of_now_is_not_written_by_looking(mongo, values):
    stored = {"_id": mongo.postmarks.insert_one({"name": "n", **values}).inserted_id}
    document = Postmark._default_manager.get(pk=stored["_id"])
    form = PostmarkForm({"name": "n", "made": ""}, instance=document)
    assert form.initial["made"] is None
    assert (form.changed_data, form.is_valid()) == ([], True)
    form.save()
    assert mongo.postmarks.find_one() == {**stored, "name": "n", **values}


class TitleForm(DocumentForm):
    class Meta:
        model = Book
        exclude = ("isbn",)


def test_an_embedded_inline_leaves_the_forms_exclude_alone(rf, admin_user):
    request = rf.get("/")
    request.user = admin_user
    admin_class = type("TitleAdmin", (BookAdmin,), {"form": TitleForm})
    fields = admin_class(Book, admin.site).get_form(request).base_fields
    assert "title" in fields
    assert not {"isbn", "reviews"} & set(fields)
