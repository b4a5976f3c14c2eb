"""Where keys are looked up: the ids of other collections, and what else is unique."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from admin_ext.introspection.kinds import FILES, Found
from admin_ext.introspection.models import Database, Field, Kind, Model

from .candidates import Candidate
from .names import AGREES, similarity, subject_of

# A field without an index is looked up in collections of at most so many documents,
# and where its values are so nearly all different.
MAX_SCANNED = 50_000
NEARLY_UNIQUE = 0.95

# Views and time series have no index of _id.
_KINDS = (Kind.PLAIN, Kind.CAPPED, Kind.GRIDFS_FILES)

# Unique keys of these names are found in other collections as well, by chance.
GENERIC = frozenset((
    *("name", "title", "label", "type", "code", "key", "number", "slug", "email"),
    *("value", "text", "url", "path", "hash", "token", "date", "day", "position"),
))


class Target(NamedTuple):
    """A stored path of a collection whose values are keys.

    ``types``: BSON types of these, none where nobody looked; ``bucket``: of GridFS,
    whose files these are, or ""; ``is_indexed``: by an index that has each key once.
    """

    collection: str
    key: str
    types: frozenset[str]
    bucket: str = ""
    is_modelled: bool = True
    is_indexed: bool = True

    def takes(self, candidate: Candidate) -> bool:
        """Tell whether keys are of the types of a field's values, and not these."""
        place = (candidate.collection, candidate.field.path)
        if place == (self.collection, (self.key,)):
            return False
        return not self.types or bool(candidate.types & self.types)

    def similarity(self, candidate: Candidate) -> float:
        """Return how well the field's name fits, from 0 to 1."""
        path = candidate.field.path
        fits = similarity(path, candidate.collection, self.collection)
        if self.key == "_id":
            return fits
        # order.items.sku → products.sku, told by the name of the key.
        is_same = any(step.lower() == self.key.lower() for step in path[-2:])
        if not is_same or candidate.field.options.get("unique"):
            return fits
        is_telling = similarity((self.key,), "", self.collection) >= AGREES
        is_telling |= self.is_indexed and self.key.lower() not in GENERIC
        return 0.9 if is_telling else fits


def targets_of(database: Database, collections: Iterable[Found]) -> list[Target]:
    """Return where to look up, ids before other keys.

    ``collections``: all of them, those without a Model too.
    """
    kinds = {each.name: each.kind for each in collections}
    modelled = [each for each in database.documents if each.parent is None]
    modelled = [
        each for each in modelled if kinds.get(each.collection, each.kind) in _KINDS
    ]
    targets = [
        Target(
            model.collection or "",
            "_id",
            _key_types(model),
            _bucket(model.collection or "", kinds.get(model.collection, model.kind)),
        )
        for model in modelled
    ]
    known = {each.collection for each in database.documents}
    targets += [
        Target(name, "_id", frozenset(), _bucket(name, kind), is_modelled=False)
        for name, kind in kinds.items()
        if name not in known and kind in _KINDS
    ]
    return targets + [each for model in modelled for each in _other_keys(model)]


def _bucket(name: str, kind: Kind) -> str:
    """Return the bucket of GridFS whose files a collection holds, or ""."""
    return name.removesuffix(FILES) if kind is Kind.GRIDFS_FILES else ""


def _key_types(model: Model) -> frozenset[str]:
    key = model.profile.keys.get("_id") if model.profile else None
    return frozenset(key.types) if key else frozenset()


def _other_keys(model: Model) -> Iterator[Target]:
    """Yield other fields of a Document by which others may refer to it."""
    unique = {
        index.keys[0][0]
        for index in model.indexes
        if index.unique
        and len(index.keys) == 1
        and not {"partialFilterExpression", "collation"} & index.options.keys()
    }
    for each in model.fields:
        if each.stored == "_id" or each.member is not None or each.embedded is not None:
            continue
        if each.stored in unique or _is_own_number(each, model):
            types = frozenset(each.profile.types) - {"null"}
            is_indexed = each.stored in unique
            yield Target(
                model.collection or "", each.stored, types, is_indexed=is_indexed
            )


def _is_own_number(each: Field, model: Model) -> bool:
    """Tell whether a field has no index but the name and the values of a key.

    As ``account_id`` in accounts.
    """
    _words, is_leading = subject_of(each.path)
    if not is_leading or similarity(each.path, "", model.collection or "") < 1:
        return False
    counted = sum(each.profile.values.values())
    is_unique = counted and len(each.profile.values) >= NEARLY_UNIQUE * counted
    return bool(is_unique) and model.size <= MAX_SCANNED
