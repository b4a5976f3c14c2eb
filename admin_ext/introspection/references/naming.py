"""Names of references: what a field leads to is a user, and no ``user_id``."""

import keyword

from admin_ext.introspection.inference.names import OF_DOCUMENTS, OF_EMBEDDED
from admin_ext.introspection.models import Database, Field, Model
from admin_ext.introspection.server_indexes import line_for

# {ending of the name of a key: of that of what it leads to}
ENDINGS = {"_id": "", "_ids": "s", "_oid": "", "_ref": ""}


def name_references(database: Database) -> None:
    """Name references, and lists of them, by what they lead to, where that is free.

    The entries of indexes follow.
    """
    for model in (*database.documents, *database.embedded):
        for field in model.fields:
            if field.innermost().kind == "ReferenceField":
                field.name = _name(field, model)
    for model in database.documents:
        for index in model.indexes:
            if index.line is not None:
                index.line = line_for(model, index.keys, index.options)


def _name(field: Field, model: Model) -> str:
    for ending, other in ENDINGS.items():
        name = field.name.removesuffix(ending)
        if name and name != field.name and _is_free(f"{name}{other}", field, model):
            return f"{name}{other}"
    return field.name


def _is_free(name: str, field: Field, model: Model) -> bool:
    """Tell whether neither a class of the hierarchy nor mongoengine has such a name."""
    reserved = OF_EMBEDDED if model.is_embedded else OF_DOCUMENTS
    others = [each for one in _hierarchy(model) for each in one.fields]
    taken = {
        text
        for each in others
        if each is not field
        for text in (each.name, each.stored)
    }
    return not keyword.iskeyword(name) and name not in reserved | taken


def _hierarchy(model: Model) -> list[Model]:
    while model.parent is not None:
        model = model.parent
    found = [model]
    for each in found:
        found += each.subclasses
    return found
