"""Inheritance with _cls, DynamicDocument and db_field, on every page."""

import pytest
from bs4 import BeautifulSoup
from bson import Int64, ObjectId
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core import checks

from admin_ext import DocumentAdmin
from tests.odd_documents import Loose

pytestmark = pytest.mark.django_db

VEHICLE, LORRY, TRUCK, OLD, GONE, BARE = (
    ObjectId(f"5f000000000000000000000{n}") for n in "123456"
)
VEHICLES, LORRIES = "/admin/tests/vehicle/", "/admin/tests/lorry/"


@pytest.fixture
def vehicles(mongo):
    mongo.vehicles.insert_many([
        {"_id": VEHICLE, "_cls": "Vehicle", "name": "bike", "odd": Int64(1)},
        {"_id": LORRY, "_cls": "Vehicle.Lorry", "name": "lorry", "axles": Int64(3)},
        {"_id": TRUCK, "_cls": "Vehicle.Van", "name": "van", "doors": 2, "odd": 1},
        {"_id": GONE, "_cls": "Vehicle.Gone", "name": "gone"},
        {"_id": BARE, "name": "bare"},
    ])
    return mongo.vehicles


@pytest.fixture
def page(django_app, admin_user):
    django_app.set_user(admin_user)
    return django_app.get


def submit(form, *args, **kwargs):
    response = form.submit(*args, **kwargs)
    assert response.status_code == 302, response.html.select(".errorlist")
    return response


def listed(response, column="field-__str__"):
    return sorted(link.text for link in response.html.select(f"th.{column} > a"))


def test_the_base_lists_its_subclasses_and_each_only_itself(page, vehicles):
    assert listed(page(VEHICLES)) == ["bare", "bike", "gone", "lorry", "van"]
    assert listed(page(LORRIES)) == ["lorry"]


def test_a_document_of_a_subclass_in_the_form_of_the_base(page, vehicles):
    for pk, name in ((LORRY, "lorry"), (TRUCK, "van")):
        before = vehicles.find_one(pk)
        form_page = page(f"{VEHICLES}{pk}/change/")
        form = form_page.forms["vehicle_form"]
        assert (form["name"].value, "axles" in form.fields) == (name, False)
        form["name"] = f"{name} 2"
        submit(form, "_continue").follow()
        assert vehicles.find_one(pk) == before | {"name": f"{name} 2"}
        assert isinstance(vehicles.find_one(LORRY)["axles"], Int64)
        assert "Changed" in page(f"{VEHICLES}{pk}/history/")


def test_a_document_of_a_subclass_in_its_own_form(page, vehicles):
    form = page(f"{LORRIES}{LORRY}/change/").forms["lorry_form"]
    form["axles"] = "4"
    submit(form)
    assert vehicles.find_one(LORRY)["_cls"] == "Vehicle.Lorry"
    assert vehicles.find_one(LORRY)["axles"] == 4
    response = page(f"{LORRIES}{VEHICLE}/change/")
    assert response.status_code == 302


def test_adding_writes_the_class(page, mongo):
    form = page(f"{LORRIES}add/").forms["lorry_form"]
    form["name"], form["axles"] = "new", "2"
    submit(form)
    son = mongo.vehicles.find_one({}, {"_id": 0})
    assert son == {"_cls": "Vehicle.Lorry", "name": "new", "axles": 2}


def test_editing_subclasses_in_the_list_of_the_base(page, vehicles):
    before = list(vehicles.find())
    form = page("/admin/tests/vehicle/").forms["changelist-form"]
    form["action"] = "delete_selected"
    form["_selected_action"] = [str(LORRY), str(TRUCK)]
    confirmation = form.submit("index", index=0)
    assert "lorry" in confirmation
    submit(confirmation.forms[1])
    kept = [son for son in before if son["_id"] not in (LORRY, TRUCK)]
    assert list(vehicles.find()) == kept
    assert LogEntry.objects.count() == 2


def test_what_has_no_known_class_is_shown_as_the_base(page, vehicles):
    for pk, name in ((GONE, "gone"), (BARE, "bare")):
        before = vehicles.find_one(pk)
        form = page(f"{VEHICLES}{pk}/change/").forms["vehicle_form"]
        assert form["name"].value == name
        form["name"] = f"{name} 2"
        submit(form)
        assert vehicles.find_one(pk) == before | {"name": f"{name} 2"}


def test_a_reference_to_a_subclass_names_it(page, vehicles, mongo):
    mongo.meetings.insert_one({"room": LORRY})
    response = page("/admin/tests/meeting/")
    assert response.html.select_one("td.field-room").text == "lorry"


LOOSE = {
    "_id": OLD,
    "name": "n",
    "extra": Int64(5),
    "list": [{"a": Int64(1)}],
    "x": None,
}


def test_undeclared_keys_of_a_dynamic_document_survive(page, mongo):
    mongo.loose.insert_one(LOOSE)
    form = page(f"/admin/tests/loose/{OLD}/change/").forms["loose_form"]
    form["name"] = "m"
    submit(form)
    son = mongo.loose.find_one()
    assert son == LOOSE | {"name": "m"}
    assert isinstance(son["extra"], Int64)
    assert isinstance(son["list"][0]["a"], Int64)


def test_an_undeclared_key_in_list_display(client, admin_user, mongo, rf):
    class LooseAdmin(DocumentAdmin):
        list_display = ("extra", "name", "list", "shout")
        search_fields = ("extra",)

        def shout(self, loose):
            return loose.name.upper()

    mongo.loose.insert_many([LOOSE, {"name": "without"}])
    assert LooseAdmin(Loose, admin.site).check() == []
    request = rf.get("/", {"o": "-1"})
    request.user = admin_user
    response = LooseAdmin(Loose, admin.site).changelist_view(request).render()
    html = BeautifulSoup(response.content, "html.parser")
    rows = [
        [cell.text for cell in row.select("th, td")[1:]]
        for row in html.select("#result_list tbody tr")
    ]
    assert rows == [
        ["5", "n", '[{"a": {"$numberLong": "1"}}]', "N"],
        ["-", "without", "-", "WITHOUT"],
    ]
    assert html.select_one("th.column-extra .text a").text == "Extra"


def test_a_key_that_no_class_can_have_fails_the_check():
    class WrongAdmin(DocumentAdmin):
        list_display = ("name", "$extra", "a.b", "_hidden")

    errors = WrongAdmin(Loose, admin.site).check()
    assert [error.id for error in errors] == ["admin.E108"] * 3
    assert all(isinstance(error, checks.Error) for error in errors)
