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
    identity_of,
)


class Copy(New):
    """A new row that is a copy; at the end it stays behind the row before it."""


@dataclass
class PageRows:
    """``identities``: what the page's rows are known by, in the page's order.

    ``places``: where they are in the stored list now, None for one that is gone.
    ``first``: where the first of them was, where they are one part of a longer list;
    ``length``: how many rows that had, 0 where all are on the page.
    """

    identities: list[Identity]
    places: list[int | None]
    first: int = 0
    length: int = 0

    @classmethod
    def shown(cls, stored: Sequence[Any], places: Sequence[int]) -> "PageRows":
        """Return the rows of a page that is just being made."""
        rows = cls([identity_of(stored[place]) for place in places], [*places])
        if len(places) < len(stored) and _is_one_part(places):
            rows.first, rows.length = places[0], len(stored)
        return rows

    @classmethod
    def sent(cls, entry: dict[str, Any], stored: Sequence[Any]) -> "PageRows":
        """Return the rows that a page had, found again among those stored now."""
        identities = [
            Identity(whole, key, None if traits is None else frozenset(traits))
            for whole, key, traits in entry["rows"]
        ]
        rows = cls(identities, [], *entry.get("part", ()))
        rows.places = rows._found(stored)
        return rows

    def _found(self, stored: Sequence[Any]) -> list[int | None]:
        """Look where a part of the list was, then elsewhere; equal rows are many."""
        if not self.length:
            return align(self.identities, [*map(identity_of, stored)])
        moved = abs(len(stored) - self.length)
        start = max(self.first - moved, 0)
        near = range(start, min(self.first + len(self) + moved, len(stored)))
        shown_at = range(self.first - start, self.first - start + len(self))
        length = min(self.first + len(self) + moved, self.length) - start
        found = _aligned(self.identities, stored, near, shown_at, length)
        lost = [row for row, place in enumerate(found) if place is None]
        if lost:
            far = [*range(near.start), *range(near.stop, len(stored))]
            identities = [self.identities[row] for row in lost]
            places = _aligned(identities, stored, far)
            for row, place in zip(lost, places, strict=True):
                found[row] = place
        return found

    def entry(self) -> dict[str, Any]:
        """Return what the page's base keeps of them."""
        rows = [
            [row.whole, row.key, None if row.traits is None else sorted(row.traits)]
            for row in self.identities
        ]
        part = {"part": [self.first, self.length]} if self.length else {}
        return {"rows": rows, **part}

    def __len__(self):
        return len(self.identities)

    def is_changed(self, row: int, stored: Sequence[Any]) -> bool:
        """Tell whether somebody else changed a row, or removed it."""
        place = self.places[row]
        if place is None:
            return True
        return identity_of(stored[place]).whole != self.identities[row].whole

    def arranged(
        self, length: int, wanted: list[int | New], is_settled: bool = False
    ) -> list[int | New] | None:
        """Return ``arranged`` of these rows; what is new at their end comes at its.

        Behind a part of the list there are others.
        """
        count = len(wanted)
        if not self.length:
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


def _is_one_part(places: Sequence[int]) -> bool:
    return bool(places) and [*places] == [*range(places[0], places[0] + len(places))]


def _aligned(
    identities: list[Identity],
    stored: Sequence[Any],
    places: Sequence[int],
    *shown: Any,
) -> list[int | None]:
    """Return where rows are among some places of the stored list."""
    found = align(identities, [identity_of(stored[place]) for place in places], *shown)
    return [None if number is None else places[number] for number in found]


def members_of(value: Any) -> list:
    """Return the members of a stored list; any other value is the only member."""
    if value is None or value is MISSING:
        return []
    if isinstance(value, list | tuple):
        # A list of mongoengine's own would wrap its members.
        return [*list.__iter__(value)] if isinstance(value, list) else [*value]
    return [value]
