"""The collections of a note-taking service, as mongoengine Documents.

The service's own back end (a Node application) owns these collections. The
Documents only describe them for the admin and the shell: keys that are not
declared here are kept (`strict: False`), and no index is ever built from here.
"""

from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_mongoengine import (
    Document,
    DynamicEmbeddedDocument,
    EmbeddedDocument,
    fields,
)

from admin_ext import reads

from .indexes import INDEXES

NOTE_TYPES = (
    ("note", _("note")),
    ("task", _("task")),
    ("task_complete", _("completed task")),
    ("event", _("event")),
)


def describe(collection, **options):
    """Return the `meta` of a Document over a collection that the service owns."""
    return {
        "collection": collection,
        "strict": False,
        "auto_create_index": False,
        "indexes": INDEXES[collection],
        **options,
    }


def first_line(value, length=60):
    """Return the first line of `value` that holds text, at most `length` characters.

    The value may be anything that is stored in the text's place; None gives "".
    """
    text = "" if value is None else str(value)
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    is_plain = len(line) <= length and line.isascii()
    return line if is_plain else Truncator(line).chars(length)


def short_id(document):
    """Return the last six digits of the document's key, enough to tell rows apart."""
    return str(document.pk)[-6:]


class User(Document):
    username = fields.StringField(
        required=True,
        unique=True,
        max_length=100,
        help_text=_("The name with which this person signs in."),
    )
    email = fields.EmailField(verbose_name=_("e-mail address"))
    # Declared so that it is known to be a secret, and left out of every form.
    hashed_password = fields.StringField(
        db_field="hashedPassword", verbose_name=_("password"), editable=False
    )

    meta = describe(
        "users",
        ordering=["username"],
        verbose_name=_("user"),
        verbose_name_plural=_("users"),
    )

    def __str__(self):
        return first_line(self.username) or first_line(self.email) or short_id(self)


class Tag(Document):
    user = fields.ReferenceField(User, verbose_name=_("owner"))
    name = fields.StringField(required=True, max_length=100)

    meta = describe(
        "tags",
        ordering=["name"],
        verbose_name=_("tag"),
        verbose_name_plural=_("tags"),
    )

    def __str__(self):
        return first_line(self.name) or str(_("tag %(id)s") % {"id": short_id(self)})


class PublicShare(EmbeddedDocument):
    view = fields.BooleanField(
        verbose_name=_("anyone can view"),
        help_text=_("Everyone who has the link can read the note."),
    )

    meta = {"strict": False}

    def __str__(self):
        return str(_("anyone can view") if self.view else _("not shared"))


class ShareSettings(EmbeddedDocument):
    public = fields.EmbeddedDocumentField(PublicShare, verbose_name=_("public link"))

    meta = {"strict": False}

    def __str__(self):
        return str(self.public or _("not shared"))


class Note(Document):
    user = fields.ReferenceField(User, verbose_name=_("owner"))
    body = fields.StringField(verbose_name=_("text"))
    type = fields.StringField(choices=NOTE_TYPES)
    start = fields.DateTimeField(
        help_text=_("When the event begins or the task is due.")
    )
    date = fields.StringField(
        max_length=10,
        verbose_name=_("day"),
        help_text=_("The page of the diary, as 2024-05-17."),
    )
    parent = fields.ReferenceField("self", verbose_name=_("parent note"))
    prev = fields.ReferenceField("self", verbose_name=_("previous note"))
    archived = fields.BooleanField()
    checked = fields.BooleanField(verbose_name=_("ticked off"))
    tags = fields.ListField(fields.ReferenceField(Tag))
    share_settings = fields.EmbeddedDocumentField(
        ShareSettings, db_field="shareSettings", verbose_name=_("sharing")
    )

    meta = describe(
        "notes",
        ordering=["-start"],
        verbose_name=_("note"),
        verbose_name_plural=_("notes"),
    )

    @reads("body", whole=False)
    def __str__(self):
        return first_line(self.body) or str(_("note %(id)s") % {"id": short_id(self)})


class WidgetFilter(DynamicEmbeddedDocument):
    """What a widget shows: some tags, and whatever else the service filters by."""

    tags = fields.ListField(fields.ReferenceField(Tag))

    meta = {"strict": False}

    def __str__(self):
        """Return the number of tags, and the names of the other keys."""
        tags = self._data.get("tags")
        count = len(tags) if isinstance(tags, list) else 0
        text = ngettext("%(count)d tag", "%(count)d tags", count) % {"count": count}
        return ", ".join([text, *self._dynamic_fields])


class Widget(Document):
    user = fields.ReferenceField(User, verbose_name=_("owner"))
    name = fields.StringField(max_length=100)
    checkboxes = fields.BooleanField(verbose_name=_("show check boxes"))
    filter = fields.EmbeddedDocumentField(WidgetFilter)

    meta = describe(
        "widgets",
        ordering=["name"],
        verbose_name=_("widget"),
        verbose_name_plural=_("widgets"),
    )

    def __str__(self):
        return first_line(self.name) or str(_("widget %(id)s") % {"id": short_id(self)})


class Key(Document):
    user = fields.ReferenceField(User, verbose_name=_("owner"))
    # A credential: whoever reads it can act as the user.
    key = fields.StringField(editable=False)

    meta = describe(
        "keys", verbose_name=_("API key"), verbose_name_plural=_("API keys")
    )

    def __str__(self):
        return str(_("key %(id)s") % {"id": short_id(self)})
