"""The SQL tables of this package; nothing of them is in MongoDB."""

from .history.models import Change
from .policies.models import FieldLimit, GroupLimit

__all__ = ["Change", "FieldLimit", "GroupLimit"]
