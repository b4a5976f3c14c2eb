"""``_drift`` in the URL of a list: the documents with one problem at one place.

Written ``<problem>:<path>``, of one undeclared key ``extra:<path>:<key>``; problem and
path are looked up among what the Document declares.
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from mongoengine import Q

from .conditions import condition, possible
from .places import Place, root_place
from .problems import Finding, Problem

SEPARATOR = ":"

# What is longer has no place in a URL.
MAX_KEY = 1_000


@dataclass(frozen=True)
class DriftedTo:
    """A value of the parameter: a finding of a Document."""

    finding: Finding

    @property
    def is_short(self) -> bool:
        """Whether a URL has room for it."""
        return len(str(self)) <= MAX_KEY

    def __str__(self):
        place, problem, key = self.finding
        parts = [problem.value, place.text]
        if key is not None:
            parts.append(key)
        return SEPARATOR.join(parts)

    @classmethod
    def parse(cls, text: str, document: type) -> "DriftedTo":
        """Read what a URL of the list of a Document says. Raise ValidationError."""
        name, separator, rest = text.partition(SEPARATOR)
        problem = next((each for each in Problem if each.value == name), None)
        if problem is not None and separator and "\0" not in text:
            for place in root_place(document).walk():
                key = _key(place, problem, rest)
                if key is not False and problem in possible(place):
                    return cls(Finding(place, problem, key))
        raise ValidationError(f"“{text[:100]}” is no problem of the documents.")

    def filter(self, queryset: Any) -> Any:
        """Return what of ``queryset`` has the finding."""
        return queryset.filter(Q(__raw__=condition(self.finding)))


def _key(place: Place, problem: Problem, rest: str) -> Any:
    """Return the undeclared key that ``rest`` names at ``place``, None for any or none.

    False where it names another place, or a key that is declared.
    """
    if rest == place.text:
        return None
    start = f"{place.text}{SEPARATOR}"
    is_key = problem is Problem.EXTRA and rest.startswith(start)
    is_closed = place.shape is None or place.is_secret
    if not is_key or is_closed or len(rest) > MAX_KEY:
        return False
    key = rest.removeprefix(start)
    return key if place.shape.without(key) else False
