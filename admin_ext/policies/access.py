"""How much of a field a person may have."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Access(models.IntegerChoices):
    """From nothing to all; each has what those before it have."""

    HIDDEN = 0, _("Hidden")
    MASKED = 1, _("Masked")
    VIEW = 2, _("View")
    EDIT = 3, _("Edit")


# Stands in the place of a masked value, of one that is missing too.
MASK = "\N{BULLET}" * 4

# The path that stands for every field without a rule of its own.
REST = "*"
