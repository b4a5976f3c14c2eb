"""The page of a list that is found by key: which one the URL asks for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pymongo.errors import PyMongoError

from admin_ext.counting import Count, MoreThan, is_for_pipelines
from admin_ext.notices import Notice
from admin_ext.parameters import AT, FROM
from admin_ext.querysets import DocumentQuerySet

from .jumps import Jump, jump_for
from .order import Order
from .position import Position, PositionLost
from .rows import Rows
from .walks import Walk, Way
from .ways import way_for

LAST = "last"


def walk_for(queryset: Any, size: int) -> Walk | None:
    """Return the walk along the order of a queryset; None where there is no such way.

    That is one of a part of what a query finds, or sorted by what is not stored, or of
    what no pipeline can ask, or by several values that one list may hold.
    """
    is_usual = isinstance(queryset, DocumentQuerySet)
    if not is_usual or queryset.is_more_than_a_query or not is_for_pipelines(queryset):
        return None
    order = Order.by(queryset.sort_keys)
    if order is None:
        return None
    way = way_for(queryset, order)
    if way is Way.SORTED and order.shares_lists:
        return None
    return Walk(queryset, order, way, size)


class KeysetPage:
    """A page of rows, read from MongoDB when they are first looked at.

    ``start``: the number of rows before it, where the URL says no more than that.
    ``notices``: takes what the page has to say. ``may_tell``: whether values of what it
    is sorted by may be in links, and be asked for. Raise ValueError for a position that
    is none.
    """

    def __init__(
        self,
        walk: Walk,
        parameters: Mapping[str, str],
        *,
        start: int = 0,
        notices: list[Notice],
        may_tell: bool = True,
    ):
        self.walk, self.start, self.notices = walk, start, notices
        self.may_tell = may_tell
        self.jump = jump_for(walk.queryset.model, walk.order) if may_tell else None
        self.asked = parameters.get(FROM, "")
        self._read = self._reading(parameters.get(AT))

    def _reading(self, at: str | None) -> Callable[[], Rows]:
        if self.asked and self.jump:
            try:
                edge = self.jump.edge(self.asked)
            except ValidationError:
                self.notices.append(Notice(self._no_value(self.jump), is_warning=True))
            else:
                return lambda: self.walk.beginning(*edge)
        if at == LAST:
            return self.walk.last
        if at is not None:
            position = Position.read(at, self.walk.order)
            return lambda: self._at(position)
        return lambda: self.walk.skipping(self.start)

    def _no_value(self, jump: Jump) -> str:
        text = _("“%(value)s” is no value of %(name)s. This is the first page.")
        return text % {"value": self.asked[:100], "name": jump.label}

    def _at(self, position: Position) -> Rows:
        try:
            return self.walk.at(position)
        except PositionLost:
            gone = _("The row where this page began is gone. This is the first page.")
            self.notices.append(Notice(gone))
            return self.walk.first()

    @cached_property
    def _outcome(self) -> Rows | PyMongoError:
        try:
            return self._read()
        except PyMongoError as error:
            return error

    @property
    def rows(self) -> Rows:
        """Raise what the driver raised, each time; MongoDB is asked once."""
        if isinstance(self._outcome, PyMongoError):
            raise self._outcome
        return self._outcome

    @property
    def is_beyond(self) -> bool:
        """Whether so many rows as the URL says are before it, and none is left."""
        rows = self._outcome if self.start else None
        return isinstance(rows, Rows) and not rows.sons

    def __iter__(self) -> Iterator[Any]:
        return iter(map(self.walk.queryset.loaded, self.rows.sons))

    @property
    def counted(self) -> Count:
        """How many rows there are, as far as this page knows."""
        seen = self.start + len(self.rows.sons)
        is_all = not self.start and not self.rows.previous and not self.rows.next
        return Count(seen) if is_all else MoreThan(seen)

    @property
    def links(self) -> list[tuple[str, str, dict[str, str | None] | None]]:
        """The ways on: (rel, label, parameters), these None where there is none."""
        if isinstance(self._outcome, PyMongoError):
            return [("first", _("First"), {})]
        before, after = map(self._link, (self._outcome.previous, self._outcome.next))
        return [
            ("first", _("First"), {} if before else None),
            ("prev", _("Previous"), before),
            ("next", _("Next"), after),
            ("last", _("Last"), {AT: LAST} if after else None),
        ]

    def _link(self, position: Position | None) -> dict[str, str | None] | None:
        if position is None:
            return None
        told = position if self.may_tell else replace(position, values=None)
        return {AT: told.signed(self.walk.order)}
