"""Which documents hold references that lead nowhere, as a condition of a query.

One aggregation tells the distinct references that lead nowhere; the documents that hold
these are then found, sorted, counted and paged by an ordinary query.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import bson
from bson import Regex
from bson.codec_options import DatetimeConversion
from django.utils.translation import gettext
from pymongo.errors import ExecutionTimeout

from admin_ext.exceptions import TooManyMatches
from admin_ext.fields import ListField, ReferenceListField
from admin_ext.lookups import MAX_JOINED
from admin_ext.memory import remembered
from admin_ext.querysets import queryset_for

from .existence import existing, key_identity
from .paths import ReferencePath, reference_paths
from .states import State, lead_of, lists_of

MAX_TIME = 10_000  # ms

# Of all references that lead nowhere together; the query carries them.
MAX_BYTES = 8_000_000

# Those of which a plain query can tell; of the others it takes the aggregation.
PLAIN = (State.MISSING, State.NULL, State.EMPTY)


def path_named(document: type, name: str) -> ReferencePath | None:
    """Return the path of a Document that lists can be filtered by, or None."""
    paths = reference_paths(document)
    return next((path for path in paths if path.lookup == name), None)


def condition(queryset: Any, path: ReferencePath, state: State) -> dict[str, Any]:
    """Return the query for the documents that are in ``state`` at ``path``.

    Raise TooManyMatches when too many of the references of ``queryset`` lead nowhere,
    or it takes too long to find out.
    """
    if state in PLAIN:
        return _plain(path, state)
    found = remembered(
        ("references", path.owner, path.stored, str(queryset._query)),
        lambda: leading_nowhere(queryset, path),
    )
    if state is not State.OK:
        return _any_of(path, found[state])
    others = [_plain(path, each) for each in PLAIN]
    others += [_any_of(path, values) for values in found.values()]
    return {"$nor": others}


def _plain(path: ReferencePath, state: State) -> dict[str, Any]:
    if state is State.MISSING:
        return {path.stored: {"$exists": False}}
    if state is State.NULL:
        return _within(path, {"$type": "null"}, lists_of(path))
    # The innermost list is nobody's member.
    return _within(path, {"$size": 0}, lists_of(path) - 1, is_of_list=True)


def _within(path, operators, lists, *, is_of_list=False) -> dict[str, Any]:
    """Return the condition on the values at a path, and on the members of lists there.

    A dotted path leads through one list; through lists of lists only $elemMatch does.
    """
    first = 1 if is_of_list else 2
    conditions = [operators]
    for number in range(1, lists + 1):
        operators = {"$elemMatch": operators}
        if number >= first:
            conditions.append(operators)
    return {"$or": [{path.stored: each} for each in conditions]}


def _any_of(path: ReferencePath, values: list[Any]) -> dict[str, Any]:
    """Return the query for the documents that hold any of ``values``.

    A regular expression in $in is a pattern, and a list there is also the whole list.
    """
    lists = lists_of(path)
    parts = [_within(path, {"$eq": each}, lists) for each in values if _is_regex(each)]
    plain = [each for each in values if not _is_regex(each)]
    arrays = [each for each in plain if isinstance(each, list)] if lists else []
    others = [each for each in plain if each not in arrays] if arrays else plain
    if arrays:
        members: dict[str, Any] = {"$in": arrays}
        for _number in range(lists):
            members = {"$elemMatch": members}
        parts.append({path.stored: members})
    return {"$or": [_within(path, {"$in": others}, lists), *parts]}


def _is_regex(value: Any) -> bool:
    return isinstance(value, Regex)


def leading_nowhere(queryset: Any, path: ReferencePath) -> dict[State, list[Any]]:
    """Return the distinct malformed and dangling references of ``queryset`` at a path.

    {State: [values as BSON has them]}; see ``condition`` for what it raises.
    """
    try:
        values = list(_bounded(queryset, path))
        if not can_look_up(path):
            values = _without_document(path, values)
    except ExecutionTimeout as error:
        raise TooManyMatches(
            gettext(
                "It took too long to look up all references of “%(name)s”. Ask for "
                "less, for example with another filter."
            )
            % {"name": path.verbose_name}
        ) from error
    found: dict[State, list[Any]] = {State.MALFORMED: [], State.DANGLING: []}
    for value in values:
        lead = lead_of(path, value)
        found[State.MALFORMED if lead is None else lead.state_if_gone].append(value)
    return found


def _bounded(queryset, path) -> Iterator[Any]:
    collection = queryset._collection
    codec = collection.codec_options.with_options(
        datetime_conversion=DatetimeConversion.DATETIME_AUTO
    )
    pipeline = [{"$match": queryset._query}, *_distinct(path)]
    if can_look_up(path):
        pipeline += _looked_up(path)
    pipeline.append({"$limit": MAX_JOINED + 1})
    rows = collection.with_options(codec_options=codec).aggregate(
        pipeline, maxTimeMS=MAX_TIME, allowDiskUse=True
    )
    length = 0
    for number, row in enumerate(rows):
        length += len(bson.encode(row, codec_options=codec))
        if number >= MAX_JOINED or length > MAX_BYTES:
            raise TooManyMatches(
                gettext(
                    "More than %(limit)s references of “%(name)s” would have to be "
                    "looked up. Ask for less, for example with another filter."
                )
                % {"limit": f"{number:,}", "name": path.verbose_name}
            )
        yield row["_id"]


def _distinct(path: ReferencePath) -> list[dict]:
    """Return the stages that yield ``{_id: a reference}``, each once, none null."""
    lists = 0
    for each in path.fields:
        while each is not None:
            lists += isinstance(each, ListField | ReferenceListField)
            each = getattr(each, "item", None)
    return [
        {"$project": {"_id": 0, "value": f"${path.stored}"}},
        *[{"$unwind": "$value"}] * lists,
        {"$group": {"_id": "$value"}},
        {"$match": {"$expr": {"$ne": [{"$ifNull": ["$_id", None]}, None]}}},
    ]


def can_look_up(path: ReferencePath) -> bool:
    """Tell whether MongoDB itself can join: one collection of the same database."""
    if path.is_generic or path.targets[0]._get_collection_name() is None:
        return False
    return path.targets[0]._get_db() == path.owner._get_db()


def _looked_up(path: ReferencePath) -> list[dict]:
    """Return the stages that keep the references which lead to no document.

    $lookup without a pipeline of its own is four times as fast as with one that
    projects _id (MongoDB 6.0, 300,000 keys).
    """
    target = path.targets[0]
    query = queryset_for(target)._query
    join = {
        "from": target._get_collection_name(),
        "localField": "key",
        "foreignField": "_id",
        "as": "found",
    }
    if query:
        join["pipeline"] = [{"$match": query}, {"$project": {"_id": 1}}]
    is_document = {"$eq": [{"$type": "$_id"}, "object"]}
    within = "$_id._id" if path.reference.key_within else "$_id"
    key = {
        "$switch": {
            "branches": [
                {"case": {"$ne": ["$ref", None]}, "then": _part("$id", None)},
                {"case": is_document, "then": {"$ifNull": [within, "$_id"]}},
            ],
            "default": "$_id",
        }
    }
    return [
        {
            "$set": {
                name: {"$cond": [is_document, _part(f"${name}", None), None]}
                for name in ("ref", "db")
            }
        },
        {"$set": {"key": key}},
        {"$lookup": join},
        {"$match": {"$expr": {"$or": [{"$eq": ["$found", []]}, *_malformed(target)]}}},
        {"$project": {"_id": 1}},
    ]


def _part(name: str, default: Any) -> dict:
    """Return the expression of a key of a DBRef, which no path can name."""
    part = {"$getField": {"field": {"$literal": name}, "input": "$_id"}}
    return {"$ifNull": [part, default]}


def _malformed(target: type) -> Iterable[dict]:
    """Yield the expressions of what joins with a document that it does not lead to."""
    yield {"$in": [{"$type": "$key"}, ["array", "regex", "null", "missing"]]}
    yield {
        "$and": [
            {"$ne": ["$ref", None]},
            {
                "$or": [
                    {"$ne": ["$ref", target._get_collection_name()]},
                    {"$not": [{"$in": ["$db", [None, target._get_db().name]]}]},
                ]
            },
        ]
    }


def _without_document(path: ReferencePath, values: list[Any]) -> list[Any]:
    """Return those of ``values`` that lead to no document: one query for each class."""
    leads = [lead_of(path, value) for value in values]
    wanted: dict[type, list] = defaultdict(list)
    for lead in leads:
        if lead is not None:
            wanted[lead.target].append(lead.key)
    found = {
        target: existing(target, keys, max_time=MAX_TIME)
        for target, keys in wanted.items()
    }
    return [
        value
        for value, lead in zip(values, leads, strict=True)
        if lead is None or key_identity(lead.key) not in found[lead.target]
    ]
