"""A list of 100 rows with four reference columns against the same without them.

    python -m tests.benchmarks.lists [number of notes, 100,000 if not said]

The pages are asked for in turn, in one run. Prints the median time of each, its ratio
to the page without reference columns, the MongoDB commands, and the bytes of HTML.
"""

import random
import sys
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

from bson import ObjectId
from django.contrib import admin
from django.test import RequestFactory
from pymongo import monitoring

from tests.benchmarks.site import serving
from tests.mongodb import CommandRecorder

ROUNDS = 15
COLUMNS = {
    "one column": ("title",),
    "four of texts": ("title", "type", "date", "archived", "checked"),
    "four of references": ("title", "user", "parent", "prev", "tags"),
}

recorder = CommandRecorder()


def load(database, count):
    """Write ``count`` notes, a user for ten of them, and a hundred tags."""
    chance = random.Random(1)
    users = [ObjectId() for _number in range(count // 10)]
    tags = [ObjectId() for _number in range(100)]
    notes = [ObjectId() for _number in range(count)]
    start = datetime(2024, 1, 1, tzinfo=UTC)
    database.users.insert_many([
        {"_id": key, "username": f"user{number}", "hashedPassword": "x" * 60}
        for number, key in enumerate(users)
    ])
    database.tags.insert_many([
        {"_id": key, "name": f"tag {number}"} for number, key in enumerate(tags)
    ])
    database.notes.insert_many([
        {
            "_id": key,
            "body": f"Note {number}\n" + "text " * 200,
            "type": "note",
            "date": "2024-05-17",
            "start": start + timedelta(minutes=number),
            "user": chance.choice(users),
            "parent": chance.choice(notes),
            "prev": chance.choice(notes),
            "tags": chance.sample(tags, 3),
        }
        for number, key in enumerate(notes)
    ])
    database.notes.create_index("start")


def pages(user):
    """Return {name: function that asks for the page and gives its HTML}."""
    from documents.admin import NoteAdmin
    from documents.documents import Note

    def page(columns):
        options = {"list_display": columns, "list_per_page": 100, "list_filter": ()}
        options |= {"date_hierarchy": None, "related": {}}
        own = type("BenchmarkAdmin", (NoteAdmin,), options)(Note, admin.site)
        request = RequestFactory().get("/admin/documents/note/")
        request.user, request.session = user, {}

        def ask():
            return own.changelist_view(request).render().content

        return ask

    return {name: page(columns) for name, columns in COLUMNS.items()}


def main(count):
    monitoring.register(recorder)
    with serving() as (client, database):
        load(database, count)
        asked = pages(client.user)
        times = {name: [] for name in asked}
        for _round in range(ROUNDS):
            for name, ask in asked.items():
                started = perf_counter()
                ask()
                times[name].append((perf_counter() - started) * 1_000)
        print(f"{count:,} notes, 100 rows")
        print(f"{'columns':20}{'ms':>8}{'ratio':>8}{'commands':>10}{'bytes':>10}")
        least = median(times["one column"])
        for name, ask in asked.items():
            with recorder.record() as commands:
                length = len(ask())
            ms = median(times[name])
            row = f"{ms:8.1f}{ms / least:8.2f}{len(commands):10}{length:10,}"
            print(f"{name:20}{row}")


if __name__ == "__main__":
    main(int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else 100_000)
