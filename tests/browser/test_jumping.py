"""From an ID to its document in a browser, with and without scripts."""

import pytest
from bson import ObjectId
from django.contrib.auth.models import User

from .conftest import look
from .test_references import LOOKS

KEY, GONE = ObjectId("5f00000000000000000000b1"), ObjectId("5f00000000000000000000b2")


@pytest.fixture
def stored(mongo, other_mongo, page, login, transactional_db):
    login(page, User.objects.create_superuser("ann"))
    mongo.users.insert_one({"_id": KEY, "username": "Ada Lovelace"})
    return mongo


def fits(page, size):
    return page.evaluate("document.documentElement.scrollWidth") <= size


@pytest.mark.parametrize("context_options", LOOKS)
def test_the_index_goes_to_an_id(page, stored, context_options):
    size = context_options["viewport"]["width"]
    name = f"{context_options['color_scheme']}-{size}"
    page.goto("/admin/")
    look(page, f"go-to-index-{name}")
    assert fits(page, size)
    page.get_by_label("Go to ID").fill(str(GONE))
    page.get_by_role("button", name="Go", exact=True).click()
    text = f"No document that you may view has the ID “{GONE}”."
    assert page.get_by_text(text).is_visible()
    look(page, f"go-to-none-{name}")
    assert fits(page, size)
    stored.notes.insert_one({"_id": KEY, "body": "First draft of the engine"})
    page.get_by_label("Go to ID").fill(f'ObjectId("{KEY}")')
    page.get_by_label("Go to ID").press("Enter")
    assert page.get_by_text("Several documents have this ID").is_visible()
    look(page, f"go-to-several-{name}")
    page.get_by_role("link", name="Ada Lovelace").click()
    assert page.url.endswith(f"/admin/documents/user/{KEY}/change/")


@pytest.mark.parametrize("context_options", LOOKS)
def test_a_list_offers_the_document_of_an_id(page, stored, context_options):
    size = context_options["viewport"]["width"]
    page.goto("/admin/documents/note/")
    page.locator("#searchbar").fill(str(KEY))
    page.locator("#searchbar").press("Enter")
    offer = page.locator(".elsewhere")
    assert offer.get_by_text("This ID is that of:").is_visible()
    look(page, f"elsewhere-{context_options['color_scheme']}-{size}")
    assert fits(page, size)
    offer.get_by_role("link", name="Ada Lovelace").click()
    assert page.url.endswith(f"/admin/documents/user/{KEY}/change/")
