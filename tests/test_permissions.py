"""Permissions of Documents are Django's, in SQL."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.test import Client

from admin_ext.meta import document_classes
from tests.odd_documents import Letter

pytestmark = pytest.mark.django_db

ACTIONS = ("add", "change", "delete", "view")


def rows():
    return sorted(
        Permission.objects.values_list(
            "content_type__app_label", "content_type__model", "codename", "name"
        )
    )


def test_migrate_has_created_four_permissions_for_every_document():
    found = {(app, model, codename) for app, model, codename, _name in rows()}
    for document in document_classes():
        meta = document._meta
        for action in ACTIONS:
            name = f"{action}_{meta.model_name}"
            assert (meta.app_label, meta.model_name, name) in found


def test_migrate_again_changes_nothing():
    before = rows()
    call_command("migrate", verbosity=0)
    assert rows() == before


def test_migrate_creates_what_is_missing():
    before = rows()
    ContentType.objects.get(app_label="documents", model="note").delete()
    Permission.objects.get(codename="view_book").delete()
    call_command("migrate", verbosity=0)
    assert rows() == before


def test_abstract_and_embedded_documents_have_none():
    assert not Permission.objects.filter(codename__in=["add_stamped", "add_part"])


def test_names_say_what_the_document_calls_itself():
    permission = Permission.objects.get(codename="change_letter")
    assert permission.name == "Can change post item"
    assert permission.content_type.model_class() is Letter


def test_labels_in_the_group_form_are_readable(admin_client):
    html = admin_client.get("/admin/auth/group/add/").content.decode()
    assert ">Notes service | note | Can add note</option>" in html
    assert ">Tests | post item | Can view post item</option>" in html


def test_labels_in_the_user_form_are_readable(admin_client, admin_user):
    html = admin_client.get(f"/admin/auth/user/{admin_user.pk}/change/").text
    assert ">Notes service | note | Can add note</option>" in html


@pytest.mark.parametrize("options", [{}, {"include_stale_apps": True}])
def test_content_types_of_documents_are_not_stale(options):
    before = set(ContentType.objects.values_list("app_label", "model"))
    output = StringIO()
    call_command(
        "remove_stale_contenttypes", interactive=False, stdout=output, **options
    )
    assert set(ContentType.objects.values_list("app_label", "model")) == before
    assert "stale" not in output.getvalue().lower()


def test_a_content_type_of_a_removed_document_is_stale():
    ContentType.objects.create(app_label="documents", model="gone")
    call_command("remove_stale_contenttypes", interactive=False, stdout=StringIO())
    assert not ContentType.objects.filter(model="gone").exists()


@pytest.fixture
def member():
    """Return a function that logs in a member of a group with these permissions."""

    def log_in(*codenames):
        group = Group.objects.create(name="readers")
        group.permissions.set(
            Permission.objects.filter(
                codename__in=codenames, content_type__app_label="tests"
            )
        )
        user = User.objects.create_user("ann", is_staff=True)
        user.groups.add(group)
        client = Client()
        client.force_login(user)
        return client

    return log_in


URLS = {
    "list": "/admin/tests/book/",
    "add": "/admin/tests/book/add/",
    "change": "/admin/tests/book/{}/change/",
    "history": "/admin/tests/book/{}/history/",
    "delete": "/admin/tests/book/{}/delete/",
}


@pytest.mark.parametrize(
    ("codenames", "allowed"),
    [
        ((), set()),
        (("view_book",), {"list", "change", "history"}),
        (("add_book",), {"add"}),
        (("change_book",), {"list", "change", "history"}),
        (("delete_book",), {"delete"}),
        (("view_author",), set()),
        (
            ("view_book", "add_book", "delete_book"),
            {"list", "add", "change", "history", "delete"},
        ),
    ],
)
def test_each_page_needs_its_permission(mongo, member, codenames, allowed):
    key = mongo.books.insert_one({"title": "x"}).inserted_id
    client = member(*codenames)
    for name, url in URLS.items():
        expected = 200 if name in allowed else 403
        assert client.get(url.format(key)).status_code == expected, name


def test_a_viewer_cannot_post(mongo, member):
    key = mongo.books.insert_one({"title": "x"}).inserted_id
    client = member("view_book")
    for name in ("add", "change", "delete"):
        response = client.post(URLS[name].format(key), {"title": "y", "post": "yes"})
        assert response.status_code == 403, name
    data = {"action": "delete_selected", "_selected_action": str(key), "post": "yes"}
    client.post(URLS["list"], data)
    assert mongo.books.find_one() == {"_id": key, "title": "x"}


def test_the_index_shows_what_one_may_see(mongo, member):
    html = member("view_book").get("/admin/").content.decode()
    assert "/admin/tests/book/" in html
    assert "/admin/tests/author/" not in html
    assert "/admin/documents/" not in html


def test_nothing_is_created_in_mongodb(mongo_commands):
    with mongo_commands() as commands:
        call_command("migrate", verbosity=0)
    assert commands.names == []
