"""What stands around all views: room for their calls, and 503 where MongoDB is away."""

import logging

from django.conf import settings
from django.contrib import admin
from django.shortcuts import render
from django.utils.encoding import escape_uri_path
from pymongo.errors import BulkWriteError, OperationFailure, WriteError

from .compat import CONNECTION_ERRORS
from .compat.frames import in_one_chunk
from .failures import reason
from .limits import READING, TIMEOUTS, max_time

logger = logging.getLogger(__name__)


class FramesMiddleware:
    """Has a page wait less often for memory that Python gives back too early.

    It stands first. See compat.frames, and docs/speed.md.
    """

    def __init__(self, get_response):
        self.get_response = in_one_chunk(get_response)

    def __call__(self, request):
        return self.get_response(request)


class MongoDBUnavailableMiddleware:
    """Turns a lost connection to MongoDB, a time limit or a refusal into a page.

    The driver waits for ``serverSelectionTimeoutMS`` and then raises; it looks for
    the server again at the next request, so the pages recover by themselves.
    https://www.mongodb.com/docs/languages/python/pymongo-driver/current/connect/connection-options/server-selection/
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        # A limit of the driver's is an error of the connection as well.
        if isinstance(exception, TIMEOUTS):
            logger.error("MongoDB took too long: %s: %s", _path(request), exception)
            return _unavailable(request, "admin_ext/503_slow.html")
        if isinstance(exception, CONNECTION_ERRORS):
            # The driver's text names hosts, never credentials; for the log only.
            logger.error("MongoDB cannot be reached: %s", exception)
            return _unavailable(request, "admin_ext/503.html")
        is_refused = isinstance(exception, OperationFailure)
        # What breaks the rules of a collection is an error of the code that writes it.
        is_refused &= not isinstance(exception, (WriteError, BulkWriteError))
        if is_refused and not settings.DEBUG:
            logger.error("MongoDB refused: %s", _path(request), exc_info=exception)
            why = reason(exception, max_time())
            return _unavailable(request, "admin_ext/503_refused.html", why=why)
        return None


def _path(request):
    # Nobody writes lines of the log by a line break in a path.
    return escape_uri_path(request.path)


def _unavailable(request, template, **context):
    context = {
        "site_header": admin.site.site_header,
        "is_reading": request.method in READING,
        **context,
    }
    response = render(request, template, context, status=503)
    response["Retry-After"] = "10"
    return response
