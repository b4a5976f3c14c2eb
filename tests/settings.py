"""The project's settings as the tests use them: production mode, over http."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-the-tests-" + "x" * 40)
os.environ["DEBUG"] = ""
# MONGODB_URI may name a real database; only TEST_MONGODB_URI is meant for tests.
for name in [name for name in os.environ if name.startswith("MONGODB_URI")]:
    del os.environ[name]

from config.databases import connection  # noqa: E402
from config.settings import *  # noqa: E402, F403
from config.settings import INSTALLED_APPS  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, "tests", "tests.twins.sql", "tests.twins.mongo"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
# Nowhere, until tests/conftest.py connects to the server of this run.
MONGODB_DATABASES = {"default": connection("mongodb://127.0.0.1:1/nowhere", "")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Names without hashes: no collectstatic before the tests.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# A test that is about large collections says what is large: the size of the others is
# not asked now and then.
ADMIN_EXT_LARGE_COLLECTION = None
# Tests search faster than people.
ADMIN_EXT_SEARCHES_PER_MINUTE = None
ADMIN_EXT_REVEALS_PER_MINUTE = None
# A machine that stands still for a second fails no test: those of limits set their own.
ADMIN_EXT_MAX_TIME_MS = ADMIN_EXT_MAX_SIDE_TIME_MS = 60_000
