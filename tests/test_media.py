"""Scripts and stylesheets are drawn once, and as Django draws them."""

from contextvars import ContextVar
from unittest import mock

import pytest
from django.contrib.staticfiles.storage import (
    HashedFilesMixin,
    StaticFilesStorage,
    staticfiles_storage,
)
from django.core.files.storage import FileSystemStorage
from django.forms import Media
from django.forms.widgets import MediaAsset
from django.test import override_settings
from whitenoise.storage import CompressedManifestStaticFilesStorage as Compressed

from admin_ext import drawing
from admin_ext.drawing import static_url
from admin_ext.media import PageMedia
from admin_ext.widgets import Script, Stylesheet

CSS = {
    "all": [Stylesheet("admin_ext/css/documents.css"), "documents/css/notes.css"],
    "print": ["own.css"],
}
JS = [
    "admin/js/core.js",
    "https://example.com/a.js?a=1&b=2",
    Script("admin_ext/js/a.js"),
]


class Signed(MediaAsset):
    """Equal to any other of its path."""

    element_template = '<script src="{path}"{attributes}></script>'


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [{"css": CSS}],
        [{"js": JS}],
        [{"css": CSS, "js": JS}, {"js": ["first.js", "admin/js/core.js"]}],
        [{"js": ["a.js", "b.js"]}, {"js": ["b.js", "c.js"]}, {"css": CSS}],
    ],
)
def test_all_is_drawn_as_by_django(parts):
    plain, own = Media(), PageMedia()
    for each in parts:
        plain += Media(**each)
        own += Media(**each)
    assert type(own) is PageMedia
    assert str(own) == str(own) == str(plain) == own.__html__()
    assert str(own["js"]) == str(plain["js"])


def test_a_path_is_no_script_of_that_path():
    path = "admin_ext/js/a.js"
    assert Script(path) == path
    drawn = {str(PageMedia() + Media(js=[each])) for each in (path, Script(path))}
    assert len(drawn) == 2


def test_what_else_may_be_in_a_script_is_drawn_each_time():
    drawn = [
        str(PageMedia() + Media(js=[Signed("a.js", nonce=nonce)])) for nonce in "ab"
    ]
    assert ['nonce="a"' in drawn[0], 'nonce="b"' in drawn[1]] == [True, True]


def test_urls_are_those_of_the_settings(settings):
    media = PageMedia() + Media(js=["a.js"])
    before = str(media)
    settings.STATIC_URL = "https://static.example.com/"
    assert "https://static.example.com/a.js" in str(media) != before


def test_urls_are_those_of_the_storage(settings):
    media = PageMedia() + Media(js=["a.js"])
    before = str(media)
    own = {**settings.STORAGES["staticfiles"], "OPTIONS": {"base_url": "/elsewhere/"}}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": own}
    assert "/elsewhere/a.js" in str(media) != before


def test_urls_are_those_of_each_storage_that_the_settings_ever_name(settings):
    """A storage may lie in memory where the one before it did."""
    media, all_of = PageMedia() + Media(js=["a.js"]), settings.STORAGES
    for number in range(300):
        url = f"/{number}/"
        own = {**all_of["staticfiles"], "OPTIONS": {"base_url": url}}
        with override_settings(STORAGES={**all_of, "staticfiles": own}):
            assert f'"{url}a.js"' in str(media)
            assert static_url("a.svg") == f"{url}a.svg"


class SigningStorage(FileSystemStorage):
    """A storage whose URLs end."""

    number = 0

    def url(self, name):
        SigningStorage.number += 1
        return f"{super().url(name)}?expires={self.number}"


class HashedSigningStorage(HashedFilesMixin, SigningStorage):
    """Its ``url`` is Django's, which asks that of the storage."""

    def stored_name(self, name):
        return name


def test_urls_that_end_are_made_each_time(settings):
    backend = f"{__name__}.HashedSigningStorage"
    options = {"location": settings.STATIC_ROOT or "/static", "base_url": "/static/"}
    own = {"BACKEND": backend, "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": own}
    media = PageMedia() + Media(js=["a.js"])
    assert str(media) != str(media)


HOST = ContextVar("host")


class HostStorage(StaticFilesStorage):
    """A storage of one host for each page, as django-tenants has it."""

    @property
    def base_url(self):
        return f"https://{HOST.get()}/"


def test_urls_that_are_of_a_page_are_made_for_each(settings):
    backend = {"BACKEND": f"{__name__}.HostStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": backend}
    media = PageMedia() + Media(js=["a.js"])
    for host in "ab":
        HOST.set(host)
        assert f"https://{host}/a.js" in str(media)
        assert static_url("a.svg") == f"https://{host}/a.svg"


def test_urls_of_the_site_are_made_once():
    assert all(map(drawing._has_constant_urls, (StaticFilesStorage, Compressed)))


def test_urls_are_those_of_a_test_that_answers_for_the_storage():
    media = PageMedia() + Media(js=["a.js"])
    for number in "12":
        with mock.patch.object(
            staticfiles_storage, "url", lambda name, n=number: n + name
        ):
            assert f'"{number}a.js"' in str(media)
            assert static_url("a.svg") == f"{number}a.svg"
