"""What a list asks before it sorts or searches, by mouse and by keyboard."""

import pytest
from django.contrib.auth.models import User

from admin_ext import memory, plans
from documents import demo

from .conftest import look

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = [
    {"color_scheme": scheme, "viewport": size, "java_script_enabled": size is DESKTOP}
    for scheme, size in (("light", DESKTOP), ("dark", PHONE))
]


@pytest.fixture
def notes(mongo, page, login, transactional_db, settings):
    """A large collection, without the index on the owner of notes."""
    login(page, User.objects.create_superuser("ann"))
    settings.ADMIN_EXT_LARGE_COLLECTION = 100
    memory.forget()
    plans.forget()
    demo.load(mongo, users=5, notes=300, progress=False)
    mongo.notes.drop_index("user_1_start_-1")
    yield mongo
    memory.forget()
    plans.forget()


@pytest.mark.parametrize("context_options", LOOKS)
def test_a_column_is_marked_and_asks_before_it_sorts(page, notes, context_options):
    size, scheme = context_options["viewport"]["width"], context_options["color_scheme"]
    page.goto("/admin/documents/note/")
    header = page.locator("th.column-user")
    assert header.locator(".needs-sort").get_attribute("title")
    assert not page.locator("th.column-start .needs-sort").count()
    look(page, f"sort-mark-{scheme}-{size}")
    header.get_by_role("link").first.focus()
    page.keyboard.press("Enter")
    notice = page.locator(".notice")
    notice.wait_for()
    assert "Sorting about 300 notes by owner" in notice.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= size
    look(page, f"sort-question-{scheme}-{size}")
    notice.get_by_role("link", name="Sort anyway").click()
    page.wait_for_url("**_anyway=sort**")
    assert not page.locator(".notice").count()
    assert page.locator("th.column-user.sorted").count()


@pytest.mark.parametrize("context_options", LOOKS)
def test_a_search_says_what_it_reads(page, notes, context_options):
    size, scheme = context_options["viewport"]["width"], context_options["color_scheme"]
    page.goto("/admin/documents/note/?q=milk")
    notice = page.locator(".notice")
    assert "This search may read about 300 notes" in notice.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= size
    look(page, f"search-notice-{scheme}-{size}")
