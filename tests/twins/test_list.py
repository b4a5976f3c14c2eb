"""The list page: columns, links, pages, hooks."""

import pytest
from django.contrib import admin
from django.db.models import F
from django.utils.html import format_html

ELSEWHERE = "no sort by another collection"


def test_default_options(twins):
    twins.get("album/")


def test_columns_of_every_kind(twins):
    columns = ("id", "title", "artist", "year", "price", "rating", "available")
    more = ("signed", "released", "recorded", "kind", "website", "genres")
    twins.admin("Album", list_display=columns + more)
    twins.get("album/", differs=["a list of references is a column"])


def test_paths_are_columns(twins):
    columns = ("title", "artist__name", "label__city", "sleeve__colour")
    more = ("artist__born", "reissue_of__title", "sleeve__designer", "pk")
    twins.admin("Album", list_display=columns + more)
    twins.get("album/", differs=[ELSEWHERE])


def test_a_path_of_two_references(twins):
    twins.admin("Track", list_display=("title", "album__artist__name"))
    twins.get("track/", differs=[ELSEWHERE])


def test_texts_with_lines_and_markup(twins):
    twins.admin("Album", list_display=("title", "notes", "contact", "website", "code"))
    twins.get("album/")


def test_other_keys(twins):
    twins.admin("Artist", list_display=("code", "name", "born"))
    twins.admin("Concert", list_display=("id", "place", "starts", "day", "artist"))
    twins.get("artist/")
    twins.get("concert/")


def test_an_empty_list(twins):
    twins.admin("Album", get_queryset=lambda self, request: self.model.objects.none())
    twins.get("album/")


@admin.display(description="Old", boolean=True, ordering="year")
def is_old(obj):
    return obj.year < 1970 if obj.year else None


@admin.display(description="Nothing", empty_value="(none)")
def nothing(obj):
    return None


@admin.display(ordering="-title")
def backwards(obj):
    return obj.title[::-1]


@admin.display(description="Elsewhere", ordering="artist__name")
def elsewhere(obj):
    return obj.artist and obj.artist.born


@admin.display(ordering="sleeve__colour")
def colour(self, obj):
    return format_html("<b>{}</b>", obj.sleeve.colour) if obj.sleeve else ""


def when(obj):
    return obj.released


def words(obj):
    return [obj.title, obj.year]


DISPLAYED = {
    "list_display": (
        *("title", is_old, nothing, backwards, elsewhere, "colour", when, words),
        *("by_expression", "by_descending", "marked", "short", "__str__"),
        lambda obj: obj.pk * 1000,
    ),
    "colour": colour,
    "by_expression": admin.display(ordering=F("rating"))(lambda self, obj: obj.rating),
    "by_descending": admin.display(ordering=F("price").desc())(
        lambda self, obj: obj.price
    ),
    "marked": lambda self, obj: "<script>",
}


@pytest.mark.parametrize(
    "order",
    [
        *("", "2", "-2", "4", "-4", "6", "-6", "9", "-9", "10", "-10", "11", "12"),
        *("13", "14", "2.-4", "-2.4.6", "9.2.1"),
    ],
)
def test_display_attributes_and_their_order(twins, order):
    twins.admin("Album", **DISPLAYED)
    query = f"?o={order}" if order else ""
    twins.get(f"album/{query}", differs=[ELSEWHERE])


@pytest.mark.parametrize("name", ["Album", "Track"])
def test_the_queryset_of_the_class_itself(twins, name):
    twins.admin(
        name,
        get_queryset=lambda self, request: self.model.objects.filter(id__lt=3),
        list_display=("id", "title"),
        list_editable=("title",),
        list_filter=("title",),
        search_fields=("title",),
    )
    for query in ("", "?q=n", "?title=Evening", "?title=Night+Bus"):
        twins.get(f"{name.lower()}/{query}")
    twins.get(f"{name.lower()}/2/change/")
    twins.get(f"{name.lower()}/3/change/")
