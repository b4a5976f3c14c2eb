"""Whether a list may tell what it is sorted by, or that is hidden."""

from typing import Any

from django.db.models.constants import LOOKUP_SEP

from admin_ext.exceptions import UnsupportedLookup
from admin_ext.indexes import field_path
from admin_ext.lookups import resolve
from admin_ext.registry import may_look_up

from .order import Order


def may_tell(cl: Any, order: Order) -> bool:
    """Tell whether values of all sort keys may stand in a URL, and be asked for.

    Those of listed columns may, and others that the admin neither hides nor refuses to
    look up.
    """
    return all(_may_tell(cl, stored) for stored, _direction in order.keys)


def _may_tell(cl: Any, stored: str) -> bool:
    name = field_path(cl.model, stored).replace(".", LOOKUP_SEP)
    if name in map(str, cl.list_display):
        return True
    try:
        fields = [each for each in resolve(cl.model, name).fields if each]
    except UnsupportedLookup:
        return False
    admin, request = cl.model_admin, cl.request
    if any(admin.is_hidden_in_raw(request, each.document_field) for each in fields):
        return False
    return may_look_up(admin, request, name, "")
