"""The limits of what a form may send, for one view: a patch of Django's settings."""

from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import UserSettingsHolder, settings
from django.http import multipartparser
from django.http import request as http_request

# {name of a setting: its value for the request that is being answered}
_upload_limits: ContextVar[Mapping[str, int | None]] = ContextVar("upload_limits")


@contextmanager
def upload_limits(limits):
    """Read forms with other ``DATA_UPLOAD_…`` settings, in this thread and meanwhile.

    ``limits``: {name of the setting: value}, for any of the three.
    """
    token = _upload_limits.set(limits)
    try:
        yield
    finally:
        _upload_limits.reset(token)


def _limit(name):
    def value(self):
        return _upload_limits.get({}).get(name, getattr(settings, name))

    return property(value)


class UploadSettings(UserSettingsHolder):
    """Django's settings, but the limits of forms may be those of one request."""

    DATA_UPLOAD_MAX_MEMORY_SIZE = _limit("DATA_UPLOAD_MAX_MEMORY_SIZE")
    DATA_UPLOAD_MAX_NUMBER_FIELDS = _limit("DATA_UPLOAD_MAX_NUMBER_FIELDS")
    DATA_UPLOAD_MAX_NUMBER_FILES = _limit("DATA_UPLOAD_MAX_NUMBER_FILES")


def let_views_have_upload_limits():
    """Let a view take longer forms than the rest of the site.

    Django (5.2) reads these limits from the settings of the whole process, where they
    would be raised for whoever is not logged in as well.
    """
    for module in (http_request, multipartparser):
        module.settings = UploadSettings(settings)
