"""Sessions that are too old end; without a code that is needed no view answers."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject, empty

from . import codes
from .sessions import is_over

OPEN = {"admin:login", "admin:logout"}
CODE = "sign_in:code"
SET_UP = "sign_in:set_up"


class SessionAgeMiddleware:
    """Ends sessions by the time since signing in, however busy they are."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        seconds = settings.ADMIN_EXT_SESSION_SECONDS
        if request.user.is_authenticated and is_over(request.session, seconds):
            logout(request)


class OneTimeCodeMiddleware:
    """Stands before every view, of the admin and others, after OTPMiddleware.

    A view that is added later is behind it as well, whatever its URL. It gets the
    person themselves, whom a page asks some hundred times.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        request.user = loaded(request.user)
        if not request.user.is_authenticated or request.user.is_verified():
            return None
        if codes.has_device(request.user):
            page = CODE
        elif codes.is_required(request.user):
            page = SET_UP
        else:
            return None
        if request.resolver_match.view_name in OPEN | {page}:
            return None
        return HttpResponseRedirect(f"{reverse(page)}?{next_page(request)}")


def loaded(user):
    """Return the user that Django, and django-otp around it, load when they are asked.

    Each look at an attribute goes through both (Django 5.2, django-otp 1.7).
    """
    while type(user) is SimpleLazyObject:
        if user._wrapped is empty:
            user._setup()
        user = user._wrapped
    return user


def next_page(request):
    """Return the query that leads back to the page; a form that was sent is lost."""
    is_page = request.method in ("GET", "HEAD")
    path = request.get_full_path() if is_page else reverse("admin:index")
    return urlencode({"next": path})
