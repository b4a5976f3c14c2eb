"""A list of 100 documents of 15 MB, and of 100 small ones, by what is fetched of them.

    python -m tests.benchmarks.columns [MB of a document, 15 if not said]

Each kind of documents is asked for in turn: as a list of this project, by the driver
with the same fields by name, and by the driver as whole documents. Prints the best and
the median time of each in ms, and the bytes that MongoDB sent.
"""

import random
import string
import sys
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

from bson import ObjectId
from django.contrib import admin
from django.test import RequestFactory

from tests.benchmarks.site import serving

ROWS = 100
ROUNDS = 3
COLUMNS = ("title", "type", "user", "start", "tags")
FIELDS = ("body", "type", "user", "start", "tags")
BESIDE = ("type", "user", "start")


def words(chance, size):
    """Return text of a number of bytes that does not compress to nothing."""
    known = [
        "".join(chance.choices(string.ascii_lowercase, k=chance.randint(2, 9)))
        for _word in range(5_000)
    ]
    return " ".join(chance.choices(known, k=size // 5))[:size]


def fill(database, **large):
    """Write 100 notes; ``large`` makes the value of one field from a number."""
    database.notes.drop()
    start = datetime(2024, 1, 1, tzinfo=UTC)
    user = database.users.insert_one({"username": "ann"}).inserted_id
    for number in range(ROWS):
        note = {"body": "Text " * 60, "type": "note", "user": user, "tags": []}
        note |= {"start": start + timedelta(hours=number), "date": "2024-05-17"}
        note |= {name: make(number) for name, make in large.items()}
        database.notes.insert_one(note)
    database.notes.create_index("start")
    forget()


def forget():
    """Forget what a process remembers of a collection, which is another now."""
    from admin_ext import memory, plans

    memory.forget()
    plans.forget()


def pages(user, database):
    """Return {what asks: function}."""
    from documents.admin import NoteAdmin
    from documents.documents import Note

    options = {"list_display": COLUMNS, "list_per_page": ROWS, "list_filter": ()}
    options |= {"date_hierarchy": None}
    own = type("BenchmarkAdmin", (NoteAdmin,), options)(Note, admin.site)

    def ask():
        request = RequestFactory().get("/admin/documents/note/")
        request.user, request.session = user, {}
        return own.changelist_view(request).render().content

    def read(fields):
        for _note in database.notes.find({}, fields).sort("start", -1).limit(ROWS):
            # One after the other: together they do not fit into memory.
            pass

    return {
        "list": ask,
        "driver, other fields": lambda: read(BESIDE),
        "driver, the same fields": lambda: read(FIELDS),
    }


def measured(database, asked):
    """Return {what asks: (best ms, median ms, bytes that MongoDB sent)}."""
    times = {name: [] for name in asked}
    sent = {}
    for _round in range(ROUNDS):
        for name, ask in asked.items():
            before = bytes_sent(database)
            started = perf_counter()
            ask()
            times[name].append((perf_counter() - started) * 1_000)
            sent[name] = bytes_sent(database) - before
    return {
        name: (min(taken), median(taken), sent[name]) for name, taken in times.items()
    }


def bytes_sent(database):
    return database.command("serverStatus")["network"]["bytesOut"]


def main(megabytes):
    size, chance = megabytes * 1_000_000, random.Random(1)
    text = words(chance, size + ROWS)
    # A reference in a list is 20 bytes with its number as the key.
    number_of_tags = size // 20
    tags = [ObjectId() for _tag in range(number_of_tags)]
    kinds = {
        "small": {},
        f"a text of {megabytes} MB": {"body": lambda number: text[number:]},
        f"a list of {number_of_tags:,} references": {"tags": lambda _number: tags},
    }
    # Servers with documents of this size have the memory for those that are looked at.
    with serving(cache=4) as (client, database):
        for kind, large in kinds.items():
            fill(database, **large)
            print(f"{ROWS} notes, {kind}")
            for name, taken in measured(database, pages(client.user, database)).items():
                print("{:>26}: {:9.1f} {:9.1f} ms {:15,} bytes".format(name, *taken))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
