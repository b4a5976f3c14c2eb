"""Generated documents, and what is inferred of them, in short."""

from itertools import count

from admin_ext.introspection.inference import infer_database
from admin_ext.introspection.profile import profile_of


def database_of(**collections):
    """Return the Database of {collection: documents}; each document gets a key."""
    return infer_database(
        "things", {n: profile(rows) for n, rows in collections.items()}
    )


def profile(documents):
    keys = count(1)
    return profile_of([{"_id": next(keys), **each} for each in documents])


def model_of(documents, name="things"):
    """Return the Document of a collection with these documents."""
    return database_of(**{name: [*documents]}).model_of(name)


def field_of(values, key="value"):
    """Return the field for these values of one key, one in each document."""
    found = model_of({key: each} for each in values)
    return next(each for each in found.fields if each.stored == key)


def kind_of(field):
    """Return the class of a field with what it holds: "ListField(IntField)"."""
    if field.member is not None:
        return f"{field.kind}({kind_of(field.member)})"
    return f"{field.kind}({field.embedded.name})" if field.embedded else field.kind


def kinds_of(model):
    """Return {stored key: class} of the fields of a class."""
    return {each.stored: kind_of(each) for each in model.fields}
