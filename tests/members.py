"""Members of groups with limits, signed in."""

from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from admin_ext.models import FieldLimit, GroupLimit


def member_of(limits, *, actions=("view", "change", "add", "delete"), also=()):
    """Return the client of a member of one group.

    ``limits``: {class: {path: Access}}; the group has the four permissions for each
    class, and those whose codenames are in ``also``.
    """
    group = Group.objects.create(name="staff")
    codenames = [*also]
    for document, fields in limits.items():
        meta = document._meta
        codenames += [f"{action}_{meta.model_name}" for action in actions]
        limit = GroupLimit.objects.create(group=group, document=meta.label_lower)
        for path, access in fields.items():
            FieldLimit.objects.create(limit=limit, path=path, access=access)
    found = Permission.objects.filter(codename__in=codenames)
    group.permissions.add(*found)
    user = User.objects.create_user("member", password="p", is_staff=True)
    user.groups.add(group)
    client = Client()
    client.force_login(user)
    return client
