"""What a guarded save has read and will send, so that nobody asks MongoDB again."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass
class Expected:
    """``before`` and ``after``: what is stored of ``document``, and what will be.

    ``update``: the very object that is sent for it.
    """

    document: Any = None
    before: dict | None = None
    after: dict | None = None
    update: Any = None


_expected: ContextVar[Expected | None] = ContextVar("expected", default=None)


def expected() -> Expected:
    """Return what the save in work expects; nothing where there is none."""
    return _expected.get() or Expected()


@contextmanager
def expecting(own: Expected) -> Iterator[None]:
    """Let a save say what it sends, within."""
    token = _expected.set(own)
    try:
        yield
    finally:
        _expected.reset(token)
