"""The search of autocomplete in a large collection: one index after the other.

What a search finds cannot be sorted by the list's order without reading all of it. So
each search field is walked in the order of an index of its own, as far as results are
wanted: first the documents whose value is the term, then those whose value begins
with it, which are one range of the index, then those that contain it, for which keys
of the index are read and no documents. A page goes on where the last one ended.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, NamedTuple

from django.core import signing
from django.utils.translation import gettext_lazy as _
from mongoengine import Q

from admin_ext.ejson import JSON_ERRORS, dumps, is_lossless, loads
from admin_ext.exceptions import UnsupportedFeature
from admin_ext.hydration import stored_son
from admin_ext.identities import key_identity
from admin_ext.indexes import MAX_AGE, holds_arrays, index_on, size_of
from admin_ext.limits import TIMEOUTS, within
from admin_ext.lookups import MAX_TEXT, TEXT_FIELDS, Path, readings, resolve
from admin_ext.search import all_words, key_condition, path_for, words_of

# A collection of more documents is walked along its indexes.
LARGE = 10_000

# All walks of a page together may take so long.
MAX_TIME = 2_000  # ms

# A value whose text is longer has no place in a URL.
MAX_MARK = 500

TOO_LONG = _("The search took too long and was stopped. Ask for less.")

SALT = "admin_ext.autocomplete"

# The pattern of a word, and its options, for each lookup that an index can answer.
PATTERNS = {
    "icontains": ("%s", "i"),
    "contains": ("%s", ""),
    "istartswith": ("^%s", "i"),
    "startswith": ("^%s", ""),
    "iexact": ("^%s$", "i"),
}


class Position(NamedTuple):
    """Where a page ended.

    ``walk``: the number of the walk. ``value``: one of its path that was shown, None
    for its beginning. ``ties``: how many results were shown from that value on.
    """

    walk: int = 0
    value: Any = None
    ties: int = 0

    def after(self, walk: int, value: Any) -> "Position":
        """Return the position behind the next result.

        What is missing or no part of a URL is counted from the value before it.
        """
        mark = _mark(value)
        if mark is None or key_identity(mark) == key_identity(self.value):
            return Position(walk, self.value, self.ties + 1)
        return Position(walk, mark, 1)

    def signed(self) -> str:
        return signing.dumps(dumps(list(self)), salt=SALT)

    @classmethod
    def read(cls, text: str) -> "Position":
        """Return what ``signed`` made. Raise ValueError for any other text."""
        try:
            return cls(*loads(signing.loads(text, salt=SALT)))
        except (signing.BadSignature, *JSON_ERRORS) as error:
            raise ValueError("No position of a search.") from error


def _mark(value: Any) -> Any:
    """Return ``value`` as a position that is read again has it, or None."""
    text = dumps(value)
    is_short = len(text) <= MAX_MARK and is_lossless(text, value)
    return loads(text) if is_short else None


@dataclass(frozen=True)
class Walk:
    """Documents that fulfil ``condition``, in the order of ``index``.

    ``stored``: the path that the index begins with. ``direction``: 1, or -1 for
    backwards.
    """

    stored: str
    index: str
    condition: dict[str, Any]
    direction: int = 1

    def documents(self, queryset: Any, position: Position, limit: int) -> Iterator[Any]:
        """Yield at most ``limit`` documents after ``position``."""
        found = queryset.filter(Q(__raw__=self.condition))
        if position.value is not None:
            found = found.filter(Q(__raw__=self._not_before(position.value)))
        found = found.order_by(__raw__=[(self.stored, self.direction)])
        yield from found.hint(self.index).skip(position.ties).limit(limit)

    def _not_before(self, value: Any) -> dict[str, Any]:
        """Return the condition that the value of the path is at ``value`` or behind it.

        An expression compares values of all types, as sorting does, and uses the
        index: https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
        """
        operator = "$gte" if self.direction == 1 else "$lte"
        return {"$expr": {operator: [f"${self.stored}", {"$literal": value}]}}

    def value_of(self, document: Any) -> Any:
        value: Any = stored_son(document)
        for step in self.stored.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        return value


@dataclass
class Page:
    """Documents, and the position where they end; None when none is left.

    ``note``: why there may be more that was not found, in words.
    """

    found: list[Any]
    end: Position | None = None
    note: Any = ""


def page(queryset: Any, walks: list[Walk], start: Position, size: int) -> Page:
    """Return the next ``size`` documents after ``start``."""
    found: list[Any] = []
    position, deadline = start, monotonic() + MAX_TIME / 1_000
    for number in range(start.walk, len(walks)):
        position = position if number == start.walk else Position(number)
        left = int((deadline - monotonic()) * 1_000)
        if left <= 0:
            return Page(found, note=TOO_LONG)
        rows = walks[number].documents(
            queryset.max_time_ms(left), position, size + 1 - len(found)
        )
        try:
            for document in rows:
                if len(found) == size:
                    return Page(found, position)
                found.append(document)
                position = position.after(number, walks[number].value_of(document))
        except TIMEOUTS:
            return Page(found, note=TOO_LONG)
    return Page(found)


def is_large(queryset: Any) -> bool:
    """Tell whether a collection is large; a view, which has no index, never is."""
    collection = queryset._collection
    with within(MAX_TIME):
        has_keys = bool(index_on(collection, "_id", max_age=MAX_AGE))
        return has_keys and size_of(collection, max_age=MAX_AGE) > LARGE


def _by_key(queryset: Any, condition: dict[str, Any]) -> Walk:
    # A clustered collection calls its index as it likes.
    return Walk(
        "_id", index_on(queryset._collection, "_id", max_age=MAX_AGE), condition
    )


def _index(queryset: Any, stored: str, *, is_whole: bool = False) -> str:
    """Return the index to walk along; one with arrays has documents in many places."""
    name = index_on(queryset._collection, stored, is_whole=is_whole, max_age=MAX_AGE)
    is_walkable = name and not holds_arrays(
        queryset._collection, name, stored, max_age=MAX_AGE
    )
    return name if is_walkable else ""


def walks_in_order(queryset: Any, ordering: list[Any]) -> list[Walk]:
    """Return the one walk through everything, in the list's order by its index."""
    for key in ordering[:1]:
        try:
            name = queryset.sort_key(key)
        except UnsupportedFeature:
            break
        stored = resolve(queryset.model, name.lstrip("-")).stored
        index = _index(queryset, stored, is_whole=True)
        if index:
            return [Walk(stored, index, {}, -1 if name.startswith("-") else 1)]
    return [_by_key(queryset, {})]


def walks_for(queryset: Any, search_fields: list[str], term: str) -> list[Walk]:
    """Return the walks that find ``term``: by its key, then by the indexes of fields.

    Fields that have none, such as those behind a reference, are asked together at
    last, in one walk that reads the collection. Raise TooManyMatches as the search.
    """
    if len(term) > MAX_TEXT:
        return []
    document, words = queryset.model, words_of(term)
    paths = [path_for(document, each) for each in search_fields]
    found = [resolve(document, path) for path in paths]
    indexes = {
        each.stored: (each.lookup, _index(queryset, each.stored))
        for each in found
        if _is_text(each)
    }
    indexed = [(stored, *rest) for stored, rest in indexes.items() if rest[1]]
    key = key_condition(document, term.strip())
    walks = [_by_key(queryset, key.to_query(document))] if key else []
    walks += [
        Walk(stored, index, condition)
        for conditions in _at_first(indexed, term.strip())
        for stored, lookup, index in indexed
        for condition in conditions(stored, lookup, term.strip())
    ]
    word, *others = sorted(words, key=len, reverse=True)
    also = [all_words(document, paths, others).to_query(document)] if others else []
    walks += [
        Walk(stored, index, {"$and": [_matching(stored, lookup, word), *also]})
        for stored, lookup, index in indexed
    ]
    if len(indexed) < sum(not _is_key(each) for each in found):
        condition = all_words(document, paths, words).to_query(document)
        walks.append(_by_key(queryset, condition))
    return [*_each_once(walks)]


def _is_key(found: Path) -> bool:
    """Tell whether a path is the key, which is found by itself."""
    return found.fields[-1] is found.fields[0].model._meta.pk


def _is_text(found: Path) -> bool:
    is_alone = not found.joins and not found.lists
    is_text = is_alone and isinstance(found.fields[-1], TEXT_FIELDS)
    return is_text and found.lookup in PATTERNS


def _at_first(indexed: list[tuple], term: str) -> tuple[Callable, ...]:
    """Return what makes the conditions of the values that come first.

    Along one index a text is itself the first of those that begin with it.
    """
    lookups = [lookup for _stored, lookup, _index in indexed]
    is_one = len(lookups) == 1 and lookups != ["iexact"] and readings(term) == [term]
    return (_beginning,) if is_one else (_equal, _beginning)


def _equal(stored, lookup, term) -> Iterator[dict]:
    yield {stored: {"$in": readings(term)}}


def _beginning(stored, lookup, term) -> Iterator[dict]:
    if lookup != "iexact":
        yield {stored: {"$regex": f"^{re.escape(term)}"}}


def _matching(stored, lookup, word) -> dict:
    pattern, options = PATTERNS[lookup]
    return {stored: {"$regex": pattern % re.escape(word), "$options": options}}


def _each_once(walks: list[Walk]) -> Iterator[Walk]:
    """Yield ``walks`` without what those before have found."""
    for number, walk in enumerate(walks):
        before = [each.condition for each in walks[:number]]
        besides = {"$and": [walk.condition, {"$nor": before}]}
        yield replace(walk, condition=besides) if before else walk
