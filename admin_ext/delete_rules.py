"""``reverse_delete_rule``: what deleting documents deletes, changes and is stopped by.

https://docs.mongoengine.org/guide/defining-documents.html#dealing-with-deletion-of-referred-documents

mongoengine's own walk loads what it deletes, does not end where two Documents cascade
to each other, and spares documents with a key that it has seen in another collection.
Here only keys are read, all of them before the first write.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from bson import DBRef
from mongoengine import CASCADE, DENY, NULLIFY, PULL, ListField, OperationError
from mongoengine.base import get_document
from pymongo import WriteConcern

from .compat import fields_of_path, has_delete_receivers
from .hydration import class_for
from .identities import identity
from .keys import reference_forms, stored_key

# Keys sent in one command, which holds 16 MB.
BATCH = 10_000
# Documents held in memory at once, where each has to delete itself.
LOADED = 100


class Node(NamedTuple):
    """A document to delete; ``identity`` tells its key from others, and is hashable."""

    document: type
    identity: Any


@dataclass(frozen=True)
class Rule:
    """Deletion does ``action`` to documents of ``owner`` that refer by ``path``."""

    owner: type
    path: str
    action: int

    @property
    def target(self) -> type:
        """The Document that the references lead to."""
        field = fields_of_path(self.owner, self.path)[-1]
        while isinstance(field, ListField):
            field = field.field
        return field.document_type

    @property
    def stored(self) -> str:
        """The dotted path under which the references are stored."""
        steps = fields_of_path(self.owner, self.path)
        return ".".join(step.db_field for step in steps)

    def forms(self, keys: list) -> list:
        """Return what refers to ``keys``: ids and DBRefs, whatever is declared."""
        return [form for key in keys for form in reference_forms(self.target, key)]

    def owners(self, keys: list) -> Any:
        """Return the queryset of what refers to ``keys``."""
        return self.owner.objects(__raw__={self.stored: self._condition(keys)})

    def referring(self, keys: list) -> Any:
        """Return ``owners`` as BSON, keys and references only."""
        return self.owners(keys).order_by().only("pk", self.path).as_pymongo()

    def referred(self, son: dict) -> Iterator:
        """Yield the keys that a document of ``referring`` refers to."""
        values = [son]
        for step in fields_of_path(self.owner, self.path):
            rows = [row for row in _flat(values) if isinstance(row, dict)]
            values = [row[step.db_field] for row in rows if step.db_field in row]
        yield from _referred(values)

    def change(self, keys: list, write_concern: dict | None) -> None:
        """Empty the field, or take ``keys`` out of the list."""
        change, filters = self._update(keys)
        try:
            result = self.owners(keys).update(
                __raw__=change,
                array_filters=filters,
                write_concern=write_concern,
                full_result=True,
            )
        except OperationError:
            # One document with a single value for a list stops the update of all.
            self._change_each(keys, write_concern)
            return
        if result.acknowledged and result.modified_count < result.matched_count:
            self._change_each(keys, write_concern)

    def _update(self, keys) -> tuple[dict, list | None]:
        """Return the update of documents of the declared shape, and array filters."""
        condition, (rows, last) = self._condition(keys), self._rows()
        if self.action == PULL:
            return {"$pull": {f"{rows}{last}": condition}}, None
        if rows.endswith("$[]."):
            change = {"$unset": {f"{rows.removesuffix('[].')}[row].{last}": 1}}
            return change, [{f"row.{last}": condition}]
        return {"$unset": {f"{rows}{last}": 1}}, None

    def _condition(self, keys) -> dict:
        return {"$in": self.forms(keys)}

    def _change_each(self, keys, write_concern) -> None:
        """Do the same document by document, in whatever shape each is stored."""
        collection = _writing(self.owner, write_concern)
        condition, known = self._condition(keys), {*map(identity, self.forms(keys))}
        steps = [step.db_field for step in fields_of_path(self.owner, self.path)]
        for son in self.referring(keys):
            for place, value in _places(son, steps):
                if known.isdisjoint(map(identity, _flat([value]))):
                    continue
                change = {"$unset": {place: 1}}
                if self.action == PULL and isinstance(value, list):
                    change = {"$pull": {place: condition}}
                collection.update_one({"_id": son["_id"], place: value}, change)

    def _rows(self) -> tuple[str, str]:
        """Return where the reference is stored: ``sleeve.``, ``credits.$[].``; name."""
        *parents, last = fields_of_path(self.owner, self.path)
        steps = (
            each.db_field + (".$[]." if isinstance(each, ListField) else ".")
            for each in parents
        )
        return "".join(steps), last.db_field


class Reach(NamedTuple):
    """A rule, and the keys of ``document`` that a deletion asks it about."""

    document: type
    rule: Rule
    keys: list


def _flat(values: Iterable) -> Iterator:
    for value in values:
        if isinstance(value, list):
            yield from _flat(value)
        else:
            yield value


def _referred(values: Iterable) -> Iterator:
    """Yield the keys among stored references, which may be lists of them."""
    for value in _flat(values):
        yield value.id if isinstance(value, DBRef) else value


def _places(value: Any, steps: list[str], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (dotted path, value) where ``steps`` lead, through any lists on the way."""
    if not steps:
        yield path, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, steps, f"{path}.{index}")
    elif isinstance(value, dict) and steps[0] in value:
        below = f"{path}.{steps[0]}" if path else steps[0]
        yield from _places(value[steps[0]], steps[1:], below)


def rules_of(document: type) -> list[Rule]:
    """Return the rules that deleting an instance of ``document`` follows.

    mongoengine has one for every subclass too, whose documents the base finds.
    """
    found = {
        (owner, path): action
        for (owner, path), action in _declared_rules(document)
        if not owner._meta.get("abstract")
    }
    return [
        Rule(owner, path, action)
        for (owner, path), action in found.items()
        if action in (CASCADE, DENY, NULLIFY, PULL)
        and not any(found.get((base, path)) == action for base in owner.__mro__[1:])
    ]


def _declared_rules(document):
    for (owner, path), action in (document._meta.get("delete_rules") or {}).items():
        owner = get_document(owner) if isinstance(owner, str) else owner
        yield (owner, path), action


def batches(keys: Iterable, size: int = BATCH) -> Iterator[list]:
    """Yield ``keys`` in lists that fit into one command."""
    keys = iter(keys)
    while batch := list(islice(keys, size)):
        yield batch


@dataclass
class Collected:
    """What deleting some documents does, by keys. Stops after ``limit`` documents.

    ``deleted``: {class: {identity: key}}, referred ones before what refers to them;
    ``edges``: {node: what is deleted because of it}, the chosen ones under None;
    ``changed`` and ``denied``: the rules with the keys that they are asked about.
    """

    limit: float = float("inf")
    deleted: dict[type, dict] = field(default_factory=lambda: defaultdict(dict))
    edges: dict[Node | None, list[Node]] = field(
        default_factory=lambda: defaultdict(list)
    )
    changed: list[Reach] = field(default_factory=list)
    denied: list[Reach] = field(default_factory=list)
    size: int = 0

    @property
    def is_complete(self) -> bool:
        return self.size <= self.limit

    def collect(self, chosen: Iterable[tuple[type, Any]]) -> None:
        """Follow the rules from ``chosen``, pairs of class and key, as Django does.

        One query for a rule and all the documents that it has reached, depth first;
        not recursive, a chain of documents may be long.
        """
        stack = [self._add((None, *pair) for pair in chosen)]
        while stack and self.is_complete:
            group = next(stack[-1], None)
            if group is None:
                stack.pop()
            else:
                stack.append(self._follow(*group))

    def _add(self, found) -> Iterator[tuple[type, list]]:
        """Take up (source, class, key); yield what is new, by class."""
        new: dict[type, list] = defaultdict(list)
        for source, document, key in found:
            node = Node(document, identity(key))
            self.edges[source].append(node)
            if node.identity not in self.deleted[document]:
                self.deleted[document][node.identity] = key
                new[document].append(key)
                self.size += 1
                if not self.is_complete:
                    return
        yield from new.items()

    def _follow(self, document, keys) -> Iterator[tuple[type, list]]:
        for rule in rules_of(document):
            for batch in batches(keys):
                if rule.action == CASCADE:
                    yield from self._add(self._referring(document, rule, batch))
                elif rule.action == DENY:
                    self.denied.append(Reach(document, rule, batch))
                else:
                    self.changed.append(Reach(document, rule, batch))

    def _referring(self, document, rule, keys):
        known = {identity(key) for key in keys}
        for son in rule.referring(keys):
            owner = class_for(rule.owner, son)
            for key in map(identity, rule.referred(son)):
                if key in known:
                    yield Node(document, key), owner, son["_id"]

    def apply(self, load: Callable, write_concern: dict | None) -> int:
        """Do what is collected; return how many of the chosen documents were deleted.

        What refers goes first, so that a deletion which breaks off leaves no
        dangling reference. ``load`` returns documents of a class by their keys; they
        are asked to delete themselves where signals are wanted, except the chosen.
        Raise OperationError, before any write, when a rule denies it.
        """
        self._check_denied()
        for _document, rule, keys in self.changed:
            rule.change(keys, write_concern)
        chosen = set(self.edges[None])
        count = 0
        for document, keys in reversed(self.deleted.items()):
            others = [
                key for each, key in keys.items() if Node(document, each) not in chosen
            ]
            if has_delete_receivers(document):
                _ask_to_delete(document, others[::-1], load, write_concern)
            else:
                _delete(document, others, write_concern)
        for document, keys in self.deleted.items():
            own = [key for each, key in keys.items() if Node(document, each) in chosen]
            count += _delete(document, own, write_concern)
        return count

    def _check_denied(self) -> None:
        for _document, rule, keys in self.denied:
            if rule.referring(keys).first() is not None:
                raise OperationError(
                    f"Could not delete document ({rule.owner.__name__}.{rule.path} "
                    "refers to it)"
                )


def _ask_to_delete(document, keys, load, write_concern) -> None:
    """Have each document delete itself, in the order of ``keys``."""
    for batch in batches(keys, LOADED):
        found = {identity(stored_key(each)): each for each in load(document, batch)}
        for key in map(identity, batch):
            if key in found:
                found[key].delete(**(write_concern or {}))


def _delete(document: type, keys: list, write_concern: dict | None) -> int:
    collection = _writing(document, write_concern)
    return sum(
        collection.delete_many({"_id": {"$in": batch}}).deleted_count
        for batch in batches(keys)
    )


def _writing(document: type, write_concern: dict | None) -> Any:
    """Return the collection of ``document``, to be written to as ``write_concern``."""
    collection = document._get_collection()
    if not write_concern:
        return collection
    return collection.with_options(write_concern=WriteConcern(**write_concern))
