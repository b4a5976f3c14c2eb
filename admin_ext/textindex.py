"""MongoDB's text indexes: which field has one, and how words are asked of it.

https://www.mongodb.com/docs/manual/reference/operator/query/text/
"""

from collections.abc import Iterable
from typing import Any

from .indexes import indexes_of
from .replicas import as_read


def is_indexed(document: Any, stored: str, *, max_age: float = 0) -> bool:
    """Tell whether the server can ask the text of ``stored``, a dotted stored path.

    Asks the server, whose indexes are not this application's to know. Not older than
    this page, or than ``max_age`` seconds.
    """
    names = texts_of(document, max_age=max_age)
    return stored in names or "$**" in names


def texts_of(document: Any, *, max_age: float = 0) -> frozenset[str]:
    """Return the stored paths in the text index on the server; "$**" for all texts."""
    collection = as_read(document, document._get_collection())
    return _texts_of(indexes_of(collection, max_age=max_age).values())


def _texts_of(indexes: Iterable[dict[str, Any]]) -> frozenset[str]:
    """Return the stored paths in the text index of a collection; it has one at most.

    An index that begins with other keys answers only who gives these too.
    """
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
