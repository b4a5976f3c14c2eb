"""What the Documents of documents.documents would be in SQL, with their indexes."""

from django.db import models
from django.utils.text import Truncator

NOTE_TYPES = (
    ("note", "note"),
    ("task", "task"),
    ("task_complete", "completed task"),
    ("event", "event"),
)


def first_line(text, length=60):
    """Return the first line, as documents.documents does, which SQL has no need of."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    is_plain = len(line) <= length and line.isascii()
    return line if is_plain else Truncator(line).chars(length)


class User(models.Model):
    username = models.CharField(max_length=100, unique=True)
    email = models.EmailField("e-mail address", blank=True, db_index=True)

    class Meta:
        ordering = ["username"]

    def __str__(self):
        return first_line(self.username) or first_line(self.email) or str(self.pk)


class Tag(models.Model):
    user = models.ForeignKey(User, models.CASCADE, verbose_name="owner")
    name = models.CharField(max_length=100, db_index=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return first_line(self.name) or str(self.pk)


class Note(models.Model):
    # Its index is the one of user and start, as on MongoDB.
    user = models.ForeignKey(
        User,
        models.CASCADE,
        verbose_name="owner",
        blank=True,
        null=True,
        db_index=False,
    )
    body = models.TextField("text", blank=True)
    type = models.CharField(max_length=20, choices=NOTE_TYPES, blank=True)
    start = models.DateTimeField(
        blank=True,
        null=True,
        help_text="When the event begins or the task is due.",
    )
    date = models.CharField(
        "day",
        max_length=10,
        blank=True,
        help_text="The page of the diary, as 2024-05-17.",
    )
    parent = models.ForeignKey(
        "self", models.SET_NULL, related_name="+", blank=True, null=True
    )
    prev = models.ForeignKey(
        "self", models.SET_NULL, related_name="+", blank=True, null=True
    )
    archived = models.BooleanField(default=False)
    checked = models.BooleanField("ticked off", default=False)
    tags = models.ManyToManyField(Tag, blank=True)
    shared = models.BooleanField("anyone can view", default=False)

    class Meta:
        ordering = ["-start"]
        indexes = [
            models.Index(fields=["user", "-start"], name="note_user_start"),
            models.Index(fields=["type", "-start"], name="note_type_start"),
            models.Index(fields=["-start"], name="note_start"),
        ]

    def __str__(self):
        return first_line(self.body) or str(self.pk)
