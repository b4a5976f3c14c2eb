"""Bars, histograms and the words beside them."""

from datetime import UTC, datetime

import pytest
from bson import Decimal128
from bson.datetime_ms import DatetimeMS
from django.utils import timezone, translation

from admin_ext.bars import percent
from admin_ext.introspection.profile import Profile
from admin_ext.schema import figures
from admin_ext.schema.page import type_words

DAY = datetime(2024, 5, 1, 12, tzinfo=UTC)


def profile_of(*values):
    profile = Profile()
    for each in values:
        profile.add(each)
    return profile


def numbers(*values):
    return figures.histogram_of_numbers(profile_of(*values))


def test_shares_say_all_and_nothing_only_of_that():
    texts = [*map(percent, (0, 0.0001, 0.0004, 0.5, 0.996, 0.9999, 1))]
    assert texts == [
        "0 %",
        "< 0.1 %",
        "< 0.1 %",
        "50.0 %",
        "99.6 %",
        "> 99.9 %",
        "100 %",
    ]
    with translation.override("de"):
        assert percent(0.125) == "12,5 %"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", "empty text"),
        ("  ", "only white space"),
        ("a\n\tb", "a b"),
        ("nul\0\u202e", "nul\N{SYMBOL FOR NULL}"),
        (True, "true"),
        (1.0, "1"),
        (0.1 + 0.2, "0.3"),
        (1e300, "1e+300"),
        (float("nan"), "nan"),
        (DAY, "May 1, 2024, noon"),
        (DatetimeMS(10**16), "10000000000000000 ms since 1970"),
        (Decimal128("1.50"), "1.50"),
    ],
)
def test_values_in_words(value, text):
    assert figures.text_of(value) == text


def test_dates_are_those_of_the_time_zone():
    with timezone.override("Asia/Tokyo"):
        assert figures.text_of(DAY) == "May 1, 2024, 9 p.m."


def test_bars_of_the_most_frequent_values():
    profile = profile_of(*["a"] * 6, *["b"] * 3, 1, None)
    shown = figures.bars(profile, type_words, {"string", "int"})
    assert [(bar.text, bar.mark, bar.share, bar.width) for bar in shown] == [
        ("a", "text", "60.0 %", "60"),
        ("b", "text", "30.0 %", "30"),
        ("1", "whole number", "10.0 %", "10"),
    ]


def test_values_that_are_all_different_have_no_bars():
    assert not figures.bars(profile_of(*"abcdefghijklmn"), type_words, {"string"})


def test_of_many_values_rare_ones_have_no_bar():
    profile = profile_of(*["a"] * 50, *map(str, range(450)))
    shown = figures.bars(profile, type_words, {"string"})
    assert [bar.text for bar in shown] == ["a"]
    assert figures.others(profile, shown, {"string"}) == 450


def test_few_whole_numbers_have_a_column_each():
    histogram = numbers(1, 2, 2, 5)
    texts = [(column.text, column.count) for column in histogram.columns]
    assert texts == [("1", 1), ("2", 2), ("3", 0), ("4", 0), ("5", 1)]
    assert histogram.label == "From 1 to 5; most values, 50.0 %, are 2."


def test_many_numbers_are_in_equal_bins():
    histogram = numbers(*range(100), 0.5)
    assert len(histogram.columns) == figures.BINS
    assert sum(column.count for column in histogram.columns) == 101
    assert histogram.columns[0].text == "0 to 4.95"
    whole = numbers(*range(100)).columns
    assert [column.text for column in whole[:2]] == ["0 to 4", "5 to 9"]
    assert {column.count for column in whole} == {5}
    assert (histogram.low, histogram.high) == ("0", "99")


def test_what_is_no_number_has_no_place():
    histogram = numbers(1, 2, float("nan"), float("inf"), Decimal128("Infinity"))
    assert histogram.beyond == 3
    assert numbers(1, 1) is None
    assert numbers(-1.7e308, 1.7e308) is None


def test_decimals_are_drawn():
    histogram = numbers(Decimal128("1.5"), Decimal128("9.5"))
    assert (histogram.low, histogram.high) == ("1.5", "9.5")


def test_dates_are_in_equal_bins():
    days = [DAY.replace(day=day) for day in range(1, 31)]
    histogram = figures.histogram_of_dates(profile_of(*days, DatetimeMS(10**16)))
    assert histogram.beyond == 1
    assert (histogram.low, histogram.high) == (
        "May 1, 2024, noon",
        "May 30, 2024, noon",
    )
    assert histogram.columns[0].text == "May 1, 2024, noon to May 2, 2024, 10:48 p.m."


def test_a_column_within_a_minute_is_said_once():
    moments = [DAY.replace(minute=minute) for minute in range(13)]
    histogram = figures.histogram_of_dates(profile_of(*moments))
    assert histogram.columns[0].text == "May 1, 2024, noon"


def test_a_column_can_be_seen_however_small():
    histogram = numbers(*[1] * 10_000, 30)
    assert float(histogram.columns[-1].height) == 0.8


def test_types_in_the_words_of_staff():
    names = ("int", "long", "double", "objectId", "date", "bool", "null", "binData")
    assert [*map(type_words, names)] == [
        *("whole number", "64-bit number", "number", "ObjectId", "date"),
        *("yes or no", "null", "binary data"),
    ]
