"""Which collections the name of a field speaks of: ``authorId`` of ``users``."""

from functools import lru_cache

from admin_ext.secret_names import words_of

# From here on a name agrees with a collection; below it only says where to ask first.
AGREES = 0.5

# Last words that say no more than that a value leads somewhere.
LEADING = frozenset((
    *("id", "ids", "oid", "oids", "ref", "refs", "reference", "references", "uuid"),
    *("uuids", "uid", "guid", "guids", "key", "keys", "pk", "fk", "dbref"),
))

# What people are called by what they did or have to do.
ROLES = frozenset((
    *("author", "owner", "creator", "editor", "updater", "modifier", "assignee"),
    *("reporter", "reviewer", "approver", "manager", "sender", "recipient", "receiver"),
    *("member", "participant", "attendee", "follower", "following", "friend", "admin"),
    *("moderator", "uploader", "seller", "buyer", "host", "guest", "actor", "by"),
    *("subscriber", "contributor", "patient", "driver", "teacher", "instructor"),
))
PEOPLE = frozenset((
    *("user", "person", "account", "member", "employee", "customer", "profile"),
    *("contact", "staff", "client", "student"),
))

# What leads to documents of the same collection.
OWN = frozenset((
    *("parent", "prev", "previous", "next", "child", "root", "ancestor", "descendant"),
    *("original", "duplicate", "sibling", "related", "reply", "predecessor", "fork"),
    *("successor", "replaces", "supersedes", "path"),
))

# What numbers alone are called, though collections may be as well: an order.
AMOUNTS = frozenset((
    *("order", "position", "rank", "index", "level", "page", "version", "number"),
    *("quantity", "size", "count", "total", "year", "score", "sort", "age", "point"),
    *("rating", "step", "day", "month", "week", "hour", "minute", "second", "weight"),
))

_PLURALS = {
    "people": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "data": "datum",
    "criteria": "criterion",
    "indices": "index",
    "statuses": "status",
    "movies": "movie",
    "news": "news",
    "series": "series",
}


def singular(word: str) -> str:
    """Return an English word in the singular, as far as its end tells."""
    if word in _PLURALS:
        return _PLURALS[word]
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 2:
        return word[:-1]
    return word


@lru_cache(4_096)
def subject_of(path: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """Return the words for what a value is, and whether others say that it leads there.

    ``path``: as of a Field; where the last key says nothing, as ``_id``, that before
    it does.
    """
    is_leading = False
    for step in reversed(path):
        if step in ("[]", "*"):
            continue
        words = words_of(step)
        while words and words[-1] in LEADING:
            is_leading = True
            words = words[:-1]
        if words:
            return tuple(words), is_leading
    return (), is_leading


@lru_cache(4_096)
def _words_of_collection(name: str) -> list[str]:
    return [singular(each) for each in words_of(name)]


def is_amount(path: tuple[str, ...]) -> bool:
    """Tell whether a name speaks of what numbers count, as "order", "comments" do."""
    words, is_leading = subject_of(path)
    if not words or is_leading:
        return False
    last = singular(words[-1])
    return last in AMOUNTS or (last != words[-1] and path[-1] != "[]")


def speaks_of_own(path: tuple[str, ...]) -> bool:
    """Tell whether a name speaks of another document of the same collection."""
    return bool(OWN.intersection(map(singular, subject_of(path)[0])))


def similarity(path: tuple[str, ...], source: str, target: str) -> float:
    """Return how well the name of a field fits a collection, from 0 to 1.

    ``source``: the collection that the field is in.
    """
    words, _is_leading = subject_of(path)
    if not words:
        return 0.0
    own = [singular(each) for each in words]
    there = _words_of_collection(target)
    if not there:
        return 0.0
    if own == there or _joined(own) == _joined(there):
        return 1.0
    if own[-1] == there[-1]:
        return 0.9 if 1 in (len(own), len(there)) else 0.7
    # "userid" in one word; words_of cannot tell.
    if _joined(own).removesuffix("id") in (_joined(there), there[-1]):
        return 0.9
    if source == target and speaks_of_own(path):
        return 0.8
    # "createdBy", "assigned_to"; of "to" alone nobody knows.
    is_role = own[-1] in ROLES or (own[-1] == "to" and len(own) > 1)
    if is_role and there[-1] in PEOPLE:
        return 0.8 if there[-1] == "user" else 0.7
    if {own[-1], there[-1]} <= PEOPLE:
        return 0.3
    return 0.3 if len(own[-1]) > 2 and there[-1].startswith(own[-1]) else 0.0


def _joined(words: list[str]) -> str:
    return "".join(words)
