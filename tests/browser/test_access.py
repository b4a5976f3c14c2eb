"""What a person may, explained on a desktop and on a phone, by day and by night."""

import pytest
from django.contrib.auth.models import Group, Permission, User

from admin_ext.models import FieldLimit, GroupLimit
from admin_ext.policies import Access

from .conftest import look

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = [
    {"color_scheme": scheme, "viewport": size, "java_script_enabled": size is DESKTOP}
    for size in (DESKTOP, PHONE)
    for scheme in ("light", "dark")
]


@pytest.fixture
def desk(mongo, page, login, transactional_db):
    """A group that may change notes, and its member Ida; a superuser is signed in."""
    login(page, User.objects.create_superuser("ann"))
    group = Group.objects.create(name="Swedish desk")
    codenames = ("view_note", "change_note", "view_user", "view_health_note")
    group.permissions.add(*Permission.objects.filter(codename__in=codenames))
    ida = User.objects.create_user("ida", is_staff=True)
    ida.groups.add(group)
    ida.user_permissions.add(Permission.objects.get(codename="add_note"))
    return group


def limit(group):
    rows = {"user__username": "ida", "type__in": "note,task"}
    made = GroupLimit.objects.create(group=group, document="documents.note", rows=rows)
    for path, access in (
        *(("body", Access.MASKED), ("share_settings", Access.HIDDEN)),
        *(("start", Access.VIEW), ("date", Access.VIEW)),
    ):
        FieldLimit.objects.create(limit=made, path=path, access=access)
    return made


@pytest.mark.parametrize("context_options", LOOKS)
def test_the_page_of_access_fits_and_is_found_from_the_user(
    page, desk, context_options
):
    limit(desk)
    size, scheme = context_options["viewport"]["width"], context_options["color_scheme"]
    page.goto(f"/admin/auth/user/{User.objects.get(username='ida').pk}/change/")
    page.get_by_role("link", name="Access", exact=True).click()
    page.wait_for_url("**/admin/access/**")
    assert page.get_by_role("cell", name="group Swedish desk: Masked").count() == 1
    look(page, f"access-{scheme}-{size}")
    assert page.evaluate("document.documentElement.scrollWidth") <= size
