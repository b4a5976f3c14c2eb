"""Which documents a person may have, as a condition of MongoDB."""

import logging
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError

from admin_ext.exceptions import UnsupportedLookup
from admin_ext.lookups import NOTHING, Q, q_for_lookup
from admin_ext.visibility import seeing

from .grants import Lookup
from .policy import Policy

logger = logging.getLogger(__name__)

# Where a policy, which is one request's, keeps its conditions.
KEPT = "_conditions"


def condition(policy: Policy, *actions: str) -> Q | None:
    """Return the condition on documents for one of ``actions``; None for all.

    A limit that is no condition of the Document any more finds no document.
    """
    found = policy.rows(*actions)
    if found is None:
        return None
    # Several actions have the same lookups, which are those of the policy's grants.
    kept, key = policy.__dict__.setdefault(KEPT, {}), frozenset(map(id, found))
    if key not in kept:
        # Of a limit that goes through a reference the other collection is asked; it
        # means what it says, whatever else the person may have.
        with seeing(None):
            kept[key] = reduce(or_, [_of(policy.document, each) for each in found])
    return kept[key]


def _of(document: type, lookups: Iterable[Lookup]) -> Q:
    try:
        conditions = [_one(document, *each) for each in lookups]
    except (UnsupportedLookup, ValidationError, ValueError, TypeError) as error:
        logger.error("A limit of %s cannot be obeyed: %s", document.__name__, error)
        return Q(**NOTHING)
    whole = Q()
    for each in conditions:
        whole &= each
    return whole


def _one(document: type, about: type, path: str, value: Any) -> Q:
    """Return the condition of a lookup, which only limits documents of ``about``."""
    found = q_for_lookup(about, path, value)
    if about is document:
        return found
    return Q(__raw__={"_cls": {"$nin": [*about._subclasses]}}) | found
