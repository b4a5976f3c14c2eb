"""The models of a whole database: named uniquely, shared where equal, in order."""

from admin_ext.introspection.models import Database, Model
from admin_ext.introspection.profile import Profile

from .building import Builder
from .class_names import class_name
from .labels import add_label
from .naming import name_classes
from .shapes import share_classes
from .walking import embedded_classes, with_subclasses


def infer(
    name: str, profile: Profile, collection: str, *, ask_choices: bool = False
) -> Model:
    """Return the Document of a collection, with the embedded classes that it uses.

    ``name``: of the class. With ``ask_choices`` texts of few kinds have choices as an
    option; otherwise only ``Field.choices`` tells of them.
    """
    builder = Builder(ask_choices=ask_choices)
    model = builder.document(name, profile, collection)
    _finish(Database(collection, documents=with_subclasses(model)), builder)
    return model


def infer_database(
    name: str, profiles: dict[str, Profile], *, ask_choices: bool = False
) -> Database:
    """Return the Documents of a database: ``profiles`` {collection: its Profile}."""
    database = Database(name)
    builder = Builder(ask_choices=ask_choices)
    for collection in sorted(profiles):
        model = builder.document(
            class_name(collection), profiles[collection], collection
        )
        database.documents += with_subclasses(model)
    _finish(database, builder)
    return database


def _finish(database: Database, builder: Builder) -> None:
    share_classes(database, builder)
    name_classes(database, builder)
    database.embedded = [*embedded_classes(database.documents)]
    for model in (*database.documents, *database.embedded):
        add_label(model)
