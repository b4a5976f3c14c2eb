"""The notes service in the admin.

A user can have many thousands of notes: whatever a person has is reached through
links to filtered lists, never loaded into the form.
"""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from admin_ext import DocumentAdmin

from .documents import Key, Note, Tag, User, Widget, first_line

MASK = "••••••••"

admin.site.site_header = _("Notes administration")
admin.site.site_title = _("Notes")
admin.site.index_title = _("Collections and accounts")


def list_url(document, **lookups):
    """Return the URL of a Document's list, filtered by the lookups."""
    name = f"{document._meta.app_label}_{document._meta.model_name}"
    return reverse(f"admin:{name}_changelist", query=lookups)


def list_link(document, text, **lookups):
    """Return a link to a Document's list, filtered by the lookups."""
    return format_html('<a href="{}">{}</a>', list_url(document, **lookups), text)


def mask(value):
    """Return dots for a secret that is there, whatever its length, and None if not."""
    return MASK if value else None


@admin.register(User)
class UserAdmin(DocumentAdmin):
    list_display = ("name", "email", "password", "notes")
    list_display_links = ("name",)
    ordering = ("username",)
    search_fields = ("username", "email")
    search_help_text = _("Search by user name or e-mail address.")
    readonly_fields = ("password", "belongings")
    fieldsets = (
        (None, {"fields": ("username", "email", "password")}),
        (_("What belongs to this user"), {"fields": ("belongings",)}),
    )

    @admin.display(description=_("username"), ordering="username")
    def name(self, user):
        return str(user)

    @admin.display(description=_("password"), empty_value=_("none"))
    def password(self, user):
        return mask(user.hashed_password)

    @admin.display(description=_("notes"))
    def notes(self, user):
        return list_link(Note, _("notes"), user__id__exact=user.pk)

    @admin.display(description=_("lists"))
    def belongings(self, user):
        links = (
            (list_link(document, text, user__id__exact=user.pk),)
            for document, text in (
                (Note, _("notes")),
                (Tag, _("tags")),
                (Widget, _("widgets")),
                (Key, _("API keys")),
            )
        )
        return format_html_join(" · ", "{}", links) if user.pk else None


@admin.register(Note)
class NoteAdmin(DocumentAdmin):
    list_display = ("title", "type", "user", "start", "tags", "checked", "archived")
    list_filter = ("type", "checked", "archived", "start")
    date_hierarchy = "start"
    ordering = ("-start",)
    list_per_page = 50
    search_fields = ("body", "user__username")
    search_help_text = _("Search in the text, or by the owner's user name.")
    autocomplete_fields = ("user", "parent", "prev", "tags")
    readonly_fields = ("replies",)
    fieldsets = (
        (None, {"fields": ("body", "type", "tags")}),
        (_("When"), {"fields": ("start", "date", "checked", "archived")}),
        (_("Where it belongs"), {"fields": ("user", "parent", "prev", "replies")}),
        (_("Sharing"), {"fields": ("share_settings",), "classes": ("collapse",)}),
    )

    @admin.display(description=_("note"), empty_value=_("(no text)"))
    def title(self, note):
        return first_line(note.body, 80) or None

    @admin.display(description=_("notes below"))
    def replies(self, note):
        if not note.pk:
            return None
        return list_link(Note, _("notes below this one"), parent__id__exact=note.pk)


@admin.register(Tag)
class TagAdmin(DocumentAdmin):
    list_display = ("label", "user", "notes")
    list_display_links = ("label",)
    ordering = ("name",)
    search_fields = ("name", "user__username")
    autocomplete_fields = ("user",)

    @admin.display(description=_("name"), ordering="name")
    def label(self, tag):
        return str(tag)

    @admin.display(description=_("notes"))
    def notes(self, tag):
        return list_link(Note, _("notes"), tags__id__exact=tag.pk)


@admin.register(Widget)
class WidgetAdmin(DocumentAdmin):
    list_display = ("label", "user", "checkboxes", "filter")
    list_display_links = ("label",)
    list_filter = ("checkboxes",)
    ordering = ("name",)
    search_fields = ("name", "user__username")
    autocomplete_fields = ("user",)

    @admin.display(description=_("name"), ordering="name")
    def label(self, widget):
        return str(widget)


@admin.register(Key)
class KeyAdmin(DocumentAdmin):
    """Keys can be looked at and revoked. Only the service can make one."""

    list_display = ("label", "user", "secret")
    search_fields = ("user__username",)
    autocomplete_fields = ("user",)
    readonly_fields = ("secret",)
    fields = ("user", "secret")

    @admin.display(description=_("API key"), ordering="id")
    def label(self, key):
        return str(key)

    @admin.display(description=_("secret"), empty_value=_("none"))
    def secret(self, key):
        return mask(key.key)

    def has_add_permission(self, request):
        return False
