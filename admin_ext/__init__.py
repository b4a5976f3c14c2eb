"""Django's admin for MongoDB: Documents as first-class citizens of the admin."""

from .declared import reads
from .filters import ReferenceStateFieldListFilter
from .options import (
    DocumentAdmin,
    DocumentStackedInline,
    DocumentTabularInline,
    EmbeddedStackedInline,
    EmbeddedTabularInline,
)

__all__ = [
    "DocumentAdmin",
    "DocumentStackedInline",
    "DocumentTabularInline",
    "EmbeddedStackedInline",
    "EmbeddedTabularInline",
    "ReferenceStateFieldListFilter",
    "reads",
]
