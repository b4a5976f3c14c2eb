"""System checks of the settings of protection."""

from django.conf import settings
from django.core import checks

READ_ONLY_MIDDLEWARE = "admin_ext.protection.middleware.ReadOnlyMiddleware"


def check_read_only(app_configs, **kwargs):
    """Look for the guard of a read-only site: its admins alone do not keep it so."""
    if not getattr(settings, "ADMIN_EXT_READ_ONLY", False):
        return []
    if READ_ONLY_MIDDLEWARE in settings.MIDDLEWARE:
        return []
    return [
        checks.Error(
            f"'{READ_ONLY_MIDDLEWARE}' must be in MIDDLEWARE for ADMIN_EXT_READ_ONLY "
            "to hold of every view.",
            hint="Add it behind the middleware of sessions and authentication.",
            id="admin_ext.E038",
        )
    ]


PER_MINUTE = ("ADMIN_EXT_SEARCHES_PER_MINUTE", "ADMIN_EXT_REVEALS_PER_MINUTE")


def check_searches(app_configs, **kwargs):
    """Look at how many searches, and reveals, a person may send in a minute."""
    found = {name: getattr(settings, name, None) for name in PER_MINUTE}
    return [
        checks.Error(
            f"The value of '{name}' must be a number, 0 or more, or None, "
            f"not {value!r}.",
            hint="0 and None are no limit.",
            id="admin_ext.E039",
        )
        for name, value in found.items()
        if not (value is None or type(value) is int and value >= 0)
    ]
