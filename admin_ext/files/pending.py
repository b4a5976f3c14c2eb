"""New files, which are put into GridFS around the save of their document.

A form leaves on the Document a proxy of mongoengine's with the id that the file will
have, and notes which file a person replaced or cleared. ``saved_with_files`` puts the
new ones, lets the document be saved, and only then deletes the old ones; when the save
fails it takes the new ones back.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from types import SimpleNamespace
from typing import Any

from bson import ObjectId
from mongoengine import EmbeddedDocument, ImageField, errors
from mongoengine.base import BaseDocument
from mongoengine.fields import GridFSProxy, ImageGridFsProxy
from pymongo.errors import PyMongoError

from admin_ext.changesets import MISSING
from admin_ext.compat import CONNECTION_ERRORS
from admin_ext.hydration import stored_son
from admin_ext.keys import stored_key

from . import images
from .buckets import MISSING_FILE_ERRORS, Bucket, can_be_id

logger = logging.getLogger(__name__)

# Where a document keeps what a person replaced or cleared: {name on the page: proxy}.
REPLACED = "_replaced_files"
# Where an upload keeps the id that its file will have, however often it is asked.
GRID_ID = "grid_id"

# What GridFS says of a file by itself; anything else is copied with the file.
OWN_KEYS = {"_id", "length", "uploadDate", "md5", "thumbnail_id"}


class Upload:
    """The contents of a new file, as they were sent for a field of mongoengine's."""

    def __init__(self, field: Any, file: Any):
        self.field, self.file = field, file

    @cached_property
    def preview(self) -> Any:
        """What a proxy tells of the file before it is in GridFS, as of a GridOut."""
        file, image = self.file, getattr(self.file, "image", None)
        file.seek(0)
        return SimpleNamespace(
            _id=getattr(file, GRID_ID, None),
            filename=file.name,
            name=file.name,
            content_type=getattr(file, "content_type", None),
            length=file.size,
            read=file.read,
            seek=file.seek,
            tell=file.tell,
            width=getattr(image, "width", None),
            height=getattr(image, "height", None),
            format=getattr(image, "format", None),
            thumbnail_id=None,
        )

    def put(self, key: ObjectId, grid: Any) -> None:
        self.file.seek(0)
        names = {"filename": self.file.name}
        content_type = getattr(self.file, "content_type", None)
        if content_type:
            names["content_type"] = content_type
        if isinstance(self.field, ImageField):
            self._put_image(grid, _id=key, **names)
        else:
            grid.put(self.file, _id=key, **names)

    def _put_image(self, grid: Any, **names: Any) -> None:
        """Have mongoengine make the sizes that the field asks for, and put them."""
        owner = SimpleNamespace(
            _fields={"file": self.field}, _mark_as_changed=lambda name: None
        )
        proxy = self.field.get_proxy_obj("file", owner)
        proxy._fs = grid
        try:
            proxy.put(self.file, **names)
        except images.ERRORS as error:
            raise errors.ValidationError(f"Invalid image: {error}") from error


class Copy:
    """The contents of a new file that is a copy of one in GridFS."""

    def __init__(self, bucket: Bucket, file: dict):
        self.bucket, self.file = bucket, file

    @cached_property
    def preview(self) -> Any:
        return self.bucket.reader(self.file)

    def put(self, key: ObjectId, grid: Any) -> None:
        thumbnail = self.bucket.find(self.file.get("thumbnail_id"))
        more = {}
        if thumbnail:
            more = {"thumbnail_id": ObjectId()}
            self._put(thumbnail, more["thumbnail_id"], grid)
        self._put(self.file, key, grid, **more)

    def _put(self, file: dict, key: ObjectId, grid: Any, **more: Any) -> None:
        own = {name: each for name, each in file.items() if name not in OWN_KEYS}
        try:
            grid.put(self.bucket.reader(file), **own | more | {"_id": key})
        except MISSING_FILE_ERRORS as error:
            raise errors.OperationError(f"Could not copy file ({error})") from error


class RecordingGrid:
    """GridFS of a bucket, remembering the ids of what was put."""

    def __init__(self, bucket: Bucket, put: list):
        self.bucket, self._put = bucket, put

    def put(self, data: Any, **kwargs: Any) -> Any:
        key = kwargs.setdefault("_id", ObjectId())
        # Before it is put: a file that breaks off leaves chunks.
        self._put.append((self.bucket, key))
        return self.bucket.grid.put(data, **kwargs)


class PendingMixin:
    """Mixed in before a proxy class of mongoengine's: the file is not in GridFS yet.

    Who reads it meanwhile, such as ``clean()``, reads what was sent.
    """

    source: Any = None

    def get(self, grid_id=None):
        if grid_id or self.source is None:
            return super().get(grid_id)
        return self.source.preview


@cache
def _pending_class(proxy_class: type) -> type:
    return type(f"Pending{proxy_class.__name__}", (PendingMixin, proxy_class), {})


def _proxy(cls: type, bucket: Bucket, key: ObjectId, source: Any) -> GridFSProxy:
    proxy = _pending_class(cls)(key, db_alias=bucket.alias, collection_name=bucket.name)
    proxy.source = source
    return proxy


def pending_proxy(field: Any, file: Any) -> GridFSProxy:
    """Return the proxy of a file that was sent; for one upload always the same id."""
    if not hasattr(file, GRID_ID):
        setattr(file, GRID_ID, ObjectId())
    key, source = getattr(file, GRID_ID), Upload(field, file)
    return _proxy(field.proxy_class, Bucket.of(field), key, source)


def with_own_files(value: Any, original: Any = None) -> Any:
    """Return a value of a Document, whose files are to be copies of their own.

    What holds them is changed in place. Two documents, or two rows, that share a file
    would lose it together when one of them is told to clear it. ``original``: what
    ``value`` was copied from, where that has files that were just sent.
    """
    sent = {each.grid_id: each.source for each in _pending(original)}
    return _Copies(sent).of(value)


class _Copies:
    def __init__(self, sent: dict[Any, Any]):
        self.sent = sent

    def of(self, value: Any) -> Any:
        if isinstance(value, GridFSProxy):
            return self._of_file(value)
        if isinstance(value, BaseDocument):
            for name in value._fields:
                self._replace(value, name)
        elif isinstance(value, dict):
            for key, item in [*dict.items(value)]:
                dict.__setitem__(value, key, self.of(item))
        elif isinstance(value, list):
            for index, item in enumerate([*list.__iter__(value)]):
                list.__setitem__(value, index, self.of(item))
        return value

    def _replace(self, document: Any, name: str) -> None:
        value = document._data.get(name)
        if any(proxy.grid_id is not None for proxy in _files(value)):
            document._data[name] = self.of(value)
            document._mark_as_changed(name)

    def _of_file(self, proxy: GridFSProxy) -> GridFSProxy:
        """Return the proxy of a copy; of a file that is not there, its own."""
        bucket, source = Bucket.of(proxy), self.sent.get(proxy.grid_id)
        if source is None:
            file = bucket.find(proxy.grid_id)
            source = Copy(bucket, file) if file else None
        if source is None:
            return proxy
        is_image = isinstance(proxy, ImageGridFsProxy)
        cls = ImageGridFsProxy if is_image else GridFSProxy
        return _proxy(cls, bucket, ObjectId(), source)


def _files(value: Any) -> Iterator[GridFSProxy]:
    """Yield the proxies in a value of a Document, at any depth."""
    if isinstance(value, GridFSProxy):
        yield value
    elif isinstance(value, EmbeddedDocument):
        yield from _files([*value._data.values()])
    elif isinstance(value, dict):
        yield from _files([*dict.values(value)])
    elif isinstance(value, list):
        for item in list.__iter__(value):
            yield from _files(item)


def _pending(value: Any) -> Iterator[Any]:
    """Yield those of the proxies whose files are not in GridFS yet."""
    for proxy in _files(value):
        if isinstance(proxy, PendingMixin) and proxy.source is not None:
            yield proxy


def note_replaced(document: Any, name: str, field: Any, key: Any) -> None:
    """Note that a person replaced or cleared the file ``key``."""
    if key is not MISSING and can_be_id(key):
        noted = document.__dict__.setdefault(REPLACED, {})
        noted[name] = field.to_python(key)


def rewind(document: Any, names: Iterable[str]) -> None:
    """Have the new files of the fields ``names`` read from their beginning."""
    for proxy in _pending_of(document, names):
        vars(proxy.source).pop("preview", None)


def _pending_of(document: Any, names: Iterable[str]) -> list:
    return [proxy for name in names for proxy in _pending(document._data.get(name))]


@contextmanager
def saved_with_files(
    document: Any, names: Iterable[str], *, is_copy: bool = False
) -> Iterator[None]:
    """Put the new files of the fields ``names``; have the document saved; tidy up.

    Success: what was replaced is deleted. Failure: what was put is, unless it was
    stored nevertheless. ``is_copy``: the document is stored a second time, under
    another key, and the first one keeps its files.
    """
    proxies = _pending_of(document, names)
    put: list = []
    try:
        for proxy in proxies:
            _put(proxy, put)
        yield
    except BaseException as error:
        _take_back(document, put, error)
        raise
    _tidy(document, proxies, is_copy=is_copy)


def _put(proxy: Any, put: list) -> None:
    """Put one file. Raise mongoengine's errors for what it would tell of a save."""
    try:
        proxy.source.put(proxy.grid_id, RecordingGrid(Bucket.of(proxy), put))
    except CONNECTION_ERRORS:
        raise
    except PyMongoError as error:
        raise errors.OperationError(f"Could not save file ({error})") from error


def _take_back(document: Any, put: list, error: BaseException) -> None:
    """Delete what was put, unless the document was, or may have been, stored."""
    if not put:
        return
    if isinstance(error, CONNECTION_ERRORS):
        logger.warning("Files may be left over: %s", put)
        return
    # A signal may have raised when the document was stored already.
    try:
        key = {"$eq": stored_key(document)}
        stored = document._get_collection().find_one({"_id": key})
    except PyMongoError:
        logger.warning("Files may be left over: %s", put, exc_info=True)
        return
    if not any(_holds(stored, key) for _bucket, key in put):
        _delete(put)


def _tidy(document: Any, proxies: list, *, is_copy: bool) -> None:
    """Delete what the stored document does not hold: of the old, and of the new."""
    for proxy in proxies:
        proxy.source = proxy.gridout = None
    replaced = document.__dict__.pop(REPLACED, {}).values()
    stored = stored_son(document)
    for proxy in [*proxies, *([] if is_copy else replaced)]:
        if not _holds(stored, proxy.grid_id):
            _delete_with_thumbnail(proxy)


def _delete_with_thumbnail(proxy: GridFSProxy) -> None:
    bucket, file = Bucket.of(proxy), None
    if isinstance(proxy, ImageGridFsProxy):
        file = bucket.find(proxy.grid_id)
    keys = [proxy.grid_id, (file or {}).get("thumbnail_id")]
    _delete([(bucket, key) for key in keys if can_be_id(key)])


def _holds(value: Any, key: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds(item, key) for item in value.values())
    if isinstance(value, list):
        return any(_holds(item, key) for item in value)
    return type(value) is type(key) and value == key


def _delete(files: list) -> None:
    """Delete files; one that is left over is no reason to fail."""
    for bucket, key in files:
        try:
            bucket.grid.delete(key)
        except PyMongoError:
            logger.warning("The file %s is left over", key, exc_info=True)
