"""The raw page and the keys that nobody declares, with JavaScript and without."""

import pytest
from bson import Int64
from bson.decimal128 import Decimal128
from django.contrib.auth.models import User
from django.urls import reverse

from .conftest import look

EITHER = pytest.mark.parametrize(
    "context_options",
    [{}, {"java_script_enabled": False, "viewport": {"width": 390, "height": 800}}],
    ids=["scripts", "no scripts, on a phone"],
)


@pytest.fixture
def staff(page, login, transactional_db):
    login(page, User.objects.create_superuser("ann"))


@pytest.fixture
def book(mongo):
    """Return the key of a document with types that JSON lacks."""
    values = {"title": "T", "price": Decimal128("1.50"), "odd": {"n": Int64(1)}}
    return mongo.books.insert_one(values).inserted_id


def stored(mongo):
    found = mongo.books.find_one()
    del found["_id"]
    return found


def replace(box, before, after):
    text = box.input_value()
    assert text.count(before) == 1
    box.fill(text.replace(before, after))


@EITHER
def test_the_raw_page(page, staff, book, mongo):
    page.goto(reverse("admin:tests_book_change", args=[book]))
    page.get_by_role("link", name="Raw").click()
    box = page.get_by_role("textbox").last
    look(page, "raw")
    replace(box, '"1"', '"2"')
    mongo.books.update_one({}, {"$set": {"odd.more": True}})
    mongo.books.update_one({}, {"$set": {"odd.more": True}})
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was changed successfully").wait_for()
    odd = {"n": Int64(2), "more": True}
    assert stored(mongo) == {"title": "T", "price": Decimal128("1.50"), "odd": odd}
    box = page.get_by_role("textbox").last
    replace(box, '"T"', "T")
    page.get_by_role("button", name="Save and continue editing").click()
    page.locator(".errorlist").first.wait_for()
    look(page, "raw-error")
    assert '"title": T' in page.get_by_role("textbox").last.input_value()
    assert stored(mongo)["title"] == "T"


@EITHER
def test_a_conflict_on_the_raw_page(page, staff, book, mongo):
    page.goto(reverse("admin:tests_book_raw", args=[book]))
    replace(page.get_by_role("textbox").last, '"T"', '"mine"')
    mongo.books.update_one({}, {"$set": {"title": "theirs"}})
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("theirs").first.wait_for()
    look(page, "raw-conflict")
    assert stored(mongo)["title"] == "theirs"
    page.get_by_label("Store mine").check()
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was changed successfully").wait_for()
    assert stored(mongo)["title"] == "mine"


@EITHER
def test_other_stored_fields(page, staff, book, mongo):
    page.goto(reverse("admin:tests_book_change", args=[book]))
    replace(page.get_by_label("Other stored fields:"), '"1"', '"2"')
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was changed successfully").wait_for()
    assert stored(mongo)["odd"] == {"n": Int64(2)}
    assert isinstance(stored(mongo)["odd"]["n"], Int64)
