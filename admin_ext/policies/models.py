"""What a group may see and edit of a Document, beside Django's four permissions."""

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from .access import Access


class GroupLimit(models.Model):
    """Of a Document, which documents the permissions of a group are for.

    ``document``: the label of its class in lower case. ``rows``: {Django lookup path:
    value}, all of which hold, as in {"user__country": "SE"}; {} for all documents.
    """

    group = models.ForeignKey(
        Group, models.CASCADE, related_name="document_limits", verbose_name=_("group")
    )
    document = models.CharField(_("kind of document"), max_length=255)
    rows = models.JSONField(
        _("only documents with"),
        default=dict,
        blank=True,
        help_text=_('Lookups and values, as in {"user__country": "SE"}.'),
    )

    class Meta:
        app_label = "admin_ext"
        verbose_name = _("limit of a group")
        verbose_name_plural = _("limits of groups")
        constraints = (
            models.UniqueConstraint(
                fields=("group", "document"), name="admin_ext_limit_of_group"
            ),
        )

    def __str__(self):
        return f"{self.group}: {self.document}"


class FieldLimit(models.Model):
    """How far the permissions of a group go for one field.

    ``path``: names of fields with double underscores, or "*" for every field that has
    no row of its own.
    """

    limit = models.ForeignKey(
        GroupLimit, models.CASCADE, related_name="fields", verbose_name=_("limit")
    )
    path = models.CharField(_("field"), max_length=255)
    access = models.PositiveSmallIntegerField(_("access"), choices=Access.choices)

    class Meta:
        app_label = "admin_ext"
        verbose_name = _("limit of a field")
        verbose_name_plural = _("limits of fields")
        constraints = (
            models.UniqueConstraint(
                fields=("limit", "path"), name="admin_ext_limit_of_field"
            ),
        )

    def __str__(self):
        return f"{self.path}: {self.get_access_display()}"
