"""MongoDB's text indexes: which field has one, and how words are asked of it.

https://www.mongodb.com/docs/manual/reference/operator/query/text/
"""

from collections.abc import Iterable
from typing import Any

from pymongo.errors import OperationFailure

from .memory import remembered


def is_indexed(document: Any, stored: str) -> bool:
    """Tell whether the server can ask the text of ``stored``, a dotted stored path.

    Asks the server, whose indexes are not this application's to know.
    """
    names = remembered(
        ("text index", document), lambda: _indexed(document._get_collection())
    )
    return stored in names or "$**" in names


def _indexed(collection: Any) -> frozenset[str]:
    """Return the stored paths in the text index of ``collection``; it has one at most.

    An index that begins with other keys answers only who gives these too.
    """
    try:
        indexes = collection.index_information().values()
    except OperationFailure:
        # A view has no indexes, and not everybody may list them.
        return frozenset()
    return frozenset(
        name
        for index in indexes
        if index["key"][0][0] == "_fts"
        for name in index.get("weights", ())
    )


def is_declared(document: Any, stored: str) -> bool:
    """Tell whether ``meta["indexes"]`` has a text index of ``stored``."""
    names = {
        name
        for spec in document._meta["index_specs"]
        for name, kind in spec["fields"]
        if kind == "text"
    }
    return stored in names or "$**" in names


def text_query(words: Iterable[str]) -> dict:
    """Return the condition that a document holds all of ``words``, or phrases.

    One plain word is asked as MongoDB takes it, in all its forms (run, running).
    MongoDB would take several for "any of these"; as phrases all must occur, as they
    are written. In a phrase a minus is a minus, and no negation.
    """
    words = [word.replace('"', " ") for word in words]
    if len(words) == 1 and words[0].isalnum():
        return {"$text": {"$search": words[0]}}
    return {"$text": {"$search": " ".join(f'"{word}"' for word in words)}}


def has_text(query: Any) -> bool:
    """Tell whether ``query`` asks a text index already: MongoDB takes one $text."""
    if isinstance(query, dict):
        return "$text" in query or any(map(has_text, query.values()))
    return isinstance(query, list) and any(map(has_text, query))
