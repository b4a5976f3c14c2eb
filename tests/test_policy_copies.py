"""What a cached reference keeps of a document is no more open than the document."""

import pytest
from bson import ObjectId

from admin_ext.policies import Access

from .groups import group_for, member_of, permitted
from .histories import record
from .reference_documents import Trip
from .submission import sent

pytestmark = pytest.mark.django_db

LUND, MOLDE, TRIP = (ObjectId(f"5f{n:022x}") for n in range(3))
URL = f"/admin/tests/trip/{TRIP}/"
ALL = ("view", "add", "change", "delete")
LIMITS = [
    {"people": Access.HIDDEN},
    {"people": Access.MASKED},
    {"rows": {"region": "SE"}},
]


def copy(key):
    return {
        LUND: {"_id": LUND, "townName": "Lund", "people": 7_001},
        MOLDE: {"_id": MOLDE, "townName": "Molde", "people": 7_002},
    }[key]


@pytest.fixture
def trips(mongo):
    """Store a trip that refers to a town in Norway, and two towns."""
    mongo.towns.insert_many([
        {**copy(LUND), "region": "SE"},
        {**copy(MOLDE), "region": "NO"},
    ])
    son = {"_id": TRIP, "title": "First", "cached": copy(MOLDE)}
    mongo.trips.insert_one(son | {"cacheds": [copy(MOLDE)]})
    return mongo.trips


def clerk(**limits):
    client = member_of(group_for("trip", *ALL), group_for("town", "view", **limits))
    return permitted(client, "view_raw_trip", "change_raw_trip")


def pages(client):
    urls = (
        f"{URL}raw/",
        f"{URL}history/",
        f"{URL}change/",
        "/admin/tests/trip/schema/",
    )
    return "".join(client.get(each).text for each in urls)


@pytest.fixture
def changed(trips, admin_user):
    """Have the history tell of the copies."""
    after = trips.find_one()
    record(admin_user, Trip, after | {"cached": copy(LUND), "cacheds": []}, after)


def test_who_may_see_a_field_sees_its_copies(changed):
    assert pages(clerk()).count("7002") > 4


@pytest.mark.parametrize("limits", LIMITS)
def test_no_page_tells_a_withheld_value_by_its_copy(changed, limits):
    found = pages(clerk(**limits))
    assert "7002" not in found
    assert ("Molde" in found) == ("rows" not in limits)


@pytest.mark.parametrize("limits", LIMITS)
def test_a_reference_with_copies_can_be_edited(trips, limits):
    client = clerk(**limits)
    page = client.get(f"{URL}change/").text
    client.post(f"{URL}change/", sent(page, title="Second"))
    assert trips.find_one()["cached"] == copy(MOLDE)
    client.post(f"{URL}change/", sent(page, cached=str(LUND), cacheds=[str(LUND)]))
    stored = trips.find_one()
    assert (stored["cached"], stored["cacheds"]) == (copy(LUND), [copy(LUND)])


def test_a_raw_change_leaves_withheld_copies_as_they_are(trips):
    client = clerk(people=Access.HIDDEN)
    data = sent(client.get(f"{URL}raw/").text)
    data["document"] = data["document"].replace("First", "Second")
    client.post(f"{URL}raw/", data)
    stored = trips.find_one()
    assert (stored["title"], stored["cached"]) == ("Second", copy(MOLDE))
    assert stored["cacheds"] == [copy(MOLDE)]
