"""What texts and numbers are to people, and which are secrets."""

from uuid import uuid4

import pytest
from bson import ObjectId

from admin_ext.introspection.models import Meaning
from tests.inferred import field_of, model_of

PROSE = "It was a bright cold day in April, and the clocks were striking thirteen. "

# (key, what is stored, the class expected, the meaning expected)
MEANINGS = [
    ("contact", ["ann@example.org", "bob@example.org"], "EmailField", "EMAIL"),
    ("contact", ["ann@example.org", "Bob"], "StringField", "PLAIN"),
    ("contact", ["ann@example.org"] * 97 + ["Bob"], "EmailField", "EMAIL"),
    ("contact", ["ann@example.org", ""], "EmailField", "EMAIL"),
    ("site", ["https://example.org/a?b=c"], "URLField", "URL"),
    ("site", ["example.org"], "StringField", "PLAIN"),
    ("ref", [str(uuid4())], "StringField", "UUID_TEXT"),
    ("owner", [str(ObjectId())], "StringField", "OBJECT_ID_TEXT"),
    ("phone", ["491701234567491701234567"], "StringField", "PLAIN"),
    ("day", ["2024-05-17"], "StringField", "DATE_TEXT"),
    ("at", ["2024-05-17T10:00:00.000Z"], "StringField", "DATE_TEXT"),
    ("at", ["2024-05-17 10:00:00+02:00"], "StringField", "DATE_TEXT"),
    ("month", ["2024-05"], "StringField", "DATE_TEXT"),
    ("day", ["17.05.2024"], "StringField", "DATE_TEXT"),
    ("day", ["5/17/2024"], "StringField", "DATE_TEXT"),
    ("at", ["Fri, 17 May 2024 10:00:00 GMT"], "StringField", "DATE_TEXT"),
    ("version", ["1.5.2024.1"], "StringField", "PLAIN"),
    ("body", [PROSE * 3], "StringField", "LONG_TEXT"),
    ("address", ["12 High Street\nLondon"], "StringField", "LONG_TEXT"),
    ("name", ["Ann"], "StringField", "PLAIN"),
    ("createdAt", [1715940000], "IntField", "EPOCH"),
    ("createdAt", [1715940000000], "IntField", "EPOCH"),
    ("timestamp", [1715940000.0], "FloatField", "EPOCH"),
    ("createdAt", [1715940000, 0], "IntField", "EPOCH"),
    ("createdAt", [12, 1715940000], "IntField", "PLAIN"),
    ("phone", [1715940000], "IntField", "PLAIN"),
    ("lastSeen", [1715940000.5], "FloatField", "PLAIN"),
]


@pytest.mark.parametrize(("key", "values", "kind", "meaning"), MEANINGS)
def test_meaning(key, values, kind, meaning):
    field = field_of(values, key)
    assert (field.kind, field.meaning.name) == (kind, meaning)


def test_dates_kept_otherwise_are_told():
    assert field_of(["2024-05-17"], "day").doubts == [
        'Dates kept as text (YYYY-MM-DD), as "2024-05-17".'
    ]
    assert field_of([1715940000000], "createdAt").doubts == [
        "Dates kept as milliseconds since 1970."
    ]


def test_texts_that_are_no_addresses_are_told():
    field = field_of([*[f"a{n}@example.org" for n in range(99)], "Bob"], "mail")
    assert field.doubts == ["1 % are no e-mail addresses."]


HEX = "9f86d081884c7d659a2feaa0c55ad015"
SECRETS = [
    ("password", "hunter2"),
    ("passwd", "hunter2"),
    ("pwd", "hunter2"),
    ("hashedPassword", "whatever"),
    ("password_hash", "whatever"),
    ("hash", HEX),
    ("salt", HEX),
    ("token", HEX),
    ("refreshToken", HEX),
    ("secret", "s"),
    ("apiKey", "k"),
    ("api_key", "k"),
    ("key", f"demo-{HEX}"),
    ("field", "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"),
    ("field", "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub"),
    ("field", "pbkdf2_sha256$600000$abc$def"),
    ("field", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc"),
    ("field", "sk_live_0123456789abcdef"),
    ("password", b"\x00\x01"),
    ("pin", 1234),
]


@pytest.mark.parametrize(("key", "value"), SECRETS)
def test_secret(key, value):
    field = field_of([value] * 3, key)
    assert field.meaning is Meaning.SECRET
    assert field.choices == []
    assert field.doubts == []


@pytest.mark.parametrize(
    ("key", "doubts"),
    [
        ("commitHash", ["Taken for a secret because of its name."]),
        ("passwordHash", []),
        ("hash", []),
    ],
)
def test_a_secret_by_a_word_that_has_other_meanings_is_a_doubt(key, doubts):
    field = field_of([HEX], key)
    assert field.meaning is Meaning.SECRET
    assert field.doubts == doubts


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("tokenCount", 3),
        ("tokens", 12),
        ("passwordChangedAt", "2024-05-17"),
        ("hasPassword", True),
        ("hashtag", "summer"),
        ("key", "ctrl"),
        ("keyboard", "qwerty"),
        ("secretary", "Ann"),
    ],
)
def test_no_secret(key, value):
    assert field_of([value] * 3, key).meaning is not Meaning.SECRET


def test_lists_of_secrets_are_secret():
    assert field_of([[HEX, HEX]], "tokens").member.meaning is Meaning.SECRET


def test_secrets_are_neither_choices_nor_labels():
    model = model_of([{"token": "abc"}, {"token": "abd"}] * 20)
    assert model.field_named("token").choices == []
    assert model.label is None


def test_few_texts_are_choices():
    field = field_of(["open"] * 20 + ["done"] * 30)
    assert field.choices == ["done", "open"]
    assert "choices" not in field.options


def test_members_of_lists_have_choices():
    assert field_of([["a", "b"]] * 20).member.choices == ["a", "b"]


@pytest.mark.parametrize(
    "values",
    [
        ["only"] * 100,
        ["open", "done"] * 9,
        [f"kind {number}" for number in range(16)] * 20,
        [1, 2] * 50,
        ["x" * 41, "y"] * 50,
        ["2024-05-17", "2024-05-18"] * 50,
        ["a@example.org", "b@example.org"] * 50,
    ],
    ids=["one", "few", "many", "numbers", "long", "dates", "addresses"],
)
def test_no_choices(values):
    assert field_of(values).choices == []


def rows_of(**kinds):
    return [{key: make(number) for key, make in kinds.items()} for number in range(30)]


@pytest.mark.parametrize(
    ("rows", "label"),
    [
        (rows_of(city=lambda n: f"City {n % 9}", name=lambda n: f"Name {n}"), "name"),
        (rows_of(email=lambda n: f"a{n}@example.org", note=str), "email"),
        (rows_of(title=lambda n: f"Title {n}", name=lambda n: None), "title"),
        (rows_of(firstName=lambda n: f"Ann {n}", age=int), "first_name"),
        (rows_of(status=lambda n: "open" if n % 2 else "done"), None),
        (rows_of(password=lambda n: f"secret {n}"), None),
        (rows_of(ref=lambda n: str(uuid4())), None),
        (rows_of(day=lambda n: f"2024-05-{n + 1:02}"), None),
        (rows_of(body=lambda n: PROSE * 4), "body"),
        (rows_of(orderNumber=lambda n: n, amount=lambda n: n / 2), "order_number"),
        (rows_of(amount=lambda n: n / 2), None),
    ],
)
def test_label(rows, label):
    assert model_of(rows).label == label
