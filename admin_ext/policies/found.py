"""What SQL says of a person: limits of groups, and what gives which permissions."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps

# Where what was found is kept, for as long as the object of a user is: a request.
KEPT = "_admin_ext_limits"
KEPT_PERMISSIONS = "_admin_ext_permissions"

# {app label: {codename}}
Codenames = dict[str, set[str]]


@dataclass
class Found:
    """Who has which permissions: {primary key of a group: …}, and the person."""

    names: dict[Any, str] = field(default_factory=dict)
    of_groups: dict[Any, Codenames] = field(default_factory=dict)
    own: Codenames = field(default_factory=lambda: defaultdict(set))


def limits_of(user: Any) -> dict[str, list]:
    """Return {label of a class in lower case: [GroupLimit]} of a person's groups.

    One query, two where there are any, once for the object of a user; none for
    superusers, and for who may do nothing.
    """
    if not hasattr(user, KEPT):
        found: dict[str, list] = {}
        for limit in _limits(user):
            found.setdefault(limit.document.lower(), []).append(limit)
        setattr(user, KEPT, found)
    return getattr(user, KEPT)


def _limits(user: Any) -> Any:
    is_limited = user.is_active and not getattr(user, "is_superuser", False)
    if not is_limited or not has_groups(user):
        return ()
    limits = apps.get_model("admin_ext", "GroupLimit").objects.filter(
        group__in=user.groups.all()
    )
    return limits.select_related("group").prefetch_related("fields")


def has_groups(user: Any) -> bool:
    """Tell whether a user can be in Django's groups, as one of a project's own may not.

    Nor can one that is not stored, or nobody.
    """
    groups = getattr(user, "groups", None)
    return user.pk is not None and getattr(groups, "model", None) is _group_class()


def _group_class() -> type:
    # Models cannot be imported while this module is.
    return apps.get_model("auth", "Group")


def permissions_of(user: Any) -> Found:
    """Return what groups and the person's own permissions give.

    Two queries, once for the object of a user.
    """
    if not hasattr(user, KEPT_PERMISSIONS):
        setattr(user, KEPT_PERMISSIONS, _permissions(user))
    return getattr(user, KEPT_PERMISSIONS)


def _permissions(user: Any) -> Found:
    found = Found()
    if has_groups(user):
        rows = _group_class().permissions.through.objects.filter(
            group__in=user.groups.all()
        )
        path = "permission__content_type__app_label"
        columns = ("group_id", "group__name", path, "permission__codename")
        for group, name, app_label, codename in rows.values_list(*columns):
            found.names[group] = name
            codenames = found.of_groups.setdefault(group, defaultdict(set))
            codenames[app_label].add(codename)
    if user.pk is not None and hasattr(user, "user_permissions"):
        columns = ("content_type__app_label", "codename")
        for app_label, codename in user.user_permissions.values_list(*columns):
            found.own[app_label].add(codename)
    return found
