"""Indexes of the server → entries of ``meta["indexes"]``, and back."""

from datetime import datetime

import mongoengine as me
import pytest
from pymongo import IndexModel

from admin_ext.introspection.models import Kind
from admin_ext.introspection.server_indexes import add_indexes, python_path
from tests.introspected import field_at, model_of
from tests.mongodb import UNAUTHORIZED
from tests.round_trips import generated


class SiloSize(me.EmbeddedDocument):
    wide = me.IntField(db_field="wideCm")


class SiloRow(me.EmbeddedDocument):
    sku = me.StringField()


class Silo(me.Document):
    name = me.StringField(db_field="siloName")
    body = me.StringField()
    day = me.DateTimeField()
    size = me.EmbeddedDocumentField(SiloSize)
    rows = me.ListField(me.EmbeddedDocumentField(SiloRow))
    labels = me.MapField(me.StringField())
    place = me.PointField(auto_index=False)
    tags = me.ListField(me.StringField())
    meta = {"collection": "silos", "auto_create_index": False}


class SiloOfKind(me.Document):
    name = me.StringField(db_field="siloName")
    meta = {"collection": "silos", "allow_inheritance": True}


def silos(**options):
    """Return the Model of Silo."""
    document = {
        "_id": 1,
        "siloName": "x",
        "body": "x",
        "day": None,
        "size": {"wideCm": 1},
        "rows": [{"sku": "x"}],
        "labels": {"a": "x"},
        "place": {"type": "Point", "coordinates": [1.0, 2.0]},
        "tags": ["x"],
    }
    model = model_of([document], "silos", "Silo", maps=["labels"], **options)
    model.field_named("silo_name").name = "name"
    field_at(model, "size", "wideCm").name = "wide"
    place = model.field_named("place")
    place.kind, place.embedded = "PointField", None
    return model


def indexed(mongo, *args, model=None, **options):
    """Build one index and return its Index."""
    mongo.silos.create_index(*args, **options)
    model = model or silos()
    add_indexes(model, mongo.silos)
    (index,) = model.indexes
    return index


def rebuilt(mongo, document, line):
    """Return what the server says of the index that ``line`` declares."""
    spec = dict(document._build_index_spec(line))
    mongo.others.create_index(spec.pop("fields"), **spec)
    return mongo.others.index_information()


INDEXES = [
    ([("siloName", 1)], {}, "name"),
    ([("siloName", -1)], {}, "-name"),
    ([("siloName", 1), ("day", -1)], {}, ("name", "-day")),
    ([("size.wideCm", 1)], {}, "size.wide"),
    ([("rows.sku", 1)], {}, "rows.sku"),
    ([("siloName", "hashed")], {}, "#name"),
    ([("place", "2dsphere")], {}, "(place"),
    ([("place", "2dsphere"), ("day", 1)], {}, ("(place", "day")),
    ([("place.coordinates", "2d")], {}, {"fields": [("place.coordinates", "2d")]}),
    ([("tags", 1)], {"sparse": True}, {"fields": ["tags"], "sparse": True}),
    (
        [("day", 1)],
        {"expireAfterSeconds": 60},
        {"fields": ["day"], "expireAfterSeconds": 60},
    ),
    (
        [("siloName", 1)],
        {"unique": True, "partialFilterExpression": {"size.wideCm": {"$gt": 5}}},
        {
            "fields": ["name"],
            "unique": True,
            "partialFilterExpression": {"size.wideCm": {"$gt": 5}},
        },
    ),
    (
        [("siloName", 1)],
        {"collation": {"locale": "en", "strength": 2}},
        {"fields": ["name"], "collation": {"locale": "en", "strength": 2}},
    ),
    ([("siloName", 1)], {"hidden": True}, {"fields": ["name"], "hidden": True}),
    ([("siloName", 1)], {"name": "by"}, {"fields": ["name"], "name": "by"}),
    ([("body", "text"), ("siloName", "text")], {}, ("$body", "$name")),
    (
        [("day", 1), ("body", "text"), ("siloName", "text")],
        {"weights": {"siloName": 5}, "default_language": "german"},
        {
            "fields": ["day", "$body", "$name"],
            "weights": {"body": 1, "siloName": 5},
            "default_language": "german",
        },
    ),
    ([("$**", "text")], {}, {"fields": [("$**", "text")]}),
    ([("$**", 1)], {}, {"fields": [("$**", 1)]}),
    (
        [("$**", 1)],
        {"wildcardProjection": {"labels": 1}},
        {"fields": [("$**", 1)], "wildcardProjection": {"labels": 1}},
    ),
    ([("labels.a", 1)], {}, {"fields": [("labels.a", 1)]}),
    ([("labels.$**", 1)], {}, {"fields": [("labels.$**", 1)]}),
    ([("tags.0", 1)], {}, {"fields": [("tags.0", 1)]}),
    (
        [("siloName", 1), ("nobody.knows", -1)],
        {},
        {"fields": [("siloName", 1), ("nobody.knows", -1)]},
    ),
]


@pytest.mark.parametrize(("keys", "options", "line"), INDEXES)
def test_an_index_is_declared_as_it_is(bare_mongo, keys, options, line):
    assert indexed(bare_mongo, keys, **options).line == line
    found = rebuilt(bare_mongo, Silo, line)
    assert found == bare_mongo.silos.index_information()


@pytest.mark.parametrize(
    ("keys", "options", "line"),
    [
        ([("siloName", 1)], {}, {"fields": ["name"], "cls": False}),
        ([("_cls", 1), ("siloName", 1)], {}, "name"),
        ([("_cls", 1)], {}, "_cls"),
        ([("_cls", -1)], {}, {"fields": ["-_cls"], "cls": False}),
        ([("gone", 1)], {}, {"fields": [("gone", 1)], "cls": False}),
        (
            [("_cls", 1), ("siloName", 1)],
            {"sparse": True},
            {"fields": ["_cls", "name"], "cls": False, "sparse": True},
        ),
    ],
)
def test_an_index_of_a_hierarchy_is_declared_as_it_is(bare_mongo, keys, options, line):
    model = silos(has_subclasses=True)
    assert indexed(bare_mongo, keys, model=model, **options).line == line
    found = rebuilt(bare_mongo, SiloOfKind, line)
    assert found == bare_mongo.silos.index_information()


SERVED = [
    ([("orderNo", 1)], {"unique": True}),
    ([("owner", 1), ("madeAt", -1)], {}),
    ([("rows.item", 1)], {"sparse": True}),
    ([("size.wideCm", 1)], {"hidden": True}),
    ([("madeAt", 1)], {"expireAfterSeconds": 3_600}),
    ([("title", "text")], {"weights": {"title": 4}, "name": "words"}),
    ([("where", "2dsphere")], {}),
    ([("a.b.c", 1)], {"collation": {"locale": "fr", "numericOrdering": True}}),
    (
        [("state", 1)],
        {"partialFilterExpression": {"madeAt": {"$gt": datetime(2020, 1, 1)}}},
    ),
]


@pytest.mark.parametrize("more", [{}, {"_cls": "Parcel"}])
def test_a_generated_module_declares_what_the_server_has(bare_mongo, tmp_path, more):
    parcel = {
        **{"_id": 1, "orderNo": 1, "owner": 1, "madeAt": datetime(2024, 1, 1)},
        **{"rows": [{"item": "x", "n": 1}], "size": {"wideCm": 1, "highCm": 2}},
        **{"title": "x", "where": {"type": "Point", "coordinates": [1.0, 2.0]}},
        **{"state": "x", **more},
    }
    bare_mongo.parcels.insert_one(parcel)
    for keys, options in SERVED:
        bare_mongo.parcels.create_index(keys, **options)
    with generated(bare_mongo, tmp_path) as app:
        specs = app.documents.Parcel._meta["index_specs"]
    for spec in specs:
        # mongoengine says of unique fields that they are not sparse.
        options = {name: each for name, each in spec.items() if each is not False}
        bare_mongo.others.create_index(options.pop("fields"), **options)
    found = bare_mongo.others.index_information()
    assert found == bare_mongo.parcels.index_information()


def test_all_lines_together_make_a_class(bare_mongo):
    specs = Silo._build_index_specs([line for _keys, _options, line in INDEXES])
    assert len(specs) == len(INDEXES)


def test_the_index_of_the_key_is_not_declared(bare_mongo):
    bare_mongo.silos.insert_one({"_id": 1})
    model = silos()
    add_indexes(model, bare_mongo.silos)
    assert (model.indexes, model.doubts) == ([], [])


def test_a_field_with_a_unique_index_is_unique(bare_mongo):
    model = silos()
    index = indexed(bare_mongo, "siloName", unique=True, sparse=True, model=model)
    assert (index.unique, index.sparse) == (True, True)
    name = model.field_named("name")
    assert name.options == {"unique": True, "sparse": True}


@pytest.mark.parametrize(
    ("keys", "options"),
    [
        ([("siloName", 1), ("day", 1)], {}),
        ([("siloName", 1)], {"partialFilterExpression": {"day": {"$exists": True}}}),
        ([("siloName", 1)], {"collation": {"locale": "en", "strength": 2}}),
        ([("tags", 1)], {}),
        ([("size.wideCm", 1)], {}),
        ([("labels.a", 1)], {}),
    ],
)
def test_what_is_not_unique_in_all_documents_is_not_declared_so(
    bare_mongo, keys, options
):
    model = silos()
    assert indexed(bare_mongo, keys, unique=True, model=model, **options).unique
    assert not [each for each in model.all_fields() if "unique" in each.options]


def test_a_place_declares_an_index_only_where_the_server_has_one(bare_mongo):
    model = silos()
    add_indexes(model, bare_mongo.silos)
    assert model.field_named("place").options == {"auto_index": False}
    model = silos()
    indexed(bare_mongo, [("place", "2dsphere")], model=model)
    assert not model.field_named("place").options


def test_a_stored_key_called_id_is_not_the_key(bare_mongo):
    model = silos()
    body = model.field_named("body")
    body.name = body.stored = "id"
    model.fields.remove(model.field_named("id"))
    assert python_path(model, "id") == ""
    assert python_path(silos(), "_id") == "id"


def test_a_view_has_no_indexes(bare_mongo):
    bare_mongo.create_collection("silos", viewOn="others", pipeline=[])
    model = silos(kind=Kind.VIEW)
    add_indexes(model, bare_mongo.silos)
    assert (model.indexes, model.doubts) == ([], [])


def test_a_server_that_does_not_tell_leaves_a_doubt(bare_mongo, mongo_faults):
    bare_mongo.silos.create_indexes([IndexModel("siloName")])
    model = silos()
    fault = {"failCommands": ["listIndexes"], "errorCode": UNAUTHORIZED}
    with mongo_faults("silos", **fault):
        add_indexes(model, bare_mongo.silos)
    assert model.indexes == []
    assert model.doubts == [
        "The server does not tell the indexes: "
        "The MongoDB user of this site lacks the permission."
    ]


def test_indexes_cost_one_command(bare_mongo, mongo_commands):
    bare_mongo.silos.create_index("siloName")
    with mongo_commands() as commands:
        add_indexes(silos(), bare_mongo.silos)
    assert commands.names == ["listIndexes"]
    assert "maxTimeMS" in commands[0].document
