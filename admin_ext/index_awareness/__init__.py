"""What a list says before it reads all of a large collection: to sort, or to search."""

from .changelist import AwareChangeList
from .sorting import is_served, sort_of

__all__ = ["AwareChangeList", "is_served", "sort_of"]
