"""Fields whose values may be keys of other documents, and what to look up for them."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from bson import Binary, DBRef, ObjectId

from admin_ext.identities import key_identity
from admin_ext.introspection.bson_types import DBREF, NULL, STRING, bson_type
from admin_ext.introspection.inference.generic_references import (
    is_generic_reference,
)
from admin_ext.introspection.inference.lattice import MAIN_SHARE
from admin_ext.introspection.models import Database, Field, Meaning, Model

# So many different values of a field are looked up at most: the share of those that
# lead nowhere is then known to 3 % or better.
MAX_VALUES = 1_000

# Of so many it is asked whether they are in a collection that the name does not fit.
MAX_PROBES = 10

# Beyond this share of other types a field is no reference, with a comment at most.
MAX_ODD = 1 - MAIN_SHARE

# What else values mean, which no key does.
_OTHER_MEANINGS = {
    *(Meaning.EMAIL, Meaning.URL, Meaning.DATE_TEXT, Meaning.EPOCH, Meaning.SECRET),
    Meaning.LONG_TEXT,
}

_OBJECT_ID = re.compile(r"[0-9a-f]{24}", re.IGNORECASE)
# UUIDs, and ids that programs draw: no words, and of letters and digits both.
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DRAWN = re.compile(r"(?=\S*\d)(?=\S*[A-Za-z])[\w-]{16,}")

# Whole numbers beyond it are drawn, as "snowflakes" are, and not counted.
_COUNTED = 2**32


class Wanted(NamedTuple):
    """A value to be looked up; ``identity`` tells it from others as MongoDB does."""

    identity: Any
    value: Any


@dataclass
class Candidate:
    """A field that may lead to other documents.

    ``types``: BSON types of its values as they are looked up; ``is_proof``: values
    that two collections do not share by chance. ``is_text``: ObjectIds kept as text.
    ``places``: of DBRefs, {(collection, database or None): values}.
    ``odd``: the share of values that are neither of these types, null nor "".
    """

    field: Field
    model: Model
    wanted: list[Wanted]
    types: frozenset[str]
    is_proof: bool
    is_text: bool = False
    odd: float = 0.0
    places: dict[tuple[str, str | None], list[Wanted]] = field(default_factory=dict)

    @property
    def collection(self) -> str:
        """The collection that the field is in."""
        return self.model.collection or ""

    @property
    def is_distinct(self) -> bool:
        """Whether no value was seen twice."""
        seen = self.field.profile
        if not seen.values:
            return len(self.wanted) == len(seen.sample) > 1
        times = sum(seen.types.values()) - seen.types[NULL]
        return times == len(seen.values) + seen.uncounted > 1

    @property
    def probes(self) -> list[Wanted]:
        return self.wanted[:MAX_PROBES]


def candidates_of(database: Database) -> Iterator[Candidate]:
    """Yield the fields of all Documents that may lead somewhere, each once."""
    seen = set()
    for model in database.documents:
        for each in model.all_fields():
            # Embedded classes that several share hold the same fields.
            if id(each) in seen:
                continue
            seen.add(id(each))
            if is_generic_reference(each.profile):
                values = each.profile.keys["_ref"].sample
                yield _of_dbrefs(each, model, values, 0.0)
            elif is_possible(each):
                found = candidate_of(each, model)
                if found is not None:
                    yield found


def is_possible(each: Field) -> bool:
    """Tell whether a field may be a reference, whatever its values are."""
    is_list = each.member is not None
    is_key = each.path == ("_id",) or each.stored == "_cls"
    return not (is_list or is_key or each.meaning in _OTHER_MEANINGS)


def candidate_of(each: Field, model: Model) -> Candidate | None:
    """Return what to look up for a field; None for values that are no keys."""
    types = Counter(each.profile.types)
    total = sum(types.values()) - types.pop(NULL, 0)
    empty = each.profile.values.get((STRING, ""), 0)
    total -= empty
    types[STRING] -= empty
    if total <= 0:
        return None
    main = max(types, key=lambda name: types[name])
    if main == "long" or (main == "int" and types["long"]):
        # One key may be stored as either.
        taken = {"int", "long"}
    else:
        taken = {main}
    odd = 1 - sum(types[name] for name in taken) / total
    values = [value for value in each.profile.sample if value != ""]
    values = [value for value in values if bson_type(value) in taken]
    if main == DBREF:
        return _of_dbrefs(each, model, values, odd)
    if main == STRING:
        return _of_texts(each, model, values, odd)
    if main in ("int", "long"):
        wanted = distinct(values)
        numbers = [one.value for one in wanted]
        is_proof = len(numbers) > 2 and min(map(abs, numbers)) > _COUNTED
        return Candidate(each, model, wanted, frozenset(taken), is_proof, odd=odd)
    if main == "objectId" or (main == "binData" and all(map(is_uuid, values))):
        wanted = distinct(values)
        return Candidate(each, model, wanted, frozenset(taken), True, odd=odd)
    return None


def is_uuid(value: Any) -> bool:
    return isinstance(value, UUID) or (
        isinstance(value, Binary) and value.subtype in (3, 4)
    )


def distinct(values: list[Any]) -> list[Wanted]:
    """Return at most MAX_VALUES different ones, in their (random) order."""
    found = {}
    for value in values:
        found.setdefault(key_identity(value), value)
        if len(found) == MAX_VALUES:
            break
    return [Wanted(*each) for each in found.items()]


def _of_dbrefs(each, model, values, odd) -> Candidate:
    """Return the ids in DBRefs by the collections that they name."""
    groups: dict[tuple[str, str | None], list[Any]] = {}
    for value in values:
        if isinstance(value, DBRef):
            groups.setdefault((value.collection, value.database), []).append(value.id)
    places = {place: distinct(ids) for place, ids in groups.items()}
    return Candidate(each, model, [], frozenset({DBREF}), True, odd=odd, places=places)


def _of_texts(each, model, values, odd) -> Candidate | None:
    if values and all(_OBJECT_ID.fullmatch(value) for value in values):
        as_ids = distinct([ObjectId(value) for value in values])
        types = frozenset({"objectId"})
        return Candidate(each, model, as_ids, types, True, is_text=True, odd=odd)
    wanted = distinct(values)
    if not wanted or any("\n" in one.value for one in wanted):
        return None
    is_proof = all(
        _UUID.fullmatch(one.value) or _DRAWN.fullmatch(one.value) for one in wanted
    )
    return Candidate(each, model, wanted, frozenset({STRING}), is_proof, odd=odd)
