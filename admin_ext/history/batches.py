"""Some documents that are written by one command: recorded before, settled after."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument
from pymongo.errors import ConnectionFailure, PyMongoError, WriteConcernError

from admin_ext.changesets import MISSING
from admin_ext.identities import identity
from admin_ext.replicas import leniently

from .entries import UNKNOWN, Written, changes, row_for
from .outside import notice_all
from .recording import Recording
from .settling import settled_by_stored
from .storing import forget, settle_all, settle_each, store

# Documents, and bytes of them, that are in memory at once.
SIZE, BYTES = 200, 32 * 1024 * 1024

# After these MongoDB may have written, or may yet.
UNCERTAIN = (ConnectionFailure, WriteConcernError)


def batched(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield ``rows`` in lists of as many as are held in memory at once."""
    rows = iter(rows)
    while part := list(islice(rows, SIZE)):
        yield part


def batched_documents(collection: Any, query: dict, options: dict) -> Iterator[list]:
    """Yield what a query finds in lists of no more than SIZE documents and BYTES."""
    codec = leniently(collection).codec_options
    raw = collection.with_options(
        codec_options=codec.with_options(document_class=RawBSONDocument)
    )
    part, size = [], 0
    for each in raw.find(query, **options):
        part.append(bson.decode(each.raw, codec))
        size += len(each.raw)
        if len(part) == SIZE or size > BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


class Batch:
    """A context within which these documents are written, and nothing else.

    Entering it raises NotRecorded where SQL does not take the rows.
    """

    def __init__(self, collection: Any, recording: Recording, written: list[Written]):
        self.collection, self.recording = collection, recording
        self.pairs = [
            (row_for(recording, each), each) for each in written if each.is_change
        ]
        self.size = len(written)
        self.result: Any = None
        self.is_to_compare = False

    @property
    def rows(self) -> list:
        return [row for row, _written in self.pairs]

    def __enter__(self):
        notice_all([written for _row, written in self.pairs])
        store(self.recording, self.rows)
        return self

    def note(self, result: Any) -> None:
        """Take MongoDB's answer, which tells how many documents it has written."""
        self.result = result

    def compare(self) -> None:
        """Have what is stored afterwards tell what was written."""
        self.is_to_compare = True

    def __exit__(self, kind, error, traceback):
        if not self.pairs:
            return
        if error is not None:
            self._refused(error)
            return
        self.recording.progress.append(len(self.pairs))
        if self._is_plain:
            settle_all(self.rows, self._states.DONE)
        elif self._count == 0 and not self.is_to_compare:
            settle_all(self.rows, self._states.FAILED)
        else:
            with suppress(PyMongoError):
                self._settle_by_what_is_stored()

    @property
    def _states(self) -> Any:
        return changes().State

    @property
    def _count(self) -> int | None:
        """How many documents were written; None where MongoDB was not to tell."""
        result = self.result
        if result is None or not result.acknowledged:
            return None
        for name in ("deleted_count", "matched_count"):
            if hasattr(result, name):
                upserted = getattr(result, "upserted_id", None) is not None
                return getattr(result, name) + upserted
        return len(getattr(result, "inserted_ids", [1]))

    @property
    def _is_plain(self) -> bool:
        """Tell whether all was written just as the rows say."""
        is_told = not any(each.after is UNKNOWN for _row, each in self.pairs)
        is_all = self._count is not None and self._count >= self.size
        return is_told and is_all and not self.is_to_compare

    def _refused(self, error: BaseException) -> None:
        """Settle what MongoDB or the driver did not do, or not all of it."""
        if isinstance(error, UNCERTAIN) or not isinstance(error, Exception):
            return
        if len(self.pairs) == 1:
            settle_all(self.rows, self._states.FAILED)
            return
        with suppress(PyMongoError):
            self._settle_by_what_is_stored()

    def _settle_by_what_is_stored(self) -> None:
        query = {"_id": {"$in": [each.key for _row, each in self.pairs]}}
        found = {
            identity(son["_id"]): son for son in leniently(self.collection).find(query)
        }
        same, others = [], []
        for row, written in self.pairs:
            stored = found.get(identity(written.key), MISSING)
            is_settled = settled_by_stored(row, written, stored)
            (others if is_settled else same).append(row)
        settle_each(others)
        forget(same)
