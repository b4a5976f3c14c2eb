"""Walks along the order of a list, in the ways that its indexes allow."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from itertools import groupby
from typing import Any

from admin_ext.identities import key_identity

from .comparing import sortable
from .conditions import behind_computed, compared, equal, levels
from .order import KEY, Order
from .places import PLACE, SORT_KEYS, in_place, place, sort_by_place, values_of
from .position import Position
from .rows import Rows

Stages = list[dict[str, Any]]


class Way(Enum):
    """How an order is walked. What an index serves is the planner's to say.

    WHOLE: an index without arrays holds the sort keys and the key of the documents. One
    range of it is read for each level of equal values.
    RUNS: such an index holds the sort keys alone. Rows that are equal in these come in
    no order, so that a run of them is sorted by the key where a page divides it.
    SORTED: MongoDB sorts what the list finds, and keeps a page of it.
    """

    WHOLE = "whole"
    RUNS = "runs"
    SORTED = "sorted"


@dataclass(frozen=True)
class Walk:
    """Pages of ``size`` rows of a queryset in an order.

    The methods return Rows, and raise what the driver raises.
    """

    queryset: Any
    order: Order
    way: Way
    size: int

    def first(self) -> Rows:
        """Return the first page."""
        return self.skipping(0)

    def last(self) -> Rows:
        """Return the last ``size`` rows: they are read from the other end."""
        sons = self._turned()._read([])
        return Rows.of(
            sons[: self.size][::-1], has_previous=self._is_more(sons), has_next=False
        )

    def at(self, position: Position) -> Rows:
        """Return the page that a position names; the nearest where nothing is left.

        Raise PositionLost where it cannot be known any more.
        """
        position = position.with_values(self.queryset, self.order)
        if position.is_before:
            return self._before(position)
        return self._rows(self._behind(position))

    def beginning(self, operator: str, value: Any) -> Rows:
        """Return the page of the first rows that compare so with ``value``.

        ``operator``: it has to hold for one row, and for all behind it.
        """
        path, _direction = self.order.total[0]
        if self.way is Way.SORTED and self.order.keys:
            # Of an array, what it is sorted by.
            condition = compared(in_place(1), operator, value)
            return self._rows(self._sent(self._stages([], only=condition)))
        return self._rows(self._read([compared(f"${path}", operator, value)]))

    def skipping(self, number: int) -> Rows:
        """Return the page behind so many rows, which are counted in an index."""
        if self.way is Way.RUNS and number:
            sons = self._behind_number(number)
        else:
            sons = self._read([], skip=number)
        return Rows.of(
            sons[: self.size], has_previous=number > 0, has_next=self._is_more(sons)
        )

    def _rows(self, sons: list[dict]) -> Rows:
        if not sons:
            return self.last()
        more = self._is_more(sons)
        return Rows.of(sons[: self.size], has_previous=True, has_next=more)

    def _before(self, position: Position) -> Rows:
        sons = self._turned()._behind(position)
        if len(sons) < self.size:
            # Rows were deleted: what is left is a part of the first page.
            return self.first()
        return Rows.of(
            sons[: self.size][::-1], has_previous=self._is_more(sons), has_next=True
        )

    def _is_more(self, sons: list[dict]) -> bool:
        return len(sons) > self.size

    def _turned(self) -> "Walk":
        return replace(self, order=self.order.backwards)

    def _read(self, conditions: Stages, *, skip: int = 0) -> list[dict]:
        """Return one row more than a page has, from the beginning of what is found."""
        return self._with_whole_run(self._sent(self._stages(conditions, skip=skip)))

    def _behind(self, position: Position) -> list[dict]:
        """Return one row more than a page has, behind a position."""
        values = position.values or ()
        if self.way is Way.SORTED:
            condition = behind_computed(self.order, values, position.key)
            return self._sent(self._stages([], only=condition))
        near, *far = [
            self._stages([condition], equals=equals)
            for equals, condition in levels(self.order, values, position.key)
        ]
        name = self.queryset._collection.name
        unions = [{"$unionWith": {"coll": name, "pipeline": each}} for each in far]
        sons = self._sent([*near, *unions, {"$limit": self.size + 1}])
        if _place(sons[-1:]) == _identity(values):
            # The last one has been sorted by its key.
            return sons
        return self._with_whole_run(sons)

    def _stages(
        self,
        conditions: Stages,
        *,
        equals: int = 0,
        skip: int = 0,
        limit: int | None = None,
        only: dict[str, Any] | None = None,
    ) -> Stages:
        """Return the pipeline of rows, each with its place.

        ``equals``: so many of the first sort keys have one value in all of these rows.
        ``only``: a condition on the places, where no index is read.
        """
        match = {"$match": self.queryset.matching(conditions)}
        part = [
            *([{"$skip": skip}] if skip else []),
            {"$limit": self.size + 1 if limit is None else limit},
        ]
        computed = {PLACE: place(self.order)}
        if self.way is Way.SORTED and (only or self.order.is_turned):
            matched = [{"$match": only}] if only else []
            by_place = sort_by_place(self.order)
            found = [match, {"$set": computed}, *matched, *by_place, *part]
            fetched = self.queryset.projected({PLACE: 1}) or [{"$unset": SORT_KEYS}]
            return [*found, *fetched]
        keys = dict(self.order.keys[equals:])
        is_run = equals == len(self.order.keys)
        if self.way is not Way.RUNS or is_run:
            keys[KEY] = self.order.last
        fetched = self.queryset.projected(computed) or [{"$set": computed}]
        return [match, {"$sort": keys}, *part, *fetched]

    def _sent(self, stages: Stages) -> list[dict]:
        """Return what a pipeline finds, each run of equal rows sorted by its keys.

        MongoDB would sort whole documents, for which it has 100 MB.
        """
        # All come at once, with the word that they are all. By itself the first batch
        # ends behind 101: https://www.mongodb.com/docs/manual/reference/command/aggregate/
        sons = [*self.queryset.sent(stages, batch_size=self.size + 3)]
        if self.way is not Way.RUNS:
            return sons
        runs = groupby(sons, key=lambda son: _identity(son.get(PLACE, ())))
        return [son for _place, run in runs for son in self._by_key(run)]

    def _by_key(self, run: Iterable[dict]) -> list[dict]:
        sons = [*run]
        if len(sons) > 1:
            sons.sort(key=lambda son: sortable(son["_id"]), reverse=self.order.last < 0)
        return sons

    def _with_whole_run(self, sons: list[dict]) -> list[dict]:
        """Return rows of which the last run of equal ones is sorted as a whole.

        Where it goes on behind the page, any of its rows may have come.
        """
        if self.way is not Way.RUNS or not self._is_more(sons):
            return sons
        start = _start_of_last_run(sons)
        if start == len(sons) - 1:
            return sons
        return [*sons[:start], *self._run(sons[-1][PLACE], len(sons) - start)]

    def _run(self, values: list, limit: int, *, skip: int = 0) -> list[dict]:
        """Return the first rows of a run of equal ones, sorted by their keys."""
        paired = zip(self.order.keys, values_of(tuple(values)), strict=True)
        conditions = [equal(path, *pair) for (path, _direction), pair in paired]
        equals = len(self.order.keys)
        return self._sent(
            self._stages(conditions, equals=equals, skip=skip, limit=limit)
        )

    def _behind_number(self, number: int) -> list[dict]:
        """Return rows behind a number of others, where runs come in no order.

        The row before the page tells whether it begins within a run.
        """
        stages = self._stages([], skip=number - 1, limit=self.size + 2)
        before, *sons = self._sent(stages) or [None]
        if not sons:
            return []
        length = _length_of_first_run(sons)
        values = sons[0][PLACE]
        if _place([before]) != _identity(values):
            return self._with_whole_run(sons)
        if length == len(sons):
            return self._within_run(values, number)
        begun = self._turned()._run(values, length)[::-1]
        return [*begun, *self._with_whole_run(sons)[length:]]

    def _within_run(self, values: list, number: int) -> list[dict]:
        """Return a page that one run fills: by how many rows stand before the run."""
        skip = number - self._number_before(values)
        sons = self._run(values, self.size + 1, skip=skip)
        if sons and not self._is_more(sons):
            rest = self._behind(Position(tuple(values), sons[-1]["_id"]))
            sons += rest[: self.size + 1 - len(sons)]
        return sons

    def _number_before(self, values: list) -> int:
        turned, number = self.order.backwards, 0
        for equals, condition in levels(turned, tuple(values), None):
            if equals < len(turned.keys):
                match = {"$match": self.queryset.matching([condition])}
                found = self._sent([match, {"$count": "number"}])
                number += found[0]["number"] if found else 0
        return number


def _start_of_last_run(sons: list[dict]) -> int:
    start, last = len(sons) - 1, _place(sons[-1:])
    while start and _place(sons[start - 1 : start]) == last:
        start -= 1
    return start


def _length_of_first_run(sons: list[dict]) -> int:
    first = _place(sons[:1])
    ends = (at for at, son in enumerate(sons) if _place([son]) != first)
    return next(ends, len(sons))


def _identity(values: Any) -> Any:
    return key_identity([*values])


def _place(sons: list[dict]) -> Any:
    """Return what the only one of ``sons`` is sorted by; None for no row."""
    return _identity(sons[0][PLACE]) if sons else None
