"""Data health on a desktop and on a phone, by day and by night."""

import pytest
from django.contrib.auth.models import User

from documents import demo

from .conftest import look

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = [
    {"color_scheme": "light", "viewport": DESKTOP},
    {"color_scheme": "dark", "viewport": PHONE, "java_script_enabled": False},
]

pytestmark = pytest.mark.usefixtures("other_mongo")


@pytest.fixture
def notes(mongo, page, login, transactional_db):
    """The demo's collections, for a superuser."""
    login(page, User.objects.create_superuser("ann"))
    demo.load(mongo, users=5, notes=300, progress=False)
    mongo.notes.update_many({"type": "note"}, {"$set": {"date": 5}})
    return mongo


@pytest.mark.parametrize("context_options", LOOKS)
def test_from_the_index_to_the_documents_with_a_problem(page, notes, context_options):
    width, scheme = (
        context_options["viewport"]["width"],
        context_options["color_scheme"],
    )

    def check(name):
        look(page, f"{name}-{scheme}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.goto("/admin/")
    check("health-index")
    page.get_by_role("link", name="Data health").click()
    page.get_by_role("heading", name="Data health").wait_for()
    check("health-summary")
    page.locator("#content").get_by_role("link", name="Notes", exact=True).first.click()
    page.get_by_role("heading", name="Data health of notes").wait_for()
    assert page.locator(".health-table svg").count() > 5
    check("health-notes")
    row = page.get_by_role("row").filter(has_text="not among the choices")
    number = int(row.locator(".health-count a").inner_text().split()[0])
    row.locator(".health-count a").click()
    page.get_by_text("Only documents with a problem:").wait_for()
    assert page.locator("#result_list tbody tr").count() == number
    check("health-list")
    page.get_by_role("link", name="Show all").first.click()
    page.wait_for_url(lambda url: "_drift" not in url)
    page.locator(".object-tools").get_by_role("link", name="Data health").click()
    page.get_by_role("heading", name="Data health of notes").wait_for()
