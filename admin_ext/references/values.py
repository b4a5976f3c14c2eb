"""One stored reference taken apart: what it leads to, and what is odd about it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from bson import DBRef
from mongoengine import Document
from mongoengine.base import LazyReference

from admin_ext.changesets import MISSING
from admin_ext.fields import (
    GenericReferenceField,
    ListField,
    MapField,
    ReferenceField,
    ReferenceListField,
    is_set,
)
from admin_ext.hydration import named_class, stored_son
from admin_ext.keys import can_be_key, foreign_place, id_of, key_for, stored_key
from admin_ext.meta import present

REFERENCE_FIELDS = (ReferenceField, ReferenceListField, GenericReferenceField)


class Reference(NamedTuple):
    """A reference as it is stored, and where it leads.

    ``target``: the Document, None where nobody knows the class. ``key``: that of the
    document in Django, None where no document can have it; ``id``: the same as BSON
    holds it. ``place``: the collection of another place that it leads to, or "".
    """

    stored: Any
    target: type | None
    key: Any = None
    id: Any = None
    place: str = ""


class Members(list):
    """What a path that goes through a list leads to, one for each member.

    ``more``: how many more members there are, behind a long list of references;
    ``missing``: how many of them were not fetched.
    """

    more = missing = 0


def is_nothing(value: Any) -> bool:
    """Tell whether a page shows a value as nothing. The empty text is no reference."""
    return value is None or value in ([], {})


def holds_references(field: Any) -> bool:
    """Tell whether a Django field holds references, or lists or maps of these."""
    while isinstance(field, ListField | MapField):
        field = field.item
    return isinstance(field, REFERENCE_FIELDS)


def held(field: Any, document: Any) -> Any:
    """Return what a field of ``document`` holds: as stored, unless it was set since.

    None where nothing is stored. What mongoengine makes of a reference has lost the
    type of a key that its field did not expect.
    """
    if stored_son(document) is None or is_set(field, document):
        return document._data.get(field.name)
    stored = field.shown_bson(document)
    return None if stored is MISSING else stored


def members(field: Any, value: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield (key of a map or "", field of one reference, value) of what a field holds.

    Lists of lists are one list. What is no list counts as its only member.
    """
    if isinstance(field, MapField) and isinstance(value, dict):
        for key, item in dict.items(value):
            for _key, each, one in members(field.item, item):
                yield key, each, one
    elif isinstance(field, ListField | ReferenceListField) and (
        isinstance(value, list | tuple)
    ):
        item = field.item if isinstance(field, ListField) else field
        # A list of mongoengine's own would fetch what its members refer to.
        for one in list.__iter__(value) if isinstance(value, list) else value:
            if isinstance(item, ReferenceListField) and item is field:
                yield "", field, one
            else:
                yield from members(item, one)
    else:
        yield "", field, value


def parts(value: Any) -> Iterator[Any]:
    """Yield what the members of lists on the way of a path hold, or the value."""
    if isinstance(value, Members):
        for item in value:
            yield from parts(item)
    else:
        yield value


def references_in(field: Any, value: Any) -> Iterator[Reference]:
    """Yield the references in what a field holds, null and odd members too."""
    for _key, each, one in members(field, value):
        yield reference_for(each, one)


def reference_for(field: Any, value: Any) -> Reference:
    """Return one reference of a field, in whatever form a Document or BSON has it."""
    if isinstance(field, GenericReferenceField):
        return _generic(value)
    if not isinstance(field, ReferenceField | ReferenceListField):
        return Reference(value, None)
    target = field.remote_field.model
    if isinstance(value, dict) and "_id" in value and field.key_within:
        return reference_to(target, value["_id"], stored=value)
    return reference_to(target, value)


def reference_to(target: type, value: Any, *, stored: Any = None) -> Reference:
    """Return a reference to a document of class ``target``.

    ``stored``: the reference where ``value`` is only the key in it.
    """
    stored = value if stored is None else stored
    if isinstance(value, Document):
        target = present(type(value))
        return Reference(stored, target, value.pk, stored_key(value))
    if isinstance(value, DBRef) and target._get_collection_name() is None:
        # A class without a collection: the reference itself names the class.
        target = _document(value.as_doc().get("cls"))
        if target is None:
            return Reference(stored, None, place=value.collection)
    place = foreign_place(target, value) if isinstance(value, DBRef) else ""
    found = id_of(value)
    if place or found in (None, "") or not can_be_key(found):
        return Reference(stored, target, place=place)
    return Reference(stored, target, key_for(target._meta.pk, found), found)


def _generic(value: Any) -> Reference:
    if isinstance(value, Document):
        return reference_to(type(value), value)
    if isinstance(value, LazyReference):
        return reference_to(present(value.document_type), value)
    if not isinstance(value, dict) or not isinstance(value.get("_ref"), DBRef):
        return Reference(value, None)
    target = _document(value.get("_cls"))
    if target is None:
        return Reference(value, None)
    return reference_to(target, value["_ref"], stored=value)


def _document(name: Any) -> type | None:
    """Return the Document of a collection that a stored ``_cls`` names, or None."""
    found = named_class(name)
    is_such = found is not None and issubclass(found, Document)
    return present(found) if is_such and found._get_collection_name() else None
