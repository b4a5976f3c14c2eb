"""How many documents there are: what it costs, and how it is told."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import ngettext
from mongoengine import Q
from pymongo.errors import OperationFailure

from admin_ext import counting, limits
from admin_ext.counting import About, Count, MoreThan, counts, exact, is_exact
from admin_ext.meta import present
from admin_ext.querysets import queryset_for
from tests import mongodb
from tests.documents import Book
from tests.key_documents import Unique

PRINTED = (
    "{{ count }}",
    "{% load i18n %}{% blocktranslate %}{{ count }}{% endblocktranslate %}",
    "{% load i18n %}{% blocktranslate count number=count %}one{% plural %}"
    "{{ number }}{% endblocktranslate %}",
    "{% load i18n %}{% blocktranslate with count as total %}{{ total }}"
    "{% endblocktranslate %}",
    "{% load l10n %}{{ count|unlocalize }}",
    "{% load l10n %}{{ count|localize }}",
    "{% autoescape off %}{{ count }}{% endautoescape %}",
)

NEAR = {"extra.place": {"$near": [1, 1]}}
ONES = {"$match": {"isbn": "1"}}
CASELESS = {"locale": "en", "strength": 2}

# Takes the server a second for each document.
SLOW = {
    "$function": {
        "body": "function() { sleep(1000); return true }",
        "args": [],
        "lang": "js",
    }
}


def printed(source, count):
    return Template(source).render(Context({"count": count}))


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("source", PRINTED)
def test_a_template_prints_what_is_known(settings, source, grouped):
    settings.USE_THOUSAND_SEPARATOR = grouped
    assert printed(source, MoreThan(10_000)) == "10,000+"
    assert printed(source, About(1_000_000)) == "about 1,000,000"


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("source", PRINTED)
def test_an_exact_count_prints_as_any_number(settings, source, grouped):
    settings.USE_THOUSAND_SEPARATOR = grouped
    assert printed(source, Count(12_345)) == printed(source, 12_345)


@pytest.mark.parametrize(
    ("count", "text"),
    [(Count(1_234), "1234"), (MoreThan(100), "100+"), (About(2_500), "about 2,500")],
)
def test_code_prints_what_is_known(count, text):
    assert f"{count}" == str(count) == f"{count!r}" == text
    assert "%(count)s" % {"count": count} == text  # noqa: UP031
    plural = ngettext("%(total_count)s selected", "All %(total_count)s", count)
    assert plural % {"total_count": count} == f"All {text}"


def test_numbers_are_grouped_as_the_language_does():
    with translation.override("de"):
        assert printed("{{ count }}", MoreThan(10_000)) == "10.000+"
        assert printed("{{ count }}", Count(10_000)) == "10000"


def test_a_count_compares_as_a_number():
    assert 10_000 < MoreThan(10_000) != 100
    assert About(100) == 100
    assert max(About(5), Count(7)) == 7
    assert Template("{% if count > 10 %}many{% endif %}").render(
        Context({"count": MoreThan(10)})
    )


@pytest.fixture
def books(mongo):
    mongo.books.insert_many([
        {"title": f"t{number}", "isbn": str(number % 3)} for number in range(30)
    ])
    mongo.books.create_index("isbn")
    return queryset_for(Book)


def texts(querysets, max_count):
    return [*map(str, counts(querysets, max_count))]


def test_up_to_the_cap_counts_are_exact(books):
    found = counts([books, books.filter(isbn="1"), books.filter(isbn="9")], 30)
    assert found == [30, 10, 0]
    assert all(map(is_exact, found))


def test_beyond_it_a_collection_has_its_size_and_a_filter_has_not(books):
    assert texts([books, books.filter(isbn="1")], 9) == ["about 30", "9+"]


def test_all_is_one_command_that_reads_no_document(books, mongo_profile):
    asked = [books, books.filter(isbn="1"), books.filter(isbn__in=["1", "2"])]
    counts(asked, 9)
    with mongo_profile() as operations:
        counts(asked, 29)
        counts(asked, 30)
    assert [(each.name, each.examined) for each in operations] == [("aggregate", 0)] * 2


def test_the_size_of_a_large_collection_serves_for_a_minute(books, mongo_commands):
    with mongo_commands() as commands:
        assert texts([books], 9) == texts([books], 9) == ["about 30"]
    assert commands.names == ["aggregate"]


def test_metadata_serves_for_a_minute_where_a_count_proved_it(
    books, mongo, mongo_commands
):
    assert counts([books], 100) == [30]
    mongo.books.insert_one({"title": "x"})
    with mongo_commands() as commands:
        assert counts([books], 100) == [31]
    assert commands.names == ["count"]
    assert "query" not in commands[0].document


def test_metadata_that_a_count_did_not_prove_is_not_believed(
    books, mongo_commands, monkeypatch
):
    assert counts([books], 100) == [30]
    monkeypatch.setattr(counting, "MAX_AGE", -1)
    with mongo_commands() as commands:
        assert counts([books], 100) == [30]
    assert "$sort" in str(commands[-1].document)


def test_a_filter_that_would_scan_a_large_collection_is_not_counted(
    books, settings, mongo_profile
):
    settings.ADMIN_EXT_LARGE_COLLECTION = 20
    with mongo_profile() as operations:
        found = counts([books.filter(title="t1"), books.filter(isbn="1")], 9)
    assert [found[0], str(found[1])] == [None, "9+"]
    assert sum(each.examined for each in operations) == 0


def test_what_takes_too_long_is_not_known_but_the_size(books, mongo, settings):
    slow = books.filter(Q(__raw__={"$expr": SLOW}))
    settings.ADMIN_EXT_MAX_SIDE_TIME_MS = 100
    found = counts([slow, books], 9)
    assert [found[0], str(found[1])] == [None, "about 30"]


def test_a_server_that_always_stops_at_the_limit(books, mongo_timeout):
    with mongo_timeout("books"):
        assert counts([books, books.filter(isbn="1")], 9) == [None, None]
        for queryset in (books, books.filter(__raw__={"$where": "true"})):
            with pytest.raises(limits.TIMEOUTS):
                exact(queryset)


def test_what_is_refused_in_a_pipeline_is_counted_by_the_command(books, mongo_faults):
    refused = {"errorCode": mongodb.UNAUTHORIZED}
    with mongo_faults("books", failCommands=["aggregate"], **refused):
        assert texts([books.filter(isbn="1"), books.filter(isbn="9")], 9) == ["9+", "0"]
    with (
        mongo_faults("books", failCommands=["aggregate", "count"], **refused),
        pytest.raises(OperationFailure),
    ):
        counts([books], 9)


def test_an_exact_count_has_no_cap_and_reads_no_document(books, mongo_profile):
    with mongo_profile() as operations:
        assert (exact(books), exact(books.filter(isbn="1"))) == (30, 10)
    assert [each.examined for each in operations] == [0, 0]


@pytest.mark.parametrize(
    ("narrow", "expected"),
    [
        (lambda books: books.none(), (0, "0")),
        (lambda books: books.order_by("title")[:0], (0, "0")),
        (lambda books: books[:5], (5, "5")),
        (lambda books: books[5:], (25, "9+")),
        (lambda books: books.filter(isbn="1")[5:8], (3, "3")),
        (lambda books: books.limit(20), (20, "9+")),
        (lambda books: books.where("this.isbn == '1'"), (10, "9+")),
        (lambda books: books.where("this.title == 't1'")[:9], (1, "1")),
        (
            lambda books: books.filter(__raw__={"$where": "this.title == 't1'"}),
            (1, "1"),
        ),
        (lambda books: books.filter(__raw__={"$text": {"$search": "t1"}}), (1, "1")),
        (lambda books: books.filter(__raw__=NEAR), (30, "9+")),
        (lambda books: books.filter(Q(isbn="1") & Q(__raw__=NEAR)), (10, "9+")),
        (lambda books: books.hint("isbn_1").filter(isbn="1"), (10, "9+")),
        (lambda books: books.filter(title="T1").collation(CASELESS), (1, "1")),
        (lambda books: books.collation(CASELESS), (30, "about 30")),
    ],
)
def test_whatever_finds_can_be_counted(books, mongo, narrow, expected):
    mongo.books.update_many({}, {"$set": {"extra": {"place": [1, 1]}}})
    mongo.books.create_index([("extra.place", "2d")])
    mongo.books.create_index([("title", "text")])
    queryset = narrow(books)
    assert len([*queryset]) == expected[0]
    assert (exact(queryset), *texts([queryset, books], 9)) == (*expected, "about 30")


def test_a_view_is_counted_without_a_size(books, mongo, mongo_commands):
    mongo.books.rename("stored_books")
    mongo.create_collection("books", viewOn="stored_books", pipeline=[ONES])
    assert texts([books], 9) == ["9+"]
    with mongo_commands() as commands:
        assert counts([books, books.filter(title="t1")], 30) == [10, 1]
    assert commands.names == ["aggregate"]


@pytest.mark.parametrize(
    "options",
    [
        {"capped": True, "size": 100_000},
        {"clusteredIndex": {"key": {"_id": 1}, "unique": True}},
        {"timeseries": {"timeField": "published"}},
    ],
)
def test_any_kind_of_collection_is_counted(books, mongo, options):
    mongo.books.drop()
    mongo.create_collection("books", **options)
    mongo.books.insert_many([
        {"title": f"t{number}", "published": datetime.now(UTC)} for number in range(30)
    ])
    assert counts([books, books.filter(title="t1")], 30) == [30, 1]
    assert exact(books) == 30
    assert counts([books], 9)[0] >= 9


def test_a_value_is_counted_as_its_collection_has_it(mongo):
    """The connection says how UUIDs are written; a command of its own does not know."""
    keys = [UUID(int=number) for number in range(3)]
    mongo.uniques.insert_many([{"_id": each} for each in keys])
    found = queryset_for(present(Unique)).filter(uuid__in=keys[:2])
    assert (counts([found], 9), exact(found.where("true"))) == ([2], 2)


def test_a_count_survives_a_connection_that_is_lost(books, mongo_faults):
    lost = {"mode": {"times": 1}, "closeConnection": True}
    with mongo_faults("books", **lost):
        assert counts([books.filter(isbn="1")], 30) == [10]


def test_a_snapshot_is_counted(books, mongo_commands):
    books = books.read_concern({"level": "snapshot"})
    with mongo_commands() as commands:
        found = [counts([each], 30) for each in (books, books, books.filter(isbn="1"))]
    assert found == [[30], [30], [10]]
    assert {*commands.names} == {"aggregate"}


def test_what_is_not_there_is_counted_as_nothing(mongo):
    mongo.books.drop()
    assert counts([queryset_for(Book)], 9) == [0]
