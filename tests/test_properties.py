"""Random documents under Documents that fit them in part: what nobody touched stays.

Values of every BSON type, at any depth, stand under every kind of field and under keys
that nobody declares. A form is drawn, what a browser sends for it is sent back, and the
stored bytes are compared. TRY=20 sends twenty times as many.
"""

from datetime import UTC

import pytest
from bson import (
    Binary,
    Code,
    DBRef,
    Decimal128,
    Int64,
    MaxKey,
    MinKey,
    ObjectId,
    Regex,
    Timestamp,
)
from bson.codec_options import CodecOptions
from bson.datetime_ms import DatetimeMS
from hypothesis import given
from hypothesis import strategies as st

from .odd_documents import Everything, Tree
from .properties import times
from .stored import Stored
from .submission import draw, sent

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f0000000000000000000001")
MILLISECONDS = 8_640_000_000_000_000

texts = st.text(max_size=12) | st.sampled_from([
    *(
        "",
        " ",
        " x ",
        "a\r\nb",
        "\r",
        "\n",
        "\nfirst",
        "NUL \0",
        "<b>&amp;\"'",
        "{}",
        "5",
    ),
    *("true", "null", "2024-01-01", "a@b.de", "http://a.example", "\N{SNOWMAN}" * 3),
])
numbers = (
    st.integers(-(2**31), 2**31 - 1)
    | st.integers(-(2**63), 2**63 - 1).map(Int64)
    | st.integers(-5, 5).map(Int64)
    | st.floats()
    | st.sampled_from(["0", "1.50", "-0", "1E+3", "NaN", "Infinity", "0.10"]).map(
        Decimal128
    )
)
scalars = (
    st.none()
    | st.booleans()
    | texts
    | numbers
    | st
    .integers(-62_135_596_800_000, 253_402_300_799_999)
    .map(DatetimeMS)
    .map(lambda moment: moment.as_datetime(CodecOptions(tz_aware=True, tzinfo=UTC)))
    | st.integers(-MILLISECONDS * 10, MILLISECONDS * 10).map(DatetimeMS)
    | st.binary(max_size=8)
    | st.builds(Binary, st.binary(max_size=8), st.sampled_from([2, 3, 5, 6, 128]))
    | st.uuids()
    | st.binary(min_size=12, max_size=12).map(ObjectId)
    | st.builds(DBRef, st.sampled_from(["depot", "gone"]), st.integers(0, 3))
    | st.sampled_from([Regex("a+", "i"), Code("f()"), Code("f()", {"x": 1})])
    | st.sampled_from([MinKey(), MaxKey(), Timestamp(1, 2)])
)
keys = st.text(st.characters(exclude_characters="\0"), max_size=5) | st.sampled_from([
    *("_cls", "_ref", "_id", "lbl", "name", "child", "children", "a.b", "$c", "type"),
    *("coordinates", "free", "weight", "since", "", "0", "save", "_data", "text"),
])
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=8,
)
shaped = st.sampled_from([
    {"type": "Point", "coordinates": [1, 2.5]},
    {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]], "crs": 1},
    {"_cls": "Depot", "_ref": DBRef("depot", KEY)},
    {"_cls": "Gone", "_ref": DBRef("gone", 1)},
    {"_cls": "Part", "lbl": "x", "odd": Int64(1)},
    [{"lbl": "x", "weight": 1, "odd": None}, {"lbl": None}],
    [[1, 2], [Int64(3)], [None]],
    "2024,01,02,03,04,05,000678",
])


def documents(document):
    """Return a strategy of documents as stored, some keys of which the class has."""
    names = [name for name in document._db_field_map.values() if name != "_id"]
    declared = st.dictionaries(st.sampled_from(names), values | shaped, max_size=6)
    return st.builds(
        lambda more, known: {"_id": KEY, **more, **known},
        st.dictionaries(keys.filter(lambda key: key != "_id"), values, max_size=2),
        declared,
    )


@pytest.fixture(params=[Everything, Tree], ids=["Everything", "Tree"])
def stored(request, mongo, rf, admin_user):
    """Return a function that stores a document, and the strategy of its documents."""
    http = rf.get("/")
    http.user = admin_user
    return request.param, lambda son: Stored(request.param, mongo, http, son)


def test_an_unchanged_form_changes_no_byte(stored, mongo_commands):
    document, store = stored

    @times(25)
    @given(documents(document))
    def check(son):
        it = store(son)
        before = it.raw()
        data = sent(draw(it.form()))
        form = it.form(data)
        with mongo_commands() as commands:
            assert form.is_valid(), form.errors
            assert not form.changed_data
            form.save()
        assert not commands.writes
        assert it.raw() == before

    check()


def test_one_changed_field_leaves_all_others_to_the_byte(stored, mongo_commands):
    document, store = stored
    field = {Everything: "object_id", Tree: "name"}[document]
    new = {Everything: ObjectId("5f00000000000000000000ff"), Tree: "changed"}[document]

    @times(25)
    @given(documents(document))
    def check(son):
        son.pop(field, None)
        it = store(son)
        before = it.parts()
        form = it.form(sent(draw(it.form()), **{field: str(new)}))
        with mongo_commands() as commands:
            assert form.is_valid(), form.errors
            form.save()
        (update,) = commands.writes
        assert update.document["updates"][0]["u"] == {"$set": {field: new}}
        assert it.parts() == {**before, field: new}

    check()
