"""Lists filtered by references, in whichever form these are stored."""

import pytest
from bson import DBRef, ObjectId
from django.core.exceptions import ValidationError
from django.db import models

from admin_ext.lookups import q_for_lookup
from admin_ext.meta import present

from .reference_documents import Ship, Town, Trip

TOWN = ObjectId("5f00000000000000000000a1")


@pytest.fixture(autouse=True)
def presented():
    for document in (Town, Ship, Trip):
        present(document)


def forms(mongo, key=TOWN, collection="towns"):
    """Return a reference in the forms that applications store."""
    return [key, DBRef(collection, key), DBRef(collection, key, mongo.name)]


def found(path, value):
    condition = q_for_lookup(Trip, path, value)
    return Trip._default_manager.filter(condition).count()


@pytest.mark.parametrize("name", ["dbref", "lazy", "lazy_dbref", "leg__plain"])
def test_a_reference_is_found_in_every_form(mongo, name):
    stored = [{"leg": {"plain": each}, name: each} for each in forms(mongo)]
    mongo.trips.insert_many([*stored, {name: DBRef("ships", TOWN)}])
    assert found(f"{name}__id__exact", str(TOWN)) == 3
    assert found(name, TOWN) == found(f"{name}__in", [TOWN]) == 3


@pytest.mark.parametrize("name", ["plains", "dbrefs", "lazies", "legs__plains"])
def test_a_list_of_references_is_found_in_every_form(mongo, name):
    stored = [{"legs": [{"plains": [each]}], name: [each]} for each in forms(mongo)]
    mongo.trips.insert_many(stored)
    assert found(f"{name}__id__exact", str(TOWN)) == 3


def test_a_name_in_the_other_collection_leads_to_every_form(mongo):
    mongo.towns.insert_one({"_id": TOWN, "townName": "Aton"})
    mongo.trips.insert_many([{"plainTown": each} for each in forms(mongo)])
    assert found("plain__name", "Aton") == 3


def test_a_cached_reference_is_found_by_its_key(mongo):
    mongo.trips.insert_one({"cached": {"_id": TOWN}, "cacheds": [{"_id": TOWN}]})
    assert found("cached__id__exact", str(TOWN)) == 1
    assert found("cacheds__id__exact", str(TOWN)) == 1


@pytest.mark.parametrize("name", ["generic", "generic_lazy", "anything", "generics"])
def test_a_generic_reference_is_found_by_class_and_key(mongo, name):
    town, ship = DBRef("towns", TOWN), DBRef("ships", "s,1")
    for cls, reference in (("Town", town), ("Ship", ship)):
        stored = {"_cls": cls, "_ref": reference}
        mongo.trips.insert_one({name: [stored] if name == "generics" else stored})
    assert found(f"{name}__exact", f"Town,{TOWN}") == 1
    assert found(f"{name}__exact", "Ship,s,1") == 1
    assert found(name, Town(pk=TOWN)) == found(name, town) == 1


@pytest.mark.parametrize("text", ["Town,zzz", "Nobody,1", "Trip,1", "", ",", "Town"])
def test_a_text_that_names_no_document_finds_no_generic_reference(mongo, text):
    mongo.trips.insert_one({"generic": {"_cls": "Town", "_ref": DBRef("towns", TOWN)}})
    assert found("generic__exact", text) == 0


def test_two_conditions_on_one_reference_are_both_met(mongo):
    other = ObjectId()
    mongo.trips.insert_many([{"plains": [TOWN]}, {"plains": [TOWN, other]}])
    both = models.Q(plains__in=[other]) & models.Q(plains__in=[TOWN])
    assert Trip._default_manager.filter(both).count() == 1


def test_an_empty_text_is_no_key(mongo):
    with pytest.raises(ValidationError, match="empty value"):
        q_for_lookup(Trip, "plain__id__exact", "")


def test_every_form_is_looked_up_in_the_index(mongo):
    mongo.trips.create_index("dbref")
    mongo.trips.insert_many([{"dbref": each} for each in forms(mongo)])
    mongo.trips.insert_many([{"title": str(n)} for n in range(20)])
    query = Trip._default_manager.filter(q_for_lookup(Trip, "dbref", TOWN))._query
    explained = mongo.command("explain", {"find": "trips", "filter": query})
    assert explained["executionStats"]["totalDocsExamined"] == 3
