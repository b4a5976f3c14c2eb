"""Whether the keys of objects are data, as in {"2024-05": 3}, or name what they hold.

Data are keys that look like numbers, dates, UUIDs or addresses; those that may be other
ids, or codes of languages, whose values are all alike; and many different keys of which
each is rare. All else are keys of embedded documents, some of them optional.
"""

import re
from collections.abc import Callable
from itertools import chain

from admin_ext.introspection.bson_types import ARRAY, NULL, OBJECT
from admin_ext.introspection.profile import Profile

from .lattice import FITTING, GROUPS

# So many different keys there must be, and in so small a part of the objects each is
# on average, where nothing else says that they are data; and where not even their
# values are alike.
MANY_KEYS, RARE = 12, 0.1
VERY_MANY_KEYS, VERY_RARE = 30, 0.05

# Keys of codes are taken for data from so many on: {"to", "id"} are names as well.
LEAST_CODES = 3

# Values that are objects are alike where their keys are in so many of them on average.
ALIKE = 0.5

_SHAPES = re.compile(
    r"""
      [0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}  # UUID, or the digest MD5
    | [0-9a-f]{24} | [0-9a-f]{32,128}                # ObjectId, other digests
    | -?\d+(?:[._:/-]\d+)*                           # numbers, dates, times, versions
    | \d{4}-\d\d-\d\d[T ]\d\d:\d\d.*                 # moments
    | \d{4}-?(?:Q[1-4]|W\d\d?)                       # quarters, weeks
    | [^@\s]+@[^@\s]+\.[^@\s]+                       # e-mail addresses
    | (?:https?|ftp)://\S+
    | (?:\d{1,3}[._]){3}\d{1,3}                      # IP addresses
    """,
    re.VERBOSE | re.IGNORECASE,
)
# What services make up; a long name with a number looks like it.
_IDS = re.compile(r"(?=.*\d.*\d)(?=.*[A-Za-z])[\w-]{16,}")

# ISO 639-1: https://www.loc.gov/standards/iso639-2/php/English_list.php
_LANGUAGE_CODES = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs
cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha
he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn
ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb
nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd
se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw
ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
_LANGUAGES = frozenset(_LANGUAGE_CODES.split())
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_][A-Za-z]{2,4})?")
_UPPER_CODE = re.compile(r"[A-Z]{2,3}")


def is_map(profile: Profile) -> bool:
    """Tell whether the keys of the objects at a path are data."""
    keys = [key for key in profile.keys if key != "_cls"]
    if not keys or "_cls" in profile.keys:
        return False
    if profile.rest is not None and len(keys) >= VERY_MANY_KEYS:
        return True
    if _most(_SHAPES.fullmatch, keys):
        return True
    if _most(_IDS.fullmatch, keys) or _are_codes(keys):
        return are_alike(profile)
    held = sum(each.count for each in profile.keys.values())
    share = held / (len(keys) * profile.objects)
    if len(keys) >= VERY_MANY_KEYS and share <= VERY_RARE:
        return True
    return len(keys) >= MANY_KEYS and share <= RARE and are_alike(profile)


def _most(fits: Callable[[str], object], keys: list[str]) -> bool:
    return sum(map(bool, map(fits, keys))) >= FITTING * len(keys)


def _are_codes(keys: list[str]) -> bool:
    """Tell whether keys are codes of languages, or of countries or currencies."""
    if len(keys) < LEAST_CODES:
        return False
    languages = [_LANGUAGE.fullmatch(key) for key in keys]
    if all(found and found[1] in _LANGUAGES for found in languages):
        return True
    return all(map(_UPPER_CODE.fullmatch, keys))


def are_alike(profile: Profile) -> bool:
    """Tell whether the values of all keys are of one kind, objects of one shape."""
    values = [*profile.keys.values()]
    kinds = {_main_type(each) for each in values} - {NULL}
    if len(kinds) > 1:
        return False
    if kinds == {OBJECT}:
        return _of_one_shape(values)
    if kinds == {ARRAY}:
        members = [each.members for each in values if each.members]
        return len({_main_type(each) for each in members} - {NULL}) <= 1
    return True


def _of_one_shape(values: list[Profile]) -> bool:
    """Tell whether objects share their keys, or are maps themselves."""
    objects = sum(each.objects for each in values)
    held = sum(below.count for each in values for below in each.keys.values())
    keys = {*chain.from_iterable(each.keys for each in values)}
    if not keys or len(values) == 1:
        return True
    return held / (objects * len(keys)) >= ALIKE or _most(_SHAPES.fullmatch, [*keys])


def _main_type(profile: Profile) -> str:
    found = [
        (-count, GROUPS.get(name, name))
        for name, count in profile.types.items()
        if name != NULL and count
    ]
    return min(found)[1] if found else NULL
