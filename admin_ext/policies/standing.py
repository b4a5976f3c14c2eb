"""Which documents a person may view, change and delete: asked of MongoDB, once."""

from collections.abc import Iterable, Mapping
from typing import Any

from mongoengine.base import BaseDocument

from admin_ext.hydration import stored_son
from admin_ext.identities import identity
from admin_ext.keys import stored_key
from admin_ext.limits import max_time, within
from admin_ext.querysets import queryset_for

from .policy import Policy
from .rows import condition

# Which permissions let somebody do what with a document.
PERMISSIONS: Mapping[str, tuple[str, ...]] = {
    "view": ("view", "change"),
    "change": ("change",),
    "delete": ("delete",),
}

# Where a policy keeps what is known of documents: {identity of a key: actions}.
KNOWN = "_known_rows"


def is_limited(policy: Policy, *actions: str) -> bool:
    """Tell whether some documents are left out of one of these actions."""
    return any(policy.rows(*PERMISSIONS[each]) is not None for each in actions)


def may(policy: Policy, document: Any, action: str) -> bool:
    """Tell whether an action is for a document, as far as rows decide.

    One query for a document, whatever is asked of it; none without limits of rows, nor
    for what is not stored.
    """
    is_stored = isinstance(document, BaseDocument) and document.pk is not None
    if not is_stored or not is_limited(policy, action):
        return True
    is_loaded = stored_son(document) is not None
    return may_key(policy, stored_key(document) if is_loaded else document.pk, action)


def may_key(policy: Policy, key: Any, action: str) -> bool:
    """Tell the same of a stored key."""
    ask(policy, [key])
    return action in known(policy)[identity(key)]


def known(policy: Policy) -> dict[Any, frozenset[str]]:
    return policy.__dict__.setdefault(KNOWN, {})


def ask(policy: Policy, keys: Iterable[Any]) -> None:
    """Find out what may be done with documents by their stored keys, in one query."""
    answers, wanted = known(policy), {identity(key): key for key in keys}
    wanted = {name: key for name, key in wanted.items() if name not in answers}
    if not wanted or not is_limited(policy, *PERMISSIONS):
        return
    allowed = _allowed(policy, [*wanted.values()])
    for name in wanted:
        answers[name] = frozenset(
            action
            for action, found in allowed.items()
            if found is None or name in found
        )


def _allowed(policy: Policy, keys: list[Any]) -> dict[str, set | None]:
    """Return {action: identities of those of ``keys`` that it is for, None for all}."""
    rows = queryset_for(policy.document)
    facets = {}
    for action, actions in PERMISSIONS.items():
        limit = condition(policy, *actions)
        if limit is not None:
            match = {"$match": rows.filter(limit)._query}
            facets[action] = [match, {"$project": {"_id": 1}}]
    with within(max_time()):
        pipeline = [{"$match": {"_id": {"$in": keys}}}, {"$facet": facets}]
        (found,) = rows._collection.aggregate(pipeline)
    return {
        action: {identity(son["_id"]) for son in found[action]}
        if action in facets
        else None
        for action in PERMISSIONS
    }
