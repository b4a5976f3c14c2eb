"""Which collections a database has, what each is, and about how many documents it has.

Each database is asked two commands for that, once a minute.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bson.errors import BSONError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pymongo.errors import InvalidName, OperationFailure, PyMongoError

from admin_ext.aggregations import Batch
from admin_ext.compat import CONNECTION_ERRORS
from admin_ext.counting import COUNT
from admin_ext.failures import told
from admin_ext.indexes import MAX_AGE, place_of, size_key
from admin_ext.introspection.kinds import ENCRYPTION, UNAUTHORIZED
from admin_ext.introspection.models import Kind
from admin_ext.limits import TIMEOUTS, max_side_time, within
from admin_ext.memory import known, learn, recent

# Where one of many cannot be counted, so many are asked one by one.
MAX_ALONE = 20

KINDS: dict[Kind, Promise] = {
    Kind.PLAIN: gettext_lazy("collection"),
    Kind.VIEW: gettext_lazy("view"),
    Kind.CAPPED: gettext_lazy("capped collection"),
    Kind.TIME_SERIES: gettext_lazy("time-series collection"),
    Kind.GRIDFS_FILES: gettext_lazy("files of GridFS"),
}


@dataclass(frozen=True)
class Collection:
    """A collection as the server lists it.

    ``has_keys``: whether an index has all documents in the order of their ``_id``.
    ``source``: the name of what a view shows.
    """

    name: str
    kind: Kind = Kind.PLAIN
    has_keys: bool = True
    source: str = ""

    @property
    def label(self) -> str:
        return str(KINDS[self.kind])

    @property
    def is_plain(self) -> bool:
        return self.kind is Kind.PLAIN

    @property
    def is_system(self) -> bool:
        """https://www.mongodb.com/docs/manual/reference/system-collections/"""
        return self.name.startswith(("system.", ENCRYPTION))

    @property
    def is_counted(self) -> bool:
        """Whether the server knows how many documents there are."""
        return self.kind not in (Kind.VIEW, Kind.TIME_SERIES)


@dataclass(frozen=True)
class Listing:
    """The collections of a database by name, or why it told of none.

    ``is_silent``: its server does not answer at all, or not in time.
    """

    collections: tuple[Collection, ...] = ()
    error: str = ""
    is_silent: bool = False


def collections_of(database: Any) -> Listing:
    """Return what a database has, as of less than a minute ago. Never raise."""
    key = ("collections", database.client, database.name)
    return recent(key, lambda: _asked(database), seconds=MAX_AGE)


def _asked(database: Any) -> Listing:
    try:
        with within(max_side_time()):
            return Listing(tuple(_listed(database)))
    except (PyMongoError, BSONError) as error:
        is_silent = isinstance(error, (*TIMEOUTS, *CONNECTION_ERRORS))
        return Listing(error=why(database.name, error), is_silent=is_silent)


def why(name: str, error: Exception) -> str:
    """Return why there is no answer of a database, as a sentence; log it."""
    if isinstance(error, CONNECTION_ERRORS) and not isinstance(error, TIMEOUTS):
        told(name, error, max_side_time())
        return _("MongoDB cannot be reached at the moment.")
    return told(name, error, max_side_time())


def _listed(database: Any) -> list[Collection]:
    specs = _specs(database)
    names = {spec["name"] for spec in specs}
    found = (_collection(spec, names) for spec in specs)
    return sorted(found, key=lambda each: each.name)


def _specs(database: Any, **options: Any) -> list[dict[str, Any]]:
    """Return what the server lists; of who may not see all, names and types alone.

    https://www.mongodb.com/docs/manual/reference/command/listCollections/
    """
    try:
        return [*database.list_collections(**options)]
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
    options |= {"nameOnly": True, "authorizedCollections": True}
    return [*database.list_collections(**options)]


def named(database: Any, name: str) -> Collection | None:
    """Return a collection as it is now; None where there is none of that name.

    Where the server does not list them, a collection that may be there. Raise what the
    driver raises.
    """
    if not can_be_asked(database, name):
        return None
    try:
        with within(max_side_time()):
            specs = _specs(database, filter={"name": name})
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
        return Collection(name)
    return _collection(specs[0], {name}) if specs else None


def can_be_asked(database: Any, name: str) -> bool:
    """Tell whether the driver takes a name, such as one from a URL."""
    try:
        database[name]
    except InvalidName:
        return False
    return True


def _collection(spec: dict[str, Any], names: set[str]) -> Collection:
    name, options = spec["name"], spec.get("options") or {}
    kind = _kind(spec, options, names)
    has_keys = kind not in (Kind.VIEW, Kind.TIME_SERIES)
    if "options" in spec:
        has_keys = bool(spec.get("idIndex") or options.get("clusteredIndex"))
    source = options.get("viewOn", "") if kind is Kind.VIEW else ""
    return Collection(name, kind, has_keys, source)


def _kind(spec: dict[str, Any], options: dict[str, Any], names: set[str]) -> Kind:
    kinds = {"view": Kind.VIEW, "timeseries": Kind.TIME_SERIES}
    if spec.get("type") in kinds:
        return kinds[spec["type"]]
    bucket, dot, end = spec["name"].rpartition(".")
    if dot and end == "files" and f"{bucket}.chunks" in names:
        return Kind.GRIDFS_FILES
    return Kind.CAPPED if options.get("capped") else Kind.PLAIN


def without_chunks(collections: Iterable[Collection]) -> list[Collection]:
    """Leave out the contents of files, which belong to a collection of files."""
    found = [*collections]
    chunks = {
        f"{each.name.removesuffix('files')}chunks"
        for each in found
        if each.kind is Kind.GRIDFS_FILES
    }
    return [each for each in found if each.name not in chunks]


@dataclass(frozen=True)
class Whole:
    """What a Batch takes for a queryset."""

    _collection: Any


def sizes_of(database: Any, names: Iterable[str]) -> dict[str, int]:
    """Return {name: about how many documents}, without those of which it is not known.

    As of less than a minute ago. Never raise.
    """
    collections = {
        name: database[name] for name in names if can_be_asked(database, name)
    }
    unknown = [
        name
        for name, each in collections.items()
        if known(size_key(each), seconds=MAX_AGE) is None
        and not known(_failed_key(each), seconds=MAX_AGE)
    ]
    if unknown:
        asked = _counted(database, unknown)
        for name in unknown:
            key = size_key if name in asked else _failed_key
            learn(key(collections[name]), asked.get(name, True))
    found = {
        name: known(size_key(each), seconds=MAX_AGE)
        for name, each in collections.items()
    }
    return {name: size for name, size in found.items() if size is not None}


def _failed_key(collection: Any) -> tuple:
    return ("not counted", *place_of(collection))


def _counted(database: Any, names: list[str]) -> dict[str, int]:
    """Return {name: number}, without those that MongoDB did not count."""
    batch = Batch(max_side_time())
    for name in names:
        batch.add(Whole(database[name]), COUNT)
    try:
        rows = batch.rows()
    except OperationFailure as error:
        return {} if isinstance(error, TIMEOUTS) else _one_by_one(database, names)
    except PyMongoError:
        return {}
    numbers = enumerate(names)
    return {name: rows[at]["value"] for at, name in numbers if at in rows}


def _one_by_one(database: Any, names: list[str]) -> dict[str, int]:
    """Count each by itself: of one that may not be read nothing is told for any."""
    found = {}
    try:
        with within(max_side_time()):
            for name in names[:MAX_ALONE]:
                try:
                    found[name] = database[name].estimated_document_count()
                except OperationFailure as error:
                    if isinstance(error, TIMEOUTS):
                        break
    except PyMongoError:
        pass
    return found
