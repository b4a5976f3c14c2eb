"""The table of changes: one row for each document that a person changed.

Nothing of it is in MongoDB. A row is written, and committed, before MongoDB is asked to
write, so that no change is without one; see ``recording``.
"""

import json

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ExactJSONField(models.TextField):
    """JSON as the text that it is: keys keep their order, and texts may hold NUL.

    Postgres keeps neither in its own type for JSON.
    """

    def from_db_value(self, value, expression, connection):
        return None if value is None else json.loads(value)

    def to_python(self, value):
        return json.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value):
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def value_to_string(self, obj):
        return self.get_prep_value(self.value_from_object(obj))


class Change(models.Model):
    """What a person did to one document through the site, or what the site noticed.

    ``operation``: one for all that was changed by one click. ``document``: the label of
    its class, in lower case; ``object_id``: its key as text, as Django's log has it;
    ``place``: a digest of both, for the index. ``paths``: [{path: [step, …], before,
    after}], values in canonical Extended JSON, absent where nothing was stored, or
    {"$large": {"bytes": n, "sha256": hex}}. ``image``: of a deleted document all that
    was stored but secrets, as compressed BSON. ``digests``: {top-level key: digest of
    its value} of what was stored afterwards.
    """

    class Kind(models.TextChoices):
        ADD = "add", _("Added")
        CHANGE = "change", _("Changed")
        DELETE = "delete", _("Deleted")
        REVEAL = "reveal", _("Revealed")
        OUTSIDE = "outside", _("Changed outside")

    class State(models.TextChoices):
        INTENDED = "intended", _("Not known to be written")
        DONE = "done", _("Written")
        FAILED = "failed", _("Not written")

    operation = models.UUIDField(_("operation"), db_index=True)
    made_at = models.DateTimeField(_("date/time"), default=timezone.now, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("user"),
        related_name="+",
    )
    # Who it was, also when the account is gone.
    username = models.CharField(_("username"), max_length=255, blank=True)
    # From where; None where it is not known.
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    document = models.CharField(_("kind of document"), max_length=255)
    object_id = models.TextField(_("object id"))
    place = models.CharField(max_length=64)
    object_repr = models.CharField(_("object"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.INTENDED
    )
    # By which page: "form", "list", "inline", "raw", "delete", "undo", or an action.
    via = models.CharField(_("by"), max_length=100, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    paths = ExactJSONField(_("paths"), default=list)
    image = models.BinaryField(null=True)
    digests = models.JSONField(default=dict)
    undoes = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="undone_by"
    )

    class Meta:
        app_label = "admin_ext"
        verbose_name = _("change of a document")
        verbose_name_plural = _("changes of documents")
        ordering = ("-made_at", "-pk")
        # Recorded by the site, never added, changed or deleted by a person.
        default_permissions = ("view",)
        indexes = (
            models.Index(fields=("place", "-made_at"), name="admin_ext_change_place"),
            models.Index(
                fields=("document", "kind", "-made_at"), name="admin_ext_change_kind"
            ),
        )

    # What stands for the document to who looks at it; the name may tell too much.
    shown_name = ""

    def __str__(self):
        return f"{self.get_kind_display()}: {self.shown_name or self.object_id}"
