"""Form classes of an admin: methods, fields of their own, and every Meta option."""

import pytest
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from admin_ext.forms import DocumentForm

from .shop import Form, OfSide


def clean_title(self):
    title = self.cleaned_data["title"]
    if title == "Bad":
        raise forms.ValidationError("Not this one.")
    return title.strip().capitalize()


def clean(self):
    if self.cleaned_data.get("year") == 1900:
        self.add_error("kind", "Not in that year.")
        raise forms.ValidationError("Too early.")
    return self.cleaned_data


META = {
    "fields": ("title", "year", "kind", "notes", "released", "artist"),
    "widgets": {"notes": forms.TextInput(attrs={"size": 50}), "year": forms.TextInput},
    "labels": {"title": "Name of it", "artist": "By"},
    "help_texts": {"year": "Of the first <i>pressing</i>."},
    "error_messages": {
        "title": {"required": "It has to have a name.", "max_length": "Shorter."},
        "year": {"invalid": "Digits, please."},
    },
}


def custom_form():
    """Return a form class with methods, a field of its own and every Meta option."""
    return Form(
        "Album",
        META,
        clean_title=clean_title,
        clean=clean,
        reason=forms.CharField(max_length=20, help_text="Not stored."),
    )


def test_form_class(twins):
    twins.admin("Album", exclude=None, form=custom_form())
    twins.submit("album/2/change/", title="over", reason="Why not")
    twins.submit("album/add/", title="another", reason="Because")


@pytest.mark.parametrize(
    "values",
    [
        {"title": "Bad", "reason": "x"},
        {"title": "", "year": "x"},
        {"title": "x" * 61, "reason": "y" * 21},
        {"year": "1900", "reason": "x"},
    ],
)
def test_form_class_complains(twins, values):
    twins.admin("Album", exclude=None, form=custom_form())
    twins.submit("album/2/change/", **values)


def test_declared_form_field_replaces_the_default_one(twins):
    form = Form(
        "Album",
        {"fields": ("title", "year")},
        year=forms.TypedChoiceField(
            coerce=int, choices=[(1968, "early"), (1970, "late")]
        ),
    )
    twins.admin("Album", exclude=None, form=form)
    twins.submit("album/1/change/", year="1970")


def test_labels_of_readonly_fields_in_the_form_class(twins):
    form = Form("Album", META)
    twins.admin("Album", exclude=None, form=form, readonly_fields=("title", "year"))
    twins.get("album/2/change/")


def test_messages_of_the_form_class_about_what_is_taken(twins):
    meta = {
        "fields": ("album", "number", "title"),
        "error_messages": {
            NON_FIELD_ERRORS: {"unique_together": "There is one of %(model_name)s."}
        },
    }
    twins.admin("Track", form=Form("Track", meta))
    twins.submit("track/2/change/", number="1")
    meta = {
        "fields": ("number", "seat"),
        "error_messages": {
            "number": {"unique": "Taken: %(field_label)s.", "min_length": "Short."},
            "seat": {"max_value": "Too far back."},
        },
    }
    twins.admin("Ticket", form=Form("Ticket", meta))
    twins.submit("ticket/1/change/", number="B-20", seat="501")
    twins.submit("ticket/1/change/", number="B-2")


def test_classes_of_the_fields(twins):
    meta = {
        "fields": ("title", "slug", "year"),
        "field_classes": {"slug": forms.SlugField, "year": forms.FloatField},
    }
    twins.admin("Album", exclude=None, form=Form("Album", meta))
    twins.submit("album/1/change/", slug="not a slug", year="x")
    twins.submit("album/1/change/", slug="a-slug")


def test_localized_fields(twins, settings):
    settings.LANGUAGE_CODE = "de"
    settings.USE_THOUSAND_SEPARATOR = True
    meta = {"fields": ("title", "year", "price"), "localized_fields": "__all__"}
    twins.admin("Album", exclude=None, form=Form("Album", meta))
    twins.submit("album/5/change/", title="Other")
    twins.submit("album/5/change/", price="2.345,60")


def test_form_class_without_meta(twins):
    reason = {"reason": forms.CharField(required=False)}
    form = OfSide(
        sql=type("ReasonForm", (forms.ModelForm,), dict(reason)),
        mongo=type("ReasonForm", (DocumentForm,), dict(reason)),
    )
    twins.admin("Album", form=form)
    twins.submit("album/1/change/", title="Other", reason="Why not")
    twins.submit("album/add/", title="New")


def test_hidden_field_with_errors(twins):
    meta = {"fields": ("title", "year"), "widgets": {"year": forms.HiddenInput}}
    twins.admin("Album", exclude=None, form=Form("Album", meta))
    twins.submit("album/1/change/", year="x")


def test_form_class_sets_a_field_that_it_does_not_show(twins):
    def clean(self):
        self.instance.notes = "Seen by the form."
        return {**self.cleaned_data, "title": self.cleaned_data["title"].upper()}

    form = Form("Album", {"fields": ("title", "year")}, clean=clean)
    twins.admin("Album", exclude=None, form=form)
    twins.submit("album/2/change/", year="1971")
    twins.submit("album/add/", title="New")


def test_save_of_the_form_class(twins):
    def save(self, commit=True):
        self.instance.notes = "Saved by the form."
        mro = type(self).__mro__
        owner = next(each for each in mro if vars(each).get("save") is save)
        return super(owner, self).save(commit=commit)

    form = Form("Album", {"fields": ("title", "genres")}, save=save)
    twins.admin("Album", exclude=None, form=form)
    twins.submit("album/1/change/", title="Other", genres=["4"])
    twins.submit("album/add/", title="New", genres=["2", "3"])


def test_declared_field_that_is_readonly(twins):
    form = Form("Album", {"fields": "__all__"}, title=forms.CharField(max_length=5))
    twins.admin("Album", form=form, readonly_fields=("title",))
    twins.submit("album/1/change/", year="2001")


def test_form_class_adds_what_is_no_field_of_it(twins):
    def clean(self):
        return {**self.cleaned_data, "notes": "Not stored.", "nothing": 1}

    form = Form("Album", {"fields": ("title", "year")}, clean=clean)
    twins.admin("Album", exclude=None, form=form)
    twins.submit("album/2/change/", year="1971")
    twins.submit("album/add/", title="New")


def test_form_class_fills_another_field(twins):
    def clean(self):
        if not self.cleaned_data.get("slug"):
            self.cleaned_data["slug"] = self.cleaned_data["title"].lower()

    def clean_artist(self):
        artist = self.cleaned_data["artist"]
        return self.fields["artist"].queryset.get(pk="zoe") if artist else artist

    def clean_genres(self):
        return self.fields["genres"].queryset.filter(pk__in=[1, 4])

    hooks = {"clean_artist": clean_artist, "clean_genres": clean_genres}
    meta = {"fields": ("title", "slug", "artist", "genres")}
    twins.admin("Album", exclude=None, form=Form("Album", meta, clean=clean, **hooks))
    twins.submit("album/1/change/", title="Noon")
    twins.submit("album/2/change/")
    twins.submit("album/add/", title="New")
