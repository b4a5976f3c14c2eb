"""How a module begins: what it is, and what it imports in the order of isort."""

import re
from collections import defaultdict
from sys import stdlib_module_names

from .comments import wrapped
from .layout import WIDTH, Items, Text, lines, visible, width

QUOTES = '"""'

# Where a project has these, they are its own.
OWN = ("admin_ext",)


class Imports:
    """Names by module; writes ``from module import names``.

    ``hidden``: names that mean something else where they would be used.
    """

    def __init__(self, hidden: frozenset[str] = frozenset()) -> None:
        self.hidden = hidden
        self.names: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, module: str, *names: str) -> None:
        self.names[module].update(names)

    def source(self) -> list[str]:
        """Return the lines, a blank one between the standard library's and others."""
        sections: dict[int, list[str]] = defaultdict(list)
        for module in sorted(self.names, key=_natural):
            names = sorted(self.names[module], key=_order)
            sections[_section(module)] += _from(module, names)
        found = [sections[number] for number in sorted(sections)]
        return [line for each in found for line in ["", *each]][1:]


def _from(module: str, names: list[str]) -> list[str]:
    line = f"from {module} import {', '.join(names)}"
    if width(line) <= WIDTH:
        return [line]
    if len(names) == 1:
        return [f"from {module} import (", f"    {names[0]},", ")"]
    return lines(f"from {module} import ", Items("()", [Text(name) for name in names]))


def _section(module: str) -> int:
    first = module.split(".")[0]
    if not first:
        return 3
    if first in OWN:
        return 2
    return 0 if first in stdlib_module_names else 1


def _order(name: str) -> tuple:
    """Sort as isort does: constants, classes, the rest."""
    if name.isupper() and (len(name) > 1 or not name.isascii()):
        return 0, _natural(name)
    return (1 if name[:1].isupper() else 2), _natural(name)


def _natural(name: str) -> tuple:
    parts = re.split(r"(\d+)", name.lower())
    numbered = tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts if part
    )
    return numbered, name


def docstring(*paragraphs: str) -> list[str]:
    """Return the lines of the docstring of a module, each paragraph wrapped."""
    # Nothing that would end it, and no escapes: a line might end within one.
    texts = [re.sub(r'[\\"]', "?", visible(each)) for each in paragraphs]
    texts = [each for each in texts if each.strip()]
    first, *others = [wrapped(each, WIDTH - len(QUOTES)) for each in texts]
    body = [line for each in others for line in ["", *each]]
    is_short = len(first) == 1 and width(first[0]) <= WIDTH - 2 * len(QUOTES)
    if not body and is_short:
        return [f"{QUOTES}{first[0]}{QUOTES}"]
    return [f"{QUOTES}{first[0]}", *first[1:], *body, QUOTES]
