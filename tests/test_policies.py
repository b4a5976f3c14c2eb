"""What the limits of groups do to lists and forms of their members."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from admin_ext.models import FieldLimit, GroupLimit

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    """Return a function that signs in a member of a group with limits on Documents."""

    def sign_in(document, *actions, rows=None, **fields):
        label = f"tests.{document}"
        group = Group.objects.create(name=f"{document} staff")
        for action in actions:
            group.permissions.add(
                Permission.objects.get(codename=f"{action}_{document}")
            )
        limit = GroupLimit.objects.create(group=group, document=label, rows=rows or {})
        for path, access in fields.items():
            FieldLimit.objects.create(limit=limit, path=path, access=access)
        user = User.objects.create_user("member", password="p", is_staff=True)
        user.groups.add(group)
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def test_a_list_has_only_the_rows_of_the_group(mongo, member):
    mongo.books.insert_many([{"title": "Seen"}, {"title": "Unseen"}])
    client = member("book", "view", rows={"title": "Seen"})
    html = client.get("/admin/tests/book/").text
    assert "Seen" in html
    assert "Unseen" not in html
