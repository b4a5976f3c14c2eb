"""The pages on which limits of groups are made."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group, Permission, User
from django.test import Client, RequestFactory

from admin_ext.models import FieldLimit, GroupLimit
from admin_ext.policies import Access
from admin_ext.rules.admins import GroupLimitInline, GroupLimitsMixin

from .submission import Submission

pytestmark = pytest.mark.django_db

LIMITS = "/admin/admin_ext/grouplimit/"
NO_FIELDS = {"fields-TOTAL_FORMS": 0, "fields-INITIAL_FORMS": 0}


@pytest.fixture
def staff():
    return Group.objects.create(name="Staff")


def group_url(group):
    return f"/admin/auth/group/{group.pk}/change/"


def of_group(group, document, rows="", limit=None):
    """Return what is sent for a group with one limit."""
    return {
        "name": "Staff",
        "document_limits-TOTAL_FORMS": 1,
        "document_limits-INITIAL_FORMS": 1 if limit else 0,
        "document_limits-0-document": document,
        "document_limits-0-rows": rows,
        "document_limits-0-id": limit.pk if limit else "",
        "document_limits-0-group": group.pk,
    }


def limit_of(group, document="tests.book", rows=None, **fields):
    limit = GroupLimit.objects.create(group=group, document=document, rows=rows or {})
    for path, access in fields.items():
        FieldLimit.objects.create(limit=limit, path=path, access=access)
    return limit


def test_a_limit_is_made_on_the_page_of_its_group(mongo, admin_client, staff):
    sent = of_group(staff, "tests.book", "kind = novel\n\npages__gte=100 ")
    assert admin_client.post(group_url(staff), sent).status_code == 302
    limit = GroupLimit.objects.get()
    assert (limit.group, limit.document) == (staff, "tests.book")
    assert limit.rows == {"kind": "novel", "pages__gte": "100"}
    assert "limit" in LogEntry.objects.get().get_change_message()


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("kind", "“kind” is not of the form: field = value."),
        ("kin = novel", "“kin” is no field of a book that can be looked up."),
        ("kind__like = novel", "“kind__like” is no field of a book"),
        ("pages = many", "“many” does not fit “pages”."),
        ("kind = a\nkind = b", "“kind” is there twice"),
        ("author__nam = a", "“author__nam” is no field of a book"),
    ],
)
def test_what_cannot_be_looked_up_is_told_in_words(
    mongo, admin_client, staff, rows, told
):
    response = admin_client.post(group_url(staff), of_group(staff, "tests.book", rows))
    assert response.status_code == 200
    assert told in response.text
    assert rows in response.text
    assert not GroupLimit.objects.exists()


def test_fields_are_chosen_from_those_of_the_document(admin_client, staff):
    sent = {"group": staff.pk, "document": "tests.book", "rows": "", **NO_FIELDS}
    response = admin_client.post(f"{LIMITS}add/", sent, follow=True)
    html = response.text
    assert '<option value="reviews__stars">Reviews › Stars</option>' in html
    assert '<option value="*">All other fields</option>' in html


def fields_of(limit, *rules):
    """Return what is sent for a limit with rules of fields."""
    sent = {
        **{"group": limit.group_id, "document": limit.document, "rows": ""},
        **{"fields-TOTAL_FORMS": len(rules), "fields-INITIAL_FORMS": 0},
    }
    for number, (path, access) in enumerate(rules):
        sent |= {
            f"fields-{number}-path": path,
            f"fields-{number}-access": access,
            f"fields-{number}-limit": limit.pk,
        }
    return sent


def test_rules_of_fields_are_made_and_logged(admin_client, staff):
    limit = limit_of(staff)
    sent = fields_of(limit, ("price", 0), ("reviews__text", 1))
    response = admin_client.post(f"{LIMITS}{limit.pk}/change/", sent)
    assert response.status_code == 302
    found = {each.path: each.access for each in limit.fields.all()}
    assert found == {"price": Access.HIDDEN, "reviews__text": Access.MASKED}
    assert "Added limit of a field" in LogEntry.objects.get().get_change_message()


def test_rows_of_fields_that_are_left_alone_stop_no_save(admin_client, staff):
    limit = limit_of(staff)
    url = f"{LIMITS}{limit.pk}/change/"
    pairs = dict(Submission(admin_client.get(url).text).pairs)
    sent = {**pairs, "fields-0-path": "price", "fields-0-access": "0"}
    assert admin_client.post(url, sent).status_code == 302
    assert [*limit.fields.values_list("path", "access")] == [("price", Access.HIDDEN)]


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ([("titel", 0)], "titel is not one of the available choices."),
        ([("price", 9)], "9 is not one of the available choices."),
        ([("price", 0), ("price", 1)], "Please correct the duplicate data for"),
    ],
)
def test_rules_that_are_none_are_told(admin_client, staff, rules, told):
    limit = limit_of(staff)
    sent = fields_of(limit, *rules)
    html = admin_client.post(f"{LIMITS}{limit.pk}/change/", sent).text
    assert told in html
    assert not limit.fields.exists()


def test_a_limit_that_code_made_stays_as_it_is(mongo, admin_client, staff):
    limit = limit_of(staff, rows={"in_print": True, "pages__in": [1, 2]})
    text = "in_print = True\npages__in = 1,2"
    html = admin_client.get(group_url(staff)).text
    assert text in html
    assert 'class="module admin-ext"' in html
    sent = of_group(staff, "tests.book", text, limit)
    assert admin_client.post(group_url(staff), sent).status_code == 302
    limit.refresh_from_db()
    assert limit.rows == {"in_print": True, "pages__in": [1, 2]}


def test_what_is_gone_is_told_and_can_be_taken_away(admin_client, staff):
    limit_of(staff, "tests.gone", price=0)
    limit_of(staff, titel=0)
    html = admin_client.get(LIMITS).text
    assert "tests.gone (there is no such Document)" in html
    assert "titel (there is no such field): Hidden" in html
    assert admin_client.get(group_url(staff)).status_code == 200


def test_a_group_has_one_limit_for_a_document(admin_client, staff):
    limit_of(staff)
    sent = {"group": staff.pk, "document": "tests.book", "rows": "", **NO_FIELDS}
    html = admin_client.post(f"{LIMITS}add/", sent).text
    assert "already exists" in html


@pytest.mark.parametrize(
    ("codenames", "views", "changes"),
    [
        ((), False, False),
        (("view_group",), True, False),
        (("change_group",), True, True),
        (("change_grouplimit", "add_grouplimit"), False, False),
    ],
)
def test_only_who_may_change_groups_may_limit_them(staff, codenames, views, changes):
    limit = limit_of(staff)
    user = User.objects.create_user("helper", is_staff=True)
    for each in codenames:
        user.user_permissions.add(Permission.objects.get(codename=each))
    client = Client()
    client.force_login(user)
    assert (client.get(LIMITS).status_code == 200) == views
    sent = fields_of(limit, ("price", 0))
    client.post(f"{LIMITS}{limit.pk}/change/", sent)
    assert limit.fields.exists() == changes
    html = client.get(group_url(staff)).text
    assert ("document_limits-0-rows" in html) == changes


def test_a_project_with_its_own_admin_of_groups_has_a_mixin(rf: RequestFactory):
    class OwnGroupAdmin(GroupLimitsMixin, GroupAdmin):
        pass

    found = OwnGroupAdmin(Group, admin.site).get_inlines(rf.get("/"), None)
    assert found == [GroupLimitInline]
