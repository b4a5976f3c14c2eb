"""Autocomplete of a reference to a large collection: time, and what MongoDB reads.

    python -m tests.benchmarks.autocomplete [number of users, 1,000,000 if not said]

Prints, for each term, the median time of the request, the MongoDB commands sent, and
the documents and keys of indexes that were examined.
"""

import random
import sys
from statistics import median
from time import perf_counter

from tests.benchmarks.site import serving

ROUNDS = 7
FIRST = [
    "ada",
    "alan",
    "barbara",
    "edsger",
    "frances",
    "grace",
    "hedy",
    "john",
    "katherine",
    "margaret",
]
LAST = [
    "allen",
    "hamilton",
    "hopper",
    "johnson",
    "knuth",
    "lamarr",
    "liskov",
    "lovelace",
    "turing",
]
SOURCE = {"app_label": "documents", "model_name": "note", "field_name": "user"}


def users(count):
    """Yield ``count`` users of the notes service, the same in each run."""
    chance = random.Random(1)
    for number in range(count):
        name = f"{chance.choice(FIRST)}.{chance.choice(LAST)}{number}"
        yield {"username": name, "email": f"{name}@example.org"}


def load(database, count):
    batch = []
    for user in users(count):
        batch.append(user)
        if len(batch) == 50_000:
            database.users.insert_many(batch, ordered=False)
            batch = []
    if batch:
        database.users.insert_many(batch, ordered=False)
    database.users.create_index("username", unique=True)
    database.users.create_index("email")


def measure(client, database, query):
    """Return (ms, commands, documents examined, keys examined, number of results)."""
    times = []
    for _round in range(ROUNDS):
        started = perf_counter()
        answer = client.get("/admin/autocomplete/", SOURCE | query)
        times.append((perf_counter() - started) * 1_000)
    results = [each for each in answer.json()["results"] if not each.get("disabled")]
    database.command("profile", 2)
    client.get("/admin/autocomplete/", SOURCE | query)
    database.command("profile", 0)
    entries = [*database["system.profile"].find({"ns": f"{database.name}.users"})]
    database.drop_collection("system.profile")
    documents = sum(entry.get("docsExamined", 0) for entry in entries)
    keys = sum(entry.get("keysExamined", 0) for entry in entries)
    return median(times), len(entries), documents, keys, len(results)


def deep(client, term, pages):
    """Return the position behind so many pages of results."""
    after = {}
    for _page in range(pages):
        answer = client.get("/admin/autocomplete/", SOURCE | {"term": term} | after)
        after = {"after": answer.json()["pagination"]["after"]}
    return after


def main(count):
    with serving() as (client, database):
        load(database, count)
        print(f"{count:,} users")
        print(f"{'term':24}{'ms':>9}{'commands':>10}{'documents':>11}{'keys':>11}")
        cases = {
            "(none)": {"term": ""},
            "grace.hop": {"term": "grace.hop"},
            "hopper": {"term": "hopper"},
            "hopper, page 51": {"term": "hopper"} | deep(client, "hopper", 50),
            "grace 77": {"term": "grace 77"},
            "HOPPER99999": {"term": "HOPPER99999"},
            "nobody.at.all": {"term": "nobody.at.all"},
        }
        for name, query in cases.items():
            ms, commands, documents, keys, shown = measure(client, database, query)
            title = f"{name} → {shown}"
            print(f"{title:24}{ms:9.1f}{commands:10}{documents:11,}{keys:11,}")


if __name__ == "__main__":
    main(int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else 1_000_000)
