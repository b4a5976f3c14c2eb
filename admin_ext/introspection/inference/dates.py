"""Dates that are kept as text or as numbers: left as they are, and told."""

import re

from admin_ext.introspection.bson_types import STRING
from admin_ext.introspection.profile import Profile

from .lattice import FITTING, NUMBER, all_whole
from .names import words_of

# {format in words: how the text looks}
FORMATS = {
    "YYYY-MM-DD": r"\d{4}-[01]\d-[0-3]\d",
    "ISO 8601": r"\d{4}-[01]\d-[0-3]\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?"
    r"\s?(?:Z|UTC|[+-]\d\d:?\d\d)?",
    "YYYY-MM": r"(?:19|20)\d\d-[01]\d",
    "YYYYMMDD": r"(?:19|20)\d\d[01]\d[0-3]\d",
    "YYYY/MM/DD": r"\d{4}/[01]?\d/[0-3]?\d",
    "DD.MM.YYYY": r"[0-3]?\d\.[01]?\d\.\d{4}",
    "DD/MM/YYYY or MM/DD/YYYY": r"[0-3]?\d/[0-3]?\d/\d{4}",
    "RFC 2822": r"(?:[A-Z][a-z]{2},? )?\d{1,2} [A-Z][a-z]{2} \d{4}.*",
    "Date.toString()": r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d{1,2} \d{4}.*",
    "month in words": r"(?:\d{1,2}(?:st|nd|rd|th)? )?[A-Z][a-z]{2,8}\.? "
    r"(?:\d{1,2}(?:st|nd|rd|th)?, )?\d{4}",
}
_FORMATS = {name: re.compile(text) for name, text in FORMATS.items()}

# Words in the names of moments.
_WORDS = frozenset({
    *("at", "on", "date", "dates", "time", "times", "timestamp", "ts", "when"),
    *("created", "updated", "modified", "expires", "expiry", "expiration"),
    *("deleted", "started", "ended", "start", "end", "since", "until", "mtime"),
    *("ctime", "atime", "day", "last", "seen", "published", "posted", "born"),
    *("birthday", "birthdate", "epoch", "iat", "exp", "nbf", "logged"),
})

# {unit: (from 1990 on, to 2050)}
_UNITS = {
    "seconds": (631_152_000, 2_524_608_000),
    "milliseconds": (631_152_000_000, 2_524_608_000_000),
    "microseconds": (631_152_000_000_000, 2_524_608_000_000_000),
}


def date_format(texts: list[str]) -> str | None:
    """Return the format in words that nearly all texts have, or None."""
    for name, pattern in _FORMATS.items():
        fitting = sum(pattern.fullmatch(each) is not None for each in texts)
        if texts and fitting >= FITTING * len(texts):
            return name
    return None


def epoch_unit(key: str, profile: Profile) -> str | None:
    """Return the unit in which whole numbers count since 1970, or None.

    Only where the name of the key is that of a moment; 0 stands for none.
    """
    if NUMBER not in profile.low or _WORDS.isdisjoint(words_of(key)):
        return None
    numbers = [each for each in profile.sample if type(each) in (int, float)]
    numbers += [value for name, value in profile.values if name == "long"]
    numbers = [each for each in numbers if each]
    if profile.types[STRING] or not numbers or not all_whole(profile):
        return None
    for unit, (low, high) in _UNITS.items():
        if all(low <= each <= high for each in numbers):
            return unit
    return None
