"""The periods of a date hierarchy: which there are, and what finding them costs."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from mongoengine import Q

from admin_ext import periods as module
from admin_ext.meta import present
from admin_ext.periods import periods
from tests.documents import Book

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def books(mongo):
    """Return a function that stores books of these days, and returns them."""

    def store(*days):
        mongo.books.insert_many([{"published": datetime(*each)} for each in days])
        return present(Book)._default_manager.all()

    return store


@pytest.mark.parametrize(
    ("days", "kind", "starts"),
    [
        ([(1999, 5, 1), (2001, 5, 1)], "year", [(1999, 1, 1), (2001, 1, 1)]),
        ([(1999, 5, 1), (1999, 7, 1)], "month", [(1999, 5, 1), (1999, 7, 1)]),
        ([(1999, 5, 1), (1999, 5, 30)], "day", [(1999, 5, 1), (1999, 5, 30)]),
        # In Berlin the new year has begun.
        ([(1999, 1, 1), (1999, 12, 31, 23, 30)], "year", [(1999, 1, 1), (2000, 1, 1)]),
        # Clocks are moved on March 28.
        ([(1999, 3, 27, 23), (1999, 3, 28, 21, 59)], "day", [(1999, 3, 28)]),
    ],
)
def test_the_widest_periods_of_which_there_are_several(books, days, kind, starts):
    found = periods(books(*days), "published", BERLIN)
    assert found.kind == kind
    assert [*found.starts] == [datetime(*each, tzinfo=BERLIN) for each in starts]


def test_no_dates_have_no_periods(books, mongo):
    mongo.books.insert_many([{"published": value} for value in (None, "May", [])])
    assert periods(books((1, 1, 1)), "published", UTC).starts == ()


def test_all_is_one_aggregation_of_a_few_keys(books, mongo, mongo_commands):
    mongo.books.create_index("published")
    days = [(1990 + number % 20, 1 + number % 12, 1) for number in range(1_000)]
    queryset = books(*days)
    with mongo_commands() as commands:
        assert len(periods(queryset, "published", BERLIN).starts) == 20
    assert commands.names == ["aggregate"]
    pipeline = commands[0].document["pipeline"]
    command = {"aggregate": "books", "pipeline": pipeline, "cursor": {}}
    plan = mongo.command({"explain": command, "verbosity": "executionStats"})
    (lookup,) = (each for each in plan["stages"] if "$lookup" in each)
    assert lookup["totalDocsExamined"] <= 20
    assert lookup["collectionScans"] == 0


def test_dates_over_centuries_are_grouped(books, monkeypatch, mongo_commands):
    monkeypatch.setattr(module, "MAX_LOOKED_UP", 3)
    queryset = books((1899, 5, 1), (1900, 5, 1), (2001, 5, 1))
    with mongo_commands() as commands:
        found = periods(queryset, "published", UTC)
    assert [each.year for each in found.starts] == [1899, 1900, 2001]
    assert commands.names == ["aggregate", "aggregate"]


def test_only_what_a_text_search_finds_counts(mongo):
    mongo.books.create_index([("title", "text")])
    mongo.books.insert_many([
        {"title": "tea", "published": datetime(1999, 5, 1)},
        {"title": "tea", "published": datetime(2001, 5, 1)},
        {"title": "rum", "published": datetime(2003, 5, 1)},
    ])
    text = Q(__raw__={"$text": {"$search": "tea"}})
    found = periods(present(Book)._default_manager.filter(text), "published", UTC)
    assert [each.year for each in found.starts] == [1999, 2001]


def test_the_list_asks_for_its_dates_once(books, admin_client, mongo_commands):
    books((1999, 5, 1), (1999, 5, 30))
    with mongo_commands() as commands:
        html = admin_client.get("/admin/tests/book/").content.decode()
    assert "published__day=30" in html
    assert sum("$dateTrunc" in str(each.document) for each in commands) == 1
