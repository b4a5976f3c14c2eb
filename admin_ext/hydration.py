"""Load a stored document that does not fit its Document, as far as it fits.

mongoengine's own ``_from_son`` is tried first (see querysets); it raises for a strict
Document with one unknown key, a string where a document is expected, an unknown
``_cls``. One odd document must not take a page down.
"""

from typing import Any

from bson import DBRef
from mongoengine import Document, EmbeddedDocument
from mongoengine import fields as me
from mongoengine.base import BaseDocument, get_document

from .compat import LOAD_ERRORS

# What may hold embedded documents, as a member of a list.
LENIENT = (
    me.EmbeddedDocumentField,
    me.GenericEmbeddedDocumentField,
    me.ListField,
    me.DictField,
)

# Where a loaded document keeps what was stored.
STORED = "_stored_son"
BLANK = "_is_blank"


def document_for_son(cls: type, son: dict[str, Any]) -> Any:
    """Return ``son`` as an instance of ``cls``, or of its subclass that ``_cls`` names.

    A value that its field cannot take is left as it is stored; keys that no field
    declares are left out of the object. Nothing counts as changed.
    """
    cls = class_for(cls, son)
    values, odd = {}, {}
    for name, field in cls._fields.items():
        stored_name = field.db_field
        if stored_name not in son:
            continue
        value = son[stored_name]
        try:
            values[name] = None if value is None else _to_python(field, value)
        except LOAD_ERRORS:
            odd[name] = value
    document = cls(__auto_convert=False, _created=False, **values)
    document._data.update(odd)
    document._changed_fields = []
    return document


def blank(cls: type) -> Any:
    """Return an embedded document in whose place nothing is stored any more."""
    document = remember(document_for_son(cls, {}), {})
    document.__dict__[BLANK] = True
    return document


def visible(value: Any, stored: Any) -> Any:
    """Return what is stored without the fields of ``editable=False`` within.

    ``value``: the same as the Document holds it, whose classes tell the fields. Such a
    field is shown where somebody names it, and not as a part of something else.
    """
    if isinstance(value, BaseDocument) and isinstance(stored, dict):
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


def is_blank(document: Any) -> bool:
    """Tell whether ``document`` stands for one that is not stored any more."""
    return BLANK in document.__dict__


def remember(document: Any, son: dict[str, Any]) -> Any:
    """Keep with ``document``, and with what is embedded in it, what was stored.

    mongoengine drops undeclared keys, fills in defaults and converts numbers when it
    loads; whoever writes must know what was there. Return ``document``.
    """
    document.__dict__[STORED] = son
    for name, field in document._fields.items():
        value = document._data.get(name)
        is_such = isinstance(value, BaseDocument | list | dict | DBRef)
        if is_such and field.db_field in son:
            document._data[name] = remember_value(value, son[field.db_field])
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
