"""Which documents hold references that lead nowhere, as a condition of a query.

One aggregation tells the distinct references that lead nowhere; the documents that hold
these are then found, sorted, counted and paged by an ordinary query.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import bson
from bson import Regex
from bson.codec_options import DatetimeConversion
from django.utils.translation import gettext
from pymongo.errors import OperationFailure

from admin_ext.exceptions import TooManyMatches
from admin_ext.identities import key_identity
from admin_ext.limits import TIMEOUTS, max_time, within
from admin_ext.lookups import MAX_JOINED
from admin_ext.memory import remembered

from .existence import existing
from .joins import Limit, joined, stages
from .paths import ReferencePath, reference_paths
from .states import State, lead_of, lists_of

logger = logging.getLogger(__name__)

# Of all references that lead nowhere together; the query carries them.
MAX_BYTES = 8_000_000

# Those of which a plain query can tell; of the others it takes the aggregation.
PLAIN = (State.MISSING, State.NULL, State.EMPTY)


def path_named(document: type, name: str) -> ReferencePath | None:
    """Return the path of a Document that lists can be filtered by, or None."""
    paths = reference_paths(document)
    return next((path for path in paths if path.lookup == name), None)


def condition(
    queryset: Any, path: ReferencePath, state: State, limit: Limit
) -> dict[str, Any]:
    """Return the query for the documents that are in ``state`` at ``path``.

    What ``limit`` leaves out counts as dangling: nothing is told of it.
    Raise TooManyMatches when too many of the references of ``queryset`` lead nowhere,
    it takes too long to find out, or MongoDB does not tell.
    """
    if state in PLAIN:
        return _plain(path, state)
    found = remembered(
        ("references", path.owner, path.stored, str(queryset._query)),
        lambda: leading_nowhere(queryset, path, limit),
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


def leading_nowhere(
    queryset: Any, path: ReferencePath, limit: Limit
) -> dict[State, list[Any]]:
    """Return the distinct malformed and dangling references of ``queryset`` at a path.

    {State: [values as BSON has them]}; see ``condition`` for what it raises.
    """
    try:
        with within(max_time()):
            values = list(_bounded(queryset, path, limit))
            values = _without_document(path, values, limit)
    except TIMEOUTS as error:
        raise TooManyMatches(
            gettext(
                "It took too long to look up all references of “%(name)s”. Ask for "
                "less, for example with another filter."
            )
            % {"name": path.verbose_name}
        ) from error
    except OperationFailure as error:
        # Such as a database user who may not read what the references lead to.
        logger.warning("%s could not be looked up: %s", path.lookup, error)
        raise TooManyMatches(
            gettext("The references of “%(name)s” could not be looked up.")
            % {"name": path.verbose_name}
        ) from error
    found: dict[State, list[Any]] = {State.MALFORMED: [], State.DANGLING: []}
    for value in values:
        lead = lead_of(path, value)
        found[State.MALFORMED if lead is None else lead.state_if_gone].append(value)
    return found


def _bounded(queryset, path, limit) -> Iterator[Any]:
    collection = queryset._collection
    codec = collection.codec_options.with_options(
        datetime_conversion=DatetimeConversion.DATETIME_AUTO
    )
    pipeline = [
        {"$match": queryset._query},
        *stages(path, limit),
        {"$limit": MAX_JOINED + 1},
    ]
    collection = collection.with_options(codec_options=codec)
    rows = collection.aggregate(pipeline, allowDiskUse=True)
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


def _without_document(path, values, limit) -> list[Any]:
    """Return those of ``values`` that lead to no document.

    What the aggregation could not look up is asked here: one query for each class.
    """
    leads = [lead_of(path, value) for value in values]
    known, wanted = joined(path), defaultdict(list)
    for lead in leads:
        if lead is not None and lead.target not in known:
            wanted[lead.target].append(lead.key)
    found = {
        target: existing(target, keys, limit=limit(target), max_time=max_time())
        for target, keys in wanted.items()
    }
    return [
        value
        for value, lead in zip(values, leads, strict=True)
        if lead is None or key_identity(lead.key) not in found.get(lead.target, ())
    ]
