"""The site as a benchmark needs it: a MongoDB and an SQLite of its own, signed in."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

import django
import mongoengine
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from config.databases import connection
from config.mongodb import EmbeddedMongoDB


@contextmanager
def serving(**options):
    """Give (test client of its ``user``, a superuser; pymongo Database); end both.

    ``options`` are those of EmbeddedMongoDB.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    with tempfile.TemporaryDirectory(prefix="mongoadmin-bench-") as folder:
        settings.DATABASES["default"]["NAME"] = Path(folder) / "db.sqlite3"
        django.setup()
        with EmbeddedMongoDB(Path(folder) / "mongo", **options) as server:
            arguments = connection(server.uri, "MONGODB_URI")
            mongoengine.disconnect_all()
            mongoengine.register_connection("default", **arguments)
            yield signed_in(), mongoengine.get_db()
            mongoengine.disconnect_all()


def signed_in():
    from django.contrib.auth.models import User

    call_command("migrate", verbosity=0)
    client = Client()
    client.user = User.objects.create_superuser("bench", password="bench")
    client.force_login(client.user)
    return client
