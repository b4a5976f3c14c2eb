"""Autocomplete of references: Django's view, and the search of large collections."""

from .view import DocumentAutocompleteView, source_for

__all__ = ["DocumentAutocompleteView", "source_for"]
