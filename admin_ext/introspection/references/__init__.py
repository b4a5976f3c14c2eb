"""Which fields refer to other documents, found by looking their values up.

A value that is nowhere proves nothing, and one that is somewhere little, unless it was
drawn: ObjectIds and UUIDs that two collections share are the same on purpose. Numbers
and words are references only where the name of the field agrees.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from admin_ext.failures import FAILURES
from admin_ext.introspection.batches import MAX_TIME
from admin_ext.introspection.inference.generic_references import (
    is_generic_reference,
)
from admin_ext.introspection.inference.labels import add_label
from admin_ext.introspection.kinds import Found, collections_of
from admin_ext.introspection.models import Database, Field, Model

from .asking import Lookups
from .candidates import Candidate, candidates_of
from .deciding import NEARLY_ALL, Lead, decide, may_be_copy
from .declaring import declare, declare_dbrefs, declare_generic
from .names import AGREES
from .naming import name_references
from .targets import Target, targets_of

__all__ = ["find_references"]


def find_references(
    database: Database, source: Any, *, max_time: int = MAX_TIME
) -> Lookups:
    """Set in every field of ``database`` where it leads; return what was looked up.

    ``source``: the pymongo Database; ``max_time``: ms for each command. Call it after
    ``add_indexes``: unique fields are looked up as well as ids. First each field is
    looked up where its name leads; of what is not found there, a few values
    everywhere; and these, where they are found, all. So each key of a collection is
    asked for at most three times, and once more for every 10,000 values; fields that
    may repeat the key of their own document cost another command each.
    """
    lookups = Lookups(source, max_time=max_time)
    targets = targets_of(database, _collections(source, max_time))
    candidates = [*candidates_of(database)]
    plain = [each for each in candidates if not each.places]
    for each, leads in _look_up(lookups, plain, targets):
        decision = decide(each, leads)
        if decision is not None:
            declare(each, decision, database)
        _doubt_failures(lookups, each, targets)
    _name_targets(lookups, [each for each in candidates if each.places], database)
    _finish(database)
    return lookups


def _collections(source: Any, max_time: int) -> list[Found]:
    """Return the collections that there are; none where MongoDB does not tell."""
    try:
        return collections_of(source, max_time=max_time)[0]
    except FAILURES:
        return []


def _look_up(
    lookups: Lookups, candidates: list[Candidate], targets: list[Target]
) -> Iterator[tuple[Candidate, list[Lead]]]:
    """Yield what was found of each candidate, after three rounds of looking it up."""
    named, strange = [], []
    for each in candidates:
        for target in targets:
            if not target.takes(each):
                continue
            score = target.similarity(each)
            (named if score >= AGREES else strange).append((each, target, score))
    lookups.ask((target, each.wanted) for each, target, _score in named)
    settled = {
        id(each) for each, target, _score in named if _is_settled(lookups, each, target)
    }
    strange = [
        (each, target, score)
        for each, target, score in strange
        if each.is_proof and id(each) not in settled and _is_searched(target, score)
    ]
    lookups.ask((target, each.probes) for each, target, _score in strange)
    strange = [
        (each, target, score)
        for each, target, score in strange
        if lookups.found(target, each.probes)
    ]
    lookups.ask((target, each.wanted) for each, target, _score in strange)
    leads = defaultdict(list)
    for each, target, score in (*named, *strange):
        found = lookups.found(target, each.wanted)
        if found and may_be_copy(each, target) and lookups.repeats(target, each):
            continue
        leads[id(each)].append(Lead(target, found, len(each.wanted), score))
    for each in candidates:
        yield each, leads[id(each)]


def _is_searched(target: Target, score: float) -> bool:
    """Tell whether to look where no name leads; in what nobody asked for, if it may."""
    is_asked_for = target.is_modelled or target.bucket or score > 0
    return target.key == "_id" and bool(is_asked_for)


def _is_settled(lookups: Lookups, each: Candidate, target: Target) -> bool:
    found = lookups.found(target, each.wanted)
    return target.key == "_id" and len(found) >= NEARLY_ALL * len(each.wanted)


def _doubt_failures(lookups: Lookups, each: Candidate, targets: list[Target]) -> None:
    """Say where a field may lead that could not be looked up."""
    if each.field.reference is not None:
        return
    for target, reason in lookups.failed.items():
        if target.takes(each) and target.similarity(each) >= AGREES:
            each.field.doubts.append(
                f"Whether it leads to {target.collection} is not known: {reason}"
            )


def _name_targets(
    lookups: Lookups, candidates: Iterable[Candidate], database: Database
) -> None:
    """Look up references that say themselves where they lead."""
    named = [
        (each, Target(name, "_id", frozenset()), wanted)
        for each in candidates
        for (name, _database), wanted in each.places.items()
        # A DBRef may hold any name, and the driver refuses some.
        if database.model_of(name) is not None
    ]
    lookups.ask((target, wanted) for _each, target, wanted in named)
    for each in candidates:
        leads = [
            Lead(target, lookups.found(target, wanted), len(wanted), 1.0)
            for other, target, wanted in named
            if other is each
        ]
        if is_generic_reference(each.field.profile):
            declare_generic(each.field, leads, database)
        else:
            declare_dbrefs(each, leads, database, database.name)


def _finish(database: Database) -> None:
    """Forget embedded classes that nothing uses any more; choose names again."""
    used = {
        id(embedded)
        for model in database.documents
        for field in model.all_fields()
        for embedded in _classes(field)
    }
    database.embedded = [each for each in database.embedded if id(each) in used]
    for model in (*database.documents, *database.embedded):
        add_label(model)
    name_references(database)


def _classes(field: Field) -> Iterable[Model]:
    waiting = [field.embedded] if field.embedded is not None else []
    for each in waiting:
        yield each
        waiting += each.subclasses
