"""What a page says about itself: what it left out, why, and what would help."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Notice:
    """A sentence above a list.

    ``text``: what was left out, or will be slow, and why. ``lines``: lines of code that
    a developer can copy, such as of ``meta["indexes"]``. ``links``: (text, URL) of what
    the person can do now. ``is_warning``: something that was asked for is not there.
    """

    text: Any
    lines: tuple[str, ...] = ()
    links: tuple[tuple[Any, str], ...] = ()
    is_warning: bool = False
