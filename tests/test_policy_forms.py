"""Forms for people who may not see, or not edit, every field: page, object, BSON."""

import json

import bson
import pytest
from bson import Decimal128, Int64, ObjectId
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.urls import reverse

from admin_ext.forms import DocumentForm
from admin_ext.models import GroupLimit
from admin_ext.policies import MASK, Access

from .admin import ReviewInline
from .documents import Author, Book, Chapter, Publisher
from .file_documents import Folder
from .members import member_of
from .submission import Submission

HIDDEN, MASKED, VIEW = Access.HIDDEN, Access.MASKED, Access.VIEW

pytestmark = pytest.mark.django_db


def book(mongo, **values):
    """Store a book with odd values under everything that is withheld here."""
    son = {
        "_id": ObjectId(),
        "title": "Emma",
        "isbn": "978secret",
        "price": Decimal128("9.900"),
        "blurbText": 12,
        "pages": Int64(7),
        "internal": {"note": "undeclared secret", "n": 1},
        "reviews": [
            {"text": "Good", "stars": 5.0, "odd": "row secret"},
            {"text": "Bad", "stars": "one"},
        ],
        "extra": {"open": 1, "closed": "deep secret"},
        **values,
    }
    mongo.books.insert_one(son)
    return son


def url_of(document, key, name="change"):
    meta = document._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=[key])


def send(client, url, changes=(), **options):
    """Send the page's form as a browser would, with changes; return the answer."""
    pairs = {}
    for name, value in Submission(client.get(url).text).pairs:
        pairs.setdefault(name, []).append(value)
    pairs = {name: values for name, values in pairs.items() if name != "_addanother"}
    return client.post(url, {**pairs, "_save": "Save", **dict(changes)}, **options)


def stored(mongo, son, collection="books"):
    return mongo[collection].find_one({"_id": son["_id"]})


def test_a_hidden_field_is_absent_and_a_masked_one_says_nothing(mongo):
    son = book(mongo)
    client = member_of({Book: {"isbn": HIDDEN, "price": MASKED, "blurb": MASKED}})
    html = client.get(url_of(Book, son["_id"])).text
    assert "isbn" not in html.lower()
    assert "9.9" not in html
    assert html.count(MASK) == 2
    assert "978secret" not in html


def test_a_masked_field_looks_the_same_where_nothing_is_stored(mongo):
    son = {"_id": ObjectId(), "title": "Emma"}
    mongo.books.insert_one(son)
    client = member_of({Book: {"price": MASKED}})
    assert MASK in client.get(url_of(Book, son["_id"])).text
    assert MASK in client.get(reverse("admin:tests_book_add")).text


def test_a_save_leaves_what_is_withheld_to_the_byte(mongo):
    son = book(mongo)
    client = member_of({
        Book: {
            **{"isbn": HIDDEN, "price": MASKED, "blurb": HIDDEN, "pages": VIEW},
            **{"internal": HIDDEN, "reviews__stars": HIDDEN, "extra__closed": HIDDEN},
        }
    })
    answer = send(client, url_of(Book, son["_id"]), {"title": "Persuasion"})
    assert answer.status_code == 302
    found = stored(mongo, son)
    assert found == {**son, "title": "Persuasion"}
    assert [type(each) for each in found.values()] == [
        type(each) for each in son.values()
    ]


def test_a_forged_post_changes_nothing_that_is_closed(mongo):
    son = book(mongo)
    client = member_of({
        Book: {"isbn": HIDDEN, "price": MASKED, "pages": VIEW, "extra__closed": HIDDEN}
    })
    forged = {"isbn": "1", "price": "1", "pages": "1", "extra": '{"closed": 1}'}
    answer = send(client, url_of(Book, son["_id"]), forged)
    assert answer.status_code == 302
    assert stored(mongo, son) == son


def test_a_container_of_free_values_is_shown_without_what_is_denied(mongo):
    son = book(mongo)
    client = member_of({Book: {"extra__closed": HIDDEN}})
    html = client.get(url_of(Book, son["_id"])).text
    assert "deep secret" not in html
    assert 'name="extra' not in html
    assert "open" in html


def test_undeclared_keys_that_are_denied_are_neither_shown_nor_set(mongo):
    son = book(mongo, other="plain")
    client = member_of({Book: {"internal": HIDDEN}}, also=["change_raw_book"])
    url = url_of(Book, son["_id"])
    html = client.get(url).text
    assert "undeclared secret" not in html
    assert "plain" in html
    answer = send(client, url, {"other_stored_fields": '{"internal": 1}'})
    assert answer.status_code == 200
    assert stored(mongo, son) == son
    answer = send(client, url, {"other_stored_fields": '{"other": "new"}'})
    assert stored(mongo, son) == {**son, "other": "new"}


def test_rows_keep_what_their_form_does_not_have(mongo):
    son = book(mongo)
    client = member_of({Book: {"reviews__stars": HIDDEN}})
    url = url_of(Book, son["_id"])
    html = client.get(url).text
    assert "reviews-0-stars" not in html
    sent = {
        "reviews-0-text": "Better",
        "reviews-1-DELETE": "on",
        "reviews-2-text": "New",
    }
    assert send(client, url, sent).status_code == 302
    assert stored(mongo, son)["reviews"] == [
        {"text": "Better", "stars": 5.0, "odd": "row secret"},
        {"text": "New"},
    ]


def test_rows_say_that_a_value_is_masked(mongo):
    son = book(mongo)
    client = member_of({Book: {"reviews__stars": MASKED}})
    html = client.get(url_of(Book, son["_id"])).text
    assert html.count(MASK) >= 2
    assert "reviews-0-stars" not in html


def test_rows_of_a_field_that_is_hidden_are_not_on_the_page(mongo):
    son = book(mongo)
    client = member_of({Book: {"reviews": HIDDEN}})
    html = client.get(url_of(Book, son["_id"])).text
    assert "reviews" not in html
    assert "Good" not in html


def test_rows_of_a_field_that_is_viewed_are_read_only(mongo):
    son = book(mongo)
    client = member_of({Book: {"reviews": VIEW}})
    html = client.get(url_of(Book, son["_id"])).text
    assert "Good" in html
    assert 'name="reviews-0-text"' not in html
    assert send(client, url_of(Book, son["_id"])).status_code == 302
    assert stored(mongo, son) == son


@pytest.fixture
def publisher(mongo):
    son = {
        "_id": ObjectId(),
        "name": "Murray",
        "address": {"street": Int64(50), "city": "London", "key": "odd"},
        "offices": [{"street": "a secret", "city": "Bath"}, {"city": "Kent"}],
    }
    mongo.publishers.insert_one(son)
    return son


@pytest.mark.parametrize("access", [HIDDEN, MASKED])
def test_a_form_within_the_form_keeps_what_it_lacks(mongo, publisher, access):
    client = member_of({Publisher: {"address__street": access}})
    url = url_of(Publisher, publisher["_id"])
    html = client.get(url).text
    assert "address-street" not in html
    assert (MASK in html) == (access == MASKED)
    forged = {"address-city": "Leeds", "address-street": "forged"}
    assert send(client, url, forged).status_code == 302
    expected = {**publisher["address"], "city": "Leeds"}
    assert stored(mongo, publisher, "publishers")["address"] == expected


def test_a_value_within_the_form_is_only_viewed(mongo, publisher):
    client = member_of({Publisher: {"address__city": VIEW}})
    url = url_of(Publisher, publisher["_id"])
    assert "London" in client.get(url).text
    answer = send(client, url, {"address-city": "Leeds", "name": "J. Murray"})
    assert answer.status_code == 302
    assert stored(mongo, publisher, "publishers") == {**publisher, "name": "J. Murray"}


def test_rows_of_another_document_have_the_limits_of_their_own(mongo):
    son = book(mongo)
    chapter = {"_id": ObjectId(), "book": son["_id"], "number": 3, "heading": "Chapter"}
    mongo.chapters.insert_one(chapter)
    client = member_of({Book: {}, Chapter: {"number": MASKED}})
    url = url_of(Book, son["_id"])
    html = client.get(url).text
    assert "chapter_set-0-number" not in html
    assert MASK in html
    name = next(each for each in html.split('"') if each.endswith("-0-heading"))
    answer = send(client, url, {name: "One", name.replace("heading", "number"): "9"})
    assert answer.status_code == 302
    found = stored(mongo, chapter, "chapters")
    assert found == {**chapter, "heading": "One"}


def test_the_address_fills_in_nothing_that_is_closed(mongo):
    client = member_of({Book: {"pages": HIDDEN, "isbn": VIEW}})
    html = client.get(
        reverse("admin:tests_book_add"), {"pages": 76543, "isbn": "xyz"}
    ).text
    assert "xyz" not in html
    assert "76543" not in html


def test_an_addition_says_why_a_closed_field_stands_in_its_way(mongo):
    client = member_of({Author: {"name": MASKED}})
    answer = client.post(reverse("admin:tests_author_add"), {"code": "a"})
    assert "which you may not edit" in answer.text
    assert mongo.authors.count_documents({}) == 0


def test_a_missing_required_value_that_is_hidden_stops_no_change(mongo):
    mongo.authors.insert_one({"_id": "a", "born": None})
    client = member_of({Author: {"name": HIDDEN}})
    answer = send(client, url_of(Author, "a"), {"born": "1775-12-16"})
    assert answer.status_code == 302
    assert "name" not in mongo.authors.find_one({})


def test_who_may_view_only_sees_no_more(mongo):
    son = book(mongo)
    limits = {Book: {"isbn": HIDDEN, "price": MASKED, "reviews__text": HIDDEN}}
    client = member_of(limits, actions=["view"])
    html = client.get(url_of(Book, son["_id"])).text
    for secret in ("978secret", "9.9", "Good"):
        assert secret not in html
    assert MASK in html


def test_a_select_offers_and_names_only_what_may_be_seen(mongo):
    mongo.authors.insert_many([
        {"_id": "a", "name": "Austen secret"},
        {"_id": "b", "name": "Bronte", "born": None},
    ])
    son = book(mongo, author="a")
    client = member_of({Book: {}, Author: {}})
    GroupLimit.objects.filter(document="tests.author").update(rows={"name": "Bronte"})
    html = client.get(url_of(Book, son["_id"])).text
    assert "Austen secret" not in html
    assert "Bronte" in html
    assert send(client, url_of(Book, son["_id"]), {"title": "T"}).status_code == 302
    assert stored(mongo, son)["author"] == "a"
    answer = send(client, url_of(Book, son["_id"]), {"author": "b"})
    assert answer.status_code == 302


def test_a_select_names_documents_without_their_masked_values(mongo):
    mongo.authors.insert_one({"_id": "a", "name": "Austen secret"})
    son = book(mongo, author="a")
    client = member_of({Book: {}, Author: {"name": MASKED}})
    assert "Austen secret" not in client.get(url_of(Book, son["_id"])).text


def test_the_raw_page_leaves_out_what_is_withheld_and_puts_it_back(mongo):
    son = book(mongo)
    limits = {"isbn": HIDDEN, "internal__note": MASKED, "reviews__stars": HIDDEN}
    client = member_of({Book: limits}, also=["change_raw_book"])
    url = url_of(Book, son["_id"], "raw")
    html = client.get(url).text
    text = dict(Submission(html).pairs)["document"]
    for secret in ("978secret", "undeclared secret"):
        assert secret not in html
    for secret in ("5.0", "one"):
        assert f'"{secret}"' not in text
    shown = json.loads(text)
    assert [*shown["reviews"][0]] == ["text", "odd", "$hidden"]
    assert (shown.keys() ^ son.keys(), [*shown["internal"]]) == ({"isbn"}, ["n"])
    assert (
        send(client, url, {"document": text.replace("Emma", "Ada")}).status_code == 302
    )
    found = stored(mongo, son)
    assert bson.encode(found) == bson.encode({**son, "title": "Ada"})


def test_the_raw_page_is_the_same_where_nothing_withheld_is_stored(mongo):
    limits = {"isbn": HIDDEN, "price": MASKED}
    son = {"_id": ObjectId(), "title": "Emma"}
    mongo.books.insert_one(son)
    client = member_of({Book: limits}, also=["change_raw_book"])
    url = url_of(Book, son["_id"], "raw")
    texts = [dict(Submission(client.get(url).text).pairs)["document"]]
    mongo.books.update_one({}, {"$set": {"isbn": None, "price": Decimal128("1")}})
    texts.append(dict(Submission(client.get(url).text).pairs)["document"])
    assert texts[0] == texts[1]
    for guess in ({"isbn": None}, {"price": 1}):
        sent = json.dumps({**json.loads(texts[0]), **guess})
        assert "cannot be changed, moved" in send(client, url, {"document": sent}).text


@pytest.mark.parametrize(
    "change",
    [
        lambda son: son.update(isbn={"$hidden": "0"}),
        lambda son: son.update(isbn="mine"),
        lambda son: son.update(title={"$hidden": son["reviews"][0]["$hidden"]}),
        lambda son: son["internal"].update(note=1),
        lambda son: son.update(internal=1),
        lambda son: son.pop("internal"),
        lambda son: son["internal"].update(other=son["reviews"][0]),
        lambda son: son.update(pages={"$numberLong": "8"}),
        lambda son: son["reviews"][0].update(stars=5),
    ],
    ids=[
        *("forged", "changed", "shown", "key", "replaced", "whole", "copied"),
        *("viewed", "member"),
    ],
)
def test_the_raw_page_takes_no_change_of_what_is_closed(mongo, change):
    son = book(mongo)
    limits = {"isbn": HIDDEN, "internal__note": MASKED, "reviews__stars": HIDDEN}
    client = member_of({Book: {**limits, "pages": VIEW}}, also=["change_raw_book"])
    url = url_of(Book, son["_id"], "raw")
    shown = json.loads(dict(Submission(client.get(url).text).pairs)["document"])
    change(shown)
    answer = send(client, url, {"document": json.dumps(shown)})
    assert answer.status_code == 200
    assert stored(mongo, son) == son


def test_code_sees_the_whole_document_and_no_page_what_it_sets(mongo, monkeypatch):
    son, seen = book(mongo), []

    def clean(document):
        seen.append(document.isbn)
        document.isbn = "978 of code"

    monkeypatch.setattr(Book, "clean", clean)
    monkeypatch.setattr(Book, "__str__", lambda document: f"{document.isbn} {MASK}")
    client = member_of({Book: {"isbn": HIDDEN}})
    answer = send(client, url_of(Book, son["_id"]), {"title": "Ada"}, follow=True)
    assert seen[0] == "978secret"
    assert stored(mongo, son)["isbn"] == "978 of code"
    assert "978" not in answer.text
    assert "978" not in LogEntry.objects.get().object_repr


def test_a_message_of_the_code_quotes_nothing_that_is_withheld(mongo, monkeypatch):
    son = book(mongo)

    def clean(document):
        raise ValidationError(f"Not with {document.isbn} of all.")

    monkeypatch.setattr(Book, "clean", clean)
    client = member_of({Book: {"isbn": HIDDEN}})
    answer = send(client, url_of(Book, son["_id"]), {"title": "Ada"})
    assert "978secret" not in answer.text
    assert f"Not with {MASK} of all." in answer.text


def test_a_conflict_tells_nothing_that_is_withheld(mongo, publisher):
    client = member_of({Publisher: {"offices__street": HIDDEN}})
    url = url_of(Publisher, publisher["_id"])
    sent = dict(Submission(client.get(url).text).pairs)
    mongo.publishers.update_one({}, {"$set": {"offices.0.city": "York"}})
    sent |= {"offices-0-DELETE": "on", "_save": "Save"}
    sent.pop("_addanother", None)
    answer = client.post(url, sent)
    assert answer.status_code == 200
    assert "York" in answer.text
    assert "a secret" not in answer.text


def test_a_form_of_the_project_may_name_a_field_that_is_closed(mongo, monkeypatch):
    class OwnForm(DocumentForm):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.fields["isbn"].help_text = "secret help"

    son, admin = book(mongo), site._registry[Book]
    monkeypatch.setattr(admin, "form", OwnForm)
    monkeypatch.setattr(admin, "prepopulated_fields", {"isbn": ("title",)})
    lines = (
        ("T", {"fields": ("title", ("isbn", "pages"))}),
        ("I", {"fields": ["isbn"]}),
    )
    monkeypatch.setattr(admin, "fieldsets", lines)
    client = member_of({Book: {"isbn": HIDDEN}})
    for url in (url_of(Book, son["_id"]), reverse("admin:tests_book_add")):
        answer = client.get(url)
        assert answer.status_code == 200
        assert "isbn" not in answer.text
        assert "secret help" not in answer.text


def test_an_inline_limits_the_fields_of_its_rows(admin_client, mongo, monkeypatch):
    son = book(mongo)
    monkeypatch.setattr(ReviewInline, "field_access", {"stars": "hidden"})
    html = admin_client.get(url_of(Book, son["_id"])).text
    assert "reviews-0-stars" not in html
    assert "reviews-0-text" in html


@pytest.mark.parametrize(
    ("access", "status"), [(HIDDEN, 404), (MASKED, 404), (VIEW, 200)]
)
def test_a_file_that_is_withheld_is_not_to_be_had(mongo, access, status):
    son = {"_id": ObjectId(), "name": "A", "seal": b"sealed"}
    mongo.folders.insert_one(son)
    client = member_of({Folder: {"seal": access}})
    url = reverse("admin:tests_folder_file", args=[son["_id"], "seal"])
    assert client.get(url).status_code == status


@pytest.mark.parametrize("limit", [{"rows": {"title": "Ada"}}, {}])
def test_view_on_site_leads_to_what_may_be_seen(mongo, monkeypatch, limit):
    son = book(mongo)

    def to_book(document):
        return f"/books/{document.isbn}/"

    monkeypatch.setattr(Book, "get_absolute_url", to_book, raising=False)
    client = member_of({Book: {"isbn": HIDDEN}})
    GroupLimit.objects.update(**limit or {"rows": {}})
    content_type = ContentType.objects.get(app_label="tests", model="book")
    url = reverse("admin:view_on_site", args=[content_type.pk, son["_id"]])
    answer = client.get(url)
    assert answer.status_code == (404 if limit else 302)
    assert "978secret" not in answer.get("Location", "")
