"""What an update sends: the paths that differ between two stored documents."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from .values import MISSING, identical

Path = tuple[str | int, ...]


class Change(NamedTuple):
    """One path, with what is stored there and what shall be; either may be MISSING."""

    path: Path
    before: Any
    after: Any

    @property
    def dotted(self) -> str:
        return ".".join(map(str, self.path))


def differences(before: dict, after: dict) -> list[Change]:
    """Return the deepest paths at which two stored documents differ.

    A list of another length, and a document with a key that no path can name, differ
    as a whole. The order of keys is no difference.
    """
    changes = list(_in_documents((), before, after))
    if all(is_addressable(change.path[0]) for change in changes):
        return changes
    # Only a pipeline can name such a key, and a pipeline knows no index of a list.
    names = dict.fromkeys(change.path[0] for change in changes)
    return [
        Change((name,), before.get(name, MISSING), after.get(name, MISSING))
        for name in names
    ]


def is_addressable(key: Any) -> bool:
    """Tell whether a key can be a step of a dotted path.

    https://www.mongodb.com/docs/manual/core/dot-dollar-considerations/
    """
    return bool(key) and "." not in str(key) and not str(key).startswith("$")


def _in_documents(path: Path, before: dict, after: dict) -> Iterator[Change]:
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key, MISSING), after.get(key, MISSING)
        yield from _between((*path, key), old, new)


def _between(path: Path, before: Any, after: Any) -> Iterator[Change]:
    if identical(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        inner = list(_in_documents(path, before, after))
        if all(is_addressable(change.path[len(path)]) for change in inner):
            yield from inner
            return
    elif isinstance(before, list) and isinstance(after, list):
        differing = _differing(before, after)
        if len(before) == len(after) and len(differing) <= (len(before) + 1) // 2:
            for index in differing:
                yield from _between((*path, index), before[index], after[index])
            return
    yield Change(path, before, after)


def _differing(before: list, after: list) -> list[int]:
    """Return the places at which two lists differ."""
    pairs = enumerate(zip(before, after, strict=False))
    return [index for index, (old, new) in pairs if not identical(old, new)]


def update_for(changes: list[Change]) -> dict | list:
    """Return MongoDB's update of ``changes``: operators, or a pipeline for odd keys."""
    if all(is_addressable(change.path[0]) for change in changes):
        sets = {
            each.dotted: each.after for each in changes if each.after is not MISSING
        }
        unsets = {each.dotted: 1 for each in changes if each.after is MISSING}
        both = {"$set": sets, "$unset": unsets}
        return {operator: fields for operator, fields in both.items() if fields}
    document: Any = "$$ROOT"
    for change in changes:
        document = _with_key(document, change)
    return [{"$replaceWith": document}]


def _with_key(document: Any, change: Change) -> dict:
    """https://www.mongodb.com/docs/manual/reference/operator/aggregation/setField/"""
    arguments = {"field": {"$literal": change.path[0]}, "input": document}
    if change.after is MISSING:
        return {"$unsetField": arguments}
    return {"$setField": {**arguments, "value": {"$literal": change.after}}}
