"""Members of lists on the raw page, of which a person may not see all."""

from dataclasses import replace

import bson
import pytest
from bson import Int64, ObjectId
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from admin_ext.changesets import merged_tree
from admin_ext.ejson import dumps, is_lossless, loads
from admin_ext.policies import Access, Policy
from admin_ext.raw.hidden import MARK, Hidden
from admin_ext.raw.restoring import unmasked
from admin_ext.raw.rows import Before, Page

from .guarded_documents import Patient
from .map_documents import Cabinet
from .odd_documents import Wagon
from .properties import times

KEY = ObjectId("5f0000000000000000000001")
PATHS = (
    *("visits.finding", "past.finding", "tours.finding", "facts.rows.closed"),
    *("visits.tests.result", "home.street"),
)


def limits(document, *paths, shown=()):
    """Return what is hidden from who may not see ``paths``."""
    rules = dict.fromkeys(paths, Access.HIDDEN) | dict.fromkeys(shown, Access.EDIT)
    code = {tuple(path.split(".")): access for path, access in rules.items()}
    return Hidden(lambda field: False, Policy(document, (), code))


HIDDEN = limits(Patient, *PATHS)
ONLY_DAYS = limits(Patient, "*", shown=("visits.day",))


def page_of(son, hidden=HIDDEN, before=None):
    return Page(hidden.policy.document, {"_id": KEY, **son}, hidden, before)


def shown(son, hidden=HIDDEN):
    return page_of(son, hidden).shown


def saved(son, change, hidden=HIDDEN):
    """Return what is stored after ``change`` was done to what the page shows."""
    page = page_of(son, hidden)
    typed = loads(dumps(page.shown))
    change(typed)
    found = unmasked(hidden.policy.document, typed, {"_id": KEY, **son}, page)
    del found["_id"]
    return found


def saved_later(son, change, now, hidden=HIDDEN):
    """Return the same, and the conflicts, where ``now`` is stored meanwhile.

    All conflicts are settled for what was typed.
    """
    page = page_of(son, hidden)
    typed = loads(dumps(page.shown))
    change(typed)
    before = Before(page.shown, page.seal())
    later = page_of(now, hidden, before)
    value, conflicts = merged_tree(before.shown, typed, later.shown)
    value |= {each.path[0]: typed[each.path[0]] for each in conflicts}
    return unmasked(Patient, value, {"_id": KEY, **now}, later), conflicts


def visit(day, finding):
    return {"day": day, "finding": finding}


# What is shown and what is told


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.pop("finding"),
        lambda row: row.update(finding="other"),
        lambda row: row.update(finding=None),
        lambda row: row["tests"][0].pop("result"),
        lambda row: row["tests"][0].update(result=[{"a": 1}]),
    ],
)
def test_nothing_tells_whether_a_member_holds_what_is_withheld(change):
    rows = [{**visit("mon", "x"), "tests": [{"n": 1, "result": 2}]} for _ in range(2)]
    page = page_of({"visits": rows})
    change(rows[0])
    other = page_of({"visits": rows})
    assert page.shown == other.shown
    assert len(page.seal()) == len(other.seal())


def test_a_seal_is_another_one_each_time():
    page = page_of({"visits": [visit("mon", "x"), visit("mon", "x")]})
    seal, other = page.seal(), page.seal()
    assert seal != other
    assert len(seal) == len(other)


def test_every_document_in_a_list_with_limits_has_a_handle_and_no_other():
    found = shown({
        "visits": [visit("mon", "x"), {"day": "tue"}, "odd", None],
        "tours": [[{"day": 1, "finding": 2}], []],
        "facts": {"rows": [{"open": 1}], "others": [{"open": 1}]},
        "home": {"city": "Rome", "street": "x"},
        "legacy": [{"a": 1}],
    })
    assert [MARK in row for row in found["visits"][:2]] == [True, True]
    assert found["visits"][2:] == ["odd", None]
    assert found["tours"][0][0].keys() == {"day", MARK}
    assert found["facts"]["rows"][0].keys() == {"open", MARK}
    assert found["facts"]["others"] == [{"open": 1}]
    assert found["home"] == {"city": "Rome"}
    assert found["legacy"] == [{"a": 1}]
    rows = [*found["visits"][:2], found["tours"][0][0], found["facts"]["rows"][0]]
    assert len({row[MARK] for row in rows}) == len(rows)


def test_no_two_documents_have_the_same_handles():
    son = {"visits": [visit("mon", "x")]}
    other = page_of({**son, "_id": ObjectId()}).shown
    assert shown(son)["visits"][0][MARK] != other["visits"][0][MARK]


def test_a_limit_of_all_other_fields_leaves_the_one_that_is_open():
    found = shown({"name": "A", "visits": [visit("mon", "x")]}, ONLY_DAYS)
    assert found["visits"][0].keys() == {"day", MARK}
    assert found.keys() == {"_id", "visits"}


def test_the_text_of_a_page_with_handles_is_exact():
    found = shown({"visits": [{**visit("mon", "x"), "n": Int64(1)}]})
    assert is_lossless(dumps(found), found)


def test_a_mark_that_would_tell_of_what_is_withheld_is_left_out():
    hidden = replace(HIDDEN, is_marked=lambda field: field.name in ("home", "phone"))
    son = {"name": "A", "home": {"city": "Rome", "street": "x"}, "phone": "1"}
    assert shown(son, hidden).keys() == {"_id", "name", "phone"}
    assert saved(son, lambda typed: typed.update(name="B"), hidden) == {
        **son,
        "name": "B",
    }


# What a save puts back


ROWS = [
    visit("mon", "first"),
    {"finding": Int64(2), "day": "tue", "tests": [{"result": "r", "n": 1}, {"n": 2}]},
    {"day": "wed", MARK: "stored", "odd": 1.0},
    visit("mon", "first"),
]


@given(st.permutations(range(4)), st.integers(0, 4), st.sets(st.integers(0, 3)))
@times(60)
def test_rows_keep_what_is_withheld_wherever_they_go(order, length, edited):
    order = order[:length]

    def change(typed):
        rows = typed["visits"]
        for index in edited:
            rows[index]["day"] = f"edited {index}"
        rows[1].get("tests", []).reverse()
        typed["visits"] = [{"day": "new"}, *(rows[index] for index in order)]

    found = saved({"visits": ROWS}, change)["visits"]
    expected = [{**row} for row in ROWS]
    for index in edited:
        expected[index]["day"] = f"edited {index}"
    expected[1]["tests"] = expected[1]["tests"][::-1]
    expected = [{"day": "new"}, *(expected[index] for index in order)]
    assert bson.encode({"": found}) == bson.encode({"": expected})


def test_what_nobody_touched_is_the_same_to_the_byte():
    son = {
        "visits": ROWS,
        "tours": [[{"finding": 1, "day": 2}, 3], [{"finding": 4}]],
        "facts": {"rows": [{"closed": 1, "open": 2}, "text"]},
    }
    for hidden in (HIDDEN, ONLY_DAYS):
        found = saved(son, lambda typed: None, hidden)
        assert bson.encode(found) == bson.encode(son)


def test_members_of_lists_within_lists_move_from_one_to_the_other():
    son = {"tours": [[{"finding": 1, "day": "a"}], [{"finding": 2, "day": "b"}]]}

    def change(typed):
        (first,), (second,) = typed["tours"]
        typed["tours"] = [[], [second, first]]

    assert saved(son, change)["tours"] == [[], son["tours"][1] + son["tours"][0]]


def test_a_copy_without_its_handle_is_a_new_member():
    def change(typed):
        (row,) = typed["visits"]
        typed["visits"] = [row, {"day": row["day"]}]

    son = {"visits": [visit("mon", "x")]}
    assert saved(son, change)["visits"] == [visit("mon", "x"), {"day": "mon"}]


@pytest.mark.parametrize(
    "change",
    [
        lambda typed: typed["visits"].append(typed["visits"][0]),
        lambda typed: typed["visits"][0].update({MARK: "0" * 24}),
        lambda typed: typed["visits"][0].update({MARK: 5}),
        lambda typed: typed["visits"][0].update({MARK: typed["past"][0][MARK]}),
        lambda typed: typed["past"].append(typed["visits"].pop()),
        lambda typed: typed["legacy"].append(typed["visits"].pop()),
        lambda typed: typed["home"].update({MARK: typed["visits"].pop()[MARK]}),
        lambda typed: typed.update(other=typed["visits"].pop()),
        lambda typed: typed["visits"][0].update(finding="mine"),
        lambda typed: typed["visits"].append(visit("new", "mine")),
        lambda typed: typed["visits"][0].pop("tests"),
        lambda typed: typed["visits"][0].update(tests=None),
    ],
    ids=[
        *("twice", "invented", "no handle", "of another list", "in another list"),
        *("in an open list", "in a document", "elsewhere", "guessed", "new"),
        *("less", "replaced"),
    ],
)
def test_a_handle_is_taken_once_and_where_it_belongs(change):
    son = {
        "visits": [{**visit("mon", "x"), "tests": [{"n": 1}]}, visit("tue", "y")],
        "past": [visit("mon", "x")],
        "legacy": [],
        "home": {"city": "Rome"},
    }
    with pytest.raises(ValidationError, match="cannot be changed, moved or removed"):
        saved(son, change)


@pytest.mark.parametrize("home", [{"city": "Rome"}, {"city": "Rome", "street": "x"}])
@pytest.mark.parametrize("change", [{"home": None}, {"home": "text"}, {}])
def test_what_may_hold_something_withheld_is_not_removed(home, change):
    def remove(typed):
        del typed["home"]
        typed.update(change)

    with pytest.raises(ValidationError, match="home: a hidden value"):
        saved({"home": home}, remove)


def reverse(*names):
    """Return a change that turns lists round."""

    def change(typed):
        for name in names:
            typed[name].reverse()

    return change


def test_maps_and_documents_of_several_classes_are_moved():
    son = {
        "things": [
            {"_cls": "Price", "title": 1, "amount": 2},
            {"ttl": "x", "_cls": "Shelf", "width": 3},
            {"_cls": "Gone", "amount": 4, "other": 5},
        ],
        "drawers": [{"counts": {"a": 1, "b": 2, "c": 3}}, {"counts": {"b": 4}}],
        "free": {"a.b": [{"c": 1, "d": 2}, {"d": 3, "c": {}}]},
    }
    paths = ("things.title", "things.amount", "drawers.counts.b", "free.a.b.c")
    hidden = limits(Cabinet, *paths)
    found = shown(son, hidden)
    assert [[*row] for row in found["things"]] == [
        ["_cls", MARK],
        ["_cls", "width", MARK],
        ["_cls", "other", MARK],
    ]
    assert [[*row["counts"]] for row in found["drawers"]] == [["a", "c"], []]
    assert [[*row] for row in found["free"]["a.b"]] == [["d", MARK], ["d", MARK]]
    expected = {
        **{name: son[name][::-1] for name in ("things", "drawers")},
        "free": son["free"],
    }
    found = saved(son, reverse("things", "drawers"), hidden)
    assert bson.encode(found) == bson.encode(expected)


def test_keys_of_dynamic_members_that_nobody_declares_are_moved():
    hidden = limits(Wagon, "stickers.colour", "wheels.place")
    son = {
        "stickers": [{"colour": "red", "text": "a"}, {"text": "b", "colour": 1}],
        "wheels": [{"_cls": "Wheel.SpareWheel", "place": 1, "size": 2}, {"size": 3}],
    }
    found = saved(son, reverse("stickers", "wheels"), hidden)
    expected = {name: rows[::-1] for name, rows in son.items()}
    assert bson.encode(found) == bson.encode(expected)


def test_the_class_of_a_member_is_shown_whatever_else_is():
    hidden = limits(Wagon, "*", shown=("wheels.size",))
    son = {"wheels": [{"_cls": "Wheel.SpareWheel", "place": 1, "size": 2}]}
    assert shown(son, hidden)["wheels"][0].keys() == {"_cls", "size", MARK}


# What somebody else did meanwhile


@given(
    st.lists(st.tuples(st.sampled_from(["move", "delete", "add"]), st.integers(0, 9))),
    st.sets(st.integers(0, 3), min_size=1),
    st.lists(st.sampled_from(("mon", "tue")), min_size=4, max_size=4),
)
@times(100)
def test_no_row_gets_what_is_withheld_of_another(others, edited, days):
    rows = [visit(day, f"secret {index}") for index, day in enumerate(days)]
    now = [*rows]
    for number, (deed, place) in enumerate(others):
        place %= max(len(now), 1)
        if deed == "add":
            now.insert(place, visit("mon", f"secret of new {number}"))
        elif now:
            row = now.pop(place)
            now += [row] if deed == "move" else []

    def change(typed):
        for index in edited:
            typed["visits"][index]["mine"] = index

    try:
        found, conflicts = saved_later({"visits": rows}, change, {"visits": now})
    except ValidationError:
        # It had to be asked about, and a row that was typed is gone.
        assert now != rows
        return
    assert now != rows or not conflicts
    gone = {row["finding"] for row in rows if row not in now}
    for row in found["visits"]:
        if "mine" in row and row["finding"] != f"secret {row['mine']}":
            # One that looks the same came in the place of a deleted one.
            assert f"secret {row['mine']}" in gone
            assert row["finding"].startswith("secret of new")


@pytest.mark.parametrize("days", [("mon", "mon"), ("mon", "tue"), ("", "")])
@pytest.mark.parametrize("nested", [False, True])
def test_a_change_of_what_is_withheld_alone_is_not_told(days, nested):
    son = {"visits": [visit(day, index) for index, day in enumerate(days)]}
    now = {"visits": [visit(days[0], "changed"), son["visits"][1]]}
    if nested:
        son, now = ({"tours": [[*each["visits"]], []]} for each in (son, now))

    def change(typed):
        rows = typed["tours"][0] if nested else typed["visits"]
        rows[0]["n"] = 1

    found, conflicts = saved_later(son, change, now)
    assert not conflicts
    rows = found["tours"][0] if nested else found["visits"]
    first, second = now["tours"][0] if nested else now["visits"]
    assert rows == [{**first, "n": 1}, second]


def test_rows_that_look_the_same_and_were_swapped_are_a_conflict():
    rows = [visit("mon", 1), visit("mon", 2)]

    def change(typed):
        typed["visits"][0]["n"] = 1

    _found, conflicts = saved_later({"visits": rows}, change, {"visits": rows[::-1]})
    assert [each.path for each in conflicts] == [("visits",)]


def test_lists_that_look_the_same_and_were_swapped_are_a_conflict():
    tours = [[{"day": 1, "finding": 1}], [{"day": 1, "finding": 2}]]

    def change(typed):
        typed["tours"][0][0]["n"] = 1

    _found, conflicts = saved_later({"tours": tours}, change, {"tours": tours[::-1]})
    assert conflicts


def test_what_others_moved_stays_where_they_moved_it():
    rows = [visit(day, day) for day in ("mon", "tue", "wed")]

    def change(typed):
        typed["name"] = "B"

    now = {"visits": [rows[2], rows[0], visit("new", "new")], "name": "A"}
    found, conflicts = saved_later({"visits": rows, "name": "A"}, change, now)
    assert not conflicts
    assert found["visits"] == now["visits"]


def test_a_row_that_is_gone_cannot_be_stored_again_with_its_handle():
    rows = [visit("mon", 1), visit("tue", 2)]
    page = page_of({"visits": rows})
    later = page_of({"visits": rows[1:]}, before=Before(page.shown, page.seal()))
    stored = {"_id": KEY, "visits": rows[1:]}
    with pytest.raises(ValidationError, match=r"visits\.0\.\$hidden"):
        unmasked(Patient, page.shown, stored, later)


def test_limits_that_were_changed_meanwhile_make_every_row_a_new_one():
    son = {"_id": KEY, "visits": [visit("mon", "x")], "past": [visit("mon", "y")]}
    page = page_of(son, limits(Patient, "past.day"))
    later = page_of(son, before=Before(page.shown, page.seal()))
    assert later.shown["past"][0][MARK] != page.shown["past"][0][MARK]
