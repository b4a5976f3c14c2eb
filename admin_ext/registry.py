"""Which admin of a site answers for a Document, and what it lets people ask."""

from typing import Any

from django.utils.inspect import func_supports_parameter


def nearest_admin(admin_site: Any, document: type) -> Any:
    """Return the admin of a class, or of the nearest base that is registered, or None.

    A base's list has the documents of its subclasses.
    """
    registry = admin_site._registry
    return next((registry[cls] for cls in document.__mro__ if cls in registry), None)


def may_look_up(admin: Any, request: Any, lookup: str, value: Any) -> bool:
    """Ask an admin as Django's ChangeList.get_filters (5.2) does."""
    takes_request = func_supports_parameter(admin.lookup_allowed, "request")
    return admin.lookup_allowed(lookup, value, *([request] if takes_request else []))
