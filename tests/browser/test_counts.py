"""The link beside a count that is not exact, with a script and without."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User

from documents import demo
from documents.documents import Note

from .conftest import look

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = [
    {"color_scheme": scheme, "viewport": size}
    for scheme in ("light", "dark")
    for size in (DESKTOP, PHONE)
]
NOTES = "/admin/documents/note/"


@pytest.fixture
def notes(mongo, page, login, transactional_db, monkeypatch):
    login(page, User.objects.create_superuser("ann"))
    demo.load(mongo, users=5, notes=300, progress=False)
    note_admin = admin.site.get_model_admin(Note)
    monkeypatch.setattr(note_admin, "list_max_count", 100)
    monkeypatch.setattr(note_admin, "list_per_page", 20)
    return mongo


@pytest.mark.parametrize("context_options", LOOKS)
def test_the_page_stays_while_all_are_counted(page, notes, context_options):
    size, scheme = context_options["viewport"]["width"], context_options["color_scheme"]
    page.goto(f"{NOTES}?archived__exact=0")
    number = notes.notes.count_documents({"archived": False})
    assert "100+ notes" in page.locator(".paginator").inner_text()
    look(page, f"count-{scheme}-{size}")
    assert page.evaluate("document.documentElement.scrollWidth") <= size
    link = page.get_by_role("link", name="Count exactly")
    link.focus()
    page.keyboard.press("Enter")
    answer = page.get_by_role("status").filter(has_text=f"{number} notes")
    answer.wait_for()
    assert answer.evaluate("each => each === document.activeElement")
    assert page.url.endswith(f"{NOTES}?archived__exact=0")
    link.wait_for(state="detached")
    assert "100+" not in page.locator(".paginator").inner_text()
    look(page, f"counted-{scheme}-{size}")


@pytest.mark.parametrize("context_options", [{"java_script_enabled": False}])
def test_without_script_the_link_leads_to_the_number(page, notes, context_options):
    page.goto(NOTES)
    assert "about 300 notes" in page.locator(".paginator").inner_text()
    page.get_by_role("link", name="Count exactly").click()
    page.wait_for_url("**_count=exact")
    assert page.locator(".paginator").inner_text().find("300 notes") >= 0
    assert "about" not in page.locator(".paginator").inner_text()


@pytest.mark.usefixtures("default_limits")
def test_what_takes_too_long_is_told_in_words(page, notes, mongo_timeout):
    page.goto(NOTES)
    with mongo_timeout("notes"):
        page.get_by_role("link", name="Count exactly").click()
        page.get_by_text("It took longer than 5 s.").wait_for()
    page.get_by_role("link", name="Count exactly").click()
    page.get_by_role("status").filter(has_text="300 notes").wait_for()


def test_who_is_logged_out_by_then_is_told_so(page, notes):
    page.goto(NOTES)
    page.context.clear_cookies()
    page.get_by_role("link", name="Count exactly").click()
    page.get_by_text("The number could not be fetched.").wait_for()


def test_all_that_are_counted_so_can_be_selected(page, notes):
    page.goto(NOTES)
    page.locator("#action-toggle").check()
    page.get_by_role("button", name="Select all about 300 notes").click()
    look(page, "count-all-selected")
    assert page.get_by_text("All about 300 selected").first.is_visible()
