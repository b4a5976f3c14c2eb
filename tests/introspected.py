"""Models of what is stored, by the simplest rules: no more than the tests need."""

import re

from admin_ext.introspection.bson_types import ARRAY, OBJECT
from admin_ext.introspection.models import Database, Field, Model
from admin_ext.introspection.profile import merged, profile_of

KINDS = {
    "string": "StringField",
    "int": "IntField",
    "long": "LongField",
    "double": "FloatField",
    "objectId": "ObjectIdField",
    "binData": "UUIDField",
    "bool": "BooleanField",
    "date": "DateTimeField",
    "dbRef": "DynamicField",
}


def model_of(documents, collection, name=None, *, maps=(), **options):
    """Return a Model of documents; ``maps``: names of keys that hold maps."""
    profile = profile_of(documents)
    name = name or collection.title().removesuffix("s")
    fields = fields_of(profile, (), maps, name)
    return Model(name, fields, collection, profile=profile, **options)


def fields_of(profile, path, maps, owner):
    return [
        field_of(each, key, (*path, key), maps, owner)
        for key, each in profile.keys.items()
    ]


def field_of(profile, key, path, maps, owner):
    """Return the field of a Profile; that of a member has no name."""
    name = {"_id": "id"}.get(key) or re.sub(r"(?<=[a-z])[A-Z]", r"_\g<0>", key).lower()
    field = Field(name, key, path, "DynamicField", profile)
    types = {each: n for each, n in profile.types.items() if each != "null"}
    most = max(types, key=types.get, default="")
    if most == OBJECT and key in maps:
        field.kind, inner = "MapField", merged(profile.keys.values())
        field.member = field_of(inner, "", (*path, "*"), maps, owner)
    elif most == OBJECT:
        field.kind = "EmbeddedDocumentField"
        inner = fields_of(profile, path, maps, owner)
        field.embedded = Model(f"{owner}{key.title()}", inner)
    elif most == ARRAY:
        field.kind = "ListField"
        if profile.members is not None:
            field.member = field_of(profile.members, "", (*path, "[]"), maps, owner)
    else:
        field.kind = KINDS.get(most, "DynamicField")
    return field


def database_of(mongo, collections, **maps):
    """Store ``{collection: documents}`` and return the Database of their Models."""
    for name, documents in collections.items():
        if documents:
            mongo[name].insert_many(documents)
    models = [
        model_of(documents, name, maps=maps.get(name, ()))
        for name, documents in collections.items()
    ]
    return Database(mongo.name, models)


def field_at(model, *path):
    """Return the field at a stored path; "[]" and "*" lead to members."""
    (found,) = (each for each in model.all_fields() if each.path == path)
    return found
