"""The stages of an aggregation that leave the references without a document."""

from collections.abc import Callable
from typing import Any

from admin_ext.hydration import named_class
from admin_ext.meta import present
from admin_ext.querysets import queryset_for

from .conditions import lists_within
from .paths import ReferencePath

# What a person may see of a class: a query, {} for all.
Limit = Callable[[type], dict[str, Any]]

# A generic reference may name a document of any class; each costs a look-up.
MAX_JOINS = 10


def stages(path: ReferencePath, limit: Limit) -> list[dict]:
    """Return the stages that yield ``{_id: a reference}`` for what leads nowhere.

    Each reference once, as it is stored; none that is null. Among them are all of the
    classes that ``joined`` does not name.
    """
    found = _distinct(path)
    if path.is_generic:
        found += _without_generic(path, limit)
    elif joined(path):
        target = path.targets[0]
        query = query_of(target, limit)
        found += _without_id(target, query)
        found += _without_key(path, target, query)
    is_stored = {"$ne": [{"$ifNull": ["$_id", None]}, None]}
    return [*found, {"$match": {"$expr": is_stored}}]


def _distinct(path: ReferencePath) -> list[dict]:
    """Return the stages that yield ``{_id: a reference}``, each once, null too."""
    return [
        {"$project": {"_id": 0, "value": f"${path.stored}"}},
        *[{"$unwind": "$value"}] * lists_within(path),
        {"$group": {"_id": "$value"}},
    ]


def joined(path: ReferencePath) -> tuple[type, ...]:
    """Return the classes whose documents MongoDB itself looks up, in the aggregation.

    These are of the same database. None where there are too many, or a generic
    reference may lead to any.
    """
    found = [
        document
        for target in path.targets
        if target._get_collection_name()
        for document in (with_subclasses(target) if path.is_generic else [target])
        if document._get_db() == path.owner._get_db()
    ]
    return tuple(dict.fromkeys(found)) if len(found) <= MAX_JOINS else ()


def with_subclasses(document: type) -> list[type]:
    """Return a class and those below it, which a generic reference may name, too."""
    found = map(named_class, document._subclasses)
    return [present(each) for each in found if each is not None]


def query_of(target: type, limit: Limit) -> dict[str, Any]:
    """Return the query for the documents of a class that a list would show."""
    parts = [each for each in (queryset_for(target)._query, limit(target)) if each]
    return {"$and": parts} if parts else {}


def _without_id(target: type, query: dict[str, Any]) -> list[dict]:
    """Return the stages that leave out the plain ids of documents.

    Right behind $group, and without a pipeline of its own, $lookup is run by MongoDB's
    faster engine: three seconds for 300,000 ids, where it took thirteen otherwise.
    https://www.mongodb.com/docs/manual/core/aggregation-pipeline-optimization/
    """
    is_list = {"$isArray": "$_id"}
    is_there = {"$and": [{"$ne": ["$found", []]}, {"$not": is_list}]}
    is_pattern = {"$eq": [{"$type": "$_id"}, "regex"]}
    return [
        _join(target, query, "_id"),
        {"$match": {"$expr": {"$or": [{"$not": is_there}, is_pattern]}}},
        {"$project": {"_id": 1}},
    ]


def _without_key(path: ReferencePath, target: type, query: dict) -> list[dict]:
    """Return the stages that leave out DBRefs, and cached references, to documents."""
    is_document = {"$eq": [{"$type": "$_id"}, "object"]}
    within = "$_id._id" if path.reference.key_within else "$_id"
    key = {"$cond": [{"$ne": ["$ref", None]}, _part("$id", "$_id"), within]}
    return [
        {
            "$set": {
                name: {"$cond": [is_document, _part(f"${name}", "$_id"), None]}
                for name in ("ref", "db")
            }
        },
        {"$set": {"key": {"$cond": [is_document, key, None]}}},
        _join(target, query, "key"),
        {"$match": {"$expr": _leads_nowhere(target)}},
        {"$project": {"_id": 1}},
    ]


def _without_generic(path: ReferencePath, limit: Limit) -> list[dict]:
    """Return the stages that leave out generic references to documents of joined()."""
    is_such = {"$eq": [{"$type": "$_id._ref"}, "object"]}
    parts = {"ref": "$ref", "db": "$db", "key": "$id"}
    documents = joined(path)
    branches = [
        {
            "case": {"$eq": ["$_id._cls", document._class_name]},
            "then": _leads_nowhere(document, f"found{index}"),
        }
        for index, document in enumerate(documents)
    ]
    is_kept = {"$switch": {"branches": branches, "default": True}}
    return [
        {
            "$set": {
                name: {"$cond": [is_such, _part(part, "$_id._ref"), None]}
                for name, part in parts.items()
            }
        },
        *(
            _join(each, query_of(each, limit), "key", f"found{index}")
            for index, each in enumerate(documents)
        ),
        *([{"$match": {"$expr": is_kept}}] if branches else []),
        {"$project": {"_id": 1}},
    ]


def _join(target: type, query: dict, local: str, name: str = "found") -> dict:
    """Return the stage that finds the document of a key among those of ``query``."""
    join: dict[str, Any] = {
        "from": target._get_collection_name(),
        "localField": local,
        "foreignField": "_id",
        "as": name,
    }
    if query:
        join["pipeline"] = [{"$match": query}, {"$project": {"_id": 1}}]
    return {"$lookup": join}


def _part(name: str, of: str) -> dict:
    """Return the expression of a key of a DBRef, which no path can name."""
    part = {"$getField": {"field": {"$literal": name}, "input": of}}
    return {"$ifNull": [part, None]}


def _leads_nowhere(target: type, name: str = "found") -> dict:
    """Return the expression of a reference without a document.

    What is no key joins with documents, too, and so does a DBRef to another place.
    """
    is_elsewhere = {
        "$or": [
            {"$ne": ["$ref", target._get_collection_name()]},
            {"$not": [{"$in": ["$db", [None, target._get_db().name]]}]},
        ]
    }
    return {
        "$or": [
            {"$eq": [f"${name}", []]},
            {"$in": [{"$type": "$key"}, ["array", "regex", "null", "missing"]]},
            {"$and": [{"$ne": ["$ref", None]}, is_elsewhere]},
        ]
    }
