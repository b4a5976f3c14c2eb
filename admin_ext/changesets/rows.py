"""Which member of a list is which, when the list is not what it was."""

from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from .values import digest

# Keys by which applications tell the rows of a list apart; Mongoose gives each an _id.
ROW_KEYS = ("_id", "id")

# Values that say nothing about a row.
NOTHING = (None, "", [], {})


class Identity(NamedTuple):
    """What a row of a list is known by.

    ``whole``: digest of the row as it was stored; ``key``: of its own key, or b"";
    ``traits``: of each of its keys with what it holds, None for what is no document.
    """

    whole: bytes
    key: bytes = b""
    traits: frozenset[bytes] | None = None

    def is_changed_into(self, other: "Identity") -> bool:
        """Tell whether ``other``, in the same place, is this row changed.

        A document is when at least half of what it held is still there; the value of
        a list of values always is.
        """
        if self.traits is None or other.traits is None:
            return self.traits is other.traits
        return 2 * len(self.traits & other.traits) >= max(len(self.traits), 1)


def identity_of(row: Any) -> Identity:
    """Return what a row is known by."""
    whole = digest(row)
    if not isinstance(row, dict):
        return Identity(whole)
    keys = (row[name] for name in ROW_KEYS if row.get(name) is not None)
    traits = {digest([*item])[:6] for item in row.items() if item[1] not in NOTHING}
    return Identity(whole, next(map(digest, keys), b""), frozenset(traits))


def align(base: Sequence[Identity], stored: Sequence[Identity]) -> list[int | None]:
    """Return for each row of ``base`` its place in ``stored``, or None when it is gone.

    First come rows that nobody changed, in their order and then moved ones; then rows
    with the same key; then what was changed between the same neighbours.
    """
    if list(base) == list(stored):
        return list(range(len(base)))
    found = _Pairs(len(base))
    wholes = [[row.whole for row in rows] for rows in (base, stored)]
    opcodes = SequenceMatcher(None, *wholes, autojunk=False).get_opcodes()
    for tag, i, i_end, j, _j_end in opcodes:
        if tag == "equal":
            for step in range(i_end - i):
                found.add(i + step, j + step)
    found.match(*wholes)
    found.match(*([row.key for row in rows] for rows in (base, stored)))
    for tag, i, i_end, j, j_end in opcodes:
        if tag == "replace" and i_end - i == j_end - j:
            for step in range(i_end - i):
                if base[i + step].is_changed_into(stored[j + step]):
                    found.add(i + step, j + step)
    return found.places


class _Pairs:
    def __init__(self, length: int):
        self.places: list[int | None] = [None] * length
        self._taken: set[int] = set()

    def add(self, place: int, in_stored: int) -> None:
        if self.places[place] is None and in_stored not in self._taken:
            self.places[place] = in_stored
            self._taken.add(in_stored)

    def match(self, base: Sequence[bytes], stored: Sequence[bytes]) -> None:
        """Pair what is equal, wherever it stands; empty texts are equal to nothing."""
        free = defaultdict(list)
        for place, text in enumerate(stored):
            if text and place not in self._taken:
                free[text].append(place)
        for place, text in enumerate(base):
            if self.places[place] is None and free.get(text):
                self.add(place, free[text].pop(0))


class New(NamedTuple):
    """A row that the person added; ``number`` counts them from 0."""

    number: int


def arranged(
    places: Sequence[int | None],
    length: int,
    wanted: Sequence[int | New],
    is_settled: bool = False,
) -> list[int | New] | None:
    """Return the rows of a list after a person's changes; None for a conflict.

    ``places``: where the page's rows are stored now, as ``align`` tells; ``length``:
    how many rows are stored; ``wanted``: the page's rows as the person left them, by
    their number on the page, and new ones. The result names rows by where they are
    stored now.

    Rows that the page did not show stay. Who left the order alone keeps the order that
    is stored; two orders of the same rows are a conflict.
    """
    kept = [row for row in wanted if not isinstance(row, New)]
    deleted = {places[row] for row in range(len(places)) if row not in {*kept}}
    if _is_in_order(wanted):
        rows: list[int | New] = [row for row in range(length) if row not in deleted]
        return rows + [row for row in wanted if isinstance(row, New)]
    known = [place for place in places if place is not None]
    if known != sorted(known) and not is_settled:
        return None
    new_order = [
        row if isinstance(row, New) else places[row]
        for row in wanted
        if isinstance(row, New) or places[row] is not None
    ]
    return _in_place_of(known, new_order, length)


def _is_in_order(wanted: Sequence[int | New]) -> bool:
    """Tell whether the page's rows come in its order, and new ones behind them."""
    keys = [(1, row.number) if isinstance(row, New) else (0, row) for row in wanted]
    return keys == sorted(keys)


def _in_place_of(known: list[int], new_order: list, length: int) -> list:
    """Put ``new_order`` where the first of the known rows stood; others stay around."""
    if not known:
        return [*range(length), *new_order]
    first, is_known = min(known), {*known}
    before = [place for place in range(first) if place not in is_known]
    after = [place for place in range(first, length) if place not in is_known]
    return [*before, *new_order, *after]
