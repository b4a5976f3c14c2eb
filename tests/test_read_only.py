"""A read-only site: nothing is offered, and nothing that is sent gets through."""

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import get_resolver, reverse

from admin_ext import DocumentAdmin
from admin_ext.protection.checks import check_read_only
from admin_ext.protection.read_only import OWN_VIEWS
from admin_ext.sites import AdminSite
from documents import demo
from documents.documents import Note
from tests.documents import Book, Publisher
from tests.walks import walked_models

pytestmark = pytest.mark.django_db

ACTION = {"action": "delete_selected", "index": "0", "post": "yes"}
BODIES = (
    {},
    {"post": "yes"},
    {"_save": "1", "name": "x", "title": "x", "username": "x", "document": "{}"},
    {**ACTION, "select_across": "1"},
)


def urls_of_views():
    """Yield (view name, URL) of every named view, by the URL configuration."""
    for namespace, (prefix, resolver) in get_resolver().namespace_dict.items():
        for name, path in paths_of(resolver):
            yield f"{namespace}:{name}", f"/{prefix}{path}"


def paths_of(resolver):
    models = {
        each._meta.label_lower.replace(".", "_"): each for each in admin.site._registry
    }
    walked = walked_models()
    for name in filter(lambda each: isinstance(each, str), resolver.reverse_dict):
        model = next(
            (models[each] for each in models if name.startswith(f"{each}_")), None
        )
        if model is not None and model not in walked:
            continue
        has_manager = hasattr(model, "_default_manager")
        first = model._default_manager.first() if has_manager else None
        key = quote(first.pk) if first else "0" * 24
        values = {"app_label": "documents", "model_name": "note", "object_id": key}
        values |= {"id": "1", "pk": "1", "alias": "default", "collection": "notes"}
        for forms, *_rest in resolver.reverse_dict.getlist(name):
            for path, parameters in forms:
                known = {each: values.get(each, "1") for each in parameters}
                yield name, path % known


def sql_rows():
    return {
        model: [*model._default_manager.order_by("pk").values()]
        for model in apps.get_models()
        if model is not Session
    }


def inputs_of(response):
    """Return what the forms of a page send, with a text that somebody changed."""
    page = BeautifulSoup(getattr(response, "content", b""), "html.parser")
    found = page.select("#content form input[name], #content form textarea[name]")
    return {each["name"]: each.get("value", "") or "changed" for each in found}


@pytest.fixture
def read_only(settings):
    settings.ADMIN_EXT_READ_ONLY = True


@pytest.fixture
def notes(mongo):
    demo.load(mongo, users=5, notes=20, progress=False)
    return mongo


def test_nothing_that_is_sent_to_any_url_changes_a_row(
    admin_client, notes, mongo_profile, settings
):
    urls = [(name, url) for name, url in urls_of_views() if name not in OWN_VIEWS]
    sent = {url: inputs_of(admin_client.get(url)) for _name, url in urls}
    settings.ADMIN_EXT_READ_ONLY = True
    before = sql_rows()
    with mongo_profile() as operations:
        for name, url in urls:
            for body in (*BODIES, sent[url]):
                status = admin_client.post(url, body).status_code
                # A masked value may be looked at, and is none here.
                expected = (302, 404) if name.endswith("_reveal") else (403,)
                assert status in expected, url
            for method in ("put", "patch", "delete"):
                assert getattr(admin_client, method)(url).status_code == 403, url
    assert len(urls) > 100
    assert not operations.writes
    assert sql_rows() == before


def test_the_hooks_alone_let_nothing_through(
    admin_user, notes, mongo_profile, read_only, settings
):
    guard = "admin_ext.protection.middleware.ReadOnlyMiddleware"
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each != guard]
    client = Client()
    client.force_login(admin_user)
    before = sql_rows()
    with mongo_profile() as operations:
        for name, url in urls_of_views():
            if name not in OWN_VIEWS:
                for body in BODIES:
                    status = client.post(url, body).status_code
                    assert status in (200, 302, 403, 404, 405), url
    assert not operations.writes
    assert sql_rows() == before


def test_the_same_deletion_happens_on_any_other_site(admin_client, mongo):
    book = Book(title="B").save()
    url = reverse("admin:tests_book_delete", args=[book.pk])
    assert admin_client.post(url, {"post": "yes"}).status_code == 302
    assert not Book.objects


def test_no_view_but_a_persons_own_is_let_through():
    names = {name for name, _url in urls_of_views()}
    assert names & OWN_VIEWS == {
        *("admin:login", "admin:logout", "admin:password_change"),
        *("sign_in:code", "sign_in:set_up", "sign_in:account"),
    }
    assert "sign_in:person" in names


def test_a_superuser_is_offered_nothing_to_change(admin_client, mongo, read_only):
    publisher = Publisher(name="P").save()
    page = admin_client.get(
        reverse("admin:tests_publisher_change", args=[publisher.pk])
    )
    html = BeautifulSoup(page.content, "html.parser")
    assert html.select_one(".read-only li").text.startswith("This site is read-only")
    assert not html.select("#content input[type=submit], #content .deletelink")
    assert not html.select("#content [name]:not([type=hidden])")
    assert page.context["has_view_permission"]
    for view in ("add", "delete"):
        args = [publisher.pk] if view == "delete" else []
        url = reverse(f"admin:tests_publisher_{view}", args=args)
        assert admin_client.get(url).status_code == 403


def test_lists_have_neither_actions_nor_cells_to_edit(admin_client, notes, read_only):
    for name in ("documents_note", "tests_author", "auth_user"):
        page = admin_client.get(reverse(f"admin:{name}_changelist"))
        html = BeautifulSoup(page.content, "html.parser")
        assert not html.select(".actions, .addlink, #result_list input, [name=_save]")


def test_the_raw_page_shows_without_a_form(admin_client, notes, read_only):
    url = reverse("admin:documents_note_raw", args=[Note.objects.first().pk])
    page = admin_client.get(url).content.decode()
    assert "You may look at this, and not change it." in page


def test_hooks_of_an_admins_own_are_heeded_only_for_looking(rf, mongo, settings):
    class OpenAdmin(DocumentAdmin):
        def has_change_permission(self, request, obj=None):
            return True

    site = AdminSite()
    site.register(Book, OpenAdmin)
    request = rf.get("/")
    request.user = User.objects.create_user("ann", is_staff=True)
    model_admin = site._registry[Book]
    assert model_admin.has_change_permission(request)
    assert not model_admin.has_view_permission(request)
    settings.ADMIN_EXT_READ_ONLY = True
    assert not model_admin.has_change_permission(request)
    assert model_admin.has_view_permission(request)


def test_who_may_change_may_look_and_nobody_else(client, notes, read_only):
    ann = User.objects.create_user("ann", is_staff=True)
    client.force_login(ann)
    url = reverse("admin:documents_note_changelist")
    assert client.get(url).status_code == 403
    ann.user_permissions.add(Permission.objects.get(codename="change_note"))
    assert client.get(url).status_code == 200


def test_a_person_signs_in_and_out_and_changes_the_own_password(
    client, mongo, read_only
):
    User.objects.create_superuser("ann", password="old-secret-7")
    page = client.get(reverse("admin:login"))
    assert "This site is read-only" in page.content.decode()
    data = {"username": "ann", "password": "old-secret-7"}
    assert client.post(reverse("admin:login"), data).status_code == 302
    passwords = {"old_password": "old-secret-7", "new_password1": "new-secret-9"}
    passwords["new_password2"] = passwords["new_password1"]
    url = reverse("admin:password_change")
    assert client.post(url, passwords).status_code == 302
    assert User.objects.get().check_password("new-secret-9")
    assert client.post(reverse("admin:logout")).status_code == 200
    assert not Session.objects.exists()


def test_a_refusal_says_why(admin_client, mongo, read_only):
    page = admin_client.post(reverse("admin:auth_group_add"), {"name": "x"})
    html = BeautifulSoup(page.content, "html.parser")
    assert html.h1.text == "This site is read-only"
    assert "What you sent was not saved." in html.text
    assert not LogEntry.objects.exists()


def test_further_views_are_let_through_by_name(admin_client, mongo, settings):
    settings.ADMIN_EXT_READ_ONLY = True
    settings.ADMIN_EXT_READ_ONLY_VIEWS = ["admin:auth_group_add"]
    # The guard lets it through; the admin's own permission refuses it.
    page = admin_client.post(reverse("admin:auth_group_add"), {"name": "x"})
    assert page.status_code == 403
    assert b"This site is read-only:" not in page.content


def test_a_read_only_site_without_its_guard_is_an_error(settings, read_only):
    assert check_read_only(None) == []
    settings.MIDDLEWARE = []
    (error,) = check_read_only(None)
    assert error.id == "admin_ext.E038"
    assert error.msg == (
        "'admin_ext.protection.middleware.ReadOnlyMiddleware' must be in MIDDLEWARE "
        "for ADMIN_EXT_READ_ONLY to hold of every view."
    )
