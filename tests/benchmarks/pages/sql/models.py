"""What the Documents of documents.documents would be in SQL, with their indexes.

Names and help texts are translated, as theirs are.
"""

from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

NOTE_TYPES = (
    ("note", _("note")),
    ("task", _("task")),
    ("task_complete", _("completed task")),
    ("event", _("event")),
)


def first_line(text, length=60):
    """Return the first line, as documents.documents does, which SQL has no need of."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    is_plain = len(line) <= length and line.isascii()
    return line if is_plain else Truncator(line).chars(length)


class User(models.Model):
    username = models.CharField(
        max_length=100,
        unique=True,
        help_text=_("The name with which this person signs in."),
    )
    email = models.EmailField(_("e-mail address"), blank=True, db_index=True)

    class Meta:
        ordering = ["username"]
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self):
        return first_line(self.username) or first_line(self.email) or str(self.pk)


class Tag(models.Model):
    user = models.ForeignKey(User, models.CASCADE, verbose_name=_("owner"))
    name = models.CharField(max_length=100, db_index=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self):
        return first_line(self.name) or str(self.pk)


class Note(models.Model):
    # Its index is the one of user and start, as on MongoDB.
    user = models.ForeignKey(
        User,
        models.CASCADE,
        verbose_name=_("owner"),
        blank=True,
        null=True,
        db_index=False,
    )
    body = models.TextField(_("text"), blank=True)
    type = models.CharField(max_length=20, choices=NOTE_TYPES, blank=True)
    start = models.DateTimeField(
        blank=True,
        null=True,
        help_text=_("When the event begins or the task is due."),
    )
    date = models.CharField(
        _("day"),
        max_length=10,
        blank=True,
        help_text=_("The page of the diary, as 2024-05-17."),
    )
    parent = models.ForeignKey(
        "self",
        models.SET_NULL,
        verbose_name=_("parent note"),
        related_name="+",
        blank=True,
        null=True,
    )
    prev = models.ForeignKey(
        "self",
        models.SET_NULL,
        verbose_name=_("previous note"),
        related_name="+",
        blank=True,
        null=True,
    )
    archived = models.BooleanField(default=False)
    checked = models.BooleanField(_("ticked off"), default=False)
    tags = models.ManyToManyField(Tag, blank=True)
    shared = models.BooleanField(
        _("anyone can view"),
        default=False,
        help_text=_("Everyone who has the link can read the note."),
    )

    class Meta:
        ordering = ["-start"]
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [
            models.Index(fields=["user", "-start"], name="note_user_start"),
            models.Index(fields=["type", "-start"], name="note_type_start"),
            models.Index(fields=["-start"], name="note_start"),
        ]

    def __str__(self):
        return first_line(self.body) or str(self.pk)
