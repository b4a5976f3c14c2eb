"""Formsets of Documents: the changelist's, referencing inlines, embedded inlines."""

from .documents import (
    DocumentFormSet,
    DocumentInlineFormSet,
    DocumentListFormSet,
    refuse_protected_deletion,
)
from .embedded import EmbeddedFormSet, row_form_class

__all__ = [
    "DocumentFormSet",
    "DocumentInlineFormSet",
    "DocumentListFormSet",
    "EmbeddedFormSet",
    "refuse_protected_deletion",
    "row_form_class",
]
