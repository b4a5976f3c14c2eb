"""Forms for people who may see but not change, and what is refused to them."""

import pytest
from django.contrib import admin

from .shop import Form, stacked, tabular

ADDRESSES = ("album/1/change/", "album/4/change/", "album/5/change/")


@pytest.mark.parametrize("address", ADDRESSES)
def test_view_only_form(twins, address):
    twins.permit("view_album")
    twins.get(address)


def test_view_only_form_with_every_option(twins):
    twins.admin(
        "Album",
        fieldsets=[
            (None, {"fields": ["title", ("code", "slug"), "is_old"]}),
            ("More", {"classes": ["collapse"], "fields": ["artist", "genres", "kind"]}),
        ],
        readonly_fields=["is_old"],
        is_old=is_old,
        prepopulated_fields={"slug": ["title"]},
        raw_id_fields=["artist"],
        filter_horizontal=["genres"],
        radio_fields={"kind": admin.VERTICAL},
        save_on_top=True,
        save_as=True,
    )
    twins.permit("view_album")
    twins.get("album/1/change/")
    twins.get("album/4/change/")


@admin.display(boolean=True)
def is_old(self, obj):
    return obj.year is not None and obj.year < 1969


@pytest.mark.parametrize("shape", [tabular, stacked])
def test_view_only_form_with_inlines(twins, shape):
    twins.admin("Album", inlines=[shape("Track")])
    twins.permit("view_album", "view_track")
    twins.get("album/1/change/")


def test_view_only_form_of_a_form_class(twins):
    meta = {"fields": ("title", "year"), "labels": {"year": "Anno"}}
    twins.admin("Album", exclude=None, form=Form("Album", meta))
    twins.permit("view_album")
    twins.get("album/1/change/")


def test_view_only_form_of_other_classes(twins):
    twins.permit("view_artist", "view_concert", "view_ticket", "view_label")
    twins.get("artist/a_2Fb c/change/")
    twins.get("concert/00000000-0000-4000-8000-000000000001/change/")
    twins.get("ticket/1/change/")
    twins.get("label/3/change/")


@pytest.mark.parametrize("permission", ["view_album", "add_album", "delete_album"])
@pytest.mark.parametrize(
    "address", ["album/1/change/", "album/add/", "album/99/change/"]
)
def test_post_without_permission(twins, permission, address):
    twins.permit(permission)
    twins.post(address, {"title": "Posted", "year": "1"})


@pytest.mark.parametrize("permission", ["view_album", "add_album", "delete_album"])
@pytest.mark.parametrize(
    "address", ["album/1/change/", "album/add/", "album/1/delete/"]
)
def test_page_without_permission(twins, permission, address):
    twins.permit(permission)
    twins.get(address)


def test_no_permission_at_all(twins):
    twins.permit()
    for address in ("album/1/change/", "album/add/", "album/"):
        twins.get(address)
        twins.post(address, {"title": "Posted"})


def test_readonly_fields_cannot_be_posted(twins):
    names = ("year", "artist", "genres")
    twins.admin("Album", readonly_fields=names)
    data = {"title": "Posted", "year": "1", "artist": "ben", "genres": ["4"]}
    twins.post("album/1/change/", data)


def test_excluded_fields_cannot_be_posted(twins):
    twins.admin("Album", fields=("title", "available"))
    data = {"title": "Posted", "year": "1", "artist": "ben", "genres": ["4"]}
    twins.post("album/1/change/", data)
    twins.post("album/add/", data)


def test_permission_that_depends_on_the_object(twins):
    def has_change_permission(self, request, obj=None):
        return obj is None or obj.title != "Morning"

    twins.admin("Album", has_change_permission=has_change_permission)
    twins.get("album/1/change/")
    twins.post("album/1/change/", {"title": "Posted"})
    twins.submit("album/2/change/", title="Other")


def test_view_permission_that_depends_on_the_object(twins):
    def has_view_permission(self, request, obj=None):
        return obj is None or obj.pk != 1

    def has_change_permission(self, request, obj=None):
        return False

    twins.admin(
        "Album",
        has_view_permission=has_view_permission,
        has_change_permission=has_change_permission,
    )
    twins.get("album/1/change/")
    twins.get("album/2/change/")


def test_add_permission_of_the_admin(twins):
    def has_add_permission(self, request):
        return False

    twins.admin("Album", has_add_permission=has_add_permission, save_as=True)
    twins.get("album/add/")
    twins.get("album/1/change/")
    twins.post("album/1/change/", {"title": "Posted", "_saveasnew": "1"})


def test_posted_nonsense(twins):
    twins.post("album/1/change/", {})
    twins.post("album/1/change/", {"title": ["A", "B"], "genres": ["1", "1"]})
    twins.post("album/add/", {"title": "x", "artist": ["ada", "ben"], "unknown": "1"})
    twins.post("album/add/", {"title": "nul \0 inside"})
