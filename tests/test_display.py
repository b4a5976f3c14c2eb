"""Cells and read-only rows of values of any type."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from bson import Decimal128, Int64, ObjectId
from django.contrib.admin import site
from django.contrib.admin.templatetags.admin_list import _boolean_icon
from django.contrib.admin.utils import display_for_value
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import escape

from admin_ext.display import (
    display_for_field,
    lookup_field,
    odd_value,
)
from admin_ext.free_values import free_value, plain_text
from admin_ext.hydration import document_for_son
from admin_ext.meta import present
from tests.documents import Author, Book
from tests.odd_documents import Everything, Meeting, Part
from tests.submission import sent

NOON = datetime(2024, 3, 5, 12, 0, tzinfo=UTC)


def shown(name, value, document=Everything):
    """Return what the list shows for a stored value."""
    found = document_for_son(present(document), {"_id": ObjectId(), name: value})
    field, _attribute, value = lookup_field(name, found, None, None)
    if field is None:
        return str(value)
    return str(display_for_field(value, field, "-"))


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("string", "a <b>", "a <b>"),
        ("string", "", "-"),
        ("string", None, "-"),
        ("integer", 1234, "1234"),
        ("integer", Int64(5), "5"),
        ("float", 1.5, "1.5"),
        ("decimal", Decimal("1.50"), "1.50"),
        ("boolean", True, _boolean_icon(True)),
        ("boolean", False, _boolean_icon(False)),
        ("boolean", None, _boolean_icon(None)),
        ("date_time", NOON, "March 5, 2024, noon"),
        ("date", datetime(2024, 3, 5), "March 5, 2024"),
        ("uuid", UUID(int=1), str(UUID(int=1))),
        ("size", 1, "SMALL"),
        ("list", ["a", "b"], "a, b"),
        ("list", [], "-"),
        ("numbers", [1, None, 2], "1, -, 2"),
        ("dict", {"a": {"b": 1}}, '{"a": {"b": 1}}'),
        ("embedded", {"lbl": "x", "weight": 2.0}, '{"lbl": "x", "weight": 2.0}'),
        ("embedded_list", [{"lbl": "x"}], '[{"lbl": "x"}]'),
        ("nested_list", [[1, 2], [3]], "1, 2, 3"),
        ("geo_point", [1.5, 2.0], "1.5, 2.0"),
        ("dynamic", NOON, '{"$date": "2024-03-05T12:00:00Z"}'),
    ],
)
def test_values_of_the_expected_type(name, value, text):
    assert shown(name, value) == text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("string", 7, "7"),
        ("string", {"a": 1}, '{"a": 1}'),
        ("integer", "five", "five"),
        ("integer", True, "true"),
        ("float", "x", "x"),
        ("decimal", "x", "x"),
        ("boolean", "yes", "yes"),
        ("boolean", 1, "1"),
        ("date_time", "<i>soon</i>", "<i>soon</i>"),
        ("date", 17, "17"),
        ("size", 9, "9"),
        ("size", [], "[]"),
        ("list", "x", "x"),
        ("list", {"a": 1}, '{"a": 1}'),
        ("uuid", 5, "5"),
    ],
)
def test_a_value_of_another_type_is_shown_with_a_mark(name, value, text):
    field = present(Everything)._meta.get_field(name)
    html = display_for_field(value, field, "-")
    assert html.startswith('<span class="admin-ext odd-value" title="')
    assert html.endswith(f">{escape(text)}</span>")


AWKWARD = [
    *(None, "", "x", 0, 1.5, float("nan"), True, Int64(2**60), [], [None], [[]]),
    *({}, {"a": 1}, {"_cls": 7}, {"$oid": 1}, b"\x00", Decimal128("NaN")),
    *(datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)),
    *(ObjectId("5f0000000000000000000001"), [1, "a", None, {}], "x" * 1000),
]


@pytest.mark.parametrize("value", AWKWARD, ids=range(len(AWKWARD)))
def test_any_value_under_any_field_has_a_text(mongo, value):
    with timezone.override("America/New_York"):
        for name in Everything._fields:
            if name != "id":
                assert isinstance(shown(name, value), str)
                assert len(shown(name, value)) < 1500


def test_the_mark_names_the_stored_type():
    assert "Stored as str, which is not what this field holds" in odd_value("x")


def test_long_values_are_cut():
    assert len(free_value({"a": "x" * 1000})) == 200
    assert shown("list", ["word"] * 500).endswith("word, …")
    assert len(shown("list", ["word"] * 500)) < 400


def test_odd_members_of_a_list_are_marked_and_texts_escaped():
    html = shown("list", ["<b>", 7])
    assert html.startswith("&lt;b&gt;, <span class=")


def test_plain_text_never_raises():
    class Odd:
        def __repr__(self):
            return "odd"

    deep = []
    for _level in range(5000):
        deep = [deep]
    assert plain_text(Odd()) == "odd"
    assert plain_text(deep)


def test_dates_are_in_the_current_time_zone_and_language():
    with timezone.override("Europe/Berlin"), translation.override("de"):
        assert shown("date_time", NOON) == "5. März 2024 13:00"


def admin_for(document):
    return site.get_model_admin(document)


def django_lookup(*args):
    from django.contrib.admin.utils import lookup_field as original

    return original(*args)


def cell(name, **son):
    book = document_for_son(Book, {"_id": ObjectId()} | son)
    field, _attribute, value = lookup_field(name, book, admin_for(Book), django_lookup)
    if field is None:
        return display_for_value(value, "-")
    return str(display_for_field(value, field, "-"))


def test_a_method_that_raises_is_a_marked_cell(caplog):
    html = cell("shout", title=None)
    assert html.startswith('<span class="admin-ext odd-value" title="AttributeError:')
    assert html.endswith(">cannot be shown</span>")
    assert "Column 'shout' of tests.Book" in caplog.text


def test_the_text_of_the_error_is_escaped():
    def column(book):
        raise ValueError("<script>")

    book = document_for_son(Book, {"_id": ObjectId()})
    _field, _attribute, html = lookup_field(
        column, book, admin_for(Book), django_lookup
    )
    assert "&lt;script&gt;" in html


def test_str_that_raises_is_a_marked_cell():
    def __str__(book):
        return book.title + 1

    book = document_for_son(Book, {"_id": ObjectId(), "title": "x"})
    _field, _attribute, html = lookup_field(
        __str__, book, admin_for(Book), django_lookup
    )
    assert "cannot be shown" in html


def test_paths_into_embedded_documents_lists_and_dicts():
    assert cell("reviews__text", reviews=[{"text": "a"}, {"text": "b"}]) == "a, b"
    assert cell("reviews__text", reviews=[None, "odd", {"text": "b"}]) == "-, -, b"
    assert cell("reviews__text", reviews="odd") == "-"
    assert cell("extra__shelf__row", extra={"shelf": {"row": 3}}) == "3"
    assert cell("extra__shelf__row", extra="odd") == "-"


def test_paths_into_references(mongo):
    mongo.authors.insert_one({"_id": "ada", "name": "Ada"})
    assert cell("author__name", author="ada") == "Ada"
    assert cell("author__name", author="gone") == "-"
    assert cell("author__name", author=None) == "-"
    assert cell("author__name", author={"odd": 1}) == "-"


def test_a_path_through_a_renamed_field():
    meeting = document_for_son(present(Meeting), {"main": {"lbl": "x"}})
    field, _attribute, value = lookup_field("main__label", meeting, None, None)
    assert (field, value) == (None, "x")


def test_a_reference_is_not_fetched_for_its_own_cell(mongo, mongo_commands):
    book = document_for_son(Book, {"_id": 1, "author": "ada"})
    with mongo_commands() as commands:
        field, _attribute, _value = lookup_field("author", book, None, None)
    assert commands.names == []
    assert not field.remote_field


def test_models_are_displayed_by_django(admin_client, admin_user):
    response = admin_client.get(f"/admin/auth/user/{admin_user.pk}/change/")
    assert response.status_code == 200
    assert b"odd-value" not in response.content


def test_a_date_that_is_a_datetime_is_no_oddity():
    assert shown("date", date(2024, 3, 5)) == "March 5, 2024"


def test_author_key_in_a_cell():
    author = document_for_son(Author, {"_id": "a/b"})
    field, _attribute, value = lookup_field("code", author, None, None)
    assert display_for_field(value, field, "-") == "a/b"


@pytest.fixture
def secret(mongo, monkeypatch):
    """Store two secret weights within a document, in a field that is not editable."""
    weight = present(Part)._meta.get_field("weight")
    monkeypatch.setattr(weight, "editable", False)
    monkeypatch.setattr(Part._fields["weight"], "editable", False, raising=False)
    part = {"lbl": "seen", "weight": -9876543.5, "more": 1}
    key = ObjectId("5f0000000000000000000001")
    names = ("embedded", "generic_embedded")
    mongo.everything.insert_one(
        {"_id": key, "embedded_list": [part, None]}
        | dict.fromkeys(names, {"_cls": "Part", **part})
    )
    return key


@pytest.mark.django_db
def test_what_is_not_editable_is_not_shown_as_a_part_of_something_else(
    admin_client, secret, monkeypatch
):
    names = ("embedded", "generic_embedded", "embedded_list")
    everything = site.get_model_admin(Everything)
    monkeypatch.setattr(everything, "list_display", ("id", *names))
    monkeypatch.setattr(everything, "readonly_fields", names)
    for view, keys in (("changelist", []), ("change", [secret])):
        url = reverse(f"admin:tests_everything_{view}", args=keys)
        page = admin_client.get(url).content.decode()
        assert page.count("seen") >= 3
        assert "9876543" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["embedded-REMOVE", "embedded_list-0-DELETE"])
def test_a_conflict_does_not_show_it_either(admin_client, mongo, secret, change):
    url = reverse("admin:tests_everything_change", args=[secret])
    data = sent(admin_client.get(url).content.decode(), **{change: "on"})
    parts = {"embedded.more": 2, "embedded_list.0.more": 2}
    mongo.everything.update_one({"_id": secret}, {"$set": parts})
    data = dict(data.lists()) | {"_save": "Save"}
    page = admin_client.post(url, data).content.decode()
    assert "CHOICE" in page
    assert "9876543" not in page
