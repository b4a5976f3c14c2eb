"""What a walk finds and nobody has mended yet, each with its reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Known:
    """A leak: what it tells, and whether two answers to a request differ by it."""

    reason: str
    is_it: Callable[[Any, str, str], bool]


def _is_refused_deletion(asked: Any, text: str, other: str) -> bool:
    is_action = ("action", "delete_selected") in (asked.data or ())
    is_deletion = is_action or asked.url.endswith("/delete/")
    return is_deletion and ("<h1>Cannot delete" in text or text.startswith("403"))


REFUSED_DELETIONS = Known(
    "What would delete, or refer to, a document that the person may not see is "
    "refused: to delete it unseen would be worse.",
    _is_refused_deletion,
)
