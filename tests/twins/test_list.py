"""The list page: columns, links, pages, hooks."""

import pytest
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import F
from django.utils.html import format_html

from admin_ext.changelist import DocumentChangeList

from .shop import OfSide

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


COLUMNS = ("id", "title", "year", "kind")


@pytest.mark.parametrize(
    "links", [(), None, ("title",), ("id", "year"), ["kind", "title"], ("__str__",)]
)
def test_list_display_links(twins, links):
    twins.admin("Album", list_display=(*COLUMNS, "__str__"), list_display_links=links)
    twins.get("album/")


def test_links_keep_what_the_list_was_asked_for(twins):
    twins.admin("Album", list_display=COLUMNS, list_filter=("year", "kind"))
    twins.get("album/?year=1968&o=-2&q=&p=1")
    twins.get("album/?kind__exact=lp&_popup=1&_to_field=id")


def test_a_first_column_that_is_not_linked(twins):
    twins.admin(
        "Album",
        list_display=("website", "artist", "title"),
        list_display_links=("artist",),
    )
    twins.get("album/")


@pytest.mark.parametrize(
    "order",
    [
        *("1", "-1", "2", "-2", "3.-2", "-3.2", "4.3.2.1", "-4.-3.-2.-1", "2.2"),
        *("2.-2", "", "99", "-99", "0", "-0", "x", "1.x.2", "..", "1.", "-", "--1"),
        *("1.-", "3.99.2", "-1.0", "9" * 30),
    ],
)
def test_order(twins, order):
    twins.admin("Album", list_display=COLUMNS)
    twins.get(f"album/?o={order}")


def test_order_of_every_kind_of_column(twins):
    columns = ("title", "artist", "label", "price", "rating", "available", "signed")
    twins.admin(
        "Album",
        list_display=(*columns, "released", "recorded", "sleeve__colour", "notes"),
    )
    for number in (2, *range(4, 12), *range(-11, -3), -2):
        twins.get(f"album/?o={number}")
    for number in (3, -3):
        twins.get(f"album/?o={number}", differs=["a reference is sorted by its key"])


@pytest.mark.parametrize("order", ["", "1", "-2", "2.1"])
@pytest.mark.parametrize("names", [(), ("title",), ("id", "by_year"), ["year"]])
def test_sortable_by(twins, names, order):
    twins.admin(
        "Album",
        list_display=(*COLUMNS, "by_year"),
        sortable_by=names,
        by_year=admin.display(ordering="year")(lambda self, obj: obj.year),
    )
    twins.get(f"album/?o={order}")


def test_get_sortable_by(twins):
    twins.admin(
        "Album",
        list_display=COLUMNS,
        get_sortable_by=lambda self, request: {request.GET.get("e", "title"), "year"},
    )
    twins.get("album/")
    twins.get("album/?o=3.2")


@pytest.mark.parametrize(
    "ordering",
    [
        *(("title",), ("-title",), ("kind", "-year"), ("-year", "title"), ("pk",)),
        *(("-id",), ["year"], ("sleeve__colour", "id"), (F("year"), "-title")),
        *((F("year").desc(), "id"), ("rating",), ("-released",), ("code",)),
    ],
)
def test_ordering(twins, ordering):
    twins.admin(
        "Album", list_display=(*COLUMNS, "rating", "released"), ordering=ordering
    )
    twins.get("album/")
    twins.get("album/?o=2")


def test_get_ordering(twins):
    twins.admin(
        "Album",
        list_display=COLUMNS,
        get_ordering=lambda self, request: ["kind", "-title"],
    )
    twins.get("album/")
    twins.get("album/?o=3")


def test_the_order_of_the_class(twins):
    twins.admin("Label", list_display=("id", "name", "city"))
    for query in ("", "?o=1", "?o=-3.2", "?o="):
        twins.get(f"label/{query}")


@pytest.mark.parametrize("related", [True, False, ("artist",), ("artist", "label")])
def test_list_select_related(twins, related):
    twins.admin(
        "Album",
        list_display=("title", "artist", "of_label"),
        of_label=lambda self, obj: obj.label and obj.label.city,
        list_select_related=related,
    )
    twins.get("album/")


def test_empty_values(twins):
    columns = ("title", "artist", "year", "released", "nothing", "blank", "own", "code")
    twins.site(empty_value_display="(site)")
    options = {
        "list_display": (*columns, "sleeve__colour", "recorded", "price", "kind"),
        "nothing": lambda self, obj: None,
        "blank": lambda self, obj: "  ",
        "own": admin.display(empty_value="<own>")(lambda self, obj: ""),
    }
    twins.admin("Album", **options)
    twins.get("album/")
    twins.admin("Album", **options, empty_value_display="(admin)")
    twins.get("album/")
    twins.admin("Album", **options, get_empty_value_display=lambda self: "(method)")
    twins.get("album/")


def test_methods_of_the_class(twins):
    twins.admin("Album", list_display=("has_code", "short", "get_kind_display"))
    twins.get("album/")
    twins.get("album/?o=2")


PAGES = (
    *("", "?p=1", "?p=2", "?p=3", "?p=99", "?p=abc", "?p=-1", "?p=0", "?p="),
    *("?all=", "?all=1", "?p=2&o=-1", "?p=2&all=", "?p=99&e=1", "?p=1.5"),
    *("?e=1", "?e=1&p=2", "?p=2&year__gte=1968", "?p=9&year=1968"),
)


@pytest.mark.parametrize("limit", [200, 6, 5])
def test_pages(twins, limit):
    twins.admin(
        "Album",
        list_display=COLUMNS,
        list_per_page=2,
        list_max_show_all=limit,
        list_filter=("year",),
    )
    for query in PAGES:
        twins.get(f"album/{query}")


@pytest.mark.parametrize("query", ["", "?year=1968", "?p=2", "?all=", "?q=o"])
def test_without_the_full_count(twins, query):
    twins.admin(
        "Album",
        list_per_page=4,
        show_full_result_count=False,
        list_filter=("year",),
        search_fields=("title",),
    )
    twins.get(f"album/{query}")


class Twos(Paginator):
    def __init__(self, object_list, per_page, *args, **kwargs):
        super().__init__(object_list, 2, *args, **kwargs)


def test_paginator(twins):
    twins.admin("Album", paginator=Twos, list_per_page=4)
    twins.get("album/?p=2")
    twins.get("album/?p=4")


def test_get_paginator(twins):
    twins.admin(
        "Album",
        list_per_page=4,
        get_paginator=lambda self, request, queryset, per_page, *args: Paginator(
            queryset, per_page, orphans=1
        ),
    )
    twins.get("album/?p=2")


@pytest.mark.parametrize(
    "query",
    [
        *("?nonsense=1", "?title__nonsense=1", "?artist__password=x", "?e=1&x=1"),
        *("?id=x", "?year=x", "?released=x", "?_facets=1", "?_popup=1&p=9"),
        *("?_to_field=id", "?_to_field=nope", "?_popup=1&_to_field=title"),
        *("?id__in=1,2", "?pk=3", "?title=Quiet", "?year__gt=1969", "?year__isnull=1"),
    ],
)
def test_odd_queries(twins, query):
    twins.get(f"album/{query}")


def test_hooks_of_the_list(twins):
    twins.admin(
        "Album",
        list_display=("title",),
        get_list_display=lambda self, request: ["id", "title", "year"],
        get_list_display_links=lambda self, request, columns: [columns[-1]],
        get_list_filter=lambda self, request: ["kind"],
        get_search_fields=lambda self, request: ["title"],
        get_list_select_related=lambda self, request: ["artist"],
        get_queryset=lambda self, request: admin.ModelAdmin.get_queryset(
            self, request
        ).filter(year__gte=1969),
    )
    for query in ("", "?q=e", "?kind__exact=ep", "?o=-3"):
        twins.get(f"album/{query}")


def test_a_changelist_of_ones_own(twins):
    class Mixin:
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.title = "All the albums"

        def url_for_result(self, result):
            return f"/elsewhere/{result.pk}/"

    classes = {
        "sql": type("OwnChangeList", (Mixin, ChangeList), {}),
        "mongo": type("OwnChangeList", (Mixin, DocumentChangeList), {}),
    }
    twins.admin(
        "Album",
        get_changelist=OfSide(**{
            side: lambda self, request, cls=cls, **kwargs: cls
            for side, cls in classes.items()
        }),
    )
    twins.get("album/")


def test_extra_context(twins):
    twins.admin(
        "Album",
        changelist_view=lambda self, request: admin.ModelAdmin.changelist_view(
            self, request, {"title": "Records", "subtitle": "all of them"}
        ),
    )
    twins.get("album/")


def test_change_list_template(twins, settings, tmp_path):
    (tmp_path / "own_list.html").write_text(
        '{% extends "admin/change_list.html" %}{% block content_title %}<h1>'
        "{{ cl.result_count }} {{ module_name }} {{ opts.model_name }}</h1>"
        "{% endblock %}"
    )
    engine = dict(settings.TEMPLATES[0], DIRS=[tmp_path])
    settings.TEMPLATES = [engine, *settings.TEMPLATES[1:]]
    twins.admin("Album", change_list_template="own_list.html")
    twins.get("album/")


@pytest.mark.parametrize(
    "codenames",
    [
        ("view_album",),
        ("view_album", "add_album"),
        ("view_album", "delete_album"),
        ("change_album",),
        ("change_album", "delete_album"),
        ("add_album",),
        ("delete_album",),
        ("view_artist",),
    ],
)
def test_lists_by_permission(twins, codenames):
    twins.admin(
        "Album", list_display=("id", "title", "artist"), list_editable=("title",)
    )
    twins.permit(*codenames)
    twins.get("album/")
    twins.get("album/?_popup=1")


def test_the_list_of_nobody(twins):
    twins.get("album/?o=1", user=None)
