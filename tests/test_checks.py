"""`manage.py check` on the options of admins of Documents: Django's ids, and ours."""

import pytest
from django.contrib import admin
from django.contrib.admin import site
from django.core import checks
from django.core.management import call_command

from admin_ext import (
    DocumentAdmin,
    DocumentTabularInline,
    EmbeddedTabularInline,
)
from admin_ext.checks import check_middleware
from admin_ext.meta import present
from tests.documents import Address, Author, Book, Chapter, Publisher, Review
from tests.odd_documents import Meeting


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
    {"date_hierarchy": "published"},
    {"date_hierarchy": "author__born"},
    {"ordering": ("-published", "author", "pk", "reviews__stars")},
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
        ({"ordering": ("author__name",)}, "admin_ext.E002"),
    ],
)
def test_wrong_options_have_djangos_errors(options, expected):
    assert ids(**options) == [expected]


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
    ],
)
def test_referencing_inlines(options, expected):
    assert ids(inlines=(inline(DocumentTabularInline, **options),)) == expected


def test_embedded_inline_options():
    for options, expected in (
        ({"fields": ("text", "stars")}, []),
        ({"readonly_fields": ("stars",)}, []),
        ({"exclude": ("by",)}, []),
        ({"autocomplete_fields": ("by",)}, []),
        ({"readonly_fields": ("nope",)}, ["admin.E035"]),
        ({"raw_id_fields": ("text",)}, ["admin.E003"]),
        ({"max_num": "x"}, ["admin.E204"]),
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
    settings.MIDDLEWARE = settings.MIDDLEWARE[:-1]
    (warning,) = check_middleware(None)
    assert (warning.id, warning.level) == ("admin_ext.W001", checks.WARNING)
    assert "must be in MIDDLEWARE" in warning.msg
    assert warning.hint == "Add it as the last entry of MIDDLEWARE."


def test_checks_ask_nothing_of_mongodb(mongo_commands):
    with mongo_commands() as commands:
        call_command("check")
    assert commands.names == []
