"""The list: columns, order, search, pages, dates, cells to edit, what it costs."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from bson import Decimal128, ObjectId
from django.contrib import admin
from django.contrib.admin import site
from django.db.models import F
from django.db.models.functions import Lower
from django.utils import timezone

from tests.documents import Author, Book
from tests.odd_documents import Meeting

BOOKS = "/admin/tests/book/"
AUTHORS = "/admin/tests/author/"
MEETINGS = "/admin/tests/meeting/"
EVERYTHING = "/admin/tests/everything/"
KEY = ObjectId("5f0000000000000000000001")


@pytest.fixture
def books(mongo):
    mongo.authors.insert_many([
        {"_id": "ada", "name": "Ada Lovelace"},
        {"_id": "bob", "name": "Bob"},
    ])
    mongo.books.insert_many([
        {"_id": KEY, "title": "Red house", "author": "ada", "isbn": "111"},
        {"title": "red barn", "author": "bob", "isbn": "1112", "kind": "novel"},
        {"title": "Green (house)", "author": "ada", "isbn": "222"},
    ])
    return mongo


def shown(client, url=BOOKS, **query):
    response = client.get(url, query)
    assert response.status_code == 200, response.get("Location")
    return response.context["cl"]


def titles(client, **query):
    return [book.title for book in shown(client, **query).result_list]


def first_letters(client, **query):
    return "".join(sorted(title[:3] for title in titles(client, **query)))


def column(client, name):
    return list(site.get_model_admin(Book).list_display).index(name) + 1


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["title"], ["Green (house)", "Red house", "red barn"]),
        (["-title"], ["red barn", "Red house", "Green (house)"]),
        (["shout"], ["Green (house)", "Red house", "red barn"]),
        (["author", "-title"], ["Red house", "Green (house)", "red barn"]),
        (["kind", "title"], ["Green (house)", "Red house", "red barn"]),
    ],
)
def test_sort_links(admin_client, books, names, expected):
    numbers = [
        ("-" if name[0] == "-" else "") + str(column(admin_client, name.lstrip("-")))
        for name in names
    ]
    assert titles(admin_client, o=".".join(numbers)) == expected


@pytest.mark.parametrize("order", ["99", "x", "-", "1.x.2", "..", "-0", "9" * 40])
def test_a_bad_sort_number_is_ignored_as_django_does(admin_client, books, order):
    assert len(titles(admin_client, o=order)) == 3


def test_the_order_is_total(admin_client, books):
    changelist = shown(admin_client)
    assert changelist.get_ordering(changelist.request, changelist.queryset) == ["-pk"]


def test_a_path_into_a_reference_has_no_sort_link(admin_client, books, monkeypatch):
    book_admin = site.get_model_admin(Book)
    monkeypatch.setattr(book_admin, "list_display", ("title", "author__name"))
    content = admin_client.get(BOOKS).content.decode()
    assert "Ada Lovelace" in content
    header = content.partition("column-author__name")[2].partition("</th>")[0]
    assert "?o=" not in header
    assert titles(admin_client, o="2")


def test_a_column_ordered_by_another_collection_has_no_sort_link(
    admin_client, books, monkeypatch
):
    @admin.display(ordering="author__name")
    def writer(book):
        return book.author.name

    monkeypatch.setattr(site.get_model_admin(Book), "list_display", ("title", writer))
    content = admin_client.get(BOOKS).content.decode()
    assert "Ada Lovelace" in content
    header = content.partition("column-writer")[2].partition("</th>")[0]
    assert "?o=" not in header
    assert len(titles(admin_client, o="2")) == 3


@pytest.mark.parametrize("ordering", [Lower("title"), F("title").asc(nulls_last=True)])
def test_a_column_ordered_by_an_expression_has_no_sort_link(
    admin_client, books, monkeypatch, ordering
):
    column = admin.display(ordering=ordering)(lambda book: book.title)
    monkeypatch.setattr(site.get_model_admin(Book), "list_display", ("title", column))
    content = admin_client.get(BOOKS).content.decode()
    assert "?o=2" not in content
    assert len(titles(admin_client, o="2")) == 3


def test_paths_of_the_columns_are_fetched_once_per_reference(
    admin_client, books, monkeypatch, mongo_commands
):
    mongo = books
    publisher = mongo.publishers.insert_one({"name": "P"}).inserted_id
    first = mongo.books.find_one({"isbn": "111"})["_id"]
    mongo.books.update_many({}, {"$set": {"publisher": publisher}})
    mongo.books.update_many(
        {}, {"$set": {"sequel_of": first, "reviews": [{"text": "x", "by": "ada"}] * 3}}
    )
    columns = ("title", "sequel_of__author__name", "reviews__by", "publisher__name")
    monkeypatch.setattr(site.get_model_admin(Book), "list_display", columns)
    monkeypatch.setattr(site.get_model_admin(Book), "list_filter", ())
    with mongo_commands() as commands:
        content = admin_client.get(BOOKS).content.decode()
    assert content.count('<td class="field-sequel_of__author__name">Ada Love') == 3
    reads = [each.document["find"] for each in commands if each.name == "find"]
    assert sorted(reads) == ["authors", "books", "books", "publishers"]


def test_a_path_into_an_embedded_document_is_sorted_by(admin_client, mongo):
    mongo.meetings.insert_many([{"main": {"lbl": label}} for label in "bca"])
    found = shown(admin_client, MEETINGS, o="4").result_list
    assert [meeting.main.label for meeting in found] == ["a", "b", "c"]


def test_pages(admin_client, mongo, mongo_commands):
    mongo.meetings.insert_many([{"main": {"lbl": f"{n:02}"}} for n in range(25)])
    with mongo_commands() as commands:
        changelist = shown(admin_client, MEETINGS, p="2", o="4")
    assert [each.main.label for each in changelist.result_list][0] == "10"
    assert (changelist.result_count, changelist.paginator.num_pages) == (25, 3)
    reads = [
        command.document
        for command in commands
        if command.name == "find" and command.document["find"] == "meetings"
    ]
    assert [(read["skip"], read["limit"]) for read in reads] == [(10, 10)]
    assert not commands.writes


@pytest.mark.parametrize("page", ["99", "0", "-1", "x", "", "9" * 30])
def test_a_page_that_does_not_exist_is_a_redirect_as_in_django(
    admin_client, books, page
):
    response = admin_client.get(BOOKS, {"p": page})
    assert response.status_code in {200, 302}
    if response.status_code == 302:
        assert response["Location"] == f"{BOOKS}?e=1"


def test_show_all(admin_client, mongo):
    mongo.meetings.insert_many([{} for _number in range(25)])
    assert len(shown(admin_client, MEETINGS, all="").result_list) == 25


def test_an_empty_list(admin_client, mongo):
    response = admin_client.get(BOOKS)
    assert "0 books" in response.content.decode()


@pytest.fixture
def meetings(mongo):
    mongo.meetings.insert_many([
        {"startsAt": datetime(*parts, tzinfo=UTC)}
        for parts in ((2023, 12, 31, 23, 30), (2024, 3, 31, 1), (2024, 3, 31, 23))
    ])
    mongo.meetings.insert_many([{"startsAt": "soon"}, {}])


def dates(client, **query):
    html = client.get(MEETINGS, query).content.decode()
    html = html.partition('<nav class="toplinks">')[2].partition("</nav>")[0]
    return re.findall(r"<a [^>]*>([^<]+)</a>", html)


def test_date_hierarchy_at_all_levels(admin_client, meetings):
    with timezone.override("UTC"):
        assert dates(admin_client) == ["2023", "2024"]
        year = {"starts__year": "2024"}
        assert dates(admin_client, **year) == ["&lsaquo; All dates", "March 2024"]
        month = year | {"starts__month": "3"}
        assert dates(admin_client, **month) == ["&lsaquo; 2024", "March 31"]
        day = month | {"starts__day": "31"}
        assert len(shown(admin_client, MEETINGS, **day).result_list) == 2


def test_date_hierarchy_in_a_time_zone(admin_client, meetings, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    query = {"starts__year": "2024", "starts__month": "4"}
    assert len(shown(admin_client, MEETINGS, **query).result_list) == 1
    assert len(shown(admin_client, MEETINGS, starts__year="2024").result_list) == 3


@pytest.mark.parametrize(
    "query",
    [
        {"starts__year": "x"},
        {"starts__year": "0"},
        {"starts__year": "99999"},
        {"starts__year": "2024", "starts__month": "13"},
        {"starts__year": "2024", "starts__month": "2", "starts__day": "31"},
    ],
)
def test_a_date_that_does_not_exist_is_a_redirect(admin_client, meetings, query):
    response = admin_client.get(MEETINGS, query)
    assert (response.status_code, response["Location"]) == (302, f"{MEETINGS}?e=1")


def test_what_a_page_costs(admin_client, books, mongo_commands):
    books.books.insert_many([
        {"title": str(n), "author": "ada", "others": ["bob", "ada"]} for n in range(60)
    ])
    with mongo_commands() as commands:
        shown(admin_client)
    reads = [command.document.get("find") for command in commands]
    # The page, the authors of its two columns, and those of the two filters.
    assert reads.count("books") == 1
    assert reads.count("authors") == 3
    assert not commands.writes
    assert len(commands) <= 12


def test_list_editable_saves_the_right_rows(admin_client, mongo):
    mongo.authors.insert_many([
        {"_id": code, "name": code.upper(), "unknown": 1} for code in ("a", "b/c", "d")
    ])
    formset = admin_client.get(AUTHORS).context["cl"].formset
    data = {
        "form-TOTAL_FORMS": "3",
        "form-INITIAL_FORMS": "3",
        "_save": "Save",
    }
    for index, form in enumerate(formset.forms):
        data[f"form-{index}-code"] = form.instance.pk
        data[f"form-{index}-name"] = form.instance.name
    changed = next(i for i, f in enumerate(formset.forms) if f.instance.pk == "b/c")
    data[f"form-{changed}-name"] = "New"
    # A row that came meanwhile moves the others down.
    mongo.authors.insert_one({"_id": "zz", "name": "Late"})
    response = admin_client.post(AUTHORS, data, follow=True)
    assert "1 author was changed successfully." in response.content.decode()
    assert {each["_id"]: each["name"] for each in mongo.authors.find()} == {
        **{"a": "A", "b/c": "New", "d": "D", "zz": "Late"}
    }
    assert mongo.authors.count_documents({"unknown": 1}) == 3


def test_list_editable_shows_errors_and_writes_nothing(
    admin_client, mongo, mongo_commands
):
    mongo.authors.insert_one({"_id": "a", "name": "A"})
    data = {
        "form-TOTAL_FORMS": "1",
        "form-INITIAL_FORMS": "1",
        "form-0-code": "a",
        "form-0-name": "x" * 51,
        "_save": "Save",
    }
    with mongo_commands() as commands:
        response = admin_client.post(AUTHORS, data)
    assert "Please correct the error below." in response.content.decode()
    assert "at most 50 characters" in response.content.decode()
    assert not commands.writes


def test_list_editable_of_unchanged_rows_writes_nothing(
    admin_client, mongo, mongo_commands
):
    mongo.authors.insert_many([{"_id": "a", "name": "A"}, {"_id": "b", "name": " b "}])
    data = {
        "form-TOTAL_FORMS": "2",
        "form-INITIAL_FORMS": "2",
        **{"form-0-code": "b", "form-0-name": " b "},
        **{"form-1-code": "a", "form-1-name": "A"},
        "_save": "Save",
    }
    with mongo_commands() as commands:
        response = admin_client.post(AUTHORS, data)
    assert response.status_code == 302
    assert not commands.writes


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"form-TOTAL_FORMS": "x"},
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1"},
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-code": "gone"},
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-code": "a"},
    ],
)
def test_list_editable_with_a_mangled_post_writes_nothing(admin_client, mongo, data):
    mongo.authors.insert_one({"_id": "a", "name": "A"})
    response = admin_client.post(AUTHORS, data | {"_save": "Save"})
    assert response.status_code in {200, 302, 400}
    assert mongo.authors.find_one() == {"_id": "a", "name": "A"}


@pytest.mark.parametrize(
    "data",
    [
        {"action": "delete_selected"},
        {"action": "delete_selected", "_selected_action": "zzz"},
        {"action": "delete_selected", "_selected_action": ["zzz", "$where"]},
        {"action": "nope", "_selected_action": str(KEY)},
        {"action": "delete_selected", "select_across": "x", "_selected_action": "1"},
        {"index": "x", "action": "delete_selected", "_selected_action": "zzz"},
    ],
)
def test_an_action_on_nothing_or_nonsense_deletes_nothing(admin_client, books, data):
    response = admin_client.post(BOOKS, {"index": "0"} | data)
    assert response.status_code in {200, 302, 400}
    assert books.books.count_documents({}) == 3


def test_delete_selected_deletes_the_selected(admin_client, books):
    data = {"action": "delete_selected", "_selected_action": [str(KEY)]}
    response = admin_client.post(BOOKS, data)
    assert "Red house" in response.content.decode()
    assert books.books.count_documents({}) == 3
    admin_client.post(BOOKS, data | {"post": "yes"})
    assert books.books.find_one({"_id": KEY}) is None
    assert books.books.count_documents({}) == 2


def test_a_column_that_raises_is_a_marked_cell(admin_client, mongo, caplog):
    mongo.books.insert_many([{"title": None}, {"title": "fine"}])
    html = admin_client.get(BOOKS).content.decode()
    assert "FINE" in html
    assert html.count(">cannot be shown</span>") == 1


ODD_BOOKS = [
    {"title": {"a": 1}},
    {"title": ["x"], "pages": "five", "price": "x", "rating": float("nan")},
    {"title": "x", "pages": float("inf"), "price": Decimal128("1E+6000")},
    {"published": "yesterday", "in_print": "x", "language": 7, "kind": []},
    {"published": datetime(1, 1, 1, tzinfo=UTC)},
    {"author": {"a": 1}, "publisher": [1], "others": "x", "reviews": "x"},
    {"others": [None, {}, []], "reviews": [None, 3, {"text": 3}], "keywords": [{}]},
    {"extra": "x", "unknown": 1, "_cls": "Gone"},
    {"_id": "text key", "title": "x"},
    {"_id": {"compound": 1, "key": "x"}, "title": "x"},
    {"_id": 7.5},
]


@pytest.mark.parametrize("odd", ODD_BOOKS, ids=range(len(ODD_BOOKS)))
def test_every_page_of_an_odd_document_opens(admin_client, mongo, odd):
    mongo.books.insert_many([dict(odd), {"title": "fine"}])
    response = admin_client.get(BOOKS)
    assert response.status_code == 200
    html = unescape(response.text)
    links = re.findall(r'href="(/admin/tests/book/[^"]+/change/)', html)
    assert len(links) >= 2
    for link in links:
        for page in (link, link.replace("change", "history")):
            assert admin_client.get(page).status_code in {200, 302}, page
        delete = link.replace("change", "delete")
        assert admin_client.get(delete).status_code in {200, 302}, delete


def test_a_list_of_a_hierarchy_shows_what_it_can(admin_client, mongo):
    mongo.vehicles.insert_many([
        {"_cls": "Vehicle", "name": "v"},
        {"_cls": "Vehicle.Lorry", "name": "l", "axles": 2},
        {"_cls": "Vehicle.Gone", "name": "g"},
        {"name": "no class"},
    ])
    response = admin_client.get("/admin/tests/vehicle/")
    assert response.status_code == 200
    assert response.context["cl"].result_count >= 2
    assert admin_client.get("/admin/tests/lorry/").context["cl"].result_count == 1


@pytest.mark.parametrize(
    ("url", "son"),
    [
        ("/admin/tests/parcel/", {"_id": 7, "size": 2}),
        ("/admin/tests/parcel/", {"_id": "seven"}),
        ("/admin/sessions/token/", {"_id": "no uuid"}),
        ("/admin/tests/coupon/", {"_id": 1, "line": "x"}),
        ("/admin/tests/loose/", {"name": "x", "more": {"deep": [1]}}),
    ],
)
def test_documents_with_other_keys(admin_client, mongo, url, son):
    mongo[url.split("/")[3]].insert_one(son)
    response = admin_client.get(url)
    (link,) = re.findall(rf'href="({url}[^"]+/change/)', response.text)
    assert admin_client.get(link).status_code in {200, 302}


def test_a_change_page_of_an_unknown_key_is_a_redirect(admin_client, mongo):
    for key in ("zzz", "5f0000000000000000000009", "_00", "a" * 500, "%00"):
        response = admin_client.get(f"{BOOKS}{key}/change/")
        assert response.status_code in {302, 404}, key


def test_both_kinds_of_documents_are_listed(admin_client, books):
    assert len(shown(admin_client, AUTHORS).result_list) == 2
    assert {type(each) for each in shown(admin_client).result_list} == {Book}
    assert Author in site._registry
    assert Meeting in site._registry


def test_a_list_without_filters_is_counted_once(admin_client, mongo, mongo_commands):
    mongo.books.insert_many([{"title": f"t{n}"} for n in range(3)])
    with mongo_commands() as commands:
        response = admin_client.get("/admin/tests/book/")
    asked = [each for each in commands if "$collStats" in str(each.document)]
    assert len(asked) == 1
    assert "count" not in commands.names
    assert response.context["cl"].full_result_count == 3
    with mongo_commands() as commands:
        response = admin_client.get("/admin/tests/book/", {"title": "t1"})
    found = response.context["cl"]
    assert (found.result_count, found.full_result_count) == (1, 3)
