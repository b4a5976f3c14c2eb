"""Load a stored document that does not fit its Document, as far as it fits.

mongoengine's own ``_from_son`` is tried first (see querysets); it raises for a strict
Document with one unknown key, a string where a document is expected, an unknown
``_cls``. One odd document must not take a page down.
"""

from collections.abc import Iterable
from typing import Any

from bson import DBRef
from mongoengine import Document, EmbeddedDocument
from mongoengine import fields as me
from mongoengine.base import BaseDocument, get_document

from .compat import LOAD_ERRORS
from .compat.making import made

# What may hold embedded documents, as a member of a list.
LENIENT = (
    me.EmbeddedDocumentField,
    me.GenericEmbeddedDocumentField,
    me.ListField,
    me.DictField,
)

# Where a loaded document keeps what was stored.
STORED = "_stored_son"
# And what of it may be shown to the person that it was loaded for, where that is less.
SHOWN = "_shown_son"
# The names of the fields of it that are masked; see policies.
MASKED = "_masked_fields"
BLANK = "_is_blank"
# And the policy under which it was loaded, with its path in the whole.
POLICY = "_policy"


def document_for_son(cls: type, son: dict[str, Any]) -> Any:
    """Return ``son`` as an instance of ``cls``, or of its subclass that ``_cls`` names.

    A value that its field cannot take is left as it is stored; keys that no field
    declares are left out of the object. Nothing counts as changed.
    """
    cls = class_for(cls, son)
    values, odd = leniently(cls._fields, son)
    document = cls(__auto_convert=False, _created=False, **values)
    document._data.update(odd)
    document._changed_fields = []
    return document


def leniently(fields: dict[str, Any], son: dict) -> tuple[dict, dict]:
    """Return {field name: value} as mongoengine makes them, and of those it cannot."""
    values, odd = {}, {}
    for name, field in fields.items():
        stored_name = field.db_field
        if stored_name not in son:
            continue
        value = son[stored_name]
        try:
            values[name] = None if value is None else _to_python(field, value)
        except LOAD_ERRORS:
            odd[name] = value
    return values, odd


def part_for_son(cls: type, son: dict[str, Any], names: Iterable[str]) -> Any:
    """Return a document of which only some fields were fetched, in a plain class."""
    cls = class_for(cls, son)
    fields = {name: cls._fields[name] for name in names if name in cls._fields}
    values, odd = converted(fields, son)
    document = made(cls, fields, values)
    document._data.update(odd)
    # Without mongoengine's __setattr__, which asks for dynamic fields and shard keys.
    object.__setattr__(document, "_changed_fields", [])
    return document


def converted(fields: dict[str, Any], son: dict) -> tuple[dict, dict]:
    """Return {field name: value} as mongoengine makes them, and of those it cannot.

    It makes what it can of odd values, too, unless it raises for one of them.
    """
    stored = {
        name: son[field.db_field]
        for name, field in fields.items()
        if field.db_field in son
    }
    try:
        return {
            name: None if value is None else fields[name].to_python(value)
            for name, value in stored.items()
        }, {}
    except LOAD_ERRORS:
        return leniently(fields, son)


def blank(cls: type) -> Any:
    """Return an embedded document in whose place nothing is stored any more."""
    document = remember(document_for_son(cls, {}), {})
    document.__dict__[BLANK] = True
    return document


def visible(value: Any, stored: Any) -> Any:
    """Return what is stored without the fields of ``editable=False`` within, and
    without what the person that it was loaded for may not see.

    ``value``: the same as the Document holds it, whose classes tell the fields. Such a
    field is shown where somebody names it, and not as a part of something else.
    """
    if isinstance(value, BaseDocument) and isinstance(stored, dict):
        policy, path = value.__dict__.get(POLICY, (None, ()))
        if policy is not None:
            stored = policy.redacted_son(type(value), stored, path)
        names = value._reverse_db_field_map
        fields = {key: value._fields.get(names.get(key, key)) for key in stored}
        return {
            key: visible(value._data.get(names.get(key, key)), item)
            for key, item in stored.items()
            if key == "_id" or getattr(fields[key], "editable", True)
        }
    if isinstance(value, dict) and isinstance(stored, dict):
        return {key: visible(dict.get(value, key), stored[key]) for key in stored}
    if isinstance(value, list) and isinstance(stored, list):
        members = [*list.__iter__(value)]
        if len(members) == len(stored):
            return [*map(visible, members, stored)]
    return stored


def shown_part(value: Any, stored: Any) -> Any:
    """Return as much of a stored row as the person may see; ``stored`` if that is all.

    ``value``: the same as the Document holds it.
    """
    is_partial = isinstance(value, EmbeddedDocument) and isinstance(stored, dict)
    return value.__dict__.get(SHOWN, stored) if is_partial else stored


def is_blank(document: Any) -> bool:
    """Tell whether ``document`` stands for one that is not stored any more."""
    return BLANK in document.__dict__


def remember(document: Any, son: dict[str, Any]) -> Any:
    """Keep with ``document``, and with what is embedded in it, what was stored.

    mongoengine drops undeclared keys, fills in defaults and converts numbers when it
    loads; whoever writes must know what was there. Return ``document``.
    """
    document.__dict__[STORED] = son
    data, fields = document._data, document._fields
    for name, value in [*data.items()]:
        is_such = isinstance(value, BaseDocument | list | dict | DBRef)
        if is_such and name in fields and fields[name].db_field in son:
            data[name] = remember_value(value, son[fields[name].db_field])
    return document


def remember_value(value: Any, stored: Any) -> Any:
    """Return ``value``; a reference by a compound key with the key as it is stored."""
    if isinstance(value, EmbeddedDocument) and isinstance(stored, dict):
        remember(value, stored)
    elif isinstance(value, Document) and isinstance(stored, dict):
        # It names a class that cannot be embedded, or a document that it refers to.
        return value if "_ref" in stored else stored
    elif isinstance(value, list) and isinstance(stored, list):
        pairs = zip(list.__iter__(value), stored, strict=False)
        for index, (item, stored_item) in enumerate(list(pairs)):
            list.__setitem__(value, index, remember_value(item, stored_item))
    elif isinstance(value, dict) and isinstance(stored, dict):
        for key, item in [*dict.items(value)]:
            if isinstance(item, BaseDocument | list | dict | DBRef) and key in stored:
                dict.__setitem__(value, key, remember_value(item, stored[key]))
    elif isinstance(value, DBRef) and isinstance(value.id, BaseDocument):
        # mongoengine makes a document of the key, which the driver cannot send.
        return DBRef(value.collection, getattr(stored, "id", stored))
    return value


def stored_son(document: Any) -> dict[str, Any] | None:
    """Return what was stored when ``document`` was loaded, or None for a new one."""
    return document.__dict__.get(STORED)


def shown_son(document: Any) -> dict[str, Any] | None:
    """Return what was stored, as far as the person it was loaded for may see it.

    For all that is shown; what writes takes ``stored_son``.
    """
    return document.__dict__.get(SHOWN, stored_son(document))


def is_redacted(document: Any) -> bool:
    """Tell whether a document was loaded for somebody who may not see all of it."""
    return MASKED in document.__dict__


def class_for(cls: type, son: dict[str, Any]) -> type:
    """Return ``cls``, or its subclass that a stored document names."""
    found = named_class(son.get("_cls"))
    return found if found is not None and issubclass(found, cls) else cls


def named_class(name: Any) -> type | None:
    """Return the class that a stored ``_cls`` names, or None."""
    try:
        return get_document(name) if isinstance(name, str) else None
    except LOAD_ERRORS:
        return None


def _to_python(field: Any, value: Any) -> Any:
    """Convert a value; embedded documents are loaded leniently at any depth."""
    if isinstance(field, me.EmbeddedDocumentField) and isinstance(value, dict):
        return document_for_son(field.document_type, value)
    if isinstance(field, me.GenericEmbeddedDocumentField):
        return _generic(value)
    member = getattr(field, "field", None)
    if isinstance(field, me.ListField) and isinstance(member, LENIENT):
        if not isinstance(value, list):
            raise TypeError("not a list")
        return [_lenient(member, item) for item in value]
    if isinstance(field, me.DictField) and member is not None:
        if not isinstance(value, dict):
            raise TypeError("not a dict")
        return {key: _lenient(member, item) for key, item in value.items()}
    return field.to_python(value)


def _generic(value: Any) -> Any:
    """Return an embedded document of the class that it names; else raise."""
    cls = named_class(value["_cls"])
    if cls is None or not issubclass(cls, EmbeddedDocument):
        raise TypeError("no embedded class that is known")
    return document_for_son(cls, value)


def _lenient(field: Any, value: Any) -> Any:
    try:
        return _to_python(field, value)
    except LOAD_ERRORS:
        return value
