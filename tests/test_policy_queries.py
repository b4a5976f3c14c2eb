"""What else of lists, and beside them, a person may not see: rows read in part, labels,
autocomplete, the box "Go to ID", the schema page, data health.
"""

import pytest
from bson import ObjectId
from django.contrib import admin as django_admin

from admin_ext import changelist, memory
from admin_ext.filters import ReferenceStateFieldListFilter
from admin_ext.models import FieldLimit
from admin_ext.policies import MASK
from admin_ext.policies.access import Access
from tests.documents import Book, Publisher
from tests.groups import group_for, member_of, permitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("other_mongo")]

HIDDEN, MASKED, VIEW = Access.HIDDEN, Access.MASKED, Access.VIEW

BOOKS, AUTOCOMPLETE = "/admin/tests/book/", "/admin/autocomplete/"
PUBLISHER = {"app_label": "tests", "model_name": "book", "field_name": "publisher"}


def told(response):
    """Return all that a response tells: its headers, and its text."""
    return f"{response.headers}{response.text}"


@pytest.fixture
def options(monkeypatch):
    """Return a function that sets options of the admin of a class."""

    def use(document, **values):
        admin = django_admin.site.get_model_admin(document)
        for name, value in values.items():
            monkeypatch.setattr(admin, name, value)

    return use


def houses_whose_name_is(access, **fields):
    """Return a group that may view publishers, with this access to their names."""
    group = group_for("publisher", "view", **fields)
    limit = group.document_limits.get()
    FieldLimit.objects.create(limit=limit, path="name", access=access)
    return group


def projections(commands):
    return [
        each.document["projection"]
        for each in commands
        if each.name == "find" and each.document.get("projection")
    ]


def test_what_is_denied_is_not_fetched(mongo, options, mongo_commands):
    options(Book, list_display=("title", "blurb"), list_filter=(), date_hierarchy=None)
    mongo.books.insert_one({"title": "T", "blurbText": "Zanzibar"})
    client = member_of(group_for("book", "view", blurb=MASKED))
    with mongo_commands() as commands:
        assert MASK in client.get(BOOKS).text
    (fetched,) = projections(commands)
    assert "blurbText" not in str(fetched.get("_parts", {}).get("nodes", "")) + str([
        *fetched
    ])


@pytest.mark.parametrize("access", [HIDDEN, MASKED])
def test_what_code_reads_beside_brings_nothing_back(mongo, options, access):
    def everything(book):
        return f"{book.pages} {book.to_mongo()} {dict(book._data)} {book.blurb}"

    options(Book, list_display=("title", everything), list_filter=())
    options(Book, date_hierarchy=None)
    book = {"title": "T", "blurbText": "Zanzibar", "extra": {"a": "Bora", "b": "Ok"}}
    mongo.books.insert_many([{**book, "pages": 7}, {**book, "pages": 8}])
    client = member_of(group_for("book", "view", blurb=access, extra__a=access))
    for _learned in range(2):
        text = told(client.get(BOOKS))
        assert "Zanzibar" not in text
        assert "Bora" not in text
        assert "Ok" in text


def test_undeclared_keys_are_not_named(mongo):
    mongo.books.insert_one({"title": "T", "zanzibar": "Bora"})
    text = told(member_of(group_for("book", "view", zanzibar=HIDDEN)).get(BOOKS))
    assert "anzibar" not in text


def test_a_label_has_no_denied_value(mongo, options):
    options(Book, list_display=("title", "publisher"), list_filter=("publisher",))
    key = mongo.publishers.insert_one({"name": "Zanzibar"}).inserted_id
    mongo.books.insert_one({"title": "T", "publisher": key})
    group = houses_whose_name_is(HIDDEN)
    client = member_of(group_for("book", "view"), group)
    for _learned in range(2):
        assert "Zanzibar" not in told(client.get(BOOKS))


def test_a_denied_row_is_shown_as_no_row(mongo, options):
    def house(book):
        return book.publisher.name

    options(Book, list_display=("title", "publisher", house), list_filter=())
    key = mongo.publishers.insert_one({"name": "Zanzibar"}).inserted_id
    mongo.books.insert_one({"title": "T", "publisher": key})
    group = group_for("publisher", "view", rows={"name": "Seen"})
    client = member_of(group_for("book", "view"), group)
    with_row = client.get(BOOKS).text
    assert "Zanzibar" not in with_row
    mongo.publishers.delete_many({})
    assert shown_rows(client.get(BOOKS).text) == shown_rows(with_row)


def shown_rows(html):
    return html.partition("<tbody>")[2].partition("</tbody>")[0]


def test_the_document_named_by_a_column_is_redacted_for_code_too(mongo, options):
    def house(book):
        return f"house {book.publisher.name}"

    options(Book, list_display=("title", house), list_filter=())
    key = mongo.publishers.insert_one({"name": "Zanzibar"}).inserted_id
    mongo.books.insert_one({"title": "T", "publisher": key})
    group = houses_whose_name_is(MASKED)
    client = member_of(group_for("book", "view"), group)
    for _learned in range(2):
        text = told(client.get(BOOKS))
        assert "house None" in text
        assert "Zanzibar" not in text


def completed(client, term, **more):
    answer = client.get(AUTOCOMPLETE, PUBLISHER | {"term": term} | more)
    return [each["text"] for each in answer.json()["results"]], told(answer)


@pytest.fixture
def houses(mongo):
    mongo.publishers.insert_many([
        {"_id": n, "name": f"P{n}", "address": {"city": f"Bora{n * 4 % 9}"}}
        for n in range(9)
    ])


def test_autocomplete_finds_no_denied_row(houses):
    client = member_of(
        group_for("book", "view"),
        group_for("publisher", "view", rows={"name__in": ["P1", "P2"]}),
    )
    assert completed(client, "")[0] == ["P1", "P2"]
    assert completed(client, "P3")[0] == []


def test_autocomplete_searches_and_sorts_by_nothing_denied(houses, options):
    options(
        Publisher, search_fields=("name", "address__city"), ordering=("address__city",)
    )
    client = member_of(
        group_for("book", "view"), group_for("publisher", "view", address=HIDDEN)
    )
    found, text = completed(client, "")
    assert found == [f"P{8 - n}" for n in range(9)]
    assert "Bora" not in text
    assert completed(client, "Bora3")[0] == completed(client, "Nowhere")[0] == []


def test_autocomplete_has_no_denied_label(houses):
    client = member_of(group_for("book", "view"), houses_whose_name_is(MASKED))
    found, text = completed(client, "")
    assert len(found) == 9
    assert "P1" not in text
    assert completed(client, "P3")[0] == completed(client, "Nowhere")[0]


def said(response):
    return response.text.partition('id="content-main"')[2]


def test_go_to_finds_no_denied_row(mongo):
    key = mongo.books.insert_one({"title": "Zanzibar"}).inserted_id
    client = member_of(group_for("book", "view", rows={"title": "Seen"}))
    answer = client.get("/admin/go-to/", {"q": str(key)})
    assert answer.status_code == 200
    nowhere = client.get("/admin/go-to/", {"q": str(key)[::-1]})
    assert said(answer).replace(str(key), "") == said(nowhere).replace(
        str(key)[::-1], ""
    )


def test_a_link_of_another_person_begins_at_no_denied_value(
    mongo, options, monkeypatch
):

    monkeypatch.setattr(changelist, "MAX_SORTED", 0)
    options(Book, ordering=("-pages",), list_display=("title", "pages"))
    options(Book, list_per_page=2, list_max_count=2, list_filter=())
    mongo.books.create_index("pages")
    mongo.books.insert_many([{"title": f"T{n}", "pages": n} for n in range(6)])
    other = member_of(group_for("book", "view"))
    links = other.get(BOOKS).context["cl"].keyset.links
    at = next(each["_at"] for _rel, _label, each in links if each and "_at" in each)
    client = member_of(group_for("book", "view", name="b", pages=HIDDEN))
    assert client.get(BOOKS, {"_at": at}).status_code == 302
    plain, jumped = (client.get(BOOKS, each) for each in ({}, {"_from": "3"}))
    assert shown_rows(plain.text).count("field-title") == 2
    assert jumped.context["cl"].keyset.jump.name == "id"


def test_who_sees_a_part_is_not_told_how_many_there_are(mongo, options, settings):
    settings.ADMIN_EXT_LARGE_COLLECTION = 10
    options(Book, list_display=("title", "pages"), search_fields=("title",))
    mongo.books.insert_many([{"title": f"T{n}", "pages": n} for n in range(31)])
    client = member_of(group_for("book", "view", rows={"pages__lt": 20}))
    for query in ({"q": "T"}, {"o": "2"}, {"kind__exact": "novel"}):
        text = client.get(BOOKS, query).text
        assert " 31 " not in text
        assert "pages&quot;" not in text


def test_the_schema_page_tells_nothing_of_what_is_denied(mongo):
    mongo.books.create_index("blurbText")
    mongo.books.create_index("pages", partialFilterExpression={"blurbText": "Zanzibar"})
    mongo.books.create_index("rating")
    book = {"title": "T", "blurbText": "Zanzibar", "extra": {"a": "Bora", "b": "Ok"}}
    mongo.books.insert_one(book)
    client = member_of(group_for("book", "view", blurb=MASKED, extra__a=HIDDEN))
    text = told(client.get(f"{BOOKS}schema/"))
    assert "rating_1" in text
    for each in ("Zanzibar", "Bora", "blurb", "pages_1"):
        assert each not in text


def test_the_schema_page_of_some_rows_is_of_these_alone(mongo):
    mongo.books.insert_many([{"title": "Seen"}, {"title": "Zanzibar", "bora": 1}])
    client = member_of(group_for("book", "view", rows={"title": "Seen"}))
    text = told(permitted(client, "view_raw_book").get(f"{BOOKS}schema/"))
    assert "Read all 1 documents" in text
    for each in ("Zanzibar", "bora", "Size of the data"):
        assert each not in text


ONE, TWO, THREE = (ObjectId(f"{n:024}") for n in range(1, 4))


@pytest.fixture
def hulls(mongo):
    memory.forget()
    mongo.hulls.insert_many([
        {"_id": ONE, "_cls": "Hull", "name": "a", "yard": 5, "bora": 1},
        {"_id": TWO, "_cls": "Hull", "name": "b", "grade": "Zanzibar"},
        {"_id": THREE, "_cls": "Hull", "name": "c"},
    ])


HULLS, HEALTH = "/admin/tests/hull/", "/admin/data-health/tests/hull/"


def healthy(group):
    return permitted(member_of(group), "view_health_hull")


def test_data_health_tells_nothing_of_what_is_denied(hulls):
    client = healthy(group_for("hull", "view", grade=HIDDEN, yard=MASKED, bora=HIDDEN))
    text = told(client.get(HEALTH))
    for each in ("Zanzibar", "grade", "wrong type", "bora"):
        assert each not in text
    # Who may know is told, though what was found is remembered.
    assert "Zanzibar" in told(
        healthy(group_for("hull", "view", name="all")).get(HEALTH)
    )


def test_data_health_samples_no_denied_row(hulls):
    client = healthy(group_for("hull", "view", rows={"name": "c"}))
    text = told(client.get(HEALTH))
    assert "Zanzibar" not in text
    assert "The one document was read." in text


@pytest.mark.parametrize(
    "drift", ["type:yard", "choices:grade", "extra:", "extra::bora"]
)
def test_documents_with_a_denied_problem_are_no_list(hulls, drift):
    client = healthy(group_for("hull", "view", grade=HIDDEN, yard=MASKED, bora=HIDDEN))
    answer, unknown = (client.get(HULLS, {"_drift": each}) for each in (drift, "no:x"))
    assert (answer.status_code, answer.url) == (unknown.status_code, unknown.url)


def test_a_state_of_denied_references_is_not_filtered_by(mongo, options):
    options(Book, list_filter=(("publisher", ReferenceStateFieldListFilter),))
    mongo.books.insert_one({"title": "T", "publisher": 5})
    client = member_of(group_for("book", "view", publisher=HIDDEN))
    assert "referencestate" not in told(client.get(BOOKS))
    query = {"publisher__referencestate": "dangling"}
    assert client.get(BOOKS, query).status_code == 302


def test_what_the_code_denies_everybody_is_on_no_page_of_collections(
    mongo, options, admin_client
):
    options(Book, field_access={"blurb": "hidden"})
    key = mongo.books.insert_one({"title": "T", "blurbText": "Zanzibar"}).inserted_id
    for url in (
        BOOKS,
        "/admin/collections/default/books/",
        f"/admin/collections/default/books/{key}/",
    ):
        answer = admin_client.get(url)
        assert answer.status_code == 200
        assert "Zanzibar" not in told(answer)


def test_a_line_of_a_collection_does_not_count_what_is_denied(
    mongo, options, admin_client
):
    options(Book, field_access={"extra__secret": "hidden"})
    long = {f"key{number}": "x" * 60 for number in range(5)}
    lines = []
    for extra in (long, long | {"secret": "Zanzibar"}):
        mongo.books.drop()
        mongo.books.insert_one({"_id": 1, "title": "T", "extra": extra})
        lines.append(told(admin_client.get("/admin/collections/default/books/")))
    assert "extra: …" in lines[0]
    assert "extra: …" in lines[1]
    assert "6 keys" not in lines[1]
