"""The hooks of registered admins, as they answer to a person with limits."""

from functools import partial
from typing import Any

from . import forms, lists, objects
from .admission import bind
from .deciding import policy_for
from .rows import condition


def limited_queryset(queryset: Any, request: Any, admin: Any) -> Any:
    """Return a queryset with the documents and values that a person may see."""
    if not hasattr(queryset, "under"):
        return queryset
    policy = policy_for(request, admin.model, admin)
    limit = condition(policy, "view", "change")
    if limit is not None:
        queryset = queryset.filter(limit)
    if policy.rows("change") is not None:
        queryset = queryset.preparing(partial(bind, policy=policy))
    return queryset.under(policy) if policy.is_limited else queryset


def enforce(admin: Any) -> None:
    """Have the hooks of a registered admin heed the policy, whatever overrides say.

    Called once, when it is registered with an AdminSite, after ``protect``.
    """
    forms.enforce(admin)
    lists.enforce(admin)
    objects.enforce(admin)
