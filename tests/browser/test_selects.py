"""References in a browser where a select would be too long, and their order."""

import pytest
from bson import ObjectId
from django.contrib.auth.models import User

from .conftest import look

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = [
    {"color_scheme": "light", "viewport": DESKTOP},
    {"color_scheme": "dark", "viewport": PHONE},
]
TOWNS = [ObjectId(f"5f{n:022x}") for n in range(150)]
GONE = ObjectId("5f000000000000000000ffff")


@pytest.fixture
def trip(mongo, page, login, transactional_db):
    login(page, User.objects.create_superuser("ann"))
    mongo.towns.insert_many(
        {"_id": key, "townName": f"Town {n:03}"} for n, key in enumerate(TOWNS)
    )
    return mongo.trips.insert_one({
        "title": "Far away",
        "plainTown": TOWNS[1],
        "plains": [TOWNS[0], GONE, TOWNS[2]],
        "legs": [{"plain": TOWNS[3]}],
    }).inserted_id


def opened(page, trip):
    page.goto(f"/admin/tests/trip/{trip}/change/")


def save(page):
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was changed successfully").wait_for()


def choose(page, name, term, label):
    """Choose what an autocomplete finds."""
    page.locator(f"[name='{name}'] + .select2 .select2-selection").click()
    page.locator(".select2-search__field").last.fill(term)
    page.locator(".select2-results__option", has_text=label).click()


@pytest.mark.parametrize("context_options", LOOKS)
def test_a_document_is_searched_and_saved(page, mongo, trip, context_options):
    width = context_options["viewport"]["width"]
    opened(page, trip)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    look(page, f"selects-{context_options['color_scheme']}-{width}")
    choose(page, "plain", "town 14", "Town 142")
    save(page)
    assert mongo.trips.find_one(trip)["plainTown"] == TOWNS[142]


def test_a_document_is_added_in_a_popup_of_an_embedded_row(page, mongo, trip):
    opened(page, trip)
    with page.expect_popup() as popup:
        page.locator("#add_id_legs-0-value-plain").click()
    popup.value.locator("[name=name]").fill("New Town")
    popup.value.get_by_role("button", name="Save", exact=True).click()
    page.locator(
        "#select2-id_legs-0-value-plain-container", has_text="New Town"
    ).wait_for()
    save(page)
    (leg,) = mongo.trips.find_one(trip)["legs"]
    assert mongo.towns.find_one(leg["plain"]) == {
        "_id": leg["plain"],
        "townName": "New Town",
    }


@pytest.mark.parametrize("context_options", LOOKS)
def test_a_list_is_reordered_with_the_keyboard(page, mongo, trip):
    opened(page, trip)
    field = page.locator(".form-row.field-plains")
    up = field.get_by_role("button", name="Move up: Town 002")
    up.focus()
    page.keyboard.press("Enter")
    assert page.locator("#list-status").text_content() == "Moved to place 2 of 3"
    page.keyboard.press("Enter")
    assert up.is_disabled()
    down = field.get_by_role("button", name="Move down: Town 002")
    assert down.evaluate("each => each === document.activeElement")
    look(page, f"selects-moved-{page.viewport_size['width']}")
    save(page)
    assert mongo.trips.find_one(trip)["plains"] == [TOWNS[2], TOWNS[0], GONE]


def test_what_is_removed_leaves_the_order(page, mongo, trip):
    opened(page, trip)
    field = page.locator(".form-row.field-plains")
    chosen = field.locator(".select2-selection__choice", has_text="Not found")
    chosen.locator(".select2-selection__choice__remove").click()
    assert field.locator(".reference-order li:visible").count() == 2
    page.keyboard.press("Escape")
    field.get_by_role("button", name="Move up: Town 002").press("Enter")
    save(page)
    assert mongo.trips.find_one(trip)["plains"] == [TOWNS[2], TOWNS[0]]


@pytest.mark.parametrize(
    "context_options", [each | {"java_script_enabled": False} for each in LOOKS]
)
def test_ids_are_typed_without_scripts(page, mongo, trip, context_options):
    width = context_options["viewport"]["width"]
    opened(page, trip)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    look(page, f"selects-no-scripts-{width}")
    row = page.locator(".form-row.field-plain")
    row.get_by_label("ID", exact=True).fill("nobody")
    page.get_by_role("button", name="Save and continue editing").click()
    assert row.get_by_text("Select a valid choice.").is_visible()
    assert row.get_by_label("ID", exact=True).input_value() == "nobody"
    look(page, f"selects-no-scripts-error-{width}")
    row.get_by_label("ID", exact=True).fill(str(TOWNS[7]))
    many = page.locator(".form-row.field-plains")
    many.get_by_label("IDs, separated by commas").fill(f"{TOWNS[8]}, {TOWNS[9]}")
    many.get_by_label("Town 002").fill("0")
    save(page)
    found = mongo.trips.find_one(trip)
    assert found["plainTown"] == TOWNS[7]
    order = [TOWNS[2], TOWNS[0], GONE, TOWNS[8], TOWNS[9]]
    assert found["plains"] == order


@pytest.mark.parametrize("context_options", LOOKS)
def test_an_id_that_no_field_declares_is_a_link(page, mongo, trip, context_options):
    width = context_options["viewport"]["width"]
    values = {"owner": TOWNS[5], "found": {"in": [TOWNS[6], GONE]}}
    mongo.trips.update_one({"_id": trip}, {"$set": values})
    opened(page, trip)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    look(page, f"mentions-{width}")
    # They stand beside the text, and do not press it.
    text = page.locator("textarea[name=other_stored_fields]").bounding_box()
    assert text["width"] > 300
    page.get_by_role("link", name="Town: Town 005").click()
    page.wait_for_url(f"**/town/{TOWNS[5]}/change/")
