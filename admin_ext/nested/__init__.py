"""Form fields that hold forms: embedded documents, lists and maps, to any depth.

Django's form field cleans a value; these hand the job to a form (or a formset) of
their own that lives in the bound field and is drawn inside its parent's row. The
form class comes from the parent (``DocumentForm.get_embedded_form_class``), so that
the admin's widgets and hooks apply inside as they do outside.
"""

from .base import NOTHING_TO_COPY, SCRIPT, is_nested, untick_deletion
from .embedded import EmbeddedFormField
from .generic import GenericEmbeddedFormField
from .lists import PART_OF_ORIGINAL, ListFormField
from .maps import MapFormField
from .rows import Copy, PageRows, members_of
from .windows import NO_WINDOWS, Windows

__all__ = [
    "NOTHING_TO_COPY",
    "NO_WINDOWS",
    "PART_OF_ORIGINAL",
    "Copy",
    "SCRIPT",
    "EmbeddedFormField",
    "GenericEmbeddedFormField",
    "ListFormField",
    "MapFormField",
    "PageRows",
    "Windows",
    "is_nested",
    "members_of",
    "untick_deletion",
]
