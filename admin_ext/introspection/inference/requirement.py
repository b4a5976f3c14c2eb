"""Which fields are required: stored in every document, with a value."""

from collections.abc import Iterable

from admin_ext.introspection.bson_types import NULL, STRING
from admin_ext.introspection.models import Field
from admin_ext.introspection.profile import Profile

from .words import STORED_IN, example, percent

# In fewer documents nothing can be told.
LEAST = 20

# Keys that a smaller part of so many documents has may be of the past, or a slip.
RARE, MANY = 0.01, 200

# So many of them are declared.
MOST_RARE = 50

# A person who unticks a box, or empties a list, leaves a value.
_NEVER = frozenset({
    "BooleanField",
    "DictField",
    "MapField",
    "DynamicField",
    "ListField",
})


def add_requirement(field: Field, objects: int) -> None:
    """Set ``required`` for a field that all of ``objects`` have a value of."""
    profile = field.profile
    is_always = profile.count == objects and not profile.types[NULL]
    if objects >= LEAST and is_always and _has_value(field, profile):
        field.options["required"] = True


def rare_keys(keys: Iterable[str], profile: Profile) -> list[str]:
    """Return those of ``keys`` that hardly any object has, if they are too many.

    So many are data, or of the past: nobody would declare them. Documents may hold them
    all the same.
    """
    rare = [key for key in keys if profile.share(key) < RARE]
    return rare if profile.objects >= MANY and len(rare) > MOST_RARE else []


def add_rarity(field: Field, objects: int) -> None:
    """Doubt a field that hardly any of ``objects`` have: is the key still in use?"""
    if objects >= MANY and field.share < RARE:
        share = percent(field.profile.count, objects)
        where = example(field.profile, field.profile.types)
        field.doubts.insert(0, f"{STORED_IN} {share} only{where}.")


def _has_value(field: Field, profile: Profile) -> bool:
    if field.kind in _NEVER:
        return False
    return not profile.types[STRING] or profile.low.get("length", 0) > 0
