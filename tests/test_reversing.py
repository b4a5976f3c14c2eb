"""URLs that are looked up once are those that Django would find."""

import pytest
from bson import ObjectId
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.urls import (
    NoReverseMatch,
    get_script_prefix,
    path,
    reverse,
    set_script_prefix,
)

from admin_ext import reversing
from admin_ext.reversing import reverse_once

NAME = "admin:documents_note_change"
KEY = ObjectId("5ff25a8064656d6f02000000")

other_site = AdminSite("other_site")
urlpatterns = [
    path("elsewhere/", admin.site.urls),
    path("other/", other_site.urls),
]


def test_a_url_is_that_of_the_site_and_of_the_arguments():
    assert reverse_once(NAME, "__fk__") == "/admin/documents/note/__fk__/change/"
    assert reverse_once(NAME, "a/b") == reverse(NAME, args=["a/b"])
    assert reverse_once(NAME, "1", current_app="admin") == reverse(NAME, args=["1"])


def test_a_url_follows_the_urlconf(settings):
    assert reverse_once("admin:index") == "/admin/"
    settings.ROOT_URLCONF = __name__
    assert reverse_once("admin:index") == "/elsewhere/"
    assert reverse_once("admin:index", current_app="other_site") == "/other/"


def test_a_url_follows_the_script_name():
    before = get_script_prefix()
    assert reverse_once("admin:index") == "/admin/"
    try:
        set_script_prefix("/staff/")
        assert reverse_once("admin:index") == "/staff/admin/"
    finally:
        set_script_prefix(before)
    assert reverse_once("admin:index") == "/admin/"


def test_a_url_that_is_not_there_is_told_each_time():
    for _time in range(2):
        with pytest.raises(NoReverseMatch):
            reverse_once("admin:no_such_page")


def test_a_form_looks_up_the_links_beside_its_selects_once(mongo, admin_client):
    mongo.notes.insert_one({"_id": KEY})
    url = f"/admin/documents/note/{KEY}/change/"
    first = admin_client.get(url).content.decode()
    assert "/admin/documents/user/__fk__/change/" in first
    before = reversing._reversed.cache_info()
    admin_client.get(url)
    after = reversing._reversed.cache_info()
    assert after.misses == before.misses
    assert after.hits > before.hits + 5
