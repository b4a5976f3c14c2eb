"""Rows of the table in SQL: committed before MongoDB is asked, settled afterwards."""

import logging
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from django.db import connections, router, transaction
from django.db.utils import Error

from .entries import changes
from .recording import Recording

logger = logging.getLogger(__name__)


class NotRecorded(Exception):
    """SQL did not take what was to be recorded; the write did not happen.

    ``count``: how many documents the same operation has written before.
    """

    def __init__(self, count: int = 0):
        super().__init__("What was to be written could not be recorded.")
        self.count = count


def store(recording: Recording, rows: list) -> None:
    """Insert rows and commit them. Raise NotRecorded when SQL does not take them.

    Within a transaction of somebody else's they are committed with it; what it takes
    away is inserted again when the operation ends.
    """
    if not rows:
        return
    using = router.db_for_write(changes())
    connection = connections[using]
    try:
        try:
            _insert(rows, using)
        except Error:
            if connection.in_atomic_block:
                raise
            # A connection that broke since the last query; a new one may do.
            connection.close_if_unusable_or_obsolete()
            _insert(rows, using)
    except Error as error:
        logger.exception("What was to be written could not be recorded.")
        raise NotRecorded(recording.count) from error
    if connection.in_atomic_block:
        recording.at_end.append(partial(restore, rows, using))


def _insert(rows: list, using: str) -> None:
    with _unharmed(using):
        if len(rows) == 1:
            rows[0].save(using=using, force_insert=True)
        else:
            changes().objects.using(using).bulk_create(rows)


def _unharmed(using: str) -> AbstractContextManager:
    """Return a context within which an error leaves a transaction around it usable.

    Where there is none each query is committed by itself.
    """
    if connections[using].in_atomic_block:
        return transaction.atomic(using=using)
    return nullcontext()


def restore(rows: list, using: str) -> None:
    """Insert again what a transaction that was rolled back took away."""
    if connections[using].in_atomic_block:
        return
    table = changes().objects.using(using)
    try:
        found = table.filter(pk__in=[row.pk for row in rows])
        known = {*found.values_list("pk", "operation", "place")}
        lost = [row for row in rows if (row.pk, row.operation, row.place) not in known]
        for row in lost:
            row.pk, row._state.adding = None, True
        _insert(lost, using)
    except Error:
        names = ", ".join(f"{row.document} {row.object_id}" for row in rows)
        logger.critical("Written and not recorded: %s", names, exc_info=True)


def settle_all(rows: Iterable, state: str) -> None:
    """Give rows that were inserted a state, all in one query.

    Where SQL does not take it they stay INTENDED, and are settled when they are next
    looked at.
    """
    keys = [row.pk for row in rows]
    for row in rows:
        row.state = state

    def update(using):
        changes().objects.using(using).filter(pk__in=keys).update(state=state)

    _settling(keys, update)


def settle_each(rows: list) -> None:
    """Write what was found out about rows: their state, paths and digests."""

    def update(using):
        names = ("state", "paths", "digests", "object_repr")
        changes().objects.using(using).bulk_update(rows, names, batch_size=100)

    _settling(rows, update)


def forget(rows: list) -> None:
    """Delete rows of documents that turned out not to be changed at all."""
    keys = [row.pk for row in rows]
    _settling(keys, lambda using: changes().objects.filter(pk__in=keys).delete())


def _settling(rows: Any, update: Any) -> None:
    if not rows:
        return
    using = router.db_for_write(changes())
    try:
        with _unharmed(using):
            update(using)
    except Error:
        logger.exception("Whether changes were written is not recorded yet.")
