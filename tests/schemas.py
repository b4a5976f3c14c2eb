"""Random schemas, documents that follow them, and what a person would declare.

A Schema says for each key which Kind its values are of and how often it is there. From
it come documents (``documents``) and what is wrong with a class that was inferred from
these (``disagreements``).
"""

import string
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from bson import Decimal128, Int64, ObjectId
from hypothesis import strategies as st
from mongoengine import fields as me

from .data_sets import names_of

# Words without a meaning, so that texts are taken for nothing but texts.
KEYS = (
    *("amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "inlet"),
    *("jade", "knoll", "lagoon", "meadow", "nook", "oasis", "prairie", "quarry"),
    *("ridge", "shore", "tundra", "upland", "vale", "wharf", "camelCaseKey"),
    *("with space", "with-dash", "class", "objects", "save", "2nd", "grün", "_inner"),
)


def word(random: Random) -> str:
    """Return a made-up word."""
    return "".join(random.choices(string.ascii_lowercase, k=random.randint(3, 9)))


def _some_time(random: Random) -> datetime:
    return datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=random.randrange(10**8))


def _email(random: Random) -> str:
    return f"{word(random)}@{word(random)}.example"


# {kind: (classes of which one is right, random → value)}
SCALARS = {
    "text": (
        (me.StringField,),
        lambda random: " ".join(word(random) for _n in range(random.randint(1, 4))),
    ),
    "choice": (
        (me.StringField,),
        lambda random: random.choice(("red", "green", "blue")),
    ),
    "e-mail": ((me.EmailField,), _email),
    "URL": (
        (me.URLField,),
        lambda random: f"https://{word(random)}.example/{word(random)}",
    ),
    "int": ((me.IntField,), lambda random: random.randrange(-10_000, 1_000_000)),
    "long": (
        (me.IntField, me.LongField),
        lambda random: Int64(random.randrange(2**53, 2**62)),
    ),
    "double": ((me.FloatField,), lambda random: random.uniform(-1e4, 1e4)),
    "number": (
        (me.FloatField,),
        lambda random: random.choice((random.randrange(99), random.uniform(0, 99))),
    ),
    "decimal": (
        (me.Decimal128Field,),
        lambda random: Decimal128(f"{random.randrange(10_000)}.{random.randrange(99)}"),
    ),
    "bool": ((me.BooleanField,), lambda random: random.random() < 0.5),
    "date": ((me.DateTimeField,), _some_time),
    "ObjectId": ((me.ObjectIdField,), lambda random: ObjectId(random.randbytes(12))),
    "UUID": ((me.UUIDField,), lambda random: UUID(bytes=random.randbytes(16))),
    "binary": ((me.BinaryField,), lambda random: random.randbytes(20)),
    "mixed": (
        (me.DynamicField,),
        lambda random: random.choice((word(random), random.randrange(99))),
    ),
}


@dataclass(frozen=True)
class Kind:
    """Of what kind the values of a key are.

    ``name``: a key of SCALARS, "list", "map" or "embedded"; ``member``: of lists and
    maps; ``schema``: of embedded documents.
    """

    name: str
    member: "Kind | None" = None
    schema: "Schema | None" = None

    @property
    def can_be_required(self) -> bool:
        """Whether a person cannot leave the value empty, and it still is one."""
        return self.name not in ("list", "map", "bool", "mixed")

    def value(self, random: Random) -> Any:
        if self.name == "list":
            return [self.member.value(random) for _n in range(random.randint(0, 5))]
        if self.name == "map":
            return {
                random.randbytes(12).hex(): self.member.value(random)
                for _n in range(random.randint(2, 6))
            }
        if self.name == "embedded":
            return self.schema.document(random)
        return SCALARS[self.name][1](random)


@dataclass(frozen=True)
class Key:
    """A key: ``share`` of the documents have it, ``nulls`` of these hold null."""

    name: str
    kind: Kind
    share: float = 1.0
    nulls: float = 0.0


@dataclass(frozen=True)
class Schema:
    keys: tuple[Key, ...]

    def document(self, random: Random) -> dict[str, Any]:
        return {
            key.name: None if random.random() < key.nulls else key.kind.value(random)
            for key in self.keys
            if random.random() < key.share
        }


def documents(schema: Schema, seed: int, number: int) -> list[dict[str, Any]]:
    """Return documents with an ObjectId each; the same for the same arguments."""
    random = Random(seed)
    return [
        {"_id": ObjectId(random.randbytes(12)), **schema.document(random)}
        for _n in range(number)
    ]


scalars = st.builds(Kind, st.sampled_from(sorted(SCALARS)))


def _schemas(kinds: st.SearchStrategy[Kind], most: int) -> st.SearchStrategy[Schema]:
    keys = st.builds(
        Key,
        st.sampled_from(KEYS),
        kinds,
        st.sampled_from((1.0, 1.0, 0.8, 0.5)),
        st.sampled_from((0.0, 0.0, 0.2)),
    )
    lists = st.lists(keys, min_size=1, max_size=most, unique_by=lambda key: key.name)
    return st.builds(Schema, lists.map(tuple))


def _nested(kinds: st.SearchStrategy[Kind]) -> st.SearchStrategy[Kind]:
    embedded = _schemas(kinds, 4).map(lambda schema: Kind("embedded", schema=schema))
    members = kinds | embedded
    return (
        embedded
        | st.builds(lambda member: Kind("list", member), members)
        | st.builds(lambda member: Kind("map", member), members)
    )


schemas = _schemas(scalars | _nested(scalars) | _nested(scalars | _nested(scalars)), 8)


def disagreements(cls: type, schema: Schema, where: str = "") -> list[str]:
    """Return in words what a person would have declared otherwise in ``cls``."""
    fields = {field.db_field: field for field in cls._fields.values()}
    found = []
    for key in schema.keys:
        path = f"{where}{key.name}"
        if key.name not in fields:
            found.append(f"{path}: no field")
            continue
        field = fields[key.name]
        found += _of_kind(field, key.kind, path)
        is_certain = key.share == 1 and not key.nulls
        if field.required and not is_certain:
            found.append(f"{path}: required")
        if is_certain and key.kind.can_be_required and not field.required:
            found.append(f"{path}: not required")
    return found


def _of_kind(field: Any, kind: Kind, path: str) -> list[str]:
    if kind.name == "list":
        if not isinstance(field, me.ListField):
            return [f"{path}: {type(field).__name__} for a list"]
        return _of_kind(field.field, kind.member, f"{path}.[]")
    if kind.name == "map":
        if kind.member.name == "mixed" and type(field).__name__ == "DictField":
            return []
        if not isinstance(field, me.MapField):
            return [f"{path}: {type(field).__name__} for a map"]
        return _of_kind(field.field, kind.member, f"{path}.*")
    if kind.name == "embedded":
        if not isinstance(field, me.EmbeddedDocumentField):
            return [f"{path}: {type(field).__name__} for an embedded document"]
        return disagreements(field.document_type, kind.schema, f"{path}.")
    # The nearest of mongoengine's: an EmailField is a StringField too.
    name = next(names_of(field))
    if name in {cls.__name__ for cls in SCALARS[kind.name][0]}:
        return []
    return [f"{path}: {name} for {kind.name}"]
