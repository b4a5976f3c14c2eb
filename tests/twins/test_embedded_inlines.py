"""Inlines of what is embedded in the parent: rows of a list, and one document.

In SQL these are rows of tables of their own, which have permissions of their own.
"""

import mongoengine
import pytest
from django import forms
from django.db import models
from django.forms.models import BaseInlineFormSet

from admin_ext.formsets import EmbeddedFormSet

from .shop import Form, OfSide, stacked, tabular
from .test_inlines import OPTIONS

NO_KEY = "embedded rows have no key"
NO_HOME_KEY = "an embedded document has no key"
ALBUM = "album/1/change/"
ALL = ("view_credit", "add_credit", "change_credit", "delete_credit")


def credit(row, /, **values):
    return {f"credits-{row}-{name}": value for name, value in values.items()}


def album_with(twins, *inlines, **options):
    twins.admin("Album", fields=("title",), inlines=inlines, **options)


EMBEDDED_OPTIONS = {
    name: OPTIONS[name]
    for name in (
        "names",
        "plural",
        "extra",
        "no extra",
        "get_extra",
        "min_num",
        "get_min_num",
        "max_num",
        "max_num reached",
        "max_num passed",
        "get_max_num",
        "can_delete",
        "show_change_link",
        "collapse",
        "classes",
        "formfield_for_dbfield",
        "no add",
        "no change",
        "no delete",
        "no view",
        "only view",
        "only add",
        "nothing",
        "get_formset",
    )
} | {
    "default": {},
    "fields": {"fields": ("role", "name")},
    "fields in a line": {"fields": (("role", "name"), "share")},
    "fieldsets": {
        "fieldsets": [
            (None, {"fields": ("name",), "description": "Who"}),
            ("More", {"fields": ["share", "artist"], "classes": ("collapse",)}),
        ]
    },
    "exclude": {"exclude": ("share", "artist")},
    "readonly_fields": {"readonly_fields": ("role", "share")},
    "all readonly": {"readonly_fields": ("name", "role", "artist", "share")},
    "a method": {
        "fields": ("name", "shout"),
        "readonly_fields": ("shout",),
        "shout": lambda self, row: (row.name or "?").upper(),
    },
    "raw_id_fields": {"raw_id_fields": ("artist",)},
    "autocomplete_fields": {"autocomplete_fields": ("artist",)},
    "radio_fields": {"radio_fields": {"role": 1}},
    "prepopulated_fields": {"prepopulated_fields": {"name": ("role",)}},
    "ordering": {"ordering": ("name",)},
    "ordering backwards": {"ordering": ("-share", "name")},
    "get_ordering": {"get_ordering": lambda self, request: ["role"]},
    "formfield_overrides": {
        "formfield_overrides": OfSide(
            sql={models.CharField: {"widget": forms.Textarea}},
            mongo={mongoengine.StringField: {"widget": forms.Textarea}},
        )
    },
    "form": {
        "form": Form(
            "Credit",
            meta={"exclude": ["share"], "labels": {"name": "Who"}},
            extra=forms.CharField(required=False, help_text="Not stored."),
        )
    },
}


@pytest.mark.parametrize("name", EMBEDDED_OPTIONS)
def test_option(twins, name):
    options = EMBEDDED_OPTIONS[name]
    twins.admin("Artist", search_fields=("name",), exclude=("home",))
    inlines = [shape("Credit", "credits", **options) for shape in (tabular, stacked)]
    album_with(twins, *inlines)
    twins.get(ALBUM, differs=[] if name == "nothing" else [NO_KEY])
    has_no_row = name in ("no add", "only view", "nothing")
    twins.get("album/add/", differs=[] if has_no_row else [NO_KEY])


@pytest.mark.parametrize("shape", [tabular, stacked])
def test_add_change_and_delete_in_one_save(twins, shape):
    album_with(twins, shape("Credit", "credits"))
    values = credit(0, name="Don") | credit(1, DELETE="on")
    values |= credit(2, name="Fay", role="voice") | credit(4, name="Gus")
    twins.submit(ALBUM, differs=[NO_KEY], title="Other", _continue="1", **values)
    twins.get("album/1/history/")


def test_rows_in_another_order_are_the_stored_ones(twins):
    album_with(twins, tabular("Credit", "credits", ordering=("name",)))
    twins.submit(ALBUM, differs=[NO_KEY], **credit(0, share=5))
    twins.submit(ALBUM, differs=[NO_KEY], **credit(1, DELETE="on"))
    twins.submit(ALBUM, differs=[NO_KEY], **credit(1, name="Abe"))


def test_parent_and_rows_in_one_save(twins):
    album_with(twins, tabular("Credit", "credits"))
    values = credit(0, name="Fay") | credit(1, name="Gus", artist="ben", share="3")
    values |= {"title": "New", "_continue": "1"}
    twins.submit("album/add/", differs=[NO_KEY], **values)
    twins.get("album/7/history/")


def test_errors_stand_in_their_rows(twins):
    album_with(twins, tabular("Credit", "credits"))
    values = credit(0, name="") | credit(1, share="x") | credit(3, share="12")
    twins.submit(ALBUM, differs=[NO_KEY], title="", **values)
    album_with(twins, stacked("Credit", "credits"))
    twins.submit(ALBUM, differs=[NO_KEY], **values)


def test_max_num_is_enforced(twins):
    album_with(twins, tabular("Credit", "credits", max_num=2))
    values = credit(2, name="Fay") | {"credits-TOTAL_FORMS": "3"}
    twins.submit(ALBUM, differs=[NO_KEY], **values)


@pytest.mark.parametrize("what", ["min", "max"])
def test_validated_numbers(twins, what):
    def get_formset(self, request, obj=None, **kwargs):
        kwargs |= {f"validate_{what}": True, f"{what}_num": {"min": 3, "max": 1}[what]}
        return super(type(self), self).get_formset(request, obj, **kwargs)

    album_with(twins, tabular("Credit", "credits", get_formset=get_formset))
    twins.submit(ALBUM, differs=[NO_KEY], title="Other")


def test_own_formset(twins):
    class Loud:
        def clean(self):
            super().clean()
            if any("!" in form.cleaned_data.get("name", "") for form in self.forms):
                raise forms.ValidationError("Not so loud.")

    bases = {"sql": BaseInlineFormSet, "mongo": EmbeddedFormSet}
    formset = OfSide(**{side: type("F", (Loud, bases[side]), {}) for side in bases})
    album_with(twins, tabular("Credit", "credits", formset=formset))
    twins.submit(ALBUM, differs=[NO_KEY], **credit(0, name="Hey!"))
    twins.submit(ALBUM, differs=[NO_KEY], **credit(0, name="Hey"))


MANAGEMENT = {
    "no total": {"credits-TOTAL_FORMS": None},
    "no management form": {
        f"credits-{name}_FORMS": None for name in ("TOTAL", "INITIAL")
    },
    "total is no number": {"credits-TOTAL_FORMS": "x"},
}


@pytest.mark.parametrize("name", MANAGEMENT)
def test_tampered_management_form(twins, name):
    album_with(twins, tabular("Credit", "credits"))
    values = credit(0, name="Don") | MANAGEMENT[name]
    twins.submit(ALBUM, differs=[NO_KEY], title="Other", **values)


def test_save_as_new(twins):
    album_with(twins, tabular("Credit", "credits"), save_as=True)
    values = {"title": "Copy", "_saveasnew": "1", **credit(0, name="Don")}
    twins.submit(ALBUM, differs=[NO_KEY], **values)


def test_the_same_inline_twice(twins):
    first = tabular("Credit", "credits", fields=("name",))
    album_with(twins, first, stacked("Credit", "credits", extra=1))
    twins.get(ALBUM, differs=[NO_KEY])


def test_hooks_of_the_parent(twins):
    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super(type(self), self).get_formset_kwargs(
            request, obj, inline, prefix
        )
        return kwargs | {"initial": [{"name": "Nobody"}]}

    def save_formset(self, request, form, formset, change):
        for row in formset.save(commit=False):
            row.name = row.name.title()
            row.save()
        for row in formset.deleted_objects:
            row.delete()
        formset.save_m2m()

    hooks = {key: value for key, value in locals().items() if callable(value)}
    album_with(twins, tabular("Credit", "credits"), **hooks)
    values = credit(0, name="don moss") | credit(1, DELETE="on")
    values |= credit(3, name="fay day")
    twins.submit(ALBUM, differs=[NO_KEY], **values)


def test_who_may_change_the_parent_may_change_its_rows(twins):
    album_with(twins, tabular("Credit", "credits"))
    twins.permit("view_album", "change_album", sql=ALL)
    values = credit(0, name="Don") | credit(1, DELETE="on") | credit(2, name="Fay")
    twins.submit(ALBUM, differs=[NO_KEY], **values)


def test_who_may_view_the_parent_may_view_its_rows(twins):
    album_with(twins, tabular("Credit", "credits"))
    twins.permit("view_album", sql=["view_credit"])
    twins.get(ALBUM, differs=[NO_KEY])
    twins.post(ALBUM, {"title": "Other", **credit(0, name="Don")})


def test_who_may_add_the_parent_may_add_its_rows(twins):
    album_with(twins, stacked("Credit", "credits"))
    twins.permit("add_album", "view_album", sql=ALL)
    values = {"title": "New", **credit(0, name="Fay")}
    twins.submit("album/add/", differs=[NO_KEY], **values)


@pytest.mark.parametrize("name", ["no add", "no change", "no delete", "only add"])
def test_rows_are_not_written_without_permission_of_the_inline(twins, name):
    album_with(twins, tabular("Credit", "credits", **OPTIONS[name]))
    values = credit(0, name="Don") | credit(1, DELETE="on") | credit(2, name="Fay")
    if name == "only add":
        values = credit(1, name="Fay")
    twins.submit(ALBUM, differs=[NO_KEY], title="Other", **values)


@pytest.mark.parametrize("shape", [tabular, stacked])
@pytest.mark.parametrize("artist", ["ada", "ben"])
def test_one_embedded_document(twins, shape, artist):
    inlines = [shape("Home", "home")]
    twins.admin("Artist", fields=("name",), inlines=inlines)
    values = {"home-0-street": "High Street"}
    address = f"artist/{artist}/change/"
    twins.submit(address, differs=[NO_HOME_KEY], _continue="1", **values)
    twins.get(f"artist/{artist}/history/")


def test_one_embedded_document_is_deleted(twins):
    twins.admin("Artist", fields=("name",), inlines=[tabular("Home", "home")])
    values = {"home-0-DELETE": "on"}
    twins.submit("artist/ben/change/", differs=[NO_HOME_KEY], **values)


def test_one_embedded_document_of_a_new_parent(twins):
    twins.admin("Artist", fields=("code", "name"), inlines=[stacked("Home", "home")])
    values = {"code": "new", "name": "New", "home-0-street": "High Street"}
    twins.submit("artist/add/", differs=[NO_HOME_KEY], **values)
    twins.submit("artist/new/change/", differs=[NO_HOME_KEY], name="Newer")
