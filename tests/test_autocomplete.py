"""Autocomplete of references: results, pages, who may, from where."""

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Group, Permission, User
from django.http import Http404
from django.test import RequestFactory

from admin_ext.autocomplete import source_for
from admin_ext.sites import AdminSite
from tests.documents import Address, Author, Book, Review

pytestmark = pytest.mark.django_db

URL = "/admin/autocomplete/"
PUBLISHER = {"app_label": "tests", "model_name": "book", "field_name": "publisher"}
AUTHOR = PUBLISHER | {"field_name": "author"}
BY = {"app_label": "tests", "model_name": "review", "field_name": "by"}


@pytest.fixture
def publishers(mongo):
    mongo.publishers.insert_many([
        {"_id": n, "name": f"Press {n:02}"} for n in range(25)
    ])
    mongo.authors.insert_many([
        {"_id": "ada", "name": "Ada"},
        {"_id": "b/o b", "name": "Bob"},
    ])


def test_results_are_the_documents_that_the_search_finds(admin_client, publishers):
    answer = admin_client.get(URL, PUBLISHER | {"term": "press 07"}).json()
    assert answer == {
        "results": [{"id": "[7]", "text": "Press 07"}],
        "pagination": {"more": False},
    }


def test_results_come_in_pages(admin_client, publishers, mongo_commands):
    first = admin_client.get(URL, PUBLISHER | {"term": "press"}).json()
    assert len(first["results"]) == 20
    assert first["pagination"] == {"more": True}
    with mongo_commands() as commands:
        second = admin_client.get(URL, PUBLISHER | {"term": "press", "page": "2"})
    assert len(second.json()["results"]) == 5
    assert not commands.writes
    assert len(commands) <= 3


def test_a_page_that_does_not_exist_is_404(admin_client, publishers):
    assert admin_client.get(URL, PUBLISHER | {"page": "99"}).status_code == 404
    assert admin_client.get(URL, PUBLISHER | {"page": "x"}).status_code == 404
    assert admin_client.get(URL, PUBLISHER | {"page": "9" * 30}).status_code == 404


def test_keys_of_any_type(admin_client, publishers):
    answer = admin_client.get(URL, AUTHOR | {"term": "bob"}).json()
    assert answer["results"] == [{"id": "b/o b", "text": "Bob"}]


def test_a_field_of_an_embedded_document(admin_client, publishers):
    answer = admin_client.get(URL, BY | {"term": "ada"}).json()
    assert answer["results"] == [{"id": "ada", "text": "Ada"}]


def test_a_list_of_references(admin_client, publishers):
    answer = admin_client.get(URL, PUBLISHER | {"field_name": "others"}).json()
    assert [each["id"] for each in answer["results"]] == ["ada", "b/o b"]


def test_a_field_of_a_model(admin_client, admin_user):
    query = {"app_label": "admin", "model_name": "logentry", "field_name": "user"}
    answer = admin_client.get(URL, query).json()
    assert answer["results"] == [{"id": str(admin_user.pk), "text": "admin"}]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"app_label": "tests"},
        PUBLISHER | {"app_label": "nope"},
        PUBLISHER | {"model_name": "nope"},
        PUBLISHER | {"field_name": "nope"},
        PUBLISHER | {"field_name": "title"},
        PUBLISHER | {"field_name": "__class__"},
        PUBLISHER | {"field_name": "extra"},
        PUBLISHER | {"field_name": "reviews"},
        {"app_label": "tests", "model_name": "load", "field_name": "depot"},
    ],
)
def test_an_unknown_source_is_403(admin_client, mongo, query):
    assert admin_client.get(URL, query).status_code == 403


def test_a_model_whose_admin_has_no_search_is_404(admin_user):
    own = AdminSite(name="admin")
    own.register([User, Group])
    query = {"app_label": "auth", "model_name": "user", "field_name": "groups"}
    request = RequestFactory().get(URL, query)
    request.user = admin_user
    with pytest.raises(Http404, match="must have search_fields"):
        own.autocomplete_view(request)


@pytest.mark.parametrize("term", ["\x00", "$where", "x" * 5_000, "(", '"', "{}"])
def test_any_term_is_an_answer(admin_client, publishers, term):
    response = admin_client.get(URL, PUBLISHER | {"term": term})
    assert response.status_code in {200, 302, 400}


def test_only_who_may_view_the_documents(client, publishers):
    user = User.objects.create_user("ann", is_staff=True)
    client.force_login(user)
    assert client.get(URL, PUBLISHER).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_publisher"))
    assert client.get(URL, PUBLISHER).status_code == 200


def test_who_is_logged_out_is_sent_to_the_login(client):
    response = client.get(URL, PUBLISHER)
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_odd_documents_are_results_too(admin_client, mongo):
    mongo.publishers.insert_many([
        {"name": "odd one", "address": "text", "unknown": 1},
        {"name": ["odd"]},
    ])
    answer = admin_client.get(URL, PUBLISHER | {"term": "odd"}).json()
    assert {each["text"] for each in answer["results"]} == {"odd one", "['odd']"}


def test_source_for():
    assert source_for("tests", "Book") is Book
    assert source_for("tests", "review") is Review
    assert source_for("tests", "address") is Address
    assert source_for("auth", "user") is User
    with pytest.raises(LookupError):
        source_for("tests", "nope")
    assert Author in site._registry
