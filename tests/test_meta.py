"""A Document's ``_meta`` answers as Django's Options, and mongoengine's stays."""

import gc
import warnings

import django_mongoengine
import mongoengine as me
import pytest
from bson import ObjectId
from django.core.exceptions import FieldDoesNotExist
from django.utils import translation
from mongoengine.base.common import _document_registry

from admin_ext.fields import ObjectIdField, RowField
from admin_ext.meta import Options, document_classes, document_for_label, present
from documents.documents import Note
from tests.documents import Address, Author, Book
from tests.odd_documents import (
    Coupon,
    Depot,
    Everything,
    Letter,
    Load,
    Loose,
    Lorry,
    Parcel,
    Stamped,
    Token,
    Vehicle,
)

FLAVOURS = (Author, Book)
KEY = ObjectId("5f0000000000000000000001")


@pytest.fixture
def forget():
    """Take classes that a test made out of mongoengine's registry again."""
    before = set(_document_registry)
    yield
    for name in set(_document_registry) - before:
        del _document_registry[name]
    gc.collect()


@pytest.mark.parametrize("document", FLAVOURS)
def test_both_flavours_of_documents_answer_as_models(document):
    meta = document._meta
    name = document.__name__
    assert isinstance(meta, Options)
    assert (meta.label, meta.label_lower) == (f"tests.{name}", f"tests.{name.lower()}")
    assert meta.app_label == "tests"
    assert meta.concrete_model is meta.model is document
    assert meta.app_config.label == "tests"


def test_app_label_of_the_meta_dict_wins():
    assert present(Token)._meta.label == "sessions.Token"


def test_app_label_is_that_of_the_app_that_contains_the_module():
    assert Note._meta.app_label == "documents"


def test_verbose_names_are_made_of_the_class_name():
    meta = present(Everything)._meta
    assert str(meta.verbose_name) == "everything"
    assert str(meta.verbose_name_plural) == "everythings"


def test_verbose_names_of_the_meta_dict_win_and_stay_lazy():
    meta = present(Letter)._meta
    with translation.override("de"):
        assert (meta.verbose_name, meta.verbose_name_plural) == ("post item", "post")
    assert meta.verbose_name_raw == "post item"
    assert type(meta.verbose_name_raw) is str


def test_ordering_is_that_of_the_document_or_inherited():
    assert present(Letter)._meta.ordering == ["-stamped"]
    assert present(Vehicle)._meta.ordering == []


def test_fields_come_in_their_declared_order():
    names = [field.name for field in Book._meta.fields]
    assert names[:4] == ["id", "title", "isbn", "author"]
    assert Book._meta.get_fields() == Book._meta.concrete_fields == Book._meta.fields


def test_get_field_refuses_an_unknown_name_as_django_does():
    with pytest.raises(FieldDoesNotExist, match="Book has no field named 'nope'"):
        Book._meta.get_field("nope")
    with pytest.raises(FieldDoesNotExist):
        Book._meta.get_field(["title"])


def test_pk_of_a_document_without_one_is_its_object_id():
    assert Book._meta.pk is Book._meta.get_field("id")
    assert isinstance(Book._meta.pk, ObjectIdField)
    assert (Book._meta.pk.name, Book._meta.pk.attname) == ("id", "id")


@pytest.mark.parametrize(
    ("document", "name", "text", "value"),
    [
        (Author, "code", "a/b c", "a/b c"),
        (Parcel, "number", "7", 7),
        (Coupon, "number", "7", 7),
        (Book, "id", "5f0000000000000000000001", ObjectId("5f" + "0" * 21 + "1")),
    ],
)
def test_primary_keys_of_any_type(document, name, text, value):
    pk = present(document)._meta.pk
    assert pk.name == name
    assert pk.to_python(text) == value


def test_uuid_primary_key():
    pk = present(Token)._meta.pk
    text = "0f9b4b3a-9f0e-4c0a-8a49-0a6c3c1f1a11"
    assert str(pk.to_python(text)) == text


def test_an_embedded_document_has_its_place_in_the_list_for_a_key():
    assert isinstance(present(Address)._meta.pk, RowField)
    assert not hasattr(Address, "_default_manager")


def test_the_field_for_the_class_name_is_not_shown():
    assert [field.name for field in present(Vehicle)._meta.fields] == ["id", "name"]
    assert [f.name for f in present(Lorry)._meta.fields] == ["id", "name", "axles"]


def test_a_base_and_its_subclass_have_options_of_their_own():
    present(Vehicle)
    assert present(Lorry)._meta is not Vehicle._meta
    assert Lorry._meta.model_name == "lorry"
    assert [field.model for field in Lorry._meta.fields] == [Lorry] * 3


def test_a_subclass_reads_and_writes_as_its_base_does(mongo):
    present(Vehicle)
    present(Lorry)
    Lorry(name="Big", axles=3).save()
    assert mongo.vehicles.find_one()["_cls"] == "Vehicle.Lorry"
    assert type(Vehicle._default_manager.get(name="Big")) is Lorry
    assert Lorry._default_manager.count() == 1


def test_an_abstract_document_says_so():
    assert present(Stamped)._meta.abstract
    assert not present(Letter)._meta.abstract


def test_a_dynamic_document_shows_its_declared_fields(mongo):
    mongo.loose.insert_one({"name": "a", "more": 1})
    assert [field.name for field in present(Loose)._meta.fields] == ["id", "name"]
    assert Loose._default_manager.get().more == 1


def test_a_renamed_field_has_its_stored_name_as_column():
    assert Book._meta.get_field("blurb").column == "blurbText"


def test_a_referenced_document_that_is_not_registered_is_presented_too():
    field = present(Load)._meta.get_field("depot")
    assert field.remote_field.model is Depot
    assert Depot._meta.label == "tests.Depot"


def test_presenting_twice_gives_the_same_options():
    assert present(Book)._meta is Book._meta


def test_mongoengines_meta_dict_gets_nothing_but_auto_create_index(forget):
    class Fresh(me.Document):
        meta = {"index_background": True}

    before = set(Fresh._meta)
    mongoengines = present(Fresh)._meta._meta
    assert str(Fresh._meta.verbose_name) == "fresh"
    assert set(mongoengines) - before <= {"auto_create_index"}
    assert mongoengines["auto_create_index"] is False


def test_subclassing_a_presented_document_works(forget, mongo):
    present(Vehicle)

    class Tram(Vehicle):
        lines = me.ListField(me.IntField())

    assert present(Tram)._meta.label == "tests.Tram"
    Tram(name="T", lines=[1]).save()
    assert Tram._default_manager.get().lines == [1]
    assert Vehicle._default_manager.get().name == "T"


def test_subclassing_an_abstract_presented_document_works(forget):
    present(Stamped)

    class Receipt(Stamped):
        pass

    assert not present(Receipt)._meta.abstract
    assert Receipt._meta["collection"] == "receipt"


def test_a_document_does_not_create_its_indexes_by_itself(mongo, forget):
    class Indexed(me.Document):
        name = me.StringField(unique=True)

    present(Indexed)
    Indexed(name="a").save()
    assert list(mongo.indexed.index_information()) == ["_id_"]


def test_mongoengine_uses_the_document_as_before(mongo):
    book = Book(title="Ida", keywords=["x"]).save()
    Book.objects(pk=book.pk).update(set__title="Ada")
    book.reload()
    assert (book.title, Book.objects.count()) == ("Ada", 1)
    assert Book.objects(title__startswith="A").first() == book
    assert type(Book.objects) is not type(Book._default_manager)
    book.delete()
    assert mongo.books.count_documents({}) == 0


def test_state_tells_new_documents_from_stored_ones(mongo):
    author = Author(code="a", name="A")
    assert author._state.adding
    author.save()
    assert not author._state.adding
    assert not Author._default_manager.get()._state.adding


def test_serializable_value_of_a_reference_is_the_stored_id(mongo, mongo_commands):
    mongo.books.insert_one({"title": "x", "author": "nobody"})
    book = Book._default_manager.get()
    with mongo_commands() as commands:
        assert book.serializable_value("author") == "nobody"
    assert commands.names == []


def test_document_classes_are_the_concrete_ones_of_installed_apps():
    found = document_classes()
    assert {Note, Book, Lorry} <= set(found)
    assert Stamped not in found
    assert Address not in found
    assert Address in document_classes(embedded=True)
    assert not [each for each in found if each.__module__.startswith("mongoengine")]


def test_document_for_label():
    assert document_for_label("tests", "book") is Book
    assert document_for_label("sessions", "token") is Token
    assert document_for_label("tests", "address") is None


def test_an_adapter_document_can_be_declared_after_start_up(forget):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)

        class Late(django_mongoengine.Document):
            name = me.StringField()

    assert present(Late)._meta.label == "tests.Late"
    assert document_for_label("tests", "late") is Late


def test_str_that_raises_on_an_odd_document_is_its_key(forget, caplog):
    class Shouting(me.Document):
        title = me.StringField()

        def __str__(self):
            return self.title.upper()

    present(Shouting)
    assert str(Shouting(title="a")) == "A"
    assert str(Shouting(pk=KEY)) == f"Shouting object ({KEY})"
    assert "Shouting.__str__: AttributeError" in caplog.text


def test_str_that_is_no_text(forget):
    class Quiet(me.EmbeddedDocument):
        number = me.IntField()
        author = me.ReferenceField(Author)

        def __str__(self):
            return self.number or self.author.name

    present(Quiet)
    assert str(Quiet(number=7)) == "7"
    assert str(Quiet(author=Author(code="gone"))) == "None"
    assert str(Quiet()) == "Quiet object (None)"


def test_a_nul_in_the_text_of_a_document_can_be_logged():
    # Postgres refuses it, after MongoDB has taken the change.
    assert str(present(Author)(name="a\0b")) == "a␀b"
