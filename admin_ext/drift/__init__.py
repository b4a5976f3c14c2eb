"""Drift: where what is stored differs from what a Document declares.

``places`` are what a Document says of every path; ``examining`` compares a stored
document with them, in Python, and ``conditions`` finds the same documents in MongoDB.
"""

from .changelist import DriftMixin
from .parameter import DriftedTo
from .places import Place, root_place
from .problems import Finding, Problem

__all__ = [
    "DriftMixin",
    "DriftedTo",
    "Finding",
    "Place",
    "Problem",
    "root_place",
]
