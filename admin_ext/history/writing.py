"""The collection of a Document as a person's work writes to it: recorded.

Whatever code writes, through mongoengine or past it, does so by the methods of
pymongo's Collection: before these ask MongoDB the rows are in SQL, and afterwards they
are settled. Many documents are read, recorded and written in batches.

Not recorded: ``bulk_write``, and pipelines that write.
"""

from collections.abc import Iterator
from typing import Any

from bson import ObjectId
from pymongo.collection import Collection
from pymongo.results import DeleteResult, InsertManyResult, UpdateResult

from admin_ext.changesets import MISSING
from admin_ext.replicas import leniently

from .batches import Batch, batched, batched_documents
from .entries import UNKNOWN, Written
from .expected import expected
from .recording import Recording, current
from .updates import predicted, touched_keys

NONE: dict = {"_id": {"$in": []}}

# Where a class keeps the collection that records.
RECORDED = "_recorded_collection"


def recorded(collection: Any, cls: Any, narrowed: Any) -> Any:
    """Return the collection of ``cls`` as whoever is at work writes to it.

    ``narrowed(cls, son)`` returns the class of a stored document, presented.
    """
    if current() is None or isinstance(collection, RecordedCollection):
        return collection
    found = vars(cls).get(RECORDED)
    if found is None or found.source is not collection:
        # A page asks for it some ten times; one is as good as another.
        found = RecordedCollection(collection, cls, narrowed)
        setattr(cls, RECORDED, found)
    return found


class RecordedCollection(Collection):
    """See the module."""

    def __init__(self, collection: Collection, cls: Any, narrowed: Any):
        super().__init__(
            collection.database,
            collection.name,
            False,
            collection.codec_options,
            collection.read_preference,
            collection.write_concern,
            read_concern=collection.read_concern,
        )
        self.source, self.recorded_class, self.narrowed = collection, cls, narrowed

    def with_options(self, *args, **kwargs):
        options = super().with_options(*args, **kwargs)
        return type(self)(options, self.recorded_class, self.narrowed)

    def insert_one(self, document, *args, **kwargs):
        recording = current()
        if recording is None or not isinstance(document, dict):
            return super().insert_one(document, *args, **kwargs)
        _give_key(document)
        with self._batch(recording, [self._added(document)]) as batch:
            result = super().insert_one(document, *args, **kwargs)
            batch.note(result)
        return result

    def insert_many(self, documents, *args, **kwargs):
        recording = current()
        if recording is None:
            return super().insert_many(documents, *args, **kwargs)
        keys: list = []
        result = None
        for part in batched(documents):
            for each in part:
                _give_key(each)
            with self._batch(recording, [*map(self._added, part)]) as batch:
                result = super().insert_many(part, *args, **kwargs)
                batch.note(result)
            keys += result.inserted_ids
        if result is None:
            return super().insert_many(keys, *args, **kwargs)
        return InsertManyResult(keys, result.acknowledged)

    def update_one(self, filter, update, upsert=False, *args, **kwargs):
        return self._write_one(super().update_one, filter, update, upsert, args, kwargs)

    def replace_one(self, filter, replacement, upsert=False, *args, **kwargs):
        write = super().replace_one
        return self._write_one(write, filter, replacement, upsert, args, kwargs)

    def find_one_and_update(self, filter, update, *args, **kwargs):
        write = super().find_one_and_update
        return self._find_one_and(write, filter, update, args, kwargs)

    def find_one_and_replace(self, filter, replacement, *args, **kwargs):
        write = super().find_one_and_replace
        return self._find_one_and(write, filter, replacement, args, kwargs)

    def find_one_and_delete(self, filter, *args, **kwargs):
        return self._find_one_and(
            super().find_one_and_delete, filter, MISSING, args, kwargs
        )

    def update_many(self, filter, update, upsert=False, *args, **kwargs):
        recording, write = current(), super().update_many
        if recording is None:
            return write(filter, update, upsert, *args, **kwargs)
        results = []
        for sons in self._found(filter, kwargs):
            written = [self._changed(son, update) for son in sons]
            keys = [son["_id"] for son in sons]
            condition = {"$and": [filter, {"_id": {"$in": keys}}]}
            with self._batch(recording, written) as batch:
                results.append(write(condition, update, False, *args, **kwargs))
                batch.note(results[-1])
        if results:
            return _sum_of_updates(results)
        if upsert:
            return self.update_one(filter, update, True, *args, **kwargs)
        return write({"$and": [filter, NONE]}, update, False, *args, **kwargs)

    def delete_one(self, filter, *args, **kwargs):
        recording, write = current(), super().delete_one
        if recording is None:
            return write(filter, *args, **kwargs)
        son = self._current(filter, kwargs)
        if son is None:
            return write({"$and": [filter, NONE]}, *args, **kwargs)
        with self._batch(recording, [self._deleted(son)]) as batch:
            result = write(_narrowed(filter, son["_id"]), *args, **kwargs)
            batch.note(result)
        return result

    def delete_many(self, filter, *args, **kwargs):
        recording, write = current(), super().delete_many
        if recording is None:
            return write(filter, *args, **kwargs)
        results = []
        for sons in self._found(filter, kwargs):
            keys = [son["_id"] for son in sons]
            condition = {"$and": [filter, {"_id": {"$in": keys}}]}
            with self._batch(recording, [*map(self._deleted, sons)]) as batch:
                results.append(write(condition, *args, **kwargs))
                batch.note(results[-1])
        if not results:
            return write({"$and": [filter, NONE]}, *args, **kwargs)
        if not all(result.acknowledged for result in results):
            return DeleteResult({}, acknowledged=False)
        count = sum(result.deleted_count for result in results)
        return DeleteResult({"n": count, "ok": 1.0}, acknowledged=True)

    def _write_one(self, write, filter, update, upsert, args, kwargs):
        recording = current()
        if recording is None:
            return write(filter, update, upsert, *args, **kwargs)
        known = expected()
        if known.update is update:
            written = self._written(
                known.before, known.before, known.after, document=known.document
            )
        else:
            son = self._current(filter, kwargs)
            if son is None and not upsert:
                condition = {"$and": [filter, NONE]}
                return write(condition, update, False, *args, **kwargs)
            if son is None:
                written, update = self._upserted(filter, update)
            else:
                filter = _narrowed(filter, son["_id"])
                written = self._changed(son, update)
        with self._batch(recording, [written]) as batch:
            result = write(filter, update, upsert, *args, **kwargs)
            batch.note(result)
        return result

    def _find_one_and(self, write, filter, update, args, kwargs):
        """Record what finds a document and changes, replaces or deletes it."""
        recording = current()
        is_deletion = update is MISSING
        rest = args if is_deletion else (update, *args)
        if recording is None:
            return write(filter, *rest, **kwargs)
        son = self._current(filter, kwargs)
        if son is None:
            if not kwargs.get("upsert"):
                return write({"$and": [filter, NONE]}, *rest, **kwargs)
            written, update = self._upserted(filter, update)
            rest = (update, *args)
        else:
            filter = _narrowed(filter, son["_id"])
            written = self._deleted(son) if is_deletion else self._changed(son, update)
        with self._batch(recording, [written]) as batch:
            result = write(filter, *rest, **kwargs)
            # Its answer may be the document as it was, or none of it.
            batch.compare()
        return result

    def _batch(self, recording: Recording, written: list[Written]) -> Batch:
        return Batch(self, recording, written)

    def _found(self, filter: Any, kwargs: dict) -> Iterator[list[dict]]:
        """Yield what a query finds, all keys before the first of it is written."""
        options = _reading(kwargs)
        keys = _keys(filter)
        if keys is None:
            keys = [son["_id"] for son in self.find(filter, {"_id": 1}, **options)]
        for part in batched(keys):
            query = {"$and": [filter, {"_id": {"$in": part}}]}
            yield from batched_documents(super(), query, options)

    def _current(self, filter: Any, kwargs: dict) -> dict | None:
        options = _reading(kwargs)
        if kwargs.get("sort"):
            options["sort"] = kwargs["sort"]
        return leniently(self).find_one(filter, **options)

    def _written(self, son: dict, before: Any, after: Any, **more: Any) -> Written:
        cls = self.narrowed(self.recorded_class, son)
        return Written(cls, son["_id"], before, after, **more)

    def _added(self, document: dict) -> Written:
        return self._written(document, MISSING, document)

    def _deleted(self, son: dict) -> Written:
        return self._written(son, son, MISSING)

    def _changed(self, son: dict, update: Any) -> Written:
        if isinstance(update, dict) and not any(key[:1] == "$" for key in update):
            return self._written(son, son, {"_id": son["_id"], **update})
        after = predicted(son, update)
        return self._written(son, son, after, keys=touched_keys(update))

    def _upserted(self, filter: Any, update: Any) -> tuple[Written, Any]:
        """Return what an update will insert, and the update, which gives it its key."""
        key = filter.get("_id", MISSING) if isinstance(filter, dict) else MISSING
        if key is MISSING or _is_condition(key):
            key = ObjectId()
            update = _with_key(update, key)
        return self._written({"_id": key}, MISSING, UNKNOWN), update


def _give_key(document: dict) -> None:
    """Give a new document its key, as the driver would do a moment later."""
    if "_id" not in document:
        document["_id"] = ObjectId()


def _narrowed(filter: Any, key: Any) -> dict:
    """Return a query for the one document that was read, if it is still found."""
    if (
        isinstance(filter, dict)
        and "_id" in filter
        and not _is_condition(filter["_id"])
    ):
        return filter
    return {"$and": [filter, {"_id": {"$in": [key]}}]}


def _keys(filter: Any) -> list | None:
    """Return the keys that a query names, if it asks for nothing else."""
    if isinstance(filter, dict) and [*filter] == ["_id"]:
        condition = filter["_id"]
        if isinstance(condition, dict) and [*condition] == ["$in"]:
            return list(condition["$in"])
    return None


def _is_condition(value: Any) -> bool:
    return isinstance(value, dict) and any(str(key)[:1] == "$" for key in value)


def _with_key(update: Any, key: ObjectId) -> Any:
    if isinstance(update, list):
        return [*update, {"$set": {"_id": {"$ifNull": ["$_id", key]}}}]
    if any(name[:1] == "$" for name in update):
        inserted = {**update.get("$setOnInsert", {}), "_id": key}
        return {**update, "$setOnInsert": inserted}
    return {"_id": key, **update}


def _reading(kwargs: dict) -> dict:
    """Return the options of a write that its reading must have, too."""
    names = ("collation", "session", "let")
    return {name: kwargs[name] for name in names if kwargs.get(name) is not None}


def _sum_of_updates(results: list[UpdateResult]) -> UpdateResult:
    if len(results) == 1 or not all(result.acknowledged for result in results):
        return results[-1]
    count = sum(result.matched_count for result in results)
    modified = sum(result.modified_count for result in results)
    raw = {"n": count, "nModified": modified, "updatedExisting": count > 0, "ok": 1.0}
    return UpdateResult(raw, acknowledged=True)
