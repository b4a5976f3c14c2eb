"""Writes the demo data into an empty MongoDB database, with its indexes."""

from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from pymongo import IndexModel, WriteConcern
from tqdm import tqdm

from documents.indexes import INDEXES, index_keys

from .ids import foreign_filter
from .rows import DemoRows

# The order of writing. The indexes are built in this order too, after all rows, so
# that the last index of the last collection is the last thing that a load does.
COLLECTIONS = ("users", "tags", "widgets", "notes", "keys")
BATCH = 5_000


class ForeignDocuments(RuntimeError):
    """The database holds documents that the demo did not write."""


def is_loaded(database):
    """Return whether a load into this pymongo Database was completed.

    A load that was killed has not built the last index. Rows that were edited or
    deleted since do not count.
    """
    last = COLLECTIONS[-1]
    keys, _ = index_keys(INDEXES[last][-1])
    return any(
        index["key"] == keys for index in database[last].index_information().values()
    )


def load(database, users=500, notes=5000, seed=1, progress=True):
    """Replace the demo data of a pymongo Database by a new set.

    `progress` shows a bar on stderr. Raise ForeignDocuments, before anything is
    dropped, if the database holds a document that is not demo data, and ValueError
    for impossible sizes.
    """
    rows = DemoRows(users, notes, seed)
    refuse_foreign_documents(database)
    # In reverse, so that a kill in between leaves no database that looks complete.
    for name in reversed(COLLECTIONS):
        database.drop_collection(name)
    with tqdm(total=users + notes, unit=" rows", disable=not progress) as bar:
        bar.set_description("Loading demo data")
        for name in COLLECTIONS:
            counted = name in {"users", "notes"}
            for written in insert(database[name], getattr(rows, name)()):
                bar.update(written if counted else 0)
        bar.set_description("Building indexes")
        build_indexes(database)
        bar.set_description("Demo data loaded")


def insert(collection, rows):
    """Insert the rows in batches and yield the size of each batch that is written.

    One thread writes a batch while the next one is made, which takes as long.
    """
    # Not majority: the indexes, built at the end, wait for the journal once.
    quick = collection.with_options(write_concern=WriteConcern(w=1))
    with ThreadPoolExecutor(max_workers=1) as writer:
        pending = None
        for batch in batches(rows):
            future = writer.submit(quick.insert_many, batch, ordered=False)
            if pending:
                yield len(pending.result().inserted_ids)
            pending = future
        if pending:
            yield len(pending.result().inserted_ids)


def refuse_foreign_documents(database):
    """Raise ForeignDocuments if any collection holds a row of somebody else's."""
    for name in database.list_collection_names():
        if name.startswith("system."):
            continue
        query = foreign_filter() if name in COLLECTIONS else {}
        if database[name].find_one(query, {"_id": 1}):
            raise ForeignDocuments(
                f"The database '{database.name}' holds documents in '{name}' that "
                "are not demo data. Nothing was written."
            )


def build_indexes(database):
    """Build the indexes of the service, the last one of the last collection last."""
    for name in COLLECTIONS:
        models = [index_model(spec) for spec in INDEXES[name]]
        database[name].create_indexes(models)


def index_model(spec):
    """Return an entry of INDEXES as a pymongo IndexModel."""
    keys, options = index_keys(spec)
    return IndexModel(keys, **options)


def batches(rows, size=BATCH):
    """Yield lists of at most `size` rows."""
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch
