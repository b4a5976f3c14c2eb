"""Collections are read in batches: what counts as what, and how a check goes on."""

from datetime import UTC, datetime

import pytest
from bson import DBRef, ObjectId

from admin_ext.meta import present
from admin_ext.references import checking
from admin_ext.references.checking import Check, sources_of
from admin_ext.references.progress import load, save
from admin_ext.references.states import State
from tests import mongodb
from tests.check_documents import Anchor, AnchorView, Buoy, LightBuoy
from tests.reference_documents import Trip

KIEL, GONE = ObjectId("5f0000000000000000000001"), ObjectId("5f00000000000000000000ff")


@pytest.fixture(autouse=True)
def presented():
    for document in (Anchor, AnchorView, Buoy, LightBuoy, Trip):
        present(document)


@pytest.fixture
def towns(mongo):
    mongo.towns.insert_one({"_id": KIEL, "townName": "Kiel"})
    mongo.ships.insert_one({"_id": "k1", "name": "Karl", "_cls": "Ship"})
    return mongo


def check(document, *paths, **options):
    found = Check(sources_of([document], paths), **options)
    for _number in found.run():
        pass
    return {
        name.rpartition(".")[2]: {
            state.value: number for state, number in tally.counts.items()
        }
        for name, tally in found.progress.tallies.items()
    }


SINGLE = {
    "ok": [KIEL, DBRef("towns", KIEL), DBRef("towns", KIEL, "test_mongoadmin_main")],
    "dangling": [GONE, DBRef("towns", GONE)],
    "malformed": [
        *("", str(KIEL), 5, [KIEL], {"a": 1}, DBRef("ships", KIEL)),
        *(DBRef("towns", KIEL, "elsewhere"), DBRef("towns", None), True),
    ],
    "null": [None],
}


@pytest.mark.parametrize("state", SINGLE)
@pytest.mark.parametrize("name", ["plainTown", "dbref", "lazy", "lazy_dbref", "cached"])
def test_a_single_reference_is_what_it_is(towns, name, state):
    values = SINGLE[state]
    if towns.name != "test_mongoadmin_main" and state == "ok":
        values = values[:2]
    towns.trips.insert_many([{name: value} for value in values])
    path = name.removesuffix("Town")
    assert check(Trip, path) == {path: {state: len(values)}}


def test_a_cached_reference_is_its_key(towns):
    stored = [{"_id": KIEL, "townName": "x"}, {"_id": GONE}, {"townName": "x"}]
    towns.trips.insert_many([{"cached": value} for value in stored])
    assert check(Trip, "cached") == {"cached": {"ok": 1, "dangling": 1, "malformed": 1}}


@pytest.mark.parametrize("name", ["generic", "generic_lazy", "anything"])
def test_a_generic_reference_names_its_class(towns, name):
    def to(cls, collection, key):
        return {name: {"_cls": cls, "_ref": DBRef(collection, key)}}

    towns.trips.insert_many([
        *(to("Town", "towns", KIEL), to("Ship", "ships", "k1")),
        *(to("Town", "towns", GONE), to("Ship", "ships", "k2")),
        *(to("Nowhere", "towns", KIEL), to("Town", "ships", KIEL)),
        *({name: KIEL}, {name: {"_cls": "Town", "_ref": KIEL}}),
        *({name: {"_cls": "Leg", "_ref": DBRef("towns", KIEL)}}, {name: None}, {}),
    ])
    expected = {"ok": 2, "dangling": 2, "malformed": 5, "null": 1, "missing": 1}
    assert check(Trip, name) == {name: expected}


@pytest.mark.parametrize(
    ("path", "wrap"),
    [
        ("plains", lambda values: {"plains": values}),
        ("legs__plain", lambda values: {"legs": [{"plain": v} for v in values]}),
        ("leg__plains", lambda values: {"leg": {"plains": values}}),
        ("tables", lambda values: {"tables": [[v] for v in values]}),
        ("plain_map", lambda v: {"plain_map": dict(zip("abcd", v, strict=False))}),
    ],
)
def test_a_document_counts_once_for_each_state_of_its_references(towns, path, wrap):
    towns.trips.insert_many([
        wrap([KIEL, KIEL]),
        wrap([KIEL, GONE, GONE]),
        wrap([None, "", GONE]),
        {"title": "none"},
    ])
    expected = {"ok": 1, "dangling": 2, "null": 1, "malformed": 1, "missing": 1}
    assert check(Trip, path) == {path: expected}


def test_an_empty_list_is_neither_missing_nor_malformed(towns):
    towns.trips.insert_many([{"plains": []}, {"leg": {"plains": []}}])
    assert check(Trip, "plains", "leg__plains") == {
        "plains": {"empty": 1, "missing": 1},
        "leg__plains": {"empty": 1, "missing": 1},
    }


def test_a_key_of_another_type_that_is_there_is_right(towns):
    towns.towns.insert_one({"_id": "kiel"})
    towns.trips.insert_many([{"plainTown": "kiel"}, {"plainTown": "lübeck"}])
    assert check(Trip, "plain") == {"plain": {"ok": 1, "malformed": 1}}


def test_the_paths_of_a_subclass_are_checked_in_its_documents(mongo):
    mongo.buoys.insert_many([
        {"_cls": "Buoy", "anchor": 1},
        {"_cls": "Buoy.LightBuoy", "anchor": 1, "keeper": 2},
    ])
    mongo.anchors.insert_one({"_id": 1})
    sources = sources_of([LightBuoy, Buoy])
    found = Check(sources)
    assert [*found.run()] == [2]
    (source,) = sources
    assert [path.name for path in source.paths] == ["anchor", "keeper"]
    keeper = found.progress.tallies["tests.LightBuoy.keeper"]
    assert (keeper.checked, dict(keeper.counts)) == (1, {State.DANGLING: 1})


MIXED = [
    *(1, 2.5, "a", "b", KIEL, GONE, {"a": 1}, {"a": "x"}, True, None),
    *(datetime(2024, 1, 1, tzinfo=UTC), float("nan")),
]


@pytest.mark.parametrize("batch", [1, 2, 3, 100])
def test_keys_of_all_types_are_read_once(mongo, batch):
    mongo.anchors.insert_many([{"_id": key, "next": key} for key in MIXED])
    found = check(Anchor, batch=batch)
    assert sum(found["next"].values()) == len(MIXED)
    assert found["next"]["ok"] == len(MIXED) - 1
    assert found["next"]["null"] == 1


@pytest.mark.parametrize("stop_after", [1, 4, 7])
def test_a_check_goes_on_where_it_was_stopped(mongo, tmp_path, stop_after):
    keys = [*MIXED, "gone"]
    mongo.anchors.insert_many([{"_id": key, "next": "gone"} for key in MIXED])
    mongo.anchors.insert_many([{"_id": n, "next": 5} for n in range(100, 120)])
    sources = sources_of([Anchor, Buoy])
    first, file = Check(sources, batch=3), tmp_path / "state.json"
    for _number in zip(range(stop_after), first.run(), strict=False):
        pass
    save(file, first.progress, {"documents": []})
    progress, options = load(file)
    assert options == {"documents": []}
    second, whole = Check(sources, progress=progress), Check(sources)
    for each in (second, whole):
        assert len([*each.run()]) >= 1
    assert 0 < first.progress.documents < whole.progress.documents == len(keys) + 19
    # NaN among the keys is not equal to itself.
    assert repr(second.progress.tallies) == repr(whole.progress.tallies)
    assert second.progress.documents == whole.progress.documents
    assert {each.name for each in tmp_path.iterdir()} == {"state.json"}


def test_a_view_with_several_documents_of_one_key_is_read_whole(bare_mongo):
    bare_mongo.anchors.insert_many([{"_id": n, "next": [n] * 5} for n in range(4)])
    bare_mongo.create_collection(
        "anchor_view", viewOn="anchors", pipeline=[{"$unwind": "$next"}]
    )
    assert check(AnchorView, batch=2) == {"next": {"ok": 20}}


def test_a_check_takes_a_bounded_number_of_commands(mongo, mongo_commands):
    anchors = [{"_id": n, "next": n + 1} for n in range(5_000)]
    mongo.anchors.insert_many(anchors)
    with mongo_commands() as commands:
        found = check(Anchor, batch=500)
    assert found == {"next": {"ok": 4_999, "dangling": 1}}
    assert {*commands.names} == {"find"}
    assert len(commands) <= 2 * 10 + 2
    assert all("maxTimeMS" in command.document for command in commands)
    assert commands[0].document["projection"] == {"next": 1, "_cls": 1}


def test_a_batch_that_takes_too_long_is_made_smaller(
    mongo, mongo_faults, mongo_commands
):
    mongo.anchors.insert_many([{"_id": n, "next": 0} for n in range(40)])
    fault = {"mode": {"times": 1}, "errorCode": mongodb.TIME_LIMIT}
    with mongo_commands() as commands, mongo_faults("anchors", **fault):
        assert check(Anchor, batch=16) == {"next": {"ok": 40}}
    limits = [each.document["limit"] for each in commands if "limit" in each.document]
    # Each batch reads one more, to know whether it is the last.
    assert limits[:4] == [17, 5, 9, 17]


def test_what_is_known_is_bounded(mongo, monkeypatch):
    monkeypatch.setattr(checking, "MAX_KNOWN", 10)
    mongo.anchors.insert_many([{"_id": n, "next": 50 - n} for n in range(50)])
    found = Check(sources_of([Anchor]), batch=5)
    for _number in found.run():
        assert len(found._known) <= 10 + 2 * 5
    assert found.progress.tallies["tests.Anchor.next"].counts[State.OK] == 49
