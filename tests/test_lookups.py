"""Django's lookups find the same documents in MongoDB; operators never get there."""

from datetime import UTC, date, datetime

import pytest
from bson import DBRef, ObjectId
from django.core.exceptions import ValidationError
from django.db.models import Q, Value
from django.utils import timezone

from admin_ext import lookups
from admin_ext.exceptions import UnsupportedLookup
from admin_ext.lookups import LOOKUPS, q_for, q_for_lookup
from admin_ext.meta import present
from tests.documents import Author, Book, Publisher
from tests.odd_documents import Depot, Everything, Load, Meeting
from tests.reference_documents import Trip

KEY = ObjectId("5f0000000000000000000001")


@pytest.fixture
def books(mongo):
    mongo.authors.insert_many([
        {"_id": "ada", "name": "Ada (the first)"},
        {"_id": "bob", "name": "Bob"},
        {"_id": "nn", "name": None},
    ])
    mongo.books.insert_many([
        {
            "_id": KEY,
            "title": "Alpha",
            "author": "ada",
            "pages": 100,
            "others": ["bob", "gone"],
            "extra": {"shelf": {"row": 3}, "type": "x", "n": "7"},
            "keywords": ["red", "green"],
            "reviews": [{"text": "Fine", "stars": 5}, {"text": "Bad", "stars": 1}],
        },
        {"title": "beta.*", "author": "bob", "pages": 200, "extra": {"n": 7}},
        {"title": "Gamma", "author": None, "pages": None, "isbn": ""},
        {"title": "delta", "blurb": "no", "blurbText": "yes", "keywords": []},
        {"title": "epsilon", "author": "gone", "extra": {"n": 7.0}},
        {"title": "zeta", "author": "nn"},
    ])


def titles(document=Book, **conditions):
    queryset = present(document)._default_manager
    for path, value in conditions.items():
        queryset = queryset.filter(q_for_lookup(document, path, value))
    return "".join(sorted(each.title[0].lower() for each in queryset))


CASES = [
    ("title", "Alpha", "a"),
    ("title__exact", "alpha", ""),
    ("title__iexact", "alpha", "a"),
    ("title__contains", "amm", "g"),
    ("title__icontains", "TA", "bdz"),
    ("title__startswith", "e", "e"),
    ("title__istartswith", "g", "g"),
    ("title__endswith", "ta", "dz"),
    ("title__iendswith", "A", "adgz"),
    ("title__contains", ".*", "b"),
    ("title__in", "Alpha,zeta", "az"),
    ("title__in", ["Gamma"], "g"),
    ("title__in", [], ""),
    ("title__gt", "c", "dez"),
    ("pages", "100", "a"),
    ("pages__gt", "100", "b"),
    ("pages__gte", 100, "ab"),
    ("pages__lt", 200, "a"),
    ("pages__lte", "200", "ab"),
    ("pages__range", (150, 250), "b"),
    ("pages__isnull", True, "degz"),
    ("pages__isnull", "False", "ab"),
    ("pages__icontains", "100", "a"),
    ("pages__icontains", "10", "a"),
    ("pages__startswith", "00", ""),
    ("pages__endswith", "00", "ab"),
    ("pages__iexact", "10", ""),
    ("pages__iexact", "100", "a"),
    ("reviews__stars__icontains", "5", "a"),
    ("reviews__stars__icontains", "9", ""),
    ("title__search", "ALPH", "a"),
    ("pages__icontains", "x", ""),
    ("isbn", "", "g"),
    ("isbn__isempty", "True", "abdegz"),
    ("isbn__isempty", False, ""),
    ("keywords__isempty", True, "bdegz"),
    ("author__name__isempty", True, "dgz"),
    ("author__name__isempty", False, "ab"),
    ("extra__shelf__isempty", False, "a"),
    ("blurb", "yes", "d"),
    ("keywords", "red", "a"),
    ("keywords__icontains", "RE", "a"),
    ("keywords__isnull", True, "begz"),
    ("author", "ada", "a"),
    ("author", None, "dg"),
    ("author__in", ["ada", "bob"], "ab"),
    ("author__isnull", True, "dg"),
    ("author__code", "gone", "e"),
    ("author__pk", "ada", "a"),
    ("author__code__icontains", "A", "a"),
    ("author__name", "Bob", "b"),
    ("author__name__icontains", "(THE", "a"),
    ("author__name__isnull", True, "dgz"),
    ("author__name__isnull", False, "ab"),
    ("others", "bob", "a"),
    ("others", "gone", "a"),
    ("others__name", "Bob", "a"),
    ("reviews__text", "Bad", "a"),
    ("reviews__stars__gte", "5", "a"),
    ("reviews__text__istartswith", "f", "a"),
    ("extra__shelf__row", "3", "a"),
    ("extra__shelf__row", 3, "a"),
    ("extra__type", "x", "a"),
    ("extra__n", "7", "abe"),
    ("extra__n__in", [7], "be"),
    ("extra__n__isnull", True, "dgz"),
    ("id", str(KEY), "a"),
    ("pk", KEY, "a"),
    ("pk__in", str(KEY), "a"),
    ("id__icontains", str(KEY), "a"),
    ("id__icontains", "alpha", ""),
]


@pytest.mark.parametrize(("path", "value", "found"), CASES)
def test_lookup(books, path, value, found):
    assert titles(**{path: value}) == found


def test_every_lookup_is_tried():
    tried = {path.rpartition("__")[2] for path, _value, _found in CASES}
    assert tried >= LOOKUPS - {"exact", "year", "date"} | {"iexact"}


@pytest.mark.parametrize(
    "path",
    [
        "nope",
        "title__regex",
        "title__iregex",
        "title__ne",
        "title__nin",
        "title__exists",
        "title__where",
        "title__$where",
        "title[$ne]",
        "$where",
        "__raw__",
        "title__raw",
        "",
        "__",
        "title__",
        "title__exact__exact",
        "author__nope",
        "author__name__regex",
        "reviews__nope",
        "reviews__stars__near",
        "extra__$where",
        "extra__a.$where",
        "extra__not",
        "extra__ne",
        "extra__exists",
        "extra__elemMatch",
        "extra__",
        "pages__year__gt",
        "_cls",
        "pk__pk__pk",
        "objects",
        "delete",
    ],
)
def test_operators_and_unknown_lookups_are_refused(books, path):
    with pytest.raises(UnsupportedLookup) as caught:
        q_for_lookup(Book, path, "1")
    assert "is not a" in str(caught.value)


def test_the_message_names_the_lookup_or_the_document():
    with pytest.raises(UnsupportedLookup, match="“regex” is not a lookup of title."):
        q_for_lookup(Book, "title__regex", ".")
    with pytest.raises(UnsupportedLookup, match="x is not a field of tests.Book."):
        q_for_lookup(Book, "x", ".")


@pytest.mark.parametrize("value", [{"$ne": 1}, ["$where"], "$where", "{'$gt': ''}"])
@pytest.mark.parametrize("path", ["title", "pages", "author", "extra__n", "keywords"])
def test_an_operator_as_a_value_finds_nothing(books, path, value):
    try:
        assert titles(**{path: value}) == ""
    except ValidationError as error:
        assert error.messages


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("pages", "many"),
        ("pages", ""),
        ("pages", "9" * 30),
        ("pages__gt", "1e5"),
        ("pages__isnull", "maybe"),
        ("pages__isnull", 2),
        ("pages__isempty", "maybe"),
        ("pages__range", "1"),
        ("pages__range", "50,150"),
        ("pages__range", (1, 2, 3)),
        ("published", "yesterday"),
        ("published__year", "MMXX"),
        ("published__year", "0"),
        ("published__year", "99999"),
        ("published__date", "2024-13-01"),
        ("id", "short"),
        ("id__in", "a,b"),
        ("publisher", "zzz"),
        ("in_print", "perhaps"),
        ("price", "cheap"),
        ("title__contains", "a\x00b"),
        ("title__icontains", "x" * 5_000),
    ],
)
def test_a_value_that_the_field_cannot_hold(mongo, path, value):
    with pytest.raises(ValidationError) as caught:
        q_for_lookup(Book, path, value)
    assert caught.value.messages[0]


AWKWARD = [
    *("", "x", "1", "1,2", "True", "2024-01-01", "$where", "\x00", "{}", "(", "é"),
    *(None, 1, [], ["a"], [1, "2"], True, "9" * 30, "NaN", "1e999", {"$ne": 1}),
]


def test_any_lookup_of_any_value_is_a_query_or_a_named_error(mongo):
    queries = []
    for field in present(Everything)._meta.fields:
        for lookup in sorted(LOOKUPS):
            for value in AWKWARD:
                try:
                    query = q_for_lookup(Everything, f"{field.name}__{lookup}", value)
                except (ValidationError, UnsupportedLookup):
                    continue
                queries.append(query)
    assert len(queries) > 3_000
    for query in queries[::7]:
        assert Everything._default_manager.filter(query).count() == 0


def test_an_embedded_document_itself_cannot_be_looked_up():
    with pytest.raises(UnsupportedLookup, match="address is an embedded document"):
        q_for_lookup(Publisher, "address", "x")


@pytest.fixture
def meetings(mongo):
    present(Meeting)
    mongo.meetings.insert_many([
        {"startsAt": datetime(2023, 12, 31, 23, 30, tzinfo=UTC)},
        {"startsAt": datetime(2024, 1, 1, 0, 30, tzinfo=UTC)},
        {"startsAt": "2024"},
        {"main": {"lbl": "m", "since": datetime(2024, 5, 1, tzinfo=UTC)}},
        {"day": datetime(2024, 5, 2)},
    ])


def found_meetings(path, value):
    return Meeting._default_manager.filter(q_for_lookup(Meeting, path, value)).count()


@pytest.mark.parametrize(
    ("zone", "path", "value", "number"),
    [
        ("UTC", "starts__year", 2024, 1),
        ("UTC", "starts__year", "2023", 1),
        ("Europe/Berlin", "starts__year", "2024", 2),
        ("America/New_York", "starts__year", "2024", 0),
        ("UTC", "starts__date", "2024-01-01", 1),
        ("Europe/Berlin", "starts__date", date(2024, 1, 1), 2),
        ("Europe/Berlin", "starts__gte", "2024-01-01", 2),
        ("Europe/Berlin", "starts__gte", "2024-01-01 00:45:00", 1),
        ("Europe/Berlin", "starts__gte", "2024-01-01 00:00:00+00:00", 1),
        ("Europe/Berlin", "starts__lt", datetime(2024, 1, 1, 1), 1),
        ("Europe/Berlin", "day", "2024-05-02", 1),
        ("America/New_York", "day__date", "2024-05-02", 1),
        ("America/New_York", "day__year", "2024", 1),
        ("UTC", "main__since__year", "2024", 1),
        ("UTC", "main__label", "m", 1),
    ],
)
def test_days_and_years_are_those_of_the_time_zone(meetings, zone, path, value, number):
    with timezone.override(zone):
        assert found_meetings(path, value) == number


def test_q_objects_of_any_shape(books):
    def found(condition):
        queryset = Book._default_manager.filter(q_for(Book, condition))
        return "".join(sorted(book.title[0].lower() for book in queryset))

    assert found(Q(title="Alpha") | Q(pages=200)) == "ab"
    assert found(Q(pages__gt=50) & ~Q(title="Alpha")) == "b"
    assert found(~Q(pages__gt=50)) == "degz"
    assert found(~(Q(title="Alpha") | Q(title="zeta"))) == "bdeg"
    assert found(Q(Q(title="Alpha") & Q(title="zeta"))) == ""
    assert found(Q(title="Alpha", pages=100) | (Q(pages=200) & ~Q(author="x"))) == "ab"
    assert found(Q(title__contains="a") & Q(title__contains="l")) == "ad"


def test_an_empty_q_is_no_condition():
    assert q_for(Book, Q()) is None
    assert q_for(Book, ~Q() | Q(Q())) is None


def test_an_expression_in_a_q_is_refused():
    with pytest.raises(UnsupportedLookup, match="cannot be asked of MongoDB"):
        q_for(Book, Q(Value(True)))


def test_a_document_may_be_the_value(books):
    assert titles(author=Author.objects.get(code="ada")) == "a"
    assert titles(author__in=list(Author.objects)) == "abz"
    assert titles(author=DBRef("authors", "ada")) == "a"


def test_a_reference_stored_as_dbref_is_found_by_its_id(mongo):
    depot = Depot(place="x").save()
    everything = Everything(dbref=depot, lazy_reference=depot).save()
    assert isinstance(mongo.everything.find_one()["dbref"], DBRef)
    for path in ("dbref", "dbref__place", "lazy_reference", "lazy_reference__place"):
        value = "x" if path.endswith("place") else str(depot.pk)
        query = q_for_lookup(Everything, path, value)
        assert Everything._default_manager.get(query) == everything, path


def test_too_many_matches_in_another_collection_are_refused(mongo, monkeypatch):
    monkeypatch.setattr(lookups, "MAX_JOINED", 2)
    mongo.authors.insert_many([{"_id": str(n), "name": "same"} for n in range(3)])
    with pytest.raises(UnsupportedLookup, match="More than 2 authors match"):
        q_for_lookup(Book, "author__name", "same")


def test_the_other_collection_is_asked_for_keys_only(books, mongo_commands):
    with mongo_commands() as commands:
        q_for_lookup(Book, "author__name__icontains", "b")
    (command,) = commands
    assert command.name == "find"
    assert command.document["projection"] == {"_id": 1}
    assert command.document["limit"] == lookups.MAX_JOINED + 1


def test_what_the_other_collections_manager_hides_is_not_found(mongo):
    mongo.load.insert_many([{"_id": KEY, "lost": True}])
    target = present(Load)._default_manager
    assert target.filter(q_for_lookup(Load, "pk", str(KEY))).count() == 0


def test_a_reference_to_the_base_of_a_hierarchy(mongo):
    mongo.vehicles.insert_one({"_id": KEY, "_cls": "Vehicle.Lorry", "name": "v"})
    mongo.meetings.insert_one({"room": KEY})
    query = q_for_lookup(present(Meeting), "room__name", "v")
    assert Meeting._default_manager.filter(query).count() == 1


def test_a_queryset_of_the_same_collection_becomes_a_part_of_the_query(
    books, mongo_commands
):
    short = present(Book)._default_manager.filter(pages__lt=150)
    with mongo_commands() as commands:
        assert titles(pk__in=short) == "a"
    assert commands.names == ["find"]
    assert titles(pk__in=short[:0]) == titles(pk__in=short.none()) == ""
    assert titles(pk__in=present(Book)._default_manager.order_by("title")[1:2]) == "g"


def test_a_queryset_of_another_collection_is_asked_for_its_keys(books, mongo_commands):
    with mongo_commands() as commands:
        found = titles(author__in=present(Author)._default_manager.filter(name="Bob"))
    assert found == "b"
    assert commands[0].document["projection"] == {"_id": 1}


def test_a_number_too_large_for_mongodb_is_still_a_text(books):
    books_of = present(Book)._default_manager.filter(title__icontains="9" * 30)
    assert list(books_of) == []


def test_a_range_through_a_reference_is_asked_at_once(
    books, mongo_commands, monkeypatch
):
    monkeypatch.setattr(lookups, "MAX_JOINED", 1)
    condition = Q(author__code__gte="ada", title__gt="a") & Q(
        author__name__gte="B", author__name__lt="C"
    )
    with mongo_commands() as commands:
        found = present(Book)._default_manager.filter(condition)
        assert [book.title for book in found] == ["beta.*"]
    asked = [each.document["find"] for each in commands]
    assert asked == ["authors", "books"]


def test_two_lookups_through_a_list_mean_the_same_document(books):
    def keys(**lookups):
        return len(present(Book)._default_manager.filter(Q(**lookups)))

    assert keys(reviews__by__name="Bob", reviews__by__born__isnull=False) == 0
    assert keys(others__name="Bob", others__name__startswith="B") == 1
    assert keys(others__name="Bob", others__name__startswith="A") == 0


def test_cached_references_are_looked_up_by_their_keys(mongo):
    keys = mongo.towns.insert_many([{"townName": "A"}, {"townName": "B"}]).inserted_ids
    cached = [{"_id": key, "townName": "old"} for key in keys]
    mongo.trips.insert_many([
        {"title": "first", "cached": cached[0], "cacheds": cached},
        {"title": "second", "cached": cached[1], "cacheds": cached[1:]},
        {"title": "none"},
    ])

    def found(**lookups):
        trips = present(Trip)._default_manager.filter(Q(**lookups))
        return [trip.title for trip in trips.order_by("title")]

    assert found(cached=keys[0]) == found(cached__id__exact=str(keys[0])) == ["first"]
    assert found(cached__in=keys) == found(cached__isnull=False) == ["first", "second"]
    assert found(cached__isnull=True) == ["none"]
    assert found(cached__name="B") == found(cached__name__iexact="b") == ["second"]
    assert found(cacheds=keys[0]) == found(cacheds__name="A") == ["first"]
