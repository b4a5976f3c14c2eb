"""Places that are typed, and their pictures, in a real browser without scripts."""

import pytest
from django.contrib.auth.models import User

from .conftest import look

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = [
    {"color_scheme": scheme, "viewport": size, "java_script_enabled": False}
    for scheme, size in (("light", DESKTOP), ("dark", PHONE))
]
RING = [[16.3, 48.1], [16.5, 48.1], [16.5, 48.3], [16.3, 48.3], [16.3, 48.1]]
HOLE = [[16.35, 48.15], [16.4, 48.15], [16.4, 48.2], [16.35, 48.15]]


@pytest.fixture
def staff(page, login, transactional_db):
    login(page, User.objects.create_superuser("ann"))


@pytest.fixture
def theater(mongo):
    return mongo.theaters.insert_one({
        "name": "Burgtheater",
        "corner": [-93.24565, 44.85466],
        "location": {"city": "Wien", "geo": {"type": "Point", "coordinates": [16, 48]}},
        "stops": [
            {"type": "Point", "coordinates": [-74.0, 40.7, 12.5]},
            {"type": "Point", "coordinates": ["x", 1]},
        ],
        "route": {"type": "LineString", "coordinates": [[16.3, 48.2], [2.3, 48.9]]},
        "exits": {"type": "MultiPoint", "coordinates": [[179, -17], [-179.5, -16.0]]},
        "ground": {"type": "Polygon", "coordinates": [RING, HOLE]},
        "paths": {
            "type": "MultiLineString",
            "coordinates": [[[16.3, 48.2], [16.4, 48.3]], [[16.4, 48.2], [16.3, 48.3]]],
        },
        "grounds": {
            "type": "MultiPolygon",
            "coordinates": [[RING, HOLE], [[[0, 0], [60, 0], [60, 40], [0, 0]]]],
        },
    }).inserted_id


@pytest.mark.parametrize("context_options", LOOKS)
def test_a_point_is_typed_and_seen_on_the_world(
    page, mongo, theater, staff, context_options
):
    size = context_options["viewport"]["width"]
    page.goto(f"/admin/tests/theater/{theater}/change/")
    look(page, f"places-{context_options['color_scheme']}-{size}")
    assert page.evaluate("document.documentElement.scrollWidth") <= size
    place = page.locator(".field-geo")
    place.get_by_label("Longitude:").fill("-0.1275")
    place.get_by_label("Latitude:").fill("51")
    page.get_by_role("button", name="Save and continue editing").click()
    picture = place.get_by_role("img", name="Longitude -0.1275, latitude 51")
    dot = picture.locator("circle").bounding_box()
    world = picture.bounding_box()
    # London is in the middle of the world, in the upper quarter.
    assert abs(dot["x"] + dot["width"] / 2 - world["x"] - world["width"] / 2) < 2
    assert world["y"] < dot["y"] < world["y"] + world["height"] / 4
    land = picture.locator(".geo-land").bounding_box()
    assert land["width"] > world["width"] * 0.9
    found = mongo.theaters.find_one(theater)["location"]
    assert found == {
        "city": "Wien",
        "geo": {"type": "Point", "coordinates": [-0.1275, 51]},
    }
