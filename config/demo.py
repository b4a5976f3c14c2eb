"""`make demo`: a MongoDB with demo data and the admin over it, in one process."""

import contextlib
import ctypes
import errno
import os
import secrets
import signal
import sys

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.servers.basehttp import run
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from config.mongodb import DATABASE, EmbeddedMongoDB, EmbeddedMongoDBError, is_port_free
from config.paths import DATA_DIR, EMBEDDED_MONGODB_DIR

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
USERNAME = "admin"


class DemoError(Exception):
    """The demo cannot run; the message says why in one sentence."""


def main():
    """Run the demo until it is stopped."""
    sys.stdout.reconfigure(line_buffering=True)
    stop_on_signals()
    try:
        host = os.environ.get("DEMO_HOST") or "127.0.0.1"
        port = number("DEMO_PORT", 8000, 1, 65535)
        DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        with embedded_mongodb() as mongodb:
            check_port(host, port)
            setup(host)
            if mongodb:
                load(mongodb)
            serve(host, port, mongodb)
    except (
        DemoError,
        EmbeddedMongoDBError,
        ImproperlyConfigured,
        PyMongoError,
        DatabaseError,
        OSError,
    ) as error:
        sys.exit(f"make demo: {error}")


def stop_on_signals():
    """Make every signal that asks us to end unwind the main thread, once.

    Started by make, end with it too, even if it is killed.
    """

    def stop(signum, frame):
        for sign in signals:
            signal.signal(sign, signal.SIG_IGN)
        # print() cannot be entered again while it is at work.
        os.write(sys.stdout.fileno(), b"\nStopping.\n")
        raise SystemExit(0)

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for sign in signals:
        signal.signal(sign, stop)
    if "MAKELEVEL" in os.environ and sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def embedded_mongodb():
    """Return the embedded server, to be entered, or nothing with MONGODB_URI."""
    if os.environ.get("MONGODB_URI"):
        return contextlib.nullcontext()
    return EmbeddedMongoDB(EMBEDDED_MONGODB_DIR)


def number(variable, default, lowest, highest):
    """Return the whole number in an environment variable."""
    text = os.environ.get(variable) or str(default)
    if text.isascii() and text.isdigit() and lowest <= int(text) <= highest:
        return int(text)
    raise DemoError(
        f"{variable} must be a whole number from {lowest} to {highest}, not {text!r}."
    )


def check_port(host, port):
    """Raise DemoError if the server could not listen."""
    if not is_port_free(port, host):
        raise used_port(port)


def used_port(port):
    """Return the error for a port that is taken."""
    return DemoError(
        f"port {port} is used by another program; choose another one, as in "
        f"`make demo DEMO_PORT={port % 65535 + 1}`."
    )


def load(mongodb):
    """Write the demo data, unless it is there."""
    from documents import demo

    users = number("DEMO_USERS", 500, 1, 10**6)
    notes = number("DEMO_NOTES", 5_000, 0, 16 * 10**6)
    with MongoClient(mongodb.uri, tz_aware=True) as client:
        database = client[DATABASE]
        if not demo.is_loaded(database):
            print(f"Writing demo data: {users:,} users and {notes:,} notes.")
            try:
                demo.load(database, users=users, notes=notes, progress=True)
            except demo.ForeignDocuments as error:
                raise DemoError(error) from error


def setup(host):
    """Set Django up for development and bring the SQL database up to date."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["DEBUG"] = "1"
    os.environ.setdefault("SECRET_KEY", kept_secret("secret-key"))
    if host not in ("127.0.0.1", "localhost"):
        os.environ.setdefault("ALLOWED_HOSTS", "*")
    django.setup()
    call_command("migrate", verbosity=0)


def kept_secret(name):
    """Return a random secret that later runs find again, readable by us only."""
    path = DATA_DIR / name
    if not path.exists():
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(8 if name == "password" else 32))
        part.rename(path)
    return path.read_text().strip()


def credentials():
    """Return the line that says how to log in; create the first superuser."""
    from django.contrib.auth import get_user_model

    users = get_user_model().objects
    superusers = users.filter(is_superuser=True, is_active=True)
    if not superusers.exists() and not users.filter(username=USERNAME).exists():
        users.create_superuser(USERNAME, password=kept_secret("password"))
    admin = superusers.filter(username=USERNAME).first()
    if admin and (DATA_DIR / "password").exists():
        password = kept_secret("password")
        if admin.check_password(password):
            return f"user name {USERNAME}, password {password}"
    name = superusers.values_list("username", flat=True).first() or USERNAME
    return (
        "with your own account (a new password: "
        f"DEBUG=1 .venv/bin/python manage.py changepassword {name})"
    )


def serve(host, port, mongodb):
    """Serve the admin until a signal ends it."""
    login = credentials()

    def announce(bound_port):
        print(
            "",
            f"The admin:  http://{host}:{bound_port}/admin/",
            f"Log in:     {login}",
            f"MongoDB:    {mongodb.uri if mongodb else 'the one of MONGODB_URI'}",
            "Stop it with Ctrl-C.",
            "",
            sep="\n",
        )

    try:
        run(host, port, get_wsgi_application(), threading=True, on_bind=announce)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise used_port(port) from error
        raise


if __name__ == "__main__":
    main()
