"""A beginning in upper or lower case, as patterns that an index can look up.

MongoDB looks a pattern up only where it begins with ^ and has no options: of one that
takes no notice of case it reads all keys of an index.
https://www.mongodb.com/docs/manual/reference/operator/query/regex/#index-use
"""

import re
from collections import defaultdict
from functools import cache
from typing import Any

from bson import Regex
from mongoengine import Q

LOOKUPS = {"startswith", "istartswith", "iexact"}

# So many ranges of an index are looked up at most, in a millisecond; seven letters of
# the alphabet have as many spellings.
MAX_PATTERNS = 128

# What the server takes for alike begins below this: Adlam is the last script with two
# cases. Python's Unicode is the newer one, and so many alike are all that may be found.
END_OF_CASES = 0x1E944


def q_for(path: Any, text: str) -> Q:
    """Return what an index can look up of a lookup of ``text``, beside the lookup.

    ``path``: the lookup path, taken apart. The condition holds for all documents that
    the lookup finds, and for others; it is empty where an index cannot help.
    """
    if path.lookup not in LOOKUPS:
        return Q()
    found = patterns(text, is_exact_case=path.lookup == "startswith")
    return Q(__raw__={path.stored: {"$in": found}}) if found else Q()


def patterns(text: str, *, is_exact_case: bool = False) -> list[Regex]:
    """Return patterns of which each text that begins with ``text`` matches one.

    They match more: of a long text in any case, whatever begins as its first letters.
    [] where there is no beginning.
    """
    if is_exact_case:
        return [Regex(f"^{re.escape(text)}")] if text else []
    beginnings = [""]
    for letter in text:
        spellings = _alike(letter)
        if len(beginnings) * len(spellings) > MAX_PATTERNS:
            break
        beginnings = [each + one for each in beginnings for one in spellings]
    return [Regex(f"^{re.escape(each)}") for each in sorted(beginnings) if each]


@cache
def _alike(letter: str) -> tuple[str, ...]:
    """Return all letters that are this one in some case, such as k and the kelvin."""
    cases, found, new = _cases(), set(), {letter}
    while new:
        found |= new
        new = {other for each in new for other in cases.get(each, ())} - found
    return tuple(sorted(found))


@cache
def _cases() -> dict[str, set[str]]:
    cases: dict[str, set[str]] = defaultdict(set)
    for letter in map(chr, range(END_OF_CASES)):
        for other in (letter.lower(), letter.upper(), letter.casefold()):
            if len(other) == 1 and other != letter:
                cases[letter].add(other)
                cases[other].add(letter)
    return cases
