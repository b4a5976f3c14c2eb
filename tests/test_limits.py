"""How long a page may ask MongoDB."""

from time import sleep

import pytest
from bson import ObjectId
from django.template.response import SimpleTemplateResponse

from admin_ext import limits

from .documents import Book

pytestmark = pytest.mark.usefixtures("default_limits")

BOOKS = "/admin/tests/book/"
KEY = ObjectId("5f0000000000000000000001")


def sent(commands):
    return [command.document.get("maxTimeMS") for command in commands]


def test_every_command_of_a_page_has_a_time_limit(admin_client, mongo, mongo_commands):
    mongo.books.insert_one({"_id": 1, "title": "Red house"})
    with mongo_commands() as commands:
        admin_client.get(BOOKS)
    assert commands
    assert all(0 < limit <= 15_000 for limit in sent(commands))


def test_a_write_has_none(admin_client, mongo, mongo_commands):
    key = mongo.books.insert_one({"title": "Red house"}).inserted_id
    with mongo_commands() as commands:
        admin_client.post(f"{BOOKS}{key}/delete/", {"post": "yes"})
    assert set(sent(commands.writes)) == {None}


def test_the_limit_of_a_part_is_the_smaller_one(mongo, mongo_commands):
    with mongo_commands() as commands, limits.within(900), limits.within(5_000):
        mongo.books.find_one()
    assert sent(commands)[0] <= 900


def test_a_side_figure_never_has_more_time_than_the_page(settings):
    settings.ADMIN_EXT_MAX_TIME_MS = 200
    assert (limits.max_time(), limits.max_side_time()) == (200, 200)


def test_the_server_stops_at_the_limit(mongo):
    mongo.books.insert_many([{} for _number in range(100)])
    slow = {"$where": "sleep(10) || true"}
    with pytest.raises(limits.TIMEOUTS), limits.within(100):
        list(mongo.books.find(slow))


@pytest.fixture
def page(admin_client, mongo, mongo_commands):
    """Return a function: the commands of a page."""
    mongo.towns.insert_one({"_id": KEY, "townName": "Aton", "more": KEY})
    mongo.trips.insert_one({"_id": KEY, "plainTown": KEY})
    mongo.publishers.insert_one({"_id": KEY, "name": "Parnassus"})
    mongo.authors.insert_one({"_id": "a", "name": "Ann"})
    mongo.chapters.insert_one({"book": KEY})
    mongo.books.insert_one({
        "_id": KEY,
        **{"title": "Red", "author": "a", "publisher": KEY, "pages": 3, "more": KEY},
    })

    def ask(url):
        with mongo_commands() as commands:
            assert admin_client.get(url).status_code in (200, 302)
        assert commands
        return commands

    return ask


# {URL: the most time that its main query has, and what is beside it}; ms
PAGES = {
    "/admin/tests/book/?_facets=True": (5_000, 5_000),
    "/admin/tests/book/?q=red&author__code__exact=a": (5_000, 5_000),
    "/admin/tests/author/": (5_000, 5_000),
    "/admin/tests/book/add/": (2_000, 5_000),
    f"/admin/tests/book/{KEY}/change/": (5_000, 5_000),
    f"/admin/tests/town/{KEY}/change/": (5_000, 1_000),
    # All that is deleted with it is collected within the time of a whole page.
    f"/admin/tests/town/{KEY}/delete/": (5_000, 15_000),
    f"/admin/tests/town/{KEY}/history/": (5_000, 0),
    f"/admin/tests/town/{KEY}/raw/": (5_000, 0),
    f"/admin/go-to/?q={KEY}": (2_000, 2_000),
    "/admin/autocomplete/?app_label=tests&model_name=book&field_name=publisher": (
        *(2_000, 2_000),
    ),
}


@pytest.mark.parametrize("url", PAGES)
def test_every_command_of_a_page_has_its_limit(page, url):
    main, beside = PAGES[url]
    first, *others = sent(page(url))
    assert 0 < first <= main
    assert all(0 < each <= beside for each in others)


def test_what_a_list_tells_beside_its_rows_has_less_time(page):
    found = page("/admin/tests/book/?_facets=True")
    beside = [each for each in found if each.name == "aggregate"]
    assert len(beside) == 4
    assert all(each <= 1_000 for each in sent(beside))


def test_all_of_a_page_has_one_limit(settings, rf, mongo, mongo_commands):
    settings.ADMIN_EXT_MAX_TIME_MS = 100

    def view(request):
        sleep(0.2)
        return SimpleTemplateResponse(_Reading())

    response = limits.limited(view)(rf.get("/"))
    with mongo_commands() as commands:
        response.render()
    assert sent(commands)[0] <= 100


class _Reading:
    """A template that reads a document."""

    def render(self, *_args):
        Book._get_collection().find_one()
        return ""
