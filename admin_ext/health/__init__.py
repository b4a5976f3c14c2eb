"""Data health: pages that tell where the data of the Documents drifts.

Read from a sample, within a time limit, and only from what the person may see.
"""

from .options import HealthMixin
from .site import DataHealthMixin

__all__ = ["DataHealthMixin", "HealthMixin"]
