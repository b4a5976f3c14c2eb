"""Patches: Django's own behaviour for models is what it was."""

import pytest
from bson import Binary
from django.contrib.admin.filters import AllValuesFieldListFilter, FieldListFilter
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import MultipleObjectsReturned, ObjectDoesNotExist
from django.http import Http404
from django.shortcuts import get_object_or_404
from mongoengine import BinaryField, errors

from admin_ext import DocumentAdmin, compat
from admin_ext.filters import DistinctFieldListFilter
from tests.documents import Author, Book
from tests.key_documents import Freely


def test_django_catches_a_missing_document_as_its_own(mongo):
    assert issubclass(Author.DoesNotExist, ObjectDoesNotExist)
    assert issubclass(Author.MultipleObjectsReturned, MultipleObjectsReturned)
    with pytest.raises(Http404):
        get_object_or_404(Author._default_manager, pk="nobody")


def test_applying_the_patches_to_the_errors_twice_changes_nothing():
    before = errors.DoesNotExist.__bases__
    compat.make_missing_documents_known_to_django()
    assert errors.DoesNotExist.__bases__ == before


@pytest.mark.django_db
def test_a_content_type_finds_models_and_documents():
    assert ContentType.objects.get_for_model(User).model_class() is User
    assert ContentType(app_label="tests", model="book").model_class() is Book
    assert ContentType(app_label="tests", model="gone").model_class() is None


def test_filters_of_models_stay_those_of_django():
    username = User._meta.get_field("username")
    chosen = [
        filter_class
        for test, filter_class in FieldListFilter._field_list_filters
        if test(username)
    ]
    assert chosen == [AllValuesFieldListFilter]


def test_the_distinct_filter_is_the_last_before_the_catch_all():
    classes = [found for _test, found in FieldListFilter._field_list_filters]
    assert classes[-2:] == [DistinctFieldListFilter, AllValuesFieldListFilter]


def test_code_written_for_the_adapter_finds_its_base_class():
    from django_mongoengine.mongo_admin.options import DocumentAdmin as Adapters

    assert issubclass(DocumentAdmin, Adapters)


def test_a_mistake_in_the_columns_of_a_model_is_no_marked_cell(admin_client):
    response = admin_client.get("/admin/auth/user/")
    assert response.status_code == 200
    rows = response.content.decode().partition('id="result_list"')[2]
    assert "admin-ext" not in rows


def test_a_document_is_saved_whose_key_is_a_dict(mongo):
    son = {"_id": {"shop": "a", "place": {"row": 1}}, "name": "before"}
    mongo.freely.insert_one(son)
    document = Freely.objects.get()
    document.name = "after"
    document.save()
    assert mongo.freely.find_one() == {**son, "name": "after"}


def test_binary_data_keep_their_kind():
    assert BinaryField().to_mongo(Binary(b"x", 5)) == Binary(b"x", 5)
    assert BinaryField().to_mongo(b"x") == Binary(b"x", 0)
