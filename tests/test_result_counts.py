"""How many rows a list has, and the link that counts them exactly."""

import pytest
from bs4 import BeautifulSoup
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator

from admin_ext.querysets import queryset_for
from tests.documents import Book

BOOKS = "/admin/tests/book/"


@pytest.fixture
def change(monkeypatch):
    """Change options of the admin of the books."""

    def change(**options):
        for name, value in options.items():
            monkeypatch.setattr(admin.site.get_model_admin(Book), name, value)

    change(list_filter=(), date_hierarchy=None, list_display=("title", "author"))
    change(list_max_count=20, list_per_page=5)
    return change


@pytest.fixture
def books(mongo, change):
    mongo.authors.insert_one({"_id": "ada", "name": "Ada"})
    mongo.books.insert_many([
        {"title": f"Book {number:02}", "kind": "novel", "author": "ada"}
        for number in range(30)
    ])
    return mongo


def page(client, **query):
    response = client.get(BOOKS, query)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def said(soup, selector):
    return [" ".join(each.text.split()) for each in soup.select(selector)]


def told(soup):
    """Return what the line below the list says."""
    (line,) = said(soup, ".paginator")
    return line


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({}, "about 30 books"),
        ({"kind": "novel"}, "20+ books"),
        ({"q": '"Book 1"'}, "10 books"),
    ],
)
def test_a_list_says_how_well_it_is_counted(admin_client, books, query, text):
    assert text in told(page(admin_client, **query))


def test_an_estimate_gives_way_to_what_the_page_shows(admin_client, books):
    page(admin_client)
    books.books.delete_many({"title": {"$gt": "Book 02"}})
    assert "3 books" in told(page(admin_client))
    books.books.delete_many({})
    soup = page(admin_client)
    assert told(soup) == "0 books"
    assert not soup.select("#toolbar .quiet, a.count-exactly")


def test_the_line_beside_the_search_says_so_too(admin_client, books):
    soup = page(admin_client, kind="novel")
    assert said(soup, "#toolbar .quiet") == ["20+ results (about 30 total)"]


def test_the_link_leads_to_the_exact_number(admin_client, books):
    (link,) = page(admin_client, kind="novel").select("a.count-exactly")
    soup = BeautifulSoup(admin_client.get(BOOKS + link["href"]).content, "html.parser")
    assert "30 books" in told(soup)
    assert not soup.select("a.count-exactly")
    links = [each.get("href", "") for each in soup.select("#content a")]
    assert links
    assert not [each for each in links if "_count" in each]


def test_the_link_stays_on_the_page(admin_client, books):
    (following,) = page(admin_client).select("a[rel=next]")
    second = admin_client.get(BOOKS + following["href"])
    (link,) = BeautifulSoup(second.content, "html.parser").select("a.count-exactly")
    exact = admin_client.get(BOOKS + link["href"])
    shown = [response.context["cl"].result_list for response in (second, exact)]
    assert shown[0]
    assert [each.pk for each in shown[0]] == [each.pk for each in shown[1]]


def test_the_script_gets_the_number_alone(admin_client, books, mongo_commands):
    (link,) = page(admin_client, kind="novel").select("a.count-exactly")
    with mongo_commands() as commands:
        answer = admin_client.get(BOOKS + link["data-url"]).json()
    assert answer == {"text": "30 books", "lines": [], "is_exact": True}
    assert commands.names[-1] == "aggregate"
    assert "find" not in commands.names


def test_one_is_no_plural(admin_client, books):
    answer = admin_client.get(BOOKS, {"_count": "alone", "title": "Book 07"}).json()
    assert answer["text"] == "1 book"


def test_the_number_is_for_who_may_see_the_list(client, db, books):
    client.force_login(User.objects.create_user("ed", is_staff=True))
    assert client.get(BOOKS, {"_count": "alone"}).status_code == 403
    client.logout()
    assert "login" in client.get(BOOKS, {"_count": "alone"})["Location"]


def test_the_number_is_of_what_the_admin_shows(admin_client, books, change):
    few = queryset_for(Book).filter(title__lt="Book 03")
    change(get_queryset=lambda request: few)
    answer = admin_client.get(BOOKS, {"_count": "alone"}).json()
    assert answer["text"] == "3 books"


def test_the_number_alone_of_filters_that_are_none(admin_client, books):
    answer = admin_client.get(BOOKS, {"_count": "alone", "nope": "1"}).json()
    assert answer["text"] == "The filters of this list cannot be read."
    assert not answer["is_exact"]


def test_what_is_sent_is_never_answered_with_a_number_alone(admin_client, books):
    url = BOOKS + "?_count=alone"
    data = {"action": "delete_selected", "_selected_action": "x", "index": "0"}
    assert "json" not in admin_client.post(url, data)["Content-Type"]


@pytest.mark.usefixtures("default_limits")
def test_a_count_that_takes_too_long_says_so(admin_client, books, mongo_faults):
    why = "The rows were not all counted. It took longer than 5 s. A narrower filter"
    with mongo_faults("books", failCommands=["aggregate"], errorCode=50):
        answer = admin_client.get(BOOKS, {"_count": "alone", "title": "x"}).json()
        soup = page(admin_client, _count="exact", title="x")
    assert answer["text"].startswith(why)
    assert said(soup, ".notice")[0].startswith(why)


@pytest.mark.usefixtures("default_limits")
def test_a_filter_by_references_that_takes_too_long_says_so(
    admin_client, books, mongo_timeout
):
    with mongo_timeout("authors"):
        answer = admin_client.get(BOOKS, {"_count": "alone", "q": "Ada"}).json()
    assert "It took longer than 5 s." in answer["text"]


def test_the_index_that_would_have_helped_is_told(
    admin_client, books, settings, mongo_faults
):
    settings.ADMIN_EXT_LARGE_COLLECTION = 20
    with mongo_faults("books", failCommands=["aggregate"], errorCode=50):
        answer = admin_client.get(BOOKS, {"_count": "alone", "pages": "7"}).json()
    assert answer["text"].endswith("So would this index:")
    assert answer["lines"] == ['meta = {"indexes": ["pages"]}']


def test_a_filter_that_would_scan_shows_what_was_seen(admin_client, books, settings):
    settings.ADMIN_EXT_LARGE_COLLECTION = 20
    soup = page(admin_client, kind="novel")
    assert "5+ books" in told(soup)
    assert soup.select("a.count-exactly")
    assert len(soup.select("#result_list tbody tr")) == 5


def test_a_list_that_is_counted_has_no_link(admin_client, books, change):
    change(list_max_count=30)
    soup = page(admin_client)
    assert told(soup).endswith("30 books Show all")
    assert not soup.select(".count-exactly, .count-line")


def test_a_paginator_of_the_developers_own_counts_as_it_does(
    admin_client, books, change
):
    change(paginator=Paginator)
    soup = page(admin_client, _count="exact")
    assert told(soup).endswith("30 books Show all")
    assert not soup.select(".count-exactly")


def test_all_are_shown_only_where_they_are_known_to_be_few(admin_client, books, change):
    change(list_max_show_all=25)
    assert "Show all" not in told(page(admin_client))
    assert "Show all" not in told(page(admin_client, _count="exact"))
    assert len(page(admin_client, all="").select("#result_list tbody tr")) == 5
    change(list_max_count=100, list_max_show_all=30)
    assert len(page(admin_client, all="").select("#result_list tbody tr")) == 30


def test_the_selection_of_all_says_how_many(admin_client, books):
    soup = page(admin_client, kind="novel")
    assert said(soup, ".actions .all") == ["All 20+ selected"]
    assert said(soup, ".actions .question") == ["Select all 20+ books"]
    assert said(page(admin_client), ".actions .all") == ["All about 30 selected"]


@pytest.mark.parametrize("query", ["", "?kind=novel", "?_count=exact"])
def test_an_action_on_all_gets_all(admin_client, books, change, query):
    def tell(admin, request, queryset):
        messages.info(request, f"{queryset.count()} and {len([*queryset])}")

    change(actions=[tell])
    key = books.books.find_one()["_id"]
    data = {"action": "tell", "_selected_action": key, "select_across": "1"}
    response = admin_client.post(BOOKS + query, data | {"index": "0"}, follow=True)
    assert said(BeautifulSoup(response.content, "html.parser"), ".info") == [
        "30 and 30"
    ]


def test_a_filtered_page_with_references_is_three_commands(
    admin_client, books, mongo_commands
):
    page(admin_client, kind="novel")
    with mongo_commands() as commands:
        page(admin_client, kind="novel")
    assert len(commands) == 3


def test_a_small_page_is_three_commands(admin_client, books, change, mongo_commands):
    change(list_max_count=100, list_per_page=100)
    page(admin_client, kind="novel")
    with mongo_commands() as commands:
        page(admin_client, kind="novel")
    assert len(commands) == 3
