"""MongoDB is down: people and permissions work, Documents answer 503, and recover."""

import logging
import time

import mongoengine
import pytest
from django.contrib.auth.models import Group
from mongoengine import connection as mongo_connection

from admin_ext.meta import document_classes
from admin_ext.middleware import MongoDBUnavailableMiddleware
from config.databases import connection

pytestmark = pytest.mark.django_db

LIST = "/admin/tests/book/"
CLOSED = connection(
    "mongodb://somebody:secret-word@127.0.0.1:1/test_mongoadmin_closed"
    "?serverSelectionTimeoutMS=300",
    "MONGODB_URI",
)


@pytest.fixture
def mongodb_down():
    """Have the default alias lead to a closed port; return a function that ends it.

    The connection of the other tests stays open: ``disconnect`` would close it.
    """
    patch = pytest.MonkeyPatch()

    def forget_collections():
        for document in document_classes():
            document._collection = None

    def back():
        for client in mongo_connection._connections.values():
            if client not in kept:
                client.close()
        patch.undo()
        forget_collections()

    kept = list(mongo_connection._connections.values())
    patch.setattr(mongo_connection, "_connections", {})
    patch.setattr(mongo_connection, "_dbs", {})
    patch.setattr(mongo_connection, "_connection_settings", {})
    mongoengine.register_connection("default", **CLOSED)
    forget_collections()
    yield back
    back()


def test_pages_of_people_work(admin_client, admin_user, mongodb_down, client):
    group = Group.objects.create(name="g")
    for url in (
        "/admin/",
        "/admin/tests/",
        "/admin/auth/user/",
        f"/admin/auth/user/{admin_user.pk}/change/",
        "/admin/auth/group/add/",
        f"/admin/auth/group/{group.pk}/change/",
        "/admin/password_change/",
    ):
        assert admin_client.get(url).status_code == 200, url
    assert client.get("/admin/login/").status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        LIST,
        f"{LIST}?q=x",
        f"{LIST}?author__code__exact=a",
        f"{LIST}add/",
        f"{LIST}5f0000000000000000000001/change/",
        f"{LIST}5f0000000000000000000001/delete/",
        f"{LIST}5f0000000000000000000001/history/",
        "/admin/autocomplete/?app_label=tests&model_name=book&field_name=publisher",
    ],
)
def test_pages_of_documents_answer_503_in_time(admin_client, mongodb_down, url):
    started = time.monotonic()
    response = admin_client.get(url)
    assert time.monotonic() - started < 2
    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    html = response.content.decode()
    assert "<h1>The database does not answer</h1>" in html
    assert "Nothing was lost and nothing was saved." in html
    for secret in ("secret-word", "somebody", "127.0.0.1"):
        assert secret not in html


def test_a_post_answers_503(admin_client, mongodb_down):
    assert admin_client.post(f"{LIST}add/", {"title": "x"}).status_code == 503
    data = {"action": "delete_selected", "_selected_action": "5f" + "0" * 22}
    assert admin_client.post(LIST, data).status_code == 503


def test_the_log_names_the_server_and_no_password(admin_client, mongodb_down, caplog):
    with caplog.at_level(logging.ERROR):
        admin_client.get(LIST)
    assert "MongoDB cannot be reached: 127.0.0.1:1" in caplog.text
    assert "secret-word" not in caplog.text


def test_the_pages_are_back_when_mongodb_is(admin_client, mongo, mongodb_down):
    assert admin_client.get(LIST).status_code == 503
    mongodb_down()
    assert admin_client.get(LIST).status_code == 200
    assert mongo.books.count_documents({}) == 0


def test_other_errors_are_left_to_django(rf):
    middleware = MongoDBUnavailableMiddleware(lambda request: None)
    assert middleware.process_exception(rf.get("/"), ValueError("x")) is None


def test_a_path_writes_no_line_of_the_log(admin_client, mongo, mongo_timeout, caplog):
    with mongo_timeout("authors"):
        response = admin_client.get("/admin/tests/author/a%0DERROR/change/")
    assert response.status_code == 503
    assert "MongoDB took too long: /admin/tests/author/a%0DERROR" in caplog.text
