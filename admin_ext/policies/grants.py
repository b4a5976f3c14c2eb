"""Why a person may do what with the documents of a class: what gives it, how far."""

from dataclasses import dataclass, field
from typing import Any

from .access import REST, Access
from .paths import Path

# What Django's four permissions are about.
ACTIONS = ("add", "change", "delete", "view")

# A limit of rows: (class whose documents it is about, Django lookup path, value).
Lookup = tuple[type, str, Any]


@dataclass(frozen=True)
class Grant:
    """What one source gives a person.

    ``source``: in words; ``actions``: of ACTIONS, none where the source has limits
    only; ``rows``: a text that tells one limit of rows from another, "" for all rows,
    and ``lookups``: the same, all of which hold; ``fields``: {path: Access} of those
    that are limited.
    """

    source: Any
    actions: frozenset[str]
    rows: str = ""
    lookups: tuple[Lookup, ...] = field(default=(), hash=False, compare=False)
    fields: dict[Path, Access] = field(default_factory=dict, hash=False, compare=False)

    def access(self, path: Path) -> Access:
        """Return how far this goes for a field, or for what is below one.

        What is in a hidden field is hidden as well.
        """
        return access_by(self.fields, path)

    def covers(self, rows: str) -> bool:
        """Tell whether this is about all documents that ``rows`` are about."""
        return self.rows in ("", rows)


def access_by(rules: dict[Path, Access], path: Path) -> Access:
    """Return the least that rules of a path, and of what holds it, give.

    The rule of REST is for a field without any other, EDIT without one. A field that
    holds one with a rule of its own is open as the way to it; what else is in it is
    not.
    """
    found = [
        rules[path[:end]] for end in range(1, len(path) + 1) if path[:end] in rules
    ]
    if found:
        return min(found)
    below = (each for rule, each in rules.items() if rule[: len(path)] == path)
    return max((rules.get((REST,), Access.EDIT), *below))


def least(rules: list[tuple[Path, Access]]) -> dict[Path, Access]:
    """Return {path: Access} of rules, of which several may be about one path."""
    found: dict[Path, Access] = {}
    for path, access in rules:
        found[path] = min(access, found.get(path, access))
    return found
