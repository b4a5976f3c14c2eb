"""People with limits, for the tests of policies."""

from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from admin_ext.models import FieldLimit, GroupLimit


def member_of(*groups):
    """Return a client of a new member of these groups."""
    number = User.objects.count()
    user = User.objects.create_user(f"member{number}", password="p", is_staff=True)
    user.groups.add(*groups)
    client = Client()
    client.force_login(user)
    client.user = user
    return client


def group_for(document, *actions, rows=None, name="", **fields):
    """Return a group that may do ``actions``, limited in rows and fields."""
    group, _created = Group.objects.get_or_create(name=name or f"{document} staff")
    names = [f"{action}_{document}" for action in actions]
    group.permissions.add(*Permission.objects.filter(codename__in=names))
    limit = GroupLimit.objects.create(
        group=group, document=f"tests.{document}", rows=rows or {}
    )
    for path, access in fields.items():
        FieldLimit.objects.create(limit=limit, path=path, access=access)
    return group


def permitted(client, *codenames):
    """Give a member permissions of their own; return the client."""
    found = Permission.objects.filter(codename__in=codenames)
    client.user.user_permissions.add(*found)
    return client
