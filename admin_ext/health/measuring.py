"""The documents of an admin's list, compared with their Document: a sample of them.

What one person's list is found to be is remembered for a minute in this process.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from time import monotonic
from typing import Any

import bson
from bson.errors import BSONError
from django.utils.translation import gettext as _
from pymongo.errors import OperationFailure

from admin_ext.compat import CONNECTION_ERRORS, QUERY_ERRORS
from admin_ext.counting import is_for_pipelines
from admin_ext.drift import root_place
from admin_ext.drift.access import may_tell
from admin_ext.drift.tallies import Comparison
from admin_ext.ejson import CODEC
from admin_ext.failures import told
from admin_ext.introspection.reading import Reading
from admin_ext.limits import TIMEOUTS, within
from admin_ext.memory import recent

# Documents that are read at once: after each batch there is a look at the clock.
BATCH = 100

# What was found is remembered for so many seconds, and of so many lists.
MAX_AGE = 60
MAX_REMEMBERED = 200

FAILURES = (OperationFailure, *TIMEOUTS, *CONNECTION_ERRORS)


@dataclass(frozen=True)
class Measured:
    """What was found.

    ``size``: how many documents the list has about, None when nobody knows;
    ``is_whole``: all of them were read; ``why``: why not all of the sample was, in
    words.
    """

    comparison: Comparison
    size: int | None = None
    is_whole: bool = False
    why: str = ""

    @property
    def read(self) -> int:
        return self.comparison.read


def measure(admin: Any, request: Any, *, max_time: float) -> Measured:
    """Return what the documents that ``request`` may see are, within ``max_time`` ms.

    What MongoDB does not answer is told in ``why``.
    """
    memory = _memory()
    try:
        queryset = admin.get_queryset(request)
        with admin.reading_lists(request):
            key = _key(admin, queryset)
            found = _remembered(memory, key, max_time)
            if found is None:
                found = _measure(admin, queryset, max_time)
                _remember(memory, key, found, max_time)
    except FAILURES as error:
        found = _failed(admin, error, max_time)
    return found


def is_remembered(admin: Any, request: Any) -> bool:
    """Tell whether ``measure`` would answer without asking MongoDB."""
    try:
        queryset = admin.get_queryset(request)
        with admin.reading_lists(request):
            return _remembered(_memory(), _key(admin, queryset), 0) is not None
    except FAILURES:
        return False


def _memory() -> OrderedDict[Any, tuple[float, float, Measured]]:
    return recent("data health", OrderedDict, seconds=float("inf"))


def _key(admin: Any, queryset: Any) -> Any:
    """Return what says which documents a list has, None where nothing says it."""
    if _is_odd(queryset):
        return None
    try:
        query = bson.encode(queryset._query, codec_options=CODEC)
    except QUERY_ERRORS:
        return None
    collection = queryset._collection
    place = (id(collection.database.client), collection.full_name)
    policy = queryset.policy
    denied = policy and tuple(
        (path, policy.access(path)) for path in sorted(policy.rules)
    )
    return (admin.model, admin.health_sample, place, query, denied)


def _remembered(memory: Any, key: Any, max_time: float) -> Measured | None:
    """Return what was found, unless there is more time now for what was left out."""
    when, ms, found = memory.get(key, (0, 0, None))
    if found is None or monotonic() - when > MAX_AGE:
        return None
    return found if not found.why or max_time <= ms else None


def _remember(memory: Any, key: Any, found: Measured, max_time: float) -> None:
    if key is not None:
        # Put at the end; another thread may be about to do the same.
        memory.pop(key, None)
        memory[key] = (monotonic(), max_time, found)
        with suppress(KeyError):
            while len(memory) > MAX_REMEMBERED:
                memory.popitem(last=False)


def _measure(admin: Any, queryset: Any, max_time: float) -> Measured:
    policy = queryset.policy
    is_told = policy and partial(may_tell, policy)
    comparison = Comparison(root_place(admin.model), is_told)
    deadline = monotonic() + max_time / 1_000
    most, why = admin.health_sample, ""
    reading = None
    try:
        with within(max_time):
            if _is_odd(queryset):
                lists = _first(queryset, most)
            else:
                # Its counting, and what it tries in vain, leave time for the rest.
                reading = Reading(
                    queryset._collection,
                    sample=most,
                    query=queryset._query,
                    batch=BATCH,
                    max_time=max(1, int(max_time / 3)),
                )
                lists = iter(reading)
            for son in chain.from_iterable(lists):
                comparison.add(son, until=deadline)
                if monotonic() > deadline:
                    why = _("There was no time for more.")
                    break
    except BSONError as error:
        told(admin.opts.label, error, int(max_time))
        why = _("A document cannot be read: it is no valid BSON.")
    except FAILURES as error:
        why = _why(admin, error, max_time)
    if reading is None:
        return Measured(comparison, why=why)
    if reading.stopped is not None:
        why = _why(admin, reading.stopped, max_time)
    # It knows what it gave, and not what there was no time to look at.
    return Measured(comparison, reading.size, reading.is_whole and not why, why)


def _is_odd(queryset: Any) -> bool:
    """Tell whether a queryset asks for more, or otherwise, than its query says."""
    return bool(
        queryset._none
        or queryset.is_more_than_a_query
        or queryset._collation
        or not is_for_pipelines(queryset)
    )


def _first(queryset: Any, most: int) -> Iterator[list[dict[str, Any]]]:
    """Yield the first documents of a list that no sample can be taken of."""
    if queryset._none or queryset._empty:
        return
    query = queryset._query
    if queryset._where_clause:
        query = {"$and": [query, {"$where": queryset._where_clause}]}
    cursor = queryset._collection.with_options(codec_options=CODEC).find(
        query,
        skip=queryset._skip or 0,
        limit=min(most, queryset._limit or most),
        sort=queryset.sort_keys or None,
        batch_size=BATCH,
        collation=queryset._collation,
    )
    with cursor:
        while sons := [*islice(cursor, BATCH)]:
            yield sons


def _why(admin: Any, error: Exception, max_time: float) -> str:
    if isinstance(error, CONNECTION_ERRORS) and not isinstance(error, TIMEOUTS):
        return _("Their database cannot be reached.")
    return told(admin.opts.label, error, int(max_time))


def _failed(admin: Any, error: Exception, max_time: float) -> Measured:
    comparison = Comparison(root_place(admin.model))
    return Measured(comparison, why=_why(admin, error, max_time))
