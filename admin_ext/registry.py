"""Which admin of a site answers for a Document."""

from typing import Any


def nearest_admin(admin_site: Any, document: type) -> Any:
    """Return the admin of a class, or of the nearest base that is registered, or None.

    A base's list has the documents of its subclasses.
    """
    registry = admin_site._registry
    return next((registry[cls] for cls in document.__mro__ if cls in registry), None)
