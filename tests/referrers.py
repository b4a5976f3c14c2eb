"""What tests of referrers share: a town, and what its page tells of them."""

import pytest
from bs4 import BeautifulSoup
from bson import DBRef, ObjectId
from django.contrib import admin
from django.utils.http import urlencode

from admin_ext import DocumentAdmin, memory
from admin_ext.referrers import referrers_of
from admin_ext.referrers.panel import Panel
from admin_ext.sites import AdminSite

from .reference_documents import Town, Trip

KEY = ObjectId("5f00000000000000000000a1")
URL = f"/admin/tests/town/{KEY}/change/"
TRIPS = "/admin/tests/trip/"


def generic(name, collection, key):
    return {"_cls": name, "_ref": DBRef(collection, key)}


TOWN = generic("Town", "towns", KEY)


@pytest.fixture(autouse=True)
def nothing_remembered():
    memory.forget()


@pytest.fixture
def town(mongo):
    mongo.towns.insert_one({"_id": KEY, "townName": "Aton"})
    return admin.site.get_model_admin(Town).get_object(None, str(KEY))


@pytest.fixture
def request_of(rf, admin_user):
    """Return a GET request of a person, who may do everything."""

    def make(url="/", user=admin_user):
        request = rf.get(url)
        request.user = user
        return request

    return make


def lines(obj, request, site=admin.site):
    """Return {stored path: line} of what refers to ``obj``."""
    shown = Panel(obj, referrers_of(type(obj), request, site), request).shown
    return {line.referrer.path.stored: line for line in shown}


def listed(line, request_of):
    """Return the keys in the list that a count links to, as a person sees it."""
    request = request_of(f"/?{urlencode(line.query)}")
    changelist = line.referrer.admin.get_changelist_instance(request)
    return [each.pk for each in changelist.result_list]


def section(response):
    soup = BeautifulSoup(response.content, "html.parser")
    return soup.select_one("fieldset.referrers.admin-ext")


def texts(response):
    return [" ".join(each.text.split()) for each in section(response).select("li")]


class OwnTripAdmin(DocumentAdmin):
    def get_queryset(self, request):
        return super().get_queryset(request).filter(title="mine")

    def lookup_allowed(self, lookup, value, request):
        is_plain = lookup.startswith("plain_")
        return not is_plain and super().lookup_allowed(lookup, value, request)


@pytest.fixture
def own_site():
    site = AdminSite(name="admin")
    site.register(Town, DocumentAdmin)
    site.register(Trip, OwnTripAdmin)
    return site
