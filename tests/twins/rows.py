"""The rows of the record shop: written to both databases, and read back to compare.

Both are written by other means than the admin's (Django's ORM, the driver).
"""

import datetime
import uuid
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.db.models import AutoField, ManyToManyField
from mongoengine import DateField, DecimalField, SequenceField, get_db

from .mongo import documents

UTC = datetime.UTC

GENRES = [
    {"id": number, "name": name}
    for number, name in (
        (1, "Beat"),
        (2, "Folk"),
        (3, "Jazz"),
        (4, "Noise"),
    )
]

LABELS = [
    {"id": 1, "name": "Blue Door", "city": "Leeds"},
    {"id": 2, "name": "Cargo", "city": "Bristol"},
    {"id": 3, "name": "Attic", "city": ""},
]

ARTISTS = [
    {"code": "ada", "name": "Ada Reed", "born": datetime.date(1950, 3, 1)},
    {
        "code": "ben",
        "name": "Ben Moss",
        "born": datetime.date(1948, 12, 31),
        "home": {"street": "Low Lane", "city": "York"},
    },
    {"code": "a/b c", "name": "The Slashes", "born": None},
    {"code": "50%_?#&", "name": "Odd <b>Names</b>", "born": None},
    {"code": "zoe", "name": "Zoe Hill", "born": datetime.date(1971, 6, 15)},
]

ALBUMS = [
    {
        "id": 1,
        "title": "Morning",
        "code": "BD-001",
        "artist": "ada",
        "label": 1,
        "genres": [1, 2],
        "kind": "lp",
        "year": 1968,
        "price": Decimal("12.50"),
        "rating": 4.5,
        "signed": True,
        "released": datetime.datetime(1968, 5, 31, 23, 30, tzinfo=UTC),
        "recorded": datetime.date(1967, 12, 1),
        "notes": "First line\nsecond line",
        "website": "https://example.org/morning",
        "contact": "ada@example.org",
        "sleeve": {"colour": "green", "designer": "ben"},
        "credits": [
            {"name": "Dan", "role": "drums", "artist": None, "share": 10},
            {"name": "Ben", "role": "bass", "artist": "ben", "share": None},
        ],
    },
    {
        "id": 2,
        "title": "Evening",
        "code": "BD-002",
        "artist": "ada",
        "label": 1,
        "reissue_of": 1,
        "genres": [2],
        "kind": "lp",
        "year": 1970,
        "price": Decimal("9.99"),
        "rating": 3.0,
        "signed": False,
        "released": datetime.datetime(1970, 1, 1, 0, 0, tzinfo=UTC),
        "sleeve": {"colour": "red"},
        "credits": [{"name": "Eve", "role": "voice", "artist": "zoe", "share": 50}],
    },
    {
        "id": 3,
        "title": "Night Bus",
        "artist": "ben",
        "label": 2,
        "genres": [3],
        "kind": "ep",
        "year": 1968,
        "available": False,
        "released": datetime.datetime(1968, 6, 1, 0, 30, tzinfo=UTC),
        "notes": 'He said "stop"',
    },
    {"id": 4, "title": "Nothing Known"},
    {
        "id": 5,
        "title": "Tom & Jerry's <i>Best</i>",
        "code": "X5",
        "artist": "a/b c",
        "label": 2,
        "kind": "single",
        "year": 1999,
        "price": Decimal("1234.00"),
        "released": datetime.datetime(1999, 12, 31, 12, 0, tzinfo=UTC),
        "recorded": datetime.date(1999, 11, 30),
    },
    {
        "id": 6,
        "title": "Quiet",
        "artist": "zoe",
        "label": 3,
        "genres": [1, 2, 3, 4],
        "kind": "ep",
        "year": 1970,
        "rating": 2.25,
        "signed": True,
        "released": datetime.datetime(1970, 7, 15, 10, 20, 30, tzinfo=UTC),
    },
]

TRACKS = [
    {"id": 1, "album": 1, "number": 1, "title": "Dawn", "seconds": 181},
    {"id": 2, "album": 1, "number": 2, "title": "Coffee", "seconds": None},
    {"id": 3, "album": 2, "number": 1, "title": "Dusk", "seconds": 240},
    {"id": 4, "album": 3, "number": 1, "title": "Stop", "seconds": 75},
]

CONCERTS = [
    {
        "id": uuid.UUID("00000000-0000-4000-8000-000000000001"),
        "artist": "ada",
        "place": "Arena",
        "starts": datetime.datetime(2023, 12, 31, 23, 30, tzinfo=UTC),
        "day": datetime.date(2023, 12, 31),
    },
    {
        "id": uuid.UUID("00000000-0000-4000-8000-000000000002"),
        "artist": "ada",
        "place": "Barn",
        "starts": datetime.datetime(2024, 3, 10, 20, 0, tzinfo=UTC),
        "day": datetime.date(2024, 3, 10),
    },
    {
        "id": uuid.UUID("00000000-0000-4000-8000-000000000003"),
        "artist": "ben",
        "place": "Cellar",
        "starts": datetime.datetime(2024, 3, 10, 4, 15, tzinfo=UTC),
        "day": datetime.date(2024, 3, 9),
    },
    {
        "id": uuid.UUID("00000000-0000-4000-8000-000000000004"),
        "place": "Dock",
        "starts": None,
    },
]

TICKETS = [
    {
        "id": 1,
        "number": "A-10",
        "serial": "S1",
        "seat": 10,
        "tier": "floor",
        "concert": uuid.UUID("00000000-0000-4000-8000-000000000001"),
        "genres": [2, 4],
    },
    {"id": 2, "number": "B-20", "serial": "S2", "holder": "Dan", "tier": "box"},
]

ROWS = {
    "Genre": GENRES,
    "Label": LABELS,
    "Artist": ARTISTS,
    "Album": ALBUMS,
    "Track": TRACKS,
    "Concert": CONCERTS,
    "Ticket": TICKETS,
    "Pass": [],
}


def model(name: str) -> type:
    """Return the SQL model of that name."""
    return apps.get_model("sqltwin", name)


def document(name: str) -> type:
    """Return the Document of that name."""
    return getattr(documents, name)


def load(rows: dict[str, list[dict]] = ROWS) -> None:
    """Write the rows to both databases."""
    for name, each in rows.items():
        for row in each:
            _insert(model(name), row)
        if each:
            get_db()[document(name)._meta["collection"]].insert_many(
                stored(document(name), row) for row in each
            )
        if isinstance(document(name).id, SequenceField):
            document(name).id.set_next_value(max((r["id"] for r in each), default=0))
    _reset_sequences()


def _insert(cls, row) -> None:
    fields = {field.name: field for field in cls._meta.get_fields()}
    values, lists = {}, {}
    for name, value in row.items():
        if name == "sleeve":
            values["sleeve"] = model("Sleeve").objects.create(**_attnames(value))
        elif name in ("credits", "home") or isinstance(fields[name], ManyToManyField):
            lists[name] = value
        else:
            values[fields[name].attname] = value
    made = cls.objects.create(**values)
    for name, members in lists.items():
        if name == "credits":
            for member in members:
                made.credits.create(**_attnames(member))
        elif name == "home":
            model("Home").objects.create(artist=made, **members)
        else:
            getattr(made, name).set(members)


def _attnames(row):
    references = {"artist", "designer"}
    return {f"{k}_id" if k in references else k: v for k, v in row.items()}


def _reset_sequences() -> None:
    models = [
        each
        for each in apps.get_app_config("sqltwin").get_models()
        if isinstance(each._meta.pk, AutoField)
    ]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def stored(cls: type, row: dict[str, Any]) -> dict[str, Any]:
    """Return ``row`` as the other application would have stored it: blanks left out."""
    son = {}
    for name, value in row.items():
        field = cls._fields[name]
        if value in (None, ""):
            continue
        if isinstance(value, dict):
            value = stored(field.document_type, value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            value = [stored(field.field.document_type, member) for member in value]
        elif isinstance(value, Decimal):
            value = float(value)
        elif type(value) is datetime.date:
            value = datetime.datetime.combine(value, datetime.time.min, UTC)
        son[field.db_field] = value
    if "available" in cls._fields:
        son.setdefault("available", True)
    return son


def sql_rows() -> dict[str, list[dict]]:
    """Return what is stored in SQL, blanks left out, as {model: rows by key}."""
    return {
        name: [_row(each) for each in model(name).objects.order_by("pk")]
        for name in ROWS
    }


def _row(instance) -> dict[str, Any]:
    row = {}
    for field in instance._meta.concrete_fields:
        if field.name == "sleeve":
            sleeve = instance.sleeve
            row["sleeve"] = sleeve and _without(_row(sleeve), "id")
        else:
            row[field.name] = field.value_from_object(instance)
    for field in instance._meta.many_to_many:
        row[field.name] = sorted(
            getattr(instance, field.name).values_list("pk", flat=True)
        )
    if hasattr(instance, "credits"):
        row["credits"] = [
            _without(_row(each), "id", "album") for each in instance.credits.all()
        ]
    if hasattr(instance, "home"):
        row["home"] = _without(_row(instance.home), "id", "artist")
    return {name: value for name, value in row.items() if value not in (None, "", [])}


def _without(row, *names):
    return {name: value for name, value in row.items() if name not in names}


def mongo_rows() -> dict[str, list[dict]]:
    """Return what is stored in MongoDB in the form of ``sql_rows``."""
    found = {}
    for name in ROWS:
        cls = document(name)
        sons = get_db()[cls._meta["collection"]].find().sort("_id")
        found[name] = [_row_for_son(cls, son) for son in sons]
    return found


def _row_for_son(cls, son) -> dict[str, Any]:
    row = {}
    for stored_name, value in son.items():
        name = cls._reverse_db_field_map.get(stored_name, stored_name)
        name = cls._meta["id_field"] if stored_name == "_id" else name
        row[name] = _value(cls._fields.get(name), value)
    return {name: value for name, value in row.items() if value not in (None, "", [])}


def _value(field, value):
    if isinstance(value, dict):
        return _row_for_son(field.document_type, value)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [_row_for_son(field.field.document_type, member) for member in value]
    if isinstance(value, list):
        return sorted(value)
    if isinstance(field, DecimalField):
        return Decimal(str(value)).quantize(Decimal("0.01"))
    if isinstance(value, datetime.datetime):
        return value.date() if isinstance(field, DateField) else value.astimezone(UTC)
    return value


def log_entries(username: str) -> list[tuple]:
    """Return the log entries of one person: (class, key, text, action, message)."""
    entries = apps.get_model("admin", "LogEntry").objects.filter(
        user__username=username
    )
    return [
        (
            entry.content_type.model,
            entry.object_id,
            entry.object_repr,
            entry.action_flag,
            entry.change_message,
        )
        for entry in entries.order_by("pk").select_related("content_type")
    ]
