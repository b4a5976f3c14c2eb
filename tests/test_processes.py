"""What a page leaves is freed when it was sent."""

import gc
import weakref
from importlib import import_module
from wsgiref.util import FileWrapper

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import FileResponse, HttpResponse
from django.test import RequestFactory

from config.processes import FULL_AFTER, CollectedResponse, collecting

# Where a request ends Django looks after its connections.
pytestmark = pytest.mark.django_db


def served(response):
    """Return what a server gets of a page that refers to itself.

    It is freed by the garbage collector alone.
    """
    response.itself = response
    return collecting(lambda environ, start_response: response)({}, None)


@pytest.fixture
def only_when_asked():
    """Have the garbage collector not look by itself."""
    gc.disable()
    yield
    gc.enable()


def test_a_page_is_freed_when_it_was_sent(only_when_asked):
    response = HttpResponse("a page")
    page, known = served(response), weakref.ref(response)
    del response
    assert b"".join(page) == b"a page"
    assert known() is not None
    page.close()
    assert known() is None


def test_what_was_opened_for_a_page_is_closed():
    closed = []
    response = HttpResponse()
    response._resource_closers.append(lambda: closed.append(True))
    served(response).close()
    assert closed == [True]


def test_a_page_can_be_closed_twice():
    page = served(HttpResponse())
    page.close()
    page.close()


def test_pages_of_several_threads_are_freed_some_pages_later(only_when_asked):
    """Each is in use when another is sent, as where a server has threads."""
    known, before = [], served(HttpResponse())
    for _number in range(4 * FULL_AFTER):
        response = HttpResponse()
        known.append(weakref.ref(response))
        page = served(response)
        del response
        before.close()
        before = page
    assert sum(each() is not None for each in known) <= FULL_AFTER + 2


def test_a_file_is_left_to_the_server(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"content")
    environ = RequestFactory()._base_environ(**{"wsgi.file_wrapper": FileWrapper})

    class Handler(WSGIHandler):
        def load_middleware(self):
            """Need none."""

        def get_response(self, request):
            return FileResponse(path.open("rb"))

    response = collecting(Handler())(environ, lambda status, headers: None)
    assert isinstance(response, FileWrapper)
    assert b"".join(response) == b"content"
    response.close()


@pytest.fixture
def wsgi():
    """The site's application, whose process looks for garbage less often."""
    thresholds = gc.get_threshold()
    yield import_module("config.wsgi").application
    gc.set_threshold(*thresholds)


def test_the_site_is_served_so(wsgi):
    page = wsgi(RequestFactory()._base_environ(), lambda status, headers: None)
    assert isinstance(page, CollectedResponse)
    page.close()
