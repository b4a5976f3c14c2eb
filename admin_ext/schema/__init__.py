"""The schema page of DocumentAdmin: what is stored, beside what is declared.

Read from a sample, within a time limit, and only from what the person may see.
"""

from .views import SchemaMixin

__all__ = ["SchemaMixin"]
