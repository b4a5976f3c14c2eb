"""Dots in place of what a page does not tell: secrets, by declaration or by name."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bson.datetime_ms import DatetimeMS

from admin_ext.raw.hidden import MARK, Hidden, masked
from admin_ext.secret_names import is_secret_name

DOTS = "••••••••"

# Values that are no secrets under any name: "password": null, true, when it was set.
OPEN = (type(None), bool, datetime, DatetimeMS)


def without_declared_secrets(son: dict, documents: Iterable[type]) -> dict:
    """Return a document, or a part of one, with dots for ``editable=False``.

    ``documents``: the Documents of its collection.
    """
    for document in documents:
        son = _dotted(masked(document, son, Hidden(_is_hidden)))
    return son


def _is_hidden(field: Any) -> bool:
    return not getattr(field, "editable", True) and field.db_field != "_id"


def _dotted(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {MARK}:
            return DOTS
        return {key: _dotted(item) for key, item in value.items()}
    return [_dotted(item) for item in value] if isinstance(value, list) else value


def without_secrets(value: Any, *, is_secret: bool = False) -> Any:
    """Return a value with dots for what the names of its keys say to be secret.

    ``is_secret``: whether it stands itself under such a name.
    """
    if isinstance(value, dict):
        return {
            key: without_secrets(item, is_secret=is_secret or is_secret_name(key))
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [without_secrets(item, is_secret=is_secret) for item in value]
    return DOTS if is_secret and not isinstance(value, OPEN) and value != "" else value
