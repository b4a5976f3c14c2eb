"""Paths of fields: as a rule names them, and all that a class declares."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.text import capfirst
from mongoengine import fields as me

from admin_ext.stored_paths import member_field

from .access import REST

Path = tuple[str, ...]

# A name of no field, for what is not declared in a place.
UNNAMED = ""

# What holds keys that nobody declares.
FREE = (me.DictField, me.DynamicField, me.GenericEmbeddedDocumentField)

# How deep the paths are that are offered; documents may be embedded in themselves.
MAX_DEPTH = 5


def path_of(text: str) -> Path:
    """Return the steps of a path; they are parted by double underscores or by dots."""
    return tuple(re.split(r"__|\.", text))


def family(cls: type) -> list[type]:
    """Return a class and those that inherit from it."""
    found = [cls]
    for each in cls.__subclasses__():
        found += [other for other in family(each) if other not in found]
    return found


def canonical(document: type, path: Path) -> Path:
    """Return a path with the names of the attributes, also where it has stored ones.

    The places of the members of a list are left out.
    """
    return tuple(name for name, _field, _is_known in _walk(document, path))


def is_path(document: type, path: Path) -> bool:
    """Tell whether a class, or one that inherits from it, declares a path.

    Below a dict, and in a dynamic document, it may be any.
    """
    return path == (REST,) or all(known for *_rest, known in _walk(document, path))


def is_key_path(document: type, path: Path) -> bool:
    """Tell whether a path is, or is in, what tells one document from another."""
    return canonical(document, path)[0] in ("_id", "_cls", document._meta["id_field"])


def paths_of(document: type) -> Iterator[tuple[str, str]]:
    """Yield (path, name in words) of all fields that a rule can be about, in order."""
    key = document._meta["id_field"]
    for text, words in _paths(family(document), "", "", 1):
        if text != key and not text.startswith(f"{key}__"):
            yield text, words


def _paths(holders: list, above: str, words: str, depth: int) -> Iterator:
    seen = {"_cls", "_id"}
    for name, field in [each for cls in holders for each in cls._fields.items()]:
        if name in seen:
            continue
        seen.add(name)
        label = getattr(field, "verbose_name", None) or name.replace("_", " ")
        text = words + str(capfirst(label))
        yield above + name, text
        if depth < MAX_DEPTH:
            below = _holders(member_of(field))
            yield from _paths(below, f"{above}{name}__", f"{text} › ", depth + 1)


def _walk(document: type, path: Path) -> Iterator[tuple[str, Any, bool]]:
    """Yield (name, field or None, whether it is declared or free) of each step."""
    holders, field, is_free, is_list = family(document), None, False, False
    for step in path:
        if is_list and str(step).isdecimal():
            continue
        name = step
        if holders:
            name, field = _declared(holders, step)
            is_free = field is None and any(cls._dynamic for cls in holders)
        else:
            is_free = is_free or isinstance(field, FREE)
            field = member_field(field) if isinstance(field, me.DictField) else None
        yield name, field, is_free or field is not None
        is_list, field = isinstance(field, me.ListField), member_of(field)
        is_free = is_free or is_list and field is None
        holders = _holders(field)


def _declared(holders: list, step: str) -> tuple[str, Any]:
    """Return the (name, field) of a step in the first class that declares it."""
    for cls in holders:
        name = cls._meta.get("id_field") if step == "pk" else step
        if name not in cls._fields:
            name = cls._reverse_db_field_map.get(step, step)
        if name in cls._fields:
            return name, cls._fields[name]
    return step, None


def member_of(field: Any) -> Any:
    """Return the field of the members of lists, one within the other."""
    while isinstance(field, me.ListField):
        field = field.field
    return field


def is_copy(field: Any) -> bool:
    """Tell whether a field keeps parts of the documents that it refers to.

    The object has the reference alone: mongoengine makes the copies anew.
    """
    return isinstance(member_of(field), me.CachedReferenceField)


def _holders(field: Any) -> list[type]:
    """Return the classes of the embedded documents that a field can hold."""
    if isinstance(field, me.GenericEmbeddedDocumentField):
        return [cls for each in field.choices or () for cls in family(each)]
    if isinstance(field, me.EmbeddedDocumentField):
        return family(field.document_type)
    return []
