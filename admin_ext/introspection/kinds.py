"""Which collections a database has, what each is to the server, and which are read."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from pymongo.errors import InvalidName, OperationFailure

from admin_ext.ejson import CODEC
from admin_ext.limits import within

from .batches import MAX_TIME
from .models import Kind, Skipped

# Of the error of a user who may not see what collections are.
UNAUTHORIZED = 13

BUCKETS, FILES, CHUNKS = "system.buckets.", ".files", ".chunks"

# What MongoDB keeps of collections with Queryable Encryption.
ENCRYPTION = "enxcol_."


@dataclass(frozen=True)
class Found:
    """A collection, and its options as ``listCollections`` tells them."""

    name: str
    kind: Kind = Kind.PLAIN
    options: dict[str, Any] = field(default_factory=dict, hash=False)

    @property
    def time_field(self) -> str | None:
        """The field by which a time series is in order; None of anything else."""
        return self.options.get("timeseries", {}).get("timeField")


def collections_of(
    database: Any, *, max_time: int = MAX_TIME
) -> tuple[list[Found], list[Skipped]]:
    """Return what can be read of a pymongo database, and what is left out; by name.

    Raise pymongo's errors where it does not tell. ``max_time``: ms for each command.
    """
    database = database.with_options(codec_options=CODEC)
    told = {each["name"]: each for each in _told(database, max_time)}
    found, skipped = [], []
    for name in sorted(told):
        why = _refused(database, name) or _own(name)
        why = why or _chunks(database, name, told, max_time)
        if why:
            skipped.append(Skipped(name, why))
        else:
            kind = _kind(database, told[name], told, max_time)
            found.append(Found(name, kind, dict(told[name].get("options", {}))))
    return found, skipped


def _told(database: Any, max_time: int) -> list[dict[str, Any]]:
    """Return what MongoDB tells of collections: of who may not see all, the names."""
    try:
        with within(max_time):
            return [*database.list_collections()]
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
    options = {"nameOnly": True, "authorizedCollections": True}
    with within(max_time):
        return [*database.list_collections(**options)]


def _refused(database: Any, name: str) -> str | None:
    """Return that the driver takes no such name, if so, as a sentence.

    The server itself takes ``a..b`` and ``a.``.
    """
    try:
        database.get_collection(name)
    except InvalidName:
        return _("MongoDB's driver for Python refuses its name.")
    return None


def _own(name: str) -> str | None:
    """Return what MongoDB keeps a collection for that is its own, as a sentence."""
    if name.startswith(BUCKETS):
        return _("MongoDB keeps the data of “%(name)s” in it.") % {
            "name": name.removeprefix(BUCKETS)
        }
    if name.startswith("system.") or name.startswith(ENCRYPTION):
        return _("It is MongoDB's own.")
    return None


def _chunks(database, name, told, max_time) -> str | None:
    """Return that ``name`` holds the contents of files, if so, as a sentence."""
    files = name.removesuffix(CHUNKS) + FILES
    if not name.endswith(CHUNKS) or not _is_bucket(database, files, told, max_time):
        return None
    return _("It holds the contents of the files in “%(name)s”.") % {"name": files}


def _kind(database, each, told, max_time) -> Kind:
    options = each.get("options", {})
    if each.get("type") == "view":
        return Kind.VIEW
    if each.get("type") == "timeseries":
        return Kind.TIME_SERIES
    if _is_bucket(database, each["name"], told, max_time):
        return Kind.GRIDFS_FILES
    return Kind.CAPPED if options.get("capped") else Kind.PLAIN


def _is_bucket(database, files, told, max_time) -> bool:
    """Tell whether the collections of a bucket are of GridFS, and not so called only.

    A chunk has the key of its file; without any chunk there are no files either, or
    only empty ones.
    """
    chunks = files.removesuffix(FILES) + CHUNKS
    if not files.endswith(FILES) or not {files, chunks} <= told.keys():
        return False
    parts = ((chunks, ("files_id", "n")), (files, ("length", "chunkSize")))
    try:
        for name, keys in parts:
            with within(max_time):
                one = database[name].find_one({}, dict.fromkeys(keys, 1))
            if one is not None:
                return {*keys} <= one.keys()
    except OperationFailure:
        # Who may not read them knows no more than the names.
        return True
    return True
