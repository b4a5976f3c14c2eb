"""The lattice of the types: which one field of mongoengine holds all that was seen.

null is of every type, and so is the empty text, which services write where they have
nothing. Whole and other numbers join to FloatField; doubles that are all whole, beside
integers, to IntField. All else joins to DynamicField only.

A person would not give up a type for a few odd values, which the admin shows as they
are: a type that MAIN_SHARE of the values have is chosen, and the rest is a doubt.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from admin_ext.introspection.bson_types import ARRAY, NULL, OBJECT, STRING
from admin_ext.introspection.profile import Profile

from .words import example, percent, types_in_words

MAIN_SHARE = 0.98

# So many texts, or keys, look like dates or addresses where they are taken for them.
FITTING = 0.95

# The greatest integer that a double holds exactly.
MAX_EXACT = 2**53

NUMBER = "number"
GROUPS = {"int": NUMBER, "long": NUMBER, "double": NUMBER}

KINDS = {
    STRING: "StringField",
    "decimal": "Decimal128Field",
    "bool": "BooleanField",
    "date": "DateTimeField",
    "objectId": "ObjectIdField",
    ARRAY: "ListField",
    OBJECT: "DictField",
}
DYNAMIC = "DynamicField"

# The admin loads such a document all the same.
REFUSED = " mongoengine by itself does not load them."

UUID_SUBTYPE, LEGACY_UUID_SUBTYPE = 4, 3


@dataclass
class Joined:
    """What the types of a profile join to.

    ``kind``: the class of mongoengine; ``main``: the BSON type, or NUMBER, of nearly
    all values, "" where they are mixed.
    """

    kind: str
    main: str = ""
    doubts: list[str] = field(default_factory=list)


def join(profile: Profile) -> Joined:
    """Return the least kind of field that fits (nearly) all values of a profile."""
    groups = Counter()
    for name, count in profile.types.items():
        if name != NULL and count:
            groups[GROUPS.get(name, name)] += count
    if not groups:
        return Joined(DYNAMIC, doubts=["Only null is stored: which type is meant?"])
    blanks = _blanks(profile, groups)
    counted = sum(groups.values()) - blanks
    main, count = _greatest(groups, blanks)
    if count < MAIN_SHARE * counted:
        return Joined(DYNAMIC, doubts=[_mixed(profile, groups, main)])
    joined = _of_main(profile, main)
    if len(groups) > 1:
        doubt = _odd(profile, groups, main, blanks)
        joined.doubts.append(f"{doubt}{REFUSED if _refuses(joined, groups) else ''}")
    return joined


def _refuses(joined: Joined, types: Iterable[str]) -> bool:
    """Tell whether mongoengine's own loading of a document fails for odd values."""
    others = {*types} - {joined.main}
    if joined.kind == "FloatField":
        return not others <= {STRING, "bool"}
    return joined.main in (OBJECT, "decimal")


def doubts_of_members(joined: Joined, profile: Profile) -> list[str]:
    """Return what is odd about null among the members of a list, or values of a map."""
    nulls = profile.types[NULL]
    if nulls and _refuses(joined, {NULL}):
        share = percent(nulls, profile.count)
        return [f"{share} are null{example(profile, [NULL])}.{REFUSED}"]
    return []


def _blanks(profile: Profile, groups: Counter) -> int:
    """Return how many empty texts stand beside values of other types."""
    return profile.values[STRING, ""] if len(groups) > 1 else 0


def _greatest(groups: Counter, blanks: int) -> tuple[str, int]:
    without = {**groups}
    if blanks:
        without[STRING] -= blanks
    return min(without.items(), key=lambda each: (-each[1], each[0]))


def _mixed(profile: Profile, groups: Counter, main: str) -> str:
    others = [name for name in profile.types if GROUPS.get(name, name) != main]
    where = example(profile, [name for name in others if name != NULL])
    return f"Mixed types: {types_in_words(profile)}{where}."


def _odd(profile: Profile, groups: Counter, main: str, blanks: int) -> str:
    """Return the doubt about the few values that are not of the main type."""
    others = {name: count for name, count in groups.items() if name != main}
    total = sum(groups.values())
    if blanks and others == {STRING: blanks}:
        where = example(profile, [STRING])
        return f"{percent(blanks, total)} are the empty text{where}."
    types = [each for each in profile.types if GROUPS.get(each, each) in others]
    words = ", ".join(
        f"{name} {percent(profile.types[name], total)}"
        for name in sorted(types, key=lambda each: (-profile.types[each], each))
    )
    return f"Odd values: {words}{example(profile, types)}."


def _of_main(profile: Profile, main: str) -> Joined:
    if main == NUMBER:
        return _number(profile)
    if main == "binData":
        return _binary(profile)
    # Regular expressions, timestamps, code, references with a collection.
    return Joined(KINDS.get(main, DYNAMIC), main)


def _number(profile: Profile) -> Joined:
    integers = profile.types["int"] + profile.types["long"]
    doubles = profile.types["double"]
    if not doubles:
        return Joined("IntField", NUMBER)
    if not integers:
        return Joined("FloatField", NUMBER)
    if all_whole(profile):
        share = percent(doubles, integers + doubles)
        words = f"Stored as doubles: {share}, all of them whole numbers."
        return Joined("IntField", NUMBER, [words])
    low, high = profile.low.get(NUMBER, 0), profile.high.get(NUMBER, 0)
    if profile.types["long"] and max(-low, high) > MAX_EXACT:
        words = f"Doubles and integers that no double holds: {types_in_words(profile)}."
        return Joined(DYNAMIC, NUMBER, [words])
    return Joined("FloatField", NUMBER)


def all_whole(profile: Profile) -> bool:
    """Tell whether no double was seen that has a fraction, or is no finite number."""
    seen = [value for name, value in profile.values if name == "double"]
    seen += [each for each in profile.sample if type(each) is float]
    return all(math.isfinite(each) and each == int(each) for each in seen)


def _binary(profile: Profile) -> Joined:
    subtypes = {*profile.subtypes}
    if subtypes == {UUID_SUBTYPE}:
        return Joined("UUIDField", "binData")
    if LEGACY_UUID_SUBTYPE in subtypes:
        words = (
            "UUIDs of the legacy subtype 3, whose byte order only the service knows."
        )
        return Joined("BinaryField", "binData", [words])
    if UUID_SUBTYPE in subtypes:
        words = "Some of the binary data are UUIDs (subtype 4)."
        return Joined("BinaryField", "binData", [words])
    return Joined("BinaryField", "binData")
