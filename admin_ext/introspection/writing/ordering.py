"""In which order classes are written, and which of them is known by then."""

from collections.abc import Iterator

from admin_ext.introspection.models import Database, Field, Model


def in_order(database: Database) -> list[Model]:
    """Return all classes, each behind those that it names, as far as that goes.

    An embedded class stands right before the first that uses it. Documents that refer
    to one another cannot all be first: the later ones are named in quotes.
    """
    found: list[Model] = []
    begun: set[int] = set()

    def take(model: Model) -> None:
        if id(model) in begun:
            return
        begun.add(id(model))
        for each in _named(model, database):
            take(each)
        found.append(model)

    for each in (*database.documents, *database.embedded):
        take(each)
    return found


def _named(model: Model, database: Database) -> Iterator[Model]:
    """Yield the classes that a class names: first Documents, then embedded ones."""
    if model.parent is not None:
        yield model.parent
    fields = [each for one in model.fields for each in own(one)]
    for each in fields:
        target = target_of(each, database)
        if target is not None:
            yield target
    for each in fields:
        if each.embedded is not None:
            yield each.embedded


def own(field: Field) -> Iterator[Field]:
    """Yield a field and its members', as deep as lists and maps are nested."""
    yield field
    if field.member is not None:
        yield from own(field.member)


def target_of(field: Field, database: Database) -> Model | None:
    """Return the Document that a reference leads to, None where there is none."""
    if field.reference is None or field.kind not in REFERENCES:
        return None
    return database.model_of(field.reference.collection)


REFERENCES = {"ReferenceField", "LazyReferenceField", "CachedReferenceField"}
