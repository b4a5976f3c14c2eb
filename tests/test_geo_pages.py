"""Places as lists and pages show them, and what pages take from a person."""

import pytest
from django.urls import reverse

from admin_ext.display import display_for_field, display_readonly
from admin_ext.meta import present

from .geo_documents import Theater
from .odd_documents import Everything
from .places import KEY, LINE, POINT, RING, geojson, store, stored

__all__ = ["store", "stored"]


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("geo_point", [16, 48.5], "16, 48.5"),
        ("point", geojson("Point", [16, 48.5, 7]), "16, 48.5, 7"),
        ("point", {"lat": 1, "lng": 2}, "2, 1"),
        ("line", LINE, "LineString (2 positions)"),
        ("multi_point", [[1, 2]], "MultiPoint (1 position)"),
        ("multi_polygon", [[RING]], "MultiPolygon (4 positions)"),
    ],
)
def test_a_list_shows_a_short_text(name, value, text):
    field = present(Everything)._meta.get_field(name)
    assert display_for_field(value, field, "-") == text


def test_a_list_of_points_is_told_apart_and_odd_values_are_marked():
    field = present(Theater)._meta.get_field("stops")
    html = display_for_field([POINT, "odd", [1, 2]], field, "-")
    assert html.startswith("16, 48, 151.5; <span class=")
    assert html.endswith(">odd</span>; 1, 2")


def test_where_it_cannot_be_edited_a_place_has_a_picture_too():
    field = present(Theater)._meta.get_field("exits")
    html = display_readonly([[1, 2]] * 30, field, "-")
    assert html.count("1, 2\n") == 20
    assert "…" in html
    assert 'aria-label="MultiPoint (30 positions) around longitude 1.0' in html
    assert "odd-value" in display_readonly("x", field, "-")
    assert display_readonly(None, field, "-") == "-"


@pytest.mark.django_db
def test_pages_of_places(django_app, admin_user, store, stored):
    store(name="a", route=LINE, location={"geo": POINT}, stops=[[1, 2], 3])
    page = django_app.get(reverse("admin:tests_theater_changelist"), user=admin_user)
    assert "LineString (2 positions)" in page
    url = reverse("admin:tests_theater_change", args=[KEY])
    page = django_app.get(url, user=admin_user)
    assert len(page.html.select(".admin-ext.geo-picture")) == 3
    form = page.forms["theater_form"]
    form["location-geo_longitude"] = "abc"
    page = form.submit()
    assert "“abc” is not a number." in page.html.select_one(".field-geo").text
    form = page.forms["theater_form"]
    form["location-geo_longitude"] = "17"
    assert form.submit().status_code == 302
    assert stored("location") == {"geo": POINT | {"coordinates": [17, 48, 151.5]}}
    page = django_app.get(url.replace("change/", "history/"), user=admin_user)
    assert "Changed Location." in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("secret", "reason"),
    [("s3cret", "Edges 0 and 2 cross"), ("}{", ""), ("s3cret}", "")],
)
def test_what_an_index_refuses_is_told_without_the_rest_of_the_document(
    django_app, admin_user, mongo, store, stored, secret, reason
):
    mongo.theaters.create_index([("ground", "2dsphere")])
    store(name="a", ground=geojson("Polygon", [RING]), secret=secret)
    url = reverse("admin:tests_theater_change", args=[KEY])
    form = django_app.get(url, user=admin_user).forms["theater_form"]
    form["ground"] = "0, 0\n4, 4\n4, 0\n0, 4\n0, 0"
    text = form.submit().html.select_one(".errorlist").text
    assert text.startswith("MongoDB refused this: Can't extract geo keys: …")
    assert reason in text
    assert secret not in text
    assert "name" not in text
    assert stored("ground") == geojson("Polygon", [RING])


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["5", "16.37, 48.21", '{"a": 1}', "x,y,z,w"])
def test_a_place_may_come_from_the_url_of_an_add_page(django_app, admin_user, text):
    url = reverse("admin:tests_theater_add")
    params = {"corner": text, "route": text, "ground": text}
    page = django_app.get(url, params, user=admin_user)
    assert page.forms["theater_form"]["corner_longitude"].value
