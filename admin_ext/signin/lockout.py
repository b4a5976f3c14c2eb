"""What django-axes asks of a project: the page of a lock."""

import math

from axes.helpers import get_cool_off
from django.contrib import admin
from django.shortcuts import render


def locked_out(request, response=None, credentials=None):
    """Return the page that refuses a person who failed too often: 429.

    The same for user names that exist and for those that do not.
    """
    seconds = math.ceil(get_cool_off(request).total_seconds())
    context = {
        **admin.site.each_context(request),
        "title": "",
        "has_permission": False,
        "minutes": math.ceil(seconds / 60),
    }
    page = render(request, "admin_ext/signin/locked_out.html", context, status=429)
    page.headers["Retry-After"] = seconds
    page.headers["Cache-Control"] = "no-store"
    return page
