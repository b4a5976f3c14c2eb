"""Coordinates as text and back, what is wrong with a text, and the picture."""

import math
import re
import time
from contextlib import suppress

import pytest
from bson import Decimal128, Int64
from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError
from django.utils import translation

from admin_ext import geometry
from admin_ext.changesets import identical
from admin_ext.geometry import (
    LINE_STRING,
    MULTI_LINE_STRING,
    MULTI_POINT,
    MULTI_POLYGON,
    PAIR,
    POINT,
    POLYGON,
    coordinates_in,
    picture,
    read_point,
    read_text,
    text_for,
    with_texts,
)

RING = [[0, 0], [4, 0], [4, 4], [0, 0]]
HOLE = [[1, 1], [2, 1], [2, 2], [1, 1]]
FAR = [[90, 0], [95, 0], [95, 5], [90, 0]]


@pytest.mark.parametrize(
    "number",
    [0, 5, -5, 5.0, -0.0, 1e-7, 16.370000000000001, 1 / 3, 1e22, 1.5e300, 5e-324]
    + [Int64(5), Int64(2**60), 2**31, Decimal128("1.50"), Decimal128("1E-3")],
)
def test_a_number_reads_back_as_it_is_shown(number):
    stored = [number, 1.5]
    texts = read_point(PAIR, geometry.texts_of(stored, 0))
    assert identical(with_texts(PAIR, texts, stored), stored)
    line = [[number, number], [2.5, number]]
    texts = read_text(LINE_STRING._replace(is_planar=True), text_for(LINE_STRING, line))
    assert identical(with_texts(LINE_STRING, texts, line), line)


@pytest.mark.parametrize(
    ("kind", "coordinates", "text"),
    [
        (LINE_STRING, [[1, 2], [3, 4.0]], "1, 2\n3, 4.0"),
        (MULTI_POINT, [[1, 2, 3]], "1, 2, 3"),
        (POLYGON, [FAR[:2], [[1, 1]]], "90, 0\n95, 0\n\n1, 1"),
        (MULTI_LINE_STRING, [[[1, 2], [3, 4]], [[5, 6]]], "1, 2\n3, 4\n\n5, 6"),
        (
            MULTI_POLYGON,
            [[[[1, 2]], [[3, 4]]], [[[5, 6]]]],
            "1, 2\n\n3, 4\n---\n5, 6",
        ),
    ],
)
def test_one_position_stands_on_a_line(kind, coordinates, text):
    assert text_for(kind, coordinates) == text
    loose = kind._replace(least=1, is_closed=False)
    texts = geometry.texts_of(coordinates, kind.depth)
    assert read_text(loose, text, most=3) == texts


@pytest.mark.parametrize(
    "text",
    ["1, 2\n3, 4", " 1,2 \n\n 3 , 4\n", "1 2\n3\t4", "1; 2;\n3; 4", "+1, 2,\n3,4,"],
)
def test_what_is_typed_otherwise_is_read(text):
    assert read_text(LINE_STRING, text) == [["1", "2"], ["3", "4"]]


def test_the_minus_of_typographers_is_a_minus():
    assert read_text(MULTI_POINT, "−1, 2") == [["-1", "2"]]
    assert read_point(POINT, ["−1", "2"]) == ["-1", "2"]


def test_empty_lines_and_dashes_too_many_are_nothing():
    ring = "0, 0\n4, 0\n4, 4\n0, 0"
    text = f"\n---\n{ring}\n\n\n\n{ring}\n----\n\n---\n{ring}\n---\n"
    read = geometry.texts_of(RING, 1)
    assert read_text(MULTI_POLYGON, text) == [[read, read], [read]]
    assert read_text(MULTI_POLYGON, "\n---\n \n") is None


LONG = "9" * 60
LINES = [
    (LINE_STRING, "1, 2\nx, 3", ["Line 2: “x” is not a number."]),
    (LINE_STRING, "1, 2\n\n3", ["Line 3: “3” is no position; write longitude, "]),
    (LINE_STRING, "1,5 2,5\n3, 4", ["Line 1: “1,5 2,5” is no position; write long"]),
    (LINE_STRING, "1,5, 2,5\n3, 4", ["Line 1: 4 numbers are too many, there may be 2"]),
    (LINE_STRING, "1,,2\n3, 4", ["Line 1: “1,,2” is no position; write longitude, la"]),
    (LINE_STRING, "1, 2", ["Line 1: A line needs at least 2 positions."]),
    (LINE_STRING, "nan, 2\n3, inf", ["Line 1: “nan” is", "Line 2: “inf” is not a"]),
    (LINE_STRING, "1e999, 2", ["Line 1: “1e999” is not a number."]),
    (LINE_STRING, f"1, {LONG}", [f"Line 1: “{LONG[:39]}…” is not a number."]),
    (LINE_STRING, "1, 2\n181, 2", ["Line 2: The longitude 181 is not between -180 an"]),
    (LINE_STRING, "1, 2\n2, -90.5", ["Line 2: The latitude -90.5 is not between -90 "]),
    (LINE_STRING, "١, 2\n3, 4", ["Line 1: “١” is not a number."]),
    (LINE_STRING, "1, 2\n3, 4\x00", ["Line 2: “4\x00” is not a number."]),
    (POLYGON, "0, 0\n4, 0\n0, 0", ["Line 1: A ring needs at least 4 positions."]),
    (
        POLYGON,
        "0, 0\n4, 0\n4, 4\n0, 0\n\n0, 0\n1, 0\n1, 1\n0, 1",
        ["Line 9: A ring must end where it begins; add its first position, 0, 0, "],
    ),
    (POLYGON, "0, 0\n4, 0\n4, 4\n0.0, -0", []),
    (POLYGON, "0, 0\n---\n4, 0", ["Line 2: “---” is no position"]),
    (
        MULTI_POLYGON,
        "0, 0\n---\n0, 0",
        ["Line 1: A ring needs", "Line 3: A ring needs"],
    ),
    (MULTI_LINE_STRING, "0, 0\n1, 1\n\n0, 0", ["Line 4: A line needs at least 2 pos"]),
    (MULTI_POINT, "x\n" * 9, [f"Line {line}: “x” is no" for line in range(1, 6)]),
]


@pytest.mark.parametrize(("kind", "text", "messages"), LINES)
def test_errors_name_the_line(kind, text, messages):
    try:
        read_text(kind, text)
        found = []
    except ValidationError as error:
        found = error.messages
    assert len(found) == len(messages)
    for message, expected in zip(found, messages, strict=True):
        assert message.startswith(expected)


@pytest.mark.parametrize(
    ("parts", "messages"),
    [
        (["1", ""], ["Enter both a longitude and a latitude, or leave both empty."]),
        (
            ["", "", "5"],
            ["Enter both a longitude and a latitude, or leave both empty."],
        ),
        (["east", "1"], ["“east” is not a number."]),
        (["1,5", "2"], ["“1,5” is not a number."]),
        (
            ["181", "-91"],
            ["The longitude 181 is not", "The latitude -91 is not betwee"],
        ),
        (
            ["1", "2", "3"],
            ["3 numbers are too many, there may be 2; decimals have a po"],
        ),
        (["1", "2", "x"], ["“x” is not a number."]),
        (["inf", "-nan"], ["“inf” is not a number.", "“-nan” is not a number."]),
    ],
)
def test_errors_of_a_point(parts, messages):
    with pytest.raises(ValidationError) as caught:
        read_point(POINT, parts)
    for message, expected in zip(caught.value.messages, messages, strict=True):
        assert message.startswith(expected)


@pytest.mark.parametrize(
    "text", ["1" + " " * 400_000 + "2", "x," * 200_000, "9" * 400_000, "-" * 400_000]
)
def test_a_text_that_means_harm_is_read_at_once(text):
    for typed in (
        text,
        f"{text}\n3, x",
        "\n".join(text[:9] for _line in range(50_000)),
    ):
        begin = time.monotonic()
        with suppress(ValidationError):
            read_text(MULTI_POLYGON, typed)
        assert time.monotonic() - begin < 2


def test_a_pair_in_a_plane_has_no_limits():
    assert read_point(PAIR, ["5000", "-1e6"]) == ["5000", "-1e6"]


def test_the_decimal_comma_of_the_language_is_read_in_the_inputs_of_a_point():
    with translation.override("de"):
        assert read_point(POINT, ["16,37", " 48.21"]) == ["16.37", "48.21"]
        with pytest.raises(ValidationError):
            read_point(POINT, ["1.016,37", "48,21"])


LEGACY = {"lng": 1, "lat": 2.5, "name": "x"}
GEOJSON = {"crs": {"n": 1}, "type": "Point", "coordinates": [1, 2.5], "bbox": [0]}


@pytest.mark.parametrize(
    "value", [[1, 2.5], (1, 2.5), LEGACY, {"lat": 2.5, "Lon": 1}, GEOJSON]
)
def test_a_point_may_be_stored_in_many_shapes(value):
    assert [*coordinates_in(POINT, value)] == [1, 2.5]


ODD = [
    *(None, "", "1, 2", 5, True, [], [1], ["1", "2"], [1, None], [[1, 2]], {}),
    *([1, math.nan], [math.inf, 1], [True, 1], [Decimal128("NaN"), 1]),
    *([Decimal128("1E+6000"), 1], {"lng": 1}, {"lng": 1, "lat": "2"}),
    *({"lng": 1, "lon": 1, "lat": 1}, {"type": "Point"}, {"coordinates": [1, 2]}),
    *({"type": "point", "coordinates": [1, 2]}, {"type": 1, "coordinates": [1, 2]}),
    *({"type": "Polygon", "coordinates": [1, 2]}, {"type": "Point", "coordinates": {}}),
]


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
def test_what_is_no_point(value):
    assert coordinates_in(POINT, value) is None


@pytest.mark.parametrize(
    ("stored", "result"),
    [
        ([1, 2.5], [3, 4.0]),
        ([1.0, Int64(2)], [3.0, Int64(4)]),
        (LEGACY, {"lng": 3, "lat": 4.0, "name": "x"}),
        ({"lat": 2.5, "lng": 1}, {"lat": 4.0, "lng": 3}),
        (GEOJSON, GEOJSON | {"coordinates": [3, 4.0]}),
        (None, {"type": "Point", "coordinates": [3.0, 4.0]}),
        ("odd", {"type": "Point", "coordinates": [3.0, 4.0]}),
        ([Decimal128("1"), 2], [Decimal128("3"), 4]),
    ],
)
def test_an_edited_point_keeps_shape_keys_and_types(stored, result):
    assert identical(with_texts(POINT, ["3", "4"], stored), result)


@pytest.mark.parametrize(
    ("text", "stored", "result"),
    [
        ("5.5", 1, 5.5),
        ("5.0", 1, 5),
        ("5", 1.0, 5.0),
        ("-0", 1.0, -0.0),
        ("5e0", Int64(1), Int64(5)),
        (str(2**40), 1, Int64(2**40)),
        ("9" * 30, 1, 1e30),
        ("1.50", Decimal128("2"), Decimal128("1.50")),
        ("1." + "3" * 40, Decimal128("2"), Decimal128("1.3333333333333333")),
        ("5", None, 5.0),
    ],
)
def test_a_number_keeps_its_type_where_it_fits(text, stored, result):
    assert identical(with_texts(PAIR, [text, "0"], [stored or 0.0, 0])[0], result)


def test_positions_that_are_still_there_keep_their_types():
    stored = [[1, Int64(2)], [3.0, 4.0], [5, 6]]
    typed = [["9", "9"], ["1", "2"], ["5", "6"], ["7", "7"]]
    expected = [[9, Int64(9)], [1, Int64(2)], [5, 6], [7.0, 7.0]]
    assert identical(with_texts(LINE_STRING, typed, stored), expected)
    stored = [[1, 2], [1.0, 2.0]]
    assert with_texts(LINE_STRING, [["1", "2"], ["1", "2"]], stored) == stored


def test_a_pair_of_keys_has_no_place_for_an_altitude():
    stored = {"lng": 1, "lat": 2}
    expected = {"type": "Point", "coordinates": [3.0, 4.0, 5.0]}
    assert with_texts(POINT, ["3", "4", "5"], stored) == expected


def test_coordinates_of_the_legacy_kind_are_a_bare_pair():
    assert with_texts(PAIR, ["1", "2"], None) == [1.0, 2.0]


def shown(kind, coordinates):
    return re.sub(r"\s+", " ", str(picture(kind, coordinates)))


def test_the_picture_says_in_words_what_it_shows():
    html = shown(POINT, [16.37, 48])
    assert 'role="img" aria-label="Longitude 16.37, latitude 48"' in html
    assert html.count('<circle class="geo-dot"') == 2
    assert 'cx="16.37" cy="-48.00"' in html
    assert "geo-caption" not in html
    html = shown(POLYGON, [RING, HOLE])
    assert "Polygon (8 positions) around longitude 2.0, latitude 2.0" in html
    assert "Polygon (8 positions), about 445 km across" in html


def test_the_picture_has_no_script_no_style_and_no_other_host():
    html = shown(MULTI_POLYGON, [[RING, HOLE], [FAR]])
    assert not re.search(r"<script|style=|http|on\w+=", html)
    assert 'href="/static/admin_ext/img/world.svg#land"' in html


@pytest.mark.parametrize("position", [[181, 0], [0, 91], [5000, 1]])
def test_what_is_not_on_the_world_is_not_drawn(position):
    assert picture(PAIR, position) == ""
    assert picture(LINE_STRING, [[0, 0], position]) == ""


def test_a_line_across_the_antimeridian_is_not_drawn_around_the_world():
    html = shown(LINE_STRING, [[170, 0], [-175, 10]])
    assert "M170.00 -0.00L185.00 -10.00" in html
    assert 'translate(-360)"' in html
    assert "(2 positions) around longitude 177.5, latitude 5.0" in html


def test_the_whole_world_is_drawn_as_such():
    world = [[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]
    assert "M-180.00 90.00L180.00 90.00L180.00 -90.00" in shown(POLYGON, [world])


def test_two_places_on_both_sides_of_the_antimeridian_are_neighbours():
    html = shown(MULTI_POINT, [[179, -17], [-179, -16]])
    assert "around longitude -180.0, latitude -16.5" in html
    assert "about 213 km across" in html


@pytest.mark.parametrize(
    "coordinates",
    [
        [[0, 90], [0, -90]],
        [[0, 1e-320], [0, 0]],
        [[0, 90], [0, 90]],
        [[180, 90], [-180, -90]],
    ],
)
def test_the_ends_of_the_world_are_drawn(coordinates):
    assert "nan" not in shown(LINE_STRING, coordinates)
    assert "geo-world" in shown(MULTI_POINT, coordinates)


def test_of_a_long_geometry_some_positions_are_drawn():
    line = [[x / 1000, x % 7] for x in range(50_000)]
    html = shown(LINE_STRING, line)
    assert "LineString (50000 positions), about" in html
    assert "across, drawn in less detail" in html
    assert html.count("L") < 2_500
    many = [
        [[[x, y], [x + 1, y], [x, y + 1], [x, y]]] for x in range(90) for y in range(60)
    ]
    assert shown(MULTI_POLYGON, many).count("L") < 2_500


def test_the_land_is_small_and_says_where_it_is_from():
    with open(finders.find("admin_ext/img/world.svg"), encoding="utf-8") as file:
        text = file.read()
    assert len(text) < 25_000
    assert "Natural Earth" in text
    assert 'id="land"' in text
