"""Which fields refer to other documents: found by looking up, and not found."""

from uuid import uuid4

import pytest
from bson import Binary, DBRef, Int64, ObjectId

from admin_ext.introspection.models import Meaning
from admin_ext.introspection.references import find_references
from admin_ext.introspection.server_indexes import add_indexes
from tests.introspected import database_of, field_at


def ids(number):
    return [ObjectId() for _ in range(number)]


def rows(values, key="value", make=ObjectId):
    """Return documents that hold the values under a key."""
    return [{"_id": make(), key: value} for value in values]


def users(keys):
    return [{"_id": key, "name": f"name {n}"} for n, key in enumerate(keys)]


def found_in(mongo, collections, **maps):
    """Store, infer, look up, and return the Database."""
    database = database_of(mongo, collections, **maps)
    for model in database.documents:
        add_indexes(model, mongo[model.collection])
    find_references(database, mongo)
    return database


def looked_at(mongo, collections, *path, **maps):
    """Return the field at a path of the first collection, after the lookups."""
    database = found_in(mongo, collections, **maps)
    return field_at(database.documents[0], *path)


def leads_to(field, collection, kind="ReferenceField"):
    assert field.kind == kind
    assert (field.reference.collection, field.reference.key) == (collection, "_id")
    return True


def test_object_ids_that_are_found_are_references(bare_mongo):
    keys = ids(5)
    stored = {"notes": rows(keys, "userId"), "users": users(keys)}
    field = looked_at(bare_mongo, stored, "userId")
    assert leads_to(field, "users")
    assert (field.reference.looked_up, field.reference.found) == (5, 5)
    assert field.reference.confidence == 1
    assert field.doubts == []


def test_object_ids_that_are_nowhere_are_no_references(bare_mongo):
    stored = {"notes": rows(ids(5), "userId"), "users": users(ids(5))}
    field = looked_at(bare_mongo, stored, "userId")
    assert (field.kind, field.reference, field.doubts) == ("ObjectIdField", None, [])


def test_a_name_that_fits_nothing_is_found_all_the_same(bare_mongo):
    keys = ids(5)
    stored = {"notes": rows(keys, "x"), "users": users(keys), "tags": users(ids(3))}
    assert leads_to(looked_at(bare_mongo, stored, "x"), "users")


def test_dangling_values_leave_a_doubt(bare_mongo):
    keys = ids(10)
    stored = {"notes": rows(keys, "user"), "users": users(keys[:7])}
    field = looked_at(bare_mongo, stored, "user")
    assert leads_to(field, "users")
    assert field.doubts == ["Looked up, 3 of 10 values lead to nothing in users."]
    assert field.reference.confidence == pytest.approx(0.7)


def test_a_few_strays_make_no_reference_where_the_name_does_not_fit(bare_mongo):
    keys = ids(20)
    stored = {"logs": rows(keys, "entity"), "users": users(keys[:3])}
    field = looked_at(bare_mongo, stored, "entity")
    assert (field.kind, field.reference) == ("ObjectIdField", None)
    assert field.doubts == ["Looked up, 3 of 20 values are found in users."]


@pytest.mark.parametrize("empty", ["", None])
def test_values_that_stand_for_nothing_are_not_looked_up(bare_mongo, empty):
    keys = ids(4)
    stored = {"notes": rows([*keys, empty, empty], "user"), "users": users(keys)}
    field = looked_at(bare_mongo, stored, "user")
    assert leads_to(field, "users")
    assert field.reference.looked_up == 4


def test_references_to_the_same_collection(bare_mongo):
    keys = ids(6)
    notes = [
        {"_id": key, "parent": parent, "prev": parent}
        for key, parent in zip(keys, [None, *keys], strict=False)
    ]
    database = found_in(bare_mongo, {"notes": notes, "tags": users(ids(2))})
    assert leads_to(field_at(database.documents[0], "parent"), "notes")
    assert leads_to(field_at(database.documents[0], "prev"), "notes")


def test_references_at_any_depth(bare_mongo):
    keys = ids(4)
    note = {
        "_id": ObjectId(),
        "tags": keys,
        "filter": {"tags": keys[:1]},
        "comments": [{"author": {"_id": key}} for key in keys],
        "votes": {"a": keys[0], "b": keys[1]},
    }
    stored = {"notes": [note], "tags": users(keys)}
    (notes, _tags) = found_in(bare_mongo, stored, notes=["votes"]).documents
    assert leads_to(field_at(notes, "tags", "[]"), "tags")
    assert leads_to(field_at(notes, "filter", "tags", "[]"), "tags")
    assert leads_to(field_at(notes, "comments", "[]", "author", "_id"), "tags")
    assert leads_to(field_at(notes, "votes", "*"), "tags")
    assert field_at(notes, "tags").kind == "ListField"


def test_a_key_is_no_reference(bare_mongo):
    keys = ids(4)
    stored = {"profiles": users(keys), "users": users(keys)}
    field = looked_at(bare_mongo, stored, "_id")
    assert (field.kind, field.reference) == ("ObjectIdField", None)


def test_of_collections_that_share_ids_the_name_tells(bare_mongo):
    keys = ids(4)
    stored = {
        "notes": rows(keys, "profile"),
        "users": users(keys),
        "profiles": users(keys),
    }
    field = looked_at(bare_mongo, stored, "profile")
    assert leads_to(field, "profiles")
    assert field.doubts == []


def test_of_collections_that_share_ids_none_is_guessed(bare_mongo):
    keys = ids(4)
    stored = {"notes": rows(keys, "x"), "users": users(keys), "profiles": users(keys)}
    field = looked_at(bare_mongo, stored, "x")
    assert (field.kind, field.reference) == ("ObjectIdField", None)
    (doubt,) = field.doubts
    assert doubt == "Keys of users and of profiles alike: which is meant?"


def test_a_field_that_leads_to_several_collections_is_left_as_it_is(bare_mongo):
    keys = ids(10)
    stored = {
        "logs": rows(keys, "subject"),
        "users": users(keys[:6]),
        "tags": users(keys[6:]),
    }
    field = looked_at(bare_mongo, stored, "subject")
    assert (field.kind, field.reference) == ("ObjectIdField", None)
    (doubt,) = field.doubts
    assert doubt == (
        "Leads to several collections: users (6 of 10 values), tags (4 of 10 values)."
    )


def test_an_archive_beside_a_collection_leaves_a_doubt(bare_mongo):
    keys = ids(10)
    stored = {
        "notes": rows(keys, "user"),
        "users": users(keys[:8]),
        "users_archive": users(keys[8:]),
    }
    field = looked_at(bare_mongo, stored, "user")
    assert leads_to(field, "users")
    assert field.doubts[0].startswith("Leads to several collections: users (8 of 10")


def test_numbers_are_references_where_the_name_fits(bare_mongo):
    stored = {
        "grades": rows([*range(10), 3, 4], "student_id"),
        "students": users(range(20)),
    }
    field = looked_at(bare_mongo, stored, "student_id")
    assert leads_to(field, "students")


@pytest.mark.parametrize("name", ["rating", "students", "student_rank"])
def test_small_numbers_are_no_references_by_chance(bare_mongo, name):
    stored = {"grades": rows(range(10), name), "students": users(range(20))}
    field = looked_at(bare_mongo, stored, name)
    assert (field.kind, field.reference, field.doubts) == ("IntField", None, [])


def test_a_number_of_something_is_no_reference(bare_mongo):
    stored = {"steps": rows(range(10), "order"), "orders": users(range(20))}
    assert looked_at(bare_mongo, stored, "order").reference is None


def test_a_copy_of_the_own_key_is_no_reference(bare_mongo):
    keys = ids(5)
    copies = [{"_id": key, "userId": key, "x": key} for key in keys]
    (model,) = found_in(bare_mongo, {"users": copies}).documents
    assert field_at(model, "userId").reference is None
    assert field_at(model, "x").reference is None


def test_links_to_other_documents_of_the_collection(bare_mongo):
    keys = ids(6)
    links = [{"_id": key, "x": keys[n - 1]} for n, key in enumerate(keys)]
    (model,) = found_in(bare_mongo, {"notes": links}).documents
    assert leads_to(field_at(model, "x"), "notes")


def test_numbers_before_and_after_are_no_references_by_chance(bare_mongo):
    bids = [{"_id": n, "previous": n // 2, "original": 3} for n in range(20)]
    (model,) = found_in(bare_mongo, {"bids": bids}).documents
    assert field_at(model, "previous").reference is None
    assert field_at(model, "original").reference is None


def test_numbers_of_a_list_are_references_where_the_name_fits(bare_mongo):
    stored = {"grades": rows([[1, 2], [3]], "students"), "students": users(range(9))}
    assert leads_to(looked_at(bare_mongo, stored, "students", "[]"), "students")


def test_numbers_that_programs_draw_need_no_name(bare_mongo):
    keys = [Int64(2**50 + 7919 * n) for n in range(9)]
    stored = {"posts": rows(keys, "x"), "users": users(keys)}
    assert leads_to(looked_at(bare_mongo, stored, "x"), "users")


def test_numbers_of_another_type_than_the_keys_are_none(bare_mongo):
    stored = {
        "grades": rows([float(n) for n in range(9)], "student_id"),
        "students": users(range(20)),
    }
    field = looked_at(bare_mongo, stored, "student_id")
    assert (field.kind, field.reference) == ("FloatField", None)


def test_words_are_references_where_the_name_fits(bare_mongo):
    names = ["France", "Spain", "Italy"]
    stored = {"people": rows(names, "country"), "countries": users(names)}
    assert leads_to(looked_at(bare_mongo, stored, "country"), "countries")


@pytest.mark.parametrize("name", ["team", "name", "country_name"])
def test_words_are_no_references_by_chance(bare_mongo, name):
    names = ["France", "Spain", "Italy"]
    stored = {"people": rows(names, name), "countries": users(names)}
    field = looked_at(bare_mongo, stored, name)
    assert (field.kind, field.reference, field.doubts) == ("StringField", None, [])


@pytest.mark.parametrize(
    "make",
    [
        lambda: str(uuid4()),
        uuid4,
        lambda: uuid4().hex[:17] + "z",
        lambda: Binary(uuid4().bytes, 3),
    ],
)
def test_drawn_ids_need_no_name(bare_mongo, make):
    keys = [make() for _ in range(5)]
    stored = {"notes": rows(keys, "x"), "users": users(keys)}
    assert leads_to(looked_at(bare_mongo, stored, "x"), "users")


def test_ids_as_text_are_told_of_and_stay_text(bare_mongo):
    keys = ids(3)
    stored = {"notes": rows(map(str, keys), "user"), "users": users(keys)}
    field = looked_at(bare_mongo, stored, "user")
    assert leads_to(field, "users", "StringField")
    assert field.doubts == [
        "Keys of users as text (3 of 3 values): a ReferenceField would store ObjectIds."
    ]


def test_mixed_types_are_left_as_they_are(bare_mongo):
    keys = ids(6)
    stored = {"notes": rows([*keys, "x", "y", 5], "user"), "users": users(keys)}
    field = looked_at(bare_mongo, stored, "user")
    assert field.kind == "ObjectIdField"
    assert field.doubts == ["Leads to users (6 of 6 values)."]


@pytest.mark.parametrize("is_unique", [True, False])
def test_values_of_another_key_than_the_id_are_told_of(bare_mongo, is_unique):
    numbers = range(371_138, 371_158)
    accounts = rows(numbers, "account_id")
    if is_unique:
        bare_mongo.accounts.create_index("account_id", unique=True)
    stored = {"customers": rows([[*numbers]], "accounts"), "accounts": accounts}
    field = looked_at(bare_mongo, stored, "accounts", "[]")
    assert field.kind == "IntField"
    assert (field.reference.collection, field.reference.key) == (
        "accounts",
        "account_id",
    )
    assert field.doubts == [
        "Holds account_id of accounts (20 of 20 values): a ReferenceField would lead "
        "to its _id."
    ]


def test_values_of_a_unique_field_of_the_same_name_are_told_of(bare_mongo):
    skus = [f"sku-{n}" for n in range(9)]
    bare_mongo.products.create_index("sku", unique=True)
    items = [{"sku": sku} for sku in skus]
    stored = {"orders": rows([items], "items"), "products": rows(skus, "sku")}
    field = looked_at(bare_mongo, stored, "items", "[]", "sku")
    assert (field.kind, field.reference.key) == ("StringField", "sku")


@pytest.mark.parametrize("name", ["name", "code"])
def test_values_under_a_name_that_many_have_are_not_told_of(bare_mongo, name):
    words = ["red", "green", "blue"]
    bare_mongo.colours.create_index(name, unique=True)
    stored = {"orders": rows(words, name), "colours": rows(words, name)}
    assert looked_at(bare_mongo, stored, name).reference is None


def test_a_field_does_not_refer_to_itself(bare_mongo):
    bare_mongo.accounts.create_index("account_id", unique=True)
    stored = {"accounts": rows(range(5), "account_id")}
    assert looked_at(bare_mongo, stored, "account_id").reference is None


def test_dbrefs_into_one_collection(bare_mongo):
    keys = ids(3)
    values = [DBRef("users", key) for key in keys]
    stored = {"notes": rows(values, "user"), "users": users(keys[:2])}
    field = looked_at(bare_mongo, stored, "user")
    assert leads_to(field, "users")
    assert field.options == {"dbref": True}
    assert field.reference.is_dbref
    assert field.doubts == ["Looked up, 1 of 3 values lead to nothing in users."]


def test_dbrefs_into_several_collections(bare_mongo):
    key, other = ids(2)
    values = [DBRef("users", key), DBRef("tags", other)]
    stored = {"notes": rows(values, "x"), "users": users([key]), "tags": users([other])}
    field = looked_at(bare_mongo, stored, "x")
    assert field.kind == "GenericReferenceField"
    assert field.doubts == [
        "References to tags, users without _cls, which mongoengine adds to new ones."
    ]


@pytest.mark.parametrize(
    ("value", "doubt"),
    [
        (
            DBRef("gone", 1),
            "References to gone, which no Document describes.",
        ),
        (
            DBRef("a..b", 1),
            "References to a..b, which no Document describes.",
        ),
        (DBRef("users", 1, "other"), "References to databases other."),
    ],
)
def test_dbrefs_that_mongoengine_cannot_follow(bare_mongo, value, doubt):
    stored = {"notes": rows([value], "x"), "users": users([1])}
    field = looked_at(bare_mongo, stored, "x")
    assert (field.kind, field.doubts) == ("DynamicField", [doubt])


def test_generic_references_of_mongoengine(bare_mongo):
    key = ObjectId()
    value = {"_cls": "User", "_ref": DBRef("users", key)}
    stored = {"notes": rows([value], "subject"), "users": users([key])}
    field = looked_at(bare_mongo, stored, "subject")
    assert (field.kind, field.embedded) == ("GenericReferenceField", None)
    assert field.doubts == []


def test_generic_references_to_classes_that_are_not_here(bare_mongo):
    value = {"_cls": "Person", "_ref": DBRef("users", 1)}
    stored = {"notes": rows([value], "subject"), "users": users([1])}
    field = looked_at(bare_mongo, stored, "subject")
    assert field.kind == "DynamicField"
    assert field.doubts == [
        "References to the classes Person, which are none of these."
    ]


def files(mongo, keys, bucket="fs"):
    """Store files in GridFS that nobody models."""
    mongo[f"{bucket}.files"].insert_many(rows(["x"] * len(keys), "filename"))
    mongo[f"{bucket}.files"].insert_many([{"_id": key} for key in keys])
    mongo[f"{bucket}.chunks"].insert_one({"files_id": keys[0], "n": 0})


@pytest.mark.parametrize("bucket", ["fs", "photos"])
def test_ids_of_files(bare_mongo, bucket):
    keys = ids(3)
    files(bare_mongo, keys, bucket)
    field = looked_at(bare_mongo, {"notes": rows(keys, "photo")}, "photo")
    assert leads_to(field, f"{bucket}.files", "FileField")
    options = {} if bucket == "fs" else {"collection_name": bucket}
    assert (field.options, field.meaning) == (options, Meaning.FILE_ID)


def test_ids_of_files_in_a_list_stay_ids(bare_mongo):
    keys = ids(3)
    files(bare_mongo, keys)
    field = looked_at(bare_mongo, {"notes": rows([keys], "photos")}, "photos", "[]")
    assert leads_to(field, "fs.files", "ObjectIdField")
    assert field.meaning is Meaning.FILE_ID
    assert field.doubts == ["Ids of files in fs.files (3 of 3 values)."]


def test_a_collection_without_a_document_is_named(bare_mongo):
    keys = ids(3)
    bare_mongo.users.insert_many(users(keys))
    field = looked_at(bare_mongo, {"notes": rows(keys, "user")}, "user")
    assert leads_to(field, "users", "ObjectIdField")
    assert field.doubts == [
        "Leads to users (3 of 3 values), which has no Document here."
    ]


def test_a_collection_without_a_document_is_better_than_one_of_the_same_keys(
    bare_mongo,
):
    keys = ids(10)
    bare_mongo.users.insert_many(users(keys))
    stored = {"orders": rows(keys, "customer"), "carts": users(keys[:6])}
    field = looked_at(bare_mongo, stored, "customer")
    assert leads_to(field, "users", "ObjectIdField")
