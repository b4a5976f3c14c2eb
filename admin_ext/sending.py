"""What a save sends for what nobody touched: the stored BSON itself.

``Document.save()`` converts the whole document, and a changed list with all its rows.
mongoengine drops undeclared keys and number types on the way, and raises on a value
that its field cannot hold. So for the time of a save a loaded document converts its
changed fields only, and takes the rest from what was stored, at any depth.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bson import SON
from mongoengine import Document, EmbeddedDocument
from mongoengine import fields as me

from .hydration import stored_son
from .keys import id_of, remember_document

# Lists that are put in order as a whole.
WHOLE = (me.SortedListField,)


@contextmanager
def keeping_untouched(document: Document) -> Iterator[None]:
    """Have ``document`` and what is embedded in it keep untouched values in a save."""
    is_new = stored_son(document) is None
    sent: list[SON] = []

    def convert(*args, **kwargs):
        son = type(document).to_mongo if is_new else to_mongo
        sent.append(son(document, *args, **kwargs))
        return sent[-1]

    document.__dict__["to_mongo"] = convert
    try:
        yield
    finally:
        document.__dict__.pop("to_mongo", None)
    # A second save of the same object starts from what this one has stored.
    if sent:
        remember_document(document, sent[-1])


def to_mongo(document: Any, use_db_field: bool = True, fields: Any = None) -> SON:
    """Return the stored document with its changed fields converted.

    Stands for BaseDocument.to_mongo (mongoengine 0.29) during a save.
    """
    son = SON(stored_son(document))
    for name, stored_name in _changed(document).items():
        field, value = document._fields.get(name), document._data.get(name)
        if field is None:
            converted = type(document).to_mongo(document, use_db_field, [name])
            son.update({stored_name: converted.get(stored_name)})
        elif value is None and not field.null:
            son.pop(stored_name, None)
        else:
            son[stored_name] = converted_value(field, value, son.get(stored_name))
    return son


def converted_value(field: Any, value: Any, before: Any) -> Any:
    """Return a changed value for MongoDB; what is untouched in it stays as stored."""
    if isinstance(value, EmbeddedDocument) and stored_son(value) is not None:
        return to_mongo(value)
    if not isinstance(value, list) or type(field) in WHOLE or _is_free(field):
        return None if value is None else field.to_mongo(value)
    before = before if isinstance(before, list) else []
    return [_member(field.field, item, before) for item in list.__iter__(value)]


def _is_free(field: Any) -> bool:
    return getattr(field, "field", None) is None


def _member(field: Any, item: Any, before: list) -> Any:
    """Return a member of a list; an equal one that was stored keeps its BSON type."""
    if isinstance(item, EmbeddedDocument | list):
        same_place = next((old for old in before if old == item), None)
        return converted_value(field, item, same_place)
    for old in before:
        if isinstance(old, bool) == isinstance(item, bool) and old in (
            item,
            id_of(item),
        ):
            return old
    return None if item is None else field.to_mongo(item)


def _changed(document) -> dict[str, str]:
    """Return {name: stored name} of the fields that were set, or set in part."""
    paths = {path.partition(".")[0] for path in document._get_changed_fields()}
    return {document._reverse_db_field_map.get(path, path): path for path in paths}
