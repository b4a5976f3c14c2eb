"""Random schemas → random documents → the schema that is inferred of them."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from bson import Decimal128, Int64, ObjectId
from hypothesis import given
from hypothesis import strategies as st

from .inferred import model_of
from .properties import times

WORDS = ("lorem", "ipsum", "dolor", "amet", "tempor", "magna", "aliqua", "veniam")
START = datetime(2024, 1, 1, tzinfo=UTC)
DOCUMENTS = 40

# {class expected: how a value of it is made}
SCALARS = {
    "StringField": lambda rng: " ".join(rng.choices(WORDS, k=4)),
    "IntField": lambda rng: rng.choice([rng.randrange(99), Int64(2**40)]),
    "FloatField": lambda rng: rng.choice([rng.randrange(9), rng.random() + 0.001]),
    "BooleanField": lambda rng: rng.random() < 0.5,
    "DateTimeField": lambda rng: START + timedelta(seconds=rng.randrange(10**6)),
    "ObjectIdField": lambda rng: ObjectId(rng.randbytes(12)),
    "Decimal128Field": lambda rng: Decimal128(str(rng.randrange(99))),
    "UUIDField": lambda rng: UUID(bytes=rng.randbytes(16), version=4),
    "BinaryField": lambda rng: rng.randbytes(5),
    "PointField": lambda rng: {
        "type": "Point",
        "coordinates": [rng.uniform(-9, 9), rng.uniform(-9, 9)],
    },
    "DynamicField": lambda rng: rng.choice(["text", 5, True, START]),
}
# In which part of the objects a key is.
SHARES = (1.0, 0.9, 0.5)

MIXED = ("DynamicField", None)

scalars = st.sampled_from(sorted(SCALARS)).map(lambda kind: (kind, None))


def containers(inner):
    objects = st.lists(
        st.tuples(inner, st.sampled_from(SHARES)), min_size=2, max_size=4
    )
    return st.one_of(
        inner.filter(lambda each: each[0] != "ListField").map(
            lambda member: ("ListField", member)
        ),
        inner.map(lambda member: ("MapField", member)),
        objects.map(lambda fields: ("EmbeddedDocumentField", fields)),
    )


schemas = st.lists(
    st.tuples(st.recursive(scalars, containers, max_leaves=6), st.sampled_from(SHARES)),
    min_size=1,
    max_size=6,
)


def key_of(path, number):
    """Return a key that occurs once, so that no two shapes are the same."""
    return f"{path}{'abcdefgh'[number]}"


def made(kind, inner, path, rng):
    """Return a random value of a class."""
    if kind == "ListField":
        return [made(*inner, path, rng) for _ in range(rng.randrange(1, 4))]
    if kind == "MapField":
        days = (START + timedelta(days=rng.randrange(500)) for _ in range(3))
        return {f"{day:%Y-%m-%d}": made(*inner, path, rng) for day in days}
    if kind == "EmbeddedDocumentField":
        return made_object(inner, path, rng)
    return SCALARS[kind](rng)


def made_object(fields, path, rng):
    """Return a random object; the first key is always there, as in most of them."""
    return {
        key_of(path, number): made(*schema, key_of(path, number), rng)
        for number, (schema, share) in enumerate(fields)
        if number == 0 or rng.random() < share
    }


def expected(kind, inner, path):
    """Return the class in the words of kind_of, with the fields within."""
    if kind == "EmbeddedDocumentField":
        return kind, {
            key_of(path, number): expected(*schema, key_of(path, number))
            for number, (schema, _) in enumerate(inner)
        }
    if kind == "MapField" and inner == MIXED:
        return "DictField", None
    return (kind, expected(*inner, path)) if inner else (kind, None)


def inferred(field):
    """Return what was inferred in the same form."""
    if field.member is not None:
        return field.kind, inferred(field.member)
    if field.embedded is not None:
        return field.kind, {
            each.stored: inferred(each) for each in field.embedded.fields
        }
    return field.kind, None


def inferred_in(model):
    return {each.stored: inferred(each) for each in model.fields}


@times(25)
@given(schemas, st.integers(0, 10**6))
def test_a_random_schema_is_inferred_from_its_documents(schema, seed):
    rng = Random(seed)
    rows = [made_object(schema, "k", rng) for _ in range(DOCUMENTS)]
    model = model_of(rows)
    found = {
        each.stored: inferred(each) for each in model.fields if each.path != ("_id",)
    }
    assert found == expected("EmbeddedDocumentField", schema, "k")[1]
    for each in model.fields[1:]:
        count = sum(each.stored in row for row in rows)
        assert each.share == count / DOCUMENTS
        assert not each.options.get("required") or count == DOCUMENTS
