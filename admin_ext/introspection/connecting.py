"""The database to inspect: a configured one, or that of a connection string.

No message holds a connection string: there may be a password in it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from mongoengine.connection import get_connection, get_db
from pymongo import MongoClient
from pymongo.errors import ConfigurationError, InvalidName, PyMongoError

from admin_ext.ejson import CODEC
from admin_ext.limits import within

DEFAULT = "default"

# Where a connection string does not say otherwise: ms until a server that is not there,
# or has gone silent, is given up.
OPTIONS = {
    "serverSelectionTimeoutMS": 5_000,
    "connectTimeoutMS": 5_000,
    "socketTimeoutMS": 120_000,
    "appname": "inspectmongo",
}

# ms for the names of databases.
MAX_TIME = 5_000

NO_URI = (
    "--uri must be a connection string such as "
    "mongodb://user:password@host:27017/database (write @ : / in the password as "
    "%40 %3A %2F)."
)


class CannotConnect(Exception):
    """There is no such database; the message says why in one sentence."""


@dataclass(frozen=True)
class Place:
    """A pymongo Database; ``alias``: of its connection, where it is configured."""

    database: Any
    alias: str | None


@contextmanager
def connected(
    uri: str | None, name: str | None, read_preference: Any = None
) -> Iterator[Place]:
    """Give the Place of a database. Raise CannotConnect if nothing says which.

    ``name``: of a database, or an alias of MONGODB_DATABASES; without any, that of
    ``uri``, or of the default alias.
    """
    if uri is None:
        database, alias = _configured(name)
        yield Place(_read(database, read_preference), alias)
        return
    client = _client(uri)
    try:
        yield Place(_read(_database(client, name), read_preference), None)
    finally:
        client.close()


def database_names(client: Any) -> list[str]:
    """Return the names of the databases that the user may see, none if not told."""
    try:
        with within(MAX_TIME):
            names = client.list_database_names()
    except PyMongoError:
        return []
    return [each for each in names if each not in {"admin", "config", "local"}]


def _read(database: Any, read_preference: Any) -> Any:
    return database.with_options(codec_options=CODEC, read_preference=read_preference)


def _configured(name: str | None) -> tuple[Any, str | None]:
    """Return (database, its alias) for an alias, or the name of a database."""
    if name is None or name in settings.MONGODB_DATABASES:
        return get_db(name or DEFAULT), name or DEFAULT
    for alias, options in settings.MONGODB_DATABASES.items():
        if options.get("name") == name:
            return get_db(alias), alias
    return _database(get_connection(DEFAULT), name), None


def _client(uri: str) -> MongoClient:
    if not uri.startswith(("mongodb://", "mongodb+srv://")):
        raise CannotConnect(NO_URI)
    stated = {option.lower() for option, _ in parse_qsl(uri.partition("?")[2])}
    options = {key: each for key, each in OPTIONS.items() if key.lower() not in stated}
    try:
        return MongoClient(uri, **options)
    except (PyMongoError, ValueError, TypeError, LookupError, ImportError) as error:
        why = _unresolved(uri, error)
    # Not "from error": it may quote a part of the password.
    raise CannotConnect(why) from None


def _unresolved(uri: str, error: Exception) -> str:
    """Return why a connection string cannot be used, as a sentence."""
    if uri.startswith("mongodb+srv://") and "DNS" in str(error):
        return "--uri names a host that the DNS does not know."
    return NO_URI


def _database(client: MongoClient, name: str | None) -> Any:
    """Return the database of that name. Raise CannotConnect if there cannot be one.

    Without a name: that of the connection string.
    """
    try:
        return client.get_database(name)
    except ConfigurationError:
        raise CannotConnect(
            "--uri names no database; name one with --database." + _those_of(client)
        ) from None
    except InvalidName as error:
        raise CannotConnect(f"“{name}” is no name of a database.") from error


def _those_of(client: MongoClient) -> str:
    names = database_names(client)
    return f" There are: {', '.join(sorted(names))}." if names else ""
