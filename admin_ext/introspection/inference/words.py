"""Numbers and types of a profile in words, for the doubts."""

import re
from collections.abc import Iterable
from typing import Any

from admin_ext.introspection.profile import Profile

from .personal import looks_personal

# How a sentence begins that says in which documents a key is.
STORED_IN = "Stored in"

# Keys such as those of sessions: whoever knows one is let in.
_DRAWN = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w+/=.~-]{20,}")
BEGINNING = 8


def percent(count: int, of: int) -> str:
    """Return a share as "96 %"; never 0 % nor 100 % of what is only nearly that.

    Return "3 of 10" where few were seen.
    """
    if of < 100:
        return f"{count} of {of}"
    share = 100 * count / of
    if 0 < share < 1 or 99 < share < 100:
        return f"{share:.2g} %" if share < 1 else f"{min(share, 99.9):.1f} %"
    return f"{share:.0f} %"


def types_in_words(profile: Profile) -> str:
    """Return "string 96 %, int 4 %": every type but null, the most frequent first."""
    total = sum(profile.types.values()) - profile.types["null"]
    found = sorted(profile.types.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(
        f"{name} {percent(count, total)}"
        for name, count in found
        if name != "null" and count
    )


def example(profile: Profile, types: Iterable[str]) -> str:
    """Return ", for example _id 12" of a document with one of these types, or ""."""
    for name in sorted(types):
        for key in profile.examples.get(name, ()):
            if key is not None and not looks_personal(str(key)):
                return f", for example _id {_of_key(key)}"
    return ""


def _of_key(key: Any) -> str:
    """Return enough of a key to find its document by."""
    if isinstance(key, str) and _DRAWN.fullmatch(key):
        return f"{key[:BEGINNING]}…"
    return str(key)[:40]


def quoted(values: Iterable[str], most: int = 3) -> str:
    """Return the first texts in quotation marks; say where there are others.

    Addresses of people are "…".
    """
    values = list(values)
    seen = ["…" if looks_personal(each) else each[:40] for each in values[:most]]
    shown = ", ".join(f'"{each}"' for each in dict.fromkeys(seen))
    return f"{shown} and others" if len(values) > most else shown
