"""The rows of a list on a page, and where they are stored by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from admin_ext.changesets import MISSING, Identity, align, identity_of


@dataclass
class PageRows:
    """``identities``: what the page's rows are known by, in the page's order.

    ``places``: where they are in the stored list now, None for one that is gone.
    """

    identities: list[Identity]
    places: list[int | None]

    @classmethod
    def shown(cls, stored: Sequence[Any], places: Sequence[int]) -> "PageRows":
        """Return the rows of a page that is just being made."""
        return cls([identity_of(stored[place]) for place in places], [*places])

    @classmethod
    def sent(cls, entry: dict[str, Any], stored: Sequence[Any]) -> "PageRows":
        """Return the rows that a page had, found again among those stored now."""
        identities = [
            Identity(whole, key, None if traits is None else frozenset(traits))
            for whole, key, traits in entry["rows"]
        ]
        return cls(identities, align(identities, [*map(identity_of, stored)]))

    def entry(self) -> dict[str, Any]:
        """Return what the page's base keeps of them."""
        rows = [
            [row.whole, row.key, None if row.traits is None else sorted(row.traits)]
            for row in self.identities
        ]
        return {"rows": rows}

    def __len__(self):
        return len(self.identities)

    def is_changed(self, row: int, stored: Sequence[Any]) -> bool:
        """Tell whether somebody else changed a row, or removed it."""
        place = self.places[row]
        if place is None:
            return True
        return identity_of(stored[place]).whole != self.identities[row].whole


def members_of(value: Any) -> list:
    """Return the members of a stored list; any other value is the only member."""
    if value is None or value is MISSING:
        return []
    if isinstance(value, list | tuple):
        # A list of mongoengine's own would wrap its members.
        return [*list.__iter__(value)] if isinstance(value, list) else [*value]
    return [value]
