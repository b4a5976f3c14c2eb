"""The rows of a list on a page, and where they are stored by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from admin_ext.changesets import (
    MISSING,
    Identity,
    New,
    align,
    arranged,
    digest,
    identity_of,
)
from admin_ext.hydration import shown_part


class Copy(New):
    """A new row that is a copy; at the end it stays behind the row before it."""


@dataclass
class PageRows:
    """``identities``: what the page's rows are known by, in the page's order.

    ``places``: where they are in the stored list now, None for one that is gone.
    ``shown_at``: where they were when the page was made, of ``length`` rows.

    ``stored``, of the methods, has all rows as BSON, ``live`` as the Document has them.
    """

    identities: list[Identity]
    places: list[int | None]
    shown_at: list[int]
    length: int

    @classmethod
    def shown(
        cls, stored: Sequence[Any], live: Sequence[Any], places: Sequence[int]
    ) -> "PageRows":
        """Return the rows of a page that is just being made."""
        identities = _identities(stored, live, places)
        return cls(identities, [*places], [*places], len(stored))

    @classmethod
    def sent(
        cls, entry: dict[str, Any], stored: Sequence[Any], live: Sequence[Any]
    ) -> "PageRows":
        """Return the rows that a page had, found again among those stored now."""
        identities = [
            Identity(whole, key, None if traits is None else frozenset(traits), *rest)
            for whole, key, traits, *rest in entry["rows"]
        ]
        shown_at = entry["at"]
        if isinstance(shown_at, int):
            shown_at = [*range(shown_at, shown_at + len(identities))]
        rows = cls(identities, shown_at, shown_at, entry["length"])
        if len(stored) != rows.length or rows._are_changed(stored):
            now = _identities(stored, live, range(len(stored)))
            rows.places = align(identities, now, shown_at, rows.length)
        return rows

    def _are_changed(self, stored: Sequence[Any]) -> bool:
        return any(self.is_changed(row, stored) for row in range(len(self)))

    def entry(self) -> dict[str, Any]:
        """Return what the page's base keeps of them."""
        rows = [_as_list(row) for row in self.identities]
        is_run = self.shown_at == [*range(self.first, self.first + len(rows))]
        shown_at = self.first if is_run else self.shown_at
        return {"rows": rows, "at": shown_at, "length": self.length}

    @staticmethod
    def is_part(entry: dict[str, Any]) -> bool:
        """Tell whether a page showed some rows of a list only."""
        return len(entry["rows"]) < entry["length"]

    @property
    def first(self) -> int:
        """Where the first of them in the list was."""
        return min(self.shown_at, default=0)

    @property
    def are_a_part(self) -> bool:
        """Tell whether the list has other rows, which the page does not show."""
        return len(self) < self.length

    def __len__(self):
        return len(self.identities)

    def is_changed(self, row: int, stored: Sequence[Any]) -> bool:
        """Tell whether somebody else changed a row, or removed it."""
        place = self.places[row]
        if place is None:
            return True
        return digest(stored[place]) != self.identities[row].whole

    def arranged(
        self, length: int, wanted: list[int | New], is_settled: bool = False
    ) -> list[int | New] | None:
        """Return ``arranged`` of these rows; what is new at their end comes at its.

        Behind a part of the list there are others.
        """
        count = len(wanted)
        if not self.are_a_part:
            return arranged(self.places, length, wanted, is_settled)
        while count and isinstance(wanted[count - 1], New):
            count -= 1
        rows = arranged(self.places, length, wanted[:count], is_settled)
        if rows is None:
            return None
        last = self.places[wanted[count - 1]] if count else None
        copies = [*takewhile(lambda row: isinstance(row, Copy), wanted[count:])]
        place = len(rows) if last is None else rows.index(last) + 1
        return [*rows[:place], *copies, *rows[place:], *wanted[count + len(copies) :]]


def _identities(
    stored: Sequence[Any], live: Sequence[Any], places: Sequence[int]
) -> list[Identity]:
    """Return what the rows in these places are known by."""
    if len(live) != len(stored):
        live = [None] * len(stored)
    pairs = ((stored[place], live[place]) for place in places)
    return [identity_of(row, shown_part(value, row)) for row, value in pairs]


def _as_list(row: Identity) -> list:
    found = [row.whole, row.key, None if row.traits is None else sorted(row.traits)]
    return found if row.rest is None else [*found, row.rest]


def members_of(value: Any) -> list:
    """Return the members of a stored list; any other value is the only member."""
    if value is None or value is MISSING:
        return []
    if isinstance(value, list | tuple):
        # A list of mongoengine's own would wrap its members.
        return [*list.__iter__(value)] if isinstance(value, list) else [*value]
    return [value]
