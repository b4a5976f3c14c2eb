"""Connection settings of the MongoDB databases, from connection strings."""

from urllib.parse import parse_qsl

from bson.codec_options import DatetimeConversion
from django.core.exceptions import ImproperlyConfigured
from pymongo import uri_parser
from pymongo.errors import PyMongoError

VARIABLE = "MONGODB_URI"

# Of the same data as the default alias, such as of its secondaries; lists use it.
LISTS_VARIABLE, LISTS_ALIAS = "MONGODB_LISTS_URI", "default_lists"

# Used where the connection string itself does not say otherwise. Milliseconds.
OPTIONS = {
    "tz_aware": True,
    "uuidRepresentation": "standard",
    # A date outside Python's years is read as what it is, instead of raising for
    # the whole page.
    "datetime_conversion": DatetimeConversion.DATETIME_AUTO,
    # How long a page waits before it says that MongoDB is down.
    "serverSelectionTimeoutMS": 3_000,
    "connectTimeoutMS": 3_000,
    # Above the admin's own query limits: only for a server that went silent.
    "socketTimeoutMS": 120_000,
    "appname": "django-admin",
}


def mongodb_databases(environ, default_uri):
    """Return MONGODB_DATABASES: {alias: keywords of mongoengine's connect()}.

    MONGODB_URI names the default alias, MONGODB_URI_<ALIAS> further ones, and
    MONGODB_LISTS_URI another connection for the lists of the default alias;
    an empty variable counts as unset. Raise ImproperlyConfigured if a
    connection string cannot be used.
    """
    databases = {"default": connection(environ.get(VARIABLE) or default_uri, VARIABLE)}
    for variable, uri in environ.items():
        alias = variable.removeprefix(f"{VARIABLE}_").lower()
        if variable.startswith(f"{VARIABLE}_") and alias and uri:
            databases[alias] = connection(uri, variable)
    if environ.get(LISTS_VARIABLE):
        uri = environ[LISTS_VARIABLE]
        databases[LISTS_ALIAS] = connection(uri, LISTS_VARIABLE)
    return databases


def connection(uri, variable):
    """Return the keywords of mongoengine's connect() for a connection string.

    Raise ImproperlyConfigured, naming the variable and never the string (it may
    hold a password), if it is malformed or names no database.
    """
    name = database_name(uri, variable)
    stated = {option.lower() for option, _ in parse_qsl(uri.partition("?")[2])}
    options = {
        key: value for key, value in OPTIONS.items() if key.lower() not in stated
    }
    return {"name": name, "host": uri, **options}


def database_name(uri, variable):
    """Return the database that a connection string names."""
    scheme, _, rest = uri.partition("://")
    try:
        if scheme == "mongodb+srv":
            # Parsing it fully would ask the DNS, which start-up must not need.
            name = rest.partition("?")[0].partition("/")[2]
        else:
            name = uri_parser.parse_uri(uri, validate=False, warn=False)["database"]
    except (PyMongoError, ValueError):
        # The cause can quote a part of the password.
        raise ImproperlyConfigured(
            f"{variable} must be a connection string such as "
            "mongodb://user:password@host:27017/database (write @ : / in the "
            "password as %40 %3A %2F)."
        ) from None
    if not name:
        raise ImproperlyConfigured(
            f"{variable} must name a database, as in mongodb://host:27017/database."
        )
    return name
