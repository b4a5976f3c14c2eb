"""The list of what refers to a document: the line above it, and its parameter."""

import pytest
from bs4 import BeautifulSoup
from django.contrib import admin
from django.contrib.auth.models import Permission, User

from .reference_documents import Trip
from .referrers import (
    KEY,
    TRIPS,
    generic,
    lines,
    listed,
    nothing_remembered,
    own_site,
    request_of,
    town,
)

__all__ = ["nothing_remembered", "own_site", "request_of", "town"]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("parameter", "field"),
    [
        ({"plain__id__exact": str(KEY)}, "plain"),
        ({"legs__plains__id__exact": str(KEY)}, "legs › plains"),
        ({"anything__exact": f"Town,{KEY}"}, "anything"),
    ],
)
def test_a_lookup_that_no_filter_shows_is_told_above_the_list(
    town, admin_client, monkeypatch, parameter, field
):
    trips = admin.site.get_model_admin(Trip)
    monkeypatch.setattr(trips, "lookup_allowed", lambda lookup, value, request: True)
    page = admin_client.get(TRIPS, parameter | {"o": "1"})
    line = BeautifulSoup(page.content, "html.parser").select_one(".points-to.admin-ext")
    assert " ".join(line.text.split()) == f"Only where “{field}” is Aton Show all"
    assert line.select("a")[-1]["href"] == "?o=1"


def test_a_lookup_that_a_filter_shows_is_not_told_twice(
    town, admin_client, monkeypatch
):
    trips = admin.site.get_model_admin(Trip)
    monkeypatch.setattr(trips, "list_filter", ["plain"])
    page = admin_client.get(TRIPS, {"plain__id__exact": str(KEY)})
    assert b"points-to" not in page.content
    page = admin_client.get(TRIPS, {"generic__exact": "odd"})
    assert b"points-to" not in page.content


def test_a_filter_that_is_not_drawn_does_not_hide_what_is_asked(
    mongo, town, request_of, own_site
):
    """Django leaves a filter with a single choice out, and forgets its value."""
    trips = own_site.get_model_admin(Trip)
    trips.lookup_allowed = lambda lookup, value, request: True
    trips.list_filter = ["plain"]
    mongo.trips.insert_many([{"plainTown": KEY, "title": "mine"}, {"title": "mine"}])
    found = lines(town, request_of(), own_site)["plainTown"]
    assert len(listed(found, request_of)) == found.count == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "plain_map.*",
        "plain_map.*:Town:zzz",
        "plain_map.*:Ship:s",
        "plain_map.*:Nobody:1",
        "plain_map.*:Leg:1",
        "title:Town:1",
        "$where:Town:1",
        f"plains:Town:{KEY}:",
    ],
)
def test_an_odd_parameter_is_answered_as_django_answers_one(mongo, admin_client, text):
    response = admin_client.get(TRIPS, {"_points_to": text})
    assert response.status_code == 302
    assert response["Location"] == f"{TRIPS}?e=1"


def test_a_key_that_is_an_operator_is_a_text(mongo, admin_client):
    mongo.trips.insert_one({"generic": generic("Ship", "ships", "s")})
    data = {"_points_to": 'generic:Ship:{"$gt":""}'}
    assert admin_client.get(TRIPS, data).context["cl"].result_count == 0


def test_the_parameter_stays_while_a_list_is_sorted_and_filtered(
    mongo, town, admin_client
):
    mongo.trips.insert_many([{"plain_map": {"a": KEY}} for _ in range(3)])
    data = {"_points_to": f"plain_map.*:Town:{KEY}", "o": "1", "title__exact": "x"}
    changelist = admin_client.get(TRIPS, data).context["cl"]
    assert "_points_to" in changelist.get_query_string({"p": 2})
    assert changelist.result_count == 0
    del data["title__exact"]
    assert admin_client.get(TRIPS, data).context["cl"].result_count == 3


def test_the_line_above_a_list_tells_no_name_to_who_may_not_view_it(
    mongo, town, client
):
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_trip"))
    client.force_login(user)
    data = {"_points_to": f"plain_map.*:Town:{KEY}"}
    page = client.get(TRIPS, data).content.decode()
    assert "Aton" not in page
    assert str(KEY) in page
