"""The admin's queryset: Django's calls, the Document's own class and manager."""

from datetime import UTC, date, datetime

import pytest
from bson import DBRef, ObjectId
from django.core.exceptions import FieldError, ValidationError
from django.core.paginator import Paginator
from django.db.models import Avg, Count, F, Max, Min, Q, Value
from django.utils import timezone
from mongoengine import Q as MongoQ

from admin_ext.exceptions import UnsupportedFeature
from admin_ext.meta import present
from tests.documents import Author, Book, Chapter, Publisher
from tests.odd_documents import Load, Meeting, ParcelQuerySet


@pytest.fixture
def books(mongo):
    mongo.books.insert_many([
        {"title": title, "pages": pages, "reviews": [{"stars": pages}]}
        for title, pages in (("b", 2), ("a", 2), ("c", 1))
    ])
    return present(Book)._default_manager


def titles(queryset):
    return "".join(book.title for book in queryset)


def test_filter_takes_djangos_q_mongoengines_q_and_keywords(books):
    assert titles(books.filter(Q(title="a") | Q(title="b")).order_by("title")) == "ab"
    assert titles(books.filter(MongoQ(title="a"))) == "a"
    assert titles(books.filter(title="a")) == "a"
    assert titles(books.filter(Q(pages=2), title="a")) == "a"
    assert books.filter(Q()).count() == 3


def test_filter_in_code_knows_mongoengines_operators(books):
    assert titles(books.filter(title__ne="a").order_by("title")) == "bc"
    assert titles(books.filter(__raw__={"title": "c"})) == "c"


def test_filter_by_a_django_q_with_an_unknown_field_is_djangos_error(books):
    with pytest.raises(FieldError, match="nope is not a field of tests.Book."):
        books.filter(Q(nope=1))


def test_filter_with_a_bad_value_is_djangos_error(books):
    with pytest.raises(ValidationError):
        books.filter(pages="many")


def test_filter_never_changes_the_queryset_itself(books):
    narrow = books.filter(title="a")
    assert narrow is not books
    assert books.filter() is not books
    assert (narrow.count(), books.count()) == (1, 3)


def test_exclude_as_django_does(books):
    assert titles(books.exclude(title="a").order_by("title")) == "bc"
    assert titles(books.exclude(Q(title="a") | Q(title="b"))) == "c"
    assert titles(books.exclude(title="a", pages=2)) == "c"


def test_exclude_of_names_is_mongoengines(books):
    assert books.exclude("pages").first().pages is None


def test_get_raises_what_django_catches(books):
    assert books.get(title="a").title == "a"
    with pytest.raises(Book.DoesNotExist):
        books.get(title="zzz")
    with pytest.raises(Book.MultipleObjectsReturned):
        books.get(pages=2)


def test_count_and_exists_send_one_command_each(books, mongo_commands):
    with mongo_commands() as commands:
        assert books.filter(pages=2).count() == 2
        assert books.filter(pages=2).exists()
        assert not books.filter(pages=9).exists()
    assert commands.names == ["aggregate", "find", "find"]


def test_count_is_asked_of_mongodb_by_djangos_paginator(books, mongo_commands):
    with mongo_commands() as commands:
        assert Paginator(books.order_by("title"), 2).count == 3
    assert len(commands) == 1
    assert commands.names != ["find"]


def test_a_slice_is_read_with_skip_and_limit(books, mongo_commands):
    with mongo_commands() as commands:
        assert titles(books.order_by("title")[1:3]) == "bc"
    assert commands[0].document["skip"] == 1
    assert commands[0].document["limit"] == 2


def test_a_slice_of_a_slice_stays_within_it(books):
    two = books.order_by("title")[1:3]
    assert titles(two[:9]) == titles(two) == "bc"
    assert (titles(two[1:2]), titles(two[5:]), titles(two[:0])) == ("c", "", "")
    assert titles(books.order_by("title").limit(2)[1:9]) == "b"
    assert (two.count(), two[1:].count(), two[:0][:5].count()) == (2, 1, 0)
    assert two[1].title == "c"


def test_none_reads_nothing(books):
    assert list(books.none()) == []
    assert books.none().count() == 0


def test_order_by_names_signs_and_expressions(books):
    assert titles(books.order_by("pages", "title")) == "cab"
    assert titles(books.order_by("-pages", "-title")) == "bac"
    assert titles(books.order_by(F("title").desc())) == "cba"
    assert titles(books.order_by(F("title"))) == "abc"
    assert titles(books.order_by("reviews__stars", "pk")) == "cba"


def test_order_by_what_mongodb_cannot_sort_by(books):
    with pytest.raises(UnsupportedFeature, match="is in another collection"):
        books.order_by("author__name")
    with pytest.raises(UnsupportedFeature, match="MongoDB has no random order"):
        books.order_by("?")
    with pytest.raises(UnsupportedFeature, match="cannot be sorted by"):
        books.order_by(Value(1))
    for order in (F("pages").asc(nulls_last=True), F("pages").desc(nulls_first=True)):
        with pytest.raises(UnsupportedFeature, match="null below every other value"):
            books.order_by(order)
    with pytest.raises(FieldError, match="nope is not a field of tests.Book"):
        books.order_by("nope")


def test_two_querysets_are_joined(books):
    one, other = books.filter(title="a"), Book.objects(pages=2)
    assert titles((one | Book.objects(title="c")).order_by("title")) == "ac"
    assert titles(one & other) == "a"
    assert titles((books.none() | other).order_by("title")) == "ab"
    assert (books.all() & other).count() == 2
    assert titles(one) == "a"


def test_querysets_that_cannot_be_joined(books):
    with pytest.raises(TypeError, match="once a slice has been taken"):
        books[:1] | books.all()
    with pytest.raises(TypeError, match="unsupported operand"):
        books | Author.objects


def test_order_by_a_reference_itself(books):
    assert books.order_by("author", "title").count() == 3


def test_the_documents_ordering_is_kept(mongo):
    mongo.publishers.insert_many([{"name": "b"}, {"name": "a"}])
    queryset = present(Publisher)._default_manager
    assert [each.name for each in queryset] == ["a", "b"]
    assert queryset.ordered
    assert not present(Chapter)._default_manager.ordered
    assert present(Chapter)._default_manager.order_by("number").ordered


def test_aggregate_min_max_and_count(mongo, mongo_commands):
    first, last = datetime(2020, 1, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
    mongo.meetings.insert_many([
        {"startsAt": last},
        {"startsAt": first},
        {"startsAt": "never"},
        {"startsAt": None},
        {},
    ])
    queryset = present(Meeting)._default_manager
    with mongo_commands() as commands:
        found = queryset.aggregate(
            first=Min("starts"),
            last=Max("starts"),
            number=Count("pk"),
            late=Count("pk", filter=Q(starts__gte="2024-01-01")),
        )
    assert found == {"first": first, "last": last, "number": 5, "late": 1}
    assert commands.names == ["aggregate"]


def test_aggregate_over_nothing(mongo):
    queryset = present(Meeting)._default_manager
    found = queryset.aggregate(first=Min("starts"), number=Count("pk"))
    assert found == {"first": None, "number": 0}
    assert queryset.aggregate() == {}


def test_aggregate_in_an_embedded_document(mongo):
    moment = datetime(2024, 6, 1, tzinfo=UTC)
    mongo.meetings.insert_one({"main": {"since": moment}})
    queryset = present(Meeting)._default_manager
    assert queryset.aggregate(x=Max("main__since")) == {"x": moment}


def test_aggregate_of_numbers_and_texts(books):
    assert books.aggregate(low=Min("pages"), high=Max("title")) == {
        "low": 1,
        "high": "c",
    }


def test_aggregate_of_anything_else_is_refused(books):
    with pytest.raises(UnsupportedFeature, match="cannot be aggregated"):
        books.aggregate(x=Avg("pages"))


def test_a_pipeline_is_still_mongoengines(books):
    rows = books.filter(pages=2).aggregate([{"$count": "number"}])
    assert list(rows) == [{"number": 2}]


@pytest.fixture
def meetings(mongo):
    # Berlin: summer time begins on 31 March 2024 and ends on 27 October 2024.
    moments = ["2023-12-31T23:30", "2024-03-30T23:30", "2024-03-31T22:30"]
    moments += ["2024-10-27T00:30", "2024-10-27T01:30", "2024-10-27T23:30"]
    mongo.meetings.insert_many([
        {"startsAt": datetime.fromisoformat(f"{moment}+00:00")} for moment in moments
    ])
    mongo.meetings.insert_many([{"startsAt": "soon"}, {"startsAt": None}, {}])
    return present(Meeting)._default_manager


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        ("year", ["2024-01-01"]),
        ("month", ["2024-01-01", "2024-03-01", "2024-04-01", "2024-10-01"]),
        (
            "day",
            ["2024-01-01", "2024-03-31", "2024-04-01", "2024-10-27", "2024-10-28"],
        ),
    ],
)
def test_datetimes_are_midnights_of_the_current_time_zone(meetings, kind, days):
    with timezone.override("Europe/Berlin"):
        found = meetings.datetimes("starts", kind)
    assert [moment.strftime("%Y-%m-%d %H:%M") for moment in found] == [
        f"{day} 00:00" for day in days
    ]


def test_datetimes_backwards_and_only_of_what_is_filtered(meetings):
    with timezone.override("UTC"):
        found = meetings.filter(starts__year=2024).datetimes("starts", "month", "DESC")
    assert [moment.month for moment in found] == [10, 3]


def test_dates_of_a_date_field_are_utc_days(mongo):
    mongo.meetings.insert_many([
        {"day": datetime(2024, 5, 2)},
        {"day": datetime(2024, 5, 2, 23)},
        {"day": "2 May"},
    ])
    with timezone.override("America/New_York"):
        found = present(Meeting)._default_manager.dates("day", "day")
    assert found == [date(2024, 5, 2)]


def test_datetimes_in_a_time_zone_without_a_name(meetings):
    with timezone.override(timezone.get_fixed_timezone(90)):
        found = meetings.datetimes("starts", "year")
    assert [moment.year for moment in found] == [2024]


def test_custom_queryset_class_and_manager_are_kept(mongo):
    mongo.load.insert_many([{"kilos": 5}, {"kilos": 50}, {"kilos": 500, "lost": True}])
    queryset = present(Load)._default_manager
    assert isinstance(queryset, ParcelQuerySet)
    assert queryset.count() == 2
    assert [load.kilos for load in queryset.heavy()] == [50]
    assert [load.kilos for load in queryset.filter(Q(kilos=50)).heavy()] == [50]
    assert type(Load.objects) is ParcelQuerySet


def test_each_access_is_a_fresh_queryset(mongo):
    manager = present(Load)._default_manager
    assert manager is not Load._default_manager
    mongo.load.insert_one({"kilos": 1})
    assert manager.count() == 1
    assert Load._default_manager.get_queryset().using("default").count() == 1


def test_a_queryset_of_another_database_alias_is_fresh_too(books):
    first = books.using(None)
    assert titles(first.order_by("title")) == "abc"
    assert len(first) == 3
    Book.objects(title="a").delete()
    assert books.using(None).count() == len(books.using(None)) == 2


def test_a_clone_has_its_own_fields_and_order(books):
    plain = books.order_by("title")
    clone = plain.clone().only("title").order_by("-title")
    assert titles(clone) == "cba"
    assert titles(plain) == "abc"
    assert [book.pages for book in plain] == [2, 2, 1]
    assert clone.clone()._loaded_fields.fields == {"title"}


def test_distinct(books):
    assert sorted(books.distinct("pages")) == [1, 2]
    assert titles(books.distinct().order_by("title")) == "abc"


def test_values_list(books):
    assert sorted(books.values_list("title", flat=True)) == ["a", "b", "c"]
    assert sorted(books.values_list("pk", flat=True)) == sorted(
        book.pk for book in books
    )


def test_select_related_changes_nothing(books):
    assert titles(books.select_related("author").order_by("title")) == "abc"
    assert titles(books.select_related().order_by("title")) == "abc"


def test_an_odd_document_is_read_all_the_same(mongo):
    mongo.chapters.insert_many([{"heading": "x", "unknown": 1}, {"heading": "y"}])
    queryset = present(Chapter)._default_manager.order_by("heading")
    assert [each.heading for each in queryset] == ["x", "y"]
    assert queryset.first().heading == "x"
    assert queryset[0].heading == "x"
    assert queryset.get(heading="x").heading == "x"
    assert queryset.filter(heading="x").exists()
    with pytest.raises(IndexError):
        queryset[7]
    assert [each.heading for each in queryset[:1]] == ["x"]


def test_in_bulk(mongo):
    Author(code="a", name="A").save()
    found = present(Author)._default_manager.in_bulk(["a", "gone"])
    assert list(found) == ["a"]
    assert found["a"].name == "A"


def test_in_bulk_reads_odd_documents(mongo):
    key = mongo.chapters.insert_one({"heading": "x", "unknown": 1}).inserted_id
    assert present(Chapter)._default_manager.in_bulk([key, ObjectId()])[key].pk == key


def test_reading_twice_asks_once(books, mongo_commands):
    queryset = books.all()
    with mongo_commands() as commands:
        assert len(list(queryset)) == len(list(queryset)) == 3
    assert commands.names == ["find"]


def test_dates_behind_a_reference(mongo):
    mongo.authors.insert_many([
        {"_id": "a", "name": "A", "born": datetime(1950, 3, 1)},
        {"_id": "b", "name": "B", "born": datetime(1960, 4, 2)},
        {"_id": "c", "name": "C", "born": datetime(1970, 5, 3)},
    ])
    mongo.books.insert_many([
        {"title": str(author), "author": author}
        for author in ("a", DBRef("authors", "b"), "", None, 5, {"odd": 1}, "gone")
    ])
    books = present(Book)._default_manager
    found = books.dates("author__born", "year")
    assert found == [date(1950, 1, 1), date(1960, 1, 1)]
    first = books.aggregate(first=Min("author__born"), last=Max("author__born"))
    assert [value.year for value in first.values()] == [1950, 1960]
    assert books.filter(title="a").dates("author__born", "day") == [date(1950, 3, 1)]


def test_a_time_limit_stays_whatever_is_asked_besides(books, mongo_commands):
    with mongo_commands() as commands:
        list(books.max_time_ms(900).filter(title="a").order_by("pages")[:5])
    assert 0 < commands[0].document["maxTimeMS"] <= 900


@pytest.mark.parametrize("raw", [{"$in": ["b", "c"]}, {"$gt": "a"}])
def test_a_raw_condition_stands_beside_another_of_its_field(books, raw):
    found = books.filter(title__in=["a", "b"]).filter(MongoQ(__raw__={"title": raw}))
    assert titles(found) == "b"
    found = books.filter(MongoQ(__raw__={"title": raw}) & MongoQ(title__gt="b"))
    assert titles(found) == "c"
