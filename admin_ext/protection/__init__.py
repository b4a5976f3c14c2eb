"""What keeps from the irreversible click: read-only sites, typed confirmations."""

from .admins import protect
from .confirmation import ProtectionMixin
from .read_only import is_read_only

__all__ = ["ProtectionMixin", "is_read_only", "protect"]
