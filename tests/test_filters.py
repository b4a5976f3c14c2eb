"""The filters of the list: what they offer, what they find, what they refuse."""

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.contrib.admin import ShowFacets, site

from admin_ext.fields import relations
from tests.documents import Author
from tests.filters import BOOKS, EVERYTHING, KEY, books, choices, filters, odd_books
from tests.odd_documents import Everything, Meeting, Vehicle

__all__ = ["books", "filters", "odd_books"]

MEETINGS = "/admin/tests/meeting/"


def found(client, url, **query):
    response = client.get(url, query)
    assert response.status_code == 200, (query, response.get("Location"))
    return response.context["cl"].result_list


def titles(client, **query):
    return "".join(sorted(book.title for book in found(client, BOOKS, **query)))


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
