"""A real MongoDB for the whole run, and fixtures that look at it."""

import gc
import os
import shutil
import tempfile

import mongoengine
import pytest
from django.conf import settings
from django.test.signals import template_rendered
from mongoengine.base.common import _document_registry
from pymongo import MongoClient, monitoring
from pymongo.errors import PyMongoError

from admin_ext import limits, memory, plans
from admin_ext.references import texts
from config.databases import connection
from config.mongodb import EmbeddedMongoDB, EmbeddedMongoDBError
from tests import mongodb

# Registered before any connection is made: the driver asks for it only then.
recorder = mongodb.CommandRecorder()
monitoring.register(recorder)

SQL_FIXTURES = {"db", "transactional_db", "live_server", "admin_client", "admin_user"}

server_key = pytest.StashKey[str]()


def pytest_configure(config):
    """Start the MongoDB of this run, one for all workers, and connect to it."""
    if hasattr(config, "workerinput"):
        config.stash[server_key] = config.workerinput["mongodb_uri"]
    elif not config.option.collectonly:
        config.stash[server_key] = start_server(config)
    if server_key in config.stash:
        connect(config.stash[server_key])


def pytest_configure_node(node):
    """Tell a worker of pytest-xdist where the MongoDB is."""
    node.workerinput["mongodb_uri"] = node.config.stash.get(server_key, None)


def pytest_collection_modifyitems(items):
    """Mark what touches SQL and what drives a browser."""
    for item in items:
        if item.get_closest_marker("django_db") or SQL_FIXTURES & {*item.fixturenames}:
            item.add_marker("sql")
        if "browser" in item.path.relative_to(item.config.rootpath).parts:
            item.add_marker("browser")


def pytest_collection_finish():
    """Leave out what stays for the whole run when Python looks for cycles."""
    gc.collect()
    gc.freeze()


def start_server(config):
    """Return the URI of the server to test with; it ends with this run."""
    given = os.environ.get("TEST_MONGODB_URI")
    if given:
        try:
            with MongoClient(given, serverSelectionTimeoutMS=5_000) as client:
                client.admin.command("ping")
        except PyMongoError:
            pytest.exit("The server of TEST_MONGODB_URI does not answer.", 3)
        return given
    folder = tempfile.mkdtemp(prefix="mongoadmin-tests-")
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    # For the fixture mongo_faults.
    server = EmbeddedMongoDB(folder, parameters=("enableTestCommands=1",))
    try:
        server.start()
    except EmbeddedMongoDBError as error:
        pytest.exit(f"The tests need a MongoDB. {error}", 3)
    config.add_cleanup(server.stop)
    return server.uri


def connect(uri):
    """Connect mongoengine's aliases to this worker's own databases."""
    name = f"test_mongoadmin_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    mongodb.check_name(name)
    before, _question_mark, options = uri.partition("?")
    host = "/".join(before.split("/")[:3])
    # By this name the server tells the workers apart; see mongodb.refusals.
    options = f"{options}&appName={name}".removeprefix("&")
    mongoengine.disconnect_all()
    for alias, database in (("default", name), ("other", f"{name}_other")):
        uri = f"{host}/{database}?{options}"
        settings.MONGODB_DATABASES[alias] = connection(uri, "TEST_MONGODB_URI")
        mongoengine.register_connection(alias, **settings.MONGODB_DATABASES[alias])


@pytest.fixture(scope="session", autouse=True)
def mongodb_database():
    """The database of this worker, dropped before and after the run."""
    database = mongoengine.get_db()
    mongodb.check_name(database.name)
    database.client.drop_database(database.name)
    yield database
    database.client.drop_database(database.name)
    mongoengine.get_db("other").client.drop_database(f"{database.name}_other")
    mongoengine.disconnect_all()


@pytest.fixture
def mongo(mongodb_database):
    """The pymongo Database of the default alias, emptied before the test."""
    mongodb.empty(mongodb_database, recorder)
    memory.forget()
    plans.forget()
    texts.forget()
    return mongodb_database


@pytest.fixture
def other_mongo(mongodb_database):
    """The pymongo Database of the alias "other", emptied before the test."""
    database = mongoengine.get_db("other")
    mongodb.empty(database, recorder)
    return database


@pytest.fixture
def bare_mongo(mongodb_database):
    """The same without any collection, for a test that looks at their names."""
    mongodb.drop(mongodb_database)
    return mongodb_database


@pytest.fixture
def mongo_commands():
    """Collect the commands that the driver sends, as in

    with mongo_commands() as commands:
        client.get(url)
    assert commands.names == ["find"]
    assert not commands.writes
    """
    return recorder.record


@pytest.fixture
def mongo_profile(mongodb_database):
    """Collect what the server itself ran, whichever process asked for it, as in

    with mongo_profile() as operations:
        subprocess.run(…)
    assert not operations.writes
    """
    return lambda: mongodb.profile(mongodb_database)


@pytest.fixture
def mongo_faults(mongodb_database):
    """Have the server fail the queries of a collection, as in

    with mongo_faults("books", errorCode=mongodb.UNAUTHORIZED):
        client.get(url)
    """
    return lambda name, **fault: mongodb.faults(mongodb_database[name], **fault)


@pytest.fixture
def mongo_timeout(mongo_faults):
    """Have the server stop every query of a collection at its time limit, as in

    with mongo_timeout("books"):
        client.get(url)
    """
    return lambda name: mongo_faults(name, errorCode=mongodb.TIME_LIMIT)


@pytest.fixture
def default_limits(settings):
    """Have pages as much time as a project that sets no limits gives them."""
    settings.ADMIN_EXT_MAX_TIME_MS = limits.MAX_TIME
    settings.ADMIN_EXT_MAX_SIDE_TIME_MS = limits.MAX_SIDE_TIME


@pytest.fixture(autouse=True)
def nothing_listens():
    """Have nothing of a test collect the contexts of all pages of the later ones.

    django-webtest connects a receiver for each request, and leaves it to the garbage.
    """
    yield
    with template_rendered.lock:
        template_rendered.receivers.clear()
        template_rendered.sender_receivers_cache.clear()


@pytest.fixture(scope="module", autouse=True)
def nothing_left():
    """Leave nothing of a module's tests behind.

    Pages and large documents are in cycles, which Python looks for the less often the
    more there is in memory; a class that a test declares is one of its app for ever.
    """
    yield
    for name, document in [*_document_registry.items()]:
        if "<locals>" in document.__qualname__:
            del _document_registry[name]
    gc.collect()
