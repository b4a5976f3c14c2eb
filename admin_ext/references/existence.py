"""Which of many keys have a document, asked for all at once."""

from collections.abc import Iterable
from typing import Any

from admin_ext.delete_rules import batches
from admin_ext.ejson import CODEC
from admin_ext.identities import key_identity
from admin_ext.limits import within
from admin_ext.querysets import queryset_for

# Keys that are asked for in one command; an ObjectId takes 20 bytes of its 16 MB.
MAX_ASKED = 10_000


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
    command. Raise one of limits.TIMEOUTS beyond it.
    """
    queryset = queryset_for(target)
    collection = queryset._collection.with_options(
        codec_options=CODEC, read_preference=read_preference
    )
    found = set()
    for asked in batches(keys, MAX_ASKED):
        condition = {"$and": [queryset._query, limit or {}, {"_id": {"$in": asked}}]}
        cursor = collection.find(condition, {"_id": 1}, batch_size=len(asked) + 1)
        with within(max_time):
            found.update(key_identity(son["_id"]) for son in cursor)
    return found
