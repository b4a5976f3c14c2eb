"""What refers to a document: counted on its page, and listed."""

from .access import Referrer, label_of, labels_to, referrers_of
from .options import ReferrersMixin
from .parameter import PARAMETER, PointsTo

__all__ = [
    "PARAMETER",
    "PointsTo",
    "Referrer",
    "ReferrersMixin",
    "label_of",
    "labels_to",
    "referrers_of",
]
