"""The one way in which a person's change is written."""

import mongoengine as me
import pytest
from django.core.exceptions import ValidationError
from mongoengine import signals

from admin_ext import saving, validation
from admin_ext.exceptions import SaveRejected
from admin_ext.meta import present

from .documents import Author, Book, Publisher


class Ledge(me.Document):
    """Has everything that a save may meet: clean(), save(), unique_with."""

    room = me.StringField(unique_with="row")
    row = me.IntField(min_value=0)
    label = me.StringField(required=True)
    stamp = me.StringField()

    meta = {"collection": "shelves"}

    def clean(self):
        if self.row == 13:
            raise me.ValidationError("No thirteenth row.", errors={"row": "unlucky"})
        if self.row == 14:
            raise me.ValidationError("Not this one either.")

    def save(self, *args, **kwargs):
        self.stamp = "stamped"
        return super().save(*args, **kwargs)


@pytest.fixture
def shelf(mongo):
    """A stored shelf without its required label: odd, and nobody's business."""
    present(Ledge)
    pk = mongo.shelves.insert_one({"room": "A", "row": "odd"}).inserted_id
    return Ledge._default_manager.get(pk=pk)


def stored(mongo):
    document = mongo.shelves.find_one()
    document.pop("_id")
    return document


def test_only_changed_fields_are_validated_and_sent(mongo, mongo_commands, shelf):
    shelf.room = "B"
    with mongo_commands() as commands:
        saving.save(shelf, adding=False)
    (update,) = commands.writes
    assert update.document["updates"][0]["u"] == {
        "$set": {"room": "B", "stamp": "stamped"}
    }
    assert stored(mongo) == {"room": "B", "row": "odd", "stamp": "stamped"}


def test_nothing_changed_sends_nothing_and_calls_no_save(mongo, mongo_commands, shelf):
    with mongo_commands() as commands:
        saving.save(shelf, adding=False)
    assert not commands
    assert "stamp" not in stored(mongo)


def test_a_changed_field_that_does_not_fit_is_refused(mongo, shelf):
    shelf.row = -1
    with pytest.raises(SaveRejected) as caught:
        saving.save(shelf, adding=False)
    assert caught.value.errors.message_dict == {
        "row": ["Ensure this value is greater than or equal to 0."]
    }
    assert stored(mongo) == {"room": "A", "row": "odd"}


def test_clean_speaks_about_a_field_or_about_the_whole(shelf):
    shelf.row = 13
    with pytest.raises(ValidationError) as caught:
        validation.validate(shelf, ["row"])
    assert caught.value.message_dict == {"row": ["unlucky"]}
    shelf.row = 14
    with pytest.raises(ValidationError) as caught:
        validation.validate(shelf, ["row"])
    assert caught.value.message_dict == {"__all__": ["Not this one either."]}


def test_unique_with_names_both_fields(mongo, shelf):
    mongo.shelves.insert_one({"room": "C", "row": 1})
    shelf.room, shelf.row = "C", 1
    with pytest.raises(ValidationError, match="Ledge with this Room and Row already"):
        validation.validate_unique(shelf, ["room"])


def test_a_deleted_document_is_not_brought_back(mongo, shelf):
    mongo.shelves.delete_many({})
    shelf.room = "B"
    with pytest.raises(SaveRejected, match="was deleted by somebody else"):
        saving.save(shelf, adding=False)
    assert mongo.shelves.count_documents({}) == 0


def test_an_addition_refuses_a_key_that_is_taken(mongo):
    mongo.authors.insert_one({"_id": "joyce", "name": "James"})
    author = Author(code="joyce", name="Impostor")
    with pytest.raises(SaveRejected) as caught:
        saving.save(author, adding=True)
    assert list(caught.value.errors.message_dict) == ["code"]
    assert mongo.authors.find_one()["name"] == "James"


def test_signals_run_and_may_change_the_document(mongo):
    publisher = Publisher(name="P").save()
    seen = []

    def note(sender, document, **kwargs):
        seen.append(document.name)

    signals.pre_save.connect(note, sender=Publisher)
    try:
        publisher.name = "Q"
        saving.save(publisher, adding=False)
    finally:
        signals.pre_save.disconnect(note, sender=Publisher)
    assert seen == ["Q"]


def test_a_guarded_document_saves_carefully_whoever_calls_save(mongo):
    pk = mongo.books.insert_one({
        "title": "T",
        "pages": "many",
        "kind": "?",
    }).inserted_id
    book = Book._default_manager.get(pk=pk)
    saving.guard(book, adding=False)
    book.title = "U"
    book.save()
    assert mongo.books.find_one(pk) == {
        "_id": pk,
        "title": "U",
        "pages": "many",
        "kind": "?",
    }


def test_an_index_of_the_server_names_the_field(mongo):
    mongo.books.create_index([("blurbText", 1)], unique=True, sparse=True)
    Book(title="a", blurb="same").save()
    with pytest.raises(SaveRejected) as caught:
        saving.save(Book(title="b", blurb="same"), adding=True)
    assert caught.value.errors.message_dict == {
        "blurb": ["Book with this Blurb already exists."]
    }


def test_a_validator_of_the_server_is_an_error_not_a_crash(mongo):
    mongo.drop_collection("books")
    mongo.create_collection("books", validator={"title": {"$ne": "forbidden"}})
    with pytest.raises(SaveRejected, match="Document failed validation"):
        saving.save(Book(title="forbidden"), adding=True)


def test_a_document_that_is_too_large_is_refused(mongo, shelf):
    shelf.room = "x" * 17_000_000
    with pytest.raises(SaveRejected, match="no document of more than 16 MB"):
        saving.save(shelf, adding=False)
    assert stored(mongo) == {"room": "A", "row": "odd"}
