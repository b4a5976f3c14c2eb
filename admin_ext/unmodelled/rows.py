"""A page of the documents of a collection, read in the way that it can be walked.

By their ``_id``, from one page to the next, where an index has them in that order.
Views, time series and some system collections have no such index: their rows come as
MongoDB finds them, so that a page is found by skipping those before it, which ends at
MAX_SKIP.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from pymongo.errors import PyMongoError

from admin_ext.counting import SIZE
from admin_ext.failures import beside
from admin_ext.indexes import MAX_AGE, place_of, size_key
from admin_ext.keyset import Order, Position, PositionLost, Walk, Way
from admin_ext.keyset.pages import LAST
from admin_ext.limits import max_time, within
from admin_ext.memory import known, learn
from admin_ext.parameters import AT

from .lines import LINE, line
from .listing import Collection

MAX_ROWS, MIN_ROWS = 100, 10

# The server reads whole documents for a page of their beginnings; bytes.
PAGE_BYTES = 64_000_000

MAX_SKIP = 10_000

# The number of a page that is found by skipping others.
NUMBER = "p"


@dataclass(frozen=True)
class Reading:
    """Stands for a queryset, which a Walk asks for pipelines and their parts."""

    _collection: Any

    def matching(self, conditions: list[dict]) -> dict:
        return {"$and": conditions} if conditions else {}

    def projected(self, computed: dict[str, Any]) -> list[dict]:
        return [{"$project": {LINE: line(), **computed}}]

    def sent(self, pipeline: list[dict], batch_size: int = 0) -> list[dict]:
        with within(max_time()):
            return [*self._collection.aggregate(pipeline, batchSize=batch_size)]


@dataclass
class Page:
    """Rows {_id, LINE}, and the parameters of the URLs of pages around: {rel: …}.

    ``notes``: sentences about what is not shown.
    """

    sons: list[dict] = field(default_factory=list)
    links: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def page_of(
    collection: Any, described: Collection, parameters: Mapping[str, str], size: int
) -> Page:
    """Return the page that the URL asks for. Raise ValueError where it asks for none.

    Raise what the driver raises.
    """
    if described.has_keys:
        return _walked(collection, parameters.get(AT), size)
    return _skipped(collection, parameters.get(NUMBER, "0"), size)


def _walked(collection: Any, at: str | None, size: int) -> Page:
    order = Order((), 1)
    walk, notes = Walk(Reading(collection), order, Way.WHOLE, size), []
    if at is None:
        rows = walk.first()
    elif at == LAST:
        rows = walk.last()
    else:
        position = Position.read(at, order)
        try:
            rows = walk.at(position)
        except PositionLost:
            rows = walk.first()
            notes.append(
                _("The row where this page began is gone. This is the first page.")
            )
    links: dict[str, dict[str, str]] = {}
    if rows.previous:
        links |= {"first": {}, "prev": {AT: rows.previous.signed(order)}}
    if rows.next:
        links |= {"next": {AT: rows.next.signed(order)}, "last": {AT: LAST}}
    return Page(rows.sons, links, notes)


def _skipped(collection: Any, text: str, size: int) -> Page:
    number = int(text)
    if not 0 <= number * size <= MAX_SKIP:
        raise ValueError(text)
    skip = [{"$skip": number * size}] if number else []
    reading = Reading(collection)
    pipeline = [*skip, {"$limit": size + 1}, *reading.projected({})]
    sons = reading.sent(pipeline, batch_size=size + 2)
    links, notes = {}, [_no_order()]
    if number:
        links |= {"first": {}, "prev": {NUMBER: str(number - 1)} if number > 1 else {}}
    if len(sons) > size:
        if (number + 1) * size <= MAX_SKIP:
            links["next"] = {NUMBER: str(number + 1)}
        else:
            notes.append(_("There are more rows, which cannot be paged to here."))
    return Page(sons[:size], links, notes)


def _no_order() -> str:
    return _("The rows have no order by _id here: they come as MongoDB finds them.")


@dataclass(frozen=True)
class Extent:
    """About how many documents there are, None where it is not known; page size."""

    count: int | None
    rows: int


def extent_of(collection: Any, described: Collection) -> Extent:
    """Return how large a collection is by its metadata. Never raise.

    Of large documents a page has fewer.
    """
    if not described.is_counted:
        return Extent(None, MAX_ROWS)
    key, average_key = size_key(collection), ("average", *place_of(collection))
    if known(average_key, seconds=MAX_AGE) is None:
        try:
            with beside(("extent", *place_of(collection))):
                found = [*collection.aggregate(SIZE)]
        except PyMongoError:
            return Extent(known(key, seconds=MAX_AGE), MAX_ROWS)
        count, size = (found[0]["value"], found[0]["bytes"]) if found else (0, 0)
        learn(key, count)
        learn(average_key, size / max(count, 1))
    average = known(average_key, seconds=MAX_AGE) or 0
    rows = int(PAGE_BYTES / max(average, 1))
    return Extent(known(key, seconds=MAX_AGE), max(MIN_ROWS, min(MAX_ROWS, rows)))
