"""References to documents of several kinds in a browser, with and without scripts."""

import pytest
from bson import DBRef, Int64, ObjectId
from django.contrib.auth.models import User

from .conftest import look

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = [
    {"color_scheme": scheme, "viewport": size, "java_script_enabled": False}
    for scheme, size in (("light", DESKTOP), ("dark", PHONE))
]
TOWN, OTHER, GONE = (ObjectId(f"5f00000000000000000000a{n}") for n in range(3))


def generic(name, reference):
    return {"_cls": name, "_ref": reference}


@pytest.fixture
def trip(mongo, page, login, transactional_db):
    login(page, User.objects.create_superuser("ann"))
    mongo.towns.insert_many([
        {"_id": TOWN, "townName": "Aton", "people": Int64(7)},
        {"_id": OTHER, "townName": "Bton"},
    ])
    mongo.ships.insert_one({"_id": "s", "_cls": "Ship", "name": "Sea Breeze"})
    return mongo.trips.insert_one({
        "title": "To Aton",
        "plainTown": GONE,
        "dbref": DBRef("ships", TOWN),
        "lazy": "zzz",
        "cached": {"_id": TOWN, "townName": "as it was"},
        "generic": generic("Town", DBRef("towns", TOWN)),
        "generic_lazy": generic("Gone", DBRef("gone", 1)),
        "anything": "a text",
        "plains": [TOWN, None, GONE, "zzz"],
        "generics": [
            generic("Ship", DBRef("ships", "s")),
            generic("Town", DBRef("towns", GONE)),
            generic("Town", DBRef("elsewhere", TOWN)),
        ],
        "leg": {"generic": generic("Ship", DBRef("ships", "s"))},
    }).inserted_id


@pytest.mark.parametrize("context_options", LOOKS)
def test_a_kind_and_an_id_are_typed_without_scripts(page, mongo, trip, context_options):
    size = context_options["viewport"]["width"]
    page.goto(f"/admin/tests/trip/{trip}/change/")
    look(page, f"references-{context_options['color_scheme']}-{size}")
    assert page.evaluate("document.documentElement.scrollWidth") <= size
    field = page.locator(".form-row.field-generic")
    assert field.get_by_text("Aton").is_visible()
    field.locator("select").select_option("Ship")
    field.get_by_label("ID").fill("nobody")
    page.get_by_role("button", name="Save and continue editing").click()
    assert field.get_by_text("Ship with ID “nobody” doesn’t exist.").is_visible()
    look(page, f"references-error-{context_options['color_scheme']}-{size}")
    field.get_by_label("ID").fill("s")
    page.get_by_role("button", name="Save and continue editing").click()
    field.get_by_role("link", name="Sea Breeze").wait_for()
    found = mongo.trips.find_one(trip)
    assert found["generic"] == generic("Ship", DBRef("ships", "s"))
    assert (found["anything"], found["plainTown"]) == ("a text", GONE)


def test_a_document_of_the_kind_is_looked_up(page, mongo, trip):
    page.goto(f"/admin/tests/trip/{trip}/change/")
    field = page.locator(".form-row.field-generic_lazy")
    lookup = field.locator(".related-lookup")
    assert not lookup.is_visible()
    field.locator("select").select_option("Ship")
    with page.expect_popup() as popup:
        lookup.click()
    popup.value.get_by_role("link", name="Sea Breeze").click()
    page.wait_for_function("document.querySelector('#id_generic_lazy_1').value === 's'")
    look(page, "references-looked-up")
    page.get_by_role("button", name="Save and continue editing").click()
    field.get_by_role("link", name="Sea Breeze").wait_for()
    found = mongo.trips.find_one(trip)["generic_lazy"]
    assert found == generic("Ship", DBRef("ships", "s"))


@pytest.mark.parametrize("context_options", LOOKS)
def test_dangling_references_are_found_by_a_filter(
    page, mongo, login, transactional_db, context_options
):
    login(page, User.objects.create_superuser("ann"))
    mongo.users.insert_one({"_id": TOWN, "username": "Ada"})
    mongo.notes.insert_many([
        {"body": "Hers", "user": TOWN, "parent": ""},
        {"body": "Nobody's", "user": GONE},
    ])
    page.goto("/admin/documents/note/?_facets=True")
    owner = page.locator("#changelist-filter details", has_text="owner")
    owner.get_by_role("link", name="No such document (1)").click()
    assert page.get_by_role("link", name="Nobody's").is_visible()
    assert not page.get_by_role("link", name="Hers").is_visible()
    size = context_options["viewport"]["width"]
    look(page, f"reference-states-{context_options['color_scheme']}-{size}")
    assert page.evaluate("document.documentElement.scrollWidth") <= size
