"""Counts, first and last values, and periods of a queryset.

Whatever a page asks is one aggregation, put together with $unionWith, so that each
part is planned by itself and can use the index that serves it. ($facet reads every
document of the collection for each of its parts.)
https://www.mongodb.com/docs/manual/reference/operator/aggregation/unionWith/
"""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from django.db import models

from .exceptions import UnsupportedFeature
from .lookups import q_for, resolve

# What Python can hold in every time zone; comparing with a date also leaves out all
# other BSON types (https://www.mongodb.com/docs/manual/reference/method/db.collection.find/#type-bracketing).
FIRST_DATE = datetime(1, 1, 3, tzinfo=UTC)
LAST_DATE = datetime(9999, 12, 29, tzinfo=UTC)

# More years, months or days than this are grouped by MongoDB instead of looked up.
MAX_LOOKED_UP = 100


def stored_path(document: Any, name: str) -> str:
    """Return the dotted path under which a lookup path is stored."""
    found = resolve(document, name)
    return ".".join(
        field.document_field.db_field if field is not None else key
        for field, key in zip(found.fields, found.names, strict=True)
    )


def run(queryset: Any, pipelines: list[list[dict]]) -> dict[int, dict]:
    """Run ``pipelines`` as one aggregation; return {index of a pipeline: its row}.

    Each yields one row or none.
    """
    if not pipelines:
        return {}
    first, *others = (
        [*stages, {"$set": {"part": {"$literal": index}}}]
        for index, stages in enumerate(pipelines)
    )
    collection = queryset._collection
    unions = [
        {"$unionWith": {"coll": collection.name, "pipeline": stages}}
        for stages in others
    ]
    return {row["part"]: row for row in collection.aggregate([*first, *unions])}


def annotate(queryset: Any, annotations: dict[str, Any]) -> dict[str, Any]:
    """Return {alias: value} for Django's Count, Min and Max."""
    pipelines = [_stages(queryset, each) for each in annotations.values()]
    rows = run(queryset, pipelines)
    return {
        alias: rows.get(index, {}).get("value", _without_rows(expression))
        for index, (alias, expression) in enumerate(annotations.items())
    }


def _stages(queryset, expression) -> list[dict]:
    if isinstance(expression, models.Count):
        return _count(queryset, expression)
    direction = {models.Min: 1, models.Max: -1}.get(type(expression))
    if direction is None:
        raise UnsupportedFeature(f"{expression!r} cannot be aggregated.")
    name = expression.get_source_expressions()[0].name
    document = queryset.model
    is_date = isinstance(resolve(document, name).field, models.DateField)
    path = stored_path(document, name)
    return [
        _match(queryset, {path: _between() if is_date else {"$ne": None}}),
        {"$sort": {path: direction}},
        {"$limit": 1},
        {"$project": {"_id": 0, "value": f"${path}"}},
    ]


def _count(queryset, expression) -> list[dict]:
    condition = q_for(queryset.model, expression.filter or models.Q())
    query = condition.to_query(queryset.model) if condition else {}
    return [
        _match(queryset, query),
        {"$group": {"_id": None, "value": {"$sum": 1}}},
    ]


def _without_rows(expression) -> int | None:
    return 0 if isinstance(expression, models.Count) else None


def _match(queryset, condition: dict) -> dict:
    parts = [part for part in (queryset._query, condition) if part]
    return {"$match": {"$and": parts} if parts else {}}


def _between(first: datetime = FIRST_DATE, last: datetime = LAST_DATE) -> dict:
    # A condition on an array looks at its members; an array is no date.
    return {"$gte": first, "$lt": last, "$not": {"$type": "array"}}


def periods(queryset: Any, name: str, kind: str, zone: tzinfo) -> list[datetime]:
    """Return the years, months or days in which ``name`` has a value, in ``zone``.

    Each is looked up between the first and the last value: with an index on the
    field that costs a few keys, however many documents there are.
    """
    edges = annotate(queryset, {"first": models.Min(name), "last": models.Max(name)})
    if edges["first"] is None:
        return []
    starts = _starts(*(_aware(edges[key], zone) for key in ("first", "last")), kind)
    if len(starts) > MAX_LOOKED_UP:
        return _grouped(queryset, name, kind, zone)
    path = stored_path(queryset.model, name)
    pipelines = [
        [
            _match(queryset, {path: _between(start, _next(start, kind))}),
            {"$limit": 1},
            {"$project": {"_id": 1}},
        ]
        for start in starts
    ]
    found = run(queryset, pipelines)
    return [start for index, start in enumerate(starts) if index in found]


def _starts(first: datetime, last: datetime, kind: str) -> list[datetime]:
    """Return the starts of the periods from ``first`` to ``last``; at most a few."""
    start, starts = _truncate(first, kind), []
    while start <= last and len(starts) <= MAX_LOOKED_UP:
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


def _grouped(queryset, name, kind, zone) -> list[datetime]:
    """Group all values. Reads every document: for values spread over a century.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/dateTrunc/
    """
    path = stored_path(queryset.model, name)
    unit = {"date": f"${path}", "unit": kind, "timezone": str(zone)}
    pipeline = [
        _match(queryset, {path: _between()}),
        {"$group": {"_id": {"$dateTrunc": unit}}},
        {"$sort": {"_id": 1}},
    ]
    rows = queryset._collection.aggregate(pipeline)
    return [_aware(row["_id"], zone) for row in rows]


def _aware(moment: datetime, zone: tzinfo) -> datetime:
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(zone)
