"""Forms of places: what nobody typed stays; what is typed keeps shape and types."""

import math
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from bson import DBRef, Decimal128, Int64
from bson.raw_bson import RawBSONDocument
from django import forms
from django.contrib.admin import site
from django.utils.datastructures import MultiValueDict
from mongoengine import fields as me

from admin_ext.ejson import CODEC
from admin_ext.fields import field_for
from admin_ext.meta import present

from .geo_documents import Theater
from .places import KEY, LINE, POINT, RING, geojson, store, stored

__all__ = ["store", "stored"]

GEO_FIELDS = ("corner", "route", "exits", "ground", "paths", "grounds")


class Form:
    """The form of the stored theater, as a browser shows and sends it."""

    def __init__(self, rf, **options):
        self.document = present(Theater)._default_manager.get(pk=KEY)
        admin = site.get_model_admin(Theater)
        request = rf.get("/")
        self.form_class = admin.get_form(request, self.document, change=True, **options)
        self.html = "".join(map(str, self.form_class(instance=self.document)))
        self.data = fields_in(self.html)

    def save(self, **values):
        """Send the form with other values; return it when it was saved."""
        assert {*values} <= {*self.data}, "no such input"
        document = present(Theater)._default_manager.get(pk=KEY)
        data = MultiValueDict({
            name: [text] for name, text in (self.data | values).items()
        })
        form = self.form_class(data, instance=document)
        if form.is_valid():
            form.save()
        return form


def fields_in(html):
    """Return {name: text} of what a browser sends for a page's inputs."""
    soup, data = BeautifulSoup(html, "html.parser"), {}
    for each in soup.select("[name]"):
        if each.name == "textarea":
            # https://html.spec.whatwg.org/#preprocessing-the-input-stream
            text = each.get_text().replace("\r\n", "\n").removeprefix("\n")
            data[each["name"]] = text.replace("\n", "\r\n")
        elif each.name == "input" and each.get("type") != "checkbox":
            data[each["name"]] = each.get("value", "")
    return data


@pytest.fixture
def opened(rf, store):
    def open_form(**values):
        store(**values)
        return Form(rf)

    return open_form


# Positions of awkward numbers, dimensions and types.
POSITIONS = [
    [0, -0.0],
    [5.0, 1e-7],
    [Int64(16), Decimal128("48.20")],
    [16.370000000000001, 48.21, 151],
    [1, 2, 3.5, Int64(4)],
    [180, -90],
    [200.5, -91],
]


def values_around(position):
    """Return {field: its values that hold a position} for every field."""
    ring = [position, [0, 0], [1, 1.0], [Int64(2), 0], position]
    shapes = {
        "geo": ("Point", position),
        "route": ("LineString", [position, [1, 2]]),
        "exits": ("MultiPoint", [position]),
        "ground": ("Polygon", [ring, ring]),
        "paths": ("MultiLineString", [[position, position], [[1, 2], position]]),
        "grounds": ("MultiPolygon", [[ring], [ring, ring]]),
    }
    more = {"bbox": [1], "crs": {"x": Int64(1)}}
    values = {
        name: [coordinates, more | geojson(kind, coordinates)]
        for name, (kind, coordinates) in shapes.items()
    }
    longitude, latitude, *_rest = position
    legacy = {"lat": latitude, "n": 1, "Longitude": longitude}
    return values | {"corner": [position, legacy]}


ODD = [
    *(None, "", "16, 48", "a\r\nb", 5, True, b"\x00", KEY, DBRef("x", 1), [], {}),
    *([[]], [[[]]], [[[[]]]], [[1, 2], []], [1], ["1", "2"], [[1, 2], [3]], [None, 1]),
    *([1, math.nan], [[math.inf, 1], [1, 2]], [True, False], [Decimal128("NaN"), 0]),
    *({"lng": 1}, {"lat": 1, "lng": "x"}, {"type": "Point"}, {"coordinates": [1, 2]}),
    *(geojson("point", [1, 2]), geojson("Polygon", [1, 2]), geojson(None, [1, 2])),
    *(geojson("Feature", [[1, 2], [3, 4]]), geojson("LineString", [[1, 2]])),
    *(geojson("Polygon", [[[0, 0], [1, 1], [2, 2]]]), geojson("LineString", [])),
    geojson("Polygon", [[[0, 0], [1, 1], [2, 0], [0, 0]], []]),
    datetime(1, 1, 1, tzinfo=UTC),
    "x" * 100,
]


def awkward_documents():
    """Return documents that hold every odd and every awkward value in every field."""
    columns = {name: [*ODD] for name in (*GEO_FIELDS, "geo")}
    for position in POSITIONS:
        for name, values in values_around(position).items():
            columns[name] += values
    for number in range(max(map(len, columns.values()))):
        document = {
            name: column[number % len(column)] for name, column in columns.items()
        }
        geo = document.pop("geo")
        yield document | {"location": {"geo": geo, "odd": 1}, "stops": [geo, geo]}


@pytest.mark.django_db
def test_what_nobody_typed_stays_to_the_byte(rf, store, mongo, mongo_commands):
    options = CODEC.with_options(document_class=RawBSONDocument)
    for document in awkward_documents():
        mongo.theaters.delete_many({})
        before = store(**document)
        with mongo_commands() as commands:
            form = Form(rf).save()
        assert (form.errors, form.changed_data) == ({}, []), document
        assert not commands.writes, document
        assert mongo.theaters.with_options(options).find_one().raw == before


@pytest.mark.django_db
def test_edited_coordinates_keep_types_keys_and_shape(opened, stored):
    form = opened(
        corner={"lng": 5, "lat": Decimal128("1.50"), "by": "gps"},
        route=LINE,
        exits=[[1, 2], [3, 4]],
        ground=geojson("Polygon", [RING]),
        location={"geo": POINT, "odd": 1},
    )
    form.save(
        corner_longitude="6",
        corner_latitude="1.60",
        route="1, 2.0\r\n3.5, 5\r\n7, 8",
        exits="1, 2\r\n3.5, 5",
        **{"location-geo_longitude": "17", "location-geo_further": "12"},
        ground="0, 0\r\n4.0, 0\r\n5, 4\r\n0, 0",
    )
    found = stored()
    assert found["corner"] == {"lng": 6, "lat": Decimal128("1.60"), "by": "gps"}
    assert found["route"] == LINE | {"coordinates": [[1, 2.0], [3.5, 5], [7.0, 8.0]]}
    assert isinstance(found["route"]["coordinates"][1][1], Int64)
    assert isinstance(found["route"]["coordinates"][2][1], float)
    assert found["exits"] == [[1, 2], [3.5, 5]]
    assert found["ground"]["coordinates"] == [[[0, 0], [4.0, 0], [5, 4], [0, 0]]]
    geo = found["location"]["geo"]
    assert geo == POINT | {"coordinates": [17, 48, 12.0]}
    assert [*map(type, geo["coordinates"])] == [int, Int64, float]


@pytest.mark.django_db
def test_an_edit_sends_the_one_number_that_differs(opened, mongo_commands):
    form = opened(location={"geo": POINT})
    with mongo_commands() as commands:
        form.save(**{"location-geo_latitude": "49"})
    (update,) = commands.writes
    assert update.document["updates"][0]["u"] == {
        "$set": {"location.geo.coordinates.1": Int64(49)}
    }


@pytest.mark.django_db
def test_a_number_that_is_typed_otherwise_is_no_change(opened, mongo_commands):
    form = opened(corner=[16.5, 48], route=LINE)
    with mongo_commands() as commands:
        sent = form.save(
            corner_longitude=" 16.50",
            corner_latitude="48.0",
            route="1,2\r\n3, 4.00\r\n",
        )
    assert sent.changed_data == []
    assert not commands.writes


@pytest.mark.django_db
def test_new_places_are_geojson_of_doubles(opened, stored):
    ring = "0, 0\r\n4, 0\r\n4, 4\r\n0, 0"
    form = opened(name="x").save(
        corner_longitude="5000",
        corner_latitude="-1",
        route="1, 2\r\n3, 4",
        exits="1, 2",
        ground=ring,
        paths="1, 2\r\n3, 4\r\n\r\n5, 6\r\n7, 8",
        grounds=f"{ring}\r\n---\r\n{ring}",
        **{"location-geo_longitude": "16", "location-geo_latitude": "48"},
        **{"stops-0-value_longitude": "1", "stops-0-value_latitude": "2"},
    )
    assert not form.errors
    ring = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 0.0]]
    assert stored() == {
        "name": "x",
        "corner": [5000.0, -1.0],
        "location": {"geo": geojson("Point", [16.0, 48.0])},
        "stops": [geojson("Point", [1.0, 2.0])],
        "route": geojson("LineString", [[1.0, 2.0], [3.0, 4.0]]),
        "exits": geojson("MultiPoint", [[1.0, 2.0]]),
        "ground": geojson("Polygon", [ring]),
        "paths": geojson("MultiLineString", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),
        "grounds": geojson("MultiPolygon", [[ring], [ring]]),
    }
    assert isinstance(stored("paths")["coordinates"][1][1][1], float)


@pytest.mark.django_db
def test_empty_inputs_remove_the_value(opened, stored):
    form = opened(corner=[1, 2], route=LINE, location={"geo": POINT, "odd": 1})
    form.save(
        corner_longitude="",
        corner_latitude=" ",
        route="\r\n",
        **{"location-geo_longitude": "", "location-geo_latitude": ""},
        **{"location-geo_further": ""},
    )
    assert stored() == {"location": {"odd": 1}}


@pytest.mark.django_db
def test_separators_alone_are_nothing(opened, stored):
    form = opened(grounds=geojson("MultiPolygon", [[RING]]), name="a")
    assert not form.save(grounds="\r\n---\r\n").errors
    assert stored() == {"name": "a"}


@pytest.mark.django_db
def test_errors_come_back_with_what_was_typed(opened, stored):
    form = opened(corner=[1, 2], route=LINE).save(
        corner_longitude="", route="1, 2\r\n3, north"
    )
    assert form.errors == {
        "corner": ["Enter both a longitude and a latitude, or leave both empty."],
        "route": ["Line 2: “north” is not a number."],
    }
    data = fields_in("".join(map(str, form)))
    assert (data["corner_longitude"], data["corner_latitude"]) == ("", "2")
    assert data["route"] == "1, 2\r\n3, north"
    assert stored() == {"corner": [1, 2], "route": LINE}


@pytest.mark.django_db
def test_an_altitude_is_typed_only_where_one_is_stored(opened):
    form = opened(route=LINE, exits=[[1, 2, 3]])
    sent = form.save(route="1, 2, 3\r\n3, 4", exits="1, 2, 3\r\n4, 5, 6")
    assert sent.errors == {
        "route": [
            "Line 1: 3 numbers are too many, there may be 2; decimals have a point."
        ]
    }


@pytest.mark.django_db
def test_an_odd_value_can_be_corrected_as_json_or_typed_anew(opened, stored):
    form = opened(
        route=geojson("Linestring", [[1, 2], [Int64(3), 4]], note="x"), corner="?"
    )
    assert "odd-value" in form.html
    text = form.data["route"].replace("Linestring", "LineString")
    assert not form.save(route=text, corner="16, 48.5").errors
    fixed = geojson("LineString", [[1, 2], [3, 4]], note="x")
    assert stored() == {"route": fixed, "corner": [16.0, 48.5]}
    assert isinstance(stored("route")["coordinates"][1][0], Int64)


NO_GEOMETRY = [
    *("{", "[1, 2]", '{"type": "Point"}', "[" * 9_000, '[["1", 2], [3, 4]]'),
    '{"type": "LineString", "type": 1, "coordinates": [[1, 2], [3, 4]]}',
    '{"type": "LineString", "coordinates": [[1, 2], [3, 99999999999999999999]]}',
    '{"type": "LineString", "coordinates": [[1, 2], [3, 4]], "a\\u0000": 1}',
]


@pytest.mark.django_db
@pytest.mark.parametrize("text", NO_GEOMETRY, ids=range(len(NO_GEOMETRY)))
def test_json_that_is_no_geometry_is_a_form_error(opened, stored, text):
    message = "This is neither a list of positions nor a GeoJSON LineString."
    values = {"route": LINE, "exits": "odd"}
    sent = opened(**values).save(route=text, exits=text)
    assert sent.errors["route"] == [message]
    assert sent.errors["exits"][0].startswith("This is neither a list of positions")
    assert stored() == values


@pytest.mark.django_db
def test_geojson_may_be_pasted(opened, stored):
    text = '{"type": "LineString", "coordinates": [[1, 2], [5, 6]]}'
    form = opened(route=LINE)
    assert form.save(route=text.replace("{", '{"bbox": 1, ')).errors == {
        "route": ["Of GeoJSON, type and coordinates are taken, and no other keys."]
    }
    form.save(route=text)
    assert stored("route") == LINE | {"coordinates": [[1, 2], [5, 6]]}
    assert [*map(type, stored("route")["coordinates"][1])] == [float, Int64]


@pytest.mark.django_db
def test_a_row_of_a_list_of_points_is_edited_and_others_stay(opened, stored):
    rows = [POINT, [1, 2], "odd", {"lat": 1, "lng": 2}]
    form = opened(stops=rows)
    form.save(**{"stops-1-value_latitude": "3", "stops-3-value_longitude": "7"})
    assert stored() == {"stops": [POINT, [1, 3], "odd", {"lat": 1, "lng": 7}]}
    assert [*map(type, stored("stops")[0]["coordinates"])] == [int, Int64, float]


@pytest.mark.django_db
def test_two_edits_of_one_place_are_a_conflict_in_coordinates(opened, mongo, stored):
    form = opened(route=LINE)
    theirs = [[1, 2.0], [9.0, Int64(9)]]
    mongo.theaters.update_one({}, {"$set": {"route.coordinates": theirs}})
    sent = form.save(route="1, 2.0\r\n5, 5")
    text = BeautifulSoup(str(sent.errors["route"]), "html.parser").get_text(" ", True)
    assert "You saw 1, 2.0; 3.0, 4 Stored now 1, 2.0; 9.0, 9 Yours 1, 2.0; 5" in text
    assert stored("route")["coordinates"] == theirs
    form.data = fields_in("".join(map(str, sent))) | {"route-CHOICE": "mine"}
    assert not form.save(route="1, 2.0\r\n6, 6").errors
    assert stored("route") == LINE | {"coordinates": [[1, 2.0], [6.0, 6]]}


@pytest.mark.django_db
def test_a_conflict_about_something_else_than_coordinates_shows_all(opened, mongo):
    form = opened(corner={"lng": 1, "lat": 2})
    mongo.theaters.update_one({}, {"$set": {"corner": None}})
    sent = form.save(corner_longitude="3")
    text = BeautifulSoup(str(sent.errors["corner"]), "html.parser").get_text(" ", True)
    assert "You saw 1, 2 Stored now (null) Yours 3" in text
    other = {"lng": 1, "lat": 2, "by": "gps"}
    mongo.theaters.update_one({}, {"$set": {"corner": other}})
    sent = form.save(corner_longitude="3")
    text = BeautifulSoup(str(sent.errors["corner"]), "html.parser").get_text(" ", True)
    assert '"$numberInt": "1"' in text
    assert '"by": "gps"' in text


@pytest.mark.django_db
def test_a_long_geometry_is_shown_and_not_edited(opened, stored, mongo_commands):
    line = geojson("LineString", [[x / 70_003, 1 / (x + 7)] for x in range(15_000)])
    form = opened(route=line, name="a", corner=["x" * 600_000])
    assert not {"route", "corner"} & {*form.data}
    assert "This is too long to be edited here; it stays as it is." in form.html
    assert "LineString (15000 positions)" in form.html
    assert len(form.html) < 100_000
    with mongo_commands() as commands:
        form.save(name="b")
    (update,) = commands.writes
    assert update.document["updates"][0]["u"] == {"$set": {"name": "b"}}


@pytest.mark.django_db
def test_a_page_that_had_no_inputs_for_a_place_leaves_it_alone(opened, stored):
    form = opened(corner=[1, 2], route=LINE, name="a")
    for name in ("corner_longitude", "corner_latitude", "route"):
        del form.data[name]
    form.save(name="b")
    assert stored() == {"corner": [1, 2], "route": LINE, "name": "b"}


@pytest.mark.django_db
def test_a_text_that_is_too_long_is_a_form_error(opened):
    sent = opened(name="a").save(route="1, 2\r\n" * 110_000)
    assert sent.errors["route"][0].startswith("Ensure this value has at most 500000")


@pytest.mark.django_db
def test_checks_of_the_document_are_made_of_what_was_typed(opened, monkeypatch):
    def no_south(value):
        if value["coordinates"][0][1] < 0:
            raise me.ValidationError(f"No line from the south: {value['bbox']}")

    monkeypatch.setattr(Theater.route, "validation", no_south)
    sent = opened(route=LINE).save(route="1, -2\r\n3, 4")
    assert sent.errors == {"route": ["No line from the south: [1]"]}


class Heights(me.PointField):
    """A field whose own checks know altitudes, and whose values are objects."""

    def validate(self, value):
        if len(value) > 2 and value[2] > 9_000:
            self.error("Nobody is that high.")

    def to_python(self, value):
        return tuple(value["coordinates"]) if isinstance(value, dict) else value

    def to_mongo(self, value):
        return geojson("Point", [*value])


def test_a_field_of_the_applications_own_keeps_its_conversions():
    field = field_for(Heights(), name="top", present=present)
    assert field.initial_for((1, 2)) == geojson("Point", [1, 2])
    stored = geojson("Point", [1, 2, 3], crs=1)
    assert field.bson_for((5.0, 6.0, 7.0), stored) == stored | {
        "coordinates": [5, 6, 7]
    }
    form_field = field.formfield(required=False)
    assert form_field.clean(["1", "2", "3"]) == geojson("Point", [1, 2, 3])


def test_the_format_is_told_behind_the_developers_help():
    field = present(Theater)._meta.get_field("ground")
    help_text = field.formfield().help_text
    assert help_text.startswith("What is rented. One position a line: longitude, lat")
    assert field.help_text == "What is rented."


def test_a_point_may_have_one_input_that_the_developer_chose():
    field = present(Theater)._meta.get_field("corner").formfield(widget=forms.TextInput)
    field.keep_stored_value([1, 2.5])
    assert field.prepare_value([1, 2.5]) == "1, 2.5"
    assert not field.has_changed([1, 2.5], "1,2.5")
    assert field.clean("3, 4") == [3, 4.0]
