"""Counts, and first and last values, of a queryset.

Whatever a page asks is one aggregation, put together with $unionWith, so that each
part is planned by itself and can use the index that serves it. ($facet reads every
document of the collection for each of its parts.)
https://www.mongodb.com/docs/manual/reference/operator/aggregation/unionWith/
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from datetime import datetime
from typing import Any

import bson
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.utils.functional import SimpleLazyObject
from mongoengine import Q
from pymongo.errors import OperationFailure

from .compat import CONNECTION_ERRORS
from .ejson import CODEC
from .exceptions import TooManyMatches, UnsupportedFeature
from .indexes import collation_of
from .keys import id_of
from .limits import TIMEOUTS, within
from .lookups import MAX_JOINED, q_for, resolve
from .values_as_text import FIRST_DATE, LAST_DATE
from .visibility import visible

# A pipeline has at most 1,000 stages, and a command at most 16 MB: so many parts go
# into one stage, and so many bytes into one aggregation.
# https://www.mongodb.com/docs/manual/core/aggregation-pipeline-limits/
MAX_PARTS = 200
MAX_BYTES = 12_000_000

# What a collection object says of how it is read.
READING = ("codec_options", "read_preference", "read_concern")

_BATCH: ContextVar["Batch | None"] = ContextVar("batch", default=None)


def stored_path(document: Any, name: str) -> str:
    """Return the dotted path under which a lookup path is stored."""
    return resolve(document, name).stored


def is_alike(first: Any, other: Any) -> bool:
    """Tell whether an aggregation over ``first`` finds in ``other`` what is there.

    It has the codec, the read preference and the collation of the first collection in
    it, whatever others it reads.
    """
    if first.database != other.database:
        return False
    if any(getattr(first, each) != getattr(other, each) for each in READING):
        return False
    return first.name == other.name or collation_of(first) == collation_of(other)


class Batch:
    """Aggregations of several querysets that are sent as one.

    ``max_time``: the time limit of each command in ms; when it is hit, ``rows`` raises
    one of limits.TIMEOUTS.
    ``parts``: (collection, pipeline); each pipeline yields one row or none, or a row
    for each of its ``documents``, of which one row is made.
    """

    def __init__(self, max_time: int | None = None):
        self.max_time = max_time
        self.parts: list[tuple[Any, list[dict]]] = []
        self._rows: dict[int, dict] = {}
        self._asked = 0

    def add(self, queryset: Any, pipeline: list[dict]) -> int:
        """Add a pipeline over the collection of ``queryset``; return its index."""
        self.parts.append((queryset._collection, pipeline))
        return len(self.parts) - 1

    def rows(self) -> dict[int, dict]:
        """Return {index of a part: its row}; ask for what was added since the last."""
        groups: list[list[int]] = []
        for index in range(self._asked, len(self.parts)):
            place = self.parts[index][0]
            found = (each for each in groups if is_alike(self.parts[each[0]][0], place))
            group = next(found, None)
            if group is None:
                groups.append(group := [])
            group.append(index)
        self._asked = len(self.parts)
        for indexes in groups:
            for chunk in self._chunks(indexes):
                self._ask(chunk)
        return self._rows

    def _chunks(self, indexes: list[int]) -> Iterator[list[int]]:
        """Yield the indexes that fit into one command: nearly always all of them."""
        chunk, size = [], 0
        for index in indexes:
            stages = {"pipeline": self.parts[index][1]}
            length = len(bson.encode(stages, codec_options=CODEC)) + 1_000
            if chunk and size + length > MAX_BYTES:
                yield chunk
                chunk, size = [], 0
            chunk, size = [*chunk, index], size + length
        yield chunk

    def _ask(self, indexes: list[int]) -> None:
        collection = self.parts[indexes[0]][0]
        groups = [
            self._joined(indexes[start : start + MAX_PARTS])
            for start in range(0, len(indexes), MAX_PARTS)
        ]
        (_first, pipeline), *others = groups
        pipeline = [*pipeline, *(_union(*other) for other in others)]
        limit = nullcontext() if self.max_time is None else within(self.max_time)
        with limit:
            for row in collection.aggregate(pipeline):
                first = self._rows.setdefault(row["part"], row)
                if first is not row:
                    first["documents"] += row["documents"]

    def _joined(self, indexes: list[int]) -> tuple[Any, list[dict]]:
        """Return the collection of the first part, and one pipeline of all parts."""
        (collection, pipeline), *others = (
            (
                self.parts[index][0],
                [*self.parts[index][1], {"$set": {"part": {"$literal": index}}}],
            )
            for index in indexes
        )
        return collection, [*pipeline, *(_union(*other) for other in others)]


def _union(collection: Any, pipeline: list[dict]) -> dict:
    return {"$unionWith": {"coll": collection.name, "pipeline": pipeline}}


def run(queryset: Any, pipelines: list[list[dict]]) -> dict[int, dict]:
    """Run ``pipelines`` as one aggregation; return {index of a pipeline: its row}."""
    batch = Batch()
    for pipeline in pipelines:
        batch.add(queryset, pipeline)
    return batch.rows()


def counts(
    querysets: list[Any],
    *,
    limit: int,
    max_time: int,
    join: Callable[[Batch], Callable[[dict[int, dict]], None]] | None = None,
) -> list[int]:
    """Count each of ``querysets``, up to ``limit``: one aggregation where that can be.

    ``join`` adds to it, and returns what takes the rows. Raise one of limits.TIMEOUTS
    when it takes longer than ``max_time`` ms.
    """
    batch = Batch(max_time)
    for each in querysets:
        stages = [match(each, {}), {"$limit": limit}, {"$count": "value"}]
        batch.add(each, stages)
    take = join(batch) if join else None
    rows = batch.rows()
    if take:
        take(rows)
    return [rows.get(index, {}).get("value", 0) for index in range(len(querysets))]


def ask_apart(
    parts: Iterable[Any],
    ask: Callable[[list[Any]], None],
    failed: Callable[[list[Any], Exception], None],
    *,
    owner: Callable[[Any], Any] = lambda part: part,
) -> None:
    """Have ``ask`` ask each database once about those of ``parts`` that are there.

    Where one collection cannot be read, it asks each by itself. ``failed`` is told of
    what has no answer. ``owner`` returns the Document of a part, which may be one.
    """

    def alias(part: Any) -> str:
        return owner(part)._meta.get("db_alias", "default")

    def collection(part: Any) -> str:
        return owner(part)._get_collection_name()

    for group in _groups(parts, alias):
        try:
            ask(group)
        except (*TIMEOUTS, *CONNECTION_ERRORS) as error:
            failed(group, error)
        except OperationFailure:
            for one in _groups(group, collection):
                _ask_alone(one, ask, failed)


def _ask_alone(parts, ask, failed) -> None:
    try:
        ask(parts)
    except (OperationFailure, *CONNECTION_ERRORS) as error:
        failed(parts, error)


def _groups(parts: Iterable[Any], key: Callable[[Any], Any]) -> list[list[Any]]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for each in parts:
        groups[key(each)].append(each)
    return [*groups.values()]


@contextmanager
def together() -> Iterator[None]:
    """Send what is annotated within as one aggregation, when a value is first read."""
    token = _BATCH.set(Batch())
    try:
        yield
    finally:
        _BATCH.reset(token)


def annotate(queryset: Any, annotations: dict[str, Any]) -> dict[str, Any]:
    """Return {alias: value} for Django's Count, Min and Max."""
    batch = _BATCH.get()
    is_alone = batch is None
    batch = Batch() if is_alone else batch
    indexes, values_without_row = {}, {}
    for alias, expression in annotations.items():
        try:
            indexes[alias] = batch.add(*_part(queryset, expression))
            values_without_row[alias] = _without_rows(expression)
        except (TooManyMatches, ValidationError):
            # What Django's SimpleListFilter shows where it has no count.
            values_without_row[alias] = "-"

    def values():
        rows = batch.rows()
        return {
            alias: rows.get(indexes.get(alias), {}).get("value", value)
            for alias, value in values_without_row.items()
        }

    return values() if is_alone else SimpleLazyObject(values)


def behind(queryset: Any, name: str) -> tuple[Any, str]:
    """Return the queryset, and the path in it, that hold the values of ``name``.

    Past a reference these are the documents that those of ``queryset`` refer to; when
    there are more than MAX_JOINED, all of that collection.
    """
    found = resolve(queryset.model, name)
    if not found.joins:
        return queryset, name
    reference = LOOKUP_SEP.join(found.names[: found.joins])
    keys = queryset.stored_values(reference, limit=MAX_JOINED + 1)
    targets = visible(found.target).all()
    if len(keys) <= MAX_JOINED:
        # As they are stored: an odd one refers to nothing and is no error.
        targets = targets.filter(Q(__raw__={"_id": {"$in": [*map(id_of, keys)]}}))
    return behind(targets, LOOKUP_SEP.join(found.names[found.joins :]))


def _part(queryset, expression) -> tuple[Any, list[dict]]:
    """Return the queryset and the stages that answer an expression of Django's."""
    if isinstance(expression, models.Count):
        return queryset, _count(queryset, expression)
    direction = {models.Min: 1, models.Max: -1}.get(type(expression))
    if direction is None:
        raise UnsupportedFeature(f"{expression!r} cannot be aggregated.")
    queryset, name = behind(queryset, expression.get_source_expressions()[0].name)
    is_date = isinstance(resolve(queryset.model, name).field, models.DateField)
    path = stored_path(queryset.model, name)
    return queryset, [
        match(queryset, {path: between() if is_date else {"$ne": None}}),
        {"$sort": {path: direction}},
        {"$limit": 1},
        {"$project": {"_id": 0, "value": f"${path}"}},
    ]


def _count(queryset, expression) -> list[dict]:
    condition = q_for(queryset.model, expression.filter or models.Q())
    query = condition.to_query(queryset.model) if condition else {}
    return [
        match(queryset, query),
        {"$group": {"_id": None, "value": {"$sum": 1}}},
    ]


def _without_rows(expression) -> int | None:
    return 0 if isinstance(expression, models.Count) else None


def match(queryset: Any, condition: dict) -> dict:
    """Return a $match of both, with each clause once.

    A filter's own queryset repeats what this one asks, and MongoDB takes one $text.
    """
    clauses = []
    for query in (queryset._query, condition):
        clauses += [each for each in _clauses(query) if each not in clauses]
    return {"$match": {"$and": clauses} if clauses else {}}


def _clauses(query: dict) -> Iterator[dict]:
    for key, value in query.items():
        if key == "$and":
            for each in value:
                yield from _clauses(each)
        else:
            yield {key: value}


def between(first: datetime = FIRST_DATE, last: datetime = LAST_DATE) -> dict:
    """Return the condition on dates from ``first`` to before ``last``."""
    # A condition on an array looks at its members; an array is no date.
    return {"$gte": first, "$lt": last, "$not": {"$type": "array"}}
