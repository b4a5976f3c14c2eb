"""Which documents a condition asks for in other collections, or by their key.

A lookup through a reference first asks the other collection for keys. Whom it is asked
for says which documents of it there are.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

# Document class → the queryset of those that the person may have.
Finder = Callable[[type], Any]

_FINDER: ContextVar[Finder | None] = ContextVar("finder", default=None)


@contextmanager
def seeing(finder: Finder | None) -> Iterator[None]:
    """Have conditions ask for what ``finder`` returns; for all documents with None."""
    token = _FINDER.set(finder)
    try:
        yield
    finally:
        _FINDER.reset(token)


def visible(document: type) -> Any:
    """Return the queryset of the documents of a class that may be asked for."""
    finder = _FINDER.get()
    return document._default_manager if finder is None else finder(document)


def whose() -> int:
    """Return what tells the answers of one asking from those of another."""
    return id(_FINDER.get())
