"""What a save sends: the paths that differ from what is stored, and nothing else.

``Document.save()`` converts the whole document, and a changed list with all its rows.
mongoengine drops undeclared keys and number types on the way, and raises on a value
that its field cannot hold. So for the time of a save a loaded document converts its
changed fields only, takes the rest from what was stored, at any depth, and sends the
difference between the two.
"""

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

from bson import SON
from mongoengine import Document, EmbeddedDocument
from mongoengine import fields as me
from mongoengine.base import BaseDict, BaseDocument
from mongoengine.fields import GridFSProxy

from .changesets import MISSING, differences, guard_for, update_for
from .files import with_own_files
from .history import Expected, expecting
from .hydration import document_for_son, remember, stored_son
from .keys import id_of, remember_document
from .policies import admit

# Where a document keeps the BSON of values that were set with it:
# {stored name: (the value, what it was then, its BSON or MISSING)}.
EXACT = "_stored_as"
# Stands there for the value of a key that no field declares.
UNDECLARED = object()


def keep_exact(document: BaseDocument, name: str, stored_name: str, bson: Any) -> None:
    """Remember what is to be stored, to the letter, for an attribute that was just set.

    It counts as long as nobody, such as a ``clean()``, sets or changes the value.
    """
    value = document._data.get(name)
    was = copy.deepcopy(value) if isinstance(value, list | dict) else value
    document.__dict__.setdefault(EXACT, {})[stored_name] = (value, was, bson)
    # To mongoengine nothing has changed from 1 to 1.0, and from missing to null.
    document._mark_as_changed(stored_name)


def put_key(document: BaseDocument, key: str, bson: Any) -> None:
    """Set a key that the Document does not declare; MISSING removes it."""
    document.__dict__.setdefault(EXACT, {})[key] = (UNDECLARED, UNDECLARED, bson)
    # mongoengine splits such a name at dots, which a key may hold.
    document._mark_as_changed(EXACT)


def copied(value: Any) -> Any:
    """Return a copy of a row of a list, with all that is stored in it but its key.

    Files are copied when the document is saved.
    """
    return with_own_files(_copied(value), value)


def _copied(value: Any) -> Any:
    if isinstance(value, GridFSProxy):
        return value
    if not isinstance(value, EmbeddedDocument):
        return copy.deepcopy(value)
    is_stored = stored_son(value) is not None
    son = to_mongo(value) if is_stored else value.to_mongo()
    son.pop("_id", None)
    document = remember(document_for_son(type(value), son), son)
    if "_id" in document._reverse_db_field_map:
        # Its default has made another.
        document._mark_as_changed("_id")
    return document


@contextmanager
def sending_differences(document: Document) -> Iterator[dict]:
    """Have ``document`` send only what differs, for the time of a save.

    Yield the query that holds while nobody else changed what is sent; it is filled in
    before the update is.
    """
    is_new = stored_son(document) is None
    stored, guard, sent = stored_son(document) or {}, {}, []
    told = Expected(document, stored)

    def convert(*args, **kwargs):
        if is_new:
            son = type(document).to_mongo(document, *args, **kwargs)
        else:
            son = to_mongo(document)
        # What the Document's own code did to it counts as well; at first mongoengine
        # asks for the key alone.
        if not kwargs.get("fields"):
            admit(document, son)
        sent.append(son)
        if is_new:
            return son
        guard.clear()
        guard.update(guard_for(differences(stored, son), stored))
        return son

    def update():
        told.after = sent[-1]
        told.update = update_for(differences(stored, sent[-1]))
        return told.update

    document.__dict__["to_mongo"] = convert
    if not is_new:
        document.__dict__["_get_update_doc"] = update
    try:
        with expecting(told):
            yield guard
    finally:
        document.__dict__.pop("to_mongo", None)
        document.__dict__.pop("_get_update_doc", None)
    # A second save of the same object starts from what this one has stored.
    if sent:
        remember_document(document, sent[-1])
        document.__dict__.pop(EXACT, None)


def part_to_mongo(document: Any, stored_names: Iterable[str]) -> dict:
    """Return some fields of a new document as they would be stored."""
    names = [document._reverse_db_field_map.get(each, each) for each in stored_names]
    return type(document).to_mongo(document, fields=names)


def to_mongo(document: Any) -> SON:
    """Return the stored document with its changed fields converted.

    Stands for BaseDocument.to_mongo (mongoengine 0.29) during a save.
    """
    son = SON(stored_son(document))
    exact = document.__dict__.get(EXACT, {})
    for name, stored_name in _changed(document, exact):
        if name is None or _is_exact(document, name, exact.get(stored_name)):
            bson = exact[stored_name][-1]
        else:
            bson = _converted(document, name, son.get(stored_name, MISSING))
        if bson is MISSING:
            son.pop(stored_name, None)
        else:
            son[stored_name] = bson
    return son


def _changed(document: Any, exact: dict) -> list[tuple[str | None, str]]:
    """Return (name, stored name) of what was set, or set in part.

    A key that no field declares has no name.
    """
    names = document._reverse_db_field_map
    known = {*names, *document._fields, *document._dynamic_fields}
    undeclared = [key for key, (value, *_rest) in exact.items() if value is UNDECLARED]
    heads = dict.fromkeys(
        path.partition(".")[0] for path in document._get_changed_fields()
    )
    declared = [(names.get(head, head), head) for head in heads if head in known]
    return [*declared, *((None, key) for key in undeclared)]


def _is_exact(document: Any, name: str, entry: Any) -> bool:
    """Tell whether a value is still the one that was put, and what it was then."""
    if entry is None:
        return False
    value, was, _bson = entry
    now = document._data.get(name)
    if isinstance(value, dict) and isinstance(now, BaseDict):
        # mongoengine puts one in the place of a dict when it is first looked at.
        return now == was == value
    return now is value and (value is was or value == was)


def _converted(document: Any, name: str, before: Any) -> Any:
    """Return the BSON of a changed field, or MISSING."""
    field, value = document._fields.get(name), document._data.get(name)
    if field is None:
        converted = type(document).to_mongo(document, True, [name])
        return converted.get(name, MISSING)
    bson = None if value is None else converted_value(field, value, before)
    # A proxy without a file is no value either.
    return MISSING if bson is None and not field.null else bson


def converted_value(field: Any, value: Any, before: Any) -> Any:
    """Return a changed value for MongoDB; what is untouched in it stays as stored."""
    if isinstance(value, EmbeddedDocument) and stored_son(value) is not None:
        return to_mongo(value)
    is_generic = isinstance(field, me.GenericEmbeddedDocumentField)
    if is_generic and not isinstance(value, EmbeddedDocument):
        # Of a class that is not known, or something else.
        return value
    member = getattr(field, "field", None)
    if isinstance(value, dict) and isinstance(field, me.DictField) and member:
        return _converted_map(member, value, before)
    if not isinstance(value, list) or member is None:
        return None if value is None else field.to_mongo(value)
    before = before if isinstance(before, list) else []
    members = [_member(member, item, before) for item in list.__iter__(value)]
    return in_sorting_order(field, members)


def _converted_map(member: Any, value: dict, before: Any) -> dict:
    before = before if isinstance(before, dict) else {}
    return {
        key: _member(member, item, [before[key]] if key in before else [])
        for key, item in dict.items(value)
    }


def in_sorting_order(field: Any, members: list) -> list:
    """Return the BSON members of a SortedListField in its order, where they have one.

    Follows SortedListField.to_mongo (mongoengine 0.29), which raises otherwise.
    """
    if not isinstance(field, me.SortedListField):
        return members
    key = itemgetter(field._ordering) if field._ordering is not None else None
    try:
        return sorted(members, key=key, reverse=field._order_reverse)
    except (TypeError, LookupError):
        return members


def _member(field: Any, item: Any, before: list) -> Any:
    """Return a member of a list; an equal one that was stored keeps its BSON type."""
    if isinstance(item, EmbeddedDocument) and stored_son(item) is not None:
        return to_mongo(item)
    if isinstance(item, EmbeddedDocument | list | dict):
        same_place = next((old for old in before if old == item), None)
        return converted_value(field, item, same_place)
    for old in before:
        if isinstance(old, bool) == isinstance(item, bool) and old in (
            item,
            id_of(item),
        ):
            return old
    return None if item is None else field.to_mongo(item)
