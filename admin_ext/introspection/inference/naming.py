"""A name of its own for every class of a database."""

from admin_ext.introspection.models import Database, Model

from .building import Builder
from .class_names import unique
from .hierarchies import keep_as_data
from .hierarchies import taken as taken_by_another
from .walking import embedded_in, used_by, with_subclasses


def name_classes(database: Database, builder: Builder) -> None:
    """Make the names of classes differ, in more than capital letters.

    Names that are stored in ``_cls`` come first, then Documents, then embedded ones,
    which get the names of their owners before their own where these are taken.
    """
    taken: set[str] = set()
    pairs = [(None, each) for each in database.documents if each.parent is None]
    embedded = {
        id(field.embedded): (owner, field.embedded)
        for owner, field in reversed([*used_by(database.documents)])
    }
    pairs += [*reversed(embedded.values())]
    for _, model in pairs:
        if model.cls:
            _keep(database, builder, model, taken)
    for owner, model in pairs:
        if not model.cls:
            model.name = unique(model.name, taken, owner.name if owner else "")
            taken.add(model.name.lower())


def _keep(database: Database, builder: Builder, model: Model, taken: set[str]) -> None:
    """Take the names of a hierarchy; where one is taken, give the hierarchy up."""
    names = {each.name.lower() for each in with_subclasses(model)}
    if names.isdisjoint(taken):
        taken |= names
        return
    if model.is_embedded:
        for field in [*embedded_in(database.documents)]:
            if field.embedded is model:
                keep_as_data(field, taken_by_another(model))
        return
    gone = {id(each) for each in with_subclasses(model)} - {id(model)}
    database.documents = [each for each in database.documents if id(each) not in gone]
    builder.flatten(model)
