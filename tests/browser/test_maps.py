"""Dicts, maps and embedded documents of several classes, in a browser."""

import pytest
from bson import Int64
from django.contrib.auth.models import User
from django.urls import reverse

from .conftest import look

WITHOUT = {"java_script_enabled": False}


@pytest.fixture
def staff(page, login, transactional_db):
    login(page, User.objects.create_superuser("ann"))


@pytest.fixture
def cabinet(mongo):
    """Return the key of a document with maps."""
    values = {
        "name": "C",
        "free": {"colour": "red", "size": {"w": 1.0}, "a.b": None},
        "nums": {"a": Int64(1), "b": 2},
        "shelves": {"top": {"ttl": "S", "width": 3, "more": 1}},
        "lists": {"l": [1, Int64(2)]},
        "inside": {"_cls": "Gone", "x": 1},
        "things": [{"_cls": "Shelf", "ttl": "T"}],
        "texts": {f"k{number}": "" for number in range(101)},
        "handle": {"_cls": "Knob", "size": 1},
    }
    return mongo.cabinets.insert_one(values).inserted_id


def open_(page, key):
    page.goto(reverse("admin:tests_cabinet_change", args=[key]))


def save(page):
    page.get_by_role("button", name="Save and continue editing").click()


def row(page, name, number):
    return page.locator(f"#id_{name} > .list-row").nth(number - 1)


def saved(page):
    page.get_by_text("was changed successfully").wait_for()


def test_keys_are_added_renamed_and_removed(page, staff, cabinet, mongo):
    before = mongo.cabinets.find_one(cabinet)
    open_(page, cabinet)
    look(page, "maps")
    row(page, "numbers", 1).get_by_label("Key").fill("A")
    row(page, "numbers", 2).get_by_label("Delete").check()
    row(page, "numbers", 3).get_by_label("Key").fill("c")
    row(page, "numbers", 3).get_by_label("Value").fill("3")
    page.locator("#id_numbers > .list-end > button").click()
    page.keyboard.type("d")
    row(page, "numbers", 4).get_by_label("Value").fill("4")
    page.locator("#id_numbers > .list-end > button").click()
    row(page, "numbers", 5).get_by_label("Key").fill("e")
    row(page, "numbers", 5).get_by_role("button", name="Remove").click()
    save(page)
    saved(page)
    assert mongo.cabinets.find_one(cabinet) == before | {
        "nums": {"A": Int64(1), "c": 3, "d": 4}
    }


@pytest.mark.parametrize("context_options", [WITHOUT])
def test_without_javascript(page, staff, cabinet, mongo):
    before = mongo.cabinets.find_one(cabinet)
    open_(page, cabinet)
    row(page, "numbers", 1).get_by_label("Key").fill("A")
    row(page, "numbers", 3).get_by_label("Key").fill("A")
    page.locator("select[name=anything-TYPE]").select_option("Price")
    page.locator("select[name=things-1-value-TYPE]").select_option("Shelf")
    save(page)
    page.get_by_text("Fill in the fields of “price”, and save again.").wait_for()
    page.locator("[name=anything-amount]").fill("2.5")
    save(page)
    page.get_by_text("This field is required.").wait_for()
    row(page, "numbers", 3).get_by_label("Value").fill("3")
    save(page)
    page.get_by_text("The key “A” is there already.").wait_for()
    look(page, "maps-errors")
    row(page, "numbers", 3).get_by_label("Key").fill("c")
    row(page, "free", 1).get_by_label("Delete").check()
    page.locator("[name=things-1-value-title]").fill("new")
    save(page)
    saved(page)
    after = mongo.cabinets.find_one(cabinet)
    assert after.pop("anything") == {"_cls": "Price", "amount": 2.5}
    del before["free"]["colour"]
    before["things"].append({"_cls": "Shelf", "ttl": "new"})
    assert after == before | {"nums": {"b": 2, "A": Int64(1), "c": 3}}


@pytest.mark.parametrize(
    ("context_options", "name"),
    [
        ({"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}}, "dark"),
        ({"viewport": {"width": 390, "height": 800}}, "phone"),
    ],
)
def test_nothing_is_wider_than_the_page(page, staff, cabinet, name):
    open_(page, cabinet)
    look(page, f"maps-{name}")
    width = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(width) <= 0


def test_a_key_that_two_people_edit(page, staff, cabinet, mongo):
    open_(page, cabinet)
    mongo.cabinets.update_one({}, {"$set": {"nums.a": 7, "shelves.top.ttl": "Theirs"}})
    row(page, "numbers", 1).get_by_label("Value").fill("5")
    page.locator("[name=shelves-0-value-title]").fill("Mine")
    save(page)
    page.get_by_text("Numbers: a was changed by somebody else").wait_for()
    look(page, "maps-conflict")
    page.locator("[name=numbers-0-value-CHOICE][value=mine]").check()
    page.locator("[name=shelves-0-value-title-CHOICE][value=stored]").check()
    save(page)
    saved(page)
    after = mongo.cabinets.find_one(cabinet)
    assert after["nums"] == {"a": Int64(5), "b": 2}
    assert after["shelves"]["top"]["ttl"] == "Theirs"
