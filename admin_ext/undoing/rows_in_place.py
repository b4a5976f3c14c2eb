"""Whether the rows of a list still stand where they stood when one was changed."""

import copy
from typing import Any

from admin_ext.changesets import MISSING
from admin_ext.changesets.diff import Path
from admin_ext.history.entries import digests
from admin_ext.history.values import Large

from .access import later_changes
from .recorded import Recorded, recorded_paths


def stand_in_place(change: Any, cls: type, path: Path, stored: dict) -> bool:
    """Tell whether a path through a row of a list leads to the row that it led to.

    It does when nothing else in that list was changed since, or only values of single
    rows, through this site: these are taken back in thought, and the rest compared.
    """
    place = next((n for n, step in enumerate(path) if isinstance(step, int)), None)
    if place is None:
        return True
    key, rows = path[0], path[: place + 1]
    if key not in stored or key not in change.digests:
        return False
    value = {key: copy.deepcopy(stored[key])}
    for later in later_changes(change):
        for each in recorded_paths(later):
            if each.path[0] == key and not _take_back(value, each, len(rows)):
                return False
    return digests(cls, change.place, value)[key] == change.digests[key]


def _take_back(value: dict, each: Recorded, depth: int) -> bool:
    """Put a recorded value back; tell whether it is one within a row."""
    if each.is_secret:
        return True
    if len(each.path) <= depth or isinstance(each.before, Large):
        return False
    return put(value, each.path, each.before)


def put(value: Any, path: Path, new: Any) -> bool:
    """Set a value at a path, MISSING takes it out; tell if there is such a place."""
    try:
        for step in path[:-1]:
            value = value[step]
        if not isinstance(value, dict | list):
            return False
        if new is not MISSING:
            value[path[-1]] = new
        elif isinstance(value, dict):
            value.pop(path[-1], None)
        else:
            return False
    except (KeyError, IndexError, TypeError):
        return False
    return True
