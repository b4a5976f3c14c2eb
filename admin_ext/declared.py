"""What the code of a column says that it reads, so that no more is fetched for it."""

from collections.abc import Callable, Iterator
from functools import cached_property, partial
from inspect import getattr_static
from typing import Any

# Where a function keeps it, as Django's does ``admin_order_field``.
ATTRIBUTE = "admin_reads"

# What stands for the text of the document among the paths.
TEXT = "__str__"

# The column of check boxes, which are labelled with that text.
CHECKBOX = "action_checkbox"

# {path: whether the value is needed whole}
Reads = dict[str, bool]


def reads(*paths: str, whole: bool = True) -> Callable[[Any], Any]:
    """Declare which fields a column's function, method or property reads.

    ``paths``: names of fields and lookup paths, as ``user__username``; ``"__str__"``
    for the text of the document; none for code that needs the key only. A list
    fetches these, and the whole document for a column that declares nothing. What
    else the code reads is fetched when it does.

    ``whole``: False where the beginning of long values will do, as in a cell: texts
    have 2,000 characters, lists and dicts 100 members then.
    """

    def declare(code: Any) -> Any:
        function = code.fget if isinstance(code, property) else code
        declared = getattr(function, ATTRIBUTE, {})
        setattr(function, ATTRIBUTE, {**declared, **dict.fromkeys(paths, whole)})
        return code

    return declare


def reads_of(code: Any) -> Reads | None:
    """Return what the code of a column declares, None where it declares nothing."""
    for each in _parts(code):
        found = getattr(each, ATTRIBUTE, None)
        if found is not None:
            return found
    return None


def _parts(code: Any) -> Iterator[Any]:
    """Yield a function, or what a property or the like makes one of."""
    if isinstance(code, property):
        code = code.fget
    elif isinstance(code, cached_property):
        code = code.func
    elif isinstance(code, classmethod | staticmethod):
        code = code.__func__
    yield code
    while isinstance(code, partial):
        code = code.func
        yield code


def beginnings(name: Any, model_admin: Any, document: type) -> set[str]:
    """Return the fields of which the beginning will do for the code of a column."""
    declared = reads_of(code_of(name, model_admin, document)) or {}
    if name == CHECKBOX or TEXT in declared:
        declared = {**(reads_of(document.__str__) or {}), **declared}
    return {path for path, is_whole in declared.items() if not is_whole}


def code_of(name: Any, model_admin: Any, document: type) -> Any:
    """Return the code of a column that is no field, None where there is none.

    Django looks for it in this order.
    """
    if callable(name):
        return name
    if name != TEXT and hasattr(model_admin, name):
        return getattr(model_admin, name)
    return getattr_static(document, name, None)
