"""What can be wrong at a place, and a finding of it."""

from enum import Enum
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _


class Problem(Enum):
    """A way in which a stored document differs from what is declared."""

    EXTRA = "extra"
    MISSING = "missing"
    NULL = "null"
    TYPE = "type"
    CHOICES = "choices"
    LONG = "long"
    CLASS = "class"

    @property
    def label(self) -> Any:
        return LABELS[self]


LABELS = {
    Problem.EXTRA: _("undeclared key"),
    Problem.MISSING: _("required, but missing"),
    Problem.NULL: _("required, but null"),
    Problem.TYPE: _("wrong type"),
    Problem.CHOICES: _("not among the choices"),
    Problem.LONG: _("too long"),
    Problem.CLASS: _("unknown class"),
}


class Finding(NamedTuple):
    """A problem at a place.

    ``key``: of EXTRA the undeclared key in the object at ``place``, None for any.
    """

    place: Any
    problem: Problem
    key: str | None = None

    @property
    def path(self) -> str:
        """The path that a person reads: of a key that is too much, the key's own."""
        if self.problem is not Problem.EXTRA:
            return self.place.text
        steps = (self.place.text, "…" if self.key is None else self.key)
        return ".".join(each for each in steps if each)
