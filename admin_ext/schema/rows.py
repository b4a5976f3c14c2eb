"""The paths of a Document, in one order: what is stored at each, what is declared."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mongoengine.base import BaseField

from admin_ext.introspection.inference.maps import is_map as is_data_keyed
from admin_ext.introspection.profile import Profile, merged

from .access import MEMBERS, Access, looks_secret
from .declarations import (
    class_names,
    classes_of,
    embedded_classes,
    fields_by_key,
    is_dynamic,
    is_free,
    is_map,
    members_of,
    odd_types,
)

ANY_KEY = "*"

# Rows of a page, and levels of objects within one another.
MAX_ROWS = 400
MAX_DEPTH = 12


@dataclass
class Row:
    """A path and what is known of it.

    ``path``: stored keys, ``[]`` for members of lists, ``*`` for the keys of a map.
    ``profile``: None where nothing is stored. ``of``: how many objects could have it,
    0 for members and keys of maps, of which there are as many as there are.
    ``fields``: those that declare it; ``is_expected``: whether keys without one are.
    ``is_shown``: whether the person may see values. ``keys``: how many different keys
    a map has. ``odd``: the BSON types that no field expects.
    """

    path: tuple[str, ...]
    profile: Profile | None
    of: int
    fields: list[BaseField]
    is_expected: bool
    is_shown: bool
    keys: int = 0

    @property
    def depth(self) -> int:
        return len(self.path) - 1

    @property
    def declared(self) -> str:
        return class_names(self.fields)

    @property
    def odd(self) -> list[str]:
        return odd_types(self.fields, self.profile.types) if self.profile else []

    @property
    def share(self) -> float | None:
        """In which part of the objects that could have it the key is, 0 to 1."""
        if not self.of:
            return None
        return self.profile.count / self.of if self.profile else 0.0


def rows_of(document: type, profile: Profile, access: Access) -> list[Row]:
    """Return the rows of a Document, MAX_ROWS at most."""
    classes = classes_of(document)
    walk = _Walk(access)
    found = walk.keys_of((), classes, profile, [], is_expected=False, is_shown=True)
    rows = []
    for each in found:
        if len(rows) == MAX_ROWS:
            break
        rows.append(each)
    return rows


class _Walk:
    def __init__(self, access: Access):
        self.access = access

    def keys_of(
        self,
        path: tuple[str, ...],
        classes: list[type],
        profile: Profile | None,
        fields: list[BaseField],
        *,
        is_expected: bool,
        is_shown: bool,
    ) -> Iterator[Row]:
        """Yield the rows of the keys of objects, the declared ones first."""
        declared = fields_by_key(classes)
        stored = profile.keys if profile else {}
        is_expected = is_expected or is_dynamic(classes)
        for key in dict.fromkeys((*_first(stored), *declared, *stored)):
            if not self.access.is_told((*path, key)):
                continue
            own = declared.get(key, [])
            may_see = self.access.is_shown(key, own, stored.get(key), above=path)
            # The values of a dict are declared by its field, whatever their keys are.
            if not own and not classes:
                own = members_of(fields)
            if key == "_cls" and len(classes) <= 1 and key not in stored:
                continue
            yield from self.row(
                Row(
                    path=(*path, key),
                    profile=stored.get(key),
                    of=profile.objects if profile else 0,
                    fields=own,
                    is_expected=bool(own) or is_expected or key == "_cls",
                    is_shown=is_shown and may_see,
                )
            )
        if profile and profile.rest and self.access.is_whole(path):
            yield Row(
                path=(*path, ANY_KEY),
                profile=profile.rest,
                of=0,
                fields=[],
                is_expected=is_expected,
                is_shown=False,
                keys=len(profile.rest_keys),
            )

    def row(self, row: Row) -> Iterator[Row]:
        """Yield a row and those of what is within its values."""
        yield row
        # What a hidden value is made of may say what it is.
        if row.is_shown and row.depth < MAX_DEPTH:
            yield from self.within(row)

    def within(self, row: Row) -> Iterator[Row]:
        profile = row.profile
        classes = embedded_classes(row.fields, profile.classes if profile else ())
        has_objects = bool(profile and profile.keys)
        if is_map(row.fields) or (
            has_objects and not classes and is_data_keyed(profile)
        ):
            yield from self.map_of(row)
        elif classes or has_objects:
            yield from self.keys_of(
                row.path,
                classes,
                profile,
                row.fields,
                # Of what is not declared itself nothing more need be said.
                is_expected=not row.fields or is_free(row.fields),
                is_shown=row.is_shown,
            )
        yield from self.members_of(row)

    def map_of(self, row: Row) -> Iterator[Row]:
        """Yield one row for what all the keys of a map hold."""
        profile = row.profile
        if not profile or not profile.keys or not self.access.is_whole(row.path):
            return
        values = [*profile.keys.values(), *([profile.rest] if profile.rest else [])]
        values_together = merged(values)
        yield from self.row(
            Row(
                path=(*row.path, ANY_KEY),
                profile=values_together,
                of=0,
                fields=members_of(row.fields),
                is_expected=row.is_expected,
                is_shown=row.is_shown
                and not any(looks_secret(key, None) for key in profile.keys)
                and _is_no_secret(row, values_together),
                keys=len(profile.keys) + len(profile.rest_keys),
            )
        )

    def members_of(self, row: Row) -> Iterator[Row]:
        """Yield the row of the members of lists, those within it without one of it."""
        members = row.profile.members if row.profile else None
        if members is None or not members.count:
            return
        own = Row(
            path=(*row.path, MEMBERS),
            profile=members,
            of=0,
            fields=members_of(row.fields),
            is_expected=row.is_expected,
            is_shown=row.is_shown and _is_no_secret(row, members),
        )
        yield from self.row(own)


def _first(stored: Iterable[str]) -> tuple[str, ...]:
    return ("_id",) if "_id" in stored else ()


def _is_no_secret(row: Row, held: Profile) -> bool:
    """Tell whether what a list or a map holds may be shown, as its key's own value."""
    name = next((step for step in reversed(row.path) if step != MEMBERS), "")
    return bool(row.fields) or not looks_secret(name, held)
