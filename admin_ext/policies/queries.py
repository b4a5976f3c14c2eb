"""What a person may ask for: lookup paths, orders, and documents behind references.

A path through a reference is asked of the policy of each Document that it passes.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from django.db.models import F
from django.db.models.constants import LOOKUP_SEP
from django.db.models.expressions import OrderBy
from mongoengine import Q
from mongoengine.queryset.base import BaseQuerySet

from admin_ext.exceptions import UnsupportedLookup
from admin_ext.indexes import field_path
from admin_ext.lookups import Path, resolve
from admin_ext.registry import nearest_admin
from admin_ext.textindex import texts_of
from admin_ext.visibility import Finder, seeing

from .access import Access
from .deciding import policy_for
from .policy import Policy

# What a parameter of a list has behind a path that is no lookup.
STATE = f"{LOOKUP_SEP}referencestate"

# Of an index of all texts, the path.
ALL_TEXTS = "$**"


def policy_of(admin: Any, request: Any, document: type) -> Policy:
    """Return the policy of a Document for who uses ``admin``: its own, or another's."""
    if document is not admin.model:
        admin = nearest_admin(admin.admin_site, document)
    return policy_for(request, document, admin)


def is_limited(admin: Any, request: Any, document: type) -> bool:
    """Tell whether somebody does not see all documents of a class, or all of each."""
    return policy_of(admin, request, document).is_limited


def steps_of(document: type, path: str) -> Iterator[tuple[type, Path]]:
    """Yield (Document, path from it) of each collection that a lookup path passes.

    The rules of the first may be about what it refers to. Raise UnsupportedLookup for
    what is no path.
    """
    found = resolve(document, path.removesuffix(STATE))
    while found.joins:
        yield document, found
        document, found = found.target, resolve(found.target, found.rest)
    yield document, found


def may_query(admin: Any, request: Any, path: str) -> bool:
    """Tell whether a condition may name a lookup path of an admin's Document.

    What is no path finds nothing, and is not refused here.
    """
    is_own = path in admin.model._fields
    if is_own and not policy_of(admin, request, admin.model).has_field_limits:
        return True
    try:
        steps = [*steps_of(admin.model, path)]
    except UnsupportedLookup:
        return True
    return all(
        _may_ask(policy_of(admin, request, document), found)
        for document, found in steps
    )


def _may_ask(policy: Policy, found: Path) -> bool:
    is_last = not found.joins
    if is_last and found.field.is_relation:
        # What is said of the documents that it refers to is not about the reference.
        return policy.may_view(found.names)
    if not policy.may_query(found.names):
        return False
    return not (is_last and found.lookup == "search") or may_search_text(policy)


def may_search_text(policy: Policy) -> bool:
    """Tell whether the text index of a collection has no text that is denied.

    It is asked as a whole. Asks the server, whose index may be another by now.
    """
    if not policy.withholds:
        return True
    document = policy.document
    return all(
        stored != ALL_TEXTS and policy.may_query(names_of(document, stored))
        for stored in texts_of(document)
    )


def names_of(document: type, stored: str) -> tuple[str, ...]:
    """Return the names of the fields on a dotted stored path."""
    return tuple(field_path(document, stored).split("."))


def access_to(admin: Any, request: Any, path: str) -> Access:
    """Return how much of the value at a path may be had: that of its least step.

    EDIT for what is no path, such as the name of a method.
    """
    if path in admin.model._fields:
        return policy_of(admin, request, admin.model).access((path,))
    try:
        steps = [*steps_of(admin.model, path)]
    except UnsupportedLookup:
        return Access.EDIT
    return min(
        policy_of(admin, request, document).access(found.names)
        for document, found in steps
    )


def order_name(key: Any) -> str:
    """Return the path of an entry of an order, "" for what names none."""
    if isinstance(key, OrderBy):
        key = key.expression
    if isinstance(key, F):
        key = key.name
    return key.lstrip("+-").replace(".", LOOKUP_SEP) if isinstance(key, str) else ""


def allowed_order(admin: Any, request: Any, ordering: Iterable[Any]) -> list[Any]:
    """Return an order without denied fields.

    Where nothing is left it is Django's own of a list that has none.
    """
    ordering = [*ordering]
    kept = [each for each in ordering if may_query(admin, request, order_name(each))]
    return kept if kept or not ordering else ["-pk"]


def finder_for(admin_site: Any, request: Any) -> Finder:
    """Return what finds, for ``visible``, the documents that a person may have."""
    return partial(visible_to, admin_site, request)


def visible_to(admin_site: Any, request: Any, document: type) -> Any:
    """Return the queryset of what a person may have of a class: rows, and values.

    The nearest admin says so; all where there is none, or it sets no limit.
    """
    queryset, admin = document._default_manager, nearest_admin(admin_site, document)
    if admin is None:
        return queryset
    with seeing(None):
        limited = admin.get_queryset(request)
    if not isinstance(limited, BaseQuerySet):
        return queryset
    if limited._none or limited._empty:
        return queryset.none()
    condition = limited.clear_cls_query()
    condition._mongo_query = None
    if condition._query:
        queryset = queryset.filter(Q(__raw__=condition._query))
    policy = policy_for(request, document, admin)
    return queryset.under(policy) if policy.is_limited else queryset
