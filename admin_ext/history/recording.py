"""Who is at work: what is written to documents meanwhile is recorded as that person's.

Without it, as in a shell or a command, nothing is recorded.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings


@dataclass(eq=False)
class Recording:
    """Who is at work, by which page, and why.

    ``operation`` is one for all that is done by one click. ``undoes``: the Change that
    is being undone. ``count``: how many documents were written so far. ``at_end``: what
    is called when the last recording of the operation ends. ``address``: from where,
    if it is known.
    """

    user: Any
    via: str = ""
    reason: str = ""
    undoes: Any = None
    operation: uuid.UUID = field(default_factory=uuid.uuid4)
    progress: list = field(default_factory=list)
    at_end: list[Callable[[], None]] = field(default_factory=list)
    address: str | None = None

    @property
    def count(self) -> int:
        return sum(self.progress)


_current: ContextVar[Recording | None] = ContextVar("recording", default=None)


def is_enabled() -> bool:
    """Tell whether changes are recorded at all (ADMIN_EXT_HISTORY)."""
    return bool(getattr(settings, "ADMIN_EXT_HISTORY", True))


def address() -> str | None:
    """Return from where the person in work asks, if that is known."""
    outer = _current.get()
    return outer.address if outer else None


def current() -> Recording | None:
    """Return the recording that is going on, or None."""
    return _current.get() if is_enabled() else None


@contextmanager
def recording(
    user: Any,
    via: str = "",
    *,
    reason: str = "",
    undoes: Any = None,
    operation: uuid.UUID | None = None,
    address: str | None = None,
) -> Iterator[Recording]:
    """Record what is written to documents meanwhile, by whatever code, as ``user``'s.

    Within another one it is part of the same operation, unless one is given. Raise
    NotRecorded from within a write, and write nothing, where SQL does not take it.
    """
    outer = _current.get()
    if operation is None:
        operation = outer.operation if outer else uuid.uuid4()
    own = Recording(user, via, reason, undoes, operation, address=address)
    if outer:
        own.address = address or outer.address
        own.progress, own.at_end = outer.progress, outer.at_end
    try:
        with _recording(own):
            yield own
    finally:
        if outer is None:
            for call in own.at_end:
                call()


@contextmanager
def by(via: str) -> Iterator[None]:
    """Say more exactly by what a person in work writes, such as "inline"."""
    outer = _current.get()
    with _recording(replace(outer, via=via) if outer else None):
        yield


@contextmanager
def unrecorded() -> Iterator[None]:
    """Record nothing of what is written meanwhile."""
    with _recording(None):
        yield


@contextmanager
def _recording(own: Recording | None) -> Iterator[None]:
    token = _current.set(own)
    try:
        yield
    finally:
        _current.reset(token)
