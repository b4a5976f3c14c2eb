"""What the history costs a save: of a small note, and of one of 1 MB.

    python -m tests.benchmarks.history [rounds, 30 if not said]

Each note is saved by its form, with and without ADMIN_EXT_HISTORY in turn, the body
changed each time. Prints the best and the median time of a save in ms, the ratio of the
medians, the SQL queries of a save, and the bytes that a change has in SQL.
"""

import sys
from datetime import UTC, datetime
from statistics import median
from time import perf_counter

from django.conf import settings
from django.urls import reverse

from tests.benchmarks.columns import words
from tests.benchmarks.site import serving

ROUNDS = 30
# A text of more than 1 MB cannot be edited by a form.
KINDS = {"small note": 300, "note of 1 MB": 990_000}


def add(database, chance, size):
    """Return the key of a new note with so many bytes of text."""
    user = database.users.insert_one({"username": f"ann{size}"}).inserted_id
    note = {"body": words(chance, size), "type": "note", "user": user, "tags": []}
    note |= {"start": datetime(2024, 5, 17, tzinfo=UTC), "date": "2024-05-17"}
    return database.notes.insert_one(note).inserted_id


def form_of(client, url):
    """Return what a browser sends for a form that nobody touched."""
    from tests.submission import Submission

    pairs = Submission(client.get(url).content.decode()).pairs
    data = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    data.pop("q", None)
    return data


def saved(client, url, number):
    """Save a form with another first word; return (seconds, SQL queries)."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    data = form_of(client, url)
    text = data["body"][0].partition(" ")[2]
    data["body"] = [f"word{number} {text}"]
    with CaptureQueriesContext(connection) as queries:
        start = perf_counter()
        response = client.post(url, data)
        seconds = perf_counter() - start
    if response.status_code != 302:
        raise SystemExit(f"The note was not saved: {response.status_code}")
    return seconds, len(queries)


def measure(client, url, rounds):
    """Return {is the history on: [(seconds, queries)]}, measured in turn."""
    found = {True: [], False: []}
    for number in range(rounds + 2):
        for is_on in found:
            settings.ADMIN_EXT_HISTORY = is_on
            pair = saved(client, url, f"{number}{is_on}")
            if number >= 2:  # what is made once is made
                found[is_on].append(pair)
    return found


def bytes_of_changes():
    """Return the mean bytes of a change in SQL, of what has values."""
    from admin_ext.models import Change

    field = Change._meta.get_field("paths")
    sizes = [
        len(field.get_prep_value(each.paths)) + len(str(each.digests))
        for each in Change.objects.filter(kind="change")
    ]
    Change.objects.all().delete()
    return sum(sizes) // len(sizes)


def main(rounds=ROUNDS):
    import random

    chance = random.Random(20241127)
    with serving() as (client, database):
        for name, size in KINDS.items():
            key = add(database, chance, size)
            url = reverse("admin:documents_note_change", args=[key])
            found = measure(client, url, rounds)
            times = {
                is_on: [seconds * 1_000 for seconds, _queries in pairs]
                for is_on, pairs in found.items()
            }
            middle = {is_on: median(each) for is_on, each in times.items()}
            queries = {is_on: pairs[-1][1] for is_on, pairs in found.items()}
            print(
                f"{name}: {middle[False]:.1f} ms without (best "
                f"{min(times[False]):.1f}), {middle[True]:.1f} ms with (best "
                f"{min(times[True]):.1f}), ratio {middle[True] / middle[False]:.2f}; "
                f"SQL queries {queries[False]} and {queries[True]}; "
                f"{bytes_of_changes():,} bytes per change"
            )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
