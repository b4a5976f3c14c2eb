"""The years, months or days in which a queryset has dates, by one aggregation.

It finds the first and the last date, and looks up each period between them: with an
index on the field that costs a few keys, however many documents there are.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from .aggregations import behind, between, match, stored_path

# Of more years than this all dates are grouped instead: for values over centuries.
MAX_LOOKED_UP = 200


class Periods(NamedTuple):
    """The ``starts`` of the periods that have dates, as ``kind`` says how long.

    ``first`` and ``last`` are the dates at the edges, None where there are none.
    """

    kind: str
    first: datetime | None = None
    last: datetime | None = None
    starts: tuple[datetime, ...] = ()


def periods(queryset: Any, name: str, zone: tzinfo, kind: str | None = None) -> Periods:
    """Return the periods of ``kind`` in which ``name`` has a date, in ``zone``.

    Without ``kind``: years; months where all is in one year; days where all is in one
    month.
    """
    queryset, name = behind(queryset, name)
    path = stored_path(queryset.model, name)
    for row in queryset._collection.aggregate(_pipeline(queryset, path, zone, kind)):
        first, last = (_aware(row["_id"][edge], zone) for edge in ("first", "last"))
        kind = row["_id"]["kind"]
        if row["_id"]["count"] > MAX_LOOKED_UP:
            starts = _grouped(queryset, path, kind, zone)
        else:
            starts = _starts(first, kind, {*row["numbers"]})
        return Periods(kind, first, last, tuple(starts))
    return Periods(kind or "year")


def _pipeline(queryset, path, zone, kind) -> list[dict]:
    """Return what yields one row, or none: the edges, and the numbers of periods.

    A $lookup that compares with $expr uses the index.
    https://www.mongodb.com/docs/manual/reference/operator/aggregation/lookup/
    """
    collection = queryset._collection.name
    value, start, end = f"${path}", "$$start", "$$end"
    within = {"$and": [{"$gte": [value, start]}, {"$lt": [value, end]}]}
    found = [
        match(queryset, {"$expr": within}),
        {"$limit": 1},
        {"$project": {"_id": 1}},
    ]
    edges = {key: f"${key}" for key in ("first", "last", "kind", "count")}
    return [
        *_edge(queryset, path, 1),
        {"$unionWith": {"coll": collection, "pipeline": _edge(queryset, path, -1)}},
        {
            "$group": {
                "_id": None,
                "first": {"$min": "$value"},
                "last": {"$max": "$value"},
            }
        },
        {"$set": {"kind": kind or _widest(zone)}},
        {"$set": {"count": {"$add": [1, _distance(zone)]}}},
        {"$set": {"number": {"$range": [0, _at_most("$count")]}}},
        {"$unwind": "$number"},
        {"$set": {"start": _moved(_floor("$first", "$kind", zone), "$number", zone)}},
        {
            "$lookup": {
                "from": collection,
                "let": {"start": "$start", "end": _moved("$start", 1, zone)},
                "pipeline": found,
                "as": "found",
            }
        },
        {
            "$group": {
                "_id": edges,
                "numbers": {
                    "$push": {"$cond": [{"$eq": ["$found", []]}, "$$REMOVE", "$number"]}
                },
            }
        },
    ]


def _edge(queryset, path, direction) -> list[dict]:
    return [
        match(queryset, {path: between()}),
        {"$sort": {path: direction}},
        {"$limit": 1},
        {"$project": {"_id": 0, "value": f"${path}"}},
    ]


def _floor(date: str, unit: str, zone: tzinfo) -> dict:
    return {"$dateTrunc": {"date": date, "unit": unit, "timezone": str(zone)}}


def _moved(date: Any, amount: Any, zone: tzinfo) -> dict:
    moved = {"startDate": date, "unit": "$kind", "amount": amount}
    return {"$dateAdd": {**moved, "timezone": str(zone)}}


def _distance(zone: tzinfo) -> dict:
    dates = {"startDate": "$first", "endDate": "$last", "unit": "$kind"}
    return {"$dateDiff": {**dates, "timezone": str(zone)}}


def _at_most(count: str) -> dict:
    # One row has to stay, to tell the edges.
    return {"$cond": [{"$gt": [count, MAX_LOOKED_UP]}, 1, count]}


def _widest(zone: tzinfo) -> dict:
    """Return the expression of the kind of periods of which there are several."""
    branches = [
        {
            "case": {"$ne": [_floor(edge, kind, zone) for edge in ("$first", "$last")]},
            "then": kind,
        }
        for kind in ("year", "month")
    ]
    return {"$switch": {"branches": branches, "default": "day"}}


def _starts(first: datetime, kind: str, numbers: set[int]) -> list[datetime]:
    """Return the starts of the periods of these numbers; 0 is that of ``first``."""
    start, starts = _truncate(first, kind), []
    for number in range(max(numbers, default=-1) + 1):
        if number in numbers:
            starts.append(start)
        start = _next(start, kind)
    return starts


def _truncate(moment: datetime, kind: str) -> datetime:
    start = moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if kind == "day":
        return start
    return start.replace(day=1) if kind == "month" else start.replace(month=1, day=1)


def _next(start: datetime, kind: str) -> datetime:
    """Return the start of the next period; wall clock, so DST changes nothing."""
    if kind == "year":
        return start.replace(year=start.year + 1)
    if kind == "month":
        return (start + timedelta(days=32)).replace(day=1)
    return start + timedelta(days=1)


def _grouped(queryset, path, kind, zone) -> list[datetime]:
    """Group all values. Reads every document.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/dateTrunc/
    """
    pipeline = [
        match(queryset, {path: between()}),
        {"$group": {"_id": _floor(f"${path}", kind, zone)}},
        {"$sort": {"_id": 1}},
    ]
    rows = queryset._collection.aggregate(pipeline)
    return [_aware(row["_id"], zone) for row in rows]


def _aware(moment: datetime, zone: tzinfo) -> datetime:
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(zone)
