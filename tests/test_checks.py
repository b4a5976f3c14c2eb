"""`manage.py check` on the options of admins of Documents: Django's ids, and ours."""

import re
from pathlib import Path

import mongoengine as me
import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin import site
from django.contrib.admin.checks import check_dependencies
from django.contrib.auth.models import Group
from django.core import checks
from django.core.management import call_command
from django.db.models import F
from django.db.models.functions import Lower

import admin_ext
from admin_ext import (
    DocumentAdmin,
    DocumentTabularInline,
    EmbeddedTabularInline,
)
from admin_ext.checks import check_middleware, check_settings
from admin_ext.formsets import DocumentInlineFormSet, EmbeddedFormSet
from admin_ext.meta import present
from tests.documents import Address, Author, Book, Chapter, Publisher, Review
from tests.odd_documents import Everything, Leaflet, Loose, Lorry, Meeting, Vehicle


def ids(document=Book, **options):
    """Return the ids of the errors of an admin with these options."""
    return [error.id for error in errors(document, **options)]


def errors(document=Book, **options):
    admin_class = type("CheckedAdmin", (DocumentAdmin,), options)
    return admin_class(present(document), site).check()


def test_the_whole_project_has_no_errors():
    call_command("check", fail_level="WARNING")


RIGHT = [
    {},
    {"list_display": ("__str__", "title", "author", "others", "author__name")},
    {"list_display": ("reviews", "reviews__text", "extra__a", "extra", "keywords")},
    {"list_display": ("id", "pk", lambda book: "x"), "list_display_links": ("id",)},
    {"list_display_links": None},
    {"list_display": ("title", "pages"), "list_editable": ("pages",)},
    {"list_filter": ("kind", "author", "author__name", "extra__kind", "reviews")},
    {"list_filter": (("author", admin.RelatedOnlyFieldListFilter),)},
    {"list_filter": ("reviews__stars", "author__born", "others", "keywords")},
    {"list_select_related": ("author",)},
    {"list_select_related": True},
    {"search_fields": ("title", "=isbn", "author__name", "extra__a")},
    {"search_fields": ("title__startswith", "pk", "author__born__year", "pages")},
    {"search_fields": ("reviews__text", "reviews__by__name__iexact", "keywords")},
    {"date_hierarchy": "published"},
    {"date_hierarchy": "author__born"},
    {"ordering": ("-published", "author", "pk", "reviews__stars")},
    {"ordering": (F("title").asc(nulls_first=True), F("pages").desc(nulls_last=True))},
    {"raw_id_fields": ("author", "others")},
    {"autocomplete_fields": ("author", "others", "publisher")},
    {"filter_horizontal": ("others",), "filter_vertical": ()},
    {"radio_fields": {"kind": admin.VERTICAL, "author": admin.HORIZONTAL}},
    {"prepopulated_fields": {"isbn": ("title",)}},
    {"fields": ("title", ("author", "kind"))},
    {"fieldsets": ((None, {"fields": ("title", "others", "extra", "reviews")}),)},
    {"exclude": ("title",)},
    {"readonly_fields": ("title", "author", "id", "extra", "reviews")},
    {"view_on_site": False, "save_as": True, "list_per_page": 5},
]


@pytest.mark.parametrize("options", RIGHT, ids=range(len(RIGHT)))
def test_right_options_have_no_errors(options):
    assert [str(error) for error in errors(**options)] == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"list_display": ("nope",)}, "admin.E108"),
        ({"list_display": ("author__nope",)}, "admin.E108"),
        ({"list_display": "title"}, "admin.E107"),
        ({"list_display_links": ("title",)}, "admin.E111"),
        ({"list_editable": ("title",)}, "admin.E122"),
        ({"list_editable": ("nope",)}, "admin.E121"),
        ({"list_filter": ("nope",)}, "admin.E116"),
        ({"list_filter": ("author__nope",)}, "admin.E116"),
        ({"list_filter": ("title__icontains",)}, "admin.E116"),
        ({"list_filter": "title"}, "admin.E112"),
        ({"list_select_related": 1}, "admin.E117"),
        ({"list_per_page": "x"}, "admin.E118"),
        ({"search_fields": "title"}, "admin.E126"),
        ({"date_hierarchy": "title"}, "admin.E128"),
        ({"date_hierarchy": "nope"}, "admin.E127"),
        ({"ordering": ("nope",)}, "admin.E033"),
        ({"ordering": "title"}, "admin.E031"),
        ({"raw_id_fields": ("title",)}, "admin.E003"),
        ({"raw_id_fields": ("nope",)}, "admin.E002"),
        ({"autocomplete_fields": ("title",)}, "admin.E038"),
        ({"autocomplete_fields": ("sequel_of.",)}, "admin.E037"),
        ({"filter_horizontal": ("author",)}, "admin.E020"),
        ({"filter_vertical": ("nope",)}, "admin.E019"),
        ({"radio_fields": {"title": admin.VERTICAL}}, "admin.E023"),
        ({"prepopulated_fields": {"author": ("title",)}}, "admin.E028"),
        ({"prepopulated_fields": {"others": ("title",)}}, "admin.E028"),
        ({"prepopulated_fields": {"isbn": ("nope",)}}, "admin.E030"),
        ({"fields": ("title", "title")}, "admin.E006"),
        ({"fieldsets": ((None, {}),)}, "admin.E011"),
        ({"exclude": ("title", "title")}, "admin.E015"),
        ({"readonly_fields": ("nope",)}, "admin.E035"),
        ({"form": dict}, "admin.E016"),
        ({"inlines": (dict,)}, "admin.E104"),
        ({"ordering": ("?",)}, "admin_ext.E001"),
        ({"list_pages": "endless"}, "admin_ext.E020"),
        ({"list_max_count": 0}, "admin_ext.E018"),
        ({"list_max_count": "many"}, "admin_ext.E018"),
        ({"health_sample": 0}, "admin_ext.E035"),
        ({"health_sample": True}, "admin_ext.E035"),
        ({"protected": "yes"}, "admin_ext.E036"),
        ({"protected_limit": -1}, "admin_ext.E037"),
        ({"field_access": ["title"]}, "admin_ext.E040"),
        ({"field_access": {"titel": "hidden"}}, "admin_ext.E041"),
        ({"field_access": {"author__name": "hidden"}}, "admin_ext.E041"),
        ({"field_access": {"title": "secret"}}, "admin_ext.E042"),
        ({"field_access": {"pk": "masked"}}, "admin_ext.E043"),
        ({"ordering": ("author__name",)}, "admin_ext.E002"),
        ({"ordering": (F("author__name").desc(),)}, "admin_ext.E002"),
        ({"ordering": (Lower("title"),)}, "admin_ext.E004"),
        ({"ordering": (F("title").asc(nulls_last=True),)}, "admin_ext.E005"),
        ({"ordering": (F("title").desc(nulls_first=True),)}, "admin_ext.E005"),
        ({"ordering": ("-reviews__nope",)}, "admin_ext.E006"),
        ({"form": forms.ModelForm}, "admin_ext.E007"),
        ({"search_fields": ("nope",)}, "admin_ext.E010"),
        ({"search_fields": ("title__regex",)}, "admin_ext.E010"),
        ({"search_fields": ("=title__exact",)}, "admin_ext.E010"),
        ({"search_fields": ("reviews",)}, "admin_ext.E010"),
        ({"search_fields": ("author__books",)}, "admin_ext.E010"),
        ({"search_fields": ("@pages",)}, "admin_ext.E011"),
        ({"search_fields": ("@author__born",)}, "admin_ext.E011"),
        ({"search_fields": ("@author__name",)}, "admin_ext.W010"),
    ],
)
def test_wrong_options_have_djangos_errors(options, expected):
    assert ids(**options) == [expected]


def test_a_wrong_name_of_field_access_is_told_with_what_may_be_meant():
    (error,) = errors(field_access={"reviews__star": "hidden"})
    assert error.msg == (
        "The value of 'field_access' names 'reviews__star', no field of 'tests.Book'."
    )
    assert error.hint.startswith("Did you mean 'reviews__stars'")
    right = {"*": "view", "blurbText": "hidden", "extra__any": "masked"}
    assert ids(field_access=right) == []


def test_texts_of_our_own_errors():
    (error,) = errors(ordering=("?",))
    assert error.msg == (
        "The value of 'ordering[0]' cannot be '?': MongoDB's find has no random order."
    )
    (error,) = errors(ordering=("-author__name",))
    assert error.msg == (
        "The value of 'ordering[0]' cannot be '-author__name', which is in another "
        "collection."
    )
    assert error.hint == (
        "Sort by the reference itself, or store the value in 'tests.Book'."
    )


def test_texts_of_the_errors_about_sorting():
    for order, expected in (
        (
            Lower("title"),
            "cannot be 'Lower(F(title))': MongoDB's find sorts by stored values only.",
        ),
        (
            F("title").asc(nulls_last=True),
            "cannot say where null is sorted: MongoDB sorts it below every other "
            "value.",
        ),
        ("extra_", "refers to 'extra_', which is not a field of 'tests.Book'."),
        ("a__b", "refers to 'a__b', which is not a field of 'tests.Book'."),
    ):
        (error,) = errors(ordering=(order,))
        assert error.msg == f"The value of 'ordering[0]' {expected}"


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("title", []),
        ("-author__name", []),
        (F("title").desc(), []),
        ("nope", ["admin_ext.E006"]),
        (Lower("title"), ["admin_ext.E004"]),
        (F("author__name"), ["admin_ext.E002"]),
        ("?", ["admin_ext.E001"]),
    ],
)
def test_ordering_of_a_column(monkeypatch, order, expected):
    @admin.display(ordering=order)
    def column(self, book=None):
        return "x"

    assert ids(list_display=(column,)) == expected
    assert ids(list_display=("id", "column"), column=column) == expected
    monkeypatch.setattr(Book, "column", property(column), raising=False)
    assert ids(list_display=("column",)) == expected


def test_ordering_of_the_document():
    class Sorted(me.Document):
        author = me.ReferenceField(Author)
        meta = {"ordering": ["+pk", "author__name"], "app_label": "tests"}

    (error,) = errors(Sorted)
    assert error.id == "admin_ext.E002"
    assert error.msg.startswith("The value of 'meta['ordering'][1]' cannot be")
    assert errors(Sorted, ordering=("pk",)) == []


def inline(base, **options):
    return type("CheckedInline", (base,), options)


@pytest.mark.parametrize(
    ("document", "model", "field_name", "expected"),
    [
        (Publisher, Address, "offices", []),
        (Publisher, Address, "address", []),
        (Book, Review, "reviews", []),
        (Book, Review, "nope", ["admin_ext.E003"]),
        (Book, Review, "", ["admin_ext.E003"]),
        (Book, Review, "title", ["admin_ext.E003"]),
        (Book, Review, "extra", ["admin_ext.E003"]),
        (Publisher, Review, "offices", ["admin_ext.E003"]),
    ],
)
def test_embedded_inlines(document, model, field_name, expected):
    embedded = inline(EmbeddedTabularInline, model=model, field_name=field_name)
    assert ids(document, inlines=(embedded,)) == expected


def test_text_of_the_error_of_an_embedded_inline():
    embedded = inline(EmbeddedTabularInline, model=Review, field_name="titles")
    (error,) = errors(inlines=(embedded,))
    assert error.msg == (
        "The value of 'field_name' must be a field of 'tests.Book' that holds "
        "'Review', not 'titles'."
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"model": Chapter}, []),
        ({"model": Chapter, "fk_name": "book"}, []),
        ({"model": Chapter, "fk_name": "nope"}, ["admin.E202"]),
        ({"model": Author}, ["admin.E202"]),
        ({"model": Chapter, "extra": "x"}, ["admin.E203"]),
        ({"model": Chapter, "fields": ("heading", "heading")}, ["admin.E006"]),
        ({"model": Chapter, "exclude": ("book",)}, ["admin.E201"]),
        ({"model": Chapter, "ordering": ("book__title",)}, ["admin_ext.E002"]),
        ({"model": Chapter, "form": forms.ModelForm}, ["admin_ext.E007"]),
        ({"model": Chapter, "formset": EmbeddedFormSet}, ["admin_ext.E008"]),
        ({"model": Review}, ["admin.E202"]),
        ({"model": Group}, ["admin_ext.E012"]),
    ],
)
def test_referencing_inlines(options, expected):
    assert ids(inlines=(inline(DocumentTabularInline, **options),)) == expected


@pytest.mark.parametrize("model", [Chapter, Review])
def test_an_inline_of_django_is_for_models(model):
    options = {"model": model, "__module__": "tests"}
    (error,) = errors(inlines=(inline(admin.TabularInline, **options),))
    assert error.id == "admin_ext.E009"
    assert error.msg == (
        "'tests.CheckedInline' must inherit from an inline of 'admin_ext'."
    )
    assert error.hint.startswith("Use DocumentTabularInline or DocumentStackedInline;")


def test_an_inline_of_models_cannot_be_in_an_admin_of_documents():
    assert ids(inlines=(inline(admin.TabularInline, model=Group),)) == ["admin.E202"]
    for base in (DocumentTabularInline, EmbeddedTabularInline):
        (error,) = errors(inlines=(inline(base, model=Group, __module__="tests"),))
        assert error.msg == (
            "The value of 'tests.CheckedInline.model' must be a Document."
        )


def test_an_inline_of_documents_cannot_be_in_an_admin_of_models():
    inlines = (inline(DocumentTabularInline, model=Chapter),)
    admin_class = type("CheckedAdmin", (admin.ModelAdmin,), {"inlines": inlines})
    assert [error.id for error in admin_class(Group, site).check()] == ["admin.E106"]


@pytest.mark.parametrize("document", [Loose, Vehicle, Lorry, Everything, Meeting])
def test_other_kinds_of_documents_have_no_errors_by_default(document):
    assert ids(document) == []
    names = [field.name for field in present(document)._meta.fields]
    assert ids(document, list_display=names, readonly_fields=names) == []
    assert ids(document, list_filter=names, fields=names) == []


def test_embedded_inline_options():
    for options, expected in (
        ({"fields": ("text", "stars")}, []),
        ({"readonly_fields": ("stars",)}, []),
        ({"exclude": ("by",)}, []),
        ({"autocomplete_fields": ("by",)}, []),
        ({"readonly_fields": ("nope",)}, ["admin.E035"]),
        ({"raw_id_fields": ("text",)}, ["admin.E003"]),
        ({"max_num": "x"}, ["admin.E204"]),
        ({"formset": DocumentInlineFormSet}, ["admin_ext.E008"]),
        ({"ordering": ("-text", "by")}, []),
        ({"ordering": ("by__name",)}, ["admin_ext.E002"]),
        ({"ordering": (F("text"),)}, ["admin_ext.E013"]),
        ({"form": forms.ModelForm}, ["admin_ext.E007"]),
    ):
        embedded = inline(
            EmbeddedTabularInline, model=Review, field_name="reviews", **options
        )
        assert ids(inlines=(embedded,)) == expected, options


def test_autocomplete_needs_search_fields_of_the_other_admin():
    assert ids(Chapter, autocomplete_fields=("book",)) == []
    assert ids(Meeting, autocomplete_fields=("room",)) == ["admin.E040"]


def test_the_middleware_is_missed(settings):
    assert check_middleware(None) == []
    settings.MIDDLEWARE = []
    (warning,) = check_middleware(None)
    assert (warning.id, warning.level) == ("admin_ext.W001", checks.WARNING)
    assert "must be in MIDDLEWARE" in warning.msg
    assert warning.hint == "Add it as the last entry of MIDDLEWARE."


def test_djangos_checks_of_the_settings_run(settings):
    assert check_dependencies() == []
    settings.MIDDLEWARE = []
    found = [error.id for error in check_dependencies()]
    assert found == ["admin.E408", "admin.E409", "admin.E410"]


def test_checks_ask_nothing_of_mongodb(mongo_commands):
    with mongo_commands() as commands:
        call_command("check")
    assert commands.names == []


def test_the_docs_name_every_check_of_ours():
    root = Path(admin_ext.__file__).parent
    sources = "".join(path.read_text() for path in root.rglob("*.py"))
    told = (root.parent / "docs" / "options.md").read_text()
    pattern = r"admin_ext\.[EWI]\d{3}"
    assert set(re.findall(pattern, told)) == set(re.findall(pattern, sources))


def test_a_declared_text_index_is_right_and_another_field_is_a_warning():
    assert ids(Leaflet, search_fields=("@body", "@about__body")) == []
    (warning,) = errors(Leaflet, search_fields=("title", "@title"))
    assert warning.msg == (
        "The value of 'search_fields[1]' is '@title', but no text index on 'title' is "
        "declared in the meta of 'tests.Leaflet'."
    )
    assert warning.hint.startswith("Declare it in meta['indexes']")


def test_the_message_says_why_a_field_cannot_be_searched():
    (error,) = errors(search_fields=("title", "reviews"))
    assert error.msg == (
        "The value of 'search_fields[1]' cannot be 'reviews': reviews is an embedded "
        "document; name a field of it."
    )


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("MAX_TIME_MS", 5_000, []),
        ("MAX_TIME_MS", 0, ["admin_ext.E033"]),
        ("MAX_SIDE_TIME_MS", None, ["admin_ext.E033"]),
        ("LIST_DB_ALIASES", {"default": "other"}, []),
        ("LIST_DB_ALIASES", {"default": "nowhere"}, ["admin_ext.E034"]),
        ("LIST_READ_PREFERENCE", "secondary", []),
        ("LIST_READ_PREFERENCE", "seconadry", ["admin_ext.E034"]),
        ("LIST_READ_CONCERN", "sure", ["admin_ext.E034"]),
    ],
)
def test_settings_that_no_page_could_use(settings, name, value, found):
    setattr(settings, f"ADMIN_EXT_{name}", value)
    assert [error.id for error in check_settings(None)] == found
