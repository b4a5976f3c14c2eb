"""What a person changed: stored values compared, merged, guarded and sent.

The engine behind every writer, on BSON values alone; it knows no form and no
Document. For each path of a page it is told three values: the one that the page
showed (base), the one that the person wants, and the one that is stored now.

- ``base``: what a page showed travels with it, signed.
- ``merge``: base, wanted and stored value → what to store, or a conflict.
- ``rows``: which member of a list is which after somebody else changed it.
- ``diff``: what is sent to MongoDB, the changed paths only.
- ``guard``: the condition that these paths are still what they were.
"""

from .base import ANY_KEY, BadBase, Base, choice_name
from .diff import Change, differences, update_for
from .guard import guard_for
from .merge import Choice, Conflict, merged, merged_tree
from .rows import Identity, New, align, arranged, identity_of, merged_values
from .values import MISSING, digest, identical, like

__all__ = [
    "ANY_KEY",
    "MISSING",
    "BadBase",
    "Base",
    "Change",
    "Choice",
    "Conflict",
    "Identity",
    "New",
    "align",
    "arranged",
    "choice_name",
    "differences",
    "digest",
    "guard_for",
    "identical",
    "identity_of",
    "like",
    "merged",
    "merged_tree",
    "merged_values",
    "update_for",
]
