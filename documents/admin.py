"""The notes service in the admin.

A user can have many thousands of notes: whatever a person has is reached through
links to filtered lists, never loaded into the form. Its page counts them ("What points
here"); the columns of lists only link.
"""

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from admin_ext import DocumentAdmin, ReferenceStateFieldListFilter, reads

from .documents import Key, Note, Tag, User, Widget, first_line

MASK = "••••••••"
NEWEST = 10  # notes that a user's page shows

admin.site.site_header = _("Notes administration")
admin.site.site_title = _("Notes")
admin.site.index_title = _("Collections and accounts")


def list_link(document, text, **lookups):
    """Return a link to a Document's list, filtered by the lookups."""
    name = f"{document._meta.app_label}_{document._meta.model_name}"
    url = reverse(f"admin:{name}_changelist", query=lookups)
    return format_html('<a href="{}">{}</a>', url, text)


def change_link(document):
    """Return a link to a document's page."""
    name = f"{document._meta.app_label}_{document._meta.model_name}"
    url = reverse(f"admin:{name}_change", args=[quote(document.pk)])
    return format_html('<a href="{}">{}</a>', url, document)


def mask(value):
    """Return dots for a secret that is there, whatever its length, and None if not."""
    return MASK if value else None


class SecretMixin:
    """Refuses filters on `secret_field`, by which it could be guessed letter by letter.

    As Django's UserAdmin does for its password.
    """

    secret_field = ""

    def lookup_allowed(self, lookup, value, request):
        if lookup.split("__")[0] == self.secret_field:
            return False
        return super().lookup_allowed(lookup, value, request)


class RelatedListsMixin:
    """Hides what shows other Documents from people who may not view those.

    `related` is {column or read-only field: Document}.
    """

    related = {}

    def get_list_display(self, request):
        return self.without_forbidden(request, super().get_list_display(request))

    def get_fieldsets(self, request, obj=None):
        fieldsets = []
        for title, options in super().get_fieldsets(request, obj):
            names = self.without_forbidden(request, options["fields"])
            # Nothing refers to a document that is only being added.
            names = [name for name in names if obj or name not in self.related]
            if names:
                fieldsets.append((title, {**options, "fields": names}))
        return fieldsets

    def without_forbidden(self, request, names):
        """Return the names but those of Documents that the person may not view."""
        return [name for name in names if self.may_see(request, name)]

    def may_see(self, request, name):
        """Return whether the person may view what the column `name` shows."""
        if name not in self.related:
            return True
        other = self.admin_site.get_model_admin(self.related[name])
        return other.has_view_or_change_permission(request)


@admin.register(User)
class UserAdmin(SecretMixin, RelatedListsMixin, DocumentAdmin):
    secret_field = "hashed_password"
    list_display = ("name", "email", "password", "notes")
    list_display_links = ("name",)
    ordering = ("username",)
    search_fields = ("username", "email")
    search_help_text = _("Search by user name or e-mail address.")
    readonly_fields = ("password", "newest")
    fieldsets = (
        (None, {"fields": ("username", "email", "password")}),
        (_("Notes"), {"fields": ("newest",)}),
    )
    related = {"newest": Note, "notes": Note}

    @admin.display(description=_("username"), ordering="username")
    @reads("__str__")
    def name(self, user):
        return str(user)

    @admin.display(description=_("password"), empty_value=_("none"))
    @reads("hashed_password")
    def password(self, user):
        return mask(user.hashed_password)

    def may_see(self, request, name):
        """Leave the newest notes out for who may not know whose, or when, they are."""
        if name != "newest" or not super().may_see(request, name):
            return super().may_see(request, name)
        notes = self.admin_site.get_model_admin(Note)
        return all(notes.lookup_allowed(f, "", request) for f in ("user", "start"))

    def get_object(self, request, object_id, from_field=None):
        """Let the page of a user know which notes the person may see."""
        user = super().get_object(request, object_id, from_field)
        if user is not None:
            user.seen_notes = self.admin_site.get_model_admin(Note).get_queryset(
                request
            )
        return user

    @admin.display(description=_("newest"), empty_value=_("none"))
    def newest(self, user):
        notes = user.seen_notes.filter(user=user.pk).order_by("-start").limit(NEWEST)
        rows = ((change_link(note), note.date or "") for note in notes)
        return format_html_join("", "<div>{} {}</div>", rows) or None

    @admin.display(description=_("notes"))
    @reads()
    def notes(self, user):
        return list_link(Note, _("all notes"), user__id__exact=user.pk)


@admin.register(Note)
class NoteAdmin(DocumentAdmin):
    list_display = ("title", "type", "user", "start", "tags")
    list_filter = (
        *("type", "checked", "archived", "start"),
        ("user", ReferenceStateFieldListFilter),
        ("parent", ReferenceStateFieldListFilter),
    )
    date_hierarchy = "start"
    ordering = ("-start",)
    list_per_page = 50
    search_fields = ("body", "user__username")
    search_help_text = _("Search in the text, or by the owner's user name.")
    autocomplete_fields = ("user", "parent", "prev", "tags")
    fieldsets = (
        (None, {"fields": ("body", "type", "tags")}),
        (_("When"), {"fields": ("start", "date", "checked", "archived")}),
        (_("Where it belongs"), {"fields": ("user", "parent", "prev")}),
        (_("Sharing"), {"fields": ("share_settings",), "classes": ("collapse",)}),
    )

    class Media:
        css = {"all": ["documents/css/notes.css"]}

    @admin.display(description=_("note"), empty_value=_("(no text)"))
    @reads("body", whole=False)
    def title(self, note):
        return first_line(note.body, 80) or None


@admin.register(Tag)
class TagAdmin(RelatedListsMixin, DocumentAdmin):
    related = {"notes": Note}
    list_display = ("label", "user", "notes")
    list_display_links = ("label",)
    ordering = ("name",)
    search_fields = ("name", "user__username")
    autocomplete_fields = ("user",)

    @admin.display(description=_("name"), ordering="name")
    @reads("__str__")
    def label(self, tag):
        return str(tag)

    @admin.display(description=_("notes"))
    @reads()
    def notes(self, tag):
        return list_link(Note, _("notes"), tags__id__exact=tag.pk)


@admin.register(Widget)
class WidgetAdmin(DocumentAdmin):
    list_display = ("label", "user", "checkboxes", "shows")
    list_display_links = ("label",)
    list_filter = ("checkboxes",)
    ordering = ("name",)
    search_fields = ("name", "user__username")
    autocomplete_fields = ("user",)

    @admin.display(description=_("name"), ordering="name")
    @reads("__str__")
    def label(self, widget):
        return str(widget)

    @admin.display(description=_("filter"))
    @reads("filter")
    def shows(self, widget):
        return widget.filter


@admin.register(Key)
class KeyAdmin(SecretMixin, DocumentAdmin):
    """Keys can be looked at and revoked. Only the service can make one."""

    secret_field = "key"

    list_display = ("label", "user", "secret")
    search_fields = ("user__username",)
    readonly_fields = ("secret",)
    fields = ("user", "secret")

    @admin.display(description=_("API key"), ordering="id")
    @reads("__str__")
    def label(self, key):
        return str(key)

    @admin.display(description=_("secret"), empty_value=_("none"))
    @reads("key")
    def secret(self, key):
        return mask(key.key)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False
