"""The filters of the list: what they offer, count and find, and what is refused."""

import pytest
from django.contrib import admin
from django.contrib.admin import ShowFacets
from django.db.models import Count, Q
from mongoengine import get_db

from . import rows

LISTED = [
    (
        "kind",
        ("", "?kind__exact=lp", "?kind__exact=nope", "?kind__exact=lp&kind__exact=ep"),
    ),
    ("available", ("", "?available__exact=1", "?available__exact=0")),
    ("signed", ("", "?signed__exact=1", "?signed__isnull=True", "?signed__exact=0")),
    ("released", ("", "?released__isnull=True", "?released__isnull=False")),
    ("released", ("?released__gte=1970-01-01+00%3A00%3A00%2B00%3A00",)),
    ("recorded", ("", "?recorded__gte=1967-12-01&recorded__lt=1968-01-01")),
    ("artist", ("", "?artist__code__exact=ada", "?artist__isnull=True")),
    ("artist", ("?artist__code__exact=a%2Fb+c", "?artist__code__exact=zz")),
    ("artist", ("?artist__code__exact=ada&artist__code__exact=ben",)),
    ("label", ("", "?label__id__exact=1", "?label__id__exact=99", "?label__isnull=1")),
    ("reissue_of", ("", "?reissue_of__id__exact=1", "?reissue_of__isnull=False")),
    ("genres", ("", "?genres__id__exact=2", "?genres__isnull=True")),
    ("genres", ("?genres__id__exact=1&genres__id__exact=3",)),
    ("year", ("", "?year=1968", "?year__isnull=True", "?year=1968&year=1999")),
    ("rating", ("", "?rating=4.5")),
    ("title", ("", "?title=Quiet", "?title=quiet")),
    ("artist__name", ("", "?artist__name=Ada+Reed", "?artist__name=x")),
    (
        "artist__born",
        ("", "?artist__born__isnull=True", "?artist__born__gte=1950-01-01"),
    ),
    ("reissue_of__kind", ("", "?reissue_of__kind__exact=lp")),
    ("reissue_of__label", ("", "?reissue_of__label__id__exact=1")),
    ("sleeve__designer", ("", "?sleeve__designer__code__exact=ben")),
    ("credits__role", ("", "?credits__role__exact=bass")),
    ("credits__artist", ("", "?credits__artist__code__exact=zoe")),
    ("credits__share", ("?credits__share=50",)),
    (("title", admin.EmptyFieldListFilter), ("", "?title__isempty=1")),
    (
        ("notes", admin.EmptyFieldListFilter),
        ("", "?notes__isempty=1", "?notes__isempty=0"),
    ),
    (
        ("code", admin.EmptyFieldListFilter),
        ("", "?code__isempty=1", "?code__isempty=0"),
    ),
    (("label", admin.EmptyFieldListFilter), ("", "?label__isempty=1")),
    (("artist__born", admin.EmptyFieldListFilter), ("", "?artist__born__isempty=1")),
    (("year", admin.EmptyFieldListFilter), ("?year__isempty=2", "?year__isempty=0")),
    (("artist", admin.RelatedOnlyFieldListFilter), ("", "?artist__code__exact=zoe")),
    (("genres", admin.RelatedOnlyFieldListFilter), ("", "?genres__id__exact=4")),
    (
        ("reissue_of", admin.RelatedOnlyFieldListFilter),
        ("", "?reissue_of__isnull=True"),
    ),
    (("year", admin.AllValuesFieldListFilter), ("", "?year=1970")),
    (("year", admin.ChoicesFieldListFilter), ("",)),
]


def leave_out_odd_keys():
    """Delete the artists whose keys Django cannot count.

    It makes each key the name of an SQL column, which cannot have a space in it.
    """
    odd = ["a/b c", "50%_?#&"]
    rows.model("Album").objects.filter(artist__in=odd).update(artist=None)
    rows.model("Artist").objects.filter(pk__in=odd).delete()
    get_db().albums.update_many({"artist": {"$in": odd}}, {"$unset": {"artist": 1}})
    get_db().artists.delete_many({"_id": {"$in": odd}})


@pytest.mark.parametrize("facets", [ShowFacets.NEVER, ShowFacets.ALWAYS])
@pytest.mark.parametrize(
    ("list_filter", "queries"), LISTED, ids=[f"{n}" for n in range(len(LISTED))]
)
def test_filters(twins, list_filter, queries, facets):
    if facets is ShowFacets.ALWAYS:
        leave_out_odd_keys()
    twins.admin("Album", list_filter=(list_filter,), show_facets=facets)
    for query in queries:
        twins.get(f"album/{query}")


class Decade(admin.SimpleListFilter):
    title = "decade <of the century>"
    parameter_name = "decade"

    def lookups(self, request, model_admin):
        return [("60", "The sixties"), ("70", "The seventies"), ("?", "Unknown")]

    def queryset(self, request, queryset):
        if self.value() == "?":
            return queryset.filter(year__isnull=True)
        if self.value() in ("60", "70"):
            first = 1900 + int(self.value())
            return queryset.filter(Q(year__gte=first) & Q(year__lt=first + 10))
        return None


class Nothing(admin.SimpleListFilter):
    title = "nothing"
    parameter_name = "nothing"

    def lookups(self, request, model_admin):
        return None

    def queryset(self, request, queryset):
        return queryset


class Priced(admin.FieldListFilter):
    def expected_parameters(self):
        return [f"{self.field_path}__gte"]

    def get_facet_counts(self, pk_attname, filtered_qs):
        dear = Q(**{f"{self.field_path}__gte": 10})
        return {
            "dear": Count(pk_attname, filter=dear),
            "cheap": Count(pk_attname, filter=~dear),
        }

    def choices(self, changelist):
        counts = self.get_facet_queryset(changelist) if changelist.add_facets else {}
        name = f"{self.field_path}__gte"
        yield {
            "selected": name in self.used_parameters,
            "query_string": changelist.get_query_string({name: 10}),
            "display": f"Dear {counts.get('dear')}, cheap {counts.get('cheap')}",
        }


class Titled(admin.RelatedFieldListFilter):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = "who played"

    def field_choices(self, field, request, model_admin):
        return super().field_choices(field, request, model_admin)[:2]


ALL = {
    "list_filter": (
        *("kind", "available", "signed", "released", "artist", "genres", "year"),
        *(Decade, Nothing, ("price", Priced), ("label", Titled)),
        *(("notes", admin.EmptyFieldListFilter), "sleeve__designer"),
    ),
    "search_fields": ("title",),
}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?_facets=True",
        "?_facets=True&decade=60",
        "?_facets=True&decade=60&kind__exact=ep",
        "?_facets=True&kind__exact=lp&artist__code__exact=ada&q=ing",
        "?_facets=True&price__gte=10&genres__id__exact=2",
        "?_facets=True&decade=nope&label__id__exact=1",
        "?_facets=True&year=1970&o=1&p=1&all=",
        "?_facets=True&signed__isnull=True&notes__isempty=1",
        "?decade=%3F",
        "?decade=60&decade=70",
        "?nothing=1",
        "?price__gte=10",
        "?kind__exact=lp&available__exact=1&decade=70",
    ],
)
def test_many_filters_and_their_facets(twins, query):
    leave_out_odd_keys()
    twins.admin("Album", **ALL)
    twins.get(f"album/{query}")


@pytest.mark.parametrize(
    "query",
    [
        "?title=Morning",
        "?title__startswith=M",
        "?title__in=Morning,Quiet",
        "?kind__in=lp,ep",
        "?id__in=1,2",
        "?pk=3",
        "?year__gt=1968&year__lt=1999",
        "?year__range=1968,1970",
        "?year__isnull=0",
        "?label=1",
        "?label__id=1",
        "?artist__code=ada",
        "?artist=ada",
        "?label__isnull=false",
        "?released__year=1968",
        "?released__date=1968-05-31",
        "?artist__name=Ada",
        "?artist__name__startswith=A",
        "?label__city=Leeds",
        "?reissue_of__label__name=x",
        "?nope=1",
        "?nope__exact=1",
        "?title__nope=1",
        "?year=x",
        "?year=",
        "?id=x",
        "?id__in=1,x",
        "?label__id__exact=x",
        "?released__gte=soon",
        "?available__exact=perhaps",
        "?e=1",
        "?_to_field=id",
        "?p=9&kind__exact=lp",
    ],
)
def test_lookups_are_taken_and_refused_alike(twins, query):
    twins.admin("Album", list_filter=("kind",))
    twins.get(f"album/{query}")


def test_related_choices_have_the_order_of_their_admin(twins):
    leave_out_odd_keys()
    twins.admin("Artist", ordering=("-name",))
    twins.admin("Label", get_ordering=lambda self, request: ("-city", "name"))
    only = admin.RelatedOnlyFieldListFilter
    twins.admin("Album", list_filter=("artist", "label", ("genres", only)))
    twins.get("album/")
    twins.unregister("Artist")
    twins.get("album/?_facets=True")


def test_list_filter_of_the_request(twins):
    def get_list_filter(self, request):
        return ("kind",) if "kind__exact" in request.GET else ("available", "year")

    twins.admin("Album", get_list_filter=get_list_filter)
    for query in ("", "?kind__exact=lp", "?year=1970&_facets=True"):
        twins.get(f"album/{query}")


def test_no_value_to_show(twins):
    twins.admin("Album", empty_value_display="(none)", list_filter=("year", "label"))
    twins.get("album/?_facets=True")
    twins.get("album/?year__isnull=True")


def test_filters_of_other_classes(twins):
    leave_out_odd_keys()
    twins.admin(
        "Track", list_filter=("album", "seconds", "album__kind", "album__artist")
    )
    twins.admin("Concert", list_filter=("artist", "starts", "day", "artist__born"))
    twins.admin("Artist", list_filter=("born",), search_fields=("name",))
    for address in ("track/", "concert/", "artist/"):
        twins.get(f"{address}?_facets=True")
    twins.get("track/?album__artist__code__exact=ada&_facets=True")
    twins.get("concert/?artist__code__exact=ada&_facets=True")


def test_lookup_allowed_of_ones_own(twins):
    def lookup_allowed(self, lookup, value, request):
        return lookup == "artist__name"

    twins.admin("Album", lookup_allowed=lookup_allowed)
    for query in ("?artist__name=Ada+Reed", "?title=Morning"):
        twins.get(f"album/{query}")
