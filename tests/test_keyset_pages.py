"""Lists that are too long to count: pages by key instead of by number."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from bson import Decimal128, MaxKey, MinKey
from django.contrib.admin import site
from django.core.signing import b64_decode

from admin_ext import changelist
from admin_ext.keyset import ways
from tests import mongodb
from tests.documents import Book
from tests.odd_documents import Everything

BOOKS = "/admin/tests/book/"
FIRST = datetime(2024, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def book_admin(monkeypatch):
    """The admin of books, five of which fill a page, and ten of which are many."""
    monkeypatch.setattr(changelist, "MAX_SORTED", 0)
    admin = site.get_model_admin(Book)
    for name, value in {
        "list_per_page": 5,
        "list_max_count": 10,
        "ordering": ("-published",),
        "list_display": ("title", "author", "kind", "published"),
        "list_filter": ("kind",),
        "date_hierarchy": None,
    }.items():
        monkeypatch.setattr(admin, name, value)
    return admin


@pytest.fixture
def books(mongo, book_admin):
    mongo.authors.insert_one({"_id": "ada", "name": "Ada Lovelace"})
    mongo.books.create_index("published")
    mongo.books.insert_many(
        {
            "title": f"Book {number}",
            "author": "ada",
            "kind": ("novel", "poems")[number > 23],
            "published": FIRST + timedelta(days=number // 2),
        }
        for number in range(32)
    )
    return mongo.books


def page(client, url=BOOKS, **query):
    response = client.get(url, query)
    assert response.status_code == 200, response.get("Location")
    return response


def titles(response):
    found = response.context["cl"].result_list
    return [int(book.title.split()[1]) for book in found]


def link(response, rel):
    found = re.search(rf'<a href="([^"]*)" rel="{rel}">', response.text)
    return BOOKS + found[1].replace("&amp;", "&") if found else None


def walked(client, rel, response):
    pages = [response]
    while link(pages[-1], rel):
        pages.append(page(client, link(pages[-1], rel)))
    return [titles(each) for each in pages]


def test_from_the_first_page_to_the_last_and_back(admin_client, books):
    forwards = walked(admin_client, "next", page(admin_client))
    assert sum(forwards, []) == [*range(31, -1, -1)]
    backwards = walked(admin_client, "prev", page(admin_client, _at="last"))
    assert sum(backwards[:-1][::-1], [])[-30:] == [*range(29, -1, -1)]
    assert backwards[-1] == forwards[0]


def test_both_ends_say_so(admin_client, books):
    first = page(admin_client)
    assert (link(first, "first"), link(first, "prev")) == (None, None)
    last = page(admin_client, link(first, "last"))
    assert titles(last) == [4, 3, 2, 1, 0]
    assert (link(last, "next"), link(last, "last")) == (None, None)
    assert titles(page(admin_client, link(last, "first"))) == titles(first)


def test_few_rows_have_numbered_pages(admin_client, books):
    response = page(admin_client, kind__exact="poems", p=2)
    assert titles(response) == [26, 25, 24]
    assert response.context["cl"].keyset is None
    assert '<span class="this-page">2</span>' in response.text


def test_a_page_by_its_number_where_pages_have_none(admin_client, books):
    assert titles(page(admin_client, p=2)) == [26, 25, 24, 23, 22]
    assert admin_client.get(BOOKS, {"p": 9}).status_code == 302


def test_one_row_is_no_plural(admin_client, books, book_admin):
    books.delete_many({"title": {"$ne": "Book 1"}})
    book_admin.list_pages = "keyset"
    try:
        assert '<span class="count">1 book</span>' in page(admin_client).text
    finally:
        del book_admin.list_pages


def test_all_rows_where_they_may_be_shown(admin_client, books, book_admin, monkeypatch):
    monkeypatch.setattr(book_admin, "list_max_count", 100)
    monkeypatch.setattr(book_admin, "list_max_show_all", 40)
    assert titles(page(admin_client, all="")) == [*range(31, -1, -1)]


@pytest.mark.parametrize("number", [0, -1, 9])
def test_a_page_that_there_is_not(admin_client, books, book_admin, monkeypatch, number):
    monkeypatch.setattr(book_admin, "list_max_count", 100)
    book_admin.list_pages = "keyset"
    try:
        response = admin_client.get(BOOKS, {"p": number})
    finally:
        del book_admin.list_pages
    assert (response.status_code, response["Location"]) == (302, f"{BOOKS}?e=1")


def test_a_page_of_what_was_estimated_and_deleted(admin_client, books):
    page(admin_client)
    books.delete_many({"title": {"$ne": "Book 1"}})
    assert admin_client.get(BOOKS, {"p": 2}).status_code == 302


@pytest.mark.parametrize(
    ("options", "is_told"),
    [
        ({}, True),
        ({"is_hidden_in_raw": lambda _request, field: field.name == "blurb"}, False),
        ({"lookup_allowed": lambda lookup, value, request: lookup != "blurb"}, False),
    ],
)
def test_what_a_list_is_sorted_by_and_does_not_show(
    admin_client, books, book_admin, monkeypatch, options, is_told
):
    books.update_many({}, {"$set": {"blurbText": "Once upon a time"}})
    for name, value in {"ordering": ("blurb",), **options}.items():
        monkeypatch.setattr(book_admin, name, value)
    first = page(admin_client, _from="On")
    assert ("Begin at" in first.text) == is_told
    assert titles(first) == [31, 30, 29, 28, 27]
    position = link(first, "next").split("_at=")[1].split("%3A")[0]
    assert (b"Once upon" in b64_decode(position.encode())) == is_told
    assert titles(page(admin_client, link(first, "next"))) == [26, 25, 24, 23, 22]


@pytest.mark.parametrize(
    ("pages", "query", "has_numbers"),
    [
        ("numbered", {}, True),
        ("keyset", {"kind__exact": "poems"}, False),
        (None, {}, False),
    ],
)
def test_the_option_decides(admin_client, books, book_admin, pages, query, has_numbers):
    book_admin.list_pages = pages
    try:
        response = page(admin_client, **query)
    finally:
        del book_admin.list_pages
    assert (response.context["cl"].keyset is None) == has_numbers


@pytest.mark.parametrize("at", ["", "x", "first", "WyI:1:2"])
def test_a_position_that_is_none(admin_client, books, at):
    response = admin_client.get(BOOKS, {"_at": at})
    assert (response.status_code, response["Location"]) == (302, f"{BOOKS}?e=1")


def test_a_position_in_another_order(admin_client, books):
    url = link(page(admin_client), "next")
    assert admin_client.get(f"{url}&o=1").status_code == 302


def test_no_link_but_those_to_pages_has_the_position(admin_client, books):
    second = page(admin_client, link(page(admin_client), "next"))
    others = re.findall(r'href="\?([^"]*)"(?! rel)', second.text)
    assert others
    # The same page again has it.
    assert all("_count=" in each for each in others if "_at" in each)


def test_the_page_comes_back_after_an_edit(admin_client, books):
    url = link(page(admin_client), "next")
    second = page(admin_client, url)
    changelist = second.context["cl"]
    assert "_at" in changelist.preserved_filters


@pytest.mark.parametrize(
    ("order", "asked", "first"),
    [
        ("-4", "2024-01-05", 9),
        ("4", "2024-01-05", 9),
        ("-4", "2024-01-05 11:00", 7),
        ("4", "2024-01-05 13:00", 11),
        ("-4", "2030-01-01", 31),
        ("4", "2030-01-01", 26),
        ("-1", "Book 2", 29),
        ("1", "Book 2", 2),
    ],
)
def test_a_jump_to_a_value(admin_client, books, order, asked, first):
    assert titles(page(admin_client, o=order, _from=asked))[0] == first


@pytest.mark.parametrize(
    ("order", "asked", "expected"),
    [
        ("2", "5", [3, 5, 9, 8]),
        ("2", "9", [8]),
        ("-2", "5", [3, 2, 0, 6, 7]),
        ("-2", "8", [9, 5, 4, 3, 2, 0, 6, 7]),
    ],
)
def test_a_jump_among_arrays(
    admin_client, books, book_admin, monkeypatch, order, asked, expected
):
    monkeypatch.setattr(book_admin, "list_display", ("title", "pages"))
    monkeypatch.setattr(book_admin, "list_max_count", 5)
    books.delete_many({})
    pages = [1, [1, 9], 3, 5, [6, 2], 7, None, [], "a", [8]]
    books.insert_many(
        {"title": f"Book {number}", "pages": each} for number, each in enumerate(pages)
    )
    rows = walked(admin_client, "next", page(admin_client, o=order, _from=asked))
    assert sum(rows, []) == expected


@pytest.mark.parametrize(
    ("method", "option"),
    [("collation", {"locale": "en", "numericOrdering": True}), ("hint", "_id_")],
)
def test_a_queryset_with_options_has_pages_by_key(
    admin_client, books, book_admin, monkeypatch, method, option
):
    queryset = getattr(Book._default_manager.all(), method)(option)
    monkeypatch.setattr(book_admin, "get_queryset", lambda _request: queryset.all())
    rows = walked(admin_client, "next", page(admin_client, o="1"))
    by_number, by_bytes = [*range(32)], sorted(range(32), key=str)
    assert sum(rows, []) == (by_number if method == "collation" else by_bytes)
    assert titles(page(admin_client, o="-1", _at="last")) == sum(rows, [])[4::-1]


def test_the_ways_on_from_a_jump(admin_client, books):
    middle = page(admin_client, o="4", _from="2024-01-05")
    assert titles(page(admin_client, link(middle, "prev"))) == [2, 5, 4, 7, 6]
    assert titles(page(admin_client, link(middle, "next"))) == [12, 15, 14, 17, 16]


def test_a_jump_to_what_is_no_value(admin_client, books):
    response = page(admin_client, _from="soon")
    assert titles(response)[0] == 31
    assert "“soon” is no value of Published." in response.text


def test_the_jump_keeps_filters_and_order(admin_client, books):
    response = page(admin_client, kind__exact="novel", o="-4", q="Book")
    form = response.text.split('class="admin-ext jump"')[1].split("</form>")[0]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert hidden == {"kind__exact": "novel", "o": "-4", "q": "Book"}


@pytest.mark.parametrize("rel", ["next", "last"])
def test_what_a_page_costs(admin_client, books, mongo_commands, mongo_profile, rel):
    url = link(page(admin_client), rel)
    page(admin_client, url)
    with mongo_commands() as commands:
        page(admin_client, url)
    assert len(commands) <= 3
    with mongo_profile() as operations:
        page(admin_client, url)
    # A row more than is shown; of the last day, both; and the author.
    assert 0 < sum(each.examined for each in operations) <= 6 + 2 + 1


def test_what_a_numbered_page_costs(
    admin_client, books, book_admin, monkeypatch, mongo_commands
):
    monkeypatch.setattr(book_admin, "list_per_page", 4)
    page(admin_client, kind__exact="poems", p=2)
    with mongo_commands() as commands:
        assert titles(page(admin_client, kind__exact="poems", p=2)) == [27, 26, 25, 24]
    assert commands.names == ["count", "find", "find"]


def test_a_long_run_of_equal_values_costs_no_more(admin_client, books, mongo_profile):
    books.update_many({}, {"$set": {"published": FIRST}})
    pages = walked(admin_client, "next", page(admin_client))
    assert sorted(sum(pages, [])) == [*range(32)]
    assert max(map(len, pages)) == 5


def test_rows_that_mongodb_does_not_give(
    admin_client, books, mongo_faults, mongo_commands
):
    page(admin_client)
    with (
        mongo_faults("books", errorCode=mongodb.TIME_LIMIT),
        mongo_commands() as commands,
    ):
        response = page(admin_client, _at="last")
    assert [each.name for each in commands if "sort" in each.document] == ["find"]
    assert "The rows could not be read." in response.text
    assert link(response, "first")
    assert not link(response, "next")


def test_the_rows_of_a_page_come_in_one_batch(
    admin_client, books, book_admin, mongo_commands
):
    book_admin.list_per_page = 100
    books.insert_many([{"title": f"Book {number}"} for number in range(32, 232)])
    with mongo_commands() as commands:
        assert len(titles(page(admin_client))) == 100
    assert "aggregate" in commands.names
    assert "getMore" not in commands.names


ODD = [
    *(None, 1, 2.5, "a", "", True, [], [3, "b"], {"a": 1}, b"12"),
    *(datetime(2024, 1, 1, tzinfo=UTC), Decimal128("2.5"), MinKey(), MaxKey()),
]
COLUMNS = [
    name
    for name in Everything._fields
    if name != "id" and Everything._meta.get_field(name).editable
]


@pytest.fixture
def everything(mongo, monkeypatch):
    monkeypatch.setattr(changelist, "MAX_SORTED", 0)
    admin = site.get_model_admin(Everything)
    for name, value in {"list_per_page": 4, "list_max_count": 5}.items():
        monkeypatch.setattr(admin, name, value)
    monkeypatch.setattr(admin, "list_display", ("id", *COLUMNS))
    monkeypatch.setattr(admin, "list_filter", ())
    names = [Everything._fields[name].db_field for name in COLUMNS]
    mongo.everything.insert_many(
        {name: ODD[(number + at) % len(ODD)] for at, name in enumerate(names)}
        for number in range(len(ODD))
    )
    return mongo.everything


@pytest.mark.parametrize("direction", ["", "-"])
@pytest.mark.parametrize("number", range(2, len(COLUMNS) + 2, 6))
def test_any_column_of_odd_values(admin_client, everything, number, direction):
    order = f"{direction}{number}"
    pages = [page(admin_client, "/admin/tests/everything/", o=order)]
    while link(pages[-1], "next"):
        url = link(pages[-1], "next").replace(BOOKS, "/admin/tests/everything/")
        pages.append(page(admin_client, url))
    rows = [row for response in pages for row in response.context["cl"].result_list]
    assert sorted(row.pk for row in rows) == sorted(everything.distinct("_id"))


def test_the_first_array_in_a_column_is_noticed(admin_client, books, monkeypatch):
    page(admin_client)
    monkeypatch.setattr(ways, "MAX_AGE", 0)
    days = [FIRST + timedelta(days=20), FIRST]
    books.update_one({"title": "Book 3"}, {"$set": {"published": days}})
    pages = walked(admin_client, "next", page(admin_client))
    assert sorted(sum(pages, [])) == [*range(32)]


@pytest.mark.parametrize("asked", ["1", "a", "2024-01-01", "{}", "\0", "$a", "9" * 400])
def test_a_jump_in_any_column(admin_client, everything, asked):
    for number in range(2, len(COLUMNS) + 2, 7):
        page(admin_client, "/admin/tests/everything/", o=f"-{number}", _from=asked)


def test_few_documents_that_are_large_are_not_all_read(
    admin_client, books, book_admin, monkeypatch, mongo_profile
):
    monkeypatch.setattr(changelist, "MAX_SORTED", 1_000)
    monkeypatch.setattr(changelist, "MAX_SORTED_BYTES", 1_000)
    monkeypatch.setattr(book_admin, "list_max_count", 100)
    page(admin_client)
    with mongo_profile() as operations:
        assert titles(page(admin_client)) == [31, 30, 29, 28, 27]
    assert sum(each.examined for each in operations) <= 6 + 2 + 1
