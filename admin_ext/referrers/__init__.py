"""What refers to a document: counted on its page, and listed."""

from .access import Referrer, label_of, labels_to, referrers_of
from .dangling import MAX_KEYS, Dangling, LeftDangling
from .options import ReferrersMixin
from .parameter import PARAMETER, PointsTo

__all__ = [
    "MAX_KEYS",
    "PARAMETER",
    "Dangling",
    "LeftDangling",
    "PointsTo",
    "Referrer",
    "ReferrersMixin",
    "label_of",
    "labels_to",
    "referrers_of",
]
