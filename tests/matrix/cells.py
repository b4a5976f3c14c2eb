"""Every cell of the matrix: a role, a place, and a method."""

from collections.abc import Iterator
from functools import cache

from django.contrib.admin.utils import quote

from .cases import CASES, MISSING, Case
from .people import ROLES, Role
from .rules import Place
from .views import View, views

ROWS = ("allowed", "denied", "missing")

METHODS = ("GET", "POST")


def places_for(role: Role) -> list[Place]:
    """Return what a role asks for: rows that limits take away where there are some."""
    has_denied = role.limits == "rows"
    return [each for each in places() if has_denied or each.row != "denied"]


@cache
def places() -> tuple[Place, ...]:
    """Return what every role asks for, leaving last."""
    found = [place for view in views() for place in _places(view)]
    return tuple(sorted(found, key=lambda place: place.view.kind == "logout"))


def _places(view: View) -> Iterator[Place]:
    if not hasattr(view.model, "_fields"):
        yield Place(view)
        return
    for case in CASES:
        if case.document is view.model:
            rows = ROWS if "object_id" in view.parameters else ("",)
            rows = ("allowed", "denied") if view.kind == "changelist" else rows
            for row in rows:
                yield Place(view, case, row)


def key_of(case: Case, row: str) -> str:
    """Return the key of a row as URLs have it."""
    allowed, denied = case.keys
    return quote(str({"allowed": allowed, "denied": denied}.get(row, MISSING)))


def size() -> dict[str, int]:
    """Return how large the matrix is."""
    return {
        "roles": len(ROLES),
        "views": len([*views()]),
        "Documents": len(CASES),
        "places": len(places()),
        "cells": sum(len(places_for(role)) for role in ROLES) * len(METHODS),
    }
