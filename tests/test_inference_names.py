"""Names of fields and classes, and primary keys."""

import builtins
import keyword
import unicodedata
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from bson import Decimal128, ObjectId
from hypothesis import given
from hypothesis import strategies as st

from admin_ext.introspection.inference import infer
from admin_ext.introspection.inference.class_names import class_name, singular, unique
from admin_ext.introspection.inference.names import (
    OF_EMBEDDED,
    names_for,
    names_of_keys,
    python_name,
)
from admin_ext.introspection.profile import profile_of
from tests.inferred import database_of, kind_of, model_of
from tests.properties import times


@pytest.mark.parametrize(
    ("stored", "name"),
    [
        ("name", "name"),
        ("hashedPassword", "hashed_password"),
        ("address line 2", "address_line_2"),
        ("URL", "url"),
        ("userID", "user_id"),
        ("HTMLBody", "html_body"),
        ("street1", "street1"),
        ("line2Text", "line2_text"),
        ("__v", "v"),
        ("a__b", "a_b"),
        ("trailing_", "trailing"),
        ("first-name", "first_name"),
        ("class", "class_field"),
        ("From", "from_field"),
        ("None", "none"),
        ("id", "id_field"),
        ("pk", "pk_field"),
        ("objects", "objects_field"),
        ("save", "save_field"),
        ("meta", "meta_field"),
        ("fields", "fields_field"),
        ("validate", "validate_field"),
        ("2fa", "number_2_fa"),
        ("2024", "number_2024"),
        ("größe", "größe"),
        ("姓名", "姓名"),
        ("%", "field"),
        ("👍", "field"),
        ("$ref", "ref"),
    ],
)
def test_name_of_a_field(stored, name):
    assert python_name(stored) == name
    assert name.isidentifier()


def test_names_differ_from_each_other_and_from_stored_keys():
    names = names_for(["userName", "user_name", "UserName", "user_name_2", "%", "👍"])
    assert names == {
        "userName": "user_name_3",
        "user_name": "user_name",
        "UserName": "user_name_4",
        "user_name_2": "user_name_2",
        "%": "field",
        "👍": "field_2",
    }


@times(200)
@given(st.lists(st.text(max_size=12), unique=True, max_size=6), st.booleans())
def test_any_keys_get_names_that_python_takes(keys, is_embedded):
    names = names_of_keys(keys, is_embedded=is_embedded)
    assert len({*names.values()}) == len(names)
    for key, name in names.items():
        assert name.isidentifier()
        assert not keyword.iskeyword(name)
        assert "__" not in name.strip("_")
        assert not name.startswith("_")
        assert name == key or name not in keys
        assert name == unicodedata.normalize("NFKC", name)


@times(100)
@given(st.text(max_size=12))
def test_any_collection_gets_a_name_that_python_takes(name):
    found = class_name(name)
    assert found.isidentifier()
    assert found == unicodedata.normalize("NFKC", found)
    assert unique(found, set()) not in dir(builtins)


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        *(("users", "user"), ("categories", "category"), ("boxes", "box")),
        *(("people", "person"), ("children", "child"), ("addresses", "address")),
        *(("statuses", "status"), ("status", "status"), ("news", "news")),
        *(("series", "series"), ("data", "data"), ("movies", "movie")),
        *(("analyses", "analysis"), ("houses", "house"), ("responses", "response")),
        *(("branches", "branch"), ("caches", "cache"), ("heroes", "hero")),
        *(("photos", "photo"), ("sizes", "size"), ("buses", "bus")),
        *(("classes", "class"), ("licenses", "license"), ("keys", "key")),
        *(("companies", "company"), ("wishes", "wish"), ("moves", "move")),
        *(("databases", "database"), ("purchases", "purchase"), ("is", "is")),
        *(("matches", "match"), ("leaves", "leaf"), ("theses", "thesis")),
    ],
)
def test_singular(plural, expected):
    assert singular(plural) == expected


@pytest.mark.parametrize(
    ("collection", "name"),
    [
        ("users", "User"),
        ("userProfiles", "UserProfile"),
        ("user_profiles", "UserProfile"),
        ("shop.orders", "ShopOrder"),
        ("accounts2", "Account2"),
        ("2024", "Collection2024"),
        ("%", "Collection"),
        ("größen", "Größen"),
    ],
)
def test_name_of_a_class(collection, name):
    assert class_name(collection) == name


def test_classes_have_names_of_their_own():
    database = database_of(
        users=[{"filter": {"a": 1, "b": 2}}],
        user=[{"filter": {"c": 1, "d": "x"}}],
        USERS=[{"note": {"a": "x"}}],
        notes=[{}],
        warnings=[{}],
        documents=[{}],
    )
    names = [each.name for each in (*database.documents, *database.embedded)]
    assert len({each.lower() for each in names}) == len(names)
    assert sorted(names) == [
        *("DocumentDocument", "Filter", "Note", "User", "User2", "User3"),
        *("User3Filter", "UserNote", "WarningDocument"),
    ]


def test_keys_that_mongoengine_cannot_declare_are_told():
    model = model_of([{"a.b": 1, "$c": 2, "": 3, "d": 4}])
    assert [each.stored for each in model.fields] == ["_id", "d"]
    assert model.doubts == ['Keys that mongoengine cannot declare: "a.b", "$c", "".']


def test_objects_of_keys_that_cannot_be_declared_are_dicts():
    field = model_of([{"value": {"$a": 1}}]).field_named("value")
    assert field.kind == "DictField"
    assert field.doubts == ['No key can be declared: "$a".']


KEYS = [
    ([ObjectId()], None),
    ([1, 2], "IntField"),
    ([1.0, 2], "IntField"),
    (["ann", "bob"], "StringField"),
    (["ann@example.org"], "StringField"),
    ([uuid4()], "UUIDField"),
    ([Decimal128("1")], "Decimal128Field"),
    ([datetime(2024, 5, 17, tzinfo=UTC)], "DateTimeField"),
    ([b"\x00"], "BinaryField"),
    ([{"shop": "a", "number": 1}, {"shop": "b", "number": 2}],
     "EmbeddedDocumentField(ThingKey)"),
    ([{"shop": "a"}, {"number": 2}], "DictField"),
    ([ObjectId(), "ann"], "DynamicField"),
    ([1] * 99 + ["ann"], "DynamicField"),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "expected"), KEYS)
def test_primary_key(keys, expected):
    found = model_of([{"_id": key} for key in keys]).fields
    assert [kind_of(each) for each in found] == ([expected] if expected else [])
    assert all(each.name == "id" for each in found)
    assert all(each.options == {"primary_key": True} for each in found)


def test_a_stored_id_is_not_taken_for_the_key():
    model = model_of([{"_id": ObjectId(), "id": 7}])
    assert [(each.name, each.stored) for each in model.fields] == [
        ("oid", "_id"),
        ("id_field", "id"),
    ]


def test_embedded_documents_may_have_an_id():
    model = model_of([{"rows": [{"_id": ObjectId(), "name": "a"}]}])
    inner = model.field_named("rows").member.embedded
    assert [(each.name, each.stored) for each in inner.fields] == [
        ("id", "_id"),
        ("name", "name"),
    ]


def test_documents_without_a_key_are_told():
    model = infer("Total", profile_of([{"count": 1}]), "totals")
    assert model.doubts == ["The documents have no _id: none of them can be opened."]


def test_no_field_of_an_embedded_document_is_called_pk():
    # mongoengine's lookups take it for the key: a list with this column would fail.
    assert python_name("pk", OF_EMBEDDED) == "pk_field"


def test_no_field_is_called_self():
    # Documents are made by keyword: none of these could be loaded.
    assert python_name("self") == "self_field"
    assert python_name("self", OF_EMBEDDED) == "self_field"
