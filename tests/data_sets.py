"""Real data, and what a person would declare for it.

"[]" stands for the members of a list, "*" for the values of a map. The published
samples are files beside the project, which may be missing.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mongoengine import fields as me

from admin_ext.ejson import loads
from config.paths import BASE_DIR
from documents import demo
from documents import documents as hand

FOLDER = Path(os.environ.get("SAMPLE_DATA", BASE_DIR.parent / "shared" / "data"))

TEXT, NUMBER, BOOL = "StringField", "IntField", "BooleanField"
EMBEDDED = "EmbeddedDocumentField"

# {file: {stored path: class of mongoengine}}
SAMPLES = {
    "analytics.accounts.json": {
        "_id": "ObjectIdField",
        "account_id": NUMBER,
        "limit": NUMBER,
        "products": "ListField",
        "products.[]": TEXT,
    },
    "analytics.customers.json": {
        "_id": "ObjectIdField",
        "username": TEXT,
        "name": TEXT,
        "address": TEXT,
        "birthdate": "DateTimeField",
        "email": "EmailField",
        "active": BOOL,
        "accounts": "ListField",
        "accounts.[]": NUMBER,
        "tier_and_details": "MapField",
        "tier_and_details.*": EMBEDDED,
        "tier_and_details.*.tier": TEXT,
        "tier_and_details.*.id": TEXT,
        "tier_and_details.*.active": BOOL,
        "tier_and_details.*.benefits": "ListField",
        "tier_and_details.*.benefits.[]": TEXT,
    },
    "food.restaurants.json": {
        "_id": "ObjectIdField",
        "URL": "URLField",
        # Four of 2,548 are numbers: somebody typed a house number alone.
        "address": TEXT,
        "address line 2": TEXT,
        "name": TEXT,
        "outcode": TEXT,
        "postcode": TEXT,
        # 2,485 numbers, and 63 times the text "Not yet rated".
        "rating": "DynamicField",
        "type_of_food": TEXT,
    },
    "mflix.theaters.json": {
        "_id": "ObjectIdField",
        "theaterId": NUMBER,
        "location": EMBEDDED,
        "location.address": EMBEDDED,
        "location.address.street1": TEXT,
        "location.address.street2": TEXT,
        "location.address.city": TEXT,
        "location.address.state": TEXT,
        "location.address.zipcode": TEXT,
        "location.geo": "PointField",
    },
    "school.students.json": {
        "_id": NUMBER,
        "name": TEXT,
        "scores": "ListField",
        "scores.[]": EMBEDDED,
        "scores.[].score": "FloatField",
        "scores.[].type": TEXT,
    },
}

# Classes that a person may choose one for another.
SAME = {"LongField": "IntField", "EmbeddedDocumentListField": "ListField"}


def documents_of(file: str) -> Iterator[dict[str, Any]]:
    """Yield the documents of a published sample. Raise OSError where it is missing."""
    with (FOLDER / file).open(encoding="utf-8") as lines:
        for line in lines:
            yield loads(line)


def collection_of(file: str) -> str:
    """Return the name of the collection that a sample is of."""
    return file.split(".")[1]


def declared(cls: type) -> dict[str, str]:
    """Return {stored path: the class of its field} of a Document, of all depths."""
    return dict(_declared(cls, "", ()))


def _declared(cls: type, where: str, above: tuple) -> Iterator[tuple[str, str]]:
    for each in cls._fields.values():
        if each.db_field != "_cls":
            yield from _of_field(each, f"{where}{each.db_field}", (*above, cls))


def _of_field(field: Any, path: str, above: tuple) -> Iterator[tuple[str, str]]:
    name = next(each for each in names_of(field) if hasattr(me, each))
    yield path, SAME.get(name, name)
    if isinstance(field, me.EmbeddedDocumentField):
        if field.document_type not in above:
            yield from _declared(field.document_type, f"{path}.", above)
    elif isinstance(field, me.ListField | me.MapField) and field.field is not None:
        part = "*" if isinstance(field, me.MapField) else "[]"
        yield from _of_field(field.field, f"{path}.{part}", above)


def names_of(field: Any) -> Iterator[str]:
    """Yield the names of mongoengine's classes that a field's class is or extends."""
    for cls in type(field).__mro__:
        if cls.__module__.startswith("mongoengine."):
            yield cls.__name__


def expected_of_demo() -> dict[str, dict[str, str]]:
    """Return {collection: {stored path: class}} of the demo's own Documents."""
    written = (hand.User, hand.Note, hand.Tag, hand.Widget, hand.Key)
    return {each._get_collection_name(): declared(each) for each in written}


@dataclass(frozen=True)
class DataSet:
    """Collections, and what a person would declare for them.

    ``load``: (pymongo database) → None. ``expected``: {collection: {stored path:
    class}}; ``disagreements``: what is inferred otherwise, and why, {"collection.path":
    class}. ``files``: the samples that it needs.
    """

    name: str
    load: Callable[[Any], None]
    expected: dict[str, dict[str, str]]
    disagreements: dict[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    @property
    def is_here(self) -> bool:
        return all((FOLDER / file).is_file() for file in self.files)

    def otherwise(self, classes: dict[str, type]) -> dict[str, str]:
        """Return {"collection.path": class} where ``classes`` differ from a person's.

        ``classes``: {collection: Document}. A class of None: no field declares it.
        """
        return {
            f"{collection}.{path}": found.get(path, "None")
            for collection, fields in self.expected.items()
            for found in [declared(classes[collection])]
            for path, cls in fields.items()
            if found.get(path) != cls
        }

    @property
    def number(self) -> int:
        """How many fields a person would declare."""
        return sum(map(len, self.expected.values()))


def _load_samples(*files: str) -> Callable[[Any], None]:
    def load(database: Any) -> None:
        for file in files:
            database[collection_of(file)].insert_many(documents_of(file))

    return load


def _samples(name: str, *files: str, **options: Any) -> DataSet:
    expected = {collection_of(file): SAMPLES[file] for file in files}
    return DataSet(name, _load_samples(*files), expected, files=files, **options)


DATA_SETS = (
    DataSet(
        "demo",
        lambda database: demo.load(database, users=200, notes=3000, progress=False),
        expected_of_demo(),
    ),
    _samples("analytics", "analytics.accounts.json", "analytics.customers.json"),
    _samples("food", "food.restaurants.json"),
    _samples("mflix", "mflix.theaters.json"),
    _samples("school", "school.students.json"),
)
