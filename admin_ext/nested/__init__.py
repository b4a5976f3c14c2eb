"""Form fields that hold forms: embedded documents and lists, to any depth.

Django's form field cleans a value; these hand the job to a form (or a formset) of
their own that lives in the bound field and is drawn inside its parent's row. The
form class comes from the parent (``DocumentForm.get_embedded_form_class``), so that
the admin's widgets and hooks apply inside as they do outside.
"""

from .base import is_nested
from .embedded import EmbeddedFormField
from .lists import ListFormField
from .rows import PageRows, members_of

__all__ = [
    "EmbeddedFormField",
    "ListFormField",
    "PageRows",
    "is_nested",
    "members_of",
]
