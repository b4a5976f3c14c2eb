"""Which member of a list is which, when the list is not what it was."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from .values import MISSING, digest, identical

# Keys by which applications tell the rows of a list apart; Mongoose gives each an _id.
ROW_KEYS = ("_id", "id")

# Values that say nothing about a row.
NOTHING = (None, "", [], {})

# In place of the digest of what is withheld of a row of which nothing is.
NO_REST = bytes(6)


class Identity(NamedTuple):
    """What a row of a list is known by.

    ``whole``: digest of the row as it was stored; ``key``: of its own key, or b"";
    ``traits``: of each of its keys with what it holds, None for what is no document.
    Both are of what the person may see. ``rest``: of all that is withheld, as one, so
    that the size tells nothing of it; NO_REST for nothing, None where all may be seen.
    """

    whole: bytes
    key: bytes = b""
    traits: frozenset[bytes] | None = None
    rest: bytes | None = None

    @property
    def held(self) -> frozenset[bytes]:
        """The traits, what is withheld among them."""
        traits = self.traits or frozenset()
        return traits if self.rest in (None, NO_REST) else traits | {self.rest}

    def is_changed_into(self, other: "Identity") -> bool:
        """Tell whether ``other``, in the same place, is this row changed.

        A document is when at least half of what it held is still there; the value of
        a list of values always is.
        """
        if self.traits is None or other.traits is None:
            return self.traits is other.traits
        return 2 * len(self.held & other.held) >= max(len(self.held), 1)


def identity_of(row: Any, shown: Any = MISSING) -> Identity:
    """Return what a row is known by.

    ``shown``: as much of it as the person may see, where that may be less.
    """
    whole, shown = digest(row), row if shown is MISSING else shown
    if not isinstance(row, dict):
        return Identity(whole)
    keys = (shown[name] for name in ROW_KEYS if shown.get(name) is not None)
    traits = {_trait([*item]) for item in shown.items() if item[1] not in NOTHING}
    rest = None if shown is row else _rest(row, shown)
    return Identity(whole, next(map(digest, keys), b""), frozenset(traits), rest)


def _trait(value: Any) -> bytes:
    return digest(value)[: len(NO_REST)]


def _rest(row: dict, shown: dict) -> bytes:
    """Return the trait of what is not shown, or not as a whole."""
    rest = {
        key: value
        for key, value in row.items()
        if not identical(shown.get(key, MISSING), value)
    }
    return _trait(rest) if rest else NO_REST


def align(
    base: Sequence[Identity],
    stored: Sequence[Identity],
    shown_at: Sequence[int] | None = None,
    length: int | None = None,
) -> list[int | None]:
    """Return for each row of ``base`` its place in ``stored``, or None when it is gone.

    ``shown_at``: where the rows of ``base`` were in their list, and ``length``: how
    many rows that had, if the page did not show all of them in their order.

    First come rows that nobody changed, in their order and then moved ones; then rows
    with the same key; then changed ones, by what no other row holds; and last those
    whose place among the others tells which they are. A row that could be two is gone:
    to ask costs less than to write to the wrong one.
    """
    shown_at = range(len(base)) if shown_at is None else shown_at
    length = len(base) if length is None else length
    if list(base) == list(stored) and [*shown_at] == [*range(length)]:
        return list(range(len(base)))
    found = _Pairs(base, stored)
    found.match_in_order(shown_at, length)
    found.match(*([row.whole for row in rows] for rows in (base, stored)))
    found.match(*([row.key for row in rows] for rows in (base, stored)))
    found.match_changed()
    found.match_places(shown_at, length)
    return found.places


class _Pairs:
    def __init__(self, base: Sequence[Identity], stored: Sequence[Identity]):
        self.base, self.stored = base, stored
        self.places: list[int | None] = [None] * len(base)
        self._taken: set[int] = set()

    def add(self, row: int, place: int) -> None:
        if self.places[row] is None and place not in self._taken:
            self.places[row] = place
            self._taken.add(place)

    def _lost(self) -> list[int]:
        return [row for row, place in enumerate(self.places) if place is None]

    def _free(self) -> list[int]:
        return [place for place in range(len(self.stored)) if place not in self._taken]

    def match_in_order(self, shown_at: Sequence[int], length: int) -> None:
        """Pair what is equal and comes in the same order.

        From both ends first: of many equal rows each is the one in its place.
        """
        rows = sorted(range(len(self.base)), key=shown_at.__getitem__)
        low = self._match_run(rows, shown_at, 0)
        high = self._match_run(rows[::-1], shown_at, len(self.stored) - length)
        rows = [row for row in rows if self.places[row] is None]
        start = max(low, default=-1) + 1
        end = min(high, default=len(self.stored))
        before = [self.base[row].whole for row in rows]
        now = [row.whole for row in self.stored[start:end]]
        matcher = SequenceMatcher(None, before, now, autojunk=False)
        for block in matcher.get_matching_blocks():
            for step in range(block.size):
                self.add(rows[block.a + step], start + block.b + step)

    def _match_run(self, rows, shown_at, shift) -> list[int]:
        """Pair rows with what is at their place until one differs; give the places."""
        run = []
        for row in rows:
            place = shown_at[row] + shift
            if not 0 <= place < len(self.stored) or place in self._taken:
                break
            if self.stored[place].whole != self.base[row].whole:
                break
            self.add(row, place)
            run.append(place)
        return run

    def match(self, base: Sequence[bytes], stored: Sequence[bytes]) -> None:
        """Pair what is equal, wherever it stands; empty texts are equal to nothing."""
        free = defaultdict(list)
        for place in self._free():
            if stored[place]:
                free[stored[place]].append(place)
        for row in self._lost():
            if base[row] and free.get(base[row]):
                self.add(row, free[base[row]].pop(0))

    def match_changed(self) -> None:
        """Pair documents that share more of what no other row holds than any others.

        Half of it, at least: a new row has something in common with most.
        """
        taken = {row for row, place in enumerate(self.places) if place is not None}
        holders = _only_holders(self.base, taken)
        held = Counter(holders.values())
        shared = Counter(
            (holders[trait], place)
            for trait, place in _only_holders(self.stored, self._taken).items()
            if trait in holders
        )
        best: list[dict[int, list[int]]] = [{}, {}]
        for pair, count in shared.items():
            for side, number in zip(best, pair, strict=True):
                side.setdefault(number, []).append(count)
        for (row, place), count in shared.items():
            rivals = sorted(best[0][row])[:-1] + sorted(best[1][place])[:-1]
            is_best = count == max(best[0][row]) == max(best[1][place])
            is_known = is_best and count not in rivals and 2 * count >= held[row]
            if is_known and self._is_changed(row, place):
                self.add(row, place)

    def match_places(self, shown_at: Sequence[int], length: int) -> None:
        """Pair what stands in the same place, where no row came, went or moved."""
        pairs = [(row, at) for row, at in enumerate(self.places) if at is not None]
        shifts = {place - shown_at[row] for row, place in pairs}
        shift = shifts.pop() if shifts else 0
        if shifts:
            return
        known = [shown_at[row] for row, _place in pairs]
        # What is unknown beyond the first or the last of them is as much as it was.
        first = 0 if shift == 0 else min(known)
        last = length if length + shift == len(self.stored) else max(known, default=-1)
        for row in self._lost():
            place = shown_at[row] + shift
            is_between = first <= shown_at[row] < last and place < len(self.stored)
            if is_between and self._is_changed(row, place):
                self.add(row, place)

    def _is_changed(self, row: int, place: int) -> bool:
        return self.base[row].is_changed_into(self.stored[place])


def _only_holders(rows: Sequence[Identity], found: set[int]) -> dict[bytes, int]:
    """Return {trait that no other row has: its row} of those that are not found yet."""
    counts = Counter(trait for row in rows for trait in row.held)
    return {
        trait: number
        for number, row in enumerate(rows)
        for trait in row.held
        if counts[trait] == 1 and number not in found
    }


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
    is stored, with new rows behind those they were put behind, or at the end; two
    orders of the same rows are a conflict.
    """
    kept = [row for row in wanted if not isinstance(row, New)]
    deleted = {places[row] for row in range(len(places)) if row not in {*kept}}
    if kept == sorted(kept):
        stay = [place for place in range(length) if place not in deleted]
        return _with_new(stay, wanted, places)
    known = [place for place in places if place is not None]
    if known != sorted(known) and not is_settled:
        return None
    new_order = [
        row if isinstance(row, New) else places[row]
        for row in wanted
        if isinstance(row, New) or places[row] is not None
    ]
    return _in_place_of(known, new_order, length)


def _with_new(stay: list[int], wanted: Sequence[int | New], places) -> list[int | New]:
    """Return the rows that stay, each with the new ones that stand behind it."""
    behind: dict[int | None, list[New]] = defaultdict(list)
    last = None
    for row in wanted:
        if isinstance(row, New):
            behind[last].append(row)
        elif places[row] is not None:
            last = places[row]
    at_end = behind.pop(last, [])
    shown = [place for place in stay if place in {*places}]
    before = {shown[0]: behind.pop(None, [])} if shown else {}
    return [
        *(
            row
            for place in stay
            for row in (*before.get(place, ()), place, *behind.get(place, ()))
        ),
        *at_end,
    ]


def _in_place_of(known: list[int], new_order: list, length: int) -> list:
    """Put ``new_order`` where the first of the known rows stood; others stay around."""
    if not known:
        return [*range(length), *new_order]
    first, is_known = min(known), {*known}
    before = [place for place in range(first) if place not in is_known]
    after = [place for place in range(first, length) if place not in is_known]
    return [*before, *new_order, *after]


def merged_values(base: Any, mine: Any, stored: Any) -> list | None:
    """Return a list of values after two people changed it; None for a conflict.

    ``mine`` is what one of them made of ``base``, ``stored`` what the other did. Equal
    values are one and the same; a replaced one was removed, and another added.
    """
    if not all(isinstance(each, list) for each in (base, mine, stored)):
        return None
    places = _equal_places(base, stored)
    rows, theirs = _equal_places(mine, base), {*map(digest, stored)}
    wanted: list[int | New] = []
    new: list[Any] = []
    for value, row in zip(mine, rows, strict=True):
        if row is not None:
            wanted.append(row)
        elif digest(value) not in theirs:
            wanted.append(New(len(new)))
            new.append(value)
    found = arranged(places, len(stored), wanted)
    if found is None:
        return None
    return [new[row.number] if isinstance(row, New) else stored[row] for row in found]


def _equal_places(values: list, others: list) -> list[int | None]:
    """Return for each value where an equal one stands, each place once, or None."""
    free = defaultdict(list)
    for place, value in enumerate(others):
        free[digest(value)].append(place)
    found = (free[digest(value)] for value in values)
    return [places.pop(0) if places else None for places in found]
