"""Embedded documents of a class that is chosen, and optional ones."""

import mongoengine as me
import pytest
from bson import Int64

from admin_ext.meta import present

from .maps import asked, opened

__all__ = ["opened"]

pytestmark = pytest.mark.django_db

SHELF = {"_cls": "Shelf", "more": 1.0, "ttl": "S", "width": Int64(5)}
GONE = {"_cls": "Gone", "a": [Int64(1), {"b.c": None}], "digest": b"x"}


def texts(page, selector):
    return [each.get_text(" ", strip=True) for each in page.form.html.select(selector)]


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", "text", 5, [], [1], {}, {"a": 1}, SHELF, GONE),
        *({"_cls": 5}, {"_cls": "Cabinet"}, {"_cls": "Handle"}, {"_cls": None}),
        {**SHELF, "width": "wide", "ttl": {"x": 1}},
    ],
)
def test_untouched_documents_stay_to_the_byte(opened, mongo_commands, value):
    drawer = {"inside": value, "title": "T"}
    page = opened(
        inside=value,
        anything=value,
        things=[value, SHELF],
        named={"k": value, "l": SHELF},
        drawer=drawer,
        drawers=[drawer],
        rows=[drawer],
        handle=value,
        name="C",
    )
    with mongo_commands() as commands:
        page.save()
    assert not commands.writes
    before = page.stored()
    page.form = page.get()
    page["name"], page["things-1-value-title"] = "D", "x"
    page["named-1-value-title"], page["drawer-title"] = "x", "x"
    page.save()
    before["name"] = "D"
    before["things"][1]["ttl"] = before["named"]["l"]["ttl"] = "x"
    before["drawer"]["title"] = "x"
    assert page.stored() == before


def test_one_field_is_sent(opened, mongo_commands):
    page = opened(inside=SHELF, things=[GONE, SHELF])
    page["inside-width"] = "6"
    page["things-1-value-width"] = "7"
    with mongo_commands() as commands:
        page.save()
    (update,) = commands.writes
    assert update.document["updates"][0]["u"] == {
        "$set": {"inside.width": Int64(6), "things.1.width": Int64(7)}
    }
    assert page.stored() == {
        "inside": {**SHELF, "width": 6},
        "things": [GONE, {**SHELF, "width": 7}],
    }


@pytest.mark.parametrize("prefix", ["inside", "drawer-inside"])
def test_a_class_is_chosen_and_then_its_fields_are_filled_in(opened, prefix):
    page = opened(name="C")
    assert f"{prefix}-title" not in page.form.fields
    page[f"{prefix}-TYPE"], page["name"] = "Price", "D"
    assert "Fill in the fields of “price”, and save again." in page.refused()
    assert page.form["name"].value == "D"
    page[f"{prefix}-title"], page[f"{prefix}-amount"] = "P", "1.5"
    page.save()
    price = {"_cls": "Price", "amount": 1.5, "title": "P"}
    inside = price if prefix == "inside" else {"inside": price, "counts": {}}
    assert page.stored() == {"name": "D", prefix.partition("-")[0]: inside}


def test_what_is_missing_in_a_new_document_is_told(opened):
    page = opened(name="C")
    page["inside-TYPE"] = "Price"
    page.refused()
    assert "This field is required." in page.refused()
    assert "inside-amount" in page.form.fields
    page["inside-TYPE"] = ""
    page.save()
    assert page.stored() == {"name": "C"}


def test_another_class_takes_along_what_both_have(opened):
    page = opened(inside=SHELF)
    page["inside-TYPE"], page["inside-title"] = "Price", "typed"
    page.refused()
    assert page.form["inside-title"].value == "typed"
    page["inside-TYPE"] = "Shelf"
    page.refused()
    assert page.form["inside-width"].value == "5"
    page["inside-TYPE"] = "Price"
    page.refused()
    page["inside-amount"], page["inside-title"] = "2", "typed"
    page.save()
    assert page.stored() == {"inside": {"_cls": "Price", "title": "typed", "amount": 2}}


def test_another_class_is_a_conflict_with_a_change(opened):
    page = opened(inside=SHELF)
    page["inside-TYPE"] = "Price"
    page.refused()
    page.other({"$set": {"inside.width": 9}})
    page["inside-amount"] = "2"
    assert asked(page)
    page["inside-CHOICE"] = "mine"
    page.save()
    stored = page.stored()["inside"]
    assert (stored["_cls"], stored["amount"]) == ("Price", 2)


def test_rows_of_several_classes(opened):
    page = opened(things=[SHELF], named={"k": SHELF})
    page["things-1-value-TYPE"] = "Price"
    page["named-1-key"], page["named-1-value-TYPE"] = "l", "Shelf"
    page.refused()
    page["things-1-value-amount"], page["named-1-value-title"] = "2", "T"
    page.save()
    stored = page.stored()
    assert stored["things"] == [SHELF, {"_cls": "Price", "amount": 2.0}]
    assert stored["named"]["k"] == SHELF
    assert stored["named"]["l"]["ttl"] == "T"


def test_a_key_without_a_class_is_refused(opened):
    page = opened(name="C")
    page["named-0-key"] = "k"
    assert "This field is required." in page.refused()


def test_a_class_that_is_not_known_is_shown_with_the_reason(opened):
    page = opened(inside=GONE, anything={"a": 1}, drawer={"inside": 5})
    text = page.form.text
    assert "The class “Gone” of what is stored here is not known." in text
    assert "What is stored here does not say of which class it is." in text
    assert "Something else than an embedded document is stored here." in text
    assert "inside-TYPE" not in page.form.fields
    page["inside-REMOVE"] = True
    page.save()
    assert page.stored() == {"anything": {"a": 1}, "drawer": {"inside": 5}}


def test_all_classes_of_the_module_are_offered_without_choices(opened):
    page = opened(name="C")
    options = [value for value, *_rest in page.form["anything-TYPE"].options]
    assert options == ["", "Shelf", "Price", "Handle", "Knob", "Drawer"]
    options = [value for value, *_rest in page.form["inside-TYPE"].options]
    assert options == ["", "Shelf", "Price"]


def test_a_class_that_is_no_choice_any_more_can_be_edited(opened):
    page = opened(inside={"_cls": "Drawer", "title": "T", "more": 1})
    page["inside-title"] = "U"
    page.save()
    assert page.stored() == {"inside": {"_cls": "Drawer", "title": "U", "more": 1}}


def test_classes_that_inherit_are_chosen(opened):
    page = opened(handle={"_cls": "Handle", "colour": "red", "more": 1})
    assert page.form["handle-TYPE"].value == "Handle"
    page["handle-TYPE"] = "Knob"
    page.refused()
    page["handle-size"] = "3"
    page.save()
    assert page.stored() == {"handle": {"_cls": "Knob", "colour": "red", "size": 3}}


# Optional ones


@pytest.mark.parametrize("value", [None, "text", {}, {"title": "T"}])
def test_an_optional_document_is_removed_where_there_is_one(opened, value):
    page = opened(drawer=value, name="C")
    is_there = isinstance(value, dict)
    assert ("drawer-REMOVE" in page.form.fields) is is_there
    assert ("drawer-ADD" in page.form.fields) is not is_there
    if is_there:
        page["drawer-REMOVE"] = True
        page.save()
        assert page.stored() == {"name": "C"}


@pytest.mark.parametrize("values", [{}, {"drawer": None}])
def test_an_optional_document_is_added_without_values(opened, values):
    page = opened(name="C", **values)
    page["drawer-ADD"] = True
    page.save()
    assert isinstance(page.stored()["drawer"], dict)


class Locket(me.EmbeddedDocument):
    name = me.StringField()


class Necklace(me.Document):
    charm = me.GenericEmbeddedDocumentField(choices=("Locket", "Lost"))
    meta = {"abstract": True}


def test_choices_may_be_names_of_classes_some_of_which_are_nowhere():
    class Chain(Necklace):
        pass

    assert present(Chain)._meta.get_field("charm").documents == [Locket]
