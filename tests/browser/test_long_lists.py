"""Lists that have no page numbers, in a browser, and in one without JavaScript."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import User
from django.urls import reverse

from tests.documents import Book

from .conftest import look

WITHOUT = {"java_script_enabled": False}


@pytest.fixture
def staff(page, login, transactional_db):
    login(page, User.objects.create_superuser("ann"))


@pytest.fixture
def books(mongo, monkeypatch):
    admin = site.get_model_admin(Book)
    monkeypatch.setattr(admin, "list_per_page", 5)
    monkeypatch.setattr(admin, "list_pages", "keyset", raising=False)
    monkeypatch.setattr(admin, "ordering", ("-published",))
    first = datetime(2024, 1, 1, 12, tzinfo=UTC)
    mongo.books.create_index("published")
    mongo.books.insert_many(
        {"title": f"Book {number}", "published": first + timedelta(days=number)}
        for number in range(20)
    )


def first_title(page):
    return page.locator("#result_list tbody th a").first.text_content()


@pytest.mark.parametrize("context_options", [{}, WITHOUT])
def test_the_ways_on_and_a_day_to_begin_at(page, staff, books):
    page.goto(reverse("admin:tests_book_changelist"))
    next_page = page.get_by_role("link", name="Next")
    next_page.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Book 14", exact=True).wait_for()
    page.get_by_role("link", name="Last").click()
    assert first_title(page) == "Book 4"
    page.get_by_role("link", name="Previous").click()
    assert first_title(page) == "Book 9"
    page.get_by_label("Begin at Published").fill("2024-01-08")
    look(page, "long-list")
    page.get_by_role("button", name="Go").first.click()
    assert first_title(page) == "Book 7"
    page.get_by_role("link", name="First").click()
    assert first_title(page) == "Book 19"
