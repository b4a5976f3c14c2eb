"""What a walk finds and nobody has mended yet, each with its reason."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Digests in the base of a form: one of a value, or one of each key of a row.
DIGEST = re.compile(r"""b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*\"""")
DIGESTS = re.compile(r"\[(?:b'', )*b''\]")
# A mark of the raw page: as it stands there, and in the base of its form.
MARK = re.compile(r"""\$hidden(&quot;|"|'): \1[\w ]+\1""")


@dataclass(frozen=True)
class Known:
    """A leak: what it tells, and whether two answers to a request differ by it."""

    reason: str
    is_it: Callable[[Any, str, str], bool]


def without_digests(text: str) -> str:
    return DIGESTS.sub("[b'']", DIGEST.sub("b''", text))


def _has_other_marks(asked: Any, text: str, other: str) -> bool:
    first, second = (MARK.sub("", without_digests(each)) for each in (text, other))
    return "/raw/" in asked.url and first == second


def _is_refused_deletion(asked: Any, text: str, other: str) -> bool:
    is_action = ("action", "delete_selected") in (asked.data or ())
    is_deletion = is_action or asked.url.endswith("/delete/")
    return is_deletion and ("<h1>Cannot delete" in text or text.startswith("403"))


MARKS_OF_RAW = Known(
    "The raw page has a mark in the place of what is withheld of the rows of a list: "
    "it tells that there is something, and whether it was changed. Without it a row "
    "that was moved would lose it.",
    _has_other_marks,
)
REFUSED_DELETIONS = Known(
    "What would delete, or refer to, a document that the person may not see is "
    "refused: to delete it unseen would be worse.",
    _is_refused_deletion,
)
