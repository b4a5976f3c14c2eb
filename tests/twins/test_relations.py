"""References in a form: how they are chosen, and the links beside them."""

import pytest
from django import forms
from django.contrib import admin

from .shop import Form

REFERENCES = ("artist", "label", "reissue_of", "genres")
ONE = ("artist", "label", "reissue_of")


def test_raw_id_fields(twins):
    twins.admin("Album", raw_id_fields=REFERENCES)
    values = {"artist": "zoe", "label": "", "reissue_of": "2", "genres": "4,1"}
    twins.submit("album/1/change/", **values)
    twins.submit("album/add/", title="New", **values)


def test_raw_id_fields_that_are_emptied(twins):
    twins.admin("Album", raw_id_fields=REFERENCES)
    twins.submit("album/2/change/", artist="", label="", reissue_of="", genres="")


@pytest.mark.parametrize("key", [3, 4, 5, 6])
def test_raw_id_fields_of_every_row(twins, key):
    twins.admin("Album", raw_id_fields=REFERENCES)
    twins.get(f"album/{key}/change/")


@pytest.mark.parametrize(
    "values",
    [
        {"artist": "nobody"},
        {"label": "99"},
        {"label": "x"},
        {"genres": "1,99"},
        {"genres": "x"},
        {"genres": "1,,2"},
        {"reissue_of": "-1"},
    ],
)
def test_raw_id_fields_with_wrong_keys(twins, values):
    twins.admin("Album", raw_id_fields=REFERENCES)
    twins.submit("album/1/change/", **values)


def test_raw_id_fields_without_permission_on_the_target(twins):
    twins.admin("Album", raw_id_fields=REFERENCES)
    twins.permit("change_album")
    twins.get("album/1/change/")


def test_raw_id_fields_of_a_class_that_is_not_registered(twins):
    twins.admin("Album", raw_id_fields=REFERENCES)
    twins.unregister("Artist", "Genre")
    twins.submit("album/1/change/", artist="ben", genres="3")


def test_raw_id_fields_with_limited_choices(twins):
    twins.admin("Ticket", raw_id_fields=("concert", "genres"))
    concert = "00000000-0000-4000-8000-000000000002"
    twins.submit("ticket/1/change/", concert=concert, genres="2")
    twins.submit("ticket/2/change/", concert=concert[:-1] + "3", genres="1")


def test_raw_id_fields_that_are_required(twins):
    twins.admin("Track", raw_id_fields=("album",))
    twins.submit("track/1/change/", album="")
    twins.submit("track/1/change/", album="3", number="9")


def test_limited_choices(twins):
    concert = "00000000-0000-4000-8000-000000000002"
    twins.submit("ticket/2/change/", concert=concert, genres=["2", "4"])


def test_autocomplete_fields(twins):
    twins.admin("Artist", search_fields=("name",))
    twins.admin("Genre", search_fields=("name",), ordering=("name",))
    twins.admin("Album", autocomplete_fields=("artist", "genres"))
    twins.submit("album/1/change/", artist="zoe", genres=["4", "1"])
    twins.submit("album/add/", title="New", artist="a/b c")


@pytest.mark.parametrize("values", [{"artist": "nobody"}, {"genres": ["9"]}])
def test_autocomplete_fields_with_wrong_keys(twins, values):
    twins.admin("Artist", search_fields=("name",))
    twins.admin("Genre", search_fields=("name",))
    twins.admin("Album", autocomplete_fields=("artist", "genres"))
    data = {"title": "New"} | values
    twins.post("album/add/", data)
    twins.post("album/1/change/", data)


def test_autocomplete_fields_without_permission_on_the_target(twins):
    twins.admin("Artist", search_fields=("name",))
    twins.admin("Album", autocomplete_fields=("artist",))
    twins.permit("change_album")
    twins.get("album/1/change/")


def test_get_autocomplete_fields(twins):
    def get_autocomplete_fields(self, request):
        return ["artist"] if request.user.is_superuser else []

    twins.admin("Artist", search_fields=("name",))
    twins.admin("Album", get_autocomplete_fields=get_autocomplete_fields)
    twins.get("album/1/change/")
    twins.permit("change_album", "view_artist")
    twins.get("album/1/change/")


@pytest.mark.parametrize("action", ["add", "change", "delete", "view"])
def test_links_beside_a_reference_need_a_permission(twins, action):
    names = [f"{action}_{name}" for name in ("artist", "label", "genre")]
    twins.permit("change_album", *names)
    twins.get("album/1/change/")


def test_links_beside_references_of_what_deletes_with_its_target(twins):
    twins.get("track/1/change/")
    twins.get("track/add/")


def test_no_links_beside_a_class_that_is_not_registered(twins):
    twins.unregister("Artist", "Label")
    twins.submit("album/1/change/", artist="ben", label="3")


def test_links_are_switched_off_for_a_field(twins):
    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super(type(self), self).formfield_for_dbfield(
            db_field, request, **kwargs
        )
        if db_field.name in ("artist", "genres"):
            field.widget.can_add_related = field.widget.can_view_related = False
            field.widget.can_change_related = field.widget.can_delete_related = False
        return field

    twins.admin("Album", formfield_for_dbfield=formfield_for_dbfield)
    twins.get("album/1/change/")


def test_radio_buttons_of_a_reference(twins):
    twins.admin("Album", radio_fields=dict.fromkeys(ONE, admin.VERTICAL))
    twins.submit("album/1/change/", artist="", label="2", reissue_of="3")


def test_declared_choice_field_of_a_form_class(twins):
    def __init__(self, *args, **kwargs):
        mro = type(self).__mro__
        owner = next(each for each in mro if vars(each).get("__init__") is __init__)
        super(owner, self).__init__(*args, **kwargs)
        self.fields["artist"].queryset = self.fields["artist"].queryset.filter(
            name__startswith="A"
        )
        self.fields["artist"].empty_label = "(none)"
        self.fields["genres"].widget.attrs["size"] = 2

    meta = {"fields": ("title", "artist", "genres")}
    twins.admin("Album", exclude=None, form=Form("Album", meta, __init__=__init__))
    twins.submit("album/1/change/", title="Other")
    twins.post("album/2/change/", {"title": "Other", "artist": "ben"})


def test_labels_of_the_choices(twins):
    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super(type(self), self).formfield_for_foreignkey(
            db_field, request, **kwargs
        )
        field.label_from_instance = lambda each: f"{each} ({each.pk})"
        return field

    twins.admin("Album", formfield_for_foreignkey=formfield_for_foreignkey)
    twins.submit("album/1/change/", artist="zoe")


def test_hidden_reference(twins):
    meta = {
        "fields": ("title", "artist", "genres"),
        "widgets": {
            "artist": forms.HiddenInput,
            "genres": forms.MultipleHiddenInput,
        },
    }
    twins.admin("Album", exclude=None, form=Form("Album", meta))
    twins.submit("album/1/change/", title="Other", artist="ben")


def test_disabled_fields(twins):
    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super(type(self), self).get_form(request, obj, change, **kwargs)
        for name in ("title", "artist", "genres", "released", "kind", "price"):
            form.base_fields[name].disabled = True
        return form

    twins.admin("Album", get_form=get_form)
    values = {"title": "No", "artist": "zoe", "genres": ["4"], "kind": "ep"}
    twins.submit("album/1/change/", year="2000", price="1", **values)


@pytest.mark.parametrize("option", [{}, {"filter_horizontal": ("genres",)}])
def test_references_beyond_the_bound(twins, option):
    twins.admin("Album", reference_max_choices=0, **option)
    pages = twins.get(
        "album/1/change/", differs=("no select holds a whole collection",)
    )
    found = pages["mongo"].html.select(".admin-autocomplete")
    assert {"artist", "genres"} <= {each["name"] for each in found}
    assert not pages["sql"].html.select(".admin-autocomplete")
    twins.admin("Album", reference_max_choices=100, **option)
    twins.get("album/1/change/")
