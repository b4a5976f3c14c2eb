"""The indexes of the server, as a Document's ``meta["indexes"]`` declares them."""

from collections.abc import Iterator
from typing import Any

from pymongo import ASCENDING, TEXT

from admin_ext import limits
from admin_ext.failures import FAILURES, reason
from admin_ext.indexes import KINDS

from .models import Field, Index, Kind, Model

# The server adds these to every index, or they say how it builds one.
_INTERNAL = {"v", "key", "ns", "background", "textIndexVersion", "2dsphereIndexVersion"}

# What the server writes where nothing else was asked for.
_DEFAULTS = {"default_language": "english", "language_override": "language"}
_COLLATION = {
    "caseLevel": False,
    "caseFirst": "off",
    "strength": 3,
    "numericOrdering": False,
    "alternate": "non-ignorable",
    "maxVariable": "punct",
    "normalization": False,
    "backwards": False,
}
# Their own defaults are others: what looks like a default was asked for.
# https://www.mongodb.com/docs/manual/reference/collation-locales-defaults/
_OTHER_LOCALES = ("da", "fr_CA", "mt", "th")

# Fields whose values mongoengine stores as they are under one key.
_EMBEDDED = ("EmbeddedDocumentField", "EmbeddedDocumentListField")
_LISTS = ("ListField", "SortedListField", "EmbeddedDocumentListField")
# Of these mongoengine declares an index unasked.
_GEO_FIELDS = ("PointField", "LineStringField", "PolygonField")
_SPHERE = "2dsphere"

# An index on these would say that whole lists, maps or files are unique.
_MANY = (*_LISTS, "MapField", "DictField", "FileField", "ImageField")


def add_indexes(model: Model, collection: Any, *, max_time: int | None = None) -> None:
    """Add the indexes of ``collection`` to its Document, that of the key left out.

    A field with a unique index of its own becomes ``unique``, which the admin checks
    before it saves. ``max_time``: ms. Where the server does not tell, a doubt says so.
    """
    max_time = max_time or limits.max_time()
    try:
        with limits.within(max_time):
            found = collection.index_information()
    except FAILURES as error:
        # A view has none, and says so by refusing.
        if model.kind is not Kind.VIEW:
            why = reason(error, max_time)
            model.doubts.append(f"The server does not tell the indexes: {why}")
        found = {}
    model.indexes = [
        index_of(model, name, description)
        for name, description in found.items()
        if description["key"] != [("_id", ASCENDING)]
    ]
    for index in model.indexes:
        _mark_unique(model, index)
    _mark_places(model)


def index_of(model: Model, name: str, description: dict[str, Any]) -> Index:
    """Return an index; ``description``: as ``index_information`` has it."""
    keys = stored_keys(description)
    options = dict(_options(description))
    if name != default_name(keys):
        options["name"] = name
    return Index(
        name=name,
        keys=keys,
        unique=bool(options.get("unique")),
        sparse=bool(options.get("sparse")),
        options=options,
        line=line_for(model, keys, options),
    )


def stored_keys(description: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return [(stored path, kind)], the paths of a text index by their names.

    The server has one key ``_fts`` for them, and their names among the weights.
    https://www.mongodb.com/docs/manual/core/indexes/index-types/index-text/
    """
    keys: list[tuple[str, Any]] = []
    for path, kind in description["key"]:
        if path == "_fts":
            keys += [(each, TEXT) for each in description.get("weights", {})]
        elif path != "_ftsx":
            keys.append((path, _whole(kind)))
    return keys


def _whole(kind: Any) -> Any:
    """Return 1 for 1.0, as shells write it."""
    return int(kind) if isinstance(kind, float) and kind.is_integer() else kind


def default_name(keys: list[tuple[str, Any]]) -> str:
    """Return the name that drivers give an index of ``keys``."""
    return "_".join(f"{path}_{kind}" for path, kind in keys)


def _options(description: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what ``create_index`` takes beside the keys, without what is usual."""
    for name, value in description.items():
        if name in _INTERNAL or _DEFAULTS.get(name) == value:
            continue
        if name == "weights":
            if {*value.values()} - {1}:
                yield name, dict(value)
        elif name == "collation":
            yield name, _collation(value)
        elif value is not False:
            yield name, dict(value) if isinstance(value, dict) else _whole(value)


def _collation(value: dict[str, Any]) -> dict[str, Any]:
    is_other = value.get("locale", "").startswith(_OTHER_LOCALES)
    return {
        name: each
        for name, each in value.items()
        if name != "version" and (is_other or _COLLATION.get(name) != each)
    }


def line_for(model: Model, keys: list[tuple[str, Any]], options: dict[str, Any]) -> Any:
    """Return the entry of ``meta["indexes"]`` that declares just such an index.

    Fields stand in it by their Python names. mongoengine looks these up when the class
    is made, and raises for a path that no field declares; keys that are pairs of a
    stored path and a kind it takes as they are.
    """
    is_led = _has_class_before(model, keys, options)
    names = [_name_in_line(model, *each) for each in (keys[1:] if is_led else keys)]
    is_plain = all(names)
    fields = names if is_plain else keys
    if model.has_subclasses and (not is_plain or not (is_led or names == ["_cls"])):
        options = {"cls": False, **options}
    if options or not is_plain:
        return {"fields": [*fields], **options}
    return fields[0] if len(fields) == 1 else tuple(fields)


def _has_class_before(model: Model, keys: list, options: dict[str, Any]) -> bool:
    """Tell whether mongoengine itself would put the first key before the others."""
    is_placed = keys[-1][1] in (_SPHERE, "2d")
    is_possible = model.has_subclasses and not options.get("sparse") and not is_placed
    return is_possible and len(keys) > 1 and keys[0] == ("_cls", ASCENDING)


def _name_in_line(model: Model, path: str, kind: Any) -> str:
    """Return a key as mongoengine writes it, or "" where it cannot."""
    if kind not in KINDS:
        return ""
    if path == "_cls" and model.has_subclasses:
        return f"{KINDS[kind]}_cls"
    name = python_path(model, path)
    return f"{KINDS[kind]}{name}" if name else ""


def python_path(model: Model, stored: str) -> str:
    """Return the dotted Python names of the fields at a stored path.

    "" where it leads to no declared field, or through a map, a reference or a place in
    a list. mongoengine takes the names id and pk for the key.
    """
    if stored == "_id":
        return "pk" if _declared(model, "id") else "id"
    found: list[Field] = []
    inside: Model | None = model
    for step in stored.split("."):
        field = _declared(inside, step) if inside else None
        if field is None:
            return ""
        found.append(field)
        while field.kind in _LISTS and field.member is not None:
            field = field.member
        inside = field.embedded if field.kind in _EMBEDDED else None
    names = [each.name for each in found]
    is_of_key = found[0].stored == "_id" or names in (["id"], ["pk"])
    return "" if is_of_key else ".".join(names)


def _declared(model: Model, stored: str) -> Field | None:
    """Return the field of a stored key, those of the classes that it extends too."""
    inside: Model | None = model
    while inside is not None:
        for each in inside.fields:
            if each.stored == stored:
                return each
        inside = inside.parent
    return None


def _mark_unique(model: Model, index: Index) -> None:
    """Make the field of a unique index unique, where it is so in all documents."""
    if not index.unique or len(index.keys) != 1:
        return
    (path, kind), *_rest = index.keys
    field = _declared(model, path)
    is_partial = {"partialFilterExpression", "collation"} & index.options.keys()
    if kind != ASCENDING or field is None or field.kind in _MANY or is_partial:
        return
    field.options["unique"] = True
    if index.sparse:
        # Or mongoengine would declare a second index, which is not sparse.
        field.options["sparse"] = True


def _mark_places(model: Model) -> None:
    """Keep fields of places from declaring an index that the server does not have.

    Of those in embedded documents mongoengine knows no more than the last two names.
    """
    indexed = {
        tuple(index.keys[0][0].split("."))
        for index in model.indexes
        if index.keys[0][1] == _SPHERE and len(index.keys) == 1
    }
    for field in model.all_fields():
        path = tuple(step for step in field.path if step not in ("[]", "*"))
        if field.kind in _GEO_FIELDS and (path not in indexed or len(path) > 2):
            field.options["auto_index"] = False
