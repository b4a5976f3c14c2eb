"""Every mongoengine field class is answered for by a Django field."""

import copy
import enum
import inspect

import mongoengine as me
import pytest
from bson import DBRef, ObjectId
from django.core.exceptions import ValidationError
from django.db import models
from mongoengine import fields as me_fields
from mongoengine.base import BaseField
from mongoengine.base.datastructures import LazyReference

from admin_ext import fields, formfields
from admin_ext.keys import id_of
from admin_ext.meta import present
from admin_ext.nested import (
    EmbeddedFormField,
    GenericEmbeddedFormField,
    ListFormField,
    MapFormField,
)
from tests.documents import Author, Book, Publisher
from tests.odd_documents import Coupon, Depot, Everything, Part, Size

CLASSES = sorted(
    name
    for name in me_fields.__all__
    if inspect.isclass(found := getattr(me_fields, name))
    and issubclass(found, BaseField)
)

# Classes that cannot be made without arguments.
ARGUMENTS = {
    "EmbeddedDocumentField": (Part,),
    "EmbeddedDocumentListField": (Part,),
    "EnumField": (Size,),
    "MapField": (me.IntField(),),
    "SortedListField": (me.IntField(),),
    "ReferenceField": (Depot,),
    "CachedReferenceField": (Depot,),
    "LazyReferenceField": (Depot,),
}


def field_for(document_field, name="field"):
    document_field.name = document_field.db_field = name
    found = fields.field_for(document_field, name=name, present=present)
    found.bind(Everything, name)
    return found


def get(name, document=Everything):
    return present(document)._meta.get_field(name)


@pytest.mark.parametrize("name", CLASSES)
def test_every_field_class_of_mongoengine_is_a_django_field(name):
    found = field_for(getattr(me_fields, name)(*ARGUMENTS.get(name, ())))
    assert isinstance(found, models.Field)
    assert isinstance(found, fields.DocumentField)
    assert found.get_internal_type()
    assert found.formfield() is not None


@pytest.mark.parametrize(
    ("name", "django_class"),
    [
        ("string", models.CharField),
        ("text", models.TextField),
        ("email", models.EmailField),
        ("url", models.URLField),
        ("integer", models.IntegerField),
        ("long", models.BigIntegerField),
        ("float", models.FloatField),
        ("decimal", models.DecimalField),
        ("boolean", models.BooleanField),
        ("date_time", models.DateTimeField),
        ("date", models.DateField),
        ("uuid", models.UUIDField),
        ("size", models.CharField),
        ("sequence", models.IntegerField),
        ("reference", models.ForeignKey),
        ("dbref", models.ForeignKey),
        ("lazy_reference", models.ForeignKey),
        ("references", models.ManyToManyField),
        ("lazy_references", models.ManyToManyField),
    ],
)
def test_django_recognises_the_field_by_its_class(name, django_class):
    assert isinstance(get(name), django_class)


def test_a_date_is_no_date_and_time():
    assert not isinstance(get("date"), models.DateTimeField)


def test_a_subclass_of_a_field_is_answered_for_as_its_base():
    class ShoutedField(me.StringField):
        pass

    assert isinstance(field_for(ShoutedField(max_length=9)), models.CharField)


def test_a_field_class_that_nobody_knows_is_a_free_value():
    class Odd(BaseField):
        pass

    assert isinstance(field_for(Odd()), fields.ValueField)


def test_relations_know_their_document():
    assert get("author", Book).remote_field.model is Author
    assert get("sequel_of", Book).remote_field.model is Book
    assert get("others", Book).remote_field.model is Author
    assert get("author", Book).is_relation
    assert get("author", Book).many_to_one
    assert get("others", Book).many_to_many


def test_attname_of_a_reference_is_that_of_a_foreign_key():
    assert get("author", Book).attname == "author_id"
    assert get("title", Book).attname == "title"


def test_paths_go_on_into_references_and_embedded_documents():
    assert get("author", Book).path_infos[-1].to_opts is Author._meta
    assert get("address", Publisher).path_infos[-1].to_opts.model_name == "address"
    assert get("offices", Publisher).path_infos[-1].to_opts.model_name == "address"
    assert not get("others", Book).path_infos[-1].m2m
    assert not hasattr(get("keywords", Book), "path_infos")


def test_choices_as_values_pairs_and_enum():
    values = field_for(me.StringField(choices=("a", "b")))
    assert values.choices == [("a", "a"), ("b", "b")]
    pairs = field_for(me.StringField(choices=(("a", "A"), ("b", "B"))))
    assert pairs.choices == [("a", "A"), ("b", "B")]
    assert get("size").choices == [(1, "SMALL"), (2, "LARGE")]


def test_two_letter_choices_are_values_not_pairs():
    assert field_for(me.StringField(choices=["ab", "cd"])).choices == [
        ("ab", "ab"),
        ("cd", "cd"),
    ]


def test_only_some_members_of_an_enum_can_be_choices():
    found = field_for(me.EnumField(Size, choices=[Size.LARGE]))
    assert found.choices == [(2, "LARGE")]


def test_a_django_enum_keeps_its_labels():
    class Kind(models.TextChoices):
        BIG = "b", "Rather big"

    assert field_for(me.EnumField(Kind)).choices == [("b", "Rather big")]


def test_defaults():
    class Colour(enum.Enum):
        RED = "r"

    assert field_for(me.StringField(default="x")).get_default() == "x"
    assert field_for(me.IntField(default=lambda: 3)).get_default() == 3
    assert field_for(me.EnumField(Colour, default=Colour.RED)).get_default() == "r"
    assert field_for(me.BooleanField(default=False)).get_default() is False
    assert field_for(me.ListField(me.IntField(), default=[1])).get_default() == [1]


@pytest.mark.parametrize("name", ["list", "dict", "map", "embedded_list", "string"])
def test_the_empty_default_of_mongoengine_is_no_default(name):
    assert not get(name).has_default()


def test_verbose_name_help_text_and_blank():
    found = field_for(me.StringField(required=True, help_text="How?"), "of_kin")
    assert (found.verbose_name, found.help_text) == ("of kin", "How?")
    assert (found.blank, found.null) == (False, False)
    assert get("title", Book).verbose_name == "book title"


def test_a_boolean_that_may_be_missing_is_no_check_box():
    assert get("signed", Book).null
    assert not get("in_print", Book).null


def test_a_deep_copy_is_the_field_itself():
    field = get("author", Book)
    assert copy.deepcopy(field) is field
    assert copy.deepcopy([field])[0] is field


def test_form_fields():
    kinds = {
        "string": formfields.StringField,
        "size": formfields.ChoiceField,
        "reference": formfields.DocumentChoiceField,
        "references": formfields.DocumentMultipleChoiceField,
        "dynamic": formfields.AnyValueField,
        "dict": MapFormField,
        "generic_embedded": GenericEmbeddedFormField,
        "embedded": EmbeddedFormField,
        "embedded_list": ListFormField,
    }
    for name, kind in kinds.items():
        assert type(get(name).formfield()) is kind, name


def test_limits_are_said_in_the_words_of_django():
    with pytest.raises(ValidationError) as caught:
        fields.run_validators(Book._fields["pages"], 0)
    assert caught.value.messages == ["Ensure this value is greater than or equal to 1."]
    code = me.StringField(min_length=4, max_length=2, regex="[a-z]+$")
    with pytest.raises(ValidationError) as caught:
        fields.run_validators(code, "A.b")
    assert [error.code for error in caught.value.error_list] == [
        "max_length",
        "min_length",
        "invalid",
    ]


def test_sequence_is_shown_and_not_edited():
    assert get("sequence").formfield().disabled
    assert not present(Coupon)._meta.pk.editable


def test_id_of_every_form_of_reference():
    key = ObjectId()
    depot = Depot(id=key)
    for value in (key, DBRef("depot", key), LazyReference(Depot, key), depot):
        assert id_of(value) == key
    assert id_of("") == ""
    assert id_of(None) is None


def test_value_from_object_asks_nothing_of_mongodb(mongo, mongo_commands):
    mongo.everything.insert_one({"reference": ObjectId(), "references": [ObjectId()]})
    document = present(Everything)._default_manager.get()
    with mongo_commands() as commands:
        for field in Everything._meta.fields:
            field.value_from_object(document)
    assert commands.names == []


def test_an_enum_gets_its_member_back():
    assert get("size").value_for_document("2") is Size.LARGE
    assert get("size").value_for_document("") is None
    assert get("size").value_for_document("huge") == "huge"


def test_an_enum_of_mixed_values_finds_the_right_member():
    class Mixed(enum.Enum):
        ONE = 1
        TWO = "two"

    assert field_for(me.EnumField(Mixed)).value_for_document("two") is Mixed.TWO
    assert field_for(me.EnumField(Mixed)).value_for_document("1") is Mixed.ONE
