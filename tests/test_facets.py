"""The counts beside the choices of filters: what they say, and what they cost."""

import re
from datetime import datetime

import pytest
from django.contrib import admin
from django.contrib.admin import ShowFacets, site
from django.db.models import Count, Q

from admin_ext import lookups
from tests.documents import Book
from tests.filters import BOOKS, EVERYTHING, KEY, books, choices, filters, odd_books
from tests.odd_documents import Everything

__all__ = ["books", "filters", "odd_books"]


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
    admin_client.get(BOOKS)  # what metadata says is proven
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
