"""What refers to a document: counts on its page, and the lists that they lead to."""

import mongoengine as me
import pytest
from bs4 import BeautifulSoup
from bson import DBRef, ObjectId
from django.contrib import admin
from django.contrib.auth.models import Permission, User

from admin_ext import DocumentAdmin
from admin_ext.referrers import referrers_of

from .reference_documents import Ferry, Town, Trip
from .referrers import (
    KEY,
    TOWN,
    TRIPS,
    URL,
    generic,
    lines,
    listed,
    nothing_remembered,
    own_site,
    request_of,
    section,
    texts,
    town,
)

__all__ = ["nothing_remembered", "own_site", "request_of", "town"]

pytestmark = pytest.mark.django_db

OTHER = ObjectId("5f00000000000000000000a2")
LEG = {
    "plain": KEY,
    "dbref": DBRef("towns", KEY),
    "lazy": KEY,
    "lazy_dbref": DBRef("towns", KEY),
    "generic": TOWN,
    "generic_lazy": TOWN,
    "plains": [OTHER, KEY],
    "generics": [TOWN],
}
TRIP = {
    **{"plainTown" if name == "plain" else name: LEG[name] for name in LEG},
    "cached": {"_id": KEY, "townName": "old"},
    "anything": TOWN,
    "dbrefs": [DBRef("towns", KEY)],
    "cacheds": [{"_id": OTHER}, {"_id": KEY}],
    "lazies": [KEY],
    "lazy_dbrefs": [DBRef("towns", KEY)],
    "generic_lazies": [TOWN],
    "tables": [[OTHER], [OTHER, KEY]],
    "plain_map": {"a": OTHER, "b": KEY},
    "lazy_map": {"a": DBRef("towns", KEY)},
    "generic_map": {"a": TOWN},
}
SONS = {
    **{
        f"{name}.*" if name.endswith("_map") else name: {name: value}
        for name, value in TRIP.items()
    },
    **{f"leg.{name}": {"leg": {name: value}} for name, value in LEG.items()},
    **{f"legs.{name}": {"legs": [{}, {name: value}]} for name, value in LEG.items()},
}


@pytest.mark.parametrize("stored", SONS)
def test_a_count_and_its_list_agree_for_every_kind_of_path(
    mongo, town, request_of, stored
):
    mongo.trips.insert_one({"_id": KEY, **SONS[stored]})
    mongo.trips.insert_many([{"plainTown": OTHER}, {"title": "none", "plain_map": 5}])
    found = lines(town, request_of())
    assert {path: line.count for path, line in found.items()} == {stored: 1}
    assert listed(found[stored], request_of) == [KEY]


def test_every_declared_path_is_counted(town, request_of):
    found = referrers_of(Town, request_of(), admin.site)
    paths = {each.path.stored for each in found if each.path.owner is Trip}
    assert paths == {*SONS}


def test_references_in_the_other_form_are_counted_and_listed(mongo, town, request_of):
    mongo.trips.insert_many([
        {"_id": 1, "plainTown": DBRef("towns", KEY)},
        {"_id": 2, "plainTown": DBRef("towns", KEY, mongo.name)},
        {"_id": 3, "plainTown": DBRef("ships", KEY)},
        {"_id": 4, "plain_map": {"a": DBRef("towns", KEY)}},
    ])
    found = lines(town, request_of())
    assert found["plainTown"].count == 2
    assert found["plain_map.*"].count == 1
    assert len(listed(found["plainTown"], request_of)) == 2


def test_the_page_shows_counts_that_lead_to_the_lists(mongo, town, admin_client):
    mongo.trips.insert_many([{"plainTown": KEY, "lazy_map": {"a": KEY}}, {"dbref": 1}])
    response = admin_client.get(URL)
    assert texts(response) == ["1 trip plain", "1 trip lazy map"]
    first, second = (each["href"] for each in section(response).select("a"))
    assert first == f"{TRIPS}?plain__id__exact={KEY}"
    page = admin_client.get(second)
    assert page.context["cl"].result_count == 1
    line = BeautifulSoup(page.content, "html.parser").select_one(".points-to.admin-ext")
    assert " ".join(line.text.split()) == "Only where “lazy map” is Aton Show all"
    assert [each["href"] for each in line.select("a")] == [URL, "?"]


def test_a_document_that_nothing_refers_to_says_so_in_one_line(town, admin_client):
    found = section(admin_client.get(URL))
    assert found.select("li") == []
    assert "No document that refers to this one was found." in found.text


def test_who_may_only_view_sees_the_counts(mongo, town, client):
    user = User.objects.create_user("clerk", is_staff=True)
    names = ("view_town", "view_trip")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    mongo.trips.insert_one({"plainTown": KEY})
    assert texts(client.get(URL)) == ["1 trip plain"]


def test_nothing_is_told_of_documents_that_a_person_may_not_view(mongo, town, client):
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_town"))
    client.force_login(user)
    mongo.trips.insert_one({"plainTown": KEY})
    assert "trip" not in client.get(URL).content.decode().lower()


def test_what_the_other_admin_lists_is_counted(mongo, town, request_of, own_site):
    mongo.trips.insert_many([
        {"plainTown": KEY, "title": each} for each in ("mine", "")
    ])
    found = lines(town, request_of(), own_site)["plainTown"]
    assert found.count == 1
    assert "_points_to=plainTown%3ATown" in found.url
    assert len(listed(found, request_of)) == 1


def test_a_reference_to_the_base_of_a_class_is_counted(mongo, request_of):
    mongo.ships.insert_one({"_id": "f:1,2", "_cls": "Ship.Ferry"})
    ferry = admin.site.get_model_admin(Ferry).get_object(None, "f:1,2")
    reference = generic("Ship.Ferry", "ships", "f:1,2")
    mongo.trips.insert_one({"generic": reference, "generic_map": {"a": reference}})
    found = lines(ferry, request_of())
    assert {*found} == {"generic", "generic_map.*"}
    assert all(len(listed(line, request_of)) == 1 for line in found.values())


class Storehouse(me.Document):
    meta = {"collection": "storehouses", "allow_inheritance": True}


class TownStorehouse(Storehouse):
    town = me.ReferenceField(Town)


def test_a_subclass_without_an_admin_is_in_the_list_of_its_base(
    mongo, town, request_of, own_site
):
    own_site.register(Storehouse, DocumentAdmin)
    mongo.storehouses.insert_one({"_cls": "Storehouse.TownStorehouse", "town": KEY})
    found = lines(town, request_of(), own_site)["town"]
    assert found.referrer.admin.model is Storehouse
    assert len(listed(found, request_of)) == 1


class Wharf(me.Document):
    place = me.DictField(primary_key=True)
    meta = {"collection": "wharves"}


class Crane(me.Document):
    wharf = me.ReferenceField(Wharf)
    wharf_map = me.MapField(me.ReferenceField(Wharf))
    meta = {"collection": "cranes"}


def test_compound_keys_are_counted_and_listed(mongo, request_of, own_site):
    key = {"shop": 1, "x": "a:b"}
    mongo.wharves.insert_one({"_id": key})
    mongo.cranes.insert_one({"wharf": key, "wharf_map": {"a": DBRef("wharves", key)}})
    own_site.register((Wharf, Crane), DocumentAdmin)
    wharf = own_site.get_model_admin(Wharf).get_queryset(None).first()
    found = lines(wharf, request_of(), own_site)
    assert {path: line.count for path, line in found.items()} == {
        "wharf": 1,
        "wharf_map.*": 1,
    }
    assert all(len(listed(line, request_of)) == 1 for line in found.values())


def test_what_refers_to_nothing_does_not_point_at_a_null_key(
    mongo, request_of, own_site
):
    mongo.wharves.insert_one({"_id": None})
    mongo.cranes.insert_many([{"wharf": None}, {}, {"wharf_map": {"a": None}}])
    own_site.register((Wharf, Crane), DocumentAdmin)
    wharf = own_site.get_model_admin(Wharf).get_queryset(None).first()
    assert lines(wharf, request_of(), own_site) == {}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [(None, 2), ((), None), (["tests.Trip.dbref"], 1), ({"tests.Trip.none"}, None)],
)
def test_a_developer_chooses_the_paths(
    mongo, town, admin_client, monkeypatch, paths, expected
):
    monkeypatch.setattr(admin.site.get_model_admin(Town), "referring_paths", paths)
    mongo.trips.insert_one({"plainTown": KEY, "dbref": KEY})
    found = section(admin_client.get(URL))
    assert (found and len(found.select("li"))) == expected


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        ("tests.Trip.plain", "must be None, a list, a tuple or a set."),
        (["tests.Trip.title"], "cannot have 'tests.Trip.title': no such path leads"),
    ],
)
def test_a_wrong_choice_of_paths_is_an_error(monkeypatch, paths, message):
    found = admin.site.get_model_admin(Town)
    assert found.check() == []
    monkeypatch.setattr(found, "referring_paths", paths)
    (error,) = found.check()
    assert error.id == "admin_ext.E015"
    assert message in error.msg
