"""How many documents have which findings, with some of their ids."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import inf
from typing import Any

from .examining import Findings, examine
from .places import Place
from .problems import Finding, Problem

# Ids that are kept of each finding.
MAX_SAMPLES = 5

# Different things that are stored there, and different undeclared keys of a place,
# which are told apart.
MAX_DETAILS = 20
MAX_KEYS = 50


@dataclass
class Tally:
    """The documents with one finding; ``details``: {what is stored: how many}."""

    count: int = 0
    samples: list[Any] = field(default_factory=list)
    details: Counter[Any] = field(default_factory=Counter)

    def add(self, key: Any, details: Iterable[Any]) -> None:
        self.count += 1
        if len(self.samples) < MAX_SAMPLES:
            self.samples.append(key)
        for each in details:
            # 1, 1.0 and True are one key of a dict.
            known = (type(each).__name__, each)
            if known in self.details or len(self.details) < MAX_DETAILS:
                self.details[known] += 1

    @property
    def stored(self) -> list[tuple[Any, int]]:
        """What is stored, the most frequent first, and in how many documents."""
        return [
            (value, number) for (_type, value), number in self.details.most_common()
        ]


class Comparison:
    """What was found in the documents of one Document so far.

    ``is_told``: which findings count, all with None.
    """

    def __init__(self, place: Place, is_told: Callable[[Finding], bool] | None = None):
        self.place, self.is_told = place, is_told
        self.read = self.odd = 0
        self.tallies: dict[Finding, Tally] = {}
        self._keys: Counter[Place] = Counter()

    def add_all(self, sons: Iterable[dict[str, Any]]) -> None:
        for each in sons:
            self.add(each)

    def add(self, son: dict[str, Any], *, until: float = inf) -> None:
        """Compare one stored document, as far as there is time ``until`` then."""
        found = examine(self.place, son, until=until)
        if self.is_told is not None:
            found = {each: found[each] for each in found if self.is_told(each)}
        self.read += 1
        self.odd += bool(found)
        self._count(son.get("_id"), found)

    def _count(self, key: Any, found: Findings) -> None:
        for finding, details in found.items():
            tally = self.tallies.get(finding)
            if tally is None:
                if finding.key is not None:
                    if self._keys[finding.place] >= MAX_KEYS:
                        continue
                    self._keys[finding.place] += 1
                tally = self.tallies[finding] = Tally()
            tally.add(key, details)

    def share(self, finding: Finding) -> float:
        """Return which part of the documents that were read has it, 0 to 1."""
        return self.tallies[finding].count / self.read if self.read else 0.0

    def rows(self) -> list[tuple[Finding, Tally]]:
        """Return the findings in the order of the Document's fields.

        That there are undeclared keys is one only where these are too many to tell,
        and in secrets.
        """
        order = {place: number for number, place in enumerate(self.place.walk())}
        problems = [*Problem]

        def place_of(finding: Finding) -> int:
            # Undeclared keys stand behind the declared ones.
            is_extra = finding.problem is Problem.EXTRA
            last = [*finding.place.walk()][-1] if is_extra else finding.place
            return order[last]

        found = [
            (finding, tally)
            for finding, tally in self.tallies.items()
            if not self._is_told_by_keys(finding)
        ]
        return sorted(
            found,
            key=lambda each: (
                place_of(each[0]),
                each[0].problem is Problem.EXTRA,
                -len(each[0].place.chain),
                problems.index(each[0].problem),
                each[0].key is None,
                -each[1].count,
                each[0].key or "",
            ),
        )

    def _is_told_by_keys(self, finding: Finding) -> bool:
        is_any = finding.problem is Problem.EXTRA and finding.key is None
        if finding.place.is_secret:
            return False
        return is_any and self._keys[finding.place] < MAX_KEYS
