"""Form fields of single values: what they show, take, and leave alone."""

import re
import uuid
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from bson import (
    Binary,
    Code,
    DBRef,
    Decimal128,
    Int64,
    MaxKey,
    MinKey,
    ObjectId,
    Regex,
    Timestamp,
)
from bson.datetime_ms import DatetimeMS
from django.core.exceptions import ValidationError
from django.urls import reverse

from admin_ext.changesets import identical
from admin_ext.formfields import AnyValueField
from admin_ext.formfields.any_value import Kind, read, spelled
from admin_ext.meta import present
from tests.odd_documents import Everything

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f0000000000000000000001")
MOMENT = datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)

# A value of every BSON type, awkward ones among them: (value, kind, text or None).
EVERY_TYPE = [
    ("text", "text", "text"),
    ("  outer spaces ", "text", "  outer spaces "),
    ("", "text", ""),
    ("a\nb", "text", "a\nb"),
    ("nul \x00", "json", '"nul \\u0000"'),
    (5, "int32", "5"),
    (-(2**31), "int32", "-2147483648"),
    (Int64(5), "int64", "5"),
    (Int64(2**53 + 1), "int64", "9007199254740993"),
    (Int64(-(2**63)), "int64", "-9223372036854775808"),
    (1.0, "double", "1.0"),
    (-0.0, "double", "-0.0"),
    (0.1, "double", "0.1"),
    (1e300, "double", "1e+300"),
    (float("nan"), "double", "NaN"),
    (float("inf"), "double", "Infinity"),
    (float("-inf"), "double", "-Infinity"),
    (Decimal128("1.500"), "decimal", "1.500"),
    (Decimal128("NaN"), "decimal", "NaN"),
    (Decimal128("-Infinity"), "decimal", "-Infinity"),
    (Decimal128("1E+3"), "decimal", "1E+3"),
    (True, "true", ""),
    (False, "false", ""),
    (MOMENT, "date", "1969-12-31 23:59:59.999"),
    (datetime(1, 1, 1, tzinfo=UTC), "date", "0001-01-01 00:00:00"),
    (DatetimeMS(2**60), "json", None),
    (DatetimeMS(-(2**60)), "json", None),
    (KEY, "objectId", str(KEY)),
    ({"a": Int64(1), "b.c": {"$d": None}}, "json", None),
    ([1, 1.0, Int64(1), None, {}], "json", None),
    ({}, "json", "{}"),
    ([], "json", "[]"),
    (DBRef("books", KEY, "shop"), "json", None),
    (Regex("^a", "ix"), "json", None),
    (Code("f()"), "json", None),
    (Code("f()", {"x": Int64(1)}), "json", None),
    (Timestamp(1, 2), "json", None),
    (MinKey(), "json", None),
    (MaxKey(), "json", None),
    (b"\x00\xff", "json", None),
    (Binary(b"\x00", 128), "json", None),
    (uuid.UUID(int=1), "json", None),
    (Binary(bytes(16), 3), "json", None),
]


@pytest.mark.parametrize(("value", "kind", "text"), EVERY_TYPE)
def test_any_value_is_spelled_and_read_back_in_its_type(value, kind, text):
    found = spelled(value)
    assert found[0] == kind
    assert text is None or found[1] == text
    assert identical(read(*found), value)


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu"])
def test_a_moment_is_spelled_in_the_current_time_zone(settings, zone):
    settings.TIME_ZONE = zone
    kind, text = spelled(MOMENT)
    assert "1969-12-31 23:59" not in text
    assert read(kind, text) == MOMENT
    # Its calendar does not reach this one everywhere.
    assert spelled(datetime(1, 1, 1, tzinfo=UTC))[0] in ("json", "date")


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("int32", "2147483648", "less than or equal to 2147483647"),
        ("int32", "five", "Enter a whole number."),
        ("int32", "9" * 5_000, "Enter a whole number."),
        ("int64", str(2**63), "less than or equal to"),
        ("double", "1,5,", "Enter a number."),
        ("double", "1e999", "Enter a number."),
        ("decimal", "1." + "1" * 34, "at most 34 digits"),
        ("decimal", "1e9999", "at most 34 digits"),
        ("date", "never", "Enter a valid date/time."),
        ("date", "0001-01-01 00:00:00+14:00", "Enter a valid date/time."),
        ("objectId", "zzz", "is not a valid ObjectId"),
        ("json", "{", "Enter valid Extended JSON"),
        ("text", "a\x00", "Null characters are not allowed."),
        ("bytes", "a", "bytes is not one of the available choices"),
        ("", "a", "Choose what kind of value this is."),
    ],
)
def test_what_is_not_of_its_kind_is_a_form_error(kind, text, message):
    with pytest.raises(ValidationError, match=re.escape(message)):
        AnyValueField(required=False).clean([kind, text])


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind != Kind.TEXT])
def test_an_empty_input_is_no_value(kind):
    expected = {Kind.YES: True, Kind.NO: False}.get(kind)
    assert AnyValueField(required=False).clean([kind, " "]) is expected


def test_typed_text_is_stripped_unless_outer_spaces_are_stored():
    field = AnyValueField()
    assert field.clean(["text", " a\r\nb "]) == "a\nb"
    field.keep_stored_value(" x ")
    assert field.clean(["text", " y "]) == " y "


def test_another_type_is_another_value():
    field = AnyValueField(required=False)
    field.keep_stored_value(5)
    assert not field.has_changed(5, ["int32", "5"])
    assert not field.has_changed(5, ["json", "5"])
    assert field.has_changed(5, ["int64", "5"])
    assert field.has_changed(5, ["text", "5"])
    assert field.has_changed(5, ["", ""])
    assert not field.has_changed(5, [None, None])


@pytest.fixture
def form(django_app, admin_user, mongo):
    """Return the change form of a document of everything, and a way to read it."""
    django_app.set_user(admin_user)

    def open_form(**values):
        pk = mongo.everything.insert_one(values).inserted_id
        page = django_app.get(reverse("admin:tests_everything_change", args=[pk]))
        return page.forms["everything_form"], lambda: mongo.everything.find_one(pk)

    return open_form


def submit(form):
    response = form.submit()
    assert response.status_code == 302, response.html.select(".errorlist")


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("int64", "5", Int64(5)),
        ("double", "5", 5.0),
        ("null", "", None),
        ("json", "null", None),
        ("text", "", ""),
        ("json", '{"_cls": "Gone", "a.b": {"$numberLong": "1"}}', None),
    ],
)
def test_the_type_that_was_chosen_is_stored(form, kind, text, expected):
    page, stored = form(dynamic=5, string="s")
    page["dynamic_0"], page["dynamic_1"] = kind, text
    submit(page)
    if text.startswith("{"):
        expected = {"_cls": "Gone", "a.b": Int64(1)}
    assert identical(stored()["dynamic"], expected)
    assert stored()["string"] == "s"


def test_null_is_chosen_where_nothing_is_stored_and_the_reverse(form):
    page, stored = form(string="s")
    assert page["dynamic_0"].value == ""
    page["dynamic_0"] = "null"
    submit(page)
    assert stored()["dynamic"] is None
    page, stored = form(dynamic=None)
    assert page["dynamic_0"].value == "null"
    page["dynamic_0"] = ""
    submit(page)
    assert "dynamic" not in stored()


def form_field(name, value, **kwargs):
    """Return the form field of a field of Everything, which keeps ``value``."""
    field = present(Everything)._meta.get_field(name)
    found = field.formfield(**kwargs)
    found.keep_stored_value(field.initial_for(value))
    return found


@pytest.mark.parametrize("text", ["1.50", "1E+3", "0.000", "-0", "9" * 34])
def test_decimal128_keeps_its_digits(form, text):
    page, stored = form(decimal128=Decimal128(text))
    assert page["decimal128"].value == str(Decimal128(text))
    page["string"] = "x"
    submit(page)
    assert str(stored()["decimal128"]) == str(Decimal128(text))


def test_decimal128_is_typed_with_trailing_zeros(form):
    page, stored = form(decimal128=Decimal128("1.5"))
    page["decimal128"] = "1.500"
    submit(page)
    assert str(stored()["decimal128"]) == "1.500"
    page, _stored = form(decimal128=Decimal128("1.5"))
    page["decimal128"] = "1." + "1" * 34
    assert "at most 34 digits" in page.submit().text


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_decimal128_that_is_no_number_is_shown_and_stays(form, text):
    page, stored = form(decimal128=Decimal128(text))
    assert page["decimal128"].value == text
    page["string"] = "x"
    submit(page)
    assert str(stored()["decimal128"]) == text
    page["decimal128"] = "2.0"
    submit(page)
    assert str(stored()["decimal128"]) == "2.0"


def test_complex_date_and_time_has_microseconds_and_no_zone(form, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    page, stored = form(complex_date_time="2024,03,05,12,00,01,234567")
    names = ("complex_date_time_0", "complex_date_time_1")
    assert [page[name].value for name in names] == ["2024-03-05", "12:00:01.234567"]
    page["string"] = "x"
    submit(page)
    assert stored()["complex_date_time"] == "2024,03,05,12,00,01,234567"
    page["complex_date_time_1"] = "12:00:01.234568"
    submit(page)
    assert stored()["complex_date_time"] == "2024,03,05,12,00,01,234568"


@pytest.mark.parametrize("odd", ["2024,03", "soon", "", 5, {"a": 1}])
def test_a_text_that_is_no_complex_date_stays_and_can_be_corrected(form, odd):
    page, stored = form(complex_date_time=odd, string="a")
    page["string"] = "b"
    submit(page)
    assert stored()["complex_date_time"] == odd
    if odd == "":
        return
    page["complex_date_time"] = "0001-02-03 04:05:06.000007"
    submit(page)
    assert stored()["complex_date_time"] == "0001,02,03,04,05,06,000007"


def test_milliseconds_are_shown_and_edited(form, settings):
    settings.TIME_ZONE = "America/New_York"
    page, stored = form(date_time=MOMENT)
    assert page["date_time_1"].value == "18:59:59.999"
    page["date_time_1"] = "18:59:59.998"
    submit(page)
    assert stored()["date_time"] == MOMENT.replace(microsecond=998_000)


def test_date_and_time_without_a_fraction_look_as_in_django(form):
    page, _stored = form(date_time=MOMENT.replace(microsecond=0))
    assert page["date_time_1"].value == "23:59:59"


@pytest.mark.parametrize(
    ("stored", "shown"), [(True, True), (False, False), (None, "unknown")]
)
def test_a_check_box_shows_true_and_false_only(form, stored, shown):
    page, read_back = form(checked=stored)
    value = page["checked"].checked if shown in (True, False) else page["checked"].value
    assert value == shown
    page["string"] = "x"
    submit(page)
    assert read_back()["checked"] is stored


def test_a_boolean_that_is_missing_or_odd_is_a_select(form):
    page, stored = form()
    assert page["checked"].value == "unknown"
    page["checked"] = "false"
    submit(page)
    assert stored()["checked"] is False
    page, stored = form(checked="perhaps", boolean=1)
    labels = [text for _value, _selected, text in page["checked"].options]
    assert labels[0] == "Something else: perhaps"
    assert page["boolean"].value == "stored"
    page["string"] = "x"
    submit(page)
    assert (stored()["checked"], stored()["boolean"]) == ("perhaps", 1)
    page["checked"], page["boolean"] = "true", "unknown"
    submit(page)
    assert stored()["checked"] is True
    assert "boolean" not in stored()


def test_a_sequence_is_shown_with_the_reason(form, mongo, mongo_commands):
    page, stored = form(sequence=7)
    assert "sequence" not in page.fields
    assert "This number was drawn from a sequence" in page.text
    page["string"] = "x"
    submit(page)
    assert stored()["sequence"] == 7
    with mongo_commands() as commands:
        page, stored = form()
        page["string"] = "x"
        submit(page)
    assert "sequence" not in stored()
    assert commands.names.count("findAndModify") == 0


@pytest.mark.parametrize(
    ("stored", "shown"),
    [(1, "1"), (Int64(1), "1"), (7, "7"), (1.0, "1.0"), ("1", "=stored")],
)
def test_an_enumeration_shows_what_is_stored_and_keeps_it(form, stored, shown):
    page, read_back = form(size=stored)
    assert page["size"].value == shown
    page["string"] = "x"
    submit(page)
    assert identical(read_back()["size"], stored)
    page["size"] = "2"
    submit(page)
    assert read_back()["size"] == 2


@pytest.mark.parametrize(
    ("name", "stored", "word"),
    [
        ("integer", "5", "text"),
        ("integer", True, "yes or no"),
        ("long", 5.5, "number"),
        ("string", 42, "whole number"),
        ("string", Code("f()"), "code"),
        ("decimal128", 1.5, "number"),
        ("date_time", "2024-01-01", "text"),
        ("object_id", str(KEY), "text"),
        ("integer", Int64(5), ""),
        ("float", 5, ""),
        ("string", "x", ""),
    ],
)
def test_another_type_has_a_quiet_mark(form, name, stored, word):
    page, read_back = form(**{name: stored})
    row = BeautifulSoup(page.text, "html.parser").select_one(f".field-{name}")
    marks = [each.text for each in row.select(".stored-as")]
    assert marks == ([word] if word else [])
    page["text"] = "x"
    submit(page)
    assert identical(read_back()[name], stored)


def test_a_list_of_any_values_has_a_row_for_each(form):
    values = [1, Int64(1), None, {"_cls": "Part", "odd": 1}, "x", [1.0]]
    page, stored = form(bare_list=values)
    kinds = [page[f"bare_list-{i}-value_0"].value for i in range(len(values))]
    assert kinds == ["int32", "int64", "null", "json", "text", "json"]
    page["bare_list-4-value_0"] = "int64"
    page["bare_list-4-value_1"] = "9007199254740993"
    page["bare_list-0-DELETE"] = True
    new = f"bare_list-{len(values)}-value"
    page[f"{new}_0"], page[f"{new}_1"] = "date", "1969-12-31 23:59:59.999"
    submit(page)
    expected = [*values[1:4], Int64(9007199254740993), [1.0], MOMENT]
    assert identical(stored()["bare_list"], expected)


LONG = "wörd " * 2_400_000  # 14 MB, and more bytes than characters


@pytest.mark.parametrize("name", ["text", "string", "integer", "dynamic", "dict"])
def test_a_document_of_15_mb_opens_and_another_field_is_saved(
    form, mongo_commands, name
):
    value = {"a": LONG} if name == "dict" else LONG
    page, stored = form(**{name: value, "email": "a@example.org"})
    assert len(page.text) < 500_000
    assert "This is too long to be edited here" in page.text
    assert not {name, f"{name}_1"} & {*page.fields}
    page["email"] = "b@example.org"
    with mongo_commands() as commands:
        submit(page)
    [update] = [each for each in commands.writes if each.name == "update"]
    assert update.document["updates"][0]["u"] == {"$set": {"email": "b@example.org"}}
    assert stored()[name] == value


def test_a_text_that_was_too_long_when_the_page_was_made_stays(form, mongo):
    page, stored = form(text="x" * 1_000_001, string="a")
    mongo.everything.update_one({}, {"$set": {"text": "short"}})
    page["string"] = "b"
    submit(page)
    assert (stored()["text"], stored()["string"]) == ("short", "b")


@pytest.mark.parametrize("name", ["text", "string", "email", "url", "integer"])
def test_a_text_with_nul_is_shown_and_not_edited(form, name):
    page, stored = form(**{name: "a\x00b"})
    assert name not in page.fields
    assert "a\u2400b" in page.text
    assert "NUL characters, which no browser sends" in page.text
    page["boolean"] = "true"
    submit(page)
    assert stored()[name] == "a\x00b"


def test_null_missing_and_empty_texts_stay_three_things(form):
    page, stored = form(string=None, text="")
    page["boolean"] = "true"
    submit(page)
    assert stored()["string"] is None
    assert stored()["text"] == ""
    assert "email" not in stored()
