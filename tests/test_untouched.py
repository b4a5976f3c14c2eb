"""Open, change nothing, save: stored values of any shape stay what they are."""

from datetime import UTC, datetime

import pytest
from bson import DBRef, Decimal128, Int64, ObjectId
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from tests.odd_documents import Everything

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f0000000000000000000001")

# Each is stored under every field at once, so that one page shows them all.
VALUES = [
    *(None, "", " x\r\ny ", "a\nb", "not", "x" * 60, 0, Int64(2**60), 1.5),
    *(float("nan"), True, b"\x00", KEY, Decimal128("1.50"), DBRef("depot", 1)),
    *([], [None], [[]], ["a", None], [1, "x", {}], [{"lbl": "x", "odd": 1}, None]),
    *({}, {"a": 1}, {"_cls": "Gone"}, {"lbl": "x", "odd": 1}),
    {"type": "Point", "coordinates": [1, 2]},
    datetime(1960, 1, 1, 0, 0, 0, 123000, tzinfo=UTC),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
]


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_saving_an_unchanged_form_changes_nothing(
    django_app, admin_user, mongo, mongo_commands, value
):
    raw = mongo.everything.with_options(CodecOptions(document_class=RawBSONDocument))
    names = [field.db_field for field in Everything._fields.values()]
    son = {name: value for name in names if name != "_id"} | {"_id": KEY, "more": 1}
    raw.insert_one(son)
    before = raw.find_one({"_id": KEY}).raw
    page = django_app.get(f"/admin/tests/everything/{KEY}/change/", user=admin_user)
    with mongo_commands() as commands:
        answer = page.forms["everything_form"].submit()
    assert not commands.writes
    assert raw.find_one({"_id": KEY}).raw == before
    errors = [str(each) for each in answer.html.select(".errorlist")]
    assert (answer.status_code, errors) == (302, [])


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize("year", [1, 9999])
def test_moments_outside_of_pythons_range_in_a_time_zone(
    django_app, admin_user, mongo, settings, zone, year
):
    settings.TIME_ZONE = zone
    moment = datetime(year, 1 if year == 1 else 12, 31 if year > 1 else 1, tzinfo=UTC)
    moment = moment.replace(hour=23 if year > 1 else 0)
    mongo.everything.insert_one({"_id": KEY, "date_time": moment, "date": moment})
    page = django_app.get(f"/admin/tests/everything/{KEY}/change/", user=admin_user)
    assert page.forms["everything_form"].submit().status_code == 302
    assert mongo.everything.find_one()["date_time"] == moment
    assert django_app.get("/admin/tests/everything/", user=admin_user)
