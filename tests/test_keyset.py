"""Walks along an order: every row once, in MongoDB's own order, both ways."""

import random
from datetime import UTC, datetime
from uuid import uuid4

import bson
import pytest
from bson import Binary, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.raw_bson import RawBSONDocument
from hypothesis import given
from hypothesis import strategies as st
from mongoengine import Document, DynamicField, Q

from admin_ext import memory
from admin_ext.keyset import Order, Position, PositionLost, Walk, Way, walk_for
from admin_ext.keyset.comparing import sortable
from admin_ext.keyset.ways import way_for
from admin_ext.meta import present
from tests.properties import times

ODD = [
    *(None, 1, 2.5, Int64(7), Decimal128("2.5"), float("nan"), "a", "B", "", True),
    *(False, {"a": 1}, {"b": [1]}, b"bytes", ObjectId("5f" * 12), MinKey(), MaxKey()),
    *(datetime(2024, 5, 1, tzinfo=UTC), Timestamp(5, 1), Regex("a"), "$body"),
]
MISSING = object()
ARRAYS = [
    [],
    [1, "a"],
    [None],
    [3, 9],
    ["a", datetime(2024, 1, 1, tzinfo=UTC)],
    [[1]],
    [[]],
]


class Walked(Document):
    place = DynamicField()
    second = DynamicField()

    meta = {"collection": "walked", "auto_create_index": False}


@pytest.fixture
def walked(mongo):
    present(Walked)
    return mongo.walked


def stored(place, second=MISSING):
    pairs = {"place": place, "second": second}
    return {name: value for name, value in pairs.items() if value is not MISSING}


def queryset(*keys, **conditions):
    found = Walked._default_manager.order_by(__raw__=[*keys])
    return found.filter(Q(__raw__=conditions)) if conditions else found


def walk(way, size, *keys, **conditions):
    rows = queryset(*keys, **conditions)
    return Walk(rows, Order.by(rows.sort_keys), way, size)


def expected(collection, order, condition=None):
    stages = [{"$match": condition or {}}, {"$sort": dict(order.total)}]
    return [son["_id"] for son in collection.aggregate(stages)]


def keys_of(rows):
    return [son["_id"] for son in rows.sons]


def forwards(walk):
    pages = [walk.first()]
    while pages[-1].next:
        pages.append(walk.at(pages[-1].next))
        assert len(pages) < 1_000
    return [keys_of(page) for page in pages]


def backwards(walk):
    pages = [walk.last()]
    while pages[-1].previous:
        pages.append(walk.at(pages[-1].previous))
        assert len(pages) < 1_000
    return [keys_of(page) for page in pages[::-1]]


def without_repeated(pages):
    """Leave out of the first page what the second has: it is always a whole one."""
    first, *others = pages
    return [[key for key in first if key not in flat(others)], *others]


def numbered(walk, count):
    return [
        keys_of(walk.skipping(at))[: walk.size] for at in range(0, count, walk.size)
    ]


def flat(pages):
    return [key for page in pages for key in page]


def check(collection, walk, condition=None):
    keys = expected(collection, walk.order, condition)
    assert flat(forwards(walk)) == keys
    assert flat(without_repeated(backwards(walk))) == keys
    assert flat(numbered(walk, len(keys))) == keys


ORDERS = [
    [("place", 1)],
    [("place", -1)],
    [("place", 1), ("second", -1)],
    [("place", -1), ("second", -1), ("_id", 1)],
    [("_id", -1)],
    [],
]


def load(collection, values, second=None, count=60, seed=1):
    chance = random.Random(seed)
    collection.insert_many(
        stored(chance.choice(values), chance.choice(second or values))
        for _ in range(count)
    )


@pytest.mark.parametrize("size", [1, 7, 100])
@pytest.mark.parametrize("keys", ORDERS)
def test_sorted_values_of_all_types_and_arrays(walked, keys, size):
    load(walked, [*ODD, *ARRAYS, MISSING], second=[*ODD, MISSING])
    check(walked, walk(Way.SORTED, size, *keys))


@pytest.mark.parametrize("size", [1, 2, 7])
@pytest.mark.parametrize("direction", [1, -1])
def test_what_is_undefined(walked, direction, size):
    """The driver reads it as null, below which MongoDB sorts it."""
    values = (None, [None], [None, 1], [], [[]], MISSING, 1, MinKey())
    walked.insert_many([*map(stored, values)])
    for number, value in enumerate(values[:3]):
        son = bson.encode({"_id": number, "place": value})
        for name in (b"place", b"0"):
            son = son.replace(b"\x0a%b\0" % name, b"\x06%b\0" % name)
        walked.insert_one(RawBSONDocument(son))
    check(walked, walk(Way.SORTED, size, ("place", direction)))


EMBEDDED = [
    *(5, None, MISSING, [], [5], [[]], [None], {}, [{}], {"b": None}, {"b": 2}),
    *({"b": []}, {"b": [1, 2]}, {"b": [[7]]}, {"b": MinKey()}, [{"b": 1}]),
    *([{"b": 1}, {}], [{"b": 3}, {"b": None}], [{"b": 2}, 5], [{"b": [1, 3]}]),
    *([{"b": []}], [{"b": 2}, {"b": []}], [[{"b": 1}]], [{"b": 4}, [{"b": 9}]]),
    *([{"b": {"c": 2}}, {"b": [{"c": 5}, {}]}], {"b": {"c": []}}, {"b": [[{"c": 1}]]}),
]


@pytest.mark.parametrize("size", [1, 7])
@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("path", ["place.b", "place.b.c"])
def test_a_path_into_embedded_documents_and_lists_of_them(
    walked, path, direction, size
):
    walked.insert_many(map(stored, EMBEDDED))
    check(walked, walk(Way.SORTED, size, (path, direction)))


@pytest.mark.parametrize("size", [1, 7, 100])
@pytest.mark.parametrize("keys", ORDERS)
def test_an_index_of_all_keys(walked, keys, size):
    load(walked, [*ODD, MISSING])
    if keys and keys != [("_id", -1)]:
        walked.create_index([*Order.by(keys).total])
    check(walked, walk(Way.WHOLE, size, *keys))


@pytest.mark.parametrize("size", [1, 7, 100])
@pytest.mark.parametrize("keys", ORDERS[:4])
def test_an_index_without_the_key(walked, keys, size):
    load(walked, [*ODD, MISSING])
    walked.create_index([*Order.by(keys).keys])
    check(walked, walk(Way.RUNS, size, *keys))


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("values", [["a"], ["a", "b"], ["a", None, MISSING]])
def test_long_runs_of_equal_values(walked, way, values):
    load(walked, values)
    walked.create_index("place")
    check(walked, walk(way, 4, ("place", -1)))


@pytest.mark.parametrize("way", Way)
def test_only_what_the_list_finds(walked, way):
    load(walked, ["a", "b", 1, None])
    condition = {"second": "a"}
    check(walked, walk(way, 4, ("place", 1), **condition), condition)


@pytest.mark.parametrize("way", Way)
def test_rows_that_come_and_go_move_no_other(walked, way):
    walked.insert_many({"_id": number, "place": number // 3} for number in range(30))
    pages = walk(way, 10, ("place", 1))
    first = pages.first()
    walked.insert_many([{"_id": -1, "place": 0}, {"_id": 29.5, "place": 9}])
    walked.delete_many({"_id": {"$in": [0, 9, 10]}})
    second = pages.at(first.next)
    assert keys_of(second) == [*range(11, 21)]
    # Nine are left before it, which is a part of the first page.
    assert keys_of(pages.at(second.previous)) == [-1, *range(1, 9), 11]


@pytest.mark.parametrize("way", Way)
def test_a_page_of_which_all_is_deleted_gives_the_nearest(walked, way):
    walked.insert_many({"_id": number, "place": number} for number in range(20))
    pages = walk(way, 5, ("place", 1))
    middle = pages.at(pages.first().next)
    walked.delete_many({"_id": {"$gte": 8}})
    assert keys_of(pages.at(middle.next)) == [3, 4, 5, 6, 7]
    walked.delete_many({"_id": {"$lt": 4}})
    assert keys_of(pages.at(middle.previous)) == [4, 5, 6, 7]


KEYS = [
    *(1, 2.5, Int64(7), Decimal128("2.75"), float("nan"), float("-inf"), "a", "B"),
    *("", "é", "\U0001f600", "\uffff", True, False, None, {"a": 1}, {"a": "1"}, {}),
    *({"a": 1, "b": 2}, {"b": 0}, {"a": {"b": 2}}, {"a": [1, 2]}, {"a": [1]}, b"12"),
    *(b"3", b"", uuid4(), Binary(b"12", 5), ObjectId("5f" * 12), ObjectId("ff" * 12)),
    *(Timestamp(5, 1), datetime(1960, 5, 1, tzinfo=UTC), datetime(2024, 5, 1)),
]


@pytest.mark.parametrize("direction", [1, -1])
def test_keys_of_a_run_are_in_the_order_of_mongodb(walked, direction):
    walked.insert_many({"_id": key} for key in KEYS)
    found = [son["_id"] for son in walked.find().sort("_id", direction)]
    assert sorted(found, key=sortable, reverse=direction < 0) == found
    pages = forwards(walk(Way.RUNS, 5, ("place", 1), ("_id", direction)))
    assert repr(flat(pages)) == repr(found)


def test_nothing_is_found(walked):
    for way in Way:
        pages = walk(way, 5, ("place", 1))
        for rows in (pages.first(), pages.last(), pages.skipping(5)):
            assert (rows.sons, rows.previous, rows.next) == ([], None, None)


@times(30)
@given(data=st.data())
def test_any_values_in_any_order(walked, data):
    walked.delete_many({})
    # MongoDB refuses to sort by two arrays at once.
    pair = st.sampled_from([*ODD, *ARRAYS, MISSING]), st.sampled_from([*ODD, MISSING])
    rows = data.draw(st.lists(st.tuples(*pair), min_size=1, max_size=25))
    walked.insert_many(stored(*row) for row in rows)
    keys = data.draw(st.sampled_from(ORDERS))
    check(walked, walk(Way.SORTED, data.draw(st.integers(1, 9)), *keys))


def test_a_position_of_another_order_or_text_is_refused():
    order, other = Order.by([("place", 1)]), Order.by([("place", -1)])
    text = Position((2, 1), 2).signed(order)
    assert Position.read(text, order) == Position((2, 1), 2)
    for wrong in (text[:-1], "", "1:2", text.swapcase()):
        with pytest.raises(ValueError, match="No position"):
            Position.read(wrong, order)
    with pytest.raises(ValueError, match="another order"):
        Position.read(text, other)


@pytest.mark.parametrize("value", [*ODD, "x" * 10_000])
def test_a_position_survives_the_url(walked, value):
    order = Order.by([("place", 1)])
    key = walked.insert_one({"place": value}).inserted_id
    walked.insert_one({"place": MaxKey(), "_id": "behind"})
    text = Position((2, value), key, is_before=True).signed(order)
    assert len(text) < 700
    found = Position.read(text, order).with_values(queryset(("place", 1)), order)
    assert bson.encode({"": found.values[1]}) == bson.encode({"": value})


def test_a_long_value_whose_row_is_gone(walked):
    order = Order.by([("place", 1)])
    text = Position((2, "x" * 10_000), 1).signed(order)
    with pytest.raises(PositionLost):
        Position.read(text, order).with_values(queryset(("place", 1)), order)


@pytest.mark.parametrize(
    ("index", "keys", "way"),
    [
        ([("place", 1), ("_id", 1)], [("place", 1)], Way.WHOLE),
        ([("place", 1), ("_id", 1)], [("place", -1)], Way.WHOLE),
        ([("place", -1)], [("place", 1)], Way.RUNS),
        ([("second", 1)], [("place", 1)], Way.SORTED),
        ([("place", 1)], [("place", 1), ("second", 1)], Way.SORTED),
        ([("second", 1), ("place", 1)], [("place", 1)], Way.SORTED),
        ([("second", 1)], [("_id", -1)], Way.WHOLE),
    ],
)
def test_the_way_is_what_the_indexes_serve(walked, index, keys, way):
    load(walked, ["a", 1, None])
    walked.create_index(index)
    rows = queryset(*keys)
    assert way_for(rows, Order.by(keys)) is way


def test_an_index_of_arrays_is_no_order_of_rows(walked):
    walked.insert_many([{"place": 1}, {"place": [2, 3]}])
    walked.create_index("place")
    assert way_for(queryset(("place", 1)), Order.by([("place", 1)])) is Way.SORTED


def test_an_order_by_two_values_of_one_list_has_no_walk(walked):
    """MongoDB sorts by the least pair: (1, 5) and (2, 1) are behind (1, 3)."""
    keys = [("place.b", 1), ("place.c", 1)]
    walked.insert_many([
        {"_id": 1, "place": [{"b": 1, "c": 5}, {"b": 2, "c": 1}]},
        {"_id": 2, "place": [{"b": 1, "c": 3}]},
    ])
    assert expected(walked, Order.by(keys)) == [2, 1]
    assert walk_for(queryset(*keys), 1) is None
    assert walk_for(queryset(("place.b", 1), ("second", 1)), 1) is not None
    walked.delete_one({"_id": 1})
    walked.update_one({}, {"$set": {"place": {"b": 1, "c": 3}}})
    walked.drop_indexes()
    walked.create_index([*keys, ("_id", 1)])
    memory.forget()
    assert walk_for(queryset(*keys), 1) is not None


@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_collation_that_makes_equal_what_is_not_the_same(mongo, walked, size):
    walked.drop()
    mongo.create_collection("walked", collation={"locale": "en", "strength": 2})
    walked.insert_many({"place": value} for value in ["b", "A", "a", "B", "C", "a"])
    walked.create_index("place")
    rows = queryset(("place", 1))
    way = way_for(rows, Order.by([("place", 1)]))
    check(walked, Walk(rows, Order.by([("place", 1)]), way, size))
