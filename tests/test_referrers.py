"""What refers to a document: counts on its page, and the lists that they lead to."""

import mongoengine as me
import pytest
from bs4 import BeautifulSoup
from bson import DBRef, ObjectId
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.template.loader import render_to_string
from django.utils.http import urlencode
from pymongo import MongoClient

from admin_ext import DocumentAdmin, memory
from admin_ext.meta import present
from admin_ext.referrers import access, panel, referrers_of
from admin_ext.referrers.panel import Panel
from admin_ext.sites import AdminSite

from .reference_documents import Ferry, Town, Trip

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f00000000000000000000a1")
OTHER = ObjectId("5f00000000000000000000a2")
URL = f"/admin/tests/town/{KEY}/change/"
TRIPS = "/admin/tests/trip/"


def generic(name, collection, key):
    return {"_cls": name, "_ref": DBRef(collection, key)}


TOWN = generic("Town", "towns", KEY)
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


@pytest.fixture(autouse=True)
def _forgotten():
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


def test_what_the_other_admin_lists_is_counted(mongo, town, request_of, own_site):
    mongo.trips.insert_many([
        {"plainTown": KEY, "title": each} for each in ("mine", "")
    ])
    found = lines(town, request_of(), own_site)["plainTown"]
    assert found.count == 1
    assert "_points_to=plainTown%3ATown" in found.url
    assert len(listed(found, request_of)) == 1


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


def test_counts_are_capped(mongo, town, admin_client, monkeypatch):
    monkeypatch.setattr(panel, "MAX_COUNT", 2)
    mongo.trips.insert_many([{"plainTown": KEY, "dbref": KEY}, {"plainTown": KEY}])
    mongo.trips.insert_one({"plainTown": KEY})
    assert texts(admin_client.get(URL)) == ["2+ trips plain", "1 trip dbref"]


@pytest.fixture
def large(mongo, monkeypatch):
    """Count no path of trips without an index: there are more than may be read."""
    monkeypatch.setattr(access, "MAX_READ", 2)
    mongo.trips.insert_many([{"plainTown": KEY, "legs": [{"plain": KEY}]}])
    mongo.trips.insert_many([{"title": str(n)} for n in range(2)])
    yield mongo
    mongo.trips.drop_indexes()


def test_a_path_without_an_index_is_not_counted_with_the_page(
    large, town, admin_client
):
    large.trips.create_index([("plainTown", -1), ("title", 1)])
    response = admin_client.get(URL)
    found = {each.partition(" No ")[0]: each for each in texts(response)}
    assert "1 trip plain" in found
    assert found["trips legs › plain"].endswith(
        "No index begins with legs.plain: counting reads 3 documents. "
        "Count anyway (trips, legs › plain) "
        'This would help: meta = {"indexes": ["legs.plain"]}'
    )
    assert "createIndex" in found["trips generic"]
    assert "This would help" not in found["trips plain map"]


def test_such_a_path_is_counted_on_demand(large, town, admin_client):
    link = next(
        each["href"]
        for each in section(admin_client.get(URL)).select("a")
        if "legs.plain" in each["href"] and "plains" not in each["href"]
    )
    assert "1 trip legs › plain" in texts(admin_client.get(URL + link))


@pytest.mark.parametrize(
    "options",
    [
        {"partialFilterExpression": {"title": "x"}},
        {"collation": {"locale": "de"}},
        {"hidden": True},
    ],
)
def test_an_index_that_serves_some_queries_only_does_not_count(
    large, town, request_of, options
):
    large.trips.create_index("plainTown", **options)
    assert lines(town, request_of())["plainTown"].count is None


def test_a_page_comes_although_counting_takes_too_long(
    town, admin_client, request_of, mongo_timeout
):
    first, *_others = referrers_of(Town, request_of(), admin.site)
    with mongo_timeout(first.collection.name):
        response = admin_client.get(URL)
    found = texts(response)
    assert any("plain Counting was stopped after 1 s. Try longer" in e for e in found)


def test_a_count_that_was_asked_for_is_stopped_later(
    large, town, admin_client, mongo_timeout
):
    with mongo_timeout("trips"):
        response = admin_client.get(f"{URL}?_count=tests.Trip:dbref")
    (found,) = (each for each in texts(response) if "stopped" in each)
    assert found.startswith("trips dbref Counting was stopped after 5 s. Try longer")


class Dock(me.Document):
    meta = {"collection": "docks"}


class Quay(me.Document):
    dock = me.ReferenceField(Dock)
    twin = me.ReferenceField(Dock)
    meta = {"collection": "quays", "db_alias": "other"}


class Pier(me.Document):
    dock = me.ReferenceField(Dock)
    meta = {"collection": "piers"}


@pytest.fixture
def dock(bare_mongo, own_site):
    """A document that a trip and other documents refer to."""
    own_site.register((Dock, Quay, Pier), DocumentAdmin)
    anything = generic("Dock", "docks", KEY)
    bare_mongo.trips.insert_one({"title": "mine", "anything": anything})
    return present(Dock)(pk=KEY).save()


def test_a_database_that_cannot_be_reached_hides_no_count(
    dock, request_of, own_site, monkeypatch
):
    with MongoClient("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=50) as client:
        monkeypatch.setattr(Quay, "_get_collection", lambda: client["a"]["quays"])
        found = Panel(dock, referrers_of(Dock, request_of(), own_site), request_of())
        html = render_to_string("admin_ext/referrers.html", {"panel": found})
    items = BeautifulSoup(html, "html.parser").select("li")
    why = "Their database cannot be reached."
    assert [" ".join(each.text.split()) for each in items] == [
        f"quays dock {why}",
        f"quays twin {why}",
        "1 trip anything",
    ]


def test_a_collection_that_cannot_be_read_hides_no_count(
    bare_mongo, dock, request_of, own_site
):
    view = [{"$set": {"x": {"$toInt": "odd"}}}]
    bare_mongo.create_collection("piers", viewOn="trips", pipeline=view)
    found = lines(dock, request_of(), own_site)
    assert found["dock"].why == "MongoDB does not count these."
    assert found["anything"].count == 1


def test_counts_cost_one_aggregation_whatever_refers(
    mongo, town, admin_client, mongo_commands
):
    mongo.trips.insert_many([{"plainTown": KEY, "dbref": KEY} for _ in range(300)])
    names = []
    for _ in range(2):
        with mongo_commands() as commands:
            admin_client.get(URL)
        names.append([each for each in commands.names if each != "find"])
    assert names[0].count("aggregate") == names[1].count("aggregate")
    assert {*names[1]} == {"aggregate"}
    (limit,) = {each.document["maxTimeMS"] for each in commands if each.name != "find"}
    assert limit <= panel.PAGE_TIME


def test_neither_the_add_page_nor_a_popup_counts(town, admin_client, mongo_commands):
    with mongo_commands() as commands:
        popup = admin_client.get(f"{URL}?_popup=1")
        added = admin_client.get("/admin/tests/town/add/")
    assert section(popup) is section(added) is None
    assert "aggregate" not in commands.names


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


def parts(aggregation):
    """Yield the parts of a command that puts them together: collection, pipeline."""
    *own, _last = pipeline = aggregation["pipeline"]
    unions = [each["$unionWith"] for each in pipeline if "$unionWith" in each]
    yield aggregation["aggregate"], [each for each in own if "$unionWith" not in each]
    yield from ((each["coll"], each["pipeline"]) for each in unions)


def examined(mongo, collection, pipeline):
    """Return how many documents, and keys of an index, the server reads."""
    command = {"aggregate": collection, "pipeline": pipeline, "cursor": {}}
    found = mongo.command("explain", command, verbosity="executionStats")
    found = found["stages"][0]["$cursor"] if "stages" in found else found
    stats = found["executionStats"]
    return stats["totalDocsExamined"], stats["totalKeysExamined"]


def test_a_count_reads_the_index_and_no_document(
    large, town, admin_client, mongo_commands
):
    large.trips.create_index([("plainTown", 1), ("title", 1)])
    large.trips.create_index("generics._ref")
    large.trips.insert_many([{"title": str(n)} for n in range(1000)])
    large.trips.insert_many([{"generics": [TOWN], "plainTown": KEY}] + [{"dbref": 1}])
    with mongo_commands() as commands:
        admin_client.get(URL)
    (sent,) = (each.document for each in commands if each.name == "aggregate")
    found = [examined(large, *each) for each in parts(sent) if each[0] == "trips"]
    assert len(found) == 2
    assert sum(docs for docs, _keys in found) == 0
    assert sum(keys for _docs, keys in found) < 12


def test_documents_of_another_database_are_counted(
    mongo, other_mongo, admin_client, mongo_commands
):
    mongo.shelves.insert_one({"_id": KEY, "label": "Rack"})
    other_mongo.crates.insert_many([
        {"shelf": KEY},
        {"shelf": DBRef("shelves", KEY, mongo.name)},
    ])
    with mongo_commands() as commands:
        response = admin_client.get(f"/admin/tests/rack/{KEY}/change/")
    assert texts(response) == ["2 crates shelf"]
    counts = [each for each in commands if "$count" in str(each.document)]
    assert all(each.document["maxTimeMS"] <= panel.PAGE_TIME for each in counts)
    assert len(counts) == len({each.database for each in counts}) == 2
