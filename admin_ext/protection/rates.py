"""How often one person may search, and ask for other pages that cost MongoDB much."""

from time import time
from typing import Any

from django.conf import settings
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.cache import cache
from django.http import HttpRequest

from admin_ext.limits import READING
from admin_ext.parameters import COUNT

WINDOW = 60  # seconds
MAX_REVEALS = 10

# Of the admin's views; those of one Document begin with its name.
COSTLY_VIEWS = ("autocomplete", "go_to", "data_health", "data_health_document")
COSTLY_VIEW_OF_DOCUMENT = "_schema"


def is_costly(request: HttpRequest) -> bool:
    """Tell whether a request searches, counts exactly, or reads whole collections."""
    match = request.resolver_match
    if request.method not in READING or match.app_names[:1] != ["admin"]:
        return False
    name = match.url_name or ""
    asks = request.GET.get(SEARCH_VAR, "").strip() or COUNT in request.GET
    is_view = name in COSTLY_VIEWS or name.endswith(COSTLY_VIEW_OF_DOCUMENT)
    return bool(asks or is_view)


def seconds_to_wait(request: HttpRequest) -> int:
    """Count a request of this minute; return how long its person has to wait, or 0.

    ADMIN_EXT_SEARCHES_PER_MINUTE says how many there may be; None or 0: any number.
    Counted in Django's cache: what processes share no cache count for themselves.
    """
    limit = getattr(settings, "ADMIN_EXT_SEARCHES_PER_MINUTE", None)
    # Who is not signed in is shown the page for that.
    if not limit or not request.user.is_authenticated or not is_costly(request):
        return 0
    return seconds_over("searches", limit, request.user)


def seconds_to_wait_for_reveal(request: HttpRequest) -> int:
    """Count a masked value that is asked for; return how long to wait, or 0.

    ADMIN_EXT_REVEALS_PER_MINUTE says how many there may be; None or 0: any number.
    """
    limit = getattr(settings, "ADMIN_EXT_REVEALS_PER_MINUTE", MAX_REVEALS)
    return seconds_over("reveals", limit, request.user) if limit else 0


def seconds_over(name: str, limit: int, user: Any) -> int:
    """Count what a person does this minute; return the seconds left of it, or 0."""
    now = time()
    key = f"admin_ext.{name}:{user.pk}:{now // WINDOW:.0f}"
    cache.add(key, 0, 2 * WINDOW)
    try:
        count = cache.incr(key)
    except ValueError:  # the cache was emptied meanwhile
        return 0
    return int(WINDOW - now % WINDOW) + 1 if count > limit else 0
