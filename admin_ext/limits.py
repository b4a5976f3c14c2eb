"""How long a page may ask MongoDB, so that no page and no worker waits for ever.

``pymongo.timeout`` gives every command within it, whoever sends it, what is left of the
time as ``maxTimeMS``: the server stops at it, and where the server itself is silent the
driver does. https://www.mongodb.com/docs/languages/python/pymongo-driver/current/connect/connection-options/csot/
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import wraps
from time import monotonic
from typing import Any

import pymongo
from django.conf import settings
from pymongo.errors import ExecutionTimeout, NetworkTimeout

# Of the query that the page is about, and of figures beside it such as counts; ms.
MAX_TIME = 5_000
MAX_SIDE_TIME = 1_000

# All of a page together may take so many times the first of these.
WHOLE_PAGE = 3

READING = ("GET", "HEAD")

# The server has stopped at the limit; or the driver, where it was faster or the server
# is silent. The latter is a ConnectionFailure as well: ask for these first.
TIMEOUTS = (ExecutionTimeout, NetworkTimeout)


def max_time() -> int:
    """Return the limit in ms of the query that a page is about."""
    return getattr(settings, "ADMIN_EXT_MAX_TIME_MS", MAX_TIME)


def max_side_time() -> int:
    """Return the limit in ms of what a page tells beside that."""
    return min(
        max_time(), getattr(settings, "ADMIN_EXT_MAX_SIDE_TIME_MS", MAX_SIDE_TIME)
    )


@contextmanager
def within(ms: float) -> Iterator[None]:
    """Limit what is asked within, all together, to ``ms``, or to less around this.

    A command's own ``maxTimeMS`` counts for nothing then: the driver replaces it. What
    a cursor reads outside of this is outside of its limit.
    """
    with pymongo.timeout(ms / 1_000):
        yield


# Whether a page is being made that only reads.
_IS_PAGE: ContextVar[bool] = ContextVar("is_page", default=False)


def is_page() -> bool:
    """Tell whether what asks does so for a page that only reads."""
    return _IS_PAGE.get()


# Whether each query of a queryset has a limit of its own, whatever is done beside it.
_IS_EACH_LIMITED: ContextVar[bool] = ContextVar("is_each_limited", default=False)


def is_each_limited() -> bool:
    """Tell whether each query of the admin's querysets has its own limit."""
    return is_page() or _IS_EACH_LIMITED.get()


@contextmanager
def limiting_each() -> Iterator[None]:
    """Limit what querysets read within, and nothing that is written there."""
    token = _IS_EACH_LIMITED.set(True)
    try:
        yield
    finally:
        _IS_EACH_LIMITED.reset(token)


@contextmanager
def _page_until(deadline: float) -> Iterator[None]:
    token = _IS_PAGE.set(True)
    try:
        with until(deadline):
            yield
    finally:
        _IS_PAGE.reset(token)


def each_within(ms: float, rows: Iterable[Any]) -> Iterator[Any]:
    """Yield ``rows``, waiting for each at most ``ms``: for what is sent bit by bit."""
    rows, end = iter(rows), object()
    while True:
        with within(ms):
            row = next(rows, end)
        if row is end:
            return
        yield row


def until(deadline: float) -> AbstractContextManager[None]:
    """Limit what is asked within to the time until ``deadline``, of ``monotonic``."""
    # To the driver a limit of 0 is none.
    return within(max(1, (deadline - monotonic()) * 1_000))


def limited(view: Callable[..., Any]) -> Callable[..., Any]:
    """Limit the time of pages that only read, their templates included.

    What is sent has no limit: a write that the driver gave up may have happened.
    """

    @wraps(view)
    def limited_view(request, *args, **kwargs):
        if request.method not in READING:
            return view(request, *args, **kwargs)
        deadline = monotonic() + WHOLE_PAGE * max_time() / 1_000
        with _page_until(deadline):
            response = view(request, *args, **kwargs)
        return drawn_until(deadline, response)

    return limited_view


def drawn_until(deadline: float, response: Any) -> Any:
    """Return ``response``, whose template, if it has one, is drawn until ``deadline``.

    Django's handler draws it, after middleware had a look.
    """
    if hasattr(response, "render"):
        render = response.render

        @wraps(render)
        def render_within():
            with _page_until(deadline):
                return render()

        response.render = render_within
    return response
