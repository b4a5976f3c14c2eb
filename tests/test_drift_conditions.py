"""What Python finds in stored documents is what MongoDB finds by the conditions."""

from datetime import UTC, datetime
from random import Random

import bson
import pytest
from bson import DBRef, Decimal128, Int64, ObjectId
from hypothesis import given
from hypothesis import strategies as st

from admin_ext.drift import DriftedTo, Finding, Problem, root_place
from admin_ext.drift.conditions import condition, possible
from admin_ext.drift.examining import examine
from admin_ext.ejson import CODEC
from tests.drift_documents import Hull, LooseHull, PlainHull, SteelHull
from tests.properties import times

DOCUMENTS = [Hull, SteelHull, PlainHull, LooseHull]
CLASSES = [
    *("Hull", "Hull.SteelHull", "Hull.WoodHull", "Gone", None, 5),
    *("Rivet", "LongRivet", "Gasket", "Shim"),
]
EXTRA_KEYS = ["odd", "a.b", "$c", "", "_id", "x\n", "[]", "*", "a:b"]

SCALARS = {
    "null": [None],
    "string": ["", "a", "b", "x", "fine", "Hull", "abc", "éééé", "abcdefg"],
    "int": [0, 1, 2, 3, 4],
    "long": [Int64(1), Int64(2**40)],
    "double": [1.0, 1.5, float("nan")],
    "decimal": [Decimal128("2"), Decimal128("NaN")],
    "bool": [True, False],
    "objectId": [ObjectId(b"0" * 12)],
    "dbRef": [DBRef("yard", "a"), DBRef("yard", 1, odd=2)],
    "date": [datetime(2020, 1, 1, tzinfo=UTC)],
    "binData": [b"\x00"],
    "object": [{}, {"a": 1}, {"_cls": "Rivet", "size": 9}],
    "array": [[], [1], [[None]], ["a", "b", "c"]],
}


class Maker:
    """Makes documents that mostly fit, and go wrong here and there."""

    def __init__(self, seed):
        self.random = Random(seed)

    def often(self, chance=0.85):
        return self.random.random() < chance

    def value(self, place):
        if not self.often():
            return self.random.choice(SCALARS[self.random.choice([*SCALARS])])
        if not self.often():
            return None
        if place.members is not None:
            return [self.value(place.members) for _ in range(self.random.randrange(4))]
        if place.values is not None:
            keys = self.random.sample(["k", "k.1", "$k"], self.random.randrange(3))
            return {key: self.value(place.values) for key in keys}
        if place.shape is not None:
            return self.object(place.shape)
        if place.choices and self.often(0.5):
            return self.random.choice(place.choices)
        return self.random.choice(SCALARS[self.random.choice(sorted(place.types))])

    def object(self, shape):
        chosen = [each for each in shape.fields if self.often(0.6)]
        son = {each.key: self.value(each) for each in chosen}
        if self.often(0.6):
            son["_cls"] = self.random.choice([*shape.declared] * 3 + CLASSES)
        if not self.often():
            son[self.random.choice(EXTRA_KEYS)] = 1
        return son


def findings(root):
    """Return all findings that there can be, with some undeclared keys."""
    for place in root.walk():
        for problem in possible(place):
            yield Finding(place, problem)
            if problem is Problem.EXTRA and not place.is_secret:
                for key in EXTRA_KEYS:
                    if place.shape.without(key):
                        yield Finding(place, problem, key)


@times(8)
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("document", DOCUMENTS)
def test_conditions_find_what_python_finds(mongo, document, seed):
    collection, maker = mongo.hulls.with_options(CODEC), Maker(seed)
    sons = [maker.object(root_place(Hull).shape) for _ in range(60)]
    collection.delete_many({})
    collection.insert_many([{**son, "_id": key} for key, son in enumerate(sons)])
    root, wanted = root_place(document), {}
    for son in collection.find():
        for finding in examine(root, son):
            wanted.setdefault(finding, set()).add(son["_id"])
    known = {*findings(root)}
    assert {each for each in wanted if each.key is None} <= known
    for finding in known | {*wanted}:
        found = {
            each["_id"] for each in collection.find(condition(finding), {"_id": 1})
        }
        assert found == wanted.get(finding, set()), str(DriftedTo(finding))


def test_made_documents_have_every_finding():
    maker, root, found = Maker(0), root_place(Hull), set()
    for _ in range(3_000):
        data = bson.encode(maker.object(root.shape), codec_options=CODEC)
        found.update(examine(root, {"_id": "text", **bson.decode(data, CODEC)}))
    assert [str(DriftedTo(each)) for each in findings(root) if each not in found] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_urls_name_every_finding(document):
    for finding in findings(root_place(document)):
        assert DriftedTo.parse(str(DriftedTo(finding)), document).finding == finding
