"""The history with values, undoing and restoring, on a desktop and on a phone."""

import pytest
from bson import Int64, ObjectId
from django.contrib.auth.models import User

from tests.documents import Book
from tests.histories import MISSING, record

KEY = ObjectId("5f0000000000000000000001")
OLD = {
    "_id": KEY,
    "title": "A history of everything",
    "pages": Int64(3),
    "kind": "poems",
    "reviews": [{"text": "Too short", "stars": 1}],
}
NEW = OLD | {
    "title": "A short history of nearly everything that has ever been written down",
    "pages": 4,
    "reviews": [{"text": "Too short", "stars": 5}, {"text": "New", "stars": 2}],
    "blurbText": "word " * 60,
}
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = [
    {"color_scheme": "light", "viewport": DESKTOP},
    {"color_scheme": "dark", "viewport": PHONE, "java_script_enabled": False},
]


@pytest.fixture
def ann(mongo, page, login, transactional_db):
    user = User.objects.create_superuser("ann")
    login(page, user)
    return user


@pytest.mark.parametrize("context_options", LOOKS)
def test_a_change_is_looked_at_and_undone(page, ann, check, mongo):
    mongo.books.insert_one(NEW)
    record(ann, Book, OLD, NEW)
    page.goto(f"/admin/tests/book/{KEY}/history/")
    check("history")
    page.get_by_role("link", name="Undo", exact=True).press("Enter")
    page.get_by_text("This will be written:").wait_for()
    check("undo")
    mongo.books.update_one({}, {"$set": {"title": "Something else by now"}})
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("This was changed again since").wait_for()
    check("undo-conflict")
    assert mongo.books.find_one()["pages"] == 4
    mongo.books.update_one({}, {"$set": {"title": NEW["title"]}})
    page.goto(page.url)
    page.get_by_role("button", name="Undo").press("Enter")
    page.get_by_text("1 change was undone.").wait_for()
    assert mongo.books.find_one() == OLD
    check("history-undone")
    page.goto("/admin/admin_ext/change/")
    check("audit")
    page.locator("#result_list th a").last.click()
    page.get_by_text("Book title").wait_for()
    check("audit-change")


@pytest.mark.parametrize("context_options", LOOKS)
def test_what_was_deleted_is_restored(page, ann, check, mongo):
    record(ann, Book, NEW, MISSING, via="delete")
    page.goto("/admin/tests/book/")
    page.get_by_role("link", name="Recently deleted").click()
    check("recently-deleted")
    page.get_by_role("link", name="Restore").click()
    check("restore")
    page.get_by_role("button", name="Restore").click()
    page.get_by_text("1 document was restored.").wait_for()
    assert mongo.books.find_one() == NEW
