"""What a page of a walk holds."""

from dataclasses import dataclass, field
from typing import Any

from .places import PLACE
from .position import Position


@dataclass
class Rows:
    """Stored documents in the order of the list, and where the pages around begin.

    ``previous``, ``next``: the positions of these pages, None where there is none.
    """

    sons: list[dict[str, Any]] = field(default_factory=list)
    previous: Position | None = None
    next: Position | None = None

    @classmethod
    def of(
        cls, sons: list[dict[str, Any]], *, has_previous: bool, has_next: bool
    ) -> "Rows":
        """Return rows without their places, but for those at both ends."""
        ends = [(tuple(son[PLACE]), son["_id"]) for son in (sons[:1] + sons[-1:])]
        for son in sons:
            son.pop(PLACE, None)
        if not ends:
            return cls()
        first, last = ends[0], ends[-1]
        return cls(
            sons,
            Position(*first, is_before=True) if has_previous else None,
            Position(*last) if has_next else None,
        )
