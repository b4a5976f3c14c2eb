"""The schema page, on a desktop and on a phone, by day and by night."""

import pytest
from django.contrib.auth.models import User

from documents import demo
from tests.test_schema_page import sensors

from .conftest import look

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = [
    {"color_scheme": scheme, "viewport": size, "java_script_enabled": size is DESKTOP}
    for scheme, size in (("light", DESKTOP), ("dark", DESKTOP), ("dark", PHONE))
]


@pytest.fixture
def stored(mongo, page, login, transactional_db):
    """The demo's collections, and sensors of which one is odd, for a superuser."""
    login(page, User.objects.create_superuser("ann"))
    demo.load(mongo, users=5, notes=300, progress=False)
    mongo.sensors.insert_many(sensors(200))
    mongo.sensors.insert_one({"name": "W" * 1_000, "level": "<b>high</b>"})
    mongo.sensors.create_index([("note", 1), ("level", -1)], sparse=True)
    yield mongo
    mongo.sensors.drop()


@pytest.mark.parametrize("context_options", LOOKS)
@pytest.mark.parametrize("name", ["documents/note", "tests/sensor"])
def test_the_schema_page_fits_and_is_found_from_the_list(
    page, stored, context_options, name
):
    size, scheme = context_options["viewport"]["width"], context_options["color_scheme"]
    page.goto(f"/admin/{name}/")
    page.get_by_role("link", name="Schema").click()
    page.wait_for_url(f"**/{name}/schema/**")
    assert page.get_by_role("heading", name="Indexes").count()
    histogram = page.get_by_role("img", name="Dates.").first
    assert histogram.bounding_box()["height"] > 50
    look(page, f"schema-{name.replace('/', '-')}-{scheme}-{size}")
    summary = page.get_by_text("As a table").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details[open] tbody tr").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size


@pytest.mark.parametrize("context_options", [LOOKS[0]])
def test_drawings_have_the_colours_of_the_theme(page, stored, context_options):
    page.goto("/admin/tests/sensor/schema/")
    part = page.locator(".schema-histogram .schema-part").first
    colour = "element => getComputedStyle(element).fill"
    light = part.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    assert part.evaluate(colour) != light
