"""The add and change pages: which fields they show, and in which way."""

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from mongoengine import fields as me

from .shop import Form, OfSide

PLAIN = (
    "title",
    "code",
    "kind",
    "year",
    "price",
    "rating",
    "available",
    "signed",
    "released",
    "recorded",
    "notes",
    "website",
    "contact",
)
REFERENCES = ("artist", "label", "reissue_of", "genres")

FIELDSETS = (
    (None, {"fields": ("title", ("code", "slug"))}),
    (
        "Sold as",
        {
            "classes": ("collapse", "extrapretty"),
            "description": "<b>Rarely</b> right.",
            "fields": (("artist", "label", "kind"), "genres", ("available", "year")),
        },
    ),
    ("When", {"classes": ["wide"], "fields": ["released", "recorded"]}),
)


def test_default_change_form(twins):
    twins.submit("album/1/change/", title="Other", genres=["3"])


def test_default_add_form(twins):
    twins.submit("album/add/", title="New", year="2001")


@pytest.mark.parametrize("key", [2, 3, 4, 5, 6])
def test_change_form_of_every_row(twins, key):
    twins.get(f"album/{key}/change/")


@pytest.mark.parametrize("address", ["artist/a_2Fb c", "genre/2", "track/1", "label/3"])
def test_change_form_of_other_classes(twins, address):
    twins.get(f"{address}/change/")


def test_change_form_of_a_uuid(twins):
    key = "00000000-0000-4000-8000-000000000003"
    twins.submit(f"concert/{key}/change/", place="Attic", starts_1="23:59:59")


def test_add_form_with_a_written_key(twins):
    twins.submit("artist/add/", code="x/y", name="X and Y", born="1999-12-31")


def test_every_value_is_changed(twins):
    values = {
        "title": "All",
        "code": "ALL-1",
        "slug": "all",
        "artist": "zoe",
        "label": "3",
        "reissue_of": "2",
        "genres": ["1", "4"],
        "kind": "single",
        "year": "2001",
        "price": "7.25",
        "rating": "1.5",
        "available": None,
        "signed": "false",
        "released_0": "2001-02-03",
        "released_1": "04:05:06",
        "recorded": "2000-01-02",
        "notes": "One, two",
        "website": "https://example.org/all",
        "contact": "all@example.org",
    }
    twins.submit("album/1/change/", **values)
    twins.submit("album/4/change/", **values | {"code": "ALL-2"})


def test_every_value_is_emptied(twins):
    names = ("code", "artist", "label", "kind", "year", "price", "rating", "signed")
    more = ("released_0", "released_1", "recorded", "notes", "website", "contact")
    twins.submit("album/1/change/", genres=None, **dict.fromkeys(names + more, ""))


def test_nothing_is_changed(twins):
    twins.submit("album/1/change/")


def test_fieldsets_on_the_change_form(twins):
    twins.admin("Album", fieldsets=FIELDSETS)
    twins.submit("album/1/change/", slug="morning", released_1="01:00:00")


def test_fieldsets_on_the_add_form(twins):
    twins.admin("Album", fieldsets=FIELDSETS)
    twins.submit("album/add/", title="New", slug="new", kind="ep")


def test_error_in_a_collapsed_fieldset(twins):
    twins.admin("Album", fieldsets=FIELDSETS)
    twins.submit("album/1/change/", year="MCM")


def test_several_fields_on_a_line(twins):
    twins.admin("Album", fields=(("title", "available"), ("year", "notes"), "kind"))
    twins.submit("album/2/change/", title="Twilight", available=None)


def test_exclude(twins):
    twins.admin("Album", exclude=("sleeve", "credits", *REFERENCES))
    twins.submit("album/1/change/", title="Other")


def test_exclude_of_the_form_class(twins):
    form = Form("Album", {"exclude": ("sleeve", "credits", "notes", "artist")})
    twins.admin("Album", exclude=None, form=form)
    twins.submit("album/1/change/", title="Other")


@pytest.mark.parametrize("key", [1, 3, 4, 5])
def test_readonly_fields_of_every_kind(twins, key):
    twins.admin("Album", fields=PLAIN, readonly_fields=PLAIN)
    twins.get(f"album/{key}/change/")


@pytest.mark.parametrize("key", [1, 2, 4, 6])
def test_readonly_references(twins, key):
    twins.admin("Album", fields=("title", *REFERENCES), readonly_fields=REFERENCES)
    twins.submit(f"album/{key}/change/", title="Other")


def test_readonly_references_to_a_class_that_is_not_registered(twins):
    twins.admin("Album", fields=REFERENCES, readonly_fields=REFERENCES)
    twins.unregister("Artist", "Genre")
    twins.get("album/1/change/")


def test_readonly_references_without_permission_on_the_target(twins):
    twins.admin("Album", fields=("title", *REFERENCES), readonly_fields=REFERENCES)
    twins.permit("change_album")
    twins.get("album/2/change/")


def test_readonly_fields_on_the_add_form(twins):
    twins.admin("Album", readonly_fields=("kind", *REFERENCES, "available"))
    twins.submit("album/add/", title="New")


def shouted(obj):
    return obj.title.upper() + "!"


@admin.display(description="Has a year", boolean=True)
def has_year(self, obj):
    return obj.year is not None


@admin.display(description="<Lines>", empty_value="(none)")
def lines(self, obj):
    return obj.notes or ""


@admin.display(empty_value="(none)")
def artist_name(self, obj):
    return obj.artist.name if obj.artist else None


@pytest.mark.parametrize("key", [1, 4, 5])
def test_readonly_methods(twins, key):
    fields = ("title", shouted, "has_year", "lines", "artist_name", "__str__")
    twins.admin(
        "Album",
        fields=fields,
        readonly_fields=fields[1:],
        has_year=has_year,
        lines=lines,
        artist_name=artist_name,
    )
    twins.get(f"album/{key}/change/")


def test_readonly_method_of_the_class(twins):
    twins.admin("Artist", readonly_fields=("get_absolute_url", "__str__"))
    twins.get("artist/ada/change/")


def test_readonly_method_on_the_add_form(twins):
    def is_new(self, obj):
        return "new" if obj._state.adding else "old"

    twins.admin("Artist", readonly_fields=("is_new",), is_new=is_new)
    twins.get("artist/add/")


def test_readonly_paths(twins):
    paths = ("artist__name", "label__city")
    twins.admin("Album", fields=("title", *paths), readonly_fields=paths)
    twins.get("album/1/change/")


def test_empty_value_display_of_the_admin(twins):
    twins.admin(
        "Album",
        fields=PLAIN + REFERENCES,
        readonly_fields=PLAIN + REFERENCES,
        empty_value_display="<i>nothing</i>",
    )
    twins.get("album/4/change/")


def test_empty_value_display_of_the_site(twins):
    twins.site(empty_value_display="???")
    twins.admin("Album", fields=REFERENCES, readonly_fields=REFERENCES)
    twins.get("album/4/change/")


def test_radio_fields(twins):
    fields = {"kind": admin.VERTICAL, "label": admin.HORIZONTAL}
    twins.admin("Album", radio_fields=fields)
    twins.submit("album/1/change/", kind="", label="2")
    twins.get("album/add/")


def test_radio_fields_that_are_required(twins):
    twins.admin("Ticket", radio_fields={"tier": admin.HORIZONTAL})
    twins.submit("ticket/1/change/", tier="box")
    twins.admin("Track", radio_fields={"album": admin.VERTICAL})
    twins.submit("track/add/", number="7", title="No album")


def test_prepopulated_fields(twins):
    twins.admin("Album", prepopulated_fields={"slug": ("title", "code")})
    twins.submit("album/add/", title="New", slug="new")
    twins.get("album/1/change/")


def test_get_prepopulated_fields_of_a_new_row_only(twins):
    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ["title"]}

    twins.admin("Album", get_prepopulated_fields=get_prepopulated_fields)
    twins.get("album/add/")
    twins.get("album/1/change/")


def test_filter_horizontal(twins):
    twins.admin("Album", filter_horizontal=("genres",))
    twins.submit("album/6/change/", genres=["2", "4"])


def test_filter_vertical(twins):
    twins.admin("Album", filter_vertical=("genres",))
    twins.submit("album/1/change/", genres=None)


def test_formfield_overrides_by_class_of_django(twins):
    overrides = {
        models.CharField: {"widget": AdminTextareaWidget, "help_text": "Long."},
        models.DateTimeField: {"form_class": forms.DateTimeField, "widget": None},
        models.ForeignKey: {"empty_label": "(choose)"},
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple},
    }
    twins.admin("Album", formfield_overrides=overrides)
    twins.submit("album/1/change/", genres=["4"], title="Other")


def test_formfield_overrides_by_class_of_mongoengine(twins):
    widget = {"widget": AdminTextareaWidget}
    overrides = OfSide(
        sql={models.CharField: widget, models.URLField: widget},
        mongo={me.StringField: widget, me.URLField: widget},
    )
    twins.admin("Album", fields=("title", "website"), formfield_overrides=overrides)
    twins.submit("album/1/change/", title="Other")


def test_formfield_for_dbfield(twins):
    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "year":
            kwargs |= {"label": "Anno", "help_text": "Four digits.", "initial": 1970}
        field = super(type(self), self).formfield_for_dbfield(
            db_field, request, **kwargs
        )
        if db_field.name == "title":
            field.widget.attrs["placeholder"] = "As printed"
        return field

    twins.admin("Album", formfield_for_dbfield=formfield_for_dbfield)
    twins.submit("album/add/", title="New")


def test_formfield_for_choice_field(twins):
    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if db_field.name == "kind":
            kwargs["choices"] = [("", "-"), ("lp", "Only this one")]
        return super(type(self), self).formfield_for_choice_field(
            db_field, request, **kwargs
        )

    twins.admin("Album", formfield_for_choice_field=formfield_for_choice_field)
    twins.submit("album/1/change/", title="Other")
    twins.submit("album/add/", title="New", kind="lp")


def test_formfield_for_foreignkey_limits_the_choices(twins):
    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "artist":
            found = db_field.remote_field.model._default_manager
            kwargs["queryset"] = found.filter(name__contains="e").order_by("-name")
            kwargs["empty_label"] = "Nobody"
        return super(type(self), self).formfield_for_foreignkey(
            db_field, request, **kwargs
        )

    twins.admin("Album", formfield_for_foreignkey=formfield_for_foreignkey)
    twins.submit("album/1/change/", artist="zoe")
    twins.post("album/add/", {"title": "New", "artist": "nobody"})


def test_formfield_for_manytomany_limits_the_choices(twins):
    def formfield_for_manytomany(self, db_field, request, **kwargs):
        found = db_field.remote_field.model._default_manager
        kwargs["queryset"] = found.filter(name__in=["Jazz", "Noise", "Folk"])
        kwargs["widget"] = forms.CheckboxSelectMultiple
        return super(type(self), self).formfield_for_manytomany(
            db_field, request, **kwargs
        )

    twins.admin("Album", formfield_for_manytomany=formfield_for_manytomany)
    twins.submit("album/3/change/", genres=["2", "3"])
    twins.post("album/add/", {"title": "New", "genres": ["1"]})


def test_choices_are_ordered_as_the_admin_of_the_target_says(twins):
    twins.admin("Artist", ordering=("-name",))
    twins.admin("Genre", ordering=("-name",))
    twins.get("album/1/change/")


def test_get_form(twins):
    def get_form(self, request, obj=None, change=False, **kwargs):
        kwargs |= {"labels": {"title": "Change it" if change else "Make it"}}
        form = super(type(self), self).get_form(request, obj, change, **kwargs)
        form.base_fields["year"].initial = 1999
        return form

    twins.admin("Album", get_form=get_form)
    twins.get("album/1/change/")
    twins.submit("album/add/", title="New")


def test_hooks_of_the_fields(twins):
    def get_fields(self, request, obj=None):
        return ("title", "code", "year") if obj else ("title", "code")

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj else ()

    def get_exclude(self, request, obj=None):
        return ("kind", "notes") if obj else None

    hooks = (get_fields, get_readonly_fields, get_exclude)
    twins.admin("Album", **{hook.__name__: hook for hook in hooks})
    twins.submit("album/add/", title="New", code="N1")
    twins.submit("album/1/change/", title="Other")


def test_get_fieldsets(twins):
    def get_fieldsets(self, request, obj=None):
        name = obj.title if obj else "New"
        return [(name, {"fields": ["title", ("year", "kind")]})]

    twins.admin("Album", get_fieldsets=get_fieldsets)
    twins.submit("album/5/change/", year="2000")
    twins.get("album/add/")


def test_initial_values_from_the_address(twins):
    address = "album/add/?title=Named&genres=1,3&artist=ada&year=1980&kind=ep"
    twins.submit(address)
    twins.get("album/add/?recorded=2001-02-03&signed=1&price=1.50&notes=a%0Ab")


@pytest.mark.parametrize(
    "query",
    ["artist=nobody", "genres=x", "year=x", "label=99", "available=", "nothing=1"],
)
def test_initial_values_that_do_not_fit(twins, query):
    twins.get(f"album/add/?{query}")


def test_get_changeform_initial_data(twins):
    def get_changeform_initial_data(self, request):
        return {"title": "Given", "genres": [2], "artist": "ben", "year": 5}

    twins.admin("Album", get_changeform_initial_data=get_changeform_initial_data)
    twins.submit("album/add/")


def test_extra_class_media(twins):
    media = type("Media", (), {"css": {"all": ["own.css"]}, "js": ["own.js"]})
    twins.admin("Album", Media=media)
    twins.get("album/add/")


@pytest.mark.parametrize("typed", ["  Spaces  ", "   "])
def test_outer_spaces_are_stripped(twins, typed):
    twins.submit("album/4/change/", title=typed, notes=typed)
    twins.submit("album/add/", title=typed, notes=typed)


def test_readonly_keys(twins):
    twins.admin("Album", readonly_fields=("id", "pk"))
    twins.admin("Concert", readonly_fields=("id",))
    twins.get("album/1/change/")
    twins.get("concert/00000000-0000-4000-8000-000000000001/change/")
    twins.admin("Album", readonly_fields=("id",))
    twins.get("album/add/")


def test_field_that_a_hook_leaves_out(twins):
    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in ("year", "genres"):
            return None
        return super(type(self), self).formfield_for_dbfield(
            db_field, request, **kwargs
        )

    fields = ("title", "kind")
    twins.admin("Album", formfield_for_dbfield=formfield_for_dbfield, fields=fields)
    twins.submit("album/1/change/", title="Other")


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu"])
def test_times_in_another_zone(twins, settings, zone):
    settings.TIME_ZONE = zone
    twins.submit("album/1/change/", released_1="20:00:00")
    twins.admin("Album", fields=("released",), readonly_fields=("released",))
    twins.get("album/6/change/")


def test_form_in_another_language(twins, settings):
    settings.LANGUAGE_CODE = "de"
    values = {"released_0": "31.12.1999", "recorded": "01.02.2000", "price": "1,5"}
    twins.submit("album/1/change/", rating="2,75", **values)
    twins.submit("album/1/change/", title="", price="x", recorded="2.30.2000")
