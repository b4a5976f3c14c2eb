"""What a recorded change holds, as BSON."""

from typing import Any, NamedTuple

from admin_ext.changesets import MISSING
from admin_ext.changesets.diff import Path
from admin_ext.history.images import image_of
from admin_ext.history.values import Large, after, before


class Recorded(NamedTuple):
    """One path of a change; its values are BSON, MISSING or Large.

    ``is_secret``: it has none of them; ``is_partial``: they lack the secrets within.
    """

    path: Path
    before: Any
    after: Any
    is_secret: bool = False
    is_partial: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether what was there before can be stored again."""
        return not (self.is_partial or isinstance(self.before, Large))


def recorded_paths(change: Any) -> list[Recorded]:
    """Return what a change recorded of each path."""
    return [
        Recorded(
            tuple(entry["path"]),
            before(entry),
            after(entry),
            entry.get("secret", False),
            entry.get("partial", False),
        )
        for entry in change.paths
    ]


def recorded_lines(change: Any) -> list[Recorded]:
    """Return the same; of a deletion all that was kept of the document."""
    image = None if change.paths else image_of(change)
    if image is None:
        return recorded_paths(change)
    return [Recorded((key,), value, MISSING) for key, value in image.document.items()]
