"""Primary keys other than the ObjectId that mongoengine declares itself."""

from admin_ext.introspection.bson_types import NULL, OBJECT
from admin_ext.introspection.models import Field, Model
from admin_ext.introspection.profile import Profile

from .places import Place

ID = "_id"

# Where documents store "id" as well, mongoengine would take it for the key.
NAMES = ("id", "oid", "primary_key")


def primary_key(builder, model: Model, profile: Profile) -> None:
    """Declare the primary key first, unless it is mongoengine's own."""
    found = profile.keys.get(ID)
    if found is None:
        if profile.objects:
            model.doubts.append(
                "The documents have no _id: none of them can be opened."
            )
        return
    stored = {*profile.keys}
    types = {name for name, count in found.types.items() if count}
    if types == {"objectId"} and "id" not in stored:
        return
    taken = stored | {each.name for each in model.fields}
    name = next(each for each in NAMES if each not in taken)
    field = builder.field(name, found, Place(ID, (ID,)))
    field.stored = ID
    _make_key(field, found, types)
    if field.embedded is not None:
        field.embedded.name = f"{model.name}Key"
    model.fields.insert(0, field)


def _make_key(field: Field, profile: Profile, types: set[str]) -> None:
    """Turn a field into a primary key: exactly what is stored leads to a document."""
    field.choices = []
    field.options = {"primary_key": True}
    if len(types - {NULL}) > 1 and not types <= {"int", "long", "double"}:
        field.kind, field.member, field.embedded = "DynamicField", None, None
    elif field.kind in ("EmailField", "URLField"):
        field.kind = "StringField"
    elif types == {OBJECT} and not _is_fixed(field, profile):
        field.kind, field.member, field.embedded = "DictField", None, None


def _is_fixed(field: Field, profile: Profile) -> bool:
    """Tell whether all compound keys have the same parts."""
    if field.embedded is None:
        return False
    return all(each.count == profile.objects for each in profile.keys.values())
