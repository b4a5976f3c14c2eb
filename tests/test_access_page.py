"""What superusers are told of what a person may, and why."""

import re

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.utils.html import strip_tags

from admin_ext.models import FieldLimit, GroupLimit
from admin_ext.policies import Access

from .admin import BookAdmin

pytestmark = pytest.mark.django_db


def person(*codenames, own=(), rows=None, rules=(), **flags):
    """Return a member of the group Interns, with limits on books."""
    group = Group.objects.create(name="Interns")
    group.permissions.add(*Permission.objects.filter(codename__in=codenames))
    limit = GroupLimit.objects.create(
        group=group, document="tests.book", rows=rows or {}
    )
    for path, access in rules:
        FieldLimit.objects.create(limit=limit, path=path, access=access)
    user = User.objects.create_user("ida", **{"is_staff": True} | flags)
    user.groups.add(group)
    user.user_permissions.add(*Permission.objects.filter(codename__in=own))
    return user


def told(client, user, heading="Books"):
    """Return the lines of the tables about a Document, as "cell | cell | cell"."""
    html = client.get(f"/admin/access/{user.pk}/").text
    section = html.split(f">{heading} <span", 1)[1].split("</section>")[0]
    rows = re.findall(r"<tr.*?</tr>", section, re.DOTALL)
    cells = [re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL) for row in rows]
    lines = [" | ".join(strip_tags(cell) for cell in row) for row in cells]
    return lines + re.findall(r"<p>(.*?)</p>", section, re.DOTALL)


def test_each_permission_says_what_gives_it(admin_client):
    user = person("view_book", own=["change_book", "view_raw_book"])
    lines = told(admin_client, user)
    assert "View | yes | group Interns, own permission" in lines
    assert "Change | yes | own permission" in lines
    assert "Add | no | nothing gives the permission" in lines
    assert "View raw | yes | own permission" in lines


def test_each_field_says_what_each_source_says(admin_client):
    rules = [("price", Access.HIDDEN), ("isbn", Access.MASKED), ("*", Access.VIEW)]
    lines = told(admin_client, person("change_book", rules=rules))
    assert "Price | Hidden | group Interns: Hidden" in lines
    assert "Isbn | Masked | group Interns: Masked" in lines
    (others,) = [each for each in lines if "group Interns: View" in each]
    assert "Book title, " in others


def test_rows_are_told_as_conditions(admin_client):
    user = person("view_book", rows={"kind": "novel", "pages__gte": 9})
    text = " ".join(told(admin_client, user))
    assert "View: only documents with <code>kind = novel and pages__gte = 9" in text


def test_what_is_for_the_same_rows_is_told_together(admin_client):
    codenames = ("view_book", "change_book", "add_book")
    lines = told(admin_client, person(*codenames, rows={"kind": "novel"}))
    assert any(each.startswith("View, Change: only documents with") for each in lines)


def test_what_code_says_is_told(admin_client, monkeypatch):
    monkeypatch.setattr(BookAdmin, "field_access", {"price": "masked"})
    monkeypatch.setattr(BookAdmin, "readonly_fields", ("isbn",))
    lines = told(admin_client, User.objects.create_superuser("root"))
    assert "View | yes | superuser" in lines
    assert "Price | Masked | code of the admin: Masked" in lines
    assert "Isbn | View | code of the admin: readonly_fields" in lines


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        ({"is_staff": False}, "not staff: the admin is closed"),
        ({"is_active": False}, "the account is not active"),
        ({"is_active": False, "is_superuser": True}, "the account is not active"),
    ],
)
def test_who_may_nothing_is_told_why(admin_client, flags, reason):
    html = admin_client.get(f"/admin/access/{person('view_book', **flags).pk}/").text
    assert f"Nothing is allowed: {reason}." in html
    assert "Nothing of any Document" in html


def test_a_read_only_site_is_a_reason(admin_client, settings):
    user = person("view_book", "change_book")
    settings.ADMIN_EXT_READ_ONLY = True
    lines = told(admin_client, user)
    assert "Change | no | the site is read-only" in lines
    assert "View | yes | group Interns" in lines


def test_superusers_find_the_page_from_the_user(admin_client):
    user = person("view_book")
    link = f'<a href="/admin/access/{user.pk}/">Access</a>'
    assert link in admin_client.get(f"/admin/auth/user/{user.pk}/change/").text


def test_nobody_else_may_look(client):
    user = person("view_book", own=["view_user", "change_user"])
    client.force_login(user)
    assert client.get(f"/admin/access/{user.pk}/").status_code == 403
    assert (
        "/admin/access/" not in client.get(f"/admin/auth/user/{user.pk}/change/").text
    )


@pytest.mark.parametrize("key", ["0", "none", "9" * 40])
def test_nobody_has_no_page(admin_client, key):
    assert admin_client.get(f"/admin/access/{key}/").status_code == 404


def test_looking_writes_nothing_and_asks_mongodb_nothing(
    mongo, admin_client, mongo_commands
):
    user = person("view_book", rows={"author__name": "Ann"})
    with mongo_commands() as commands:
        admin_client.get(f"/admin/access/{user.pk}/")
    assert commands.names == []
    assert admin_client.post(f"/admin/access/{user.pk}/").status_code == 405


def test_it_costs_sql_the_same_for_one_document_or_thirty(
    admin_client, django_assert_max_num_queries
):
    user = person("view_book", "view_author", "view_chapter")
    with django_assert_max_num_queries(12):
        admin_client.get(f"/admin/access/{user.pk}/")
