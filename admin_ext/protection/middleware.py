"""The guard of a read-only site, the policies of browsers, and a limit of searches."""

from django.conf import settings
from django.contrib import admin
from django.shortcuts import render

from .headers import policy_text
from .rates import seconds_to_wait
from .read_only import is_refused


class ReadOnlyMiddleware:
    """Refuses, while the site is read-only, what could change something.

    The admins' hooks offer nothing then; this holds for every other view as well.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, callback, args, kwargs):
        if not is_refused(request):
            return None
        context = {"site_header": admin.site.site_header}
        return render(request, "admin_ext/403_read_only.html", context, status=403)


class PolicyMiddleware:
    """Sets Content-Security-Policy and Permissions-Policy where a view did not.

    Stands for django.middleware.csp.ContentSecurityPolicyMiddleware (6.0), with its
    setting SECURE_CSP and without nonces, which no page of the admin needs.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        permissions = getattr(settings, "ADMIN_EXT_PERMISSIONS_POLICY", "")
        if permissions:
            response.headers.setdefault("Permissions-Policy", permissions)
        policy = getattr(settings, "SECURE_CSP", None)
        # Django's own page about an error has scripts within.
        is_debug = settings.DEBUG and response.status_code in (404, 500)
        if policy and not is_debug:
            text = policy_text(policy)
            response.headers.setdefault("Content-Security-Policy", text)
        return response


class RateLimitMiddleware:
    """Answers 429 to who searches more often in a minute than a person would."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, callback, args, kwargs):
        seconds = seconds_to_wait(request)
        if not seconds:
            return None
        context = {"site_header": admin.site.site_header, "seconds": seconds}
        response = render(request, "admin_ext/429.html", context, status=429)
        response["Retry-After"] = str(seconds)
        return response
