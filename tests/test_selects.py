"""IDs that are typed without scripts, and the order of lists of references."""

import pytest
from bs4 import BeautifulSoup
from bson import DBRef, ObjectId
from django.contrib.admin import site

from tests.reference_documents import Trip
from tests.submission import sent

pytestmark = pytest.mark.django_db

TRIPS = "/admin/tests/trip/"
TOWNS = [ObjectId(f"5f{n:022x}") for n in range(5)]
GONE = ObjectId("5f00000000000000000000ff")


@pytest.fixture
def towns(mongo):
    mongo.towns.insert_many(
        {"_id": key, "townName": f"Town {n}"} for n, key in enumerate(TOWNS)
    )
    return mongo


@pytest.fixture
def searched(monkeypatch):
    """Every reference of a trip is an autocomplete."""
    monkeypatch.setattr(site.get_model_admin(Trip), "reference_max_choices", 0)


class Page:
    def __init__(self, client, mongo, **stored):
        self.client, self.trips = client, mongo.trips
        key = self.trips.insert_one({"title": "t", **stored}).inserted_id
        self.url = f"{TRIPS}{key}/change/"
        self.show(client.get(self.url))

    def show(self, response):
        self.text = response.content.decode()
        self.html = BeautifulSoup(self.text, "html.parser")

    def save(self, **changes):
        """Send the form as a browser without scripts; return what is stored then."""
        response = self.client.post(self.url, dict(sent(self.text, **changes).lists()))
        if response.status_code == 200:
            self.show(response)
        return self.trips.find_one()

    def typed(self, name):
        return self.html.select_one(f"noscript.admin-ext input[name={name}-typed]")

    def errors(self):
        return [each.text for each in self.html.select(".errorlist li")]


def test_an_id_is_typed_without_scripts(admin_client, towns, searched):
    page = Page(admin_client, towns, plainTown=TOWNS[0], dbref=GONE)
    stored = page.save(**{"plain-typed": f" {TOWNS[1]} "})
    assert stored["plainTown"] == TOWNS[1]
    assert stored["dbref"] == GONE


def test_what_is_typed_and_is_no_document_is_still_there(admin_client, towns, searched):
    page = Page(admin_client, towns, plainTown=TOWNS[0])
    assert page.typed("plain")["value"] == ""
    for text in (str(GONE), "zzz", '"><b>', "\x00"):
        assert page.save(**{"plain-typed": text})["plainTown"] == TOWNS[0]
        assert page.errors()[-1].startswith("Select a valid choice.")
        if text != "\x00":
            assert page.typed("plain")["value"] == text
    assert page.save(**{"plain-typed": ""})["plainTown"] == TOWNS[0]


def test_ids_are_typed_into_a_list(admin_client, towns, searched):
    page = Page(admin_client, towns, plains=[TOWNS[0], GONE])
    found = page.save(**{"plains-typed": f"{TOWNS[3]}, {TOWNS[2]},"})
    assert found["plains"] == [TOWNS[0], GONE, TOWNS[3], TOWNS[2]]
    page.show(admin_client.get(page.url))
    page.save(**{"plains-typed": f"{TOWNS[4]},zzz"})
    assert "“zzz” is not a valid value." in page.errors()
    assert page.typed("plains")["value"] == "zzz"
    chosen = page.html.select("select[name=plains] option[selected]")
    assert str(TOWNS[4]) in [each["value"] for each in chosen]


def test_ids_are_typed_in_embedded_rows(admin_client, towns, searched):
    page = Page(admin_client, towns, legs=[{"plain": TOWNS[0]}, {"plain": TOWNS[1]}])
    found = page.save(**{"legs-1-value-plain-typed": str(TOWNS[2])})
    assert [each["plain"] for each in found["legs"]] == [TOWNS[0], TOWNS[2]]


def test_an_embedded_reference_of_the_name_of_an_autocomplete_field_stays(
    admin_client, towns, monkeypatch, mongo_commands
):
    names = ("plain", "plains")
    monkeypatch.setattr(site.get_model_admin(Trip), "autocomplete_fields", names)
    leg = {"plain": GONE, "plains": [GONE, TOWNS[0]]}
    page = Page(admin_client, towns, leg=leg, legs=[leg], plainTown=GONE)
    assert not page.html.select("select[data-model-name=leg]")
    with mongo_commands() as commands:
        found = page.save()
    assert (found["leg"], found["legs"], found["plainTown"]) == (leg, [leg], GONE)
    assert not commands.writes


MEMBERS = [TOWNS[0], GONE, None, DBRef("towns", TOWNS[1]), TOWNS[0], "zzz"]


@pytest.mark.parametrize("bound", [0, 100])
def test_members_get_another_order(
    admin_client, towns, bound, mongo_commands, monkeypatch
):
    monkeypatch.setattr(site.get_model_admin(Trip), "reference_max_choices", bound)
    page = Page(admin_client, towns, plains=MEMBERS)
    rows = page.html.select(".reference-order.admin-ext li")
    assert [row.input["value"] for row in rows] == list("123456")
    assert rows[0].span.text == rows[4].span.text == "Town 0"
    assert rows[1].span.text == f"Not found: {GONE}"
    order = {"plains-order-5": "0", "plains-order-0": "6"}
    with mongo_commands() as commands:
        found = page.save(**order)
    assert found["plains"] == [MEMBERS[5], *MEMBERS[1:5], MEMBERS[0]]
    (update,) = commands.writes
    assert {*update.document["updates"][0]["u"]["$set"]} == {"plains.0", "plains.5"}


def test_members_that_nobody_moved_stay(admin_client, towns, mongo_commands):
    page = Page(admin_client, towns, plains=MEMBERS)
    with mongo_commands() as commands:
        page.save()
    assert not commands.writes
    assert page.save(title="new")["plains"] == MEMBERS


def test_moving_removing_and_adding_at_once(admin_client, towns):
    page = Page(admin_client, towns, plains=TOWNS[:4])
    chosen = [str(TOWNS[n]) for n in (0, 2, 3, 4)]
    found = page.save(plains=chosen, **{"plains-order-3": "0"})
    assert found["plains"] == [TOWNS[n] for n in (3, 0, 2, 4)]


@pytest.mark.parametrize("place", ["", "x", "-1", "²", "9" * 30, "1.5"])
def test_an_odd_place_is_none(admin_client, towns, place):
    page = Page(admin_client, towns, plains=TOWNS[:3])
    assert page.save(**{"plains-order-0": place})["plains"] == TOWNS[:3]


def test_an_order_survives_the_error_of_another_field(admin_client, towns):
    page = Page(admin_client, towns, plains=TOWNS[:3], generic=None)
    page.save(generic_0="Town", **{"plains-order-2": "0"})
    rows = page.html.select(".reference-order li")
    assert [row["data-key"] for row in rows] == [str(TOWNS[n]) for n in (2, 0, 1)]
    found = page.save(generic_0="")
    assert found["plains"] == [TOWNS[n] for n in (2, 0, 1)]


def test_raw_ids_are_stored_in_the_order_in_which_they_are_typed(
    admin_client, towns, monkeypatch
):
    monkeypatch.setattr(site.get_model_admin(Trip), "raw_id_fields", ("plains",))
    page = Page(admin_client, towns, plains=TOWNS[:3])
    keys = [TOWNS[2], TOWNS[0], TOWNS[4]]
    assert page.save(plains=",".join(map(str, [*keys, keys[0]])))["plains"] == keys


@pytest.mark.parametrize("bound", [0, 100])
def test_a_copy_has_the_lists_of_references_of_its_original(
    admin_client, towns, bound, monkeypatch
):
    trip_admin = site.get_model_admin(Trip)
    monkeypatch.setattr(trip_admin, "reference_max_choices", bound)
    monkeypatch.setattr(trip_admin, "save_as", True)
    members = [TOWNS[3], GONE, None, TOWNS[0], TOWNS[3], "zzz"]
    leg = {"plains": members[::-1]}
    page = Page(admin_client, towns, plains=members, leg=leg, legs=[leg])
    data = dict(sent(page.text, **{"plains-order-0": "9"}).lists())
    response = admin_client.post(page.url, data | {"_saveasnew": "1"})
    assert response.status_code == 302
    _first, copy = towns.trips.find()
    assert copy["plains"] == [*members[1:], members[0]]
    for each in (copy["leg"], *copy["legs"]):
        assert each["plains"] == leg["plains"]


@pytest.mark.parametrize(
    ("mine", "theirs", "together"),
    [
        ([0, 1, 2, 3], [0, 1, 2, 4], [0, 1, 2, 4, 3]),
        ([0, 2], [0, 1, 2, 4], [0, 2, 4]),
        ([0, 2, 3], [1, 2], [2, 3]),
        ([0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3]),
        ([0, 1], [0, 1], [0, 1]),
        ([0, 1], [0, 4, 2], [0, 4]),
        ([0, 1, 2, 3], [2, 0, 1], [2, 0, 1, 3]),
        ([2, 0, 1], [0, 1, 2, 4], [2, 0, 1, 4]),
        ([2, 0, 1], [1, 0, 2], None),
    ],
)
def test_two_people_change_one_list(admin_client, towns, mine, theirs, together):
    page = Page(admin_client, towns, plains=TOWNS[:3])
    theirs = [DBRef("towns", TOWNS[n]) if n == 4 else TOWNS[n] for n in theirs]
    towns.trips.update_one({}, {"$set": {"plains": theirs}})
    changes = {
        f"plains-order-{n}": str(mine.index(n) + 1) for n in range(3) if n in mine
    }
    found = page.save(plains=[str(TOWNS[n]) for n in mine], **changes)["plains"]
    if together is None:
        assert found == theirs
        assert page.html.select(".conflict")
    else:
        assert [getattr(each, "id", each) for each in found] == [
            TOWNS[n] for n in together
        ]
        assert all(each in found for each in theirs if isinstance(each, DBRef))


@pytest.mark.parametrize("theirs", [None, "zzz", TOWNS[1]])
def test_what_is_no_list_any_more_is_a_conflict(admin_client, towns, theirs):
    page = Page(admin_client, towns, plains=TOWNS[:3])
    towns.trips.update_one({}, {"$set": {"plains": theirs}})
    assert page.save(plains=[str(TOWNS[0])])["plains"] == theirs
    assert page.html.select(".conflict")
