"""The planner is asked once for all queries of one shape."""

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from django.conf import settings
from pymongo.errors import OperationFailure

from admin_ext.indexes import MAX_AGE, indexes_of, size_of
from admin_ext.limits import TIMEOUTS, max_side_time, within

from .answers import UNKNOWN, Plan, plan_of
from .shapes import shape_of

# Reading fewer documents than this is quick enough not to bother anybody.
LARGE = 100_000

# How long an answer holds, in seconds: the planner chooses by what is stored, which
# changes. Where the server did not tell, it may soon.
AGE, UNKNOWN_AGE = 600, 60

# Answers that are kept, those asked for last.
MAX_ANSWERS = 2_000

_ANSWERS: OrderedDict[Hashable, tuple[float, Plan]] = OrderedDict()
_LOCK = threading.Lock()


def is_large(collection: Any) -> bool:
    """Tell whether reading all of a collection takes long; a view's size is unknown.

    Where the setting is None, nobody wants to know.
    """
    large = getattr(settings, "ADMIN_EXT_LARGE_COLLECTION", LARGE)
    if large is None:
        return False
    has_size = bool(indexes_of(collection, max_age=MAX_AGE))
    return has_size and size_of(collection, max_age=MAX_AGE) > large


def would_scan(queryset: Any) -> bool:
    """Tell whether finding what fulfils the condition reads all of a large collection.

    False also where the server does not tell.
    """
    return is_large(queryset._collection) and plan_for(queryset, []).scans


def plan_for(
    queryset: Any, sort: list[tuple[str, Any]] | None = None, *, max_age: float = AGE
) -> Plan:
    """Return what the planner would do for a find of ``queryset``.

    ``sort``: [(stored path, 1 or -1)] in the place of its own order; [] for none.
    The first query of a shape, and every ten minutes, is one command. ``max_age``: for
    who has to know sooner; seconds.
    """
    if queryset._none or queryset._empty:
        return Plan()
    command = find_command(queryset, sort)
    key = _key(queryset, command)
    plan = _kept(key, max_age)
    return plan or _keep(key, _asked(queryset._collection, command))


def forget() -> None:
    """Forget all answers."""
    with _LOCK:
        _ANSWERS.clear()


def find_command(
    queryset: Any, sort: list[tuple[str, Any]] | None = None
) -> dict[str, Any]:
    """Return the command by which mongoengine (0.29) would ask for ``queryset``."""
    if sort is None:
        sort = queryset._ordering
    if sort is None:
        sort = queryset._get_order_by(queryset._document._meta.get("ordering") or ())
    condition = dict(queryset._query)
    if queryset._where_clause:
        condition["$where"] = queryset._where_clause
    options = {
        "sort": dict(sort),
        "limit": queryset._limit,
        "collation": _plain(queryset._collation),
        "hint": None if queryset._hint == -1 else _plain(queryset._hint),
    }
    command = {"find": queryset._collection.name, "filter": condition}
    return command | {name: value for name, value in options.items() if value}


def _plain(option: Any) -> Any:
    """Return a collation or a hint as commands have it; a list is an index's keys."""
    if isinstance(option, list | tuple):
        return dict(option)
    return getattr(option, "document", option)


def _key(queryset: Any, command: dict[str, Any]) -> Hashable:
    collection = queryset._collection
    indexes = indexes_of(collection, max_age=MAX_AGE)
    partial = [each.get("partialFilterExpression", {}) for each in indexes.values()]
    kept = {path for each in partial for path in each}
    options = {**command, "filter": None, "limit": "limit" in command}
    return (
        collection.database.client,
        collection.full_name,
        tuple(indexes),
        shape_of(command["filter"], kept),
        repr(options),
    )


def _kept(key: Hashable, max_age: float) -> Plan | None:
    with _LOCK:
        since, plan = _ANSWERS.get(key, (0, UNKNOWN))
        age = max_age if plan.is_known else UNKNOWN_AGE
        if key not in _ANSWERS or since + age < time.monotonic():
            return None
        _ANSWERS.move_to_end(key)
        return plan


def _keep(key: Hashable, plan: Plan) -> Plan:
    with _LOCK:
        _ANSWERS[key] = (time.monotonic(), plan)
        _ANSWERS.move_to_end(key)
        while len(_ANSWERS) > MAX_ANSWERS:
            _ANSWERS.popitem(last=False)
    return plan


def _asked(collection: Any, command: dict[str, Any]) -> Plan:
    """Ask the server. It tries out plans that it cannot tell apart: within limits."""
    try:
        with within(max_side_time()):
            answer = collection.database.command(
                {"explain": command, "verbosity": "queryPlanner"},
                read_preference=collection.read_preference,
                codec_options=_readable(collection.codec_options),
            )
    except (OperationFailure, *TIMEOUTS):
        # Not everybody may ask, and not every server tells.
        return UNKNOWN
    return plan_of(answer, has_sort="sort" in command)


def _readable(options: Any) -> Any:
    """Return options by which every answer is read.

    A range of an index may end in the middle of a letter, and so does its text.
    """
    return options._replace(unicode_decode_error_handler="replace")
