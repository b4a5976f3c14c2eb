"""What MongoDB's planner would do for a query, and which index would spare it that."""

from .advice import compared, wanted_index
from .answers import UNKNOWN, Plan
from .asking import LARGE, find_command, forget, is_large, plan_for, would_scan

__all__ = [
    "LARGE",
    "UNKNOWN",
    "Plan",
    "compared",
    "find_command",
    "forget",
    "is_large",
    "plan_for",
    "wanted_index",
    "would_scan",
]
