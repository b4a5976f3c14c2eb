"""References: where Documents declare them, and what those of a page lead to."""

from .access import KeyUrls
from .columns import Column, fetch_columns, fields_of, follow, goes_on, step
from .conditions import condition, is_dotted
from .labels import MAX_SHOWN, Cell, more_html
from .page import (
    ATTRIBUTE,
    PageReferences,
    page_of,
    prepared_cell,
    reference_fields,
    references_of,
)
from .pages import put_on_pages
from .partial import is_in_part, lending, seen_keys
from .paths import ReferencePath, paths_to, reference_paths
from .reading import fetch_shown, prepare
from .values import (
    Members,
    Reference,
    held,
    holds_references,
    is_nothing,
    members,
    reference_for,
)

__all__ = [
    "ATTRIBUTE",
    "MAX_SHOWN",
    "Cell",
    "Column",
    "KeyUrls",
    "Members",
    "PageReferences",
    "Reference",
    "ReferencePath",
    "condition",
    "fetch_columns",
    "fetch_shown",
    "fields_of",
    "follow",
    "goes_on",
    "held",
    "holds_references",
    "is_dotted",
    "is_in_part",
    "is_nothing",
    "lending",
    "members",
    "more_html",
    "page_of",
    "paths_to",
    "prepare",
    "prepared_cell",
    "put_on_pages",
    "reference_fields",
    "reference_for",
    "reference_paths",
    "references_of",
    "seen_keys",
    "step",
]
