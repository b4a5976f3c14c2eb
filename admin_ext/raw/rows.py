"""Handles of the members of lists, which may be moved on the raw page.

Where a person may not see all of the members, every document in the list has one,
whether or not something of it is withheld: a keyed digest of where it stood when the
page was made. Sealed digests of the members as they were stored travel with the page:
by them each is found when somebody else has changed the list meanwhile.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from admin_ext.changesets import Identity, align, digest, identity_of
from admin_ext.changesets.diff import Path
from admin_ext.changesets.guard import value_at
from admin_ext.changesets.sealing import seal, unsealed
from admin_ext.changesets.values import DIGEST_BYTES
from admin_ext.stored_paths import class_at, member_field

from .hidden import MARK, Hidden, Marks, Names

# The trait of a document of which nothing is shown.
NOTHING_SHOWN = frozenset((b"nothing",))


class Before(NamedTuple):
    """What a page showed when it was made: its document, and the seal of its rows."""

    shown: dict
    seal: str


class Page:
    """A stored document as a person sees it.

    ``shown``: with marks and handles; ``marks``: what these stand for; ``members``:
    {(path, handle): stored member}. ``before``: handles are those of that page, where
    the member was there already.
    """

    def __init__(
        self, cls: type, stored: dict, hidden: Hidden, before: Before | None = None
    ):
        self.hidden, self._stored, self._before = hidden, stored, before
        self.marks = Marks(hidden, stored.get("_id"))
        self.shown = self.marks.document(cls, stored, ())
        self.members: dict[tuple[Names, str], dict] = {}
        self._digests = {} if before is None else _digests(cls, before, hidden)
        # {place of a member: where it was on the page, None for a new one}
        self._origins: dict[Path, Path | None] = {}
        for place, names in [*_lists(cls, self.shown, hidden)]:
            self._add(place, names)

    def seal(self) -> str:
        """Return what tells the members apart later, for a page that is just made."""
        if not self._origins:
            return ""
        places = [*self._origins]
        digests = (digest(value_at(self._stored, place)) for place in places)
        return seal(b"".join((_fingerprint(places), *digests)))

    def _add(self, place: Path, names: Names) -> None:
        """Give handles to the members of a list."""
        rows = value_at(self.shown, place)
        for index, origin in enumerate(self._origins_in(place, rows)):
            at, row = (*place, index), rows[index]
            self._origins[at] = origin
            if isinstance(row, dict):
                handle = self._handle(at, origin)
                self.members[names, handle] = value_at(self._stored, at)
                row[MARK] = handle

    def _handle(self, place: Path, origin: Path | None) -> str:
        kind = ["new row", *place] if origin is None else ["row", *origin]
        return digest([self.marks.key, kind]).hex()

    def _origins_in(self, place: Path, rows: list) -> list[Path | None]:
        """Return where the members of a list were on the page."""
        if self._before is None:
            return [(*place, index) for index in range(len(rows))]
        origin = self._origin_of(place)
        before = None if origin is None else value_at(self._before.shown, origin)
        known = before if isinstance(before, list) else []
        wholes = [self._digests.get((*origin, index)) for index in range(len(known))]
        was = [] if None in wholes else [*map(_identity, known, wholes)]
        now = [
            _identity(row, digest(value_at(self._stored, (*place, index))))
            for index, row in enumerate(rows)
        ]
        found: list[Path | None] = [None] * len(rows)
        for index, at in enumerate(align(was, now)):
            if at is not None:
                found[at] = (*origin, index)
        return found

    def _origin_of(self, place: Path) -> Path | None:
        """Return where a list was on the page, None where nobody knows."""
        indices = [end for end, step in enumerate(place, 1) if isinstance(step, int)]
        if not indices:
            return place
        row = self._origins[place[: indices[-1]]]
        return None if row is None else (*row, *place[indices[-1] :])


def _lists(cls: type, shown: dict, hidden: Hidden) -> Iterator[tuple[Path, Names]]:
    """Yield (place, path) of the lists of whose members not all is shown, outer first.

    ``shown``: a document as the page has it.
    """
    yield from _in_document(hidden, cls, None, shown, (), ())


def _in_document(hidden, cls, member, son, names, place):
    for part in hidden.parts(cls, member, son, names):
        at = (*place, part.key)
        yield from _in_value(hidden, part.field, son[part.key], part.path, at)


def _in_value(hidden, field, value, names, place):
    if hidden.is_whole(names):
        return
    member = member_field(field)
    if isinstance(value, dict):
        cls = class_at(field, value)
        yield from _in_document(hidden, cls, member, value, names, place)
    elif isinstance(value, list):
        yield place, names
        for index, item in enumerate(value):
            yield from _in_value(hidden, member, item, names, (*place, index))


def _digests(cls: type, before: Before, hidden: Hidden) -> dict[Path, bytes]:
    """Return {place: digest} of the members on a page; nothing if they are others.

    They are when the limits of the person were changed meanwhile.
    """
    places = [
        (*place, index)
        for place, _names in _lists(cls, before.shown, hidden)
        for index in range(len(value_at(before.shown, place)))
    ]
    data = unsealed(before.seal) if before.seal else b""
    starts = range(0, len(data), DIGEST_BYTES)
    first, *digests = [data[at : at + DIGEST_BYTES] for at in starts] or [b""]
    if first != _fingerprint(places):
        return {}
    return dict(zip(places, digests, strict=True))


def _fingerprint(places: list[Path]) -> bytes:
    return digest([[*place] for place in places])


def _identity(row: Any, whole: bytes) -> Identity:
    """Return what a row is known by: by what is shown where it is not the same."""
    found = identity_of(_plain(row))
    traits = found.traits if found.traits is None else found.traits or NOTHING_SHOWN
    return Identity(whole, found.key, traits)


def _plain(value: Any) -> Any:
    """Return what is shown of a value without marks and handles."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if key != MARK}
    return [*map(_plain, value)] if isinstance(value, list) else value
