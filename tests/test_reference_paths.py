"""Every path at which a Document declares references."""

import mongoengine as me
import pytest
from bson import DBRef, ObjectId

from admin_ext.exceptions import UnsupportedLookup
from admin_ext.meta import present
from admin_ext.references import paths_to, reference_paths
from tests.reference_documents import Ferry, Ship, Town, Trip


class Harbour(me.Document):
    name = me.StringField()


class Answer(me.EmbeddedDocument):
    text = me.StringField()
    harbour = me.ReferenceField(Harbour)
    answers = me.EmbeddedDocumentListField("self")


class Mooring(me.EmbeddedDocument):
    meta = {"allow_inheritance": True}


class PaidMooring(Mooring):
    payer = me.ReferenceField(Harbour)


class Logbook(me.Document):
    answers = me.EmbeddedDocumentListField(Answer)
    mooring = me.EmbeddedDocumentField(Mooring)
    answer_map = me.MapField(me.EmbeddedDocumentField(Answer))
    any_answer = me.GenericEmbeddedDocumentField(choices=(Answer,))

    meta = {"allow_inheritance": True}


class SignedLogbook(Logbook):
    signed_in = me.ReferenceField(Harbour, db_field="signedIn")


@pytest.fixture(autouse=True)
def presented():
    for document in (Harbour, Logbook, SignedLogbook, Town, Ship, Trip):
        present(document)


def path_of(document, stored):
    (found,) = (each for each in reference_paths(document) if each.stored == stored)
    return found


def test_every_declaration_of_a_document_is_found():
    found = [path.stored for path in reference_paths(Trip)]
    kinds = ["plain", "dbref", "lazy", "lazy_dbref", "generic", "generic_lazy"]
    lists = ["plains", "generics"]
    assert found[:8] == ["plainTown", "dbref", "cached", *kinds[2:], "anything"]
    assert found[8:13] == ["plains", "dbrefs", "cacheds", "lazies", "lazy_dbrefs"]
    assert found[13:16] == ["generics", "generic_lazies", "tables"]
    assert found[16:19] == ["plain_map.*", "lazy_map.*", "generic_map.*"]
    embedded = [f"{each}.{kind}" for each in ("leg", "legs") for kind in kinds + lists]
    assert found[19:] == embedded


def test_an_embedded_class_that_holds_itself_is_followed_three_times():
    found = [path.stored for path in reference_paths(Logbook)]
    assert found[:3] == [
        "answers.harbour",
        "answers.answers.harbour",
        "answers.answers.answers.harbour",
    ]
    assert "answers.answers.answers.answers.harbour" not in found


def test_subclasses_and_classes_of_generic_embedded_documents_are_followed():
    found = [path.stored for path in reference_paths(Logbook)]
    assert "mooring.payer" in found
    assert "any_answer.harbour" in found
    assert "answer_map.*.harbour" in found


@pytest.mark.parametrize(
    ("stored", "lookup"),
    [
        ("answers.harbour", "answers__harbour"),
        ("mooring.payer", ""),
        ("any_answer.harbour", ""),
        ("answer_map.*.harbour", ""),
    ],
)
def test_only_a_path_that_lists_can_filter_by_has_a_lookup(stored, lookup):
    assert path_of(Logbook, stored).lookup == lookup


def test_a_reference_is_found_in_every_form_that_applications_store(mongo):
    key, path = ObjectId(), path_of(Trip, "legs.plain")
    forms = [key, DBRef("towns", key), DBRef("towns", key, mongo.name)]
    assert path.condition(Town, [key]) == {"legs.plain": {"$in": forms}}
    mongo.trips.insert_many([{"legs": [{"plain": form}]} for form in forms])
    assert mongo.trips.count_documents(path.condition(Town, [key])) == 3


def test_a_generic_reference_is_found_by_what_it_names(mongo):
    key, path = ObjectId(), path_of(Trip, "generics")
    stored = [{"_cls": "Town", "_ref": DBRef("towns", key)}]
    mongo.trips.insert_many([{"generics": stored}, {"generics": [key]}])
    assert mongo.trips.count_documents(path.condition(Town, [key])) == 1


def test_a_cached_reference_is_found_by_its_key(mongo):
    key, path = ObjectId(), path_of(Trip, "cacheds")
    mongo.trips.insert_one({"cacheds": [{"_id": key, "name": "Kiel"}]})
    assert mongo.trips.count_documents(path.condition(Town, [key])) == 1


def test_within_a_map_there_is_nothing_to_ask_by():
    with pytest.raises(UnsupportedLookup, match="keys that are data"):
        path_of(Trip, "plain_map.*").condition(Town, [ObjectId()])


def test_the_values_of_a_path_are_read_through_lists_and_maps():
    son = {"answers": [{"harbour": 1}, {}, {"harbour": None}, 5]}
    assert [*path_of(Logbook, "answers.harbour").values(son)] == [1, None]
    son = {"plain_map": {"a": 1, "b": 2}}
    assert [*path_of(Trip, "plain_map.*").values(son)] == [1, 2]


def test_what_may_refer_to_a_document_includes_references_to_its_base():
    found = {path.stored for path in paths_to(Ferry, [Trip])}
    assert "generic" in found
    assert "anything" in found
    assert "plainTown" not in found


def test_a_path_that_a_subclass_inherits_is_told_once():
    found = [
        (path.owner, path.stored)
        for path in paths_to(Harbour, [Logbook, SignedLogbook])
        if not path.stored.startswith("a")
    ]
    assert found == [(Logbook, "mooring.payer"), (SignedLogbook, "signedIn")]
