"""Rows of other Documents on a page, where a limit is about what leads to it."""

import pytest
from bson import ObjectId

from admin_ext.policies import Access

from .groups import group_for, member_of
from .guarded_admin import StayInline
from .submission import sent

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f0000000000000000000001")
CHANGE = f"/admin/tests/patient/{KEY}/change/"
ALL = ("view", "add", "change", "delete")


@pytest.fixture
def stays(mongo):
    """Store a patient with a stay; return the collection."""
    mongo.patients.insert_one({"_id": KEY, "name": "Ann"})
    mongo.stays.insert_one({"patient": KEY, "day": "mon"})
    return mongo.stays


def clerk(access, name="stay staff"):
    patients = group_for("patient", *ALL, name=f"patients of {name}")
    return member_of(patients, group_for("stay", *ALL, name=name, patient=access))


@pytest.mark.parametrize("access", [Access.HIDDEN, Access.MASKED])
def test_no_row_is_shown_by_a_reference_that_is_withheld(stays, access):
    page = clerk(access).get(CHANGE).text
    assert "stay_set" not in page
    assert "mon" not in page.partition("<main")[2]


def test_what_is_sent_for_such_rows_is_not_taken(stays):
    data = sent(clerk(Access.EDIT, "all").get(CHANGE).text)
    data["stay_set-0-day"] = data["stay_set-1-day"] = "sun"
    assert clerk(Access.HIDDEN).post(CHANGE, data).status_code == 302
    assert [each["day"] for each in stays.find()] == ["mon"]


def test_no_row_is_added_by_a_reference_that_may_only_be_viewed(stays):
    client = clerk(Access.VIEW)
    data = sent(client.get(CHANGE).text)
    assert "stay_set-1-day" not in data
    more = {"stay_set-TOTAL_FORMS": "2", "stay_set-1-day": "sun"}
    data.update({"stay_set-0-day": "tue", **more})
    client.post(CHANGE, data)
    assert [each["day"] for each in stays.find()] == ["tue"]


def test_an_inline_may_hide_the_field_that_leads_to_its_page(stays, monkeypatch):
    monkeypatch.setattr(StayInline, "field_access", {"patient": "hidden"})
    client = member_of(group_for("patient", *ALL), group_for("stay", *ALL))
    data = sent(client.get(CHANGE).text)
    data["stay_set-1-day"] = "sun"
    client.post(CHANGE, data)
    assert [each["day"] for each in stays.find({"patient": KEY})] == ["mon", "sun"]


def test_autocomplete_answers_for_a_withheld_field_as_for_none(stays):
    client = member_of(group_for("patient", *ALL, friend=Access.HIDDEN))
    query = {"app_label": "tests", "model_name": "patient", "term": ""}
    answers = [
        client.get("/admin/autocomplete/", query | {"field_name": name})
        for name in ("friend", "nothing", "friends")
    ]
    assert [each.status_code for each in answers] == [403, 403, 200]
    assert answers[0].content == answers[1].content
