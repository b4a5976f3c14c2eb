"""The hooks of registered admins, as they answer on a site that is protected."""

from typing import Any

from django.contrib.admin.actions import delete_selected

from admin_ext.hooks import own_hook, replace_hook

from .confirmation import ConfirmationNeeded, confirmed, for_deletion
from .read_only import is_read_only

DENIED = (
    *("has_add_permission", "has_change_permission", "has_delete_permission"),
    "has_change_raw_permission",
)


def protect(admin: Any) -> None:
    """Have the hooks of a registered admin, of whatever class, heed the protection.

    Set on the object: an override may well answer without asking its base class.
    """
    deny_changes(admin)
    replace_hook(admin, "get_inline_instances", _inlines)
    replace_hook(admin, "get_actions", _actions)
    if hasattr(admin, "protected_limit"):
        replace_hook(admin, "get_deleted_objects", _deleted)


def deny_changes(options: Any) -> None:
    """Have an admin or an inline allow nothing but to look while that is the rule."""
    may_change = own_hook(options, "has_change_permission")

    def viewing(options, own, *args, **kwargs):
        may_view = own(*args, **kwargs)
        # Who may change may look, also where a hook says so and no permission.
        return may_view or is_read_only() and may_change(*args, **kwargs)

    replace_hook(options, "has_view_permission", viewing)
    for name in DENIED:
        if hasattr(options, name):
            replace_hook(options, name, _denied)


def _denied(options, own, *args, **kwargs):
    return not is_read_only() and own(*args, **kwargs)


def _inlines(admin, own, *args, **kwargs):
    inlines = own(*args, **kwargs)
    if is_read_only():
        for each in inlines:
            deny_changes(each)
            each.max_num = 0
    return inlines


def _actions(admin, own, request):
    """Return no action where nothing may be changed: what one does is not known."""
    if is_read_only():
        return {}
    actions = own(request)
    if not getattr(admin, "protected", False):
        return actions
    return {
        name: (
            func if func is delete_selected else confirmed(func, description),
            *rest,
            description,
        )
        for name, (func, *rest, description) in actions.items()
    }


def _deleted(admin, own, objs, request):
    """Raise ConfirmationNeeded when a deletion is sent without what must be typed."""
    found = own(objs, request)
    _tree, counts, denied, protectors = found
    asked = request.confirmation = for_deletion(admin, objs, counts, request)
    is_sent = request.POST and (
        request.POST.get("post") or getattr(request, "is_delete_view", False)
    )
    if is_sent and asked and not asked.is_met and not (denied or protectors):
        raise ConfirmationNeeded
    return found
