"""Permissions of registered admins for one document, and what they do to several."""

from functools import partial, wraps
from typing import Any

from django.contrib import messages
from django.utils.translation import ngettext
from mongoengine.base import BaseDocument

from admin_ext.hooks import replace_hook
from admin_ext.hydration import is_redacted
from admin_ext.keys import stored_key

from .deciding import policy_for
from .policy import Policy
from .rows import condition
from .standing import PERMISSIONS, ask, is_limited, may

# Whose answers about one document depend on the rows of which action.
ACTION_OF = {
    "has_view_permission": "view",
    "has_change_permission": "change",
    "has_delete_permission": "delete",
    "has_view_raw_permission": "view",
    "has_change_raw_permission": "change",
}


def enforce(admin: Any) -> None:
    """Have a registered admin heed the rows of each action, whatever overrides say."""
    for name, action in ACTION_OF.items():
        replace_hook(admin, name, partial(_permitted, action))
    replace_hook(admin, "has_view_health_permission", _health)
    replace_hook(admin, "get_actions", _actions)
    replace_hook(admin, "get_changelist_formset", _list_formset)
    replace_hook(admin, "log_addition", _logged)


def _permitted(action, admin, own, request, *args, **kwargs):
    obj = args[0] if args else kwargs.get("obj")
    allowed = own(request, *args, **kwargs)
    if not allowed or not isinstance(obj, BaseDocument):
        return allowed
    return may(policy_for(request, admin.model, admin), obj, action)


def _health(admin, own, request):
    """Refuse the page that tells odd values of all fields to who may not see some."""
    policy = policy_for(request, admin.model, admin)
    return not policy.withholds and own(request)


def _actions(admin, own, request):
    policy = policy_for(request, admin.model, admin)
    actions = own(request)
    if not is_limited(policy, *PERMISSIONS):
        return actions
    return {
        name: (_for_rows(func, policy), *rest)
        for name, (func, *rest) in actions.items()
    }


def _for_rows(func: Any, policy: Policy) -> Any:
    """Return an action that leaves out what its permissions are not for.

    What an action asks for other permissions, or for none, is for all that are seen.
    """
    asked = {*getattr(func, "allowed_permissions", ())} & PERMISSIONS.keys()
    actions = sorted({each for name in asked for each in PERMISSIONS[name]})
    limit = condition(policy, *actions) if actions else None
    if limit is None:
        return func

    @wraps(func)
    def action(modeladmin, request, queryset):
        rows = queryset.filter(limit)
        count = rows.count()
        left_out = queryset.count() - count
        if left_out:
            text = ngettext(
                "%(count)d document was left out: you may not do this to it.",
                "%(count)d documents were left out: you may not do this to them.",
                left_out,
            )
            text %= {"count": left_out}
            modeladmin.message_user(request, text, messages.WARNING)
        return func(modeladmin, request, rows) if count else None

    return action


class ChangeableRows:
    """Mixed in before the formset of a list: no inputs in rows that only are seen."""

    policy: Policy

    def add_fields(self, form, index):
        super().add_fields(form, index)
        ask(self.policy, map(stored_key, self.get_queryset()))
        if not may(self.policy, form.instance, "change"):
            key = self._pk_field.name
            form.fields = {key: form.fields[key]}


def _list_formset(admin, own, request, **kwargs):
    formset = own(request, **kwargs)
    policy = policy_for(request, admin.model, admin)
    if not is_limited(policy, "change"):
        return formset
    return type(formset.__name__, (ChangeableRows, formset), {"policy": policy})


def _logged(admin, own, request, obj, *args, **kwargs):
    """Have what is told of a new document told as if it had been loaded."""
    policy = policy_for(request, admin.model, admin)
    if isinstance(obj, BaseDocument) and not is_redacted(obj):
        policy.redact(obj)
    return own(request, obj, *args, **kwargs)
