"""What points at a document: from its page to the list, by mouse and by keyboard."""

import pytest
from django.contrib.auth.models import User

from admin_ext import memory
from admin_ext.referrers import access
from documents import demo

from .conftest import look

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = [
    {"color_scheme": scheme, "viewport": size, "java_script_enabled": size is DESKTOP}
    for scheme, size in (("light", DESKTOP), ("dark", PHONE))
]


@pytest.fixture
def notes(mongo, page, login, transactional_db):
    login(page, User.objects.create_superuser("ann"))
    memory.forget()
    demo.load(mongo, users=5, notes=300, progress=False)
    return mongo


@pytest.fixture
def user(notes):
    """The user of the first note, and how many notes are theirs."""
    key = notes.notes.find_one({"user": {"$in": notes.users.distinct("_id")}})["user"]
    return key, notes.notes.count_documents({"user": key})


@pytest.mark.parametrize("context_options", LOOKS)
def test_a_count_leads_to_just_these_documents(page, user, context_options):
    key, number = user
    size, scheme = context_options["viewport"]["width"], context_options["color_scheme"]
    page.goto(f"/admin/documents/user/{key}/change/")
    look(page, f"referrers-{scheme}-{size}")
    assert page.evaluate("document.documentElement.scrollWidth") <= size
    link = page.locator(".referrers").get_by_role("link", name=f"{number} notes")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/documents/note/?user__id__exact=*")
    assert f"{number} note" in page.locator(".paginator").inner_text()
    look(page, f"referrers-list-{scheme}-{size}")


@pytest.mark.parametrize("context_options", LOOKS)
def test_a_path_without_an_index_is_counted_on_demand(
    page, user, notes, monkeypatch, context_options
):
    key, number = user
    monkeypatch.setattr(access, "MAX_READ", 10)
    notes.notes.drop_index("user_1_start_-1")
    size, scheme = context_options["viewport"]["width"], context_options["color_scheme"]
    page.goto(f"/admin/documents/user/{key}/change/")
    found = page.locator(".referrers")
    assert "counting reads 300 documents" in found.inner_text()
    look(page, f"referrers-no-index-{scheme}-{size}")
    assert page.evaluate("document.documentElement.scrollWidth") <= size
    found.get_by_role("link", name="Count anyway (notes, owner)").click()
    found.get_by_role("link", name=f"{number} notes").wait_for()


@pytest.mark.parametrize("context_options", LOOKS)
def test_a_list_says_what_it_is_reduced_to(page, mongo, notes, context_options):
    town = mongo.towns.insert_one({"townName": "A rather long name of a town"})
    places = {"a": town.inserted_id}
    mongo.trips.insert_many([{"plain_map": places, "title": "There"}, {"title": "No"}])
    size, scheme = context_options["viewport"]["width"], context_options["color_scheme"]
    page.goto(f"/admin/tests/town/{town.inserted_id}/change/")
    page.locator(".referrers").get_by_role("link", name="1 trip").click()
    page.locator(".points-to").wait_for()
    look(page, f"points-to-{scheme}-{size}")
    assert page.locator("#result_list tbody tr").count() == 1
    page.get_by_role("link", name="Show all").click()
    page.locator("#result_list tbody tr").nth(1).wait_for()


@pytest.mark.parametrize("context_options", LOOKS)
def test_a_deletion_says_what_it_leaves_pointing_at_nothing(
    page, user, context_options
):
    key, number = user
    size, scheme = context_options["viewport"]["width"], context_options["color_scheme"]
    page.goto(f"/admin/documents/user/{key}/delete/")
    look(page, f"left-dangling-{scheme}-{size}")
    assert page.evaluate("document.documentElement.scrollWidth") <= size
    found = page.locator("div.admin-ext").filter(has_text="left pointing at nothing")
    assert f"…and {number - 5} more notes (“owner”)" in found.inner_text()
    found.get_by_role("link").first.click()
    page.wait_for_url("**/change/")
