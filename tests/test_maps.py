"""Dicts and maps in the form: rows of a key and a value, without JavaScript."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from bson import (
    Binary,
    Code,
    DBRef,
    Decimal128,
    Int64,
    MaxKey,
    ObjectId,
    Regex,
    Timestamp,
)
from bson.datetime_ms import DatetimeMS
from django.contrib.admin import site
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from admin_ext.changesets import identical

from .map_documents import Cabinet
from .maps import URL, opened

__all__ = ["opened"]

pytestmark = pytest.mark.django_db

AWKWARD = {
    "z": 1,
    "a": Int64(5),
    "half": 1.0,
    "none": None,
    "empty": "",
    "spaces": " x\r\ny ",
    "nan": float("nan"),
    "decimal": Decimal128("1.50"),
    "when": datetime(1960, 1, 1, 0, 0, 0, 123000, tzinfo=UTC),
    "key": ObjectId(),
    "deep": {"b": {"a": [1, {"x": None}]}, "a.b": 1, "$c": 2},
    "dotted.key": 1,
    "$dollar": 2,
    "": 3,
    " outer ": 4,
    "line\nbreak": 5,
    "_cls": "Gone",
    "__proto__": 6,
    "10": 7,
    "9": 8,
    "<b>": 9,
    "regex": Regex("x", "i"),
    "timestamp": Timestamp(1, 2),
    "max": MaxKey(),
    "code": Code("f()", {"a": 1}),
    "dbref": DBRef("gone", 1),
    "reference": {"_ref": DBRef("depot", 1), "_cls": "Depot"},
    "extended": {"$oid": "x"},
    "data": Binary(b"\0x", 5),
    "uuid": UUID(int=7),
    "far": DatetimeMS(10**15),
    "long": Int64(2**60),
    "infinite": float("-inf"),
    "list": [[], [None, [1.0]], {"": {"": 1}}],
    "text": "x" * 100_000,
}


@pytest.mark.parametrize(
    "name",
    ["free", "nums", "texts", "shelves", "publishers", "lists", "maps", "named"],
)
def test_an_untouched_map_stays_to_the_byte(opened, mongo_commands, name):
    page = opened(**{name: AWKWARD, "drawer": {"counts": AWKWARD}, "odd": AWKWARD})
    with mongo_commands() as commands:
        page.save()
    assert not commands.writes
    assert page.raw() == page.before
    page.form = page.get()
    page["name"] = "changed"
    page.save()
    page.collection.update_one({"_id": page.key}, {"$unset": {"name": 1}})
    assert page.raw() == page.before


@pytest.mark.parametrize("value", [None, "text", 5, [], [1, {"a": 1}], {}, {"a": {}}])
@pytest.mark.parametrize("name", ["free", "nums", "shelves", "maps", "named", "files"])
def test_what_is_no_map_stays_to_the_byte(opened, mongo_commands, name, value):
    page = opened(**{name: value, "name": "C"})
    with mongo_commands() as commands:
        page.save()
    assert not commands.writes
    page.form = page.get()
    page["name"] = "D"
    page.save()
    assert page.stored() == {name: value, "name": "D"}


def test_only_the_touched_key_is_sent(opened, mongo_commands):
    page = opened(free=AWKWARD | {"list": [1, 2]}, nums={"b": Int64(1), "a": 1.0})
    page["numbers-0-value"] = "7"
    with mongo_commands() as commands:
        page.save()
    (update,) = commands.writes
    assert update.document["updates"][0]["u"] == {"$set": {"nums.b": Int64(7)}}
    assert [*page.stored()["nums"].items()] == [("b", Int64(7)), ("a", 1.0)]


def test_rows_are_changed_added_removed_and_renamed(opened, mongo_commands):
    page = opened(nums={"a": 1, "b": Int64(2), "c": 3, "d": 4})
    page["numbers-0-value"] = "10"
    page["numbers-1-key"] = "B"
    page["numbers-2-DELETE"] = True
    page["numbers-4-key"], page["numbers-4-value"] = "new", "5"
    with mongo_commands() as commands:
        page.save()
    (update,) = commands.writes
    assert update.document["updates"][0]["u"] == {
        "$set": {"nums.a": 10, "nums.B": Int64(2), "nums.new": 5},
        "$unset": {"nums.b": 1, "nums.c": 1},
    }
    assert page.stored() == {"nums": {"a": 10, "d": 4, "B": Int64(2), "new": 5}}


def test_a_map_that_is_not_stored_gets_its_first_key(opened):
    page = opened(name="C")
    page["free-0-key"] = "size"
    page["free-0-value_0"], page["free-0-value_1"] = "json", '{"w": 1.0}'
    page["drawer-counts-0-key"], page["drawer-counts-0-value"] = "spoons", "3"
    page.save()
    stored = page.stored()
    assert stored["free"] == {"size": {"w": 1.0}}
    assert stored["drawer"] == {"counts": {"spoons": 3}}


def test_the_last_key_leaves_an_empty_map(opened):
    page = opened(nums={"a": 1})
    page["numbers-0-DELETE"] = True
    page.save()
    assert page.stored() == {"nums": {}}


def test_values_change_places(opened):
    page = opened(nums={"a": 1, "b": 2})
    page["numbers-0-key"], page["numbers-1-key"] = "b", "a"
    page.save()
    assert page.stored() == {"nums": {"b": 1, "a": 2}}


def test_a_value_below_an_odd_key_is_edited_in_place(opened):
    page = opened(nums={"a.b": 1, "$c": Int64(2), "": 3, " x ": 4, "l\nf": 5})
    for row in range(5):
        page[f"numbers-{row}-value"] = str(row + 10)
    page.save()
    assert [*page.stored()["nums"].items()] == [
        *(("a.b", 10), ("$c", Int64(11)), ("", 12), (" x ", 13), ("l\nf", 14))
    ]


@pytest.mark.parametrize("key", ["a.b", "$a", ".", "$"])
def test_a_new_key_that_no_path_can_name_is_refused(opened, key):
    page = opened(nums={"a": 1})
    page["numbers-1-key"], page["numbers-1-value"] = key, "2"
    assert f"begin with $ or hold dots: “{key}”" in " ".join(page.refused())
    page["numbers-1-key"] = ""
    assert "Enter a key." in page.refused()


@pytest.mark.parametrize("row", ["0", "1"])
def test_a_key_that_is_there_already_is_refused(opened, row):
    page = opened(nums={"a": 1, "b": 2})
    page["numbers-2-key"], page["numbers-2-value"] = "b", "3"
    assert "The key “b” is there already." in page.refused()
    page["numbers-2-key"] = page["numbers-2-value"] = ""
    page["numbers-0-key"] = "b"
    assert "The key “b” is there already." in page.refused()
    page["numbers-0-key"] = ""
    assert "Enter a key." in page.refused()


def test_a_key_without_a_value_is_refused(opened):
    page = opened(nums={"a": 1})
    page["numbers-1-key"] = "b"
    page["numbers-0-value"] = ""
    assert page.refused().count("This field is required.") == 2
    page["numbers-1-value"] = "x"
    assert "Enter a whole number." in page.refused()


def test_null_is_a_value_of_a_dict(opened):
    page = opened(free={"a": 1})
    page["free-0-value_0"] = "null"
    page["free-1-key"] = "b"
    assert "This field is required." in page.refused()
    page["free-1-value_0"] = "text"
    page.save()
    assert page.stored() == {"free": {"a": None, "b": ""}}


def test_values_of_every_kind(opened, mongo):
    keys = mongo.publishers.insert_many([{"name": "P"}, {"name": "Q"}]).inserted_ids
    page = opened(
        texts={"a": " x "},
        shelves={"s": {"ttl": "S", "width": Int64(5), "more": 1.0}, "odd": 5},
        publishers={"p": keys[0], "gone": ObjectId("5f0000000000000000000001")},
        lists={"l": [1, Int64(2)], "odd": "x"},
        maps={"m": {"k": "v", "l": "w"}},
    )
    page["texts-0-value"] = " y "
    page["shelves-0-value-width"] = "6"
    page["shelves-2-key"], page["shelves-2-value-title"] = "t", "T"
    page["publishers-0-value"] = str(keys[1])
    page["lists-0-value-0-value"] = "9"
    page["maps-0-value-0-value"] = "V"
    page["maps-0-value-2-key"], page["maps-0-value-2-value"] = "n", "N"
    page.save()
    assert page.stored() == {
        "texts": {"a": " y "},
        "shelves": {
            "s": {"ttl": "S", "width": Int64(6), "more": 1.0},
            "odd": 5,
            "t": {"ttl": "T"},
        },
        "publishers": {"p": keys[1], "gone": ObjectId("5f0000000000000000000001")},
        "lists": {"l": [9, Int64(2)], "odd": "x"},
        "maps": {"m": {"k": "V", "l": "w", "n": "N"}},
    }


def test_a_renamed_document_takes_all_that_it_holds_along(opened):
    shelf = {"more": {"x": Int64(1)}, "ttl": "S", "width": 5.0}
    page = opened(shelves={"s": shelf, "t": {"ttl": "T"}}, lists={"l": [Int64(1)]})
    page["shelves-0-key"], page["lists-0-key"] = "u", "m"
    page.save()
    assert page.stored() == {
        "shelves": {"t": {"ttl": "T"}, "u": shelf},
        "lists": {"m": [Int64(1)]},
    }
    assert [*page.stored()["shelves"]["u"]] == [*shelf]


def test_a_new_key_of_documents_needs_no_values(opened):
    page = opened(name="C")
    page["shelves-0-key"], page["lists-0-key"], page["maps-0-key"] = "s", "l", "m"
    page.save()
    assert page.stored() == {
        "name": "C",
        "shelves": {"s": {}},
        "lists": {"l": []},
        "maps": {"m": {}},
    }


def test_maps_within_rows(opened):
    page = opened(
        drawers=[{"counts": {"a": Int64(1), "b.c": 2}}, {"title": "T"}],
        rows=[{"counts": {"a": 1.0}, "more": 1}],
    )
    page["drawers-0-value-counts-1-value"] = "3"
    page["rows-0-counts-1-key"], page["rows-0-counts-1-value"] = "b", "4"
    page.save()
    assert page.stored() == {
        "drawers": [{"counts": {"a": Int64(1), "b.c": 3}}, {"title": "T"}],
        "rows": [{"counts": {"a": 1.0, "b": 4}, "more": 1}],
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("numbers-TOTAL_FORMS", "x"),
        ("numbers-TOTAL_FORMS", "100000"),
        ("numbers-INITIAL_FORMS", "9"),
        ("numbers-0-key", "a\0b"),
        ("numbers-1-key", "x" * 100_000),
        ("numbers-0-value", "9" * 5000),
        ("free-0-value_1", '{"$oid": "x"}'),
        ("free-0-value_1", "[" * 5000),
        ("free-1-value_1", "1"),
        ("inside-TYPE", "Gone"),
        ("inside-FORM", "Gone"),
    ],
)
def test_hostile_input_is_refused(opened, name, value):
    page = opened(nums={"a": 1}, free={"a": 1}, inside={"_cls": "Shelf", "ttl": "S"})
    page.form[name].force_value(value)
    assert page.form.submit().status_code in (200, 302)
    stored = page.stored()
    assert {*stored["nums"]} <= {"a", "x" * 100_000}
    assert (stored["free"], stored["inside"]["ttl"]) == ({"a": 1}, "S")


def test_save_as_new_stores_a_copy(opened, mongo):
    page = opened(nums={"a": Int64(1)}, shelves={"s": {"ttl": "S"}}, free={"b": [1]})
    page["numbers-0-key"] = "A"
    response = page.form.submit("_saveasnew")
    assert response.status_code == 302, response.html.select(".errorlist")
    copy = mongo.cabinets.find_one({"_id": {"$ne": page.key}})
    assert (copy["nums"], copy["shelves"]) == ({"A": 1}, {"s": {"ttl": "S"}})
    assert copy["free"] == {"b": [1]}
    assert page.raw() == page.before


def test_a_document_is_added_with_a_map(opened, django_app, mongo):
    form = django_app.get(reverse("admin:tests_cabinet_add")).forms["cabinet_form"]
    form["name"] = "new"
    form["numbers-0-key"], form["numbers-0-value"] = "a", "1"
    form["drawer-counts-0-key"], form["drawer-counts-0-value"] = "b", "2"
    assert form.submit().status_code == 302
    stored = mongo.cabinets.find_one()
    assert (stored["nums"], stored["drawer"]["counts"]) == ({"a": 1}, {"b": 2})


def test_who_may_only_view_sees_maps(opened, client, mongo):
    page = opened(free={"colour": "red"}, nums={"a": Int64(1)}, inside={"_cls": "Gone"})
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_cabinet"))
    client.force_login(user)
    text = client.get(reverse(URL, args=[page.key])).content.decode()
    assert "colour" in text
    assert "Gone" in text


def test_what_clean_looks_at_stays_exact(opened, monkeypatch):
    def look(document):
        assert [*document.free, *document.drawer.counts, *document.numbers]

    monkeypatch.setattr(Cabinet, "clean", look)
    free = {
        "n": Int64(1),
        "b": Binary(b"\0x", 5),
        "l": [Int64(2), {"x": b"y"}],
        "d": 1.0,
    }
    counts = {"a": Int64(1), "b": 2.0}
    page = opened(free=free, nums=counts, drawer={"counts": counts})
    page["free-3-value_1"], page["numbers-1-value"] = "3", "3"
    page["drawer-counts-1-value"] = "4"
    page.save()
    stored = page.stored()
    assert identical(stored["free"], free | {"d": 3.0})
    assert identical(stored["nums"], {"a": Int64(1), "b": 3.0})
    assert identical(stored["drawer"]["counts"], {"a": Int64(1), "b": 4.0})


def test_a_new_document_gets_the_values_that_were_typed(opened, django_app, mongo):
    form = django_app.get(reverse("admin:tests_cabinet_add")).forms["cabinet_form"]
    text = '{"b": {"$binary": {"base64": "eA==", "subType": "05"}}, "n": [1.0]}'
    form["free-0-key"] = "k"
    form["free-0-value_0"], form["free-0-value_1"] = "json", text
    assert form.submit().status_code == 302
    stored = mongo.cabinets.find_one()["free"]
    assert identical(stored, {"k": {"b": Binary(b"x", 5), "n": [1.0]}})


def test_cells_of_the_list(opened, django_app, monkeypatch):
    page = opened(name="C", nums={"a": Int64(1), "b.c": 2}, inside={"_cls": "Gone"})
    admin = site.get_model_admin(Cabinet)
    monkeypatch.setattr(admin, "list_display", ("name", "numbers", "inside"))
    monkeypatch.setattr(admin, "list_editable", ("numbers", "inside"))
    url = reverse("admin:tests_cabinet_changelist")
    form = django_app.get(url).forms["changelist-form"]
    form["form-0-numbers-0-value"] = "5"
    assert form.submit("_save").status_code == 302
    assert page.stored() == {
        "name": "C",
        "nums": {"a": Int64(5), "b.c": 2},
        "inside": {"_cls": "Gone"},
    }


def test_a_row_is_duplicated_with_its_map(opened):
    drawer = {"counts": {"a": Int64(1), "b.c": 2.0}, "inside": {"_cls": "Gone"}}
    page = opened(drawers=[drawer | {"more": 1}], rows=[drawer])
    page["drawers-0-COPY"] = True
    page["drawers-0-value-counts-1-value"] = "3"
    page.save()
    edited = drawer | {"counts": {"a": Int64(1), "b.c": 3.0}, "more": 1}
    assert identical(page.stored()["drawers"], [edited, edited])


def test_a_copy_has_what_was_chosen(opened, mongo):
    inside = {"_cls": "Shelf", "ttl": "S"}
    page = opened(inside=inside, handle={"_cls": "Knob", "size": 1}, things=[inside])
    assert page.form.submit("_saveasnew").status_code == 302
    copy = mongo.cabinets.find_one({"_id": {"$ne": page.key}})
    assert (copy["inside"], copy["things"]) == (inside, [inside])
    assert copy["handle"] == {"_cls": "Knob", "size": 1}
