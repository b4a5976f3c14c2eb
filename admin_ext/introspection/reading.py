"""Which documents of a collection are looked at: a sample of them, or all.

Nothing is written, and each command has a time limit.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import Any

from bson.raw_bson import RawBSONDocument
from pymongo import ASCENDING, DESCENDING
from pymongo.errors import NetworkTimeout, OperationFailure

from admin_ext.limits import TIMEOUTS, each_within, within

from .batches import BATCH, MAX_TIME, RAW, Batch, by_cursor, by_key, in_batches
from .models import Kind

# So many documents a sample has. What one document in a thousand holds is missed by
# one sample in 22,000; by one in three if a sample had only 1,000.
SAMPLE = 10_000

# So many of a sample are the newest, and so many the oldest: a key that came yesterday
# is hardly in a random sample, nor is one that was given up years ago.
ENDS = 100

# A sample ends beyond so many bytes, however few documents these are; a part of them
# is for the newest, and as much for the oldest.
MAX_BYTES = 256_000_000
MAX_END_BYTES = MAX_BYTES // 8

# A random sample that takes too long is asked for smaller, though not below this.
MIN_SAMPLE = 100

# MongoDB's error where its random cursor met the same documents again and again.
NO_RANDOM = 28799

# ms for counting, where that may need to look at each document.
MAX_COUNT_TIME = 2_000

# Read in the order of the key, which is indexed.
KEYED = frozenset({Kind.PLAIN, Kind.CAPPED, Kind.GRIDFS_FILES})


class Reading:
    """The documents of a collection in lists, decoded with ejson.CODEC, each once.

    Iterate over it once. ``sample``: how many documents, if not ``full``; ``query``:
    which documents may be read; ``batch``: how many a list has at most; ``max_time``:
    ms for each command; ``time_field``: of a time series, whose ``_id`` has no index.

    ``read``: how many were read so far; ``size``: how many there are about, None when
    nobody knows; ``is_whole``: all of them are read; ``stopped``: the error that ended
    the reading early. Raise pymongo's error where nothing could be read.
    """

    def __init__(
        self,
        collection: Any,
        *,
        kind: Kind = Kind.PLAIN,
        time_field: str | None = None,
        sample: int = SAMPLE,
        full: bool = False,
        query: dict[str, Any] | None = None,
        batch: int = BATCH,
        max_time: int = MAX_TIME,
    ):
        self.collection = collection.with_options(codec_options=RAW)
        self.kind, self.sample, self.query = kind, sample, query or {}
        self.batch, self.max_time = batch, max_time
        self.time_order = "_id" if kind in KEYED else time_field
        self.read = 0
        self.is_whole = self._is_cut = False
        self.stopped: OperationFailure | NetworkTimeout | None = None
        self.size = self._count()
        self._is_asked_for_all = full
        self.is_full = full or self._is_small()

    def __iter__(self) -> Iterator[list[dict[str, Any]]]:
        try:
            for sons, is_last in self._all() if self.is_full else self._sampled():
                self.read += len(sons)
                self.is_whole = self.is_full and is_last and not self._is_cut
                if sons:
                    yield sons
                # A server that was killed may tell of too few documents.
                if not self._is_asked_for_all and self.read > 2 * self.sample:
                    self._is_cut, self.is_whole = True, False
                    break
        except (OperationFailure, *TIMEOUTS) as error:
            if not self.read:
                raise
            self.stopped = error
        if self.is_whole:
            self.size = self.read

    @property
    def expected(self) -> int | None:
        """How many documents will be read about, None when nobody knows."""
        if self.is_full:
            return self.size
        return self.sample if self.size is None else min(self.sample, self.size)

    def _count(self) -> int | None:
        """Return about how many documents there are, by metadata where it can be."""
        try:
            with within(min(self.max_time, MAX_COUNT_TIME)):
                if self.query:
                    return self.collection.count_documents(self.query)
                return self.collection.estimated_document_count()
        except (OperationFailure, *TIMEOUTS):
            return None

    def _is_small(self) -> bool:
        """Tell whether all documents together are no more than a sample may be."""
        if self.size is None or self.size > self.sample:
            return False
        # Of views nobody knows; their reading is cut where it gets long.
        if self.kind not in KEYED:
            return True
        stages = [{"$collStats": {"storageStats": {}}}]
        try:
            with within(self.max_time):
                parts = [*self.collection.aggregate(stages)]
        except (OperationFailure, *TIMEOUTS):
            return False
        return sum(each["storageStats"]["size"] for each in parts) <= MAX_BYTES

    def _all(self) -> Iterator[Batch]:
        options: dict[str, Any] = {"batch": self.batch, "max_time": self.max_time}
        if self._is_keyed():
            return by_key(self.collection, query=self.query, **options)
        rows = by_cursor(self.collection, query=self.query, **options)
        return in_batches(
            rows if self._is_asked_for_all else self._cut(rows), self.batch
        )

    def _is_keyed(self) -> bool:
        """Tell whether documents are found by their key; old capped ones are not."""
        if self.kind is not Kind.CAPPED:
            return self.kind in KEYED
        with within(self.max_time):
            indexes = [*self.collection.list_indexes()]
        return any([*each["key"]] == ["_id"] for each in indexes)

    def _sampled(self) -> Iterator[Batch]:
        """Yield the newest documents, the oldest, and random ones."""
        rows = chain(self._end(DESCENDING), self._end(ASCENDING), self._random())
        rows = islice(_distinct(rows), self.sample)
        return in_batches(self._cut(rows), self.batch)

    def _cut(self, rows: Iterable[RawBSONDocument]) -> Iterator[RawBSONDocument]:
        """Yield what a sample has room for."""
        length = 0
        for raw in rows:
            yield raw
            length += len(raw.raw)
            if length > MAX_BYTES:
                self._is_cut = True
                return

    def _end(self, direction: int) -> Iterator[RawBSONDocument]:
        """Yield the newest or the oldest documents, where that is quickly told."""
        if self.time_order is None:
            return
        size = max(1, min(ENDS, self.sample // 10))
        cursor = self.collection.find(self.query, batch_size=size)
        cursor = (
            cursor
            .sort(self.time_order, direction)
            .limit(size)
            .max_time_ms(self.max_time)
        )
        length = 0
        with suppress(*TIMEOUTS), cursor:
            for raw in cursor:
                yield raw
                length += len(raw.raw)
                if length > MAX_END_BYTES:
                    return

    def _random(self) -> Iterator[RawBSONDocument]:
        """Yield random documents; the first ones where MongoDB finds none in time."""
        for stages in self._ways():
            is_begun = False
            try:
                for raw in self._found(stages):
                    is_begun = True
                    yield raw
                return
            except (OperationFailure, *TIMEOUTS) as error:
                if is_begun:
                    return
                if not isinstance(error, TIMEOUTS) and error.code != NO_RANDOM:
                    raise
        options = {"batch": self.batch, "max_time": self.max_time}
        yield from by_cursor(self.collection, query=self.query, **options)

    def _ways(self) -> Iterator[list[dict[str, Any]]]:
        """Yield stages that find random documents, the best first.

        A sample of less than a twentieth of a collection is read by a random cursor, in
        no time unless most of the collection was deleted lately; beyond that, and of
        views, MongoDB reads and sorts all documents.
        https://www.mongodb.com/docs/manual/reference/operator/aggregation/sample/#behavior
        """
        yield [{"$sample": {"size": self.sample}}]
        if self.size is None:
            return
        if self.size // 25 in range(MIN_SAMPLE, self.sample):
            yield [{"$sample": {"size": self.size // 25}}]
        chance = {"$lt": [{"$rand": {}}, 1.1 * self.sample / max(1, self.size)]}
        yield [{"$match": {"$expr": chance}}, {"$limit": self.sample}]

    def _found(self, stages: list[dict[str, Any]]) -> Iterator[RawBSONDocument]:
        if self.query:
            stages = [{"$match": self.query}, *stages]
        with within(self.max_time):
            cursor = self.collection.aggregate(
                stages, batchSize=self.batch, allowDiskUse=True
            )
        with cursor:
            yield from each_within(self.max_time, cursor)


def _distinct(rows: Iterable[RawBSONDocument]) -> Iterator[RawBSONDocument]:
    """Yield each document once; a random cursor meets some twice.

    It is known by all its bytes: in a view several may have one key, or none at all.
    """
    seen = set()
    for raw in rows:
        known = hash(raw.raw)
        if known not in seen:
            seen.add(known)
            yield raw
