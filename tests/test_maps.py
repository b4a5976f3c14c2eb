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
from bson.codec_options import CodecOptions
from bson.datetime_ms import DatetimeMS
from bson.raw_bson import RawBSONDocument
from django.contrib.admin import site
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from mongoengine import DictField
from webtest import Upload

from admin_ext.changesets import identical
from admin_ext.ejson import CODEC
from admin_ext.formfields import ExtendedJSONField

from .files import put
from .map_documents import Cabinet

pytestmark = pytest.mark.django_db

URL = "admin:tests_cabinet_change"


class Opened:
    """A stored document, its page's form, and what is stored by now."""

    def __init__(self, app, mongo, values):
        self.app, self.collection = app, mongo.cabinets
        self.key = self.collection.insert_one({**values}).inserted_id
        self.before = self.raw()
        self.form = self.get()

    def get(self):
        page = self.app.get(reverse(URL, args=[self.key]))
        return page.forms["cabinet_form"]

    def raw(self):
        options = CodecOptions(document_class=RawBSONDocument)
        return self.collection.with_options(options).find_one(self.key).raw

    def stored(self):
        found = self.collection.with_options(CODEC).find_one(self.key)
        del found["_id"]
        return found

    def other(self, update):
        self.collection.update_one({"_id": self.key}, update)

    def __setitem__(self, name, value):
        self.form[name] = value

    def save(self):
        response = self.form.submit()
        errors = [each.get_text() for each in response.html.select(".errorlist")]
        assert (response.status_code, errors) == (302, [])

    def refused(self):
        """Submit; return the texts of the errors. The form is the one that came back.

        What is stored must be what it was.
        """
        before = self.raw()
        response = self.form.submit()
        assert response.status_code == 200
        assert self.raw() == before
        self.form = response.forms["cabinet_form"]
        return [each.get_text(" ", strip=True) for each in response.html.select("li")]


@pytest.fixture
def opened(django_app, admin_user, mongo):
    django_app.set_user(admin_user)
    return lambda **values: Opened(django_app, mongo, values)


def asked(opened):
    texts = opened.refused()
    return [text for text in texts if "was changed by somebody else" in text]


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


# Two people


def test_edits_of_different_keys_both_survive(opened):
    page = opened(nums={"a": 1, "b": 2, "c": 3}, shelves={"s": {"ttl": "S"}})
    page.other({"$set": {"nums.a": 10, "nums.new": 1}, "$unset": {"nums.c": 1}})
    page.other({"$set": {"shelves.t": {"ttl": "T"}, "shelves.s.width": 1}})
    page["numbers-1-value"] = "20"
    page["shelves-0-value-title"] = "U"
    page.save()
    assert page.stored() == {
        "nums": {"a": 10, "b": 20, "new": 1},
        "shelves": {"s": {"ttl": "U", "width": 1}, "t": {"ttl": "T"}},
    }


@pytest.mark.parametrize(("choice", "expected"), [("mine", 2), ("stored", 3)])
def test_one_key_is_a_conflict(opened, choice, expected):
    page = opened(nums={"a": 1, "b": 1}, name="C")
    page.other({"$set": {"nums.a": 3}})
    page["numbers-0-value"], page["name"] = "2", "D"
    (text,) = asked(page)
    assert "Numbers: a was changed by somebody else" in text
    assert "You saw 1 Stored now 3 Yours 2" in text
    page["numbers-0-value-CHOICE"] = choice
    page.save()
    assert page.stored() == {"nums": {"a": expected, "b": 1}, "name": "D"}


@pytest.mark.parametrize(("choice", "expected"), [("mine", 2), ("stored", 3)])
def test_a_key_that_both_add(opened, choice, expected):
    page = opened(nums={"a": 1})
    page["numbers-1-key"], page["numbers-1-value"] = "b", "2"
    page.other({"$set": {"nums.b": 3}})
    (text,) = asked(page)
    assert "You saw (not stored) Stored now 3 Yours 2" in text
    page["numbers-1-value-CHOICE"] = choice
    page.save()
    assert page.stored() == {"nums": {"a": 1, "b": expected}}


def test_a_key_that_both_add_with_one_value_is_no_conflict(opened):
    page = opened(nums={"a": 1})
    page["numbers-1-key"], page["numbers-1-value"] = "b", "2"
    page.other({"$set": {"nums.b": 2}})
    page.save()
    assert page.stored() == {"nums": {"a": 1, "b": 2}}


@pytest.mark.parametrize(("choice", "expected"), [("mine", {}), ("stored", {"a": 3})])
def test_a_key_is_not_deleted_after_somebody_changed_it(opened, choice, expected):
    page = opened(nums={"a": 1})
    page.other({"$set": {"nums.a": 3}})
    page["numbers-0-DELETE"] = True
    (text,) = asked(page)
    assert "Stored now 3 Yours (deleted)" in text
    page["numbers-0-value-CHOICE"] = choice
    page.save()
    assert page.stored() == {"nums": expected}


@pytest.mark.parametrize(("choice", "expected"), [("mine", {"a": 2}), ("stored", {})])
def test_a_key_that_was_removed_meanwhile(opened, choice, expected):
    page = opened(nums={"a": 1})
    page.other({"$unset": {"nums.a": 1}})
    page["numbers-0-value"] = "2"
    (text,) = asked(page)
    assert "You saw 1 Stored now (not stored) Yours 2" in text
    page["numbers-0-value-CHOICE"] = choice
    page.save()
    assert page.stored() == {"nums": expected}


def test_a_key_is_renamed_with_what_somebody_else_stored(opened):
    page = opened(nums={"a": 1, "b": 2})
    page.other({"$set": {"nums.a": 3}})
    page["numbers-0-key"] = "c"
    page.save()
    assert page.stored() == {"nums": {"b": 2, "c": 3}}


def test_a_key_that_is_gone_is_not_renamed(opened):
    page = opened(nums={"a": 1})
    page.other({"$unset": {"nums.a": 1}})
    page["numbers-0-key"] = "c"
    assert any("“a” was removed by somebody else" in each for each in page.refused())
    page["numbers-0-key"] = "a"
    page.save()
    assert page.stored() == {"nums": {}}


def test_a_key_is_not_renamed_over_one_that_somebody_else_added(opened):
    page = opened(nums={"a": 1})
    page.other({"$set": {"nums.b": 5}})
    page["numbers-0-key"] = "b"
    assert "The key “b” is there already." in page.refused()


@pytest.mark.parametrize("choice", ["mine", "stored"])
def test_an_embedded_document_of_a_key_that_was_removed(opened, choice):
    page = opened(shelves={"s": {"ttl": "S", "width": 1}})
    page.other({"$unset": {"shelves.s": 1}})
    page["shelves-0-value-title"] = "T"
    assert asked(page)
    page["shelves-0-value-CHOICE"] = choice
    page.save()
    expected = {"s": {"ttl": "T", "width": 1}} if choice == "mine" else {}
    assert page.stored() == {"shelves": expected}


# Not as rows


def many(number):
    return {f"k{each}": Int64(each) for each in range(number)}


def test_many_keys_are_one_text(opened, mongo_commands):
    page = opened(nums=many(101))
    page.other({"$set": {"nums.k5": 50}})
    text = page.form["numbers"].value
    assert "numbers-0-key" not in page.form.fields
    with mongo_commands() as commands:
        page.save()
    assert not commands.writes
    page["numbers"] = text.replace('"k7": {"$numberLong": "7"}', '"k7": 70')
    page["numbers"] = text.replace('"$numberLong": "7"', '"$numberLong": "70"')
    page.save()
    assert page.stored() == {"nums": many(101) | {"k5": 50, "k7": Int64(70)}}


def test_a_text_is_merged_key_by_key(opened):
    page = opened(free=many(101))
    page.other({"$set": {"free.k7": 1}})
    text = page.form["free"].value
    page["free"] = text.replace('"$numberLong": "7"', '"$numberLong": "70"')
    assert asked(page)
    page["free-CHOICE"] = "mine"
    page.save()
    assert page.stored() == {"free": many(101) | {"k7": Int64(70)}}


@pytest.mark.parametrize("text", ["[1]", "5", '"x"', '{"a.b": 1}', '{"": 1}', "{"])
def test_a_text_that_is_no_map_is_refused(opened, text):
    page = opened(free=many(101))
    page["free"] = text
    assert page.refused()
    assert page.form["free"].value == text


def test_something_else_than_a_map_is_replaced_by_one(opened):
    page = opened(free=[1, 2])
    assert page.form["free"].value.split() == ["[", "1,", "2", "]"]
    page["free"] = '{"a": 1}'
    page.save()
    assert page.stored() == {"free": {"a": 1}}


def test_of_many_documents_the_first_are_shown(opened):
    page = opened(shelves={f"s{each}": {"width": each} for each in range(103)})
    assert "3 more keys are not shown here" in page.form.text
    page["shelves-0-value-width"] = "1000"
    page["shelves-1-DELETE"] = True
    page.save()
    stored = page.stored()["shelves"]
    assert [*stored] == ["s0", *(f"s{each}" for each in range(2, 103))]
    assert stored["s0"] == {"width": 1000}


def test_a_new_key_is_none_of_those_that_are_not_shown(opened):
    page = opened(shelves={f"s{each}": {"width": each} for each in range(103)})
    page["shelves-100-key"] = "s101"
    page["shelves-100-value-width"] = "7"
    assert asked(page)


# Hostile input


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


# Files


def file_url(page, path):
    return reverse("admin:tests_cabinet_file", args=[page.key, path])


def body(response):
    return b"".join(response.app_iter)


def test_files_in_maps_are_downloaded_and_replaced(opened, django_app, mongo):
    keys = [put(mongo, data, filename="f.txt") for data in (b"one", b"two", b"three")]
    page = opened(
        files={"a.b": keys[0]},
        shelves={"s": {"ttl": "S", "scan": keys[1]}},
        inside={"_cls": "Shelf", "scan": keys[2]},
    )
    links = [each["href"] for each in page.form.html.select(".file-upload a")]
    paths = ["shelves.s.scan", "files.a_2Eb", "inside.scan"]
    assert links == [file_url(page, path) for path in paths]
    assert [body(django_app.get(link)) for link in links] == [b"two", b"one", b"three"]
    page["files-0-key"] = "c"
    page["shelves-0-value-scan"] = Upload("new.txt", b"new")
    page["inside-scan-clear"] = True
    page["files-1-key"], page["files-1-value"] = "d", Upload("d.txt", b"added")
    page.save()
    stored = page.stored()
    assert stored["files"].pop("c") == keys[0]
    assert [*stored["files"]] == ["d"]
    assert body(django_app.get(file_url(page, "files.d"))) == b"added"
    assert body(django_app.get(file_url(page, "shelves.s.scan"))) == b"new"
    assert "scan" not in stored["inside"]
    assert {each["_id"] for each in mongo["fs.files"].find()} & {*keys} == {keys[0]}


@pytest.mark.parametrize(
    "path",
    [
        *("files", "files.x", "files.a.b", "shelves.s", "shelves.x.scan", "shelves.0"),
        *("inside.ttl", "inside._cls", "anything.scan", "texts.a", "free.a", "maps.m"),
    ],
)
def test_anything_else_in_maps_is_no_file(opened, django_app, mongo, path):
    key = put(mongo, b"one")
    page = opened(
        files={"a": key},
        shelves={"s": {"scan": key, "ttl": key}},
        inside={"_cls": "Shelf", "ttl": key},
        anything={"_cls": "Gone", "scan": key},
        texts={"a": key},
        free={"a": key},
    )
    assert django_app.get(file_url(page, path), status=404)


def test_the_file_of_a_row_goes_with_it(opened, mongo):
    keys = [put(mongo, data) for data in (b"one", b"two")]
    page = opened(files={"a": keys[0], "b": keys[1]})
    page["files-0-DELETE"] = True
    page.save()
    assert page.stored() == {"files": {"b": keys[1]}}
    assert [each["_id"] for each in mongo["fs.files"].find()] == [keys[1]]


def test_a_dict_is_one_text_where_the_admin_says_so(opened, monkeypatch):
    overrides = site.get_model_admin(Cabinet).formfield_overrides
    monkeypatch.setitem(overrides, DictField, {"form_class": ExtendedJSONField})
    page = opened(free={"a": Int64(1), "b": 1.0})
    text = page.form["free"].value
    page["free"] = text.replace("1.0", "2.5")
    page.save()
    assert page.stored() == {"free": {"a": Int64(1), "b": 2.5}}


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


@pytest.mark.parametrize("choice", ["mine", "stored"])
@pytest.mark.parametrize("name", ["maps", "lists"])
def test_rows_of_a_key_that_was_removed_meanwhile(opened, name, choice):
    value = {"a": "1", "b": "2"} if name == "maps" else [1, 2]
    it = opened(**{name: {"k": value, "l": value}})
    it.other({"$unset": {f"{name}.k": 1}})
    if name == "maps":
        it["maps-0-value-2-key"] = "c"
    it[f"{name}-0-value-2-value"] = "3"
    assert len(asked(it)) == 1
    it[f"{name}-0-value-CHOICE"] = choice
    it.save()
    mine = value | {"c": "3"} if name == "maps" else [*value, 3]
    expected = {"l": value} | ({"k": mine} if choice == "mine" else {})
    assert it.stored()[name] == expected


@pytest.mark.parametrize("choice", ["mine", "stored"])
def test_a_removed_inline_row_is_stored_again_with_its_map(opened, choice):
    a = {"title": "a", "counts": {"x": 1}, "inside": {"ttl": "s", "_cls": "Shelf"}}
    it = opened(rows=[a, {"title": "b"}])
    it.other({"$set": {"rows": [{"title": "b"}]}})
    it["rows-0-title"] = "A"
    assert len(asked(it)) == 1
    it["rows-0-CHOICE"] = choice
    it.save()
    mine = [{**a, "title": "A"}] if choice == "mine" else []
    assert it.stored()["rows"] == [*mine, {"title": "b"}]


def test_a_value_that_the_page_showed_first_is_put_back(opened):
    it = opened(nums={"a": Int64(1), "b": 2})
    it.other({"$set": {"nums.a": 5.5}})
    it["numbers-0-value"] = "9"
    assert len(asked(it)) == 1
    it["numbers-0-value"], it["numbers-0-value-CHOICE"] = "1", "mine"
    it.save()
    assert identical(it.stored()["nums"], {"a": Int64(1), "b": 2})
