"""What the settings of both sites share: production, over http."""

from config.settings import *  # noqa: F403

# As Django's own, without collectstatic; neither site serves a file here.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
