"""Documents of any stored shape are read; what fits is there, nothing is changed."""

from datetime import UTC, datetime

import pytest
from bson import DBRef, Decimal128, Int64, MaxKey, ObjectId, Regex, Timestamp

from admin_ext.hydration import document_for_son
from admin_ext.meta import present
from tests.documents import Address, Book, Chapter, Publisher, Review
from tests.odd_documents import Everything, Lorry, Meeting, Part, Vehicle

ODD_VALUES = [
    *(None, "", "text", 0, -1, 1.5, float("nan"), True, Int64(2**60)),
    *([], [None], [[]], [1, "a", None, {}], {}, {"a": 1}, {"_cls": "Gone"}),
    *({"_cls": 7}, {"$weird": 1}, {"a.b": 1}, b"\x00", MaxKey()),
    ObjectId("5f0000000000000000000001"),
    *(Decimal128("1.50"), Regex("x"), Timestamp(1, 1), DBRef("gone", 1)),
    *(DBRef("depot", "x"), datetime(1960, 1, 1, tzinfo=UTC)),
    *({"_ref": 1, "_cls": "Depot"}, {"type": "Point", "coordinates": "x"}),
]


def read(document, mongo, son):
    collection = mongo[document._meta["collection"]]
    key = collection.insert_one(dict(son)).inserted_id
    return present(document)._default_manager.get(pk=key)


def test_strict_document_with_an_unknown_key(mongo):
    chapter = read(Chapter, mongo, {"heading": "One", "colour": "red"})
    assert (chapter.heading, type(chapter)) == ("One", Chapter)


def test_text_where_a_document_is_expected(mongo):
    publisher = read(Publisher, mongo, {"name": "P", "address": "Athens"})
    assert (publisher.name, publisher._data["address"]) == ("P", "Athens")


def test_text_where_a_list_is_expected(mongo):
    publisher = read(Publisher, mongo, {"name": "P", "offices": "Athens"})
    assert publisher._data["offices"] == "Athens"


def test_list_where_a_text_is_expected(mongo):
    assert read(Chapter, mongo, {"heading": ["a", "b"]})._data["heading"] == ["a", "b"]


def test_null_and_odd_members_of_a_list_stay_where_they_are(mongo):
    son = {"offices": [None, {"city": "Rome"}, "x", {"city": "Oslo", "zip": 1}]}
    offices = read(Publisher, mongo, son)._data["offices"]
    assert offices[0] is None
    assert (offices[1].city, offices[2], offices[3].city) == ("Rome", "x", "Oslo")
    assert isinstance(offices[3], Address)


def test_odd_value_deep_inside(mongo):
    son = {"reviews": [{"text": "t", "by": {"no": "key"}, "more": 1}]}
    review = read(Book, mongo, son)._data["reviews"][0]
    assert isinstance(review, Review)
    assert review.text == "t"


def test_cls_names_the_subclass(mongo):
    present(Vehicle)
    lorry = read(Vehicle, mongo, {"_cls": "Vehicle.Lorry", "axles": 2, "odd": 1})
    assert (type(lorry), lorry.axles) == (Lorry, 2)


@pytest.mark.parametrize("name", ["Vehicle.Gone", "Book", 7, None, ["Vehicle"]])
def test_unknown_cls_is_read_as_the_class_asked_for(mongo, name):
    key = mongo.vehicles.insert_one({"_cls": name, "name": "x"}).inserted_id
    found = document_for_son(present(Vehicle), mongo.vehicles.find_one({"_id": key}))
    assert (type(found), found.name, found.pk) == (Vehicle, "x", key)


def test_unknown_cls_of_an_embedded_document(mongo):
    son = {"main": {"_cls": "Gone", "lbl": "x"}, "parts": [{"_cls": "Gone"}]}
    meeting = read(Meeting, mongo, son)
    assert meeting.main.label == "x"
    assert isinstance(meeting.parts[0], Part)


def test_stored_names_are_followed(mongo):
    meeting = read(Meeting, mongo, {"main": {"lbl": "x", "unknown": 1}})
    assert meeting.main.label == "x"
    assert meeting.main._changed_fields == []


@pytest.mark.parametrize("value", ODD_VALUES, ids=repr)
def test_any_value_under_any_field_is_read_and_not_changed(mongo, value):
    names = [field.db_field for field in present(Everything)._fields.values()]
    for name in names:
        if name == "_id":
            continue
        key = mongo.everything.insert_one({name: value}).inserted_id
        document = Everything._default_manager.get(pk=key)
        assert document.pk == key, name
        assert document._get_changed_fields() == [], name
        assert not document._state.adding


def test_what_does_not_fit_is_not_written_back(mongo):
    son = {"heading": "One", "colour": "red", "number": "three"}
    chapter = read(Chapter, mongo, son)
    chapter.heading = "Two"
    chapter.save(validate=False)
    stored = mongo.chapters.find_one()
    assert {key: stored[key] for key in son} == son | {"heading": "Two"}


def test_key_of_another_type(mongo):
    mongo.books.insert_one({"_id": "text key", "title": "x"})
    (book,) = present(Book)._default_manager
    assert (book.id, book.pk) == ("text key", '["text key"]')


def test_missing_keys_get_the_defaults_without_being_changed(mongo):
    chapter = read(Chapter, mongo, {"odd": 1})
    assert chapter.heading is None
    book = read(Book, mongo, {"address": 1})
    assert book.in_print is True
    assert book._get_changed_fields() == []
