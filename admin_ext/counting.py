"""How many documents there are, asked for a price that has a bound.

What is not exactly known says so wherever it is printed: "10,000+", "about 1,000,000".
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext
from pymongo.errors import AutoReconnect, OperationFailure

from . import limits
from .aggregations import Batch
from .compat import queryset_key
from .indexes import MAX_AGE, place_of, size_key
from .memory import known, learn
from .plans import would_scan

# A count that has come this far ends, unless the admin says otherwise.
MAX_COUNT = 10_000

# More than a collection has.
ALL = 2**62

# The size from the collection's metadata, of each shard. Off after an unclean shutdown,
# and while documents move between shards:
# https://www.mongodb.com/docs/manual/reference/command/count/#behavior
COUNT = [
    {"$collStats": {"count": {}}},
    {"$group": {"_id": None, "value": {"$sum": "$count"}}},
]
SIZE = [
    {"$collStats": {"count": {}, "storageStats": {}}},
    {
        "$group": {
            "_id": None,
            "value": {"$sum": "$count"},
            "bytes": {"$sum": "$storageStats.size"},
        }
    },
]

# What $match cannot ask, though find and count can.
# https://www.mongodb.com/docs/manual/reference/operator/aggregation/match/#restrictions
NOT_IN_PIPELINES = {"$where", "$near", "$nearSphere"}


class Count(int):
    """A number of documents that is known. Django prints it as any other number."""

    is_exact = True


class RoughCount(Count):
    """A number that is not exactly known; compares as an int, and prints as a text."""

    is_exact = False

    __hash__ = Count.__hash__

    def __eq__(self, other: Any) -> bool:
        # Django's numberformat (5.2) prints what equals "" by its __str__. Of other
        # numbers it may group the digits, with what stands around them.
        return other == "" if isinstance(other, str) else int.__eq__(self, other)

    def __repr__(self) -> str:
        return str(self)


class MoreThan(RoughCount):
    """More than ``counted``: there the counting ended. "10,000+"."""

    def __new__(cls, counted: int):
        return int.__new__(cls, counted + 1)

    def __str__(self) -> str:
        number = number_format(int(self) - 1, force_grouping=True)
        return gettext("%(count)s+") % {"count": number}


class Unknown(RoughCount):
    """A number that nobody asked for, or that MongoDB did not tell. "?"."""

    def __str__(self) -> str:
        return "?"


class About(RoughCount):
    """An estimate. "about 1,000,000"."""

    def __str__(self) -> str:
        number = number_format(int(self), force_grouping=True)
        return gettext("about %(count)s") % {"count": number}


def counts(querysets: Sequence[Any], max_count: int) -> list[Count | None]:
    """Count each of ``querysets`` up to ``max_count``; None where that takes too long.

    Several are counted by one aggregation. Only keys of indexes are looked at where one
    serves. Of a whole collection, and of nothing less, the size from the metadata
    stands where it is larger than that. What would scan a large collection is not
    counted.
    """
    asked = {_key(each): each for each in querysets}
    # First, for these may have to ask how large the collection is.
    left = [key for key, queryset in asked.items() if _may_be_counted(queryset)]
    found = {key: _without_asking(each, max_count) for key, each in asked.items()}
    left = [key for key in left if found[key] is None]
    joined = [key for key in left if fits_a_pipeline(asked[key])]
    if len(joined) == 1 and _is_told_by_command(asked[joined[0]]):
        # It takes half the time of a pipeline, which the driver sends again by itself
        # where a connection was lost.
        with suppress(AutoReconnect):
            found[joined[0]] = _alone(asked[joined[0]], max_count)
            left, joined = [key for key in left if key not in joined], []
    found |= zip(
        joined, _joined([asked[key] for key in joined], max_count), strict=True
    )
    for key in left:
        if key not in joined:
            found[key] = _alone(asked[key], max_count)
    return [found[_key(each)] for each in querysets]


def exact(queryset: Any) -> Count:
    """Count all of ``queryset``, however many.

    Raise one of limits.TIMEOUTS when that takes too long.
    """
    if _is_empty(queryset):
        return Count(0)
    if not fits_a_pipeline(queryset):
        with limits.within(limits.max_time()):
            return Count(_command(queryset))
    batch = Batch(limits.max_time())
    number = batch.add(queryset, _pipeline(queryset))
    return Count(_value(batch.rows(), number))


def correct_size(queryset: Any, count: int) -> None:
    """Take ``count`` for the size of the collection, if that is what was counted."""
    if _is_whole(queryset):
        learn(size_key(queryset._collection), int(count))


def is_exact(count: int) -> bool:
    """Tell whether a count is exactly known, as any other number is."""
    return getattr(count, "is_exact", True)


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two querysets find the same documents."""
    return _key(one) == _key(other)


def _key(queryset: Any) -> tuple:
    return (queryset_key(queryset), _is_empty(queryset))


def _is_empty(queryset: Any) -> bool:
    return bool(queryset._none or queryset._empty)


def _is_whole(queryset: Any) -> bool:
    """Tell whether ``queryset`` finds all that there is in its collection."""
    is_part = queryset._skip or queryset._limit or queryset._where_clause
    return not (queryset._query or is_part or _is_empty(queryset))


def fits_a_pipeline(queryset: Any) -> bool:
    """Tell whether ``queryset`` can be counted together with others."""
    has_options = queryset._collation or queryset._hint != -1
    return not has_options and is_for_pipelines(queryset)


def is_for_pipelines(queryset: Any) -> bool:
    """Tell whether a pipeline, of whatever options, can ask what ``queryset`` does."""
    is_refused = _holds(queryset._query, NOT_IN_PIPELINES)
    return not (queryset._where_clause or is_refused)


def _holds(query: Any, operators: set[str]) -> bool:
    if isinstance(query, dict):
        return bool(operators & query.keys()) or _holds([*query.values()], operators)
    return isinstance(query, list | tuple) and any(
        _holds(each, operators) for each in query
    )


def _may_be_counted(queryset: Any) -> bool:
    return _is_whole(queryset) or _is_empty(queryset) or not would_scan(queryset)


def _is_told_by_command(queryset: Any) -> bool:
    """Tell whether the command counts as a pipeline does; it reads no snapshot.

    https://www.mongodb.com/docs/manual/reference/read-concern-snapshot/
    """
    is_of_now = queryset._collection.read_concern.level != "snapshot"
    return is_of_now and (bool(queryset._query) or _is_proven(queryset))


def _recent_size(queryset: Any) -> int | None:
    return known(size_key(queryset._collection), seconds=MAX_AGE)


def _no_size_key(queryset: Any) -> tuple:
    return ("no size", size_key(queryset._collection))


def _has_size(queryset: Any) -> bool:
    """Tell whether metadata may know how many documents ``queryset`` finds."""
    is_known_not_to = known(_no_size_key(queryset), seconds=MAX_AGE)
    return _is_whole(queryset) and not is_known_not_to


def _without_asking(queryset: Any, max_count: int) -> Count | None:
    if _is_empty(queryset):
        return Count(0)
    size = _recent_size(queryset) if _is_whole(queryset) else None
    return About(size) if size and size > max_count else None


def _joined(querysets: list[Any], max_count: int) -> list[Count | None]:
    """Count by one aggregation, which also asks how large whole collections are."""
    if not querysets:
        return []
    batch, numbers = Batch(limits.max_side_time()), []
    sized = [each for each in querysets if _has_size(each) and not _is_sized(each)]
    for each in querysets:
        stages = COUNT if _is_proven(each) else _pipeline(each, max_count + 1)
        number = batch.add(each, stages)
        numbers.append((number, batch.add(each, SIZE) if each in sized else None))
    try:
        rows = batch.rows()
    except limits.TIMEOUTS:
        return [_by_size(each) for each in querysets]
    except OperationFailure:
        if not sized:
            # Perhaps only one of them is refused, or only in a pipeline.
            return [_alone(each, max_count) for each in querysets]
        # A view, a time series, or a collection that is not there yet.
        for each in sized:
            learn(_no_size_key(each), True)
        return _joined(querysets, max_count)
    found = []
    for queryset, (number, size_number) in zip(querysets, numbers, strict=True):
        size = None
        if size_number is not None:
            size = _learned(queryset, rows, size_number)
            learn(_proven_key(queryset), size == _value(rows, number))
        found.append(_count(_value(rows, number), max_count, size))
    return found


def _count(value: int, max_count: int, size: int | None) -> Count:
    if value <= max_count:
        return Count(value)
    return About(size) if size and size > max_count else MoreThan(max_count)


def _value(rows: dict[int, dict], number: int) -> int:
    return rows.get(number, {}).get("value", 0)


def _proven_key(queryset: Any) -> tuple:
    return ("proven", *place_of(queryset._collection))


def _is_proven(queryset: Any) -> bool:
    """Tell whether metadata was found to be exact by a count in the last minute."""
    return _has_size(queryset) and bool(known(_proven_key(queryset), seconds=MAX_AGE))


def _is_sized(queryset: Any) -> bool:
    """Tell whether metadata was asked, and compared with a count, a minute ago."""
    is_compared = known(_proven_key(queryset), seconds=MAX_AGE) is not None
    return is_compared and _recent_size(queryset) is not None


def _learned(queryset: Any, rows: dict[int, dict], number: int) -> int:
    """Return the number of documents in a row of SIZE, and remember it."""
    size = _value(rows, number)
    learn(size_key(queryset._collection), size)
    learn(_bytes_key(queryset), rows.get(number, {}).get("bytes", 0) / max(size, 1))
    return size


def _bytes_key(queryset: Any) -> tuple:
    return ("bytes", *place_of(queryset._collection))


def bytes_of(queryset: Any, count: int) -> float:
    """Return about how many bytes ``count`` documents have.

    0 where the collection's statistics were not asked for in the last minute.
    """
    return count * (known(_bytes_key(queryset), seconds=MAX_AGE) or 0)


def _by_size(queryset: Any) -> Count | None:
    """Return the size alone, when the counts together took too long."""
    if not _has_size(queryset):
        return None
    batch = Batch(limits.max_side_time())
    batch.add(queryset, SIZE)
    try:
        size = _learned(queryset, batch.rows(), 0)
    except (*limits.TIMEOUTS, OperationFailure):
        return None
    return About(size) if size else None


def _pipeline(queryset: Any, limit: int | None = None) -> list[dict]:
    """Return the stages that count, up to ``limit``."""
    if _has_size(queryset):
        # By the index on the key, which every collection has: no document is read.
        stages = [{"$sort": {"_id": 1}}]
    else:
        stages = [{"$match": queryset._query}]
    if queryset._skip:
        stages.append({"$skip": queryset._skip})
    ends = [each for each in (queryset._limit, limit) if each]
    if ends:
        stages.append({"$limit": min(ends)})
    return [*stages, {"$count": "value"}]


def _alone(queryset: Any, max_count: int) -> Count | None:
    """Count what has options of its own, or asks what pipelines cannot."""
    try:
        with limits.within(limits.max_side_time()):
            value = _command(queryset, max_count + 1)
    except limits.TIMEOUTS:
        return None
    return _count(value, max_count, None)


def _command(queryset: Any, limit: int | None = None) -> int:
    """Count by the server's own command, for which the driver has no method.

    https://www.mongodb.com/docs/manual/reference/command/count/
    """
    collection = queryset._collection
    query = {**queryset._query}
    if not (query or _is_proven(queryset)):
        # Without a condition the command tells what the metadata says.
        query = {"_id": {"$exists": True}}
    if queryset._where_clause:
        query = {"$and": [query, {"$where": queryset._where_clause}]}
    ends = [each for each in (queryset._limit, limit) if each]
    options = {
        "query": query,
        "skip": queryset._skip,
        "limit": min(ends, default=None),
        "collation": queryset._collation,
        "hint": None if queryset._hint == -1 else queryset._hint,
    }
    options = {name: value for name, value in options.items() if value}
    concern = collection.read_concern.document
    options |= {"readConcern": concern} if concern else {}
    # A database does not know by which options its collections write values.
    options["codec_options"] = collection.codec_options
    options["read_preference"] = collection.read_preference
    return collection.database.command("count", collection.name, **options)["n"]
