"""Base, wanted and stored value → what to store, or a conflict."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from .diff import Path
from .rows import align, identity_of
from .values import MISSING, identical


class Choice(models.TextChoices):
    """How a person settles a conflict."""

    STORED = "stored", _("Keep what is stored now")
    MINE = "mine", _("Store mine")


class Conflict(Exception):
    """Somebody else changed what this person changed, to another value.

    ``base``: what the page showed; ``mine``: what the person wants; ``stored``: what
    is there now. Each may be MISSING.
    """

    def __init__(self, base: Any, mine: Any, stored: Any, path: Path = ()):
        super().__init__(base, mine, stored)
        self.base, self.mine, self.stored, self.path = base, mine, stored, path


def merged(base: Any, mine: Any, stored: Any) -> Any:
    """Return what to store in place of ``stored``. Raise Conflict."""
    if identical(base, mine):
        return stored
    if identical(stored, base) or identical(stored, mine):
        return mine
    raise Conflict(base, mine, stored)


def merged_tree(
    base: Any, mine: Any, stored: Any, path: Path = ()
) -> tuple[Any, list[Conflict]]:
    """Return the same at any depth, and the conflicts; at these ``stored`` is kept."""
    try:
        return merged(base, mine, stored), []
    except Conflict as conflict:
        conflict.path = path
        found = conflict
    if all(isinstance(each, dict) for each in (base, mine, stored)):
        return _merged_documents(base, mine, stored, path)
    are_lists = all(isinstance(each, list) for each in (base, mine, stored))
    if are_lists and _are_same_rows(base, mine) and _are_same_rows(base, stored):
        return _merged_rows(base, mine, stored, path)
    return stored, [found]


def _merged_documents(base, mine, stored, path) -> tuple[dict, list[Conflict]]:
    result, conflicts = {}, []
    for key in dict.fromkeys((*stored, *mine, *base)):
        values = (each.get(key, MISSING) for each in (base, mine, stored))
        value, found = merged_tree(*values, (*path, key))
        conflicts += found
        if value is not MISSING:
            result[key] = value
    return result, conflicts


def _merged_rows(base, mine, stored, path) -> tuple[list, list[Conflict]]:
    result, conflicts = [], []
    for index, values in enumerate(zip(base, mine, stored, strict=True)):
        value, found = merged_tree(*values, (*path, index))
        result.append(value)
        conflicts += found
    return result, conflicts


def _are_same_rows(base: list, other: list) -> bool:
    """Tell whether the rows of two lists are the same ones in the same places."""
    if len(base) != len(other):
        return False
    pairs = align(*([identity_of(row) for row in rows] for rows in (base, other)))
    return pairs == list(range(len(base)))
