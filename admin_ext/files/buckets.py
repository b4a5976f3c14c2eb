"""GridFS's own documents and chunks, whatever they are by now."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from bson import ObjectId, Regex
from gridfs import GridFS, GridOut
from gridfs.errors import CorruptGridFile, GridFSError
from mongoengine import get_db
from pymongo.errors import OperationFailure

from admin_ext.ejson import CODEC
from admin_ext.limits import each_within, max_time

# What reading a file raises whose document or chunks are not what they should be.
MISSING_FILE_ERRORS = (
    GridFSError,
    OperationFailure,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)

# So many chunks are read at a time; the driver makes them of 255 KB.
BATCH = 8


def can_be_id(value: Any) -> bool:
    """Tell whether ``value`` may be the ``_id`` of a file.

    https://www.mongodb.com/docs/manual/core/gridfs/#the-files-collection
    """
    return value is not None and not isinstance(value, dict | list | tuple | Regex)


class Bucket(NamedTuple):
    """The GridFS of one field: ``alias`` of its database, ``name`` of the bucket."""

    alias: str
    name: str

    @classmethod
    def of(cls, field: Any) -> "Bucket":
        """Return the bucket of a FileField of mongoengine, or of one of its proxies."""
        return cls(field.db_alias, field.collection_name)

    @property
    def grid(self) -> GridFS:
        return GridFS(get_db(self.alias), self.name)

    @property
    def _root(self):
        # A date out of Python's range in one file must not hide the others.
        return get_db(self.alias)[self.name].with_options(codec_options=CODEC)

    def find(self, key: Any) -> dict | None:
        """Return the document of the file with that ``_id``, or None."""
        if not can_be_id(key):
            return None
        return self._root.files.find_one({"_id": {"$eq": key}})

    def find_many(self, keys: Iterable[ObjectId]) -> dict[ObjectId, dict]:
        """Return {_id: document} of the files that there are."""
        found = self._root.files.find({"_id": {"$in": [*keys]}})
        return {file["_id"]: file for file in found}

    def reader(self, file: dict) -> GridOut:
        """Return what reads the contents of a file whose document was found."""
        return GridOut(self._root, file_document=file)

    def chunks(self, file: dict) -> Iterator[bytes]:
        """Yield the contents chunk by chunk. Raise one of MISSING_FILE_ERRORS.

        GridOut reads 16 MB at a time, as much as the server sends in one batch.
        """
        left, of_file = int(file["length"]), {"files_id": {"$eq": file["_id"]}}
        cursor = self._root.chunks.find(of_file, sort=[("n", 1)], batch_size=BATCH)
        with cursor:
            for number, chunk in enumerate(each_within(max_time(), cursor)):
                data = chunk["data"][:left]
                if chunk["n"] != number or not isinstance(data, bytes):
                    raise CorruptGridFile("not the chunk that comes next")
                left -= len(data)
                yield data
                if left <= 0:
                    return
        if left > 0:
            raise CorruptGridFile("chunks are missing")
