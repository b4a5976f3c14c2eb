"""Inlines of Documents that reference the parent."""

import uuid

import mongoengine
import pytest
from django import forms
from django.db import models
from django.forms.models import BaseInlineFormSet

from admin_ext.formsets import DocumentInlineFormSet

from . import rows
from .shop import Form, OfSide, stacked, tabular

NO_KEY = "embedded rows have no key"
ALBUM = "album/1/change/"
ARTIST = "artist/ada/change/"

CONCERT = uuid.UUID("00000000-0000-4000-8000-000000000001")


def album_with(twins, *inlines, **options):
    twins.admin("Album", fields=("title",), inlines=inlines, **options)


def add_passes():
    """Give two concerts of Ada a pass, which protects the first of them."""
    passes = [
        {"code": "p1", "holder": "ada", "guest": "ben", "concert": CONCERT},
        {"code": "p/2", "holder": "ben", "guest": "ada"},
    ]
    rows.load({"Pass": passes})


OPTIONS = {
    "fields": {"fields": ("title", "number")},
    "fields in a line": {"fields": (("title", "number"), "seconds")},
    "fieldsets": {
        "fieldsets": [
            (None, {"fields": ("number", "title"), "classes": ("wide",)}),
            ("More", {"fields": ["seconds"], "description": "Length"}),
        ]
    },
    "exclude": {"exclude": ("seconds",)},
    "readonly_fields": {"readonly_fields": ("title", "seconds")},
    "all readonly": {"readonly_fields": ("number", "title", "seconds")},
    "a method": {
        "fields": ("title", "shout"),
        "readonly_fields": ("shout",),
        "shout": lambda self, track: (track.title or "?").upper(),
    },
    "names": {"verbose_name": "song"},
    "plural": {"verbose_name": "song", "verbose_name_plural": "songs of it"},
    "extra": {"extra": 1},
    "no extra": {"extra": 0},
    "get_extra": {"get_extra": lambda self, request, obj=None, **kwargs: 2},
    "min_num": {"min_num": 4, "extra": 1},
    "get_min_num": {"get_min_num": lambda self, request, obj=None, **kwargs: 5},
    "max_num": {"max_num": 3},
    "max_num reached": {"max_num": 2},
    "max_num passed": {"max_num": 1},
    "get_max_num": {"get_max_num": lambda self, request, obj=None, **kwargs: 4},
    "can_delete": {"can_delete": False},
    "show_change_link": {"show_change_link": True},
    "ordering": {"ordering": ("-title",)},
    "get_ordering": {"get_ordering": lambda self, request: ["seconds", "title"]},
    "collapse": {"classes": ("collapse",)},
    "classes": {"classes": ("wide", "extrapretty")},
    "prepopulated_fields": {"prepopulated_fields": {"title": ("number",)}},
    "formfield_overrides": {
        "formfield_overrides": OfSide(
            sql={models.CharField: {"widget": forms.Textarea}},
            mongo={mongoengine.StringField: {"widget": forms.Textarea}},
        )
    },
    "formfield_for_dbfield": {
        "formfield_for_dbfield": lambda self, field, request, **kwargs: field.formfield(
            label=f"a {field.name}"
        )
    },
    "no add": {"has_add_permission": lambda self, request, obj: False},
    "no change": {"has_change_permission": lambda self, request, obj=None: False},
    "no delete": {"has_delete_permission": lambda self, request, obj=None: False},
    "no view": {"has_view_permission": lambda self, request, obj=None: False},
    "only view": {
        f"has_{name}_permission": lambda self, request, obj=None: False
        for name in ("add", "change", "delete")
    },
    "only add": {
        f"has_{name}_permission": lambda self, request, obj=None: False
        for name in ("view", "change", "delete")
    },
    "nothing": {
        f"has_{name}_permission": lambda self, request, obj=None: False
        for name in ("view", "add", "change", "delete")
    },
    "get_queryset": {
        "get_queryset": lambda self, request: (
            self.model._default_manager.get_queryset().filter(number__gt=1)
        )
    },
    "get_formset": {
        "get_formset": lambda self, request, obj=None, **kwargs: super(
            type(self), self
        ).get_formset(request, obj, **kwargs | {"extra": 1, "can_delete": False})
    },
    "form": {
        "form": Form(
            "Track",
            meta={"exclude": ["seconds"], "labels": {"title": "Name of it"}},
            extra=forms.CharField(required=False, help_text="Not stored."),
        )
    },
}


@pytest.mark.parametrize("name", OPTIONS)
def test_option(twins, name):
    options = OPTIONS[name]
    album_with(twins, tabular("Track", **options), stacked("Track", **options))
    twins.get(ALBUM)
    twins.get("album/add/")


RELATION_OPTIONS = {
    "default": {},
    "raw_id_fields": {"raw_id_fields": ("artist", "label", "reissue_of")},
    "raw_id list": {"raw_id_fields": ("genres",)},
    "autocomplete_fields": {"autocomplete_fields": ("artist", "genres")},
    "radio_fields": {"radio_fields": {"kind": 1, "artist": 2}},
    "filter_horizontal": {"filter_horizontal": ("genres",)},
    "filter_vertical": {"filter_vertical": ("genres",)},
    "formfield_for_foreignkey": {
        "formfield_for_foreignkey": lambda self, field, request, **kwargs: super(
            type(self), self
        ).formfield_for_foreignkey(field, request, empty_label="nobody", **kwargs)
    },
    "formfield_for_manytomany": {
        "formfield_for_manytomany": lambda self, field, request, **kwargs: super(
            type(self), self
        ).formfield_for_manytomany(field, request, label="Kinds", **kwargs)
    },
    "formfield_for_choice_field": {
        "formfield_for_choice_field": lambda self, field, request, **kwargs: super(
            type(self), self
        ).formfield_for_choice_field(
            field, request, choices=[("lp", "Record")], **kwargs
        )
    },
    "readonly": {"readonly_fields": ("artist", "genres", "kind", "released")},
    "show_change_link": {"show_change_link": True},
}


@pytest.mark.parametrize("name", RELATION_OPTIONS)
def test_option_about_references(twins, name):
    twins.admin("Artist", search_fields=("name",))
    twins.admin("Genre", search_fields=("name",))
    options = {
        "fields": ("title", "artist", "label", "reissue_of", "genres", "kind"),
        "fk_name": "label",
    } | RELATION_OPTIONS[name]
    inlines = [tabular("Album", **options), stacked("Album", **options)]
    twins.admin("Label", inlines=inlines)
    twins.get("label/1/change/")


def test_both_kinds_are_edited_in_one_save(twins):
    inlines = [tabular("Track"), stacked("Credit", "credits")]
    twins.admin("Album", inlines=inlines)
    values = {"track_set-0-title": "Noon", "credits-0-name": "Don"}
    twins.submit(ALBUM, differs=[NO_KEY], title="Other", **values)


def track(row, /, **values):
    return {f"track_set-{row}-{name}": value for name, value in values.items()}


@pytest.mark.parametrize("shape", [tabular, stacked])
def test_add_change_and_delete_in_one_save(twins, shape):
    album_with(twins, shape("Track"))
    values = track(0, title="Noon") | track(1, DELETE="on")
    values |= track(2, number=7, title="Seven") | track(4, number=8, title="Eight")
    twins.submit(ALBUM, title="Other", _continue="1", **values)
    twins.get("album/1/history/")


def test_nothing_changed(twins):
    album_with(twins, tabular("Track"))
    twins.submit(ALBUM)


def test_parent_and_children_in_one_save(twins):
    album_with(twins, tabular("Track"))
    values = track(0, number=1, title="One") | track(1, number=2, title="Two")
    twins.submit("album/add/", title="New", _continue="1", **values)
    twins.get("album/7/history/")


def test_errors_stand_in_their_rows(twins):
    album_with(twins, tabular("Track"), stacked("Concert", fk_name="artist"))
    twins.admin("Album", fields=("title",), inlines=[stacked("Track")])
    values = track(0, title="") | track(1, number="x") | track(3, seconds="12")
    twins.submit(ALBUM, **values)
    twins.submit(ALBUM, title="", **values)


def test_same_number_twice_in_one_save(twins):
    album_with(twins, tabular("Track"))
    values = track(2, number=5, title="A") | track(3, number=5, title="B")
    twins.submit(ALBUM, **values)
    twins.submit("album/add/", title="New", **values)


def test_number_that_another_row_has(twins):
    album_with(twins, tabular("Track"))
    twins.submit(ALBUM, **track(2, number=1, title="A"))
    twins.submit(ALBUM, **track(0, number=2), **track(1, number=1))
    twins.submit(ALBUM, **track(0, number=2))
    twins.submit(ALBUM, **track(0, DELETE="on"), **track(2, number=1, title="A"))


def test_same_unique_value_twice_in_list_editable(twins):
    twins.admin(
        "Genre", list_display=("id", "name"), list_editable=("name",), ordering=("id",)
    )
    values = {"form-0-name": "Same", "form-1-name": "Same"}
    twins.submit("genre/", form="changelist-form", **values)
    values = {"form-0-name": "Folk"}
    twins.submit("genre/", form="changelist-form", **values)


def test_max_num_is_enforced(twins):
    album_with(twins, tabular("Track", max_num=2, extra=0))
    values = track(2, number=5, title="A") | {"track_set-TOTAL_FORMS": "3"}
    twins.submit(ALBUM, **values)
    album_with(twins, stacked("Track", max_num=3, min_num=1))
    twins.submit(ALBUM, **track(2, number=5, title="A"))


def formset_with(**attributes):
    """Return formset classes of both twins with these attributes."""
    bases = {"sql": BaseInlineFormSet, "mongo": DocumentInlineFormSet}
    own = type("Own", (), attributes)
    return OfSide(**{side: type("F", (own, bases[side]), {}) for side in bases})


def test_own_formset(twins):
    def clean(self):
        self.validate_unique()
        if any("!" in form.cleaned_data.get("title", "") for form in self.forms):
            raise forms.ValidationError("Not so loud.")

    album_with(twins, tabular("Track", formset=formset_with(clean=clean)))
    twins.submit(ALBUM, **track(0, title="Hey!"))
    twins.submit(ALBUM, **track(0, title="Hey"))


@pytest.mark.parametrize("what", ["min", "max"])
def test_validated_numbers(twins, what):
    def get_formset(self, request, obj=None, **kwargs):
        kwargs |= {f"validate_{what}": True, f"{what}_num": {"min": 3, "max": 1}[what]}
        return super(type(self), self).get_formset(request, obj, **kwargs)

    album_with(twins, tabular("Track", get_formset=get_formset))
    twins.submit(ALBUM, title="Other")
    twins.submit("album/add/", title="New")


def test_protected_row_is_not_deleted(twins):
    add_passes()
    twins.admin("Artist", fields=("name",), inlines=[tabular("Concert")])
    twins.submit(ARTIST, **{"concert_set-0-DELETE": "on", "concert_set-1-place": "X"})
    twins.submit(ARTIST, **{"concert_set-1-DELETE": "on"})


TAMPERED = {
    "another parent's row": track(0, id="3", title="Stolen"),
    "another parent's row is deleted": track(0, id="3", DELETE="on"),
    "an unknown row": track(0, id="999", title="Ghost"),
    "an unknown row is deleted": track(0, id="999", DELETE="on"),
    "no key": track(0, id="", title="Keyless"),
    "no key sent": track(0, id=None, title="Keyless"),
    "no number": track(0, id="x", title="Odd"),
    "an operator": track(0, id='{"$ne": 1}', title="Odd"),
    "the same row twice": track(0, id="2", title="A") | track(1, title="B"),
    "a key in a new row": track(2, id="3", number=9, title="New"),
    "another parent": track(0, album="2", title="Moved"),
    "another parent of a new row": track(2, album="2", number=9, title="New"),
    "no parent sent": track(0, album=None, title="Kept"),
    "no total": {"track_set-TOTAL_FORMS": None},
    "no initial": {"track_set-INITIAL_FORMS": None},
    "no management form": {
        f"track_set-{name}_FORMS": None for name in ("TOTAL", "INITIAL")
    },
    "total is no number": {"track_set-TOTAL_FORMS": "x"},
    "fewer initial": {"track_set-INITIAL_FORMS": "1"},
    "more initial": {"track_set-INITIAL_FORMS": "4"},
    "fewer in total": {"track_set-TOTAL_FORMS": "1"},
    "negative": {"track_set-INITIAL_FORMS": "-1"},
    "too many": {"track_set-TOTAL_FORMS": "100000"},
    "NUL": track(0, id="1\0", title="No\0"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_tampered(twins, name):
    album_with(twins, tabular("Track"))
    differs = {
        "the same row twice": ["a page knows its document"],
        "too many": ["rows that nobody sent are not drawn"],
    }.get(name, ())
    twins.submit(ALBUM, title="Other", differs=differs, **TAMPERED[name])


TAMPERED_KEYS = {
    "another parent's": str(CONCERT)[:-1] + "3",
    "unknown": str(CONCERT)[:-1] + "9",
    "no uuid": "x",
}


@pytest.mark.parametrize("name", TAMPERED_KEYS)
def test_tampered_key_of_another_type(twins, name):
    twins.admin("Artist", fields=("name",), inlines=[tabular("Concert")])
    values = {"concert_set-0-id": TAMPERED_KEYS[name], "concert_set-0-place": "X"}
    twins.submit(ARTIST, **values)


# The reverse name of a reference is SQL's; both references have the same here.
PASS_SET = formset_with(get_default_prefix=classmethod(lambda cls: "pass_set"))


def test_rows_with_an_editable_key(twins):
    add_passes()
    inline = tabular("Pass", fk_name="guest", formset=PASS_SET)
    twins.admin("Artist", fields=("name",), inlines=[inline])
    twins.submit("artist/ben/change/", **{"pass_set-0-concert": ""})
    values = {"pass_set-1-code": "p3", "pass_set-1-holder": "zoe"}
    twins.submit("artist/ben/change/", **values)
    twins.submit("artist/ben/change/", **values | {"pass_set-2-code": "p/2"})


def test_several_inlines_over_one_model(twins):
    add_passes()
    twins.admin(
        "Artist",
        fields=("name",),
        inlines=[
            tabular("Pass", fk_name="holder", formset=PASS_SET),
            stacked("Pass", fk_name="guest", formset=PASS_SET),
        ],
    )
    values = {"pass_set-1-code": "new", "pass_set-2-0-concert": str(CONCERT)}
    twins.submit(ARTIST, **values)


def test_the_same_inline_twice(twins):
    inlines = [tabular("Track", fields=("title",)), stacked("Track", extra=1)]
    album_with(twins, *inlines)
    twins.submit(ALBUM, **{"track_set-2-1-title": "x", "track_set-0-title": "Noon"})


def test_save_as_new(twins):
    album_with(twins, tabular("Track"), save_as=True)
    twins.submit(ALBUM, title="Copy", _saveasnew="1", **track(0, title="Noon"))


PERMISSIONS = ("add", "change", "delete", "view")
SETS = [
    tuple(name for bit, name in enumerate(PERMISSIONS) if number >> bit & 1)
    for number in range(16)
]
FEW_SETS = [(), ("add",), ("change",), ("view",), ("delete", "view")]


@pytest.mark.parametrize("names", SETS, ids="-".join)
def test_permissions_of_the_child(twins, names):
    album_with(twins, tabular("Track", show_change_link=True))
    twins.permit("view_album", "change_album", *(f"{name}_track" for name in names))
    values = track(0, title="Noon") | track(1, DELETE="on")
    values |= track(2, number=7, title="Seven")
    twins.submit(ALBUM, title="Other", **values)


@pytest.mark.parametrize("names", FEW_SETS, ids="-".join)
def test_permissions_of_the_child_on_a_page_that_is_only_viewed(twins, names):
    album_with(twins, tabular("Track", show_change_link=True))
    twins.permit("view_album", *(f"{name}_track" for name in names))
    twins.get(ALBUM)
    twins.post(ALBUM, {"title": "Other", **track(0, title="Noon")})


@pytest.mark.parametrize("names", FEW_SETS, ids="-".join)
def test_permissions_of_the_child_on_the_add_page(twins, names):
    album_with(twins, stacked("Track"))
    twins.permit("view_album", "add_album", *(f"{name}_track" for name in names))
    values = track(0, number=7, title="Seven")
    twins.submit("album/add/", title="New", **values)


def test_hooks_of_the_parent(twins):
    calls = []

    def get_inlines(self, request, obj):
        calls.append("get_inlines")
        return self.inlines if obj else ()

    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super(type(self), self).get_formset_kwargs(
            request, obj, inline, prefix
        )
        return kwargs | {"initial": [{"title": "Untitled"}]}

    def get_formsets_with_inlines(self, request, obj=None):
        for inline in self.get_inline_instances(request, obj):
            yield inline.get_formset(request, obj, extra=1), inline

    def save_formset(self, request, form, formset, change):
        for track in formset.save(commit=False):
            track.title = track.title.title()
            track.save()
        for track in formset.deleted_objects:
            track.delete()
        formset.save_m2m()

    def save_related(self, request, form, formsets, change):
        calls.append("save_related")
        super(type(self), self).save_related(request, form, formsets, change)

    hooks = {key: value for key, value in locals().items() if callable(value)}
    album_with(twins, tabular("Track"), **hooks)
    values = track(0, title="high noon") | track(1, DELETE="on")
    twins.submit(ALBUM, **values, **track(2, number=7, title="the seven"))
    twins.get("album/add/")
    assert calls.count("save_related") == 2


def test_view_on_site_of_the_rows(twins):
    twins.admin("Album", fields=("title",), inlines=[tabular("Track")])
    options = {"view_on_site": lambda self, obj: f"/track/{obj.pk}/"}
    album_with(twins, tabular("Track", **options))
    twins.get(ALBUM)


def test_child_that_is_not_registered(twins):
    twins.unregister("Track")
    album_with(twins, tabular("Track", show_change_link=True))
    twins.get(ALBUM)


def test_popup(twins):
    album_with(twins, tabular("Track"))
    twins.get(ALBUM + "?_popup=1")


def test_children_of_a_parent_with_a_key_of_text(twins):
    inline = stacked("Album", fields=("title", "genres"), extra=1)
    twins.admin("Artist", fields=("name",), inlines=[inline])
    values = {"album_set-0-title": "Best of", "album_set-1-title": "New"}
    twins.submit("artist/a_2Fb c/change/", _continue="1", **values)
