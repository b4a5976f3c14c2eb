"""A server that is there and says nothing, as one that is out of memory or stopped."""

import os
import signal
import time

import mongoengine
import pytest
from bson import ObjectId

from admin_ext import memory
from config.databases import connection
from config.mongodb import EmbeddedMongoDB

KEY = ObjectId("5f0000000000000000000001")
BOOKS = "/admin/tests/book/"
# A page of this server has a limit of 600 ms for its rows, and 1,800 ms in all.
LIMITS = {"ADMIN_EXT_MAX_TIME_MS": 600, "ADMIN_EXT_MAX_SIDE_TIME_MS": 200}
IN_TIME = 4.0  # seconds, on a busy machine


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of its own, of which lists are read; the fixture's value is its pid."""
    with EmbeddedMongoDB(tmp_path_factory.mktemp("silent")) as server:
        uri = server.uri
        mongoengine.register_connection("silent", **connection(uri, "TEST_MONGODB_URI"))
        database = mongoengine.get_db("silent")
        database.authors.insert_one({"_id": "a", "name": "Ann"})
        database.books.insert_one({"_id": KEY, "title": "Copy", "author": "a"})
        yield server.pid
        mongoengine.disconnect("silent")


@pytest.fixture
def stopped(server, mongo, settings, admin_client):
    """Have lists read from that server, which stops; return what lets it go on."""
    memory.forget()
    settings.ADMIN_EXT_LIST_DB_ALIASES = {"default": "silent"}
    for name, value in LIMITS.items():
        setattr(settings, name, value)
    assert "Copy" in admin_client.get(BOOKS).content.decode()
    os.kill(server, signal.SIGSTOP)
    yield lambda: os.kill(server, signal.SIGCONT)
    os.kill(server, signal.SIGCONT)
    memory.forget()


@pytest.mark.parametrize("query", ["", "?_facets=True", "?q=ann", "?o=-1"])
def test_a_list_comes_in_time_and_is_back_when_the_server_is(
    stopped, admin_client, query
):
    for _number in range(2):
        started = time.monotonic()
        response = admin_client.get(f"{BOOKS}{query}")
        assert time.monotonic() - started < IN_TIME
        assert response.status_code in (200, 503)
        text = response.content.decode()
        assert "The rows could not be read" in text or "The database" in text
    stopped()
    memory.forget()
    assert "Copy" in admin_client.get(f"{BOOKS}{query}").content.decode()


def test_the_index_comes_in_time_without_the_collections(
    stopped, admin_client, settings
):
    memory.forget()
    settings.MONGODB_DATABASES = {
        **settings.MONGODB_DATABASES,
        "silent": {},
    }
    settings.ADMIN_EXT_LIST_DB_ALIASES = {}
    started = time.monotonic()
    content = admin_client.get("/admin/").content.decode()
    assert time.monotonic() - started < IN_TIME
    assert "The collections of the database “silent” could not be listed." in content
    assert "It took longer than 0.2 s." in content
