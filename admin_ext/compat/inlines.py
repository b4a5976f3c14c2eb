"""By which field the rows of an inline refer to the document of the page."""

from typing import Any

from django.forms.models import _get_foreign_key


def reference_to_parent(inline: Any) -> str:
    """Return the name of the field that Django takes when it makes the formset.

    It tells it of formsets only, and to make one takes the permissions of the inline,
    which may depend on the field.
    """
    return _get_foreign_key(inline.parent_model, inline.model, inline.fk_name).name
