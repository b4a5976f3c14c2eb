"""Autocomplete of a large collection in a browser: more results as one scrolls."""

import pytest
from bson import ObjectId
from django.contrib.auth.models import User

from admin_ext.autocomplete.walks import LARGE

from .conftest import look


@pytest.fixture
def note(mongo, page, login, transactional_db):
    login(page, User.objects.create_superuser("ann"))
    mongo.users.insert_many([
        {"username": f"user{n:05}", "email": f"{n}@example.org"}
        for n in range(LARGE + 50)
    ])
    mongo.users.create_index("username")
    mongo.users.create_index("email")
    return mongo.notes.insert_one({"body": "Milk", "user": ObjectId()}).inserted_id


def test_results_follow_each_other_as_one_scrolls(page, mongo, note):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/admin/documents/note/{note}/change/")
    page.locator(".field-user .select2-selection").click()
    page.locator(".select2-dropdown .select2-search__field").fill("user00")
    options = page.locator(".select2-results__option[aria-selected]")
    options.filter(has_text="user00019").wait_for()
    for last in ("user00039", "user00059"):
        page.locator(".select2-results__options").evaluate(
            "list => { list.scrollTop = list.scrollHeight; }"
        )
        options.filter(has_text=last).wait_for()
    names = options.all_text_contents()
    assert names[:60] == [f"user{n:05}" for n in range(60)]
    look(page, "autocomplete-more")
    pages = [url for url in asked if "/autocomplete/" in url and "term=user00" in url]
    assert ["after=" in url for url in pages] == [False, True, True]
    options.filter(has_text="user00042").click()
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was changed successfully").wait_for()
    user = mongo.users.find_one({"username": "user00042"})
    assert mongo.notes.find_one(note)["user"] == user["_id"]
