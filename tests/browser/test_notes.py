"""The shipped admin in a real browser, on demo data with its odd rows."""

import pytest
from django.contrib.auth.models import Group, Permission, User

from documents import demo

from .conftest import look

PASSWORD = "a-Long-one-7"


@pytest.fixture
def notes(mongo):
    demo.load(mongo, users=20, notes=300, progress=False)
    return mongo


@pytest.fixture
def staff(page, transactional_db):
    """A superuser, logged in through the login page."""
    user = User.objects.create_superuser("ann", password=PASSWORD)
    sign_in(page, "ann")
    return user


def sign_in(page, name):
    page.goto("/admin/login/")
    page.get_by_label("Username:").fill(name)
    page.get_by_label("Password:").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Log out").or_(
        page.get_by_role("button", name="Log out")
    ).wait_for()


def count(page):
    return page.locator(".paginator").inner_text()


def test_list_search_filter_sort_and_page(page, notes, staff):
    page.goto("/admin/documents/note/")
    look(page, "notes")
    assert "300 notes" in count(page)
    page.get_by_role("link", name="2", exact=True).click()
    assert "p=2" in page.url
    page.goto("/admin/documents/note/")
    page.locator("#changelist-filter").get_by_role("link", name="event").click()
    events = notes.notes.count_documents({"type": "event"})
    assert f"{events} note" in count(page)
    page.get_by_role("link", name="Clear all filters").click()
    page.get_by_role("columnheader", name="Note", exact=True).wait_for()
    page.locator(".column-type a").first.click()
    assert "o=2" in page.url
    page.locator("#searchbar").fill("budget")
    page.get_by_role("button", name="Search").click()
    found = notes.notes.count_documents({"body": {"$regex": "budget", "$options": "i"}})
    assert f"{found} result" in page.locator("#changelist-search").inner_text()
    page.goto("/admin/documents/note/")
    page.locator(".change-list .toplinks a").first.click()
    assert "start__year=" in page.url


def test_open_edit_save_delete_and_history(page, notes, staff):
    before = notes.notes.find_one({"type": "task", "extra": {"$exists": False}})
    page.goto(f"/admin/documents/note/{before['_id']}/change/")
    look(page, "note")
    page.get_by_label("Text:").fill("Written by a person\non two lines")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was changed successfully. You may edit it again").wait_for()
    after = notes.notes.find_one(before["_id"])
    assert after == {**before, "body": "Written by a person\non two lines"}
    page.get_by_role("link", name="History", exact=True).click()
    page.get_by_text("Changed Text.").wait_for()
    look(page, "history")
    page.go_back()
    page.get_by_role("link", name="Delete", exact=True).click()
    page.get_by_text("Are you sure you want to delete the note").wait_for()
    look(page, "delete")
    page.get_by_role("button", name="Yes, I’m sure").click()
    page.get_by_text("was deleted successfully").wait_for()
    assert notes.notes.find_one(before["_id"]) is None
    page.goto("/admin/")
    assert "Written by a person" in page.locator("#recent-actions-module").inner_text()
    look(page, "index")


def test_autocomplete_finds_a_tag_and_saves_it_last(page, notes, staff):
    note = notes.notes.find_one({"tags.0": {"$exists": True}, "type": "note"})
    tag = notes.tags.insert_one({"name": "zebra crossing"}).inserted_id
    page.goto(f"/admin/documents/note/{note['_id']}/change/")
    page.locator(".field-tags .select2-search__field").fill("zebra")
    page.get_by_role("option", name="zebra crossing").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was changed successfully").wait_for()
    assert notes.notes.find_one(note["_id"])["tags"] == [*note["tags"], tag]


def test_odd_rows_open_in_the_browser(page, notes, staff):
    odd = {"$or": [{"parent": ""}, {"body": {"$exists": False}}, {"type": None}]}
    for note in notes.notes.find(odd).limit(6):
        page.goto(f"/admin/documents/note/{note['_id']}/change/")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("was changed successfully").wait_for()
        assert notes.notes.find_one(note["_id"]) == note


def test_rows_of_an_inline_are_added_with_a_script(page, mongo, staff):
    pk = mongo.books.insert_one({"title": "T", "reviews": [{"text": "a"}]}).inserted_id
    page.goto(f"/admin/tests/book/{pk}/change/")
    look(page, "book")
    page.get_by_role("button", name="Add another Review").click()
    page.locator("#id_reviews-1-text").fill("b")
    page.locator("#id_reviews-2-text").fill("c")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was changed successfully").wait_for()
    assert mongo.books.find_one(pk)["reviews"] == [
        {"text": "a"},
        {"text": "b"},
        {"text": "c"},
    ]


def test_a_group_made_in_the_admin_sees_notes_and_nothing_else(page, notes, staff):
    page.goto("/admin/auth/group/add/")
    page.get_by_label("Name:").fill("Readers")
    label = "Notes service | note | Can view note"
    page.locator("#id_permissions_from").select_option(label=label)
    page.locator("#id_permissions_add").click()
    look(page, "group")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was added successfully").wait_for()
    group = Group.objects.get(name="Readers")
    assert [*group.permissions.all()] == [Permission.objects.get(codename="view_note")]
    reader = User.objects.create_user("bob", password=PASSWORD, is_staff=True)
    reader.groups.add(group)
    page.get_by_role("button", name="Log out").click()
    sign_in(page, "bob")
    assert page.locator("#content-main .model-note").count() == 1
    assert page.locator("#content-main [class^=model-]").count() == 1
    page.get_by_role("link", name="Notes", exact=True).first.click()
    page.locator("#result_list tbody th a").first.click()
    look(page, "view-only")
    assert page.locator("#note_form input[type=submit]").count() == 0
