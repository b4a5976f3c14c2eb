"""Whole collections, read in batches within a time limit for each command.

Nothing is written.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import bson
from bson.errors import InvalidBSON
from bson.raw_bson import RawBSONDocument
from pymongo import ASCENDING

from admin_ext.ejson import CODEC
from admin_ext.identities import key_identity
from admin_ext.limits import TIMEOUTS, each_within

# Of one batch, and ms for each command, where nobody says otherwise.
BATCH = 1_000
MAX_TIME = 10_000

# A batch ends beyond so many bytes, however many documents these are.
MAX_BYTES = 16_000_000

# MongoDB stores texts that are no UTF-8 as they are.
LENIENT = CODEC.with_options(unicode_decode_error_handler="replace")
RAW = CODEC.with_options(document_class=RawBSONDocument)


class Batch(NamedTuple):
    """Some documents, and whether these were the last."""

    sons: list[dict[str, Any]]
    is_last: bool


def by_key(
    collection: Any,
    *,
    query: dict[str, Any] | None = None,
    projection: dict[str, int] | None = None,
    after: tuple[Any, ...] = (),
    batch: int = BATCH,
    max_time: int = MAX_TIME,
) -> Iterator[Batch]:
    """Yield all documents in the order of ``_id``, from that on in ``after``, if any.

    Each batch is a query of its own: it may take ``max_time`` ms, what takes longer is
    asked for in smaller batches, and one that is killed loses nothing that was read.
    A view may have several documents of one key: all of them are in one batch. Raise
    one of limits.TIMEOUTS when one document alone takes too long.
    """
    collection = collection.with_options(codec_options=RAW)
    size, most = batch, MAX_BYTES
    while True:
        try:
            condition = _behind(after, query)
            cursor = collection.find(
                condition, projection, batch_size=size + 1, allow_disk_use=True
            )
            sons, is_last = _read(cursor.max_time_ms(max_time), size, most)
        except TIMEOUTS:
            if size == 1:
                raise
            size = max(1, size // 4)
            continue
        if not is_last:
            following = key_identity(sons[-1].get("_id"))
            sons = [each for each in sons if key_identity(each.get("_id")) != following]
            if not sons:
                size, most = size * 2, most * 2
                continue
        yield Batch(sons, is_last)
        if is_last:
            return
        after = (sons[-1].get("_id"),)
        size, most = min(size * 2, batch), MAX_BYTES


def _behind(after: tuple[Any, ...], query: dict[str, Any] | None) -> dict[str, Any]:
    """Return a condition for ``query`` behind a key.

    A plain ``$gt`` finds keys of the same type only; ``$expr`` compares all, and
    uses the index of ``_id`` as well.
    https://www.mongodb.com/docs/manual/reference/method/db.collection.find/#type-bracketing
    """
    if not after:
        return query or {}
    behind = {"$expr": {"$gt": ["$_id", {"$literal": after[0]}]}}
    return {"$and": [behind, query]} if query else behind


def _read(cursor, size, most) -> Batch:
    """Read one more than ``size`` documents, or more than ``most`` bytes."""
    sons, length = [], 0
    with cursor.sort("_id", ASCENDING).limit(size + 1):
        for raw in cursor:
            sons.append(decoded(raw))
            length += len(raw.raw)
            if length > most and len(sons) > 1:
                return Batch(sons, False)
    return Batch(sons, len(sons) <= size)


def by_cursor(
    collection: Any,
    *,
    query: dict[str, Any] | None = None,
    batch: int = BATCH,
    max_time: int = MAX_TIME,
) -> Iterator[RawBSONDocument]:
    """Yield all documents in the order in which MongoDB finds them.

    For what has no index of ``_id``, such as views: the answer to one query. MongoDB
    counts the time limit of a query over all that its cursor reads, so this one has
    none: it is opened without looking at a document, and what each command after that
    may take, the driver limits. Raise one of limits.TIMEOUTS beyond ``max_time`` ms.
    """
    database = collection.database.with_options(codec_options=RAW)
    cursor = database.cursor_command(
        "find",
        collection.name,
        filter=query or {},
        batchSize=0,
        read_preference=collection.read_preference,
    )
    with cursor:
        yield from each_within(max_time, cursor.batch_size(batch))


def in_batches(rows: Iterator[RawBSONDocument], size: int) -> Iterator[Batch]:
    """Yield raw documents decoded, ``size`` at a time, or as many as MAX_BYTES hold.

    The last batch may be empty.
    """
    sons, length = [], 0
    for raw in rows:
        if sons and length + len(raw.raw) > MAX_BYTES:
            yield Batch(sons, False)
            sons, length = [], 0
        sons.append(decoded(raw))
        length += len(raw.raw)
        if len(sons) == size:
            yield Batch(sons, False)
            sons, length = [], 0
    yield Batch(sons, True)


def decoded(raw: RawBSONDocument) -> dict[str, Any]:
    """Return a document as a dict, whatever odd values are in it."""
    try:
        return bson.decode(raw.raw, CODEC)
    except InvalidBSON:
        return bson.decode(raw.raw, LENIENT)
