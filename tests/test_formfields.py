"""What nobody touched has not changed, however odd the stored value is."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from bson import Decimal128, Int64, ObjectId
from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError

from admin_ext import formfields
from admin_ext.ejson import extended_json
from admin_ext.formfields import ExtendedJSONField
from admin_ext.meta import present
from tests.documents import Author, Book
from tests.odd_documents import Everything

NOON = datetime(2024, 3, 5, 12, 0, 1, 234000, tzinfo=UTC)


def submitted(field, stored):
    """Return (initial, what a browser sends back for it, the form field)."""
    form_field = field.formfield()
    initial = field.initial_for(stored)
    if hasattr(form_field, "keep_stored_value"):
        form_field.keep_stored_value(initial)
    html_value = form_field.prepare_value(initial)
    widget = form_field.widget
    if isinstance(html_value, list | tuple):
        return initial, [str(item) for item in html_value], form_field
    text = widget.format_value(html_value)
    if isinstance(text, list):
        text = text[0] if text else ""
    text = "" if text is None else text
    # https://html.spec.whatwg.org/#constructing-the-form-data-set
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    return initial, text, form_field


STORED = [
    ("string", "plain"),
    ("string", ""),
    ("string", None),
    ("string", "  outer spaces  "),
    ("string", 42),
    ("string", 4.0),
    ("string", True),
    ("text", "a\r\nb"),
    ("text", "a\nb"),
    ("text", "a\rb"),
    ("text", "\n\nlines first"),
    ("text", {"a": 1}),
    ("text", [1, 2]),
    ("email", "not an address"),
    ("email", " a@b.de "),
    ("url", "no url"),
    ("url", "http://a.example"),
    ("integer", 5),
    ("integer", 5.0),
    ("integer", 5.5),
    ("integer", Int64(5)),
    ("integer", "5"),
    ("integer", "five"),
    ("long", Int64(2**60)),
    ("float", 1.5),
    ("float", 2),
    ("float", 1e300),
    ("float", float("nan")),
    ("float", float("inf")),
    ("float", "x"),
    ("decimal", Decimal("1.50")),
    ("decimal", 1.5),
    ("decimal", 1),
    ("decimal", Decimal128("1.5")),
    ("decimal", "x"),
    ("decimal128", Decimal("1.500")),
    ("boolean", True),
    ("boolean", False),
    ("boolean", None),
    ("boolean", "x"),
    ("boolean", 1),
    ("date_time", NOON),
    ("date_time", NOON.replace(microsecond=0)),
    ("date_time", None),
    ("date_time", "yesterday"),
    ("date_time", 17),
    ("date", date(2024, 3, 5)),
    ("date", "5 March"),
    ("uuid", uuid4()),
    ("uuid", "no uuid"),
    ("object_id", ObjectId()),
    ("object_id", "short"),
    ("size", 1),
    ("size", 7),
    ("size", "huge"),
    ("size", None),
    ("dynamic", {"a": Int64(1), "b": 1, "c": 1.0}),
    ("dynamic", {"at": NOON, "key": ObjectId()}),
    ("dynamic", {"text": " a\r\nb "}),
    ("dynamic", {}),
    ("dynamic", "text"),
    ("dynamic", 0),
    ("dynamic", ""),
    ("dynamic", [None, float("nan")]),
    ("geo_point", [1.5, 2]),
    ("point", {"type": "Point", "coordinates": [1, 2.5]}),
]


@pytest.mark.parametrize(("name", "stored"), STORED)
def test_what_the_page_showed_has_not_changed(name, stored):
    field = present(Everything)._meta.get_field(name)
    initial, text, form_field = submitted(field, stored)
    assert not form_field.has_changed(initial, text)


@pytest.mark.parametrize(
    ("name", "stored", "typed"),
    [
        ("string", "a", "b"),
        ("string", "a", ""),
        ("string", 42, "43"),
        ("text", "a\nb", "a\r\n\r\nb"),
        ("integer", 5, "6"),
        ("integer", 0, ""),
        ("float", 1.5, "1.6"),
        ("boolean", None, "false"),
        ("boolean", False, "unknown"),
        ("size", 7, "1"),
        ("size", 1, ""),
        ("dynamic", {"a": 1}, ["json", '{"a": 2}']),
        ("dynamic", {"a": 1}, ["json", '{"a": 1.0}']),
        ("dynamic", {"a": Int64(1)}, ["json", '{"a": 1}']),
        ("dynamic", {"a": 1}, ["", ""]),
        ("object_id", ObjectId("5f" + "0" * 22), "5f" + "1" * 22),
    ],
)
def test_another_value_has_changed(name, stored, typed):
    field = present(Everything)._meta.get_field(name)
    initial, _text, form_field = submitted(field, stored)
    assert form_field.has_changed(initial, typed)


def test_text_is_stripped_and_gets_bare_newlines():
    assert formfields.StringField().clean(" a\r\nb\rc ") == "a\nb\nc"


def test_text_that_is_stored_with_outer_spaces_keeps_them():
    field = formfields.StringField()
    field.keep_stored_value("  if x:\n")
    assert field.clean("  if y:\r\n") == "  if y:\n"


def shown_by(name, stored):
    """Return the widget and the text that the form shows for a stored value."""
    field = present(Everything)._meta.get_field(name)
    form_field = field.formfield()
    form_field.keep_stored_value(field.initial_for(stored))
    return form_field.widget, form_field.prepare_value(field.initial_for(stored))


@pytest.mark.parametrize(
    ("name", "stored", "text"),
    [
        ("integer", "five", "five"),
        ("integer", 5.5, "5.5"),
        ("email", "not an address", "not an address"),
        ("date_time", "yesterday", "yesterday"),
        ("float", float("nan"), "NaN"),
        ("text", {"a": 1}, '{"a": 1}'),
    ],
)
def test_a_value_that_its_widget_cannot_show_is_shown_in_a_text_input(
    name, stored, text
):
    widget, shown = shown_by(name, stored)
    assert shown == text
    assert type(widget) is forms.TextInput
    assert "odd-value" in widget.attrs["class"]


def test_a_line_break_is_not_lost_in_a_one_line_input():
    widget, shown = shown_by("string", "a\nb")
    assert (type(widget), shown) == (forms.Textarea, "a\nb")


def test_the_admins_two_inputs_for_date_and_time_show_an_odd_value_in_one():
    model_field = present(Everything)._meta.get_field("date_time")
    field = model_field.formfield(
        form_class=forms.SplitDateTimeField, widget=AdminSplitDateTime
    )
    field.keep_stored_value("yesterday")
    assert field.widget.render("x", field.prepare_value("yesterday"))
    assert not field.has_changed("yesterday", "yesterday")
    assert field.has_changed("yesterday", "2024-03-05 12:00")
    assert field.clean("2024-03-05 12:00") == NOON.replace(second=0, microsecond=0)


def test_the_admins_two_inputs_show_milliseconds():
    model_field = present(Everything)._meta.get_field("date_time")
    field = model_field.formfield(
        form_class=forms.SplitDateTimeField, widget=AdminSplitDateTime
    )
    field.keep_stored_value(NOON)
    assert field.widget.widgets[1].format_value(NOON) == "12:00:01.234"
    assert not field.has_changed(NOON, ["2024-03-05", "12:00:01.234"])
    assert field.has_changed(NOON, ["2024-03-05", "12:00:01"])
    assert field.clean(["2024-03-05", "12:00:01.235"]).microsecond == 235_000


@pytest.mark.parametrize("text", [str(2**63), str(-(2**63) - 1), "9" * 40])
def test_a_number_that_bson_cannot_hold_is_a_form_error(text):
    with pytest.raises(ValidationError, match="Ensure this value is"):
        formfields.IntegerField().clean(text)


def test_object_id_typed_with_spaces():
    key = ObjectId()
    assert formfields.ObjectIdField().clean(f" {key} ") == key
    with pytest.raises(ValidationError, match="is not a valid ObjectId"):
        formfields.ObjectIdField().clean("zzz")


def test_unknown_choice_is_offered_and_kept():
    field = present(Everything)._meta.get_field("size").formfield()
    field.keep_stored_value(7)
    assert ("7", "Not a choice: 7") in list(field.widget.choices)
    assert field.clean("7") == 7


def test_unknown_choice_of_another_document_is_refused():
    field = present(Everything)._meta.get_field("size").formfield()
    with pytest.raises(ValidationError, match="Select a valid choice. 7 is not one"):
        field.clean("7")


def test_every_choice_stays_what_it_was_on_the_next_document():
    model_field = present(Everything)._meta.get_field("size")
    model_field.formfield().keep_stored_value(7)
    assert "7" not in dict(model_field.formfield().choices)


def test_dangling_reference_is_kept(mongo):
    field = Book._meta.get_field("author").formfield()
    field.keep_stored_value("gone")
    assert field.clean("gone") == "gone"
    assert not field.has_changed("gone", "gone")


def test_malformed_reference_is_kept(mongo):
    field = Book._meta.get_field("publisher").formfield()
    field.keep_stored_value("")
    assert not field.has_changed("", "")
    field.keep_stored_value("zzz")
    assert field.clean('["zzz"]') == "zzz"


@pytest.mark.parametrize("typed", ["gone", "zzz", "$where", "\x00", "[1]"])
@pytest.mark.parametrize("name", ["author", "publisher"])
def test_unknown_reference_is_a_form_error(mongo, name, typed):
    field = Book._meta.get_field(name).formfield()
    with pytest.raises(ValidationError) as caught:
        field.clean(typed)
    assert "Select a valid choice." in caught.value.messages[0]


def test_list_of_references_keeps_order_and_dangling_members(mongo):
    for code in "abc":
        Author(code=code, name=code).save()
    field = Book._meta.get_field("others").formfield()
    field.keep_stored_value(["c", "gone", "a"])
    cleaned = field.clean(["a", "b", "c", "gone"])
    assert [getattr(item, "pk", item) for item in cleaned] == ["c", "gone", "a", "b"]


def test_list_of_references_has_changed():
    field = Book._meta.get_field("others").formfield()
    assert not field.has_changed(["c", "a"], ["a", "c"])
    assert not field.has_changed(None, [])
    assert field.has_changed(["c", "a"], ["a"])
    assert field.has_changed([], ["a"])


def test_list_of_references_keeps_a_member_that_is_there_twice(mongo):
    field = Book._meta.get_field("others").formfield()
    field.keep_stored_value(["a", "a"])
    assert field.clean(["a"]) == ["a", "a"]
    assert not field.has_changed(["a", "a"], ["a"])


def test_list_of_references_refuses_an_unknown_member(mongo):
    field = Book._meta.get_field("others").formfield()
    with pytest.raises(ValidationError, match="Select a valid choice"):
        field.clean(["nobody"])
    with pytest.raises(ValidationError, match="Enter a list of values"):
        field.clean("nobody")


def test_extended_json_keeps_three_kinds_of_number():
    text = extended_json({"a": 1, "b": Int64(1), "c": 1.0})
    value = ExtendedJSONField().clean(text)
    assert [type(value[key]) for key in "abc"] == [int, Int64, float]


def test_extended_json_is_relaxed_where_that_is_exact():
    assert extended_json({"a": 1, "b": 1.5}, indent=None) == '{"a": 1, "b": 1.5}'
    assert '"$numberLong"' in extended_json({"a": Int64(1)}, indent=None)


def test_extended_json_keeps_milliseconds():
    text = extended_json({"at": NOON})
    assert ExtendedJSONField().clean(text)["at"] == NOON


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{'a': 1}",
        '{"$oid": "zzz"}',
        '{"$numberLong": "x"}',
        '{"$date": "never"}',
        '{"$date": {"$numberLong": "99999999999999999999"}}',
        '{"$numberDecimal": "x"}',
        '{"$uuid": "x"}',
        '{"$binary": 1}',
        '{"$regularExpression": {"pattern": 1}}',
        '{"a": 99999999999999999999}',
        '{"a\\u0000b": 1}',
        '"\\ud800"',
        "[" * 5_000,
        "nul",
    ],
)
def test_extended_json_that_cannot_be_read_is_a_form_error(text):
    with pytest.raises(ValidationError) as caught:
        ExtendedJSONField().clean(text)
    assert caught.value.messages[0].startswith("Enter valid Extended JSON: ")


def test_extended_json_of_nothing_is_none():
    assert ExtendedJSONField(required=False).clean("  ") is None
    assert extended_json(None) == ""


def test_extended_json_typed_with_an_error_is_shown_as_typed():
    field = ExtendedJSONField()
    assert field.prepare_value(field.bound_data('{"a"', {})) == '{"a"'
    assert field.prepare_value("text") == '"text"'


@pytest.mark.parametrize("name", ["string", "dict", "reference", "references"])
def test_a_disabled_field_has_not_changed(name):
    field = present(Everything)._meta.get_field(name).formfield(disabled=True)
    assert not field.has_changed("a", "b")
