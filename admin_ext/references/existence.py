"""Which of many keys have a document, asked for all at once."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from bson import Decimal128

from admin_ext.delete_rules import batches, identity
from admin_ext.ejson import CODEC
from admin_ext.querysets import queryset_for

# Keys that are asked for in one command; an ObjectId takes 20 bytes of its 16 MB.
MAX_ASKED = 10_000


def key_identity(key: Any) -> Any:
    """Return what tells a key from others as MongoDB does, and has a hash.

    Numbers compare by value, those in sub-documents too.
    """
    if isinstance(key, Decimal128):
        key = key.to_decimal()
    if isinstance(key, float | Decimal) and key != key:  # NaN
        return ("NaN",)
    if isinstance(key, dict):
        return tuple((name, key_identity(value)) for name, value in key.items())
    if isinstance(key, list):
        return ("[", *map(key_identity, key))
    return identity(key)


def existing(
    target: type,
    keys: Iterable[Any],
    *,
    limit: dict[str, Any] | None = None,
    max_time: int,
    read_preference: Any = None,
) -> set:
    """Return the identities of those of ``keys`` whose document a list would show.

    ``limit``: a query for those that may be told of. ``max_time``: ms for each
    command. Raise pymongo's ExecutionTimeout beyond it.
    """
    queryset = queryset_for(target)
    collection = queryset._collection.with_options(
        codec_options=CODEC, read_preference=read_preference
    )
    found = set()
    for asked in batches(keys, MAX_ASKED):
        condition = {"$and": [queryset._query, limit or {}, {"_id": {"$in": asked}}]}
        cursor = collection.find(condition, {"_id": 1}, batch_size=len(asked) + 1)
        found.update(key_identity(son["_id"]) for son in cursor.max_time_ms(max_time))
    return found
