"""What a page, or this process, has asked once, so that it need not ask again."""

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

# {key: (when it was asked, answer)}; keys are few, such as the names of collections.
_RECENT: dict[Hashable, tuple[float, Any]] = {}

_MEMORY: ContextVar[dict | None] = ContextVar("memory", default=None)


@contextmanager
def remembering(memory: dict | None = None) -> Iterator[None]:
    """Keep the answers that ``remembered`` gets in ``memory``, and give them again.

    The list asks the same for its rows and for every facet. Without ``memory``, that
    of the caller goes on, or a new one begins.
    """
    if memory is None:
        memory = _MEMORY.get()
    token = _MEMORY.set({} if memory is None else memory)
    try:
        yield
    finally:
        _MEMORY.reset(token)


def remembered(key: Hashable, ask: Callable[[], Any]) -> Any:
    """Return what ``ask()`` returned for ``key`` before, or ask."""
    memory = _MEMORY.get()
    if memory is None:
        return ask()
    if key not in memory:
        memory[key] = ask()
    return memory[key]


def recent(key: Hashable, ask: Callable[[], Any], *, seconds: float) -> Any:
    """Return what ``ask()`` returned in this process less than ``seconds`` ago, or ask.

    For what changes slowly and is only hinted at, such as the size of a collection.
    """
    now = time.monotonic()
    found = _RECENT.get(key)
    if found is None or now - found[0] > seconds:
        found = _RECENT[key] = (now, ask())
    return found[1]


def known(key: Hashable, *, seconds: float) -> Any:
    """Return what ``recent`` would, without asking; None when it has to ask."""
    found = _RECENT.get(key)
    is_old = found is None or time.monotonic() - found[0] > seconds
    return None if is_old else found[1]


def last(key: Hashable) -> Any:
    """Return what ``recent`` was told last, however long ago; None for nothing."""
    return _RECENT.get(key, (0, None))[1]


def learn(key: Hashable, answer: Any) -> None:
    """Have ``recent`` and ``known`` return ``answer`` from now on."""
    _RECENT[key] = (time.monotonic(), answer)


def forget() -> None:
    """Forget what ``recent`` and ``known`` know."""
    _RECENT.clear()
