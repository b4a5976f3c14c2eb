"""The engine on BSON alone: compare, merge, align rows, build the update."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from bson import Binary, Decimal128, Int64
from bson.datetime_ms import DatetimeMS
from django.core import signing
from hypothesis import given
from hypothesis import strategies as st

from admin_ext.changesets import (
    MISSING,
    BadBase,
    Base,
    Change,
    Conflict,
    New,
    align,
    arranged,
    differences,
    digest,
    guard_for,
    identical,
    identity_of,
    like,
    merged,
    merged_tree,
    update_for,
)
from tests.properties import times


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (1, 1.0),
        (1, Int64(1)),
        (1, True),
        (None, MISSING),
        ("", None),
        (0.0, -0.0),
        (Decimal128("1.5"), Decimal128("1.50")),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ("a\n", "a\r\n"),
        (b"x", Binary(b"x", 5)),
    ],
)
def test_what_bson_stores_differently_is_not_identical(first, second):
    assert not identical(first, second)
    assert identical(first, first)


@pytest.mark.parametrize(
    ("value", "stored", "expected"),
    [
        (5, Int64(1), Int64(5)),
        (5.0, Int64(1), Int64(5)),
        (5.5, Int64(1), 5.5),
        (Int64(5), 1, 5),
        (Int64(2**40), 1, Int64(2**40)),
        (5, 1.5, 5.0),
        (2**53 + 1, 1.5, 2**53 + 1),
        (7.25, 1, 7.25),
        (3.0, 1, 3),
        (Decimal128("2.5"), 1.0, 2.5),
        (
            Decimal128("0.12345678901234567890"),
            1.0,
            Decimal128("0.12345678901234567890"),
        ),
        (Decimal128("sNaN"), 1.0, Decimal128("sNaN")),
        (1.5, Decimal128("2.50"), Decimal128("1.5")),
        (7, Decimal128("2.50"), Decimal128("7")),
        (b"new", Binary(b"old", 5), Binary(b"new", 5)),
        (True, 1, True),
        (5, True, 5),
        ("5", 5, "5"),
        (float("inf"), 1, float("inf")),
        ([1, 2.5], [1.5, 2.5], [1.0, 2.5]),
        ([1, 2, 3], [Int64(1)], [Int64(1), Int64(2), Int64(3)]),
    ],
)
def test_an_edited_value_keeps_the_stored_type_where_it_fits(value, stored, expected):
    assert identical(like(value, stored), expected)


def test_differences_are_the_deepest_paths():
    before = {"a": 1, "b": {"c": 1, "d": [1, {"e": 1}, 3]}, "gone": None}
    after = {"a": 1.0, "b": {"c": 1, "d": [1, {"e": 2}, 3]}, "new": None}
    assert differences(before, after) == [
        Change(("a",), 1, 1.0),
        Change(("b", "d", 1, "e"), 1, 2),
        Change(("gone",), None, MISSING),
        Change(("new",), MISSING, None),
    ]


def test_a_list_of_another_length_differs_as_a_whole():
    (change,) = differences({"a": [1, 2]}, {"a": [1, 2, 3]})
    assert change.path == ("a",)


def test_the_order_of_keys_is_no_difference():
    assert (
        differences({"a": 1, "b": {"c": 1, "d": 2}}, {"b": {"d": 2, "c": 1}, "a": 1})
        == []
    )


@pytest.mark.parametrize("key", ["a.b", "$a", ""])
def test_keys_that_no_path_can_name_are_sent_with_what_holds_them(key):
    (change,) = differences({"a": {key: 1, "b": 1}}, {"a": {key: 2, "b": 1}})
    assert change.path == ("a",)
    changes = differences({key: 1, "b": {"c": 1}}, {key: 2, "b": {"c": 2}})
    assert [change.path for change in changes] == [(key,), ("b",)]


AWKWARD = [
    *(None, "", "x", 0, Int64(2**60), 1.5, float("nan"), Decimal128("1.50"), True),
    *([], [1, [2]], {}, {"a.b": {"$c": 1}}, Binary(b"x", 5), UUID(int=7)),
    *(datetime(1960, 1, 1, tzinfo=UTC), DatetimeMS(10**15), MISSING),
]


@pytest.mark.parametrize("path", [("a",), ("a.b",), ("$a",), ("",), ("a", "b", "c")])
@pytest.mark.parametrize("before", AWKWARD, ids=repr)
def test_an_update_is_made_while_its_guard_holds_and_not_after(mongo, path, before):
    def document(value):
        son = {} if value is MISSING else {path[-1]: value}
        for key in reversed(path[:-1]):
            son = {key: son}
        return {"_id": 1, "rest": [1, 2], **son}

    mongo.things.insert_one(document(before))
    stored = mongo.things.find_one()
    after = document("after")
    changes = differences(stored, after)
    guard = {"_id": 1, **guard_for(changes, stored)}
    assert mongo.things.update_one(guard, update_for(changes)).matched_count == 1
    assert mongo.things.find_one() == after
    assert mongo.things.update_one(guard, update_for(changes)).matched_count == 0


def test_the_guard_of_a_row_wants_the_whole_row_in_its_place(mongo):
    stored = {"_id": 1, "rows": [{"a": 1, "b": 1}, {"a": 2, "b": 2}]}
    mongo.things.insert_one(stored)
    changes = differences(
        stored, {**stored, "rows": [{"a": 1, "b": 1}, {"a": 3, "b": 2}]}
    )
    guard = guard_for(changes, stored)
    assert mongo.things.count_documents(guard) == 1
    mongo.things.update_one({}, {"$set": {"rows.1.b": 3}})
    assert mongo.things.count_documents(guard) == 0
    mongo.things.update_one({}, {"$set": {"rows": "no list"}})
    assert mongo.things.count_documents(guard) == 0


def test_the_guard_of_a_row_within_a_row_wants_both_in_their_places(mongo):
    rows = [{"a": 1, "rows": [{"b": 1}]}, {"a": 2, "rows": [{"b": 1}]}]
    stored = {"_id": 1, "rows": rows}
    mongo.things.insert_one(stored)
    after = {"_id": 1, "rows": [rows[0], {"a": 2, "rows": [{"b": 2}]}]}
    guard = guard_for(differences(stored, after), stored)
    assert mongo.things.count_documents(guard) == 1
    mongo.things.update_one({}, {"$set": {"rows": rows[::-1]}})
    assert mongo.things.count_documents(guard) == 0


@pytest.mark.parametrize("large", [b"x" * 9_000_000, ["x" * 9_000_000]], ids=type)
def test_of_a_large_value_the_guard_compares_the_size(mongo, large):
    stored = {"_id": 1, "a": large}
    mongo.things.insert_one(stored)
    guard = guard_for([Change(("a",), large, None)], stored)
    # Both large values in one command would be too much for it.
    update = update_for([Change(("a",), None, large)])
    assert mongo.things.update_one(guard, update).matched_count == 1
    for other in (large[:0], "x", MISSING):
        update = {"$unset": {"a": 1}} if other is MISSING else {"$set": {"a": other}}
        mongo.things.update_one({}, update)
        assert mongo.things.count_documents(guard) == 0


def test_a_missing_value_is_removed(mongo):
    mongo.things.insert_one({"_id": 1, "a": {"b": 1, "c": 2}, "x.y": 1})
    stored = mongo.things.find_one()
    changes = differences(stored, {"_id": 1, "a": {"b": 1}, "x.y": 1})
    mongo.things.update_one({}, update_for(changes))
    assert mongo.things.find_one() == {"_id": 1, "a": {"b": 1}, "x.y": 1}
    changes = differences(mongo.things.find_one(), {"_id": 1, "a": {}})
    mongo.things.update_one({}, update_for(changes))
    assert mongo.things.find_one() == {"_id": 1, "a": {}}


def test_merging_one_value():
    assert merged(1, 1, 2) == 2
    assert merged(1, 2, 1) == 2
    assert merged(1, 2, 2) == 2
    assert merged(MISSING, 1, MISSING) == 1
    with pytest.raises(Conflict):
        merged(1, 2, 3)
    with pytest.raises(Conflict):
        merged(None, 2, MISSING)


def test_merging_documents_finds_conflicts_by_their_paths():
    base = {"a": 1, "b": {"c": 1, "d": 1}, "rows": [{"x": 1, "y": 1}, {"x": 2, "y": 2}]}
    mine = {"a": 2, "b": {"c": 2, "d": 1}, "rows": [{"x": 9, "y": 1}, {"x": 2, "y": 2}]}
    stored = {
        "a": 1,
        "b": {"c": 3, "d": 3},
        "rows": [{"x": 1, "y": 1}, {"x": 2, "y": 8}],
    }
    value, conflicts = merged_tree(base, mine, stored)
    assert value == {
        "a": 2,
        "b": {"c": 3, "d": 3},
        "rows": [{"x": 9, "y": 1}, {"x": 2, "y": 8}],
    }
    assert [conflict.path for conflict in conflicts] == [("b", "c")]


def test_merging_lists_whose_rows_moved_is_a_conflict():
    value, conflicts = merged_tree({"a": [1, 2]}, {"a": [1, 3]}, {"a": [2, 1]})
    assert value == {"a": [2, 1]}
    assert [conflict.path for conflict in conflicts] == [("a",)]


A, B, C, D = ({"n": n, "kind": "row", "text": n * 3} for n in "abcd")


def places(base, stored):
    identities = ([identity_of(row) for row in rows] for rows in (base, stored))
    return align(*identities)


@pytest.mark.parametrize(
    ("base", "stored", "expected"),
    [
        ([A, B, C], [A, B, C], [0, 1, 2]),
        ([A, B, C], [B, C], [None, 0, 1]),
        ([A, B, C], [D, A, B, C], [1, 2, 3]),
        ([A, B, C], [C, A, B], [1, 2, 0]),
        ([A, B, C], [A, B | {"text": "new"}, C], [0, 1, 2]),
        ([A, B, C], [A, D, C], [0, None, 2]),
        ([A, A, B], [A, B, A], [0, 2, 1]),
        ([A, A], [A], [0, None]),
        ([1, 2, 3], [1, 9, 3], [0, 1, 2]),
        ([1, 2, 3], [9, 8], [None, None, None]),
        ([], [A], []),
        ([A], [], [None]),
        ([A, "odd"], [A, {"x": 1}], [0, None]),
    ],
)
def test_rows_are_found_again(base, stored, expected):
    assert places(base, stored) == expected


def test_rows_with_a_key_of_their_own_are_found_wherever_they_went():
    base = [{"_id": n, "text": f"row {n}"} for n in range(4)]
    stored = [{"_id": n, "text": "all changed", "more": n} for n in (3, 1, 0)]
    assert places(base, stored) == [2, 1, None, 0]


def test_a_changed_row_is_known_by_what_no_other_row_holds():
    changed = B | {"text": "new"}
    assert places([A, B, C], [changed, D]) == [None, 0, None]
    assert places([A, B, C], [D, D, C, changed]) == [None, 3, 2]
    # Another row may be one of two; nobody knows which.
    assert places([A, B], [{**A, "text": B["text"]}, {**B, "text": A["text"]}]) == [
        0,
        1,
    ]
    twice = {"n": "a", "kind": "row", "text": "x"}
    assert places([A, B], [twice, twice, B]) == [None, 2]


def test_a_place_tells_nothing_where_rows_came_or_went():
    assert places([1, 2, 3], [7, 8, 3]) == [0, 1, 2]
    assert places([1, 2, 3], [9, 3]) == [None, None, 1]
    assert places([1, 2, 3, 4], [1, 9, 4]) == [0, None, None, 2]
    assert places([1, 2, 3], [0, 1, 9, 3]) == [1, 2, 3]
    # Two went and two came.
    assert places([1, 2, 3, 4], [9, 8, 1, 2]) == [2, 3, None, None]


def test_rows_of_a_page_that_shows_part_of_a_list_or_sorts_it():
    identities = [
        [identity_of(n) for n in rows] for rows in ([12, 11], [10, 11, 9, 13])
    ]
    assert align(*identities, [2, 1], 4) == [2, 1]
    assert align(*identities, [2, 1], 5) == [None, 1]


@times(500)
@given(st.data())
def test_no_row_is_taken_for_another(data):
    """Others change, add, move and delete rows of which no two are alike."""
    numbers = iter(range(1000))

    def new_row(kind):
        number = next(numbers)
        return {"name": f"row {number}", "text": f"text {number}", "kind": kind}

    kinds = st.sampled_from("ab")
    base = [new_row(data.draw(kinds)) for _ in range(data.draw(st.integers(0, 6)))]
    rows = [*enumerate(base)]
    for _ in range(data.draw(st.integers(0, 5))):
        action = data.draw(st.sampled_from(["change", "add", "move", "delete"]))
        place = data.draw(st.integers(0, max(len(rows) - 1, 0)))
        if action == "add":
            rows.insert(place, (None, new_row(data.draw(kinds))))
        elif rows and action == "change":
            number, row = rows[place]
            name = data.draw(st.sampled_from(["text", "kind", "more"]))
            rows[place] = number, row | {name: f"changed {next(numbers)}"}
        elif rows:
            row = rows.pop(place)
            if action == "move":
                rows.insert(data.draw(st.integers(0, len(rows))), row)
    found = places(base, [row for _number, row in rows])
    stored = {number: (place, row) for place, (number, row) in enumerate(rows)}
    for number, row in enumerate(base):
        place, now = stored.get(number, (None, None))
        assert found[number] in (place, None)
        assert found[number] == place or row != now


@pytest.mark.parametrize(
    ("places", "length", "wanted", "expected"),
    [
        ([0, 1, 2], 3, [0, 1, 2], [0, 1, 2]),
        ([0, 1, 2], 3, [0, 2], [0, 2]),
        ([1, 2, 3], 4, [1, 2, New(0)], [0, 2, 3, New(0)]),
        ([0, None, 1], 3, [0, 1, 2], [0, 1, 2]),
        ([0, 1, 2], 3, [2, 0, 1], [2, 0, 1]),
        ([1, 2, 3], 5, [2, New(0), 0, 1], [0, 3, New(0), 1, 2, 4]),
        ([2, 0, 1], 3, [1, 0, 2], None),
        ([2, 0, 1], 3, [0, 1, 2], [0, 1, 2]),
        ([], 2, [New(0)], [0, 1, New(0)]),
        ([None], 0, [0], []),
    ],
)
def test_rows_are_arranged_as_both_people_want(places, length, wanted, expected):
    assert arranged(places, length, wanted) == expected


def test_two_orders_are_settled_by_the_person():
    assert arranged([2, 0, 1], 3, [1, 0, 2], is_settled=True) == [0, 2, 1]


VALUES = {"title": "T", "n": Int64(1), "far": DatetimeMS(10**15), "gone": MISSING}


def test_a_base_comes_back_as_it_was_sent():
    token = Base(VALUES, {"title": b"seen"}).token("shop.Book", 5)
    found = Base.read(token, "shop.Book", 5)
    assert {*found.values} == {*VALUES}
    assert all(identical(found.values[name], value) for name, value in VALUES.items())
    assert found.seen == {"title": b"seen"}
    assert found.opened <= datetime.now(UTC)
    again = Base.read(found.token("shop.Book", 5), "shop.Book", 5)
    assert again.opened == found.opened


@pytest.mark.parametrize(
    ("owner", "key"), [("shop.Author", 5), ("shop.Book", 6), ("shop.Book", 5.0)]
)
def test_a_base_is_of_one_document_only(owner, key):
    token = Base(VALUES).token("shop.Book", 5)
    with pytest.raises(BadBase):
        Base.read(token, owner, key)


def test_a_forged_base_is_refused():
    token = Base(VALUES).token("shop.Book", 5)
    signed = signing.dumps({"values": {}}, salt="another")
    for text in ("", "x", token[:-1], "A" + token, token.upper(), signed):
        with pytest.raises(BadBase):
            Base.read(text, "shop.Book", 5)


def test_a_base_that_was_signed_with_a_former_key_is_read(settings):
    token = Base(VALUES).token("shop.Book", 5)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 10
    assert Base.read(token, "shop.Book", 5).values["title"] == "T"


def test_a_sealed_base_comes_back_as_it_was_sent():
    values = {**VALUES, "rows": {"rows": [[b"w" * 12, b"", None]]}, "empty": ""}
    token = Base(values, {"title": b"seen"}).token("shop.Book", 5, is_sealed=True)
    found = Base.read(token, "shop.Book", 5)
    assert {*found.values} == {*values}
    assert all(identical(found.values[name], value) for name, value in values.items())
    assert found.seen == {"title": b"seen"}
    for owner, key in (("shop.Author", 5), ("shop.Book", 6), ("shop.Book", 5.0)):
        with pytest.raises(BadBase):
            Base.read(token, owner, key)


def test_a_forged_sealed_base_is_refused(settings):
    token = Base(VALUES).token("shop.Book", 5, is_sealed=True)
    signed = Base(VALUES).token("shop.Book", 5)
    settings.SECRET_KEY = "another" * 10
    other = Base(VALUES).token("shop.Book", 5, is_sealed=True)
    forged = (
        "sealed:",
        "sealed:x",
        "sealed:ä",
        token[7:],
        token[:-5],
        f"sealed:{signed}",
    )
    for text in (*forged, token):
        with pytest.raises(BadBase):
            Base.read(text, "shop.Book", 5)
    assert Base.read(other, "shop.Book", 5).values["title"] == "T"
    settings.SECRET_KEY_FALLBACKS = ["test" * 10]
    with pytest.raises(BadBase):
        Base.read(token, "shop.Book", 5)


def test_a_base_that_was_sealed_with_a_former_key_is_read(settings):
    token = Base(VALUES).token("shop.Book", 5, is_sealed=True)
    settings.SECRET_KEY_FALLBACKS = ["first" * 10, settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 10
    assert Base.read(token, "shop.Book", 5).values["title"] == "T"


def test_equal_digests_make_no_sealed_base_shorter():
    def length(*digests):
        entry = {"keys": [*map(str, range(len(digests)))], "digests": [*digests]}
        token = Base({"map": entry, "text": "t" * 5000})
        return len(token.token("shop.Book", 5, is_sealed=True))

    numbers = [*range(50)]
    assert length(*map(digest, numbers)) == length(*map(digest, [1] * 50)) < 5000


def test_the_size_of_an_identity_tells_nothing_of_what_is_withheld():
    shown = {"n": 1, "deep": {"a": 1}}
    rows = (
        {"n": 1, "deep": {"a": 1}},
        {"n": 1, "deep": {"a": 1, "b": 2}, "_id": 1, "id": 2},
        {"n": 1, "deep": {"a": 1}, **{f"key {n}": n for n in range(9)}},
    )
    found = [identity_of(row, dict(shown)) for row in rows]
    sizes = {(len(each.key), len(each.traits), len(each.rest)) for each in found}
    assert len(sizes) == 1
    assert len({each.whole for each in found}) == 3
    assert identity_of(shown, shown).rest is None


def test_a_row_is_known_by_what_is_withheld_of_it_too():
    def partly(*rows):
        return [identity_of(row, {"n": row["n"]}) for row in rows]

    base = partly({"n": 1, "hid": "a"}, {"n": 2, "hid": "b"}, {"n": 3})
    stored = partly({"n": 3}, {"n": 9, "hid": "b"}, {"n": 1, "hid": "c"})
    assert align(base, stored) == [2, 1, 0]
