"""A read-only site and a protected Document, on a desktop and on a phone."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User

from tests.documents import Book

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = [
    {"color_scheme": "light", "viewport": DESKTOP},
    {"color_scheme": "dark", "viewport": PHONE, "java_script_enabled": False},
]


@pytest.fixture
def books(mongo, page, login, transactional_db):
    login(page, User.objects.create_superuser("ann"))
    for number in range(4):
        Book(title=f"Book {number}").save()
    return Book.objects.order_by("title")


@pytest.mark.parametrize("context_options", LOOKS)
def test_a_read_only_site_says_so_on_every_page(page, books, check, settings):
    settings.ADMIN_EXT_READ_ONLY = True
    for name, url in (
        ("index", "/admin/"),
        ("list", "/admin/tests/book/"),
        ("form", f"/admin/tests/book/{books[0].pk}/change/"),
    ):
        page.goto(url)
        page.get_by_text("This site is read-only").wait_for()
        assert page.get_by_role("button", name="Save").count() == 0
        check(f"read-only-{name}")


@pytest.mark.parametrize("context_options", LOOKS)
def test_what_is_deleted_is_typed(page, books, check, monkeypatch):
    monkeypatch.setattr(admin.site._registry[Book], "protected", True)
    page.goto(f"/admin/tests/book/{books[0].pk}/delete/")
    check("protected-name")
    box = page.get_by_label("To confirm, type Book 0")
    box.fill("Book 1")
    page.get_by_role("button", name="Yes, I’m sure").click()
    page.get_by_text("What was typed is something else").wait_for()
    check("protected-wrong")
    box.fill("Book 0")
    page.get_by_role("button", name="Yes, I’m sure").click()
    page.get_by_text("was deleted successfully").wait_for()
    assert Book.objects.count() == 3
    for row in page.locator("#result_list .action-select").all():
        row.check()
    page.locator("select[name=action]").select_option("delete_selected")
    page.get_by_role("button", name="Go", exact=True).click()
    page.get_by_label("To confirm, type the number").fill("3")
    check("protected-number")
    page.get_by_role("button", name="Yes, I’m sure").click()
    page.get_by_text("Successfully deleted 3 books").wait_for()
    assert Book.objects.count() == 0


def test_a_script_within_a_page_does_not_run(page, books, expected_problems):
    expected_problems.append("violates the following Content Security Policy")
    page.goto("/admin/")
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'taken over'";
            document.body.append(script);
        }"""
    )
    assert page.title() != "taken over"
