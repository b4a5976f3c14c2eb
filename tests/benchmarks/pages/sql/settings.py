"""Settings of Django's own admin on SQLite."""

import os

from tests.benchmarks.pages.settings import *  # noqa: F403
from tests.benchmarks.pages.settings import MIDDLEWARE

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # As on our site.
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "tests.benchmarks.pages.sql",
]
MIDDLEWARE = [each for each in MIDDLEWARE if not each.startswith("admin_ext.")]
if os.environ.get("BENCH_FRAMES"):
    MIDDLEWARE.insert(0, "admin_ext.middleware.FramesMiddleware")
ROOT_URLCONF = "tests.benchmarks.pages.sql.urls"
# Our sign-in is an app of its own, which this site does not have.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
