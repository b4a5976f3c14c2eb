"""Where a Document declares references: every path, at any depth."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from django.db.models.constants import LOOKUP_SEP
from mongoengine import Document

from admin_ext.compat import all_document_classes
from admin_ext.exceptions import UnsupportedLookup
from admin_ext.fields import (
    EmbeddedField,
    GenericEmbeddedField,
    GenericReferenceField,
    ListField,
    MapField,
    ReferenceField,
    ReferenceListField,
)
from admin_ext.hydration import named_class
from admin_ext.keys import reference_forms
from admin_ext.lookups import resolve

# A class of embedded documents may hold itself, as comments hold answers: it is
# followed so often in one path.
MAX_TURNS = 3

# Stands in ``ReferencePath.stored`` for the keys of a map, which are data.
ANY_KEY = "*"

SINGLE_FIELDS = (ReferenceField, ReferenceListField, GenericReferenceField)


@dataclass(frozen=True)
class ReferencePath:
    """One path of a Document at which references are declared.

    ``owner``: the Document. ``fields``: the Django field of each step.
    ``steps``: the keys under which they are stored, ANY_KEY among them for a map.
    ``reference``: the Django field of the references, which knows what they lead to.
    """

    owner: type
    fields: tuple[Any, ...]
    steps: tuple[str, ...]
    reference: Any = field(compare=False)

    @property
    def stored(self) -> str:
        """The dotted path, as ``comments.author``; ``links.*`` within a map."""
        return ".".join(self.steps)

    @property
    def name(self) -> str:
        """The path as options and command lines write it: ``comments__author``."""
        return LOOKUP_SEP.join(each.name for each in self.fields)

    @cached_property
    def lookup(self) -> str:
        """The same where lists can be filtered by it, otherwise "".

        They cannot by keys of maps, nor by fields of embedded subclasses.
        """
        if self.is_in_map:
            return ""
        try:
            found = resolve(self.owner, self.name)
        except UnsupportedLookup:
            return ""
        return "" if found.fields[-1] is None else self.name

    @property
    def verbose_name(self) -> str:
        return " › ".join(str(each.verbose_name) for each in self.fields)

    @property
    def is_generic(self) -> bool:
        return isinstance(self.reference, GenericReferenceField)

    @property
    def is_in_map(self) -> bool:
        return ANY_KEY in self.steps

    @property
    def targets(self) -> tuple[type, ...]:
        """The Documents that are declared, none where any will do."""
        if not self.is_generic:
            return (self.reference.remote_field.model,)
        found = map(named_class, self.reference.document_field.choices or ())
        return tuple(
            self.reference.present(each)
            for each in found
            if isinstance(each, type) and issubclass(each, Document)
        )

    def leads_to(self, document: type) -> bool:
        """Tell whether a document of that class may be referred to by this path."""
        if self.is_generic and not self.reference.document_field.choices:
            return True
        return any(issubclass(document, target) for target in self.targets)

    def values(self, son: dict[str, Any]) -> Iterator[Any]:
        """Yield the references that a stored document holds here, as BSON has them.

        Null, too, where the last key is there; nothing for a key that is missing.
        """
        yield from _values([son], self.steps)

    def forms(self, document: type, key: Any) -> list[Any]:
        """Return the BSON by which this path may refer to a document of that key.

        An id, or a DBRef with or without the name of the database: applications
        store either. A generic reference is matched by what stands under ``_ref``.
        """
        forms = reference_forms(document, key)
        return forms[1:] if self.is_generic else forms

    def condition(self, document: type, keys: Iterable[Any]) -> dict[str, Any]:
        """Return the query for what refers by this path to documents of ``keys``.

        ``keys`` are as BSON holds them. Raise UnsupportedLookup within a map, where
        MongoDB has no path to ask by.
        """
        if self.is_in_map:
            raise UnsupportedLookup(f"{self.stored} has keys that are data.")
        forms = [form for key in keys for form in self.forms(document, key)]
        return {self.stored_key: {"$in": forms}}

    @property
    def stored_key(self) -> str:
        """The dotted path of the key itself, which an index would be on."""
        if self.is_generic:
            return f"{self.stored}._ref"
        within = getattr(self.reference, "key_within", ())
        return ".".join((self.stored, *("_id" for _name in within)))


def reference_paths(document: type) -> tuple[ReferencePath, ...]:
    """Return all paths at which a presented Document declares references.

    Those of its embedded documents, lists and maps too, in the order of the fields.
    """
    # A class that comes later may be embedded, too.
    return _reference_paths(document, len(all_document_classes()))


@lru_cache(maxsize=1_000)
def _reference_paths(document: type, classes: int) -> tuple[ReferencePath, ...]:
    found: dict[tuple, ReferencePath] = {}
    for each in _walk(document, document, (), ()):
        found.setdefault((each.steps, each.targets), each)
    return tuple(found.values())


def paths_to(target: type, owners: Iterable[type]) -> Iterator[ReferencePath]:
    """Yield the paths of ``owners`` by which a document of class ``target`` may be
    referred to; a path that a base class has already, not again.
    """
    owners = list(owners)
    for owner in owners:
        inherited = {
            path.steps
            for base in owner.__mro__[1:]
            if base in owners
            for path in reference_paths(base)
        }
        for path in reference_paths(owner):
            if path.leads_to(target) and path.steps not in inherited:
                yield path


def _walk(owner, document, fields, steps) -> Iterator[ReferencePath]:
    for each in document._meta.fields:
        below = (*steps, each.document_field.db_field)
        yield from _walk_field(owner, each, (*fields, each), below)


def _walk_field(owner, each, fields, steps) -> Iterator[ReferencePath]:
    """Yield the references in the values of ``each``, the last of ``fields`` or what
    it is a list or map of.
    """
    if isinstance(each, SINGLE_FIELDS):
        yield ReferencePath(owner, fields, steps, each)
    elif isinstance(each, ListField):
        yield from _walk_field(owner, each.item, fields, steps)
    elif isinstance(each, MapField):
        yield from _walk_field(owner, each.item, fields, (*steps, ANY_KEY))
    elif isinstance(each, EmbeddedField | GenericEmbeddedField):
        for document in each.documents:
            turns = sum(document is one.model for one in fields)
            if turns < MAX_TURNS:
                yield from _walk(owner, document, fields, steps)


def _values(found: Iterable[Any], steps: tuple[str, ...]) -> Iterator[Any]:
    """Yield what is stored under ``steps``, through all lists on the way."""
    for value in found:
        if isinstance(value, list):
            yield from _values(value, steps)
        elif not steps:
            yield value
        elif isinstance(value, dict):
            below = [*value.values()] if steps[0] == ANY_KEY else _at(value, steps[0])
            yield from _values(below, steps[1:])


def _at(value: dict, step: str) -> list:
    return [value[step]] if step in value else []
