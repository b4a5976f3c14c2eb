"""Random edits of a list of rows, by two people at once, against a model.

Each row bears a mark that no form shows: whatever both do, every mark must be where
the model says, with all that the person did not touch.
"""

import bson
import pytest
from bson import Int64, ObjectId
from hypothesis import given
from hypothesis import strategies as st

from .odd_documents import Meeting
from .properties import times
from .stored import Stored
from .submission import draw, sent

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f0000000000000000000001")

weights = st.integers(0, 3)
kinds = st.sampled_from(["a", "b", None])


def row(mark, weight, kind):
    """Return a stored row; "lbl" and "weight" are what the form shows of it."""
    return {
        "mark": Int64(mark),
        "lbl": f"row {mark}",
        "weight": weight,
        "kind": kind,
        "left": {"a.b": [None, 1.0]},
    }


@st.composite
def stored_rows(draw_value):
    count = draw_value(st.integers(1, 5))
    return [row(mark, draw_value(weights), draw_value(kinds)) for mark in range(count)]


@st.composite
def persons(draw_value, count):
    """Return what one person does: {number of a row: what is done to it}, new rows."""
    actions = st.sampled_from(["", "", "weight", "delete", "copy"])
    done = {number: draw_value(actions) for number in range(count)}
    order = draw_value(st.none() | st.permutations(range(count)))
    return done, order, draw_value(st.booleans())


@st.composite
def others(draw_value, rows):
    """Return the rows after what the application did to them meanwhile."""
    rows = [dict(each) for each in rows]
    for number in range(draw_value(st.integers(0, 4))):
        action = draw_value(
            st.sampled_from(["weight", "hidden", "add", "delete", "move"])
        )
        place = draw_value(st.integers(0, max(len(rows) - 1, 0)))
        if action == "add":
            new = row(100 + number, draw_value(weights), draw_value(kinds))
            rows.insert(place, new)
        elif rows and action in ("weight", "hidden"):
            key = {"weight": "weight", "hidden": "kind"}[action]
            rows[place] = {**rows[place], key: 10 + number}
        elif rows:
            moved = rows.pop(place)
            if action == "move":
                rows.insert(draw_value(st.integers(0, len(rows))), moved)
    return rows


def submission(html, rows, person):
    """Return what the person's browser sends."""
    done, order, adds = person
    changes = {}
    for number, action in done.items():
        prefix = f"parts-{number}"
        if action == "weight":
            changes[f"{prefix}-value-weight"] = "77"
        elif action == "delete":
            changes[f"{prefix}-DELETE"] = "on"
        elif action == "copy":
            changes[f"{prefix}-COPY"] = "on"
    if order is not None:
        for place, number in enumerate(order, start=1):
            changes[f"parts-{number}-ORDER"] = str(place)
    if adds:
        changes[f"parts-{len(rows)}-value-label"] = "mine"
    return sent(html, **changes)


def marks(rows):
    return [each.get("mark") for each in rows]


@pytest.fixture
def store(mongo, rf, admin_user):
    http = rf.get("/")
    http.user = admin_user
    return lambda rows: Stored(Meeting, mongo, http, {"_id": KEY, "parts": rows})


def test_every_row_keeps_what_nobody_touched(store):
    counts = {"saved": 0, "asked": 0}

    @times(80)
    @given(st.data())
    def check(data):
        before = data.draw(stored_rows())
        person = data.draw(persons(len(before)))
        theirs = data.draw(others(before))
        it = store(before)
        html = draw(it.form())
        it.replace({"_id": KEY, "parts": theirs})
        form = it.form(submission(html, before, person))
        if not form.is_valid():
            counts["asked"] += 1
            assert theirs != before, form.errors
            assert it.raw() == bson.encode({"_id": KEY, "parts": theirs})
            return
        form.save()
        counts["saved"] += 1
        judge(before, theirs, person, bson.decode(it.raw()).get("parts", []))

    check()
    assert min(counts.values()) > 5, counts


def judge(before, theirs, person, after):
    """Fail unless ``after`` is what both wanted."""
    done, order, adds = person
    was = {each["mark"]: each for each in before}
    now = {each["mark"]: each for each in theirs}
    own = [each for each in after if "mark" not in each]
    assert own == ([{"lbl": "mine"}] if adds else [])
    expected = dict.fromkeys(now, 1)
    for mark, action in done.items():
        gone = mark not in now
        if action == "delete":
            # Nobody deletes what somebody else just changed without being asked.
            assert gone or now[mark] == was[mark]
            expected[mark] = 0
        elif action in ("weight", "copy"):
            assert not gone
            expected[mark] = 2 if action == "copy" else 1
    kept = [each for each in after if "mark" in each]
    found = {mark: marks(kept).count(mark) for mark in {*now, *marks(kept)}}
    assert found == {mark: count for mark, count in expected.items() if mark in now}
    for each in kept:
        mark = each["mark"]
        weight = 77 if done.get(mark) == "weight" else now[mark]["weight"]
        assert each == now[mark] | {"weight": weight}
        assert list(each) == list(now[mark])
        assert isinstance(mark, Int64)
    if order is None or order == sorted(order):
        stay = [mark for mark in marks(theirs) if expected[mark]]
        assert list(dict.fromkeys(marks(kept))) == stay
    elif marks(theirs) == marks(before):
        stay = [mark for mark in order if expected[mark]]
        assert list(dict.fromkeys(marks(kept))) == stay
