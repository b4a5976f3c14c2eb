"""Cells of the list that are form fields."""

import pytest
from django import forms
from django.contrib import admin

from . import rows
from .shop import Form

EVERY = (
    *("title", "code", "artist", "label", "kind", "year", "price", "rating"),
    *("available", "signed", "released", "recorded", "website", "contact", "notes"),
)
FORM = "changelist-form"
SHOWN = ("id", *EVERY)


@pytest.fixture
def editable(twins):
    twins.admin("Album", list_display=SHOWN, list_editable=EVERY)
    return twins


def test_every_kind_of_field(editable):
    editable.get("album/")


def row(twins, key, query=""):
    """Return the prefix of the row with that key, which must be the same in both."""
    responses = twins.get(f"album/{query}")
    prefixes = set()
    for response in responses.values():
        form = response.forms[FORM]
        prefixes |= {
            name.removesuffix("id")
            for name in form.fields
            if name and name.endswith("-id") and form[name].value == str(key)
        }
    (prefix,) = prefixes
    return prefix


@pytest.mark.parametrize(
    "values",
    [
        {"title": "Other"},
        {"code": "NEW"},
        {"code": ""},
        {"artist": "zoe"},
        {"artist": "a/b c"},
        {"artist": ""},
        {"label": "3", "kind": "single"},
        {"kind": ""},
        {"year": "2001"},
        {"year": ""},
        {"price": "7.5"},
        {"price": ""},
        {"rating": "1.25"},
        {"available": None},
        {"signed": "false"},
        {"signed": "unknown"},
        {"released_0": "2001-02-03", "released_1": "04:05:06"},
        {"released_0": "", "released_1": ""},
        {"recorded": "2001-02-03"},
        {"recorded": ""},
        {"website": "example.org", "contact": "eve@example.org"},
        {"website": "", "contact": ""},
        {"title": "A", "year": "1", "kind": "ep", "available": None, "artist": "ben"},
    ],
    ids=lambda values: "-".join(f"{k}={v}" for k, v in values.items()),
)
def test_a_value_is_changed(editable, values):
    prefix = row(editable, 1)
    entered = {f"{prefix}{name}": value for name, value in values.items()}
    editable.submit("album/", form=FORM, **entered)


@pytest.mark.parametrize(
    "values",
    [
        {"title": ""},
        {"title": "x" * 61},
        {"code": "BD-002"},
        {"artist": "nobody"},
        {"kind": "cd"},
        {"year": "x"},
        {"price": "x"},
        {"rating": "x"},
        {"released_0": "x", "released_1": ""},
        {"released_0": "2001-01-01", "released_1": "25:00"},
        {"recorded": "2001-02-30"},
        {"website": "no url", "contact": "no address"},
        {"title": "", "year": "x", "recorded": "x"},
    ],
    ids=lambda values: "-".join(f"{k}={v[:9]}" for k, v in values.items()),
)
def test_an_error_is_shown_in_its_row(editable, values):
    prefix = row(editable, 1)
    entered = {f"{prefix}{name}": value for name, value in values.items()}
    editable.submit("album/", form=FORM, **entered)


def test_nothing_is_changed(editable):
    editable.submit("album/", form=FORM)


def test_several_rows(editable):
    first, second = row(editable, 1), row(editable, 4)
    values = {f"{first}title": "First", f"{second}title": "Fourth"}
    editable.submit("album/", form=FORM, **values)


def test_errors_in_several_rows_and_a_good_row(editable):
    names = {key: row(editable, key) for key in (1, 2, 4)}
    editable.submit(
        "album/",
        form=FORM,
        **{f"{names[1]}title": "", f"{names[2]}year": "x", f"{names[4]}title": "Good"},
    )


def test_a_page_of_the_sorted_and_filtered_list(twins):
    twins.admin(
        "Album",
        list_display=("id", "title", "year"),
        list_editable=("title", "year"),
        list_filter=("year",),
        list_per_page=2,
    )
    for query in ("?o=-2&p=2", "?year=1968", "?year=1970&o=2"):
        twins.submit(f"album/{query}", form=FORM, **{"form-1-title": "Changed"})
    twins.submit("album/?year=1968&o=2", form=FORM, **{"form-0-title": ""})


def test_the_first_column_is_editable(twins):
    twins.admin(
        "Album",
        list_display=("title", "id"),
        list_editable=("title",),
        list_display_links=("id",),
    )
    twins.submit("album/", form=FORM, **{"form-0-title": "Changed"})


def test_no_links_at_all(twins):
    twins.admin(
        "Album",
        list_display=("title", "year"),
        list_editable=("title",),
        list_display_links=None,
    )
    twins.submit("album/", form=FORM, **{"form-0-title": "Changed"})


def test_other_keys(twins):
    twins.admin("Artist", list_display=("code", "name"), list_editable=("name",))
    twins.admin("Concert", list_display=("place", "day"), list_editable=("day",))
    twins.submit("artist/", form=FORM, **{"form-1-name": "New", "form-0-name": "Odd"})
    twins.submit("artist/", form=FORM, **{"form-2-name": ""})
    twins.submit("concert/", form=FORM, **{"form-0-day": "2024-01-01"})


def test_the_key_itself_is_shown_and_sorted_by(twins):
    twins.admin(
        "Artist",
        list_display=("name", "code", "born"),
        list_editable=("born",),
        ordering=("name",),
    )
    twins.submit("artist/?o=-1", form=FORM, **{"form-0-born": "1999-01-01"})


INSERTED = {"id": 7, "title": "Just Now", "year": 2020}


def insert(row):
    rows.model("Album").objects.create(**row)
    album = rows.document("Album")
    collection = album._get_collection()
    collection.insert_one(rows.stored(album, row))


def test_a_row_was_inserted_meanwhile(editable):
    filled = sent(editable, {1: {"title": "Changed"}})
    insert(INSERTED)
    editable.post("album/", filled)


def test_rows_were_sorted_anew_meanwhile(twins):
    twins.admin(
        "Album",
        list_display=("id", "title", "year"),
        list_editable=("title",),
        ordering=("year",),
        list_per_page=3,
    )
    filled = sent(twins, {3: {"title": "Changed"}})
    rows.model("Album").objects.filter(pk=3).update(year=2100)
    rows.document("Album")._get_collection().update_one(
        {"_id": 3}, {"$set": {"year": 2100}}
    )
    twins.post("album/", filled)


def sent(twins, changes):
    """Return what the form sends after {key: {field: value}} were entered."""
    prefixes = {key: row(twins, key) for key in changes}
    form = twins.get("album/")["mongo"].forms[FORM]
    for key, values in changes.items():
        for name, value in values.items():
            form[f"{prefixes[key]}{name}"] = value
    return [*form.submit_fields(), ("_save", "Save")]


# A key that leads nowhere is no tampering: somebody deleted the row meanwhile. See
# tests/test_list_editable.py.
MANGLED = [
    {"form-TOTAL_FORMS": "x"},
    {"form-TOTAL_FORMS": ""},
    {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1"},
    {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2"},
    {"form-0-id": ""},
]


@pytest.mark.parametrize("values", MANGLED, ids=str)
def test_a_mangled_form(twins, values):
    twins.admin("Album", list_display=("id", "title", "year"), list_editable=("title",))
    twins.submit("album/", form=FORM, **{"form-0-title": "Changed"} | values)


def test_a_post_without_a_form(twins):
    twins.admin("Album", list_display=("id", "title", "year"), list_editable=("title",))
    twins.post("album/", [("_save", "Save")])
    twins.post("album/", [])


def test_only_a_change_permission_edits(twins):
    twins.admin("Album", list_display=("id", "title"), list_editable=("title",))
    filled = sent(twins, {1: {"title": "Changed"}})
    twins.permit("view_album")
    twins.post("album/", filled)
    twins.permit("change_album")
    twins.post("album/", filled)


def test_a_form_of_ones_own(twins):
    def clean_title(self):
        if self.cleaned_data["title"] == "Bad":
            raise forms.ValidationError("Not this one.")
        return self.cleaned_data["title"].upper()

    def clean(self):
        if self.cleaned_data.get("title") == "WRONG":
            raise forms.ValidationError("Neither this one.")

    own = Form("Album", {"fields": ("title",)}, clean_title=clean_title, clean=clean)
    twins.admin(
        "Album",
        list_display=("id", "title"),
        list_editable=("title",),
        own_form=own,
        get_changelist_form=lambda self, request, **kwargs: self.own_form,
    )
    for title in ("good", "Bad", "wrong"):
        twins.submit("album/", form=FORM, **{"form-0-title": title})


def test_a_formset_with_arguments(twins):
    twins.admin(
        "Album",
        list_display=("id", "title", "notes", "year"),
        list_editable=("title", "notes", "year"),
        get_changelist_formset=lambda self, request, **kwargs: base(
            self
        ).get_changelist_formset(request, **kwargs, widgets={"title": forms.Textarea}),
        get_changelist_form=lambda self, request, **kwargs: base(
            self
        ).get_changelist_form(request, labels={"year": "Anno"}, **kwargs),
    )
    twins.submit("album/", form=FORM, **{"form-0-title": "New"})


def base(model_admin):
    """Return what an override would call super()."""
    return super(type(model_admin), model_admin)


def test_widgets_and_hooks_of_the_fields(twins):
    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = base(self).formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "year":
            field.help_text = "Four digits."
            field.widget.attrs["data-own"] = "1"
        return field

    twins.admin(
        "Album",
        list_display=("id", "title", "year", "artist", "kind", "label"),
        list_editable=("title", "year", "artist", "kind", "label"),
        formfield_for_dbfield=formfield_for_dbfield,
        raw_id_fields=("artist",),
        radio_fields={"kind": admin.HORIZONTAL},
        autocomplete_fields=("label",),
    )
    twins.admin("Label", search_fields=("name",))
    twins.submit("album/", form=FORM, **{"form-0-artist": "ben", "form-0-year": "1"})
    twins.submit("album/", form=FORM, **{"form-0-artist": "nobody"})


def test_save_model_and_the_log(twins):
    def save_model(self, request, obj, form, change):
        obj.notes = f"{request.user.first_name} {change} {form.changed_data}"
        base(self).save_model(request, obj, form, change)

    twins.admin(
        "Album",
        list_display=("id", "title", "year"),
        list_editable=("title", "year"),
        save_model=save_model,
    )
    values = {"form-0-title": "New", "form-2-year": "1", "form-2-title": "Newer"}
    twins.submit("album/", form=FORM, **values)
    twins.get("album/6/history/")


def test_actions_beside_editable_cells(twins):
    twins.admin("Album", list_display=("id", "title"), list_editable=("title",))
    values = {"_selected_action": ["1"], "index": "0", "action": "delete_selected"}
    twins.submit("album/", form=FORM, **values | {"form-0-title": "New"})
