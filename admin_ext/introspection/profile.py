"""The values at every path of many documents, summed up in bounded memory."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from random import Random
from typing import Any

from bson import Binary

from admin_ext.cuts import length_of, number_of

from .bson_types import ARRAY, NUMBERS, OBJECT, STRING, bson_type

# So many different values of a path are counted one by one, and so many random ones
# are kept to look at; of texts so many characters.
MAX_VALUES = 1_000
MAX_SAMPLE = 1_000
MAX_TEXT = 200

# Where documents have more different keys, the others are summed up as one.
MAX_KEYS = 1_000

# So many paths a profile has at most. Keys that would be more are summed up as well.
MAX_PATHS = 20_000

# So many values all paths keep together, counted or to look at: some hundred MB. Paths
# that would keep more afterwards have fewer, or none.
MAX_KEPT = 4_000_000

# Ids that are kept of the documents of each type.
MAX_EXAMPLES = 3

_COUNTED = frozenset({STRING, "bool", "int", "long", "double", "objectId", "date"})


class Budget:
    """How many paths may still be told apart, and how many values kept.

    One for all profiles of a collection.
    """

    def __init__(self, paths: int = MAX_PATHS, values: int = MAX_KEPT):
        self.paths, self.values = paths, values
        # The same documents give the same sample.
        self.random = Random(0)


class Profile:
    """What was seen at one path; an array and its members are two.

    ``count``: how many values, null included; ``types``: {BSON type: how many}.
    ``values``: {(BSON type, value): how many} of the first MAX_VALUES different short
    ones, and ``uncounted`` how many others of these types there were; ``sample``: a
    random MAX_SAMPLE of all values but null, arrays and objects, texts cut to MAX_TEXT.
    ``examples``: {BSON type: ids of the first documents}.
    ``low``, ``high``: {"number" | "date" | "length" | "size": the least, the greatest}
    of numbers but NaN, dates, characters of texts, members of arrays; of what is cut
    (admin_ext.cuts) those of the whole.
    ``subtypes``: {subtype of binary data: how many}.
    ``keys``: {key: Profile} of objects, in the order in which they were seen; ``rest``:
    what the keys beyond the bounds hold, together, and ``rest_keys`` some of them.
    ``classes``: {value of _cls: Profile of these objects}. ``members``: of arrays.
    """

    __slots__ = (
        *("_budget", "classes", "count", "examples", "high", "keys", "low"),
        *("members", "rest", "rest_keys", "sample", "sampled", "subtypes", "types"),
        *("uncounted", "values"),
    )

    def __init__(self, budget: Budget | None = None):
        self._budget = budget or Budget()
        self.count = self.uncounted = self.sampled = 0
        self.types: Counter[str] = Counter()
        self.subtypes: Counter[int] = Counter()
        self.values: Counter[tuple[str, Any]] = Counter()
        self.sample: list[Any] = []
        self.examples: dict[str, list[Any]] = {}
        self.low: dict[str, Any] = {}
        self.high: dict[str, Any] = {}
        self.keys: dict[str, Profile] = {}
        self.classes: dict[str, Profile] = {}
        self.rest: Profile | None = None
        self.rest_keys: list[str] = []
        self.members: Profile | None = None

    @property
    def objects(self) -> int:
        """How many objects were seen, which may have keys."""
        return self.types[OBJECT]

    def add(self, value: Any, key: Any = None) -> None:
        """Take in a value; ``key``: the id of the document that holds it."""
        name = bson_type(value)
        self.count += 1
        self.types[name] += 1
        examples = self.examples.setdefault(name, [])
        if len(examples) < MAX_EXAMPLES and key not in examples:
            examples.append(key)
        if name == OBJECT:
            self._add_object(value, key)
        elif name == ARRAY:
            self._add_array(value, key)
        elif value is not None:
            self._add_scalar(value, name)

    def _add_object(self, son: dict[str, Any], key: Any) -> None:
        for name, value in son.items():
            self._of_key(name).add(value, key)
        cls = son.get("_cls")
        # Code is a str as well, and no key of a dict.
        if bson_type(cls) == STRING and (
            cls in self.classes or len(self.classes) < MAX_VALUES
        ):
            found = self.classes.get(cls)
            if found is None:
                found = self.classes[cls] = Profile(self._budget)
            found.add({name: son[name] for name in son if name != "_cls"}, key)

    def _of_key(self, name: str) -> "Profile":
        found = self.keys.get(name)
        if found is not None:
            return found
        if len(self.keys) < MAX_KEYS and self._budget.paths > 0:
            self._budget.paths -= 1
            found = self.keys[name] = Profile(self._budget)
            return found
        if self.rest is None:
            self.rest = Profile(self._budget)
        if len(self.rest_keys) < MAX_KEYS and name not in self.rest_keys:
            self.rest_keys.append(name)
        return self.rest

    def _add_array(self, values: list[Any], key: Any) -> None:
        self._measure("size", number_of(values))
        if self.members is None:
            self.members = Profile(self._budget)
        for each in values:
            self.members.add(each, key)

    def _add_scalar(self, value: Any, name: str) -> None:
        if name == STRING:
            self._measure("length", length_of(value))
            # Nobody types so long a text twice.
            if len(value) > MAX_TEXT:
                self.uncounted += 1
                self._keep(value[:MAX_TEXT])
                return
        elif name in NUMBERS:
            self._measure_number(value, name)
        elif name == "date" and isinstance(value, datetime):
            self._measure("date", value)
        elif name == "binData":
            self.subtypes[_subtype(value)] += 1
            # A part of a Binary has no subtype any more.
            if isinstance(value, bytes) and len(value) > MAX_TEXT:
                value = value[:MAX_TEXT]
        if name in _COUNTED:
            # 1, 1.0 and True are one key of a dict.
            self._count((name, value), 1)
        self._keep(value)

    def _measure_number(self, value: Any, name: str) -> None:
        number = value.to_decimal() if name == "decimal" else value
        if not (number.is_nan() if name == "decimal" else math.isnan(number)):
            self._measure("number", number)

    def _measure(self, what: str, value: Any) -> None:
        if what not in self.low or value < self.low[what]:
            self.low[what] = value
        if what not in self.high or value > self.high[what]:
            self.high[what] = value

    def _count(self, key: tuple[str, Any], times: int) -> None:
        if key in self.values:
            self.values[key] += times
        elif len(self.values) < MAX_VALUES and self._budget.values > 0:
            self._budget.values -= 1
            self.values[key] = times
        else:
            self.uncounted += times

    def _keep(self, value: Any) -> None:
        """Keep ``value`` with the chance that all have (reservoir sampling)."""
        self.sampled += 1
        if len(self.sample) < MAX_SAMPLE and self._budget.values > 0:
            self._budget.values -= 1
            self.sample.append(value)
            return
        place = int(self._budget.random.random() * self.sampled)
        if place < len(self.sample):
            self.sample[place] = value

    def share(self, name: str) -> float:
        """Return in which part of the objects a key is, from 0 to 1; null counts."""
        found = self.keys.get(name)
        return found.count / self.objects if found and self.objects else 0.0

    def walk(self, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple, "Profile"]]:
        """Yield this and all below, each with its path; ``[]`` stands for members."""
        yield path, self
        for name, each in self.keys.items():
            yield from each.walk((*path, name))
        if self.members is not None:
            yield from self.members.walk((*path, "[]"))


def profile_of(documents: Iterable[dict[str, Any]]) -> Profile:
    """Return the Profile of whole documents."""
    profile = Profile()
    for each in documents:
        profile.add(each, each.get("_id"))
    return profile


def merged(profiles: Iterable[Profile]) -> Profile:
    """Return what was seen at several paths as if it had been one.

    Used where the keys of an object are data: the values of all of them are alike.
    """
    budget = Budget()
    result = Profile(budget)
    for each in profiles:
        _merge(result, each, budget)
    return result


def _merge(result: Profile, other: Profile, budget: Budget) -> None:
    result.count += other.count
    result.uncounted += other.uncounted
    result.types.update(other.types)
    result.subtypes.update(other.subtypes)
    for value, times in other.values.items():
        result._count(value, times)
    for value in other.sample:
        result._keep(value)
    for name, ids in other.examples.items():
        kept = result.examples.setdefault(name, [])
        kept += [each for each in ids if each not in kept]
        del kept[MAX_EXAMPLES:]
    for what, value in (*other.low.items(), *other.high.items()):
        result._measure(what, value)
    for key, each in other.keys.items():
        _merge(result._of_key(key), each, budget)
    for cls, each in other.classes.items():
        _merge(result.classes.setdefault(cls, Profile(budget)), each, budget)
    if other.rest is not None:
        result.rest = result.rest or Profile(budget)
        _merge(result.rest, other.rest, budget)
        result.rest_keys += [
            key for key in other.rest_keys if key not in result.rest_keys
        ]
    if other.members is not None:
        result.members = result.members or Profile(budget)
        _merge(result.members, other.members, budget)


def _subtype(value: Any) -> int:
    if isinstance(value, Binary):
        return value.subtype
    return 0 if isinstance(value, bytes) else 4  # a UUID
