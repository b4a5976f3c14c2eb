"""Answer 503 when MongoDB cannot be reached, instead of 500."""

import logging

from django.contrib import admin
from django.shortcuts import render

from .compat import CONNECTION_ERRORS

logger = logging.getLogger(__name__)


class MongoDBUnavailableMiddleware:
    """Turns a lost connection to MongoDB into a page that says so.

    The driver waits for ``serverSelectionTimeoutMS`` and then raises; it looks for
    the server again at the next request, so the pages recover by themselves.
    https://www.mongodb.com/docs/languages/python/pymongo-driver/current/connect/connection-options/server-selection/
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, CONNECTION_ERRORS):
            return None
        # The driver's text names hosts, never credentials; it is for the log only.
        logger.error("MongoDB cannot be reached: %s", exception)
        context = {"site_header": admin.site.site_header}
        response = render(request, "admin_ext/503.html", context, status=503)
        response["Retry-After"] = "10"
        return response
