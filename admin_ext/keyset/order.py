"""The order of a list: what it is sorted by, with the key at its end."""

from dataclasses import dataclass
from typing import Any

KEY = "_id"


@dataclass(frozen=True)
class Order:
    """Sort keys as MongoDB takes them.

    ``keys``: (stored path, 1 or -1), none of them the key of the documents. ``last``:
    the direction of that, by which rows are told apart that are equal otherwise.
    ``is_turned``: the order of a list, walked from its end.
    """

    keys: tuple[tuple[str, int], ...]
    last: int
    is_turned: bool = False

    @classmethod
    def by(cls, pairs: list[tuple[str, Any]]) -> "Order | None":
        """Return the order of these pairs; None where one is of no stored value.

        What follows the key changes nothing.
        """
        keys: list[tuple[str, int]] = []
        for path, direction in pairs:
            if path == KEY:
                return cls(tuple(keys), direction)
            if direction not in (1, -1) or path.startswith("$"):
                return None
            keys.append((path, direction))
        return cls(tuple(keys), keys[-1][1] if keys else 1)

    @property
    def total(self) -> tuple[tuple[str, int], ...]:
        """The keys, and that of the documents."""
        return (*self.keys, (KEY, self.last))

    @property
    def shares_lists(self) -> bool:
        """Whether a list may be on the way to several keys.

        MongoDB then takes the values of one member for all of these, and not the least
        of each.
        """
        names = [path.partition(".")[0] for path, _direction in self.keys]
        return len({*names}) < len(names)

    @property
    def backwards(self) -> "Order":
        turned = tuple((path, -direction) for path, direction in self.keys)
        return Order(turned, -self.last, not self.is_turned)

    @property
    def text(self) -> str:
        """What tells this order from others, such as "-start,-_id"."""
        return ",".join(f"{'-' if sign < 0 else ''}{path}" for path, sign in self.total)
