"""Values of any shape → one line of text, as a cell has room for."""

import reprlib
from itertools import islice
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.text import Truncator
from mongoengine.base import BaseDocument

from .compat import LOAD_ERRORS
from .cuts import LIMIT, size_of
from .ejson import extended_json
from .hydration import shown_son, stored_son, visible

MAX_CELL = 200  # characters of a free value in a cell

# A member has two characters at least, with the comma.
MAX_MEMBERS = MAX_CELL // 2


def free_value(value: Any) -> str:
    """Return an embedded document, dict or list as one line of Extended JSON."""
    return Truncator(plain_text(_pruned(_stored(value)))).chars(MAX_CELL)


def _pruned(value: Any) -> Any:
    """Return enough of a value for a cell: no more than a cell has characters."""
    if isinstance(value, str):
        return value[: MAX_CELL + 1]
    if isinstance(value, bytes) and size_of(value) > LIMIT:
        return filesizeformat(size_of(value))
    if isinstance(value, dict):
        items = islice(value.items(), MAX_MEMBERS)
        return {key[: MAX_CELL + 1]: _pruned(item) for key, item in items}
    if isinstance(value, list | tuple):
        return [_pruned(item) for item in value[:MAX_MEMBERS]]
    return value


def plain_text(value: Any) -> str:
    """Return any stored value as one line of text; never raise."""
    try:
        return extended_json(_stored(value), indent=None)
    except (*LOAD_ERRORS, RecursionError, OverflowError):
        return reprlib.repr(value)


def _stored(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_stored(item) for item in value]
    if isinstance(value, BaseDocument) and stored_son(value) is not None:
        # As it is stored: with undeclared keys, without defaults.
        return visible(value, shown_son(value))
    to_mongo = getattr(value, "to_mongo", None)
    return to_mongo() if callable(to_mongo) else value
