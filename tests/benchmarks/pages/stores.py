"""The rows in MongoDB and in SQLite, made once and kept for the next run."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC
from pathlib import Path
from time import perf_counter

from pymongo import MongoClient

from config.mongodb import DATABASE, EmbeddedMongoDB
from documents.demo.ids import demo_id
from documents.demo.load import batches, index_model, insert
from documents.demo.rows import FIRST
from documents.indexes import INDEXES

from . import rows

# Data of another version is made again. Raise it when rows or shapes change.
VERSION = 1


class Store:
    """The folder with the data of one number of notes."""

    def __init__(self, folder, notes):
        self.folder = Path(folder) / str(notes)
        self.notes = notes
        self.users = rows.users_for(notes)

    @property
    def mongo(self):
        """The embedded server over the data, to be entered."""
        return EmbeddedMongoDB(self.folder / "mongo")

    @property
    def sqlite(self):
        """The SQLite file of Django's site: notes, accounts and sessions."""
        return self.folder / "django.sqlite3"

    @property
    def people(self):
        """The SQLite file of this project's site: accounts and sessions."""
        return self.folder / "people.sqlite3"

    @property
    def told(self):
        """The file that is written last, with {what: figure} of the making."""
        return self.folder / "made.json"

    def figures(self):
        """Return {what: figure}, or None if the data is not there."""
        try:
            found = json.loads(self.told.read_text())
        except FileNotFoundError:
            return None
        return found if found["version"] == VERSION else None

    def make(self, create_tables):
        """Make the data. ``create_tables`` makes those of Django's site."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        figures = {"version": VERSION, "notes": self.notes, "users": self.users}
        started = perf_counter()
        with self.mongo as server, MongoClient(server.uri) as client:
            fill_mongo(client[DATABASE], self.notes)
            client.admin.command("fsync")  # sizes are known after a checkpoint
            figures["mongodb"] = size_of(client[DATABASE])
        figures["mongodb"]["seconds"] = round(perf_counter() - started, 1)
        started = perf_counter()
        create_tables(self)
        fill_sqlite(self.sqlite, self.notes)
        figures["sqlite"] = {
            "bytes": self.sqlite.stat().st_size,
            "seconds": round(perf_counter() - started, 1),
        }
        self.told.write_text(json.dumps(figures))
        return figures


def size_of(database):
    """Return {what: bytes} of a database, on the disk and as documents."""
    stats = database.command("dbStats")
    names = {"bytes": "totalSize", "documents": "dataSize", "indexes": "indexSize"}
    return {name: int(stats[key]) for name, key in names.items()}


# MongoDB


def user_key(number):
    return demo_id("users", number, FIRST // 1000)


def tag_key(number):
    return demo_id("tags", number, FIRST // 1000)


def note_key(number, count):
    return demo_id("notes", number, rows.written_at(number, count) // 1000)


def fill_mongo(database, count):
    """Write the rows with the driver, and the service's indexes after them."""
    users = rows.users_for(count)
    made = {
        "users": map(user_document, rows.users(users)),
        "tags": map(tag_document, rows.tags(users)),
        "notes": (note_document(row, count) for row in rows.notes(count)),
    }
    for name, documents in made.items():
        for _written in insert(database[name], documents):
            pass
        database[name].create_indexes([index_model(each) for each in INDEXES[name]])


def user_document(row):
    number, name = row
    return {
        "_id": user_key(number),
        "username": name,
        "email": f"{name}@example.org",
        "hashedPassword": f"$2b$10${number:053}",
    }


def tag_document(row):
    number, name = row
    owner = user_key(rows.user_of_tag(number))
    return {"_id": tag_key(number), "user": owner, "name": name}


def note_document(row, count):
    document = {
        "_id": note_key(row.number, count),
        "user": user_key(row.user),
        "body": row.body,
        "type": row.type,
        "start": row.start.replace(tzinfo=UTC),
        "date": row.start.date().isoformat(),
        "archived": row.archived,
        "checked": row.type == "task_complete",
        "tags": [tag_key(each) for each in row.tags],
        "shareSettings": {"public": {"view": row.shared}},
    }
    for name in ("parent", "prev"):
        if (other := getattr(row, name)) is not None:
            document[name] = note_key(other, count)
    return document


# SQLite: the primary keys are the numbers, counted from 1.

BULK = 10_000
TABLES = {
    "documents_user": ("id", "username", "email"),
    "documents_tag": ("id", "user_id", "name"),
    "documents_note": (
        *("id", "user_id", "body", "type", "start", "date", "parent_id", "prev_id"),
        *("archived", "checked", "shared"),
    ),
    "documents_note_tags": ("note_id", "tag_id"),
}


def fill_sqlite(path, count):
    """Write the rows into the tables, and make their indexes after that."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=OFF")
        indexes = take_indexes(database)
        users = rows.users_for(count)
        write(database, "documents_user", map(user_values, rows.users(users)))
        write(database, "documents_tag", map(tag_values, rows.tags(users)))
        for batch in batches(rows.notes(count), BULK):
            write(database, "documents_note", map(note_values, batch))
            links = ((row.number + 1, tag + 1) for row in batch for tag in row.tags)
            write(database, "documents_note_tags", links)
        for statement in indexes:
            database.execute(statement)
        # Without it SQLite guesses which index serves a query.
        database.execute("ANALYZE")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def take_indexes(database):
    """Drop the indexes that Django made, and return the statements that made them."""
    found = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
        "AND tbl_name LIKE 'documents\\_%' ESCAPE '\\'"
    ).fetchall()
    for name, _statement in found:
        database.execute(f'DROP INDEX "{name}"')
    return [statement for _name, statement in found]


def write(database, table, values):
    columns = TABLES[table]
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
    with database:
        database.executemany(statement, values)


def user_values(row):
    number, name = row
    return number + 1, name, f"{name}@example.org"


def tag_values(row):
    number, name = row
    return number + 1, rows.user_of_tag(number) + 1, name


def note_values(row):
    others = (None if each is None else each + 1 for each in (row.parent, row.prev))
    return (
        *(row.number + 1, row.user + 1, row.body, row.type),
        *(str(row.start), row.start.date().isoformat(), *others),
        *(row.archived, row.type == "task_complete", row.shared),
    )
