"""What counting referrers costs, and what is told where they cannot be counted."""

import mongoengine as me
import pytest
from bs4 import BeautifulSoup
from bson import DBRef
from django.contrib import admin
from django.template.loader import render_to_string
from pymongo import MongoClient

from admin_ext import DocumentAdmin
from admin_ext.meta import present
from admin_ext.referrers import access, panel, referrers_of
from admin_ext.referrers.panel import Panel

from .reference_documents import Town
from .referrers import (
    KEY,
    TOWN,
    URL,
    generic,
    lines,
    nothing_remembered,
    own_site,
    request_of,
    section,
    texts,
    town,
)

__all__ = ["nothing_remembered", "own_site", "request_of", "town"]

pytestmark = pytest.mark.django_db


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
