"""What a stored reference is: one that leads to a document, null, malformed, …

Cells, filters and the command ``checkreferences`` speak of the same states.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from bson import Binary, Decimal128, ObjectId
from bson.datetime_ms import DatetimeMS
from django.db import models
from django.utils.translation import gettext_lazy as _
from mongoengine import fields as me

from admin_ext.fields import ListField, ReferenceListField
from admin_ext.keys import own_key

from .paths import ANY_KEY, ReferencePath
from .values import reference_for

NO_MEMBER = object()

NUMBERS = (int, float, Decimal, Decimal128)

# What BSON holds for the keys of a field; the first class of its method resolution
# order that is named here answers. A field of any other class may hold anything.
KEY_TYPES: dict[type, tuple[type, ...]] = {
    me.ObjectIdField: (ObjectId,),
    me.StringField: (str,),
    me.UUIDField: (UUID, Binary, str),
    me.SequenceField: (object,),
    me.IntField: NUMBERS,
    me.LongField: NUMBERS,
    me.FloatField: NUMBERS,
    me.DecimalField: (*NUMBERS, str),
    me.Decimal128Field: NUMBERS,
    me.DateTimeField: (datetime, DatetimeMS),
    me.BooleanField: (bool,),
    me.EmbeddedDocumentField: (dict,),
    me.GenericEmbeddedDocumentField: (dict,),
    me.DictField: (dict,),
}


class State(models.TextChoices):
    """What one document has at a path; of a list, what any of its members is."""

    OK = "ok", _("Leads to a document")
    MISSING = "missing", _("Not stored")
    NULL = "null", _("Null")
    EMPTY = "empty", _("Empty list")
    DANGLING = "dangling", _("No such document")
    MALFORMED = "malformed", _("Not a reference")


@dataclass(frozen=True)
class Lead:
    """The class of the document that a reference leads to, and its key as BSON."""

    target: type
    key: Any

    @property
    def state_if_gone(self) -> State:
        """DANGLING, or MALFORMED for what no key of the target looks like."""
        return State.DANGLING if can_hold(self.target, self.key) else State.MALFORMED


def lead_of(path: ReferencePath, value: Any) -> Lead | None:
    """Return what a stored value at ``path`` leads to, None for a malformed one.

    Malformed are the empty text, a list, a DBRef to another collection, and of a
    generic reference an unknown class.
    """
    found = reference_for(path.reference, value)
    if found.target is None or found.key is None:
        return None
    return Lead(found.target, found.id)


def can_hold(document: type, key: Any) -> bool:
    """Tell whether a document of that class may have the key ``key``, by its type."""
    field = own_key(document._meta.pk).document_field
    expected = next(
        (KEY_TYPES[cls] for cls in type(field).__mro__ if cls in KEY_TYPES), (object,)
    )
    if isinstance(key, bool):
        return expected in ((object,), (bool,))
    return isinstance(key, expected)


def stored_at(path: ReferencePath, son: dict[str, Any]) -> Iterator[Any]:
    """Yield what a stored document has at ``path``, the members of lists one by one.

    NO_MEMBER stands for an empty list; a list is a value where none belongs. Nothing
    is yielded for a key that is missing.
    """
    for value in _at([son], path.steps):
        yield from _members(value, lists_of(path))


def lists_of(path: ReferencePath) -> int:
    """Return how many lists, one within the other, hold the references themselves."""
    number, each = 0, path.fields[-1]
    while each is not path.reference:
        number = number + 1 if isinstance(each, ListField) else 0
        each = each.item
    return number + isinstance(each, ReferenceListField)


def _at(found: Iterable[Any], steps: tuple[str, ...]) -> Iterator[Any]:
    if not steps:
        yield from found
        return
    for value in found:
        if isinstance(value, list):
            yield from _at(value, steps)
        elif isinstance(value, dict):
            is_map, step = steps[0] == ANY_KEY, steps[0]
            below = value.values() if is_map else [value[step]] if step in value else ()
            yield from _at(below, steps[1:])


def _members(value: Any, lists: int) -> Iterator[Any]:
    """Yield the members of ``lists`` lists; what is none counts as its only member."""
    if not lists or not isinstance(value, list):
        yield value
    elif not value:
        yield NO_MEMBER
    else:
        for member in value:
            yield from _members(member, lists - 1)


def examine(path: ReferencePath, son: dict[str, Any]) -> tuple[set[State], list[Lead]]:
    """Return the states of a stored document at ``path``, and what it leads to.

    Whether the latter exists is not known yet: OK and DANGLING are not among them.
    """
    values, states, leads = list(stored_at(path, son)), set(), []
    for value in values:
        if value is None:
            states.add(State.NULL)
        elif value is NO_MEMBER:
            states.add(State.EMPTY)
        elif (lead := lead_of(path, value)) is None:
            states.add(State.MALFORMED)
        else:
            leads.append(lead)
    return (states if values else {State.MISSING}), leads
