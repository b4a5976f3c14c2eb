"""The filters of the list: what they offer, what they find, what they refuse."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from bson import ObjectId
from django.contrib import admin
from django.contrib.admin import ShowFacets, site
from django.db.models import Count, Q
from django.utils import timezone

from admin_ext import lookups
from admin_ext.fields import relations
from tests.documents import Author, Book
from tests.odd_documents import Everything, Meeting, Vehicle

BOOKS = "/admin/tests/book/"
MEETINGS = "/admin/tests/meeting/"
EVERYTHING = "/admin/tests/everything/"
KEY = ObjectId("5f0000000000000000000001")


@pytest.fixture
def books(mongo):
    mongo.authors.insert_many([
        {"_id": "ada", "name": "Ada"},
        {"_id": "bob", "name": "Bob"},
    ])
    now = timezone.now()
    mongo.books.insert_many([
        {
            "title": "a",
            "kind": "novel",
            "in_print": True,
            "author": "ada",
            "others": ["bob", "ada"],
            "pages": 10,
            "published": now,
        },
        {
            "title": "b",
            "kind": "poems",
            "in_print": False,
            "author": "bob",
            "pages": 20,
            "published": now - timedelta(days=400),
        },
        {"title": "c", "kind": "lost", "author": "gone", "pages": None},
        {"title": "d", "in_print": None, "pages": "odd"},
    ])


def found(client, url, **query):
    response = client.get(url, query)
    assert response.status_code == 200, (query, response.get("Location"))
    return response.context["cl"].result_list


def titles(client, **query):
    return "".join(sorted(book.title for book in found(client, BOOKS, **query)))


def choices(client, title, url=BOOKS, **query):
    """Return {label: query string} of the filter with that title."""
    changelist = client.get(url, query).context["cl"]
    (spec,) = [each for each in changelist.filter_specs if each.title == title]
    return {
        str(choice["display"]): choice["query_string"]
        for choice in spec.choices(changelist)
    }


def follow(client, title, label, url=BOOKS):
    return client.get(url + choices(client, title, url)[label]).context["cl"]


@pytest.mark.parametrize(
    ("title", "label", "expected"),
    [
        ("kind", "Novel", "a"),
        ("kind", "All", "abcd"),
        ("in print", "Yes", "a"),
        ("in print", "No", "b"),
        ("published", "Today", "a"),
        ("published", "Any date", "abcd"),
        ("published", "No date", "cd"),
        ("published", "Has date", "ab"),
        ("author", "Ada", "a"),
        ("author", "-", "d"),
        ("others", "Bob", "a"),
        ("pages", "10", "a"),
    ],
)
def test_a_filters_link_finds_what_it_says(admin_client, books, title, label, expected):
    changelist = follow(admin_client, title, label)
    assert "".join(sorted(book.title for book in changelist.result_list)) == expected


def test_filters_combine(admin_client, books):
    assert titles(admin_client, kind__exact="novel", in_print__exact="1") == "a"
    assert titles(admin_client, kind__exact="novel", in_print__exact="0") == ""


@pytest.mark.parametrize(
    "query",
    [
        {"nope": "1"},
        {"__raw__": "{}"},
        {"$where": "1"},
        {"title__regex": "."},
        {"title[$ne]": "x"},
        {"title__$ne": "x"},
        {"pages": "many"},
        {"pages__exact": ""},
        {"pages__gt": "9" * 40},
        {"published__gte": "soon"},
        {"published__year": "x"},
        {"in_print__exact": "perhaps"},
        {"author__id__exact": "x"},
        {"publisher__id__exact": "zzz"},
        {"publisher__exact": "zzz"},
        {"id__in": "a,b"},
        {"kind__exact": "a\x00b", "title__contains": "\x00"},
        {"reviews": "x"},
        {"o": "x.y", "pages__range": "1"},
    ],
)
def test_a_bad_query_string_is_a_redirect(admin_client, books, query):
    response = admin_client.get(BOOKS, query)
    assert response.status_code in {302, 400}
    if response.status_code == 302:
        assert response["Location"].endswith("?e=1")
        page = admin_client.get(response["Location"])
        assert page.status_code in {200, 302}


def test_a_key_that_is_named_pk_is_a_key(admin_client, mongo):
    """Django asks every step of a path for the primary key when it reads "pk"."""
    mongo.books.insert_many([{"title": "A", "extra": {"pk": 5}}, {"title": "B"}])
    page = admin_client.get(BOOKS, {"extra__pk": "5"}).content.decode()
    assert "1 book" in page


def test_lookups_through_relations_are_refused_as_django_does(admin_client, books):
    response = admin_client.get(BOOKS, {"author__name__startswith": "A"})
    assert response.status_code == 400


def test_a_filter_of_references_reads_at_most_so_many(
    admin_client, mongo, monkeypatch, mongo_commands
):
    monkeypatch.setattr(relations, "MAX_CHOICES", 3)
    mongo.authors.insert_many([{"_id": str(n), "name": f"N{n}"} for n in range(9)])
    mongo.books.insert_one({"title": "t", "author": "8"})
    with mongo_commands() as commands:
        assert len(choices(admin_client, "author")) == 1 + 3 + 1
    limits = [
        command.document.get("limit")
        for command in commands
        if command.document.get("find") == "authors"
        and not command.document.get("filter")
    ]
    assert limits == [3, 3]


def test_the_chosen_reference_is_listed_though_not_among_the_first(
    admin_client, mongo, monkeypatch
):
    monkeypatch.setattr(relations, "MAX_CHOICES", 3)
    mongo.authors.insert_many([{"_id": str(n), "name": f"N{n}"} for n in range(9)])
    query = {"author__code__exact": "8"}
    assert "N8" in choices(admin_client, "author", **query)


def test_values_that_occur_are_listed_with_null_last(admin_client, books):
    """A value that the field cannot look up is no choice."""
    assert list(choices(admin_client, "pages")) == ["All", "10", "20", "-"]


def test_facets_count_every_choice(admin_client, books):
    labels = list(choices(admin_client, "kind", _facets="True"))
    assert labels == ["All", "Novel (1)", "Poems (1)"]
    assert "Ada (1)" in choices(admin_client, "author", _facets="True")
    assert "Bob (1)" in choices(admin_client, "others", _facets="True")
    assert "Today (1)" in choices(admin_client, "published", _facets="True")
    assert "Yes (1)" in choices(admin_client, "in print", _facets="True")
    assert "10 (1)" in choices(admin_client, "pages", _facets="True")


def test_facets_follow_the_other_filters(admin_client, books):
    query = {"_facets": "True", "in_print__exact": "1"}
    assert "Poems (0)" in choices(admin_client, "kind", **query)


def test_facets_can_be_shown_always_or_never(admin_client, books, monkeypatch):
    book_admin = site.get_model_admin(Book)
    monkeypatch.setattr(book_admin, "show_facets", ShowFacets.ALWAYS)
    assert "Novel (1)" in choices(admin_client, "kind")
    monkeypatch.setattr(book_admin, "show_facets", ShowFacets.NEVER)
    assert "Novel" in choices(admin_client, "kind", _facets="True")


@pytest.fixture
def meetings(mongo):
    mongo.vehicles.insert_many([
        {"_id": KEY, "_cls": "Vehicle", "name": "Van"},
        {"_cls": "Vehicle", "name": "Unused"},
    ])
    mongo.meetings.insert_many([
        {
            "main": {"lbl": "x"},
            "parts": [{"lbl": "p"}, {"lbl": "q"}],
            "extra": {"kind": 7},
            "room": KEY,
        },
        {"main": {"lbl": ""}, "parts": None, "extra": {"kind": "7"}},
        {"main": None, "extra": {"kind": [1, {"a": 1}]}},
        {"day": datetime(2024, 5, 2, tzinfo=UTC)},
    ])


def test_filters_by_paths(admin_client, meetings):
    for query, number in (
        ({"main__label": "x"}, 1),
        ({"parts__label": "q"}, 1),
        ({"extra__kind": "7"}, 2),
        ({"main__label__isempty": "1"}, 3),
        ({"main__label__isempty": "0"}, 1),
        ({"room__id__exact": str(KEY)}, 1),
        ({"room__isnull": "True"}, 3),
        ({"room__name": "Van"}, 1),
        ({"day__gte": "2024-05-02", "day__lt": "2024-05-03"}, 1),
    ):
        assert len(found(admin_client, MEETINGS, **query)) == number, query


def test_choices_of_filters_by_paths(admin_client, meetings):
    changelist = admin_client.get(MEETINGS).context["cl"]
    labels = [
        [str(choice["display"]) for choice in spec.choices(changelist)]
        for spec in changelist.filter_specs
    ]
    assert ["All", "x", "-"] in labels or ["All", "", "x", "-"] in labels
    assert ["All", "p", "q"] in labels or ["All", "p", "q", "-"] in labels
    assert [each for each in labels if "Van" in each and "Unused" not in each]


def test_every_link_of_every_filter_is_followed(admin_client, meetings):
    changelist = admin_client.get(MEETINGS + "?_facets=True").context["cl"]
    links = {
        choice["query_string"].replace("_facets=True", "")
        for spec in changelist.filter_specs
        for choice in spec.choices(changelist)
    }
    assert len(links) > 20
    for link in links:
        assert admin_client.get(MEETINGS + link).status_code == 200, link


def test_filters_on_fields_of_every_kind(admin_client, mongo):
    mongo.everything.insert_many([
        {"string": "a", "size": 1, "boolean": True, "dict": {"a": 1}, "list": ["x"]},
        {"string": 7, "size": 9, "boolean": "x", "dict": "odd", "list": "x"},
        {"geo_point": [1.0, 2.0], "dynamic": [None, {}], "embedded_list": [{}, None]},
        {"string": None, "decimal": 1.5, "uuid": "odd", "reference": "", "size": []},
        {"references": ["", KEY, None], "uuid": b"odd", "string": {"a": 1}},
    ])
    assert admin_client.get(EVERYTHING + "?_facets=True").status_code == 200
    changelist = admin_client.get(EVERYTHING).context["cl"]
    links = {
        choice["query_string"]
        for spec in changelist.filter_specs
        for choice in spec.choices(changelist)
    }
    for link in links:
        assert admin_client.get(EVERYTHING + link).status_code in {200, 302}, link
    assert {Everything, Meeting, Vehicle} <= set(site._registry)


class LengthFilter(admin.SimpleListFilter):
    title = "length"
    parameter_name = "length"

    def lookups(self, request, model_admin):
        return [("short", "Short"), ("long", "Long"), ("any", "Any")]

    def queryset(self, request, queryset):
        if self.value() == "short":
            return queryset.filter(pages__lt=15)
        if self.value() == "long":
            return queryset.filter(pages__gte=15)
        return None


class WeightFilter(admin.FieldListFilter):
    """A filter whose counts have names and conditions of its own."""

    title = "weight"

    def expected_parameters(self):
        return [f"{self.field_path}__gte"]

    def get_facet_counts(self, pk_attname, filtered_qs):
        return {"heavy": Count(pk_attname, filter=Q(**{f"{self.field_path}__gte": 15}))}

    def choices(self, changelist):
        counts = self.get_facet_queryset(changelist) if changelist.add_facets else {}
        yield {
            "selected": False,
            "query_string": changelist.get_query_string({
                f"{self.field_path}__gte": 15
            }),
            "display": f"Heavy ({counts.get('heavy')})",
        }


EVERY_KIND = (
    "kind",
    "in_print",
    "signed",
    "published",
    "author",
    "others",
    "keywords",
    "language",
    "price",
    "sequel_of",
    "author__name",
    "reviews__stars",
    "reviews__by",
    "reviews__by__name",
    LengthFilter,
    ("pages", WeightFilter),
    ("isbn", admin.EmptyFieldListFilter),
    ("keywords", admin.EmptyFieldListFilter),
    ("reviews", admin.EmptyFieldListFilter),
    ("extra", admin.EmptyFieldListFilter),
    ("title", admin.AllValuesFieldListFilter),
    ("others", admin.RelatedOnlyFieldListFilter),
)


@pytest.fixture
def odd_books(books, mongo):
    mongo.books.insert_many([
        {
            "title": "e",
            "isbn": "1",
            "reviews": [{"stars": 5, "by": "ada"}, {"stars": 1, "by": "gone"}],
            "keywords": ["x", ""],
            "sequel_of": KEY,
            "language": "en",
            "extra": {"a": 1},
        },
        {"title": "", "isbn": "", "reviews": [], "keywords": [], "extra": {}},
        {
            "title": 7,
            "author": "",
            "keywords": "odd",
            "kind": ["novel"],
            "others": [""],
        },
        {"_id": KEY, "author": {"a": 1}, "published": "odd", "language": 3},
    ])


@pytest.fixture
def filters(monkeypatch):
    """Set the list_filter of an admin for this test, and count facets always."""

    def change(*list_filter, document=Book, facets=ShowFacets.ALWAYS):
        document_admin = site.get_model_admin(document)
        monkeypatch.setattr(document_admin, "list_filter", list_filter)
        monkeypatch.setattr(document_admin, "show_facets", facets)
        monkeypatch.setattr(document_admin, "date_hierarchy", None)

    return change


def wrong_counts(client, url, **query):
    """Return what filters say beside what the list then shows, where they differ."""
    changelist = client.get(url, query).context["cl"]
    wrong, number = [], 0
    for spec in changelist.filter_specs:
        for choice in spec.choices(changelist):
            count = re.search(r"\((\d+)\)$", str(choice["display"]))
            if count is None:
                continue
            number += 1
            page = client.get(url + choice["query_string"])
            shown = page.context and page.context["cl"].result_count
            if shown != int(count[1]):
                wrong.append((spec.title, choice["display"], shown))
    assert number
    return wrong


@pytest.mark.parametrize("list_filter", EVERY_KIND, ids=str)
def test_a_count_is_what_the_list_then_shows(
    admin_client, odd_books, filters, list_filter
):
    filters(list_filter)
    assert wrong_counts(admin_client, BOOKS) == []


def test_counts_beside_other_filters_and_a_search(admin_client, odd_books, filters):
    filters(*EVERY_KIND)
    query = {"kind__exact": "novel", "length": "short", "q": "a"}
    assert wrong_counts(admin_client, BOOKS, **query) == []


@pytest.mark.parametrize(
    "field", [name for name in Everything._fields_ordered if name != "file"]
)
def test_counts_for_a_field_of_any_kind(
    admin_client, mongo, filters, field, mongo_commands
):
    # A filter of references without any is not shown, and takes its parameters.
    mongo.depot.insert_one({"place": "Kiel"})
    mongo.everything.insert_many([
        *({field: value} for value in (None, "", 1, 2.5, "text", True, b"x", [], {})),
        *({field: value} for value in ([1, "x"], {"a": 1}, KEY, datetime(2024, 1, 2))),
    ])
    filters(
        field,
        (field, admin.AllValuesFieldListFilter),
        (field, admin.EmptyFieldListFilter),
        document=Everything,
    )
    with mongo_commands() as commands:
        assert wrong_counts(admin_client, EVERYTHING) == []
    assert not commands.writes


def test_all_facets_are_one_aggregation(
    admin_client, odd_books, filters, mongo_commands
):
    filters(*EVERY_KIND, facets=ShowFacets.ALLOW)
    with mongo_commands() as without:
        admin_client.get(BOOKS)
    with mongo_commands() as commands:
        response = admin_client.get(BOOKS, {"_facets": "True"})
    assert "Novel (" in response.text
    assert "Heavy (" in response.text
    names = commands.names
    assert names.count("aggregate") == without.names.count("aggregate") + 1
    # What choices are there is read once, for the list and for all counts.
    assert names.count("find") <= without.names.count("find") + 8


def test_many_choices_are_one_aggregation(admin_client, mongo, filters, mongo_commands):
    mongo.authors.insert_many([{"_id": str(n), "name": f"N{n}"} for n in range(100)])
    mongo.books.insert_many([
        {"title": str(n), "author": str(n), "others": [str(n)], "pages": n}
        for n in range(100)
    ])
    filters(*["author", "others", "title", "pages", "isbn", "price"] * 2)
    with mongo_commands() as commands:
        response = admin_client.get(BOOKS)
    assert response.text.count("N7 (1)") == 4
    assert len([each for each in commands if has_parts(each)]) == 1


def has_parts(command):
    """Tell whether facets are counted; the list's own counts know the size."""
    last = str(command.document.get("pipeline", [])[-1:])
    return "$unionWith" in last and "$collStats" not in last


def test_facets_of_no_filter_ask_nothing(admin_client, books, filters, mongo_commands):
    filters()
    with mongo_commands() as commands:
        assert admin_client.get(BOOKS).status_code == 200
    assert not [each for each in commands if has_parts(each)]


def test_a_facet_that_would_match_too_much_has_no_count(
    admin_client, books, mongo, filters, monkeypatch
):
    monkeypatch.setattr(lookups, "MAX_JOINED", 1)
    mongo.authors.insert_many([{"_id": "n1"}, {"_id": "n2"}])
    filters(("author__name", admin.EmptyFieldListFilter), "kind")
    labels = list(choices(admin_client, "name"))
    assert labels == ["All", "Empty (-)", "Not empty (-)"]
    assert "Novel (1)" in choices(admin_client, "kind")


def test_several_values_of_one_filter(admin_client, books):
    for query, expected in (
        ({"kind__exact": ["novel", "poems"]}, "ab"),
        ({"kind__in": "novel,poems"}, "ab"),
        ({"author__code__exact": ["ada", "bob"]}, "ab"),
        ({"pages": ["10", "20"]}, "ab"),
        ({"pages__in": "10"}, "a"),
        ({"kind__isnull": "True"}, "d"),
        ({"kind__isnull": "0"}, "abc"),
        ({"kind__exact": ["novel"], "pages": ["20"]}, ""),
    ):
        assert titles(admin_client, **query) == expected, query


def test_a_lookup_through_a_reference_is_allowed_where_a_filter_names_it(
    admin_client, odd_books, filters
):
    assert admin_client.get(BOOKS, {"reviews__by__name": "Ada"}).status_code == 400
    filters("reviews__by__name")
    assert titles_of(admin_client, reviews__by__name="Ada") == ["e"]
    assert admin_client.get(BOOKS, {"reviews__by__born": "x"}).status_code == 400


def titles_of(client, **query):
    return [book.title for book in found(client, BOOKS, **query)]


def test_related_choices_have_the_order_of_their_admin(
    admin_client, books, filters, monkeypatch
):
    filters("author", ("others", admin.RelatedOnlyFieldListFilter))
    monkeypatch.setattr(site.get_model_admin(Author), "ordering", ("-name",))
    for title in ("author", "others"):
        labels = list(choices(admin_client, title))
        assert [label[:3] for label in labels[1:3]] == ["Bob", "Ada"]


def test_related_only_leaves_out_odd_keys(admin_client, mongo, filters):
    mongo.books.insert_many([
        {"_id": KEY, "title": "a"},
        {"title": "b", "sequel_of": KEY},
        {"title": "c", "sequel_of": ""},
        {"title": "d", "sequel_of": {"a": 1}},
    ])
    filters(("sequel_of", admin.RelatedOnlyFieldListFilter))
    assert list(choices(admin_client, "sequel of")) == ["All", "a (1)", "- (1)"]


def test_a_filter_of_a_path_reads_its_values_once(
    admin_client, books, filters, mongo_commands
):
    filters("author__name", facets=ShowFacets.NEVER)
    with mongo_commands() as commands:
        assert list(choices(admin_client, "name")) == ["All", "Ada", "Bob"]
    collections = [next(iter(each.document.values())) for each in commands]
    assert collections.count("authors") == 2


class ShoutingFilter(admin.AllValuesFieldListFilter):
    """What a developer overrides of Django's class is kept."""

    def choices(self, changelist):
        for choice in super().choices(changelist):
            yield choice | {"display": f"{choice['display']}!"}


def test_a_subclass_of_djangos_filter_works_on_paths(admin_client, meetings, filters):
    filters(("main__label", ShoutingFilter), document=Meeting)
    assert "x (1)!" in choices(admin_client, "label", MEETINGS)
