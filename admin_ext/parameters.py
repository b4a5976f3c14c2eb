"""Parameters in the URL of a list that are no lookups, beside Django's own."""

from collections.abc import Mapping
from typing import Any

# Where a page begins; a value of the sort column to begin at; "exact": count all.
AT, FROM, COUNT = "_at", "_from", "_count"

# "sort": do it though no index serves it. Links of the list keep it.
ANYWAY = "_anyway"

# The documents with one problem that data health found.
DRIFT = "_drift"

# What is about one page of a list, and in no link to another.
OF_ONE_PAGE = frozenset({AT, FROM, COUNT})

NO_LOOKUPS = OF_ONE_PAGE | {ANYWAY, DRIFT}


def of_all_pages(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters without those of one page."""
    return {
        name: value for name, value in parameters.items() if name not in OF_ONE_PAGE
    }
