"""The indexes that a collection has on the server: what can be looked up by them."""

from collections.abc import Iterator
from typing import Any

from pymongo.errors import OperationFailure

from .memory import recent, remembered

# How old may be what a page is told of a collection beside what it shows, in seconds.
MAX_AGE = 60


def indexes_of(collection: Any, *, max_age: float = 0) -> dict[str, dict[str, Any]]:
    """Return {name: description} as the driver's ``index_information``.

    Empty for a view, which has none, and where the server does not tell. Not older
    than this page, or than ``max_age`` seconds.
    """

    def ask():
        try:
            return collection.index_information()
        except OperationFailure:
            return {}

    key = ("indexes", collection.full_name)
    return recent(key, ask, seconds=max_age) if max_age else remembered(key, ask)


def size_of(collection: Any, *, max_age: float = 0) -> int:
    """Return about how many documents there are, from the server's own statistics.

    0 for a view, which has none.
    """

    def ask():
        try:
            return collection.estimated_document_count()
        except OperationFailure:
            return 0

    key = ("size", collection.full_name)
    return recent(key, ask, seconds=max_age) if max_age else remembered(key, ask)


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


def _first(index: dict[str, Any], given: tuple[str, ...]) -> str:
    return next((name for name, _kind in index["key"] if name not in given), "")


def _is_plain(index: dict[str, Any]) -> bool:
    is_odd = {"partialFilterExpression", "collation", "hidden"} & index.keys()
    is_wild = any(name.endswith("$**") for name, _kind in index["key"])
    return not (is_odd or is_wild) and all(
        kind in (1, -1) for _name, kind in index["key"]
    )


def holds_arrays(collection: Any, name: str, stored: str) -> bool:
    """Tell whether the path ``stored`` of an index leads through an array somewhere.

    The index then has one document in several places. False where the server does not
    tell. https://www.mongodb.com/docs/manual/reference/explain-results/
    """

    def ask():
        command = {"explain": {"find": collection.name, "hint": name}}
        command["verbosity"] = "queryPlanner"
        try:
            return collection.database.command(command)
        except OperationFailure:
            return {}

    plan = remembered(("plan", collection.full_name, name), ask)
    return any(paths.get(stored) for paths in _array_paths(plan))


def _array_paths(plan: Any) -> Iterator[dict[str, list]]:
    """Yield {path of an index: its beginnings that are arrays} within a plan."""
    if isinstance(plan, dict):
        yield from [plan["multiKeyPaths"]] if "multiKeyPaths" in plan else ()
        plan = [*plan.values()]
    if isinstance(plan, list):
        for each in plan:
            yield from _array_paths(each)
