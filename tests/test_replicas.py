"""From where lists are read, and forms: two servers, of which one is a secondary."""

import time
from contextlib import contextmanager

import mongoengine
import pytest
from bson import ObjectId
from django.contrib import admin
from pymongo import MongoClient, read_preferences

from admin_ext import memory, plans, replicas
from admin_ext.meta import present
from config.databases import connection
from config.mongodb import find_mongod, free_ports, spawn
from tests import mongodb
from tests.documents import Author, Book

KEY = ObjectId("5f0000000000000000000001")
BOOKS = "/admin/tests/book/"
ASKED = "/admin/autocomplete/?app_label=tests&model_name=book&field_name=publisher"
# On servers of its own; one of the names that the tests may profile.
NAME = "test_mongoadmin_main_other"
SECONDS = 60


@contextmanager
def running(folder, ports):
    """Run two servers, of which the second is a secondary of the first."""
    mongod, environment = find_mongod(folder)
    hosts = [f"127.0.0.1:{port}" for port in ports]
    for port in ports:
        (folder / str(port)).mkdir()
    processes = [
        spawn(
            mongod,
            [
                *("--dbpath", str(folder / str(port)), "--port", str(port)),
                *("--bind_ip", "127.0.0.1", "--nounixsocket", "--replSet", "pair"),
                *("--oplogSize", "16", "--wiredTigerCacheSizeGB", "0.25"),
                *("--logpath", str(folder / f"{port}.log"), "--quiet"),
            ],
            environment,
        )
        for port in ports
    ]
    try:
        join(hosts)
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def join(hosts):
    members = [
        {"_id": number, "host": host, "priority": 1 - number}
        for number, host in enumerate(hosts)
    ]
    options = {"directConnection": True, "serverSelectionTimeoutMS": SECONDS * 1_000}
    for host in hosts:
        # A server that does not answer yet cannot become a member.
        with MongoClient(host, **options) as client:
            client.admin.command("ping")
    with MongoClient(hosts[0], **options) as client:
        client.admin.command("replSetInitiate", {"_id": "pair", "members": members})
    deadline = time.monotonic() + SECONDS
    with MongoClient(hosts[1], **options) as client:
        while not client.admin.command("hello")["secondary"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """The connection string of the two, and a client of the secondary alone."""
    ports = free_ports(2)
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
    uri = f"mongodb://{hosts}/{NAME}?replicaSet=pair"
    mongoengine.register_connection("pair", **connection(uri, "TEST_MONGODB_URI"))
    with (
        running(tmp_path_factory.mktemp("pair"), ports),
        MongoClient(uri, w=2) as client,
        MongoClient(port=ports[1], directConnection=True) as secondary,
    ):
        database = client[NAME]
        database.authors.insert_one({"_id": "a", "name": "Ann"})
        database.publishers.insert_one({"_id": KEY, "name": "Copied"})
        database.books.insert_one({"_id": KEY, "title": "Copy", "author": "a"})
        yield secondary[NAME]
    mongoengine.disconnect("pair")


@pytest.fixture
def lists(pair, mongo, settings, monkeypatch):
    """Have lists read from the pair; return what tells what its secondary was asked."""
    settings.ADMIN_EXT_LIST_DB_ALIASES = {"default": "pair"}
    mongo.books.insert_one({"_id": KEY, "title": "Original", "author": "a"})
    mongo.publishers.insert_one({"_id": KEY, "name": "Own"})
    pair.command("profile", 2)
    own = {"ns": {"$ne": f"{NAME}.system.profile"}}
    before = pair["system.profile"].count_documents(own)

    def asked():
        rows = pair["system.profile"].find(own).skip(before)
        return {each["ns"].partition(".")[2] for each in rows}

    return asked


@pytest.fixture
def books_admin(monkeypatch):
    found = admin.site.get_model_admin(Book)
    return lambda **options: [
        monkeypatch.setattr(found, name, value) for name, value in options.items()
    ]


def test_a_list_is_read_from_a_secondary(lists, admin_client, books_admin):
    books_admin(list_read_preference="secondary")
    html = admin_client.get(f"{BOOKS}?_facets=True").content.decode()
    assert ">Copy</a>" in html
    assert "Original" not in html
    assert {"books", "authors"} <= lists()


@pytest.mark.parametrize("query", ["", "?q=Copy", "?q=Copy&o=2", "?_facets=True"])
def test_a_list_asks_the_primary_for_nothing(
    lists, admin_client, books_admin, settings, query
):
    settings.ADMIN_EXT_LARGE_COLLECTION = 0
    books_admin(list_read_preference="secondary", search_fields=("title", "@blurb"))
    memory.forget()
    plans.forget()
    own, primary = mongoengine.get_db(), mongoengine.get_db("pair")
    with mongodb.profile(own) as of_own, mongodb.profile(primary) as of_primary:
        assert ">Copy</a>" in admin_client.get(BOOKS + query).content.decode()
    assert of_own.names == of_primary.names == []


def test_a_list_without_a_preference_is_read_from_the_primary(lists, admin_client):
    assert ">Copy</a>" in admin_client.get(BOOKS).content.decode()
    assert lists() == set()


def test_the_settings_name_a_preference_for_all_lists(lists, admin_client, settings):
    settings.ADMIN_EXT_LIST_READ_PREFERENCE = "secondaryPreferred"
    admin_client.get(BOOKS)
    found = admin_client.get(ASKED).json()["results"]
    assert [each["text"] for each in found] == ["Copied"]
    assert {"books", "publishers"} <= lists()


def test_forms_and_deletions_are_read_as_usual(lists, admin_client, settings):
    settings.ADMIN_EXT_LIST_READ_PREFERENCE = "secondary"
    for page in ("change", "delete", "raw", "history"):
        html = admin_client.get(f"{BOOKS}{KEY}/{page}/").content.decode()
        assert "Original" in html, page
        assert "Copy" not in html, page
    assert lists() == set()


def test_what_a_list_sends_is_read_as_usual(lists, admin_client, settings):
    settings.ADMIN_EXT_LIST_READ_PREFERENCE = "secondary"
    data = {"action": "delete_selected", "_selected_action": str(KEY)}
    assert "Original" in admin_client.post(BOOKS, data).content.decode()
    assert lists() == set()


def test_a_list_has_a_read_concern(admin_client, books_admin, mongo, mongo_commands):
    books_admin(list_read_concern="majority")
    mongo.books.insert_one({"_id": KEY, "title": "Red house"})
    with mongo_commands() as commands:
        admin_client.get(BOOKS)
        listed = [*commands]
        admin_client.get(f"{BOOKS}{KEY}/change/")
    concerns = [each.document.get("readConcern") for each in commands]
    assert concerns[: len(listed)] == [{"level": "majority"}] * len(listed)
    assert set(map(str, concerns[len(listed) :])) == {"None"}


def test_a_preference_of_pymongos_keeps_what_it_says(mongo):
    stale = read_preferences.SecondaryPreferred(max_staleness=120)
    with replicas.reading(replicas.Reads(preference=stale)):
        assert present(Book)._default_manager._collection.read_preference == stale
    assert present(Author)._default_manager._collection.read_preference != stale


@pytest.mark.parametrize(
    ("option", "value", "id"),
    [
        ("list_db_alias", "nowhere", "E030"),
        ("list_read_preference", "second", "E031"),
        ("list_read_concern", "sure", "E032"),
    ],
)
def test_checks_name_what_cannot_be(books_admin, option, value, id):
    books_admin(**{option: value})
    errors = admin.site.get_model_admin(Book).check()
    assert [each.id for each in errors] == [f"admin_ext.{id}"]
    assert f"'{option}'" in errors[0].msg
    assert repr(value) in errors[0].msg


@pytest.mark.parametrize("narrow", [{}, {"collation": {"locale": "en"}}])
def test_a_querysets_own_preference_and_concern_count(
    lists, pair, admin_client, books_admin, mongo_commands, narrow
):
    def books(_request):
        found = Book._default_manager.all().read_preference(
            read_preferences.Secondary()
        )
        found = found.read_concern({"level": "majority"})
        return found.collation(**narrow) if narrow else found

    books_admin(get_queryset=books, list_pages="keyset")
    with mongo_commands() as commands:
        assert ">Copy</a>" in admin_client.get(BOOKS).content.decode()
    assert {"books"} <= lists()
    asked = [
        each.document
        for each in commands
        if each.document.get(each.name) == "books" and each.name != "listIndexes"
    ]
    assert asked
    assert all(each["readConcern"] == {"level": "majority"} for each in asked)
