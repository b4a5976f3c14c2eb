"""The indexes that a collection has on the server: what can be looked up by them."""

from typing import Any

from pymongo.errors import OperationFailure

from .memory import remembered


def indexes_of(collection: Any) -> dict[str, dict[str, Any]]:
    """Return {name: description} as the driver's ``index_information``.

    Empty for a view, which has none, and where the server does not tell.
    """

    def ask():
        try:
            return collection.index_information()
        except OperationFailure:
            return {}

    return remembered(("indexes", collection.full_name), ask)


def index_on(collection: Any, stored: str) -> str:
    """Return the name of an index that begins with the path ``stored``, or "".

    Of the whole collection and in the order of the bytes: partial, hidden and hashed
    ones, and those with a collation, answer some queries only. A sparse one leaves
    out nothing but documents without the path.
    """
    return next(
        (
            name
            for name, index in indexes_of(collection).items()
            if index["key"][0][0] == stored and _is_plain(index)
        ),
        "",
    )


def _is_plain(index: dict[str, Any]) -> bool:
    is_odd = {"partialFilterExpression", "collation", "hidden"} & index.keys()
    return not is_odd and index["key"][0][1] in (1, -1)
