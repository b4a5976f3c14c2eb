"""What the project promises of every page at once, found by walking the URLs."""

import subprocess
import sys

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import get_resolver, reverse
from mongoengine.base import BaseDocument

from config.paths import BASE_DIR
from documents import demo
from documents.documents import Note
from tests import mongodb
from tests.file_documents import Contract, Folder
from tests.odd_documents import Everything
from tests.walks import walked_models

pytestmark = pytest.mark.django_db

# Query strings of any list: links that the pages offer, and some that they do not.
COMMON_QUERIES = (
    "",
    "?q=budget",
    "?o=1.-2",
    "?p=9999",
    "?_facets=True",
    "?id__exact=zzz",
    "?user__id__exact=x",
    "?__raw__={}",
    "?$where=1",
    "?q=%00",
    "?_to_field=nope",
)

# The same for the list of notes, which has filters, a search and a drill-down.
QUERIES = (
    *COMMON_QUERIES,
    '?q="two words"+x',
    "?p=2",
    "?all=",
    "?e=1",
    "?_popup=1",
    "?type__exact=task",
    "?type__isnull=True",
    "?checked__exact=1",
    "?start__year=2024&start__month=2",
    "?start__year=nope",
    "?start__gte=2024-01-01+00:00:00Z",
    "?user__id__exact=5c2aad8064656d6f01fffc18",
    "?tags__isnull=True",
    "?user__referencestate=dangling",
    "?parent__referencestate=nope",
    "?body[$ne]=1",
    "?body__regex=(a%2B)%2B$",
    "?body__nope=1",
    "?hashedPassword__startswith=$2",
    "?hashed_password__startswith=$2",
    "?key__startswith=a",
    "?user__username__startswith=a",
)


# Pages of what is not there: a file, a change, a masked value.
NOT_THERE = ("/file/", "/undo/", "/reveal/")

# Where documents hold a file or binary data.
FILES = {Everything: "file", Folder: "fileId", Contract: "file"}


def admin_urls(pk_for, models=None):
    """Return {name: URL} of every GET page of the admin.

    ``pk_for(model)`` is the key of an object of a registered model; ``models``: those
    whose pages are meant, if not all.
    """
    fixed = ("index", "go_to", "jsi18n", "login")
    fixed += ("password_change", "password_change_done", "data_health", "collections")
    urls = {name: reverse(f"admin:{name}") for name in fixed}
    urls["access"] = reverse("admin:access", args=[pk_for(User)])
    urls["autocomplete"] = reverse("admin:autocomplete") + (
        "?app_label=documents&model_name=note&field_name=tags&term=a"
    )
    place = ["default", "notes"]
    for view, args in (
        ("data_health_document", ["documents", "note"]),
        ("collection", place),
        ("collection_document", [*place, quote(pk_for(Note))]),
    ):
        urls[view] = reverse(f"admin:{view}", args=args)
    for model in models or admin.site._registry:
        meta = model._meta
        label = f"{meta.app_label}_{meta.model_name}"
        urls[f"{meta.app_label}_list"] = reverse(
            "admin:app_list", args=[meta.app_label]
        )
        for view in ("changelist", "add"):
            urls[f"{label}_{view}"] = reverse(f"admin:{label}_{view}")
        views = ("change", "delete", "history")
        if issubclass(model, BaseDocument):
            views += ("raw",)
        for view in views:
            url = reverse(f"admin:{label}_{view}", args=[quote(pk_for(model))])
            urls[f"{label}_{view}"] = url
        if issubclass(model, BaseDocument):
            args = [quote(pk_for(model)), FILES.get(model, "none")]
            urls[f"{label}_file"] = reverse(f"admin:{label}_file", args=args)
            for view in ("schema", "recently_deleted"):
                urls[f"{label}_{view}"] = reverse(f"admin:{label}_{view}")
            for view in ("undo", "undo_all"):
                urls[f"{label}_{view}"] = reverse(f"admin:{label}_{view}", args=[1])
            args = [quote(pk_for(model)), "none"]
            urls[f"{label}_reveal"] = reverse(f"admin:{label}_reveal", args=args)
    return urls


def first_pk(model):
    found = model._default_manager.first()
    return "0" * 24 if found is None else found.pk


@pytest.fixture
def notes(mongo):
    demo.load(mongo, users=15, notes=80, progress=False)
    return mongo


def test_every_named_page_of_the_admin_is_walked():
    resolver = next(
        pattern
        for pattern in get_resolver().url_patterns
        if getattr(pattern, "app_name", None) == "admin"
    )
    names = {key for key in resolver.reverse_dict if isinstance(key, str)}
    known = set(admin_urls(lambda model: 1))
    others = {"app_list", "logout", "view_on_site", "auth_user_password_change"}
    assert names - known == others


def test_browsing_every_page_writes_nothing_to_mongodb(
    admin_client, notes, mongo_profile
):
    with mongo_profile() as operations:
        for url in admin_urls(first_pk, walked_models()).values():
            is_there = not any(part in url for part in NOT_THERE)
            # Where there is no document to reveal a value of, that is said.
            expected = (200, 302, 403) if is_there else (302, 404)
            assert admin_client.get(url).status_code in expected, url
        for query in QUERIES:
            url = reverse("admin:documents_note_changelist") + query
            assert admin_client.get(url).status_code in (200, 302, 400), url
    assert "find" in operations.names
    assert not operations.writes


def test_no_query_string_is_a_server_error_on_any_list(admin_client, notes):
    for model in walked_models():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        for query in QUERIES if name.startswith("documents_") else COMMON_QUERIES:
            url = reverse(f"admin:{name}_changelist") + query
            assert admin_client.get(url).status_code in (200, 302, 400), url


def test_commands_write_nothing_to_mongodb(notes, mongo_profile, tmp_path):
    with mongo_profile() as operations:
        for command in (
            ("check",),
            ("migrate", "--verbosity=0"),
            ("remove_stale_contenttypes", "--no-input", "--include-stale-apps"),
            ("shell", "-c", "assert Note.objects.count() == 80"),
        ):
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=BASE_DIR,
                env=mongodb.environment(notes, tmp_path),
                check=True,
                capture_output=True,
            )
    assert operations.names
    assert not operations.writes


def reader():
    """A member of staff whose group may view notes and nothing else."""
    group = Group.objects.create(name="Readers")
    group.permissions.add(Permission.objects.get(codename="view_note"))
    user = User.objects.create_user("reader", is_staff=True)
    user.groups.add(group)
    return user


ALLOWED = {
    "index",
    "go_to",
    "jsi18n",
    "password_change",
    "password_change_done",
    "documents_list",
    "documents_note_changelist",
    "documents_note_change",
    "documents_note_history",
    "documents_note_recently_deleted",
    "documents_note_schema",
}


def test_a_group_with_view_on_notes_sees_exactly_that(client, notes):
    user = reader()
    client.force_login(user)
    answers = {
        name: client.get(url).status_code for name, url in admin_urls(first_pk).items()
    }
    # The login page leads somebody who is logged in to the index.
    assert answers.pop("login") == 302
    assert {name for name, status in answers.items() if status == 200} == ALLOWED
    # Django's history page looks for the object before it looks at permissions.
    missing = {name for name, status in answers.items() if status == 302}
    assert all(name.endswith("_history") for name in missing)
    assert set(answers.values()) == {200, 302, 403, 404}


def test_a_group_with_view_on_notes_can_send_nothing(notes, mongo_commands):
    client = Client()
    client.force_login(reader())
    note = Note.objects.first()
    before = [*notes.notes.find()]
    action = {"action": "delete_selected", "_selected_action": [str(note.pk)]}
    with mongo_commands() as commands:
        for name, url in admin_urls(first_pk, walked_models()).items():
            if name in ("login", "jsi18n", "index") or name.startswith("password"):
                continue
            for data in ({"body": "x", "_save": "1"}, {"post": "yes"}, action):
                assert client.post(url, data).status_code in (302, 403, 404, 405, 200)
    assert not commands.writes
    assert [*notes.notes.find()] == before
    assert LogEntry.objects.count() == 0


def test_a_group_with_view_on_notes_reads_no_name_of_another_collection(client, notes):
    client.force_login(reader())
    page = client.get(reverse("admin:documents_note_changelist")).content.decode()
    assert "/admin/documents/user/" not in page
    assert "/admin/documents/tag/" not in page
