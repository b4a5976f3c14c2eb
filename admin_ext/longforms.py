"""Forms longer than Django takes, from staff who may change the Document."""

import codecs
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.files.uploadhandler import FileUploadHandler
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from .compat import upload_limits

# A list of 2,000 rows, Django's most for an inline, with 25 inputs each.
MAX_FIELDS = 50_000

# Bytes. The 16 MB of a document are 48 when each byte is sent as three characters
# (%C3%A4); the rest is for the names and for what the page showed.
MAX_MEMORY_SIZE = 64 * 1024 * 1024

# Bytes that an input takes at least, in an address-like form ("a&") and in parts.
SHORTEST_PAIR, SHORTEST_PART = 2, 60

TOO_LONG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


class CountingUploadHandler(FileUploadHandler):
    """Counts the files that were chosen, and leaves them to the next handler.

    Browsers send an empty part for every input of a file, which Django counts too.
    """

    count = 0

    def new_file(self, *args, **kwargs):
        self.count += 1
        limit = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        if limit is not None and self.count > limit:
            raise TooManyFilesSent(f"More than {limit} files were sent.")

    def receive_data_chunk(self, raw_data, start):
        return raw_data

    def file_complete(self, file_size):
        return None


def limits() -> dict[str, int | None]:
    """Return Django's settings for a form of a Document: {name: value or None}."""
    fields = getattr(settings, "ADMIN_EXT_MAX_FIELDS", MAX_FIELDS)
    size = getattr(settings, "ADMIN_EXT_MAX_MEMORY_SIZE", MAX_MEMORY_SIZE)
    own = {
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": fields,
        "DATA_UPLOAD_MAX_NUMBER_FILES": fields,
        "DATA_UPLOAD_MAX_MEMORY_SIZE": size,
    }
    return {name: _higher(getattr(settings, name), own[name]) for name in own}


def _higher(*values: int | None) -> int | None:
    """Return the higher of two limits; None is none at all."""
    return None if None in values else max(filter(None, values), default=0)


def takes_long_forms(view: Any, admin: Any) -> Any:
    """Return the view of a URL of ``admin``, able to read the long forms of its staff.

    The middleware against forged requests reads the form before anybody asks who sent
    it, so that the view is exempt from it, and protected once the limits are set.
    https://docs.djangoproject.com/en/5.2/topics/http/file-uploads/#modifying-upload-handlers-on-the-fly
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def long_view(request, *args, **kwargs):
        refuse_other_encodings(request)
        if not can_be_long(request) or not may_send_long_forms(request, admin):
            return protected(request, *args, **kwargs)
        if not hasattr(request, "_files"):
            handlers = [CountingUploadHandler(request), *request.upload_handlers]
            request.upload_handlers = handlers
        with upload_limits(limits()):
            try:
                return protected(request, *args, **kwargs)
            except TOO_LONG as error:
                return too_long(request, admin, error)

    return long_view


def refuse_other_encodings(request: Any) -> None:
    """Raise BadRequest for a form in anything but UTF-8, in which the pages are.

    Django (5.2) does so for one kind of form only. There are encodings that spell half
    a character, which no page can show and MongoDB cannot store.
    """
    if request.encoding and codecs.lookup(request.encoding).name != "utf-8":
        raise BadRequest("Forms must be sent as UTF-8.")


def can_be_long(request: Any) -> bool:
    """Tell whether a form can be beyond Django's limits, by its length in bytes.

    For any other no hook is asked for permissions: Django asks none at this point.
    """
    if request.method != "POST":
        return False
    is_in_parts = request.content_type == "multipart/form-data"
    shortest = SHORTEST_PART if is_in_parts else SHORTEST_PAIR
    most = (
        (settings.DATA_UPLOAD_MAX_MEMORY_SIZE, 1),
        (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS, shortest),
        (settings.DATA_UPLOAD_MAX_NUMBER_FILES, SHORTEST_PART),
    )
    length = request.headers.get("Content-Length", "")
    bounds = [limit * size for limit, size in most if limit is not None]
    is_number = length.isascii() and length.isdecimal()
    return is_number and bool(bounds) and int(length[:20]) >= min(bounds)


def may_send_long_forms(request: Any, admin: Any) -> bool:
    """Tell whether somebody who is logged in may write documents of this class."""
    return admin.admin_site.has_permission(request) and (
        admin.has_change_permission(request)
        or admin.has_add_permission(request)
        or admin.has_delete_permission(request)
    )


def too_long(request: Any, admin: Any, error: Exception) -> TemplateResponse:
    """Return the page, status 400, about a form that was not read."""
    most = limits()
    if isinstance(error, TooManyFieldsSent):
        number = number_format(most["DATA_UPLOAD_MAX_NUMBER_FIELDS"])
        reason = _("It has more than %(number)s inputs.") % {"number": number}
    elif isinstance(error, TooManyFilesSent):
        number = number_format(settings.DATA_UPLOAD_MAX_NUMBER_FILES)
        reason = _("It has more than %(number)s files.") % {"number": number}
    else:
        size = filesizeformat(most["DATA_UPLOAD_MAX_MEMORY_SIZE"])
        reason = _("It has more than %(size)s of text.") % {"size": size}
    context = {
        **admin.admin_site.each_context(request),
        "title": _("This form is too long"),
        "opts": admin.opts,
        "reason": reason,
    }
    request.current_app = admin.admin_site.name
    return TemplateResponse(request, "admin_ext/too_long.html", context, status=400)
