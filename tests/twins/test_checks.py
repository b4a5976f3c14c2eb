"""System checks: the same wrong options have the same errors on both twins."""

import ast
import inspect
import re

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin import checks as django_checks
from django.db.models import F

from . import rows
from .pages import common
from .shop import SIDES, Form, Sites, stacked, tabular

# Checks that no option of a Document can fail, with the reason.
NOT_HERE = {
    "admin.E013": "a list of references has no relationship model of its own",
    "admin.E109": "a list of references is read with its document, and can be a column",
}

# Checks of the project's settings; tests/test_checks.py has them.
OF_SETTINGS = re.compile(r"admin\.[EW]4\d\d")


@pytest.fixture
def sites(settings):
    return Sites(settings)


def check(sites, name="Album", **options):
    """Return the errors of both twins' admins, which must be equal."""
    sites.admin(name, **options)
    found = {
        side: [told(error) for error in errors(sites, side, name)] for side in SIDES
    }
    assert found["mongo"] == found["sql"]
    return found["sql"]


def errors(sites, side, name):
    document = rows.model(name) if side == "sql" else rows.document(name)
    return sites.sites[side].get_model_admin(document).check()


def told(error):
    return error.id, error.level, common(error.msg), common(error.hint or "")


def ids(*args, **options):
    return [error[0] for error in check(*args, **options)]


def described(request, queryset):
    """Do nothing, as an action."""


def other(request, queryset):
    """Do nothing, under the name of another."""


other.__name__ = "described"


@admin.action(permissions=["reissue"])
def reissue(modeladmin, request, queryset):
    """Ask for a permission that the admin does not know."""


class FieldFilter(admin.FieldListFilter):
    """Right in a pair with a field only."""


class DecadeFilter(admin.SimpleListFilter):
    title, parameter_name = "decade", "decade"

    def lookups(self, request, model_admin):
        return [("60", "Sixties")]

    def queryset(self, request, queryset):
        return queryset


def named(admin, obj=None):
    return "x"


WRONG = [
    ("E001", {"raw_id_fields": "artist"}),
    ("E002", {"raw_id_fields": ("nope",)}),
    ("E002", {"raw_id_fields": ("artist_id",)}),
    ("E003", {"raw_id_fields": ("title",)}),
    ("E004", {"fields": "title"}),
    ("E005", {"fields": ("title",), "fieldsets": ((None, {"fields": ("title",)}),)}),
    ("E006", {"fields": ("title", ("year", "title"))}),
    ("E007", {"fieldsets": {"x": 1}}),
    ("E008", {"fieldsets": ("title",)}),
    ("E008", {"fieldsets": ((None, {"fields": "title"}),)}),
    ("E009", {"fieldsets": ((None, {}, 3),)}),
    ("E010", {"fieldsets": ((None, ("title",)),)}),
    ("E011", {"fieldsets": ((None, {"classes": ()}),)}),
    ("E012", {"fieldsets": ((None, {"fields": ("title", ("title", "year"))}),)}),
    ("E014", {"exclude": "title"}),
    ("E015", {"exclude": ("title", "title")}),
    ("E016", {"form": dict}),
    ("E016", {"form": forms.Form}),
    ("E017", {"filter_vertical": "genres"}),
    ("E018", {"filter_horizontal": "genres"}),
    ("E019", {"filter_vertical": ("nope",)}),
    ("E019", {"filter_horizontal": ("nope",)}),
    ("E020", {"filter_vertical": ("title",)}),
    ("E020", {"filter_horizontal": ("artist",)}),
    ("E021", {"radio_fields": ("kind",)}),
    ("E022", {"radio_fields": {"nope": admin.VERTICAL}}),
    ("E023", {"radio_fields": {"title": admin.VERTICAL}}),
    ("E023", {"radio_fields": {"genres": admin.VERTICAL}}),
    ("E024", {"radio_fields": {"kind": 3}}),
    ("E025", {"view_on_site": "yes"}),
    ("E026", {"prepopulated_fields": ("slug",)}),
    ("E027", {"prepopulated_fields": {"nope": ("title",)}}),
    ("E028", {"prepopulated_fields": {"released": ("title",)}}),
    ("E028", {"prepopulated_fields": {"artist": ("title",)}}),
    ("E028", {"prepopulated_fields": {"genres": ("title",)}}),
    ("E029", {"prepopulated_fields": {"slug": "title"}}),
    ("E030", {"prepopulated_fields": {"slug": ("title", "nope")}}),
    ("E031", {"ordering": "title"}),
    ("E032", {"ordering": ("?", "title")}),
    ("E033", {"ordering": ("nope",)}),
    ("E033", {"ordering": ("-nope",)}),
    ("E033", {"ordering": (F("nope").desc(),)}),
    ("E034", {"readonly_fields": "title"}),
    ("E035", {"readonly_fields": ("nope",)}),
    ("E035", {"readonly_fields": ("artist__name",)}),
    ("E036", {"autocomplete_fields": "artist"}),
    ("E037", {"autocomplete_fields": ("nope",)}),
    ("E038", {"autocomplete_fields": ("title",)}),
    ("E040", {"autocomplete_fields": ("artist",)}),
    ("E040", {"autocomplete_fields": ("genres",)}),
    ("E101", {"save_as": 1}),
    ("E102", {"save_on_top": 1}),
    ("E103", {"inlines": tabular("Track")}),
    ("E104", {"inlines": (dict,)}),
    ("E104", {"inlines": ("Track",)}),
    ("E105", {"inlines": (tabular("Track", model=None),)}),
    ("E106", {"inlines": (tabular("Track", model=dict),)}),
    ("E106", {"inlines": (tabular("Track", model="Track"),)}),
    ("E107", {"list_display": "title"}),
    ("E108", {"list_display": ("title", "nope")}),
    ("E108", {"list_display": ("artist__nope",)}),
    ("E108", {"list_display": ("title__nope",)}),
    ("E110", {"list_display_links": "title"}),
    ("E111", {"list_display_links": ("title",)}),
    ("E112", {"list_filter": "kind"}),
    ("E113", {"list_filter": (dict,)}),
    ("E114", {"list_filter": (FieldFilter,)}),
    ("E115", {"list_filter": (("kind", DecadeFilter),)}),
    ("E116", {"list_filter": ("nope",)}),
    ("E116", {"list_filter": ("artist__nope",)}),
    ("E116", {"list_filter": ("title__nope",)}),
    ("E117", {"list_select_related": "artist"}),
    ("E118", {"list_per_page": "10"}),
    ("E119", {"list_max_show_all": "10"}),
    ("E120", {"list_editable": "title"}),
    ("E121", {"list_editable": ("nope",)}),
    ("E122", {"list_editable": ("title",)}),
    (
        "E123",
        {
            "list_display": ("title",),
            "list_editable": ("title",),
            "list_display_links": ("title",),
        },
    ),
    ("E124", {"list_display": ("title",), "list_editable": ("title",)}),
    ("E125", {"list_display": ("title", "id"), "list_editable": ("id",)}),
    ("E126", {"search_fields": "title"}),
    ("E127", {"date_hierarchy": "nope"}),
    ("E127", {"date_hierarchy": "title__nope"}),
    ("E128", {"date_hierarchy": "title"}),
    ("E128", {"date_hierarchy": "artist"}),
    ("E129", {"actions": (reissue,)}),
    ("E130", {"actions": (described, other)}),
]

WRONG_INLINE = [
    ("E201", {"exclude": ("album",)}),
    ("E202", {"fk_name": "nope"}),
    ("E202", {"fk_name": "title"}),
    ("E203", {"extra": "1"}),
    ("E204", {"max_num": "1"}),
    ("E205", {"min_num": "1"}),
    ("E206", {"formset": dict}),
    ("E206", {"formset": forms.BaseFormSet}),
    ("E001", {"raw_id_fields": "album"}),
    ("E003", {"raw_id_fields": ("title",)}),
    ("E004", {"fields": "title"}),
    ("E006", {"fields": ("title", "title")}),
    ("E009", {"fieldsets": ((None,),)}),
    ("E012", {"fieldsets": ((None, {"fields": ("title", "title")}),)}),
    ("E014", {"exclude": "title"}),
    ("E015", {"exclude": ("album", "album")}),
    ("E016", {"form": dict}),
    ("E019", {"filter_horizontal": ("nope",)}),
    ("E022", {"radio_fields": {"nope": admin.VERTICAL}}),
    ("E027", {"prepopulated_fields": {"nope": ("title",)}}),
    ("E033", {"ordering": ("nope",)}),
    ("E035", {"readonly_fields": ("nope",)}),
    ("E037", {"autocomplete_fields": ("nope",)}),
]

# Of these no check is the foreign key's, which an embedded row does not have.
WRONG_EMBEDDED = [
    ("E203", {"extra": "1"}),
    ("E204", {"max_num": "1"}),
    ("E205", {"min_num": "1"}),
    ("E206", {"formset": dict}),
    ("E002", {"raw_id_fields": ("nope",)}),
    ("E003", {"raw_id_fields": ("name",)}),
    ("E006", {"fields": ("name", "name")}),
    ("E011", {"fieldsets": ((None, {}),)}),
    ("E015", {"exclude": ("name", "name")}),
    ("E016", {"form": dict}),
    ("E020", {"filter_vertical": ("artist",)}),
    ("E023", {"radio_fields": {"name": admin.VERTICAL}}),
    ("E028", {"prepopulated_fields": {"artist": ("name",)}}),
    ("E030", {"prepopulated_fields": {"name": ("nope",)}}),
    ("E033", {"ordering": ("nope",)}),
    ("E035", {"readonly_fields": ("nope",)}),
    ("E038", {"autocomplete_fields": ("name",)}),
    ("E040", {"autocomplete_fields": ("artist",)}),
]


@pytest.mark.parametrize(("expected", "options"), WRONG)
def test_wrong_option_of_an_admin(sites, expected, options):
    assert f"admin.{expected}" in ids(sites, **options)


@pytest.mark.parametrize(("expected", "options"), WRONG_INLINE)
@pytest.mark.parametrize("shape", [tabular, stacked])
def test_wrong_option_of_an_inline(sites, shape, expected, options):
    inlines = [shape("Track", **options)]
    assert f"admin.{expected}" in ids(sites, inlines=inlines)


@pytest.mark.parametrize(("expected", "options"), WRONG_EMBEDDED)
@pytest.mark.parametrize("shape", [tabular, stacked])
def test_wrong_option_of_an_embedded_inline(sites, shape, expected, options):
    inlines = [shape("Credit", "credits", **options)]
    assert f"admin.{expected}" in ids(sites, inlines=inlines)


def test_an_inline_without_a_reference_to_the_parent(sites):
    assert ids(sites, inlines=[tabular("Concert")]) == ["admin.E202"]
    assert ids(sites, "Artist", inlines=[tabular("Track")]) == ["admin.E202"]


def test_autocomplete_without_an_admin_of_the_other(sites):
    sites.unregister("Artist")
    assert ids(sites, autocomplete_fields=("artist",)) == ["admin.E039"]


def test_every_check_of_django_is_here():
    """A check that is new in Django is missing from the tables above."""
    tree = ast.parse(inspect.getsource(django_checks))
    known = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and re.fullmatch(r"admin\.[EW]\d+", str(node.value))
    }
    tables = WRONG + WRONG_INLINE + WRONG_EMBEDDED
    tested = {f"admin.{expected}" for expected, _options in tables}
    assert {each for each in known if not OF_SETTINGS.fullmatch(each)} == (
        tested | {"admin.E039"} | NOT_HERE.keys()
    )


RIGHT = [
    {},
    {"list_display": ("__str__", "id", "pk", "title", "artist", "artist__name")},
    {"list_display": ("artist__born", "label__city", "sleeve__colour", named)},
    {"list_display": ("named",), "named": named},
    {"list_display_links": None},
    {"list_display": ("id", "title"), "list_display_links": ["id", "title"]},
    {"list_display": ("id", "title", "genres_"), "genres_": named},
    {"list_display": ("id", "year", "artist"), "list_editable": ("year", "artist")},
    {"list_filter": ("kind", "artist", "genres", "released", "signed", "year")},
    {"list_filter": ("artist__name", "sleeve__colour", "genres__name")},
    {"list_filter": (DecadeFilter, ("artist", admin.RelatedOnlyFieldListFilter))},
    {"list_filter": (("code", admin.EmptyFieldListFilter),)},
    {"list_select_related": True},
    {"list_select_related": ("artist", "label")},
    {"search_fields": ("title", "^code", "=year", "artist__name", "title__iexact")},
    {"date_hierarchy": "released"},
    {"date_hierarchy": "recorded"},
    {"date_hierarchy": "artist__born"},
    {"ordering": ("-year", "title", "pk", "artist")},
    {"ordering": (F("year").desc(), "-pk")},
    {"sortable_by": ("title",), "show_full_result_count": False},
    {"raw_id_fields": ("artist", "genres", "reissue_of")},
    {"filter_horizontal": ("genres",)},
    {"filter_vertical": ["genres"]},
    {"radio_fields": {"kind": admin.VERTICAL, "artist": admin.HORIZONTAL}},
    {"prepopulated_fields": {"slug": ("title", "code"), "code": ("title",)}},
    {"fields": ("title", ("artist", "kind"), "not_of_the_model")},
    {"fieldsets": [(None, {"fields": ["title"]}), ("X", {"fields": ("genres",)})]},
    {"exclude": ("title", "nope")},
    {"form": Form("Album", meta={"fields": ("title",)}, extra=forms.CharField())},
    {"readonly_fields": ("title", "artist", "id", "named", named), "named": named},
    {"readonly_fields": ("__str__",), "exclude": None},
    {"view_on_site": False, "save_as": True, "save_on_top": True},
    {"view_on_site": named, "list_per_page": 5, "list_max_show_all": 0},
    {"actions": None},
    {"actions": (described,), "actions_on_bottom": True},
    {"inlines": []},
    {"inlines": [tabular("Track"), stacked("Credit", "credits")]},
    {"inlines": (stacked("Track", fk_name="album", extra=0, max_num=3),)},
    {"inlines": [tabular("Track", fields=("number", ("title", "seconds")))]},
    {"inlines": [tabular("Track", readonly_fields=("title", named))]},
    {"inlines": [tabular("Track", ordering=("-number",), exclude=("seconds",))]},
    {"inlines": [tabular("Credit", "credits", raw_id_fields=("artist",))]},
    {"inlines": [stacked("Credit", "credits", radio_fields={"role": admin.VERTICAL})]},
    {"inlines": [stacked("Credit", "credits", fields=("name",), max_num=2)]},
    {"inlines": [tabular("Album", fk_name="reissue_of", exclude=("credits",))]},
]


@pytest.mark.parametrize("options", RIGHT)
def test_right_options(sites, options):
    assert check(sites, **options) == []


def test_autocomplete_of_references(sites):
    for name in ("Artist", "Genre", "Album"):
        sites.admin(name, search_fields=("name",))
    inlines = [tabular("Credit", "credits", autocomplete_fields=("artist",))]
    fields = ("artist", "genres", "reissue_of")
    options = {"search_fields": ("title",), "inlines": inlines}
    assert ids(sites, autocomplete_fields=fields, **options) == []


def test_default_options_of_every_admin(sites):
    for name in rows.ROWS:
        assert ids(sites, name) == []


def test_checks_class_of_the_admins_own(sites):
    class Checks:
        def check(self, admin, **kwargs):
            return []

    assert ids(sites, checks_class=Checks, list_display="nope") == []
