"""Which of many values are keys of a collection, asked in few commands."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, islice
from typing import Any

from admin_ext.ejson import CODEC
from admin_ext.failures import FAILURES, reason
from admin_ext.identities import key_identity
from admin_ext.limits import within

from .candidates import Candidate, Wanted
from .targets import Target

# Values in one command; an ObjectId takes 20 bytes of its 16 MB.
MAX_ASKED = 10_000


class Lookups:
    """What was found, by target.

    ``commands``: how many were sent; ``failed``: {target: why it gave no answer}.
    """

    def __init__(self, database: Any, *, max_time: int):
        self._database, self._max_time = database, max_time
        self._found: dict[Target, set[Any]] = defaultdict(set)
        self.commands = 0
        self.failed: dict[Target, str] = {}

    def ask(self, wanted: Iterable[tuple[Target, list[Wanted]]]) -> None:
        """Look up values: all of a target's together."""
        asked: dict[Target, list[list[Wanted]]] = defaultdict(list)
        for target, values in wanted:
            asked[target].append(values)
        for target, lists in asked.items():
            rest = iter(dict(chain.from_iterable(lists)).items())
            while target not in self.failed and (some := dict(islice(rest, MAX_ASKED))):
                self._look_up(target, some)

    def _look_up(self, target: Target, values: dict[Any, Any]) -> None:
        """Ask for values in one query, which the index of the key answers alone."""
        fields = {"_id": 1} if target.key == "_id" else {target.key: 1, "_id": 0}
        condition = {target.key: {"$in": [*values.values()]}}
        self.commands += 1
        try:
            with within(self._max_time):
                cursor = self._collection(target).find(
                    condition, fields, batch_size=len(values) + 1
                )
                there = {key_identity(_at(son, target.key)) for son in cursor}
        except FAILURES as error:
            self.failed[target] = reason(error, self._max_time)
            return
        self._found[target] |= there

    def _collection(self, target: Target) -> Any:
        return self._database[target.collection].with_options(codec_options=CODEC)

    def found(self, target: Target, values: list[Wanted]) -> frozenset[Any]:
        """Return the identities of those that are there, as far as they were asked."""
        known = self._found[target]
        return frozenset(one.identity for one in values if one.identity in known)

    def repeats(self, target: Target, candidate: Candidate) -> bool:
        """Tell whether documents hold their own keys in a field; so if none tells."""
        path = ".".join(candidate.field.path)
        keys = [one.value for one in candidate.probes]
        self.commands += 1
        try:
            with within(self._max_time):
                sons = [
                    *self._collection(target).find({"_id": {"$in": keys}}, {path: 1})
                ]
        except FAILURES:
            return True
        return all(_at(son, path) == son["_id"] for son in sons)


def _at(son: Any, path: str) -> Any:
    for step in path.split("."):
        son = son.get(step) if isinstance(son, dict) else None
    return son
