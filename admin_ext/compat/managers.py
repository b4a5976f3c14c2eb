"""How querysets are made: by a Document, and of others."""

import copy
from typing import Any

from mongoengine.queryset.base import BaseQuerySet
from mongoengine.queryset.field_list import QueryFieldList
from mongoengine.queryset.manager import QuerySetManager
from mongoengine.queryset.visitor import QNode

# What nothing ever changes, beside conditions.
KEPT = frozenset((type(None), bool, int, str))


def plain_queryset_class(document: type) -> type | None:
    """Return the class of the querysets of ``objects``, None where code makes these.

    QuerySetManager.__get__ (mongoengine 0.29) then does nothing but make one.
    """
    owners = (vars(cls) for cls in document.__mro__)
    manager = next((own["objects"] for own in owners if "objects" in own), None)
    if getattr(type(manager), "__get__", None) is not QuerySetManager.__get__:
        return None
    if manager.get_queryset is not None:
        return None
    found = document._meta.get("queryset_class", manager.default)
    is_class = isinstance(found, type) and issubclass(found, BaseQuerySet)
    return found if is_class else None


def clone_querysets_quickly() -> None:
    """Let a queryset be cloned without copying what nothing ever changes.

    ``_clone_into`` (mongoengine 0.29) copies 25 attributes, of which most are None, and
    the fields in the slow way of objects; a change form clones dozens of querysets.
    """
    clone_into = BaseQuerySet._clone_into
    constants = clone_into.__code__.co_consts
    names = next(each for each in constants if isinstance(each, tuple))

    def clone_quickly_into(self, new):
        own = vars(self)
        if self._cursor_obj or not own.keys() >= {*names}:
            return clone_into(self, new)
        copies = {
            name: value if type(value := own[name]) in KEPT else _copied(value)
            for name in names
        }
        vars(new).update(copies)
        new._BaseQuerySet__auto_dereference = self._BaseQuerySet__auto_dereference
        return new

    BaseQuerySet._clone_into = clone_quickly_into


def _copied(value: Any) -> Any:
    if isinstance(value, QNode):
        return value
    if type(value) is not QueryFieldList:
        return copy.copy(value)
    fields = QueryFieldList.__new__(QueryFieldList)
    vars(fields).update(vars(value))
    return fields
