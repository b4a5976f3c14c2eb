"""The views of an AdminSite: who is at work, and what is said when SQL is not there."""

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import router, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from admin_ext.addresses import client_address
from admin_ext.hooks import replace_hook

from .entries import changes
from .outside import notice
from .recording import recording
from .storing import NotRecorded

MAX_DIGITS = 10

READING = ("GET", "HEAD", "OPTIONS", "TRACE")

# Ends of the names of Django's URLs, and by what such a page writes.
PAGES = {"add": "form", "change": "form", "changelist": "list"}


def recorded_view(view: Any) -> Any:
    """Return a view, within which all that is written is recorded as its person's."""

    @wraps(view)
    def recorded(request, *args, **kwargs):
        address = client_address(request)
        with recording(request.user, via_of(request), address=address):
            try:
                return view(request, *args, **kwargs)
            except NotRecorded as error:
                return _not_recorded(request, error)

    return recorded


def via_of(request: Any) -> str:
    """Return by what a page writes: "form", "list", "raw", "delete", or an action."""
    match = getattr(request, "resolver_match", None)
    name = (match.url_name if match else None) or ""
    page = name.rpartition("_")[2]
    if (
        page == "changelist"
        and request.method == "POST"
        and "_save" not in request.POST
    ):
        return _action(request) or "list"
    return PAGES.get(page, page)


def _action(request: Any) -> str:
    """Return the name of the action that was chosen, above the list or below it."""
    chosen = request.POST.getlist("action")
    index = request.POST.get("index", "0")
    # More digits are no place of a form; Python refuses thousands of them.
    place = int(index) if index.isdecimal() and len(index) < MAX_DIGITS else 0
    return chosen[min(place, len(chosen) - 1)] if chosen else ""


def not_recorded_text(count: int) -> str:
    """Return what a person is told; ``count``: what was written before, of the same."""
    if count:
        return _(
            "This was not finished: the history cannot be written at the moment. Look "
            "at what is there before you try again."
        )
    return _(
        "Nothing was changed: the history cannot be written at the moment, and nothing "
        "is changed without it. Try again later."
    )


def _not_recorded(request: Any, error: NotRecorded) -> HttpResponse:
    text = not_recorded_text(error.count)
    messages.error(request, text, fail_silently=True)
    url = request.get_full_path()
    if request.method in READING:
        url = reverse("admin:index", current_app=request.resolver_match.namespace)
    return HttpResponseRedirect(url)


def non_atomic(view: Any) -> Any:
    """Return a view that runs in no transaction, whatever ATOMIC_REQUESTS says.

    What it records is committed before MongoDB is written.
    """

    @wraps(view)
    def alone(request, *args, **kwargs):
        return view(request, *args, **kwargs)

    alone.__dict__.pop("_non_atomic_requests", None)
    return transaction.non_atomic_requests(using=router.db_for_write(changes()))(alone)


def record(admin: Any) -> None:
    """Have the pages of a registered DocumentAdmin keep the history."""
    replace_hook(admin, "get_urls", _urls)
    replace_hook(admin, "get_object", _object)


def _urls(admin, own):
    urls = own()
    for each in _patterns(urls):
        each.callback = non_atomic(each.callback)
    return urls


def _patterns(urls):
    for each in urls:
        if hasattr(each, "url_patterns"):
            yield from _patterns(each.url_patterns)
        else:
            yield each


def _object(admin, own, request, *args, **kwargs):
    """Return the document, and note what others have done to it, where it is opened.

    What is written notes that by itself.
    """
    document = own(request, *args, **kwargs)
    is_read_only = getattr(settings, "ADMIN_EXT_READ_ONLY", False)
    is_looked_at = getattr(request, "method", None) in READING
    if document is not None and is_looked_at and not is_read_only:
        notice(document)
    return document
