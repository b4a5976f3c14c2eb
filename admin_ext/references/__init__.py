"""References: where Documents declare them, and what those of a page lead to."""

from .conditions import condition, is_dotted
from .page import (
    ATTRIBUTE,
    PageReferences,
    reference_fields,
    references_of,
    stored_references,
)
from .paths import ReferencePath, paths_to, reference_paths

__all__ = [
    "ATTRIBUTE",
    "PageReferences",
    "ReferencePath",
    "condition",
    "is_dotted",
    "paths_to",
    "reference_fields",
    "reference_paths",
    "references_of",
    "stored_references",
]
