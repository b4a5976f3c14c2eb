"""The documents that the fields of a form offer, and name, to a person with limits."""

from typing import Any

from admin_ext.hooks import replace_hook
from admin_ext.registry import nearest_admin

from .deciding import policy_for
from .rows import condition


def enforce(options: Any) -> None:
    """Have the form fields of an admin, or an inline, offer what may be seen only."""
    replace_hook(options, "formfield_for_dbfield", _formfield)


def _formfield(options, own, db_field, request, **kwargs):
    field = own(db_field, request, **kwargs)
    queryset = getattr(field, "queryset", None)
    if hasattr(queryset, "under"):
        shown = seen_by(queryset, request, options.admin_site)
        if shown is not queryset:
            everything = queryset.model._default_manager.all()
            field.queryset = shown
            field.everything = seen_by(everything, request, options.admin_site)
    return field


def seen_by(queryset: Any, request: Any, admin_site: Any) -> Any:
    """Return of a queryset what a person may see; the same where that is all."""
    document = queryset.model
    policy = policy_for(request, document, nearest_admin(admin_site, document))
    limit = condition(policy, "view", "change")
    if limit is not None:
        queryset = queryset.filter(limit)
    return queryset.under(policy) if policy.is_limited else queryset
