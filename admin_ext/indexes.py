"""The indexes that a collection has on the server: what can be looked up by them."""

import json
from collections.abc import Hashable, Iterable, Iterator
from typing import Any

from bson.errors import BSONError
from mongoengine import EmbeddedDocumentField
from mongoengine.base import ComplexBaseField
from pymongo.errors import OperationFailure

from .compat import QUERY_ERRORS, index_keys
from .limits import TIMEOUTS, max_side_time, within
from .memory import last, recent, remembered

# How old may be what a page is told of a collection beside what it shows, in seconds.
MAX_AGE = 60

# MongoDB's number of the error that there is no such collection.
NO_COLLECTION = 26

# How mongoengine writes the kinds of index before a name.
KINDS = {1: "", -1: "-", "text": "$", "hashed": "#", "2dsphere": "(", "2d": "*"}


def indexes_of(collection: Any, *, max_age: float = 0) -> dict[str, dict[str, Any]]:
    """Return {name: description} as the driver's ``index_information``.

    Empty for a view, which has none. Not older than this page, or than ``max_age``
    seconds; where the server does not tell, what it told last.
    """
    key = ("indexes", *place_of(collection))

    def ask():
        try:
            with within(max_side_time()):
                return _information(collection)
        except (OperationFailure, *TIMEOUTS):
            return last(key) or {}

    return recent(key, ask, seconds=max_age) if max_age else remembered(key, ask)


def _information(collection: Any) -> dict[str, dict[str, Any]]:
    """Return what ``index_information`` does, from where the collection is read.

    The driver (4.20) always asks the primary.
    """
    try:
        cursor = collection.database.cursor_command(
            "listIndexes",
            collection.name,
            read_preference=collection.read_preference,
            codec_options=collection.codec_options,
        )
    except OperationFailure as error:
        if error.code != NO_COLLECTION:
            raise
        return {}
    with cursor:
        return {
            index.pop("name"): {**index, "key": [*index["key"].items()]}
            for index in cursor
        }


def size_of(collection: Any, *, max_age: float = 0) -> int:
    """Return about how many documents there are, from the server's own statistics.

    0 for a view, which has none. Where the server does not tell, what it told last.
    """
    key = size_key(collection)

    def ask():
        try:
            with within(max_side_time()):
                return collection.estimated_document_count()
        except (OperationFailure, *TIMEOUTS):
            return last(key) or 0

    return recent(key, ask, seconds=max_age) if max_age else remembered(key, ask)


def collation_of(collection: Any) -> Any:
    """Return the collation that a collection, or a view, was made with; None for none.

    What is like nothing else where the server does not tell. A minute old, and asked
    once for all collections of a database.
    https://www.mongodb.com/docs/manual/reference/command/listCollections/
    """
    database = collection.database

    def ask():
        made_with_one = {"options.collation": {"$exists": True}}
        try:
            with within(max_side_time()):
                found = [*database.list_collections(filter=made_with_one)]
        except (BSONError, OperationFailure, *TIMEOUTS):
            # What is told of views may be text that is none.
            return None
        return {each["name"]: each["options"]["collation"] for each in found}

    key = ("collations", database.client, database.name)
    collations = recent(key, ask, seconds=MAX_AGE)
    return object() if collations is None else collations.get(collection.name)


def size_key(collection: Any) -> Hashable:
    """Return the key under which ``recent`` knows the size of a collection."""
    return ("size", *place_of(collection))


def place_of(collection: Any) -> tuple[Any, str]:
    """Return what tells a collection from all others, of whatever server."""
    return collection.database.client, collection.full_name


def index_on(
    collection: Any,
    stored: str,
    *,
    given: tuple[str, ...] = (),
    is_whole: bool = False,
    max_age: float = 0,
) -> str:
    """Return the name of an index that begins with the path ``stored``, or "".

    Before it may stand those of ``given``, which the query asks for as well.

    Of the whole collection and in the order of the bytes: partial, hidden and hashed
    ones, and those with a collation, answer some queries only. A sparse one leaves
    out nothing but documents without the path; ``is_whole``: not even these.
    """
    return next(
        (
            name
            for name, index in indexes_of(collection, max_age=max_age).items()
            if _first(index, given) == stored
            and _is_plain(index)
            and not (is_whole and index.get("sparse"))
        ),
        "",
    )


def has_index(
    collection: Any, keys: list[tuple[str, Any]], *, max_age: float = 0
) -> bool:
    """Tell whether an index of the whole collection begins with the paths ``keys``."""
    paths = [stored for stored, _kind in keys]
    return any(
        [name for name, _kind in index["key"]][: len(paths)] == paths
        and _is_plain(index)
        for index in indexes_of(collection, max_age=max_age).values()
    )


def _first(index: dict[str, Any], given: tuple[str, ...]) -> str:
    return next((name for name, _kind in index["key"] if name not in given), "")


def _is_plain(index: dict[str, Any]) -> bool:
    is_odd = {"partialFilterExpression", "collation", "hidden"} & index.keys()
    is_wild = any(name.endswith("$**") for name, _kind in index["key"])
    return not (is_odd or is_wild) and all(
        kind in (1, -1) for _name, kind in index["key"]
    )


def holds_arrays(
    collection: Any, name: str, stored: str, *, max_age: float = 0
) -> bool:
    """Tell whether the path ``stored`` of an index leads through an array somewhere.

    The index then has one document in several places. False where the server does not
    tell. https://www.mongodb.com/docs/manual/reference/explain-results/
    """

    def ask():
        command = {"explain": {"find": collection.name, "hint": name}}
        command["verbosity"] = "queryPlanner"
        try:
            with within(max_side_time()):
                return collection.database.command(command)
        except (OperationFailure, *TIMEOUTS):
            return {}

    key = ("plan", *place_of(collection), name)
    plan = recent(key, ask, seconds=max_age) if max_age else remembered(key, ask)
    return any(paths.get(stored) for paths in _array_paths(plan))


def _array_paths(plan: Any) -> Iterator[dict[str, list]]:
    """Yield {path of an index: its beginnings that are arrays} within a plan."""
    if isinstance(plan, dict):
        yield from [plan["multiKeyPaths"]] if "multiKeyPaths" in plan else ()
        plan = [*plan.values()]
    if isinstance(plan, list):
        for each in plan:
            yield from _array_paths(each)


def index_line(
    document: Any,
    keys: Iterable[tuple[str, Any]],
    options: dict[str, Any] | None = None,
) -> str:
    """Return the line that declares an index of ``keys``, as people can copy it.

    ``keys``: [(stored path, 1, -1 or "text")]; ``options``: such as ``{"unique":
    True}``. Where mongoengine cannot declare it, the command of MongoDB's shell; ""
    for no keys.
    """
    keys = [*keys]
    if not keys:
        return ""
    names = [field_path(document, stored) for stored, _kind in keys]
    try:
        is_such = index_keys(document, names) == [stored for stored, _kind in keys]
    except QUERY_ERRORS:
        is_such = False
    if not is_such:
        spec = ", ".join(f'"{stored}": {json.dumps(kind)}' for stored, kind in keys)
        more = f", {json.dumps(options)}" if options else ""
        return f"db.{document._get_collection_name()}.createIndex({{{spec}}}{more})"
    texts = [
        f'"{KINDS[kind]}{name}"' for name, (_, kind) in zip(names, keys, strict=True)
    ]
    fields = ", ".join(texts)
    more = {**(options or {})}
    if document._meta.get("allow_inheritance"):
        # mongoengine would put the name of the class before it.
        more["cls"] = False
    if more:
        words = "".join(f', "{name}": {value!r}' for name, value in more.items())
        spec = f'{{"fields": [{fields}]{words}}}'
    else:
        spec = fields if len(texts) == 1 else f"({fields})"
    return f'meta = {{"indexes": [{spec}]}}'


def field_path(document: Any, stored: str) -> str:
    """Return the dotted names of the fields whose values are stored under a path."""
    names, within = [], document
    for step in stored.split("."):
        fields = within._fields.values() if within else ()
        field = next((each for each in fields if each.db_field == step), None)
        names.append(field.name if field else step)
        while isinstance(field, ComplexBaseField) and field.field:
            field = field.field
        is_embedded = isinstance(field, EmbeddedDocumentField)
        within = field.document_type if is_embedded else None
    return ".".join(names)
