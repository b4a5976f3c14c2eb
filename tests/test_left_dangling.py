"""What the confirmation page says is left pointing at nothing."""

import mongoengine as me
import pytest
from bs4 import BeautifulSoup
from bson import DBRef, ObjectId
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from pymongo import MongoClient

from admin_ext import memory
from admin_ext.meta import present
from admin_ext.referrers import access, dangling

from .reference_documents import Town, Trip

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f00000000000000000000a1")
URL = f"/admin/tests/town/{KEY}/delete/"
TITLE = "Not deleted, and left pointing at nothing:"


class Lodge(me.Document):
    """Nobody registers it."""

    town = me.ReferenceField(Town)
    meta = {"collection": "lodges"}


class Alcove(me.Document):
    """The first by its name."""

    town = me.ReferenceField(Town)
    meta = {"collection": "alcoves"}


class Bridge(me.Document):
    """Goes with the town that it leads to; what leads to it is left."""

    town = me.ReferenceField(Town, reverse_delete_rule=me.CASCADE)
    other = me.ReferenceField(Town)
    next = me.ReferenceField("self")
    meta = {"collection": "bridges"}


@pytest.fixture(autouse=True)
def town(mongo):
    memory.forget()
    for document in (Town, Trip, Lodge, Alcove, Bridge):
        present(document)
    mongo.towns.insert_one({"_id": KEY, "townName": "Aton"})


def left(response):
    """Return what the page says, line by line; [] when it says nothing."""
    soup = BeautifulSoup(response.content, "html.parser")
    found = [each for each in soup.select("div.admin-ext") if TITLE in each.text]
    return [" ".join(line.text.split()) for each in found for line in each.select("li")]


def reader(*names):
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


def test_references_without_a_rule_are_named(mongo, admin_client):
    trips = [{"_id": ObjectId(), "title": str(n), "plainTown": KEY} for n in range(7)]
    mongo.trips.insert_many(trips)
    response = admin_client.get(URL)
    named = [f"Trip: {n} (“plain”)" for n in range(5)]
    assert left(response) == [*named, "…and 2 more trips (“plain”)"]
    assert f'<a href="/admin/tests/trip/{trips[0]["_id"]}/change/">0</a>' in (
        response.content.decode()
    )


def test_every_kind_of_path_and_form_is_looked_at(mongo, admin_client):
    mongo.trips.insert_one({
        "title": "x",
        "plains": [DBRef("towns", KEY)],
        "plain_map": {"a": KEY},
        "legs": [{"generic": {"_cls": "Town", "_ref": DBRef("towns", KEY)}}],
    })
    assert left(admin_client.get(URL)) == [
        "Trip: x (“plains”)",
        "Trip: x (“plain map”)",
        "Trip: x (“legs › generic”)",
    ]


def test_an_action_says_it_for_all_that_is_chosen(mongo, admin_client):
    other = mongo.towns.insert_one({"townName": "B"}).inserted_id
    mongo.trips.insert_many([{"title": "a", "plainTown": KEY}, {"dbref": other}])
    data = {"action": "delete_selected", "_selected_action": [str(KEY), str(other)]}
    response = admin_client.post("/admin/tests/town/", data)
    assert left(response) == ["Trip: a (“plain”)", "Trip: ? (“dbref”)"]


def test_nothing_is_said_when_nothing_refers(mongo, admin_client):
    mongo.trips.insert_one({"plainTown": ObjectId()})
    assert TITLE not in admin_client.get(URL).content.decode()


def test_documents_of_no_admin_are_counted_and_not_named(mongo, admin_client):
    mongo.lodges.insert_many([{"town": KEY}, {"town": KEY}])
    assert left(admin_client.get(URL)) == ["2 lodges (“town”)"]


def test_what_is_deleted_too_is_not_left_dangling(mongo, admin_client):
    mongo.bridges.insert_many([
        {"_id": ObjectId(), "town": KEY, "other": KEY},
        {"_id": ObjectId(), "other": KEY},
    ])
    assert left(admin_client.get(URL)) == ["1 bridge (“other”)"]


def test_what_refers_to_what_goes_along_is_told(mongo, admin_client):
    first, second = ObjectId(), ObjectId()
    mongo.bridges.insert_many([
        {"_id": first, "town": KEY, "next": second},
        {"_id": second, "next": first},
    ])
    assert left(admin_client.get(URL)) == ["1 bridge (“next”)"]


def test_nothing_is_told_of_what_a_person_may_not_view(mongo, client):
    client.force_login(reader("delete_town", "view_town"))
    mongo.trips.insert_one({"title": "Secret", "plainTown": KEY})
    response = client.get(URL)
    assert response.status_code == 200
    assert "Secret" not in response.content.decode()
    assert left(response) == []


def test_what_the_other_admin_does_not_list_is_not_told(
    mongo, admin_client, monkeypatch
):
    trips = admin.site.get_model_admin(Trip)
    rows = trips.get_queryset
    monkeypatch.setattr(
        trips, "get_queryset", lambda request: rows(request).filter(pk__in=[KEY])
    )
    mongo.trips.insert_many([
        {"_id": KEY, "title": "mine", "plainTown": KEY},
        {"title": "no", "plainTown": KEY},
    ])
    assert left(admin_client.get(URL)) == ["Trip: mine (“plain”)"]


def test_a_large_collection_without_an_index_is_not_read(
    mongo, admin_client, monkeypatch
):
    monkeypatch.setattr(access, "MAX_READ", 1)
    mongo.trips.insert_many([{"title": "a", "plainTown": KEY}, {"dbref": KEY}])
    mongo.trips.create_index("plainTown")
    try:
        found = left(admin_client.get(URL))
    finally:
        mongo.trips.drop_indexes()
    assert "Trip: a (“plain”)" in found
    assert (
        "Trips (“dbref”): not looked for: no index begins with dbref, it would read 2 "
        "documents"
    ) in found


def test_a_deletion_of_much_is_looked_at_in_part(mongo, admin_client, monkeypatch):
    monkeypatch.setattr(dangling, "MAX_KEYS", 1)
    monkeypatch.setattr(dangling, "MAX_LEFT_OUT", 1)
    first, second = ObjectId(), ObjectId()
    mongo.bridges.insert_many([
        {"_id": first, "town": KEY},
        {"_id": second, "town": KEY},
    ])
    mongo.bridges.insert_one({"next": first, "other": KEY})
    mongo.trips.insert_one({"title": "x", "plainTown": KEY})
    assert left(admin_client.get(URL)) == [
        "Bridges (“other”): not looked for: too many of them are deleted",
        "Bridges (“next”): not looked for: too many of them are deleted",
        "Trip: x (“plain”)",
        "There may be more: only the first 1000 were looked at.",
    ]


def test_nothing_is_said_of_much_that_no_path_leads_to(mongo, client, monkeypatch):
    monkeypatch.setattr(dangling, "MAX_KEYS", 1)
    client.force_login(reader("view_chapter", "delete_chapter"))
    keys = mongo.chapters.insert_many([{"heading": "1"}, {"heading": "2"}]).inserted_ids
    data = {"action": "delete_selected", "_selected_action": keys}
    response = client.post("/admin/tests/chapter/", data)
    assert "Are you sure" in response.content.decode()
    assert TITLE not in response.content.decode()


def test_what_is_left_is_counted_up_to_a_bound(mongo, admin_client, monkeypatch):
    monkeypatch.setattr(dangling, "MAX_COUNT", 6)
    mongo.trips.insert_many([{"title": "x", "plainTown": KEY} for _ in range(9)])
    assert left(admin_client.get(URL))[-1] == "…and 1+ more trips (“plain”)"


def test_the_page_comes_although_looking_takes_too_long(admin_client, mongo_timeout):
    with mongo_timeout("alcoves"):
        found = left(admin_client.get(URL))
    assert "Alcoves (“town”): looking for them took too long" in found


class Berth(me.Document):
    bridge = me.ReferenceField(Bridge)
    meta = {"collection": "berths", "db_alias": "other"}


def test_the_page_comes_although_a_database_cannot_be_reached(
    mongo, admin_client, monkeypatch
):
    mongo.trips.insert_one({"title": "x", "plainTown": KEY})
    mongo.bridges.insert_one({"town": KEY})
    with MongoClient("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=50) as client:
        monkeypatch.setattr(Berth, "_get_collection", lambda: client["a"]["berths"])
        found = left(admin_client.get(URL))
    assert "Berths (“bridge”): Their database cannot be reached." in found
    assert "Trip: x (“plain”)" in found


def test_the_answer_is_not_looked_up_again(mongo, admin_client, mongo_commands):
    mongo.trips.insert_one({"plainTown": KEY})
    with mongo_commands() as commands:
        admin_client.post(URL, {"post": "yes"})
    assert "aggregate" not in commands.names
    assert mongo.towns.count_documents({}) == 0


def test_looking_costs_one_aggregation(mongo, admin_client, mongo_commands):
    mongo.trips.insert_many([{"plainTown": KEY, "dbref": KEY} for _ in range(50)])
    admin_client.get(URL)
    with mongo_commands() as commands:
        admin_client.get(URL)
    (command,) = (each for each in commands if each.name == "aggregate")
    assert command.document["maxTimeMS"] <= dangling.MAX_TIME
    assert "listIndexes" not in commands.names
