"""Texts of few kinds: which a person might declare as choices."""

from admin_ext.introspection.bson_types import STRING
from admin_ext.introspection.models import Field, Meaning
from admin_ext.introspection.profile import Profile

from .personal import is_personal

# So many values at most, each of which is seen so often on average, none longer.
# Numbers of few kinds are quantities more often than codes.
MAX_CHOICES = 15
EACH_SEEN = 10
MAX_LENGTH = 40
LEAST = 2


def choices_of(profile: Profile) -> list[str]:
    """Return the values of a text that is one of a few, the most frequent first."""
    if profile.uncounted or profile.high.get("length", 0) > MAX_LENGTH:
        return []
    found = {
        value: count
        for (name, value), count in profile.values.items()
        if name == STRING and value
    }
    if not LEAST <= len(found) <= MAX_CHOICES:
        return []
    if sum(found.values()) < EACH_SEEN * len(found):
        return []
    return sorted(found, key=lambda each: (-found[each], each))


def add_choices(field: Field, *, asked: bool) -> None:
    """Set the choices of a field of plain texts; as its option, where asked for."""
    if field.kind != "StringField" or field.meaning is not Meaning.PLAIN:
        return
    if "\n" in "".join(field.choices):
        return
    found = choices_of(field.profile)
    field.choices = [] if is_personal(field.path, found) else found
    if asked and field.choices:
        field.options["choices"] = [*field.choices]
