"""The same two sites under Django's ModelAdmin, with list_select_related."""

from django.contrib import admin
from django.urls import path
from django.utils.translation import gettext_lazy as _

from tests.benchmarks.pages import lists

from .models import Note, Tag, User, first_line


class NoteAdmin(lists.Notes, admin.ModelAdmin):
    list_select_related = ("user",)
    autocomplete_fields = ("user", "parent", "prev", "tags")
    search_help_text = _("Search in the text, or by the owner's user name.")
    fieldsets = (
        (None, {"fields": ("body", "type", "tags")}),
        (_("When"), {"fields": ("start", "date", "checked", "archived")}),
        (_("Where it belongs"), {"fields": ("user", "parent", "prev")}),
        (_("Sharing"), {"fields": ("shared",), "classes": ("collapse",)}),
    )

    @admin.display(description=_("note"), empty_value=_("(no text)"))
    def title(self, note):
        return first_line(note.body, 80) or None


class RichNoteAdmin(lists.RichNotes, NoteAdmin):
    """The same with what costs more."""


class UserAdmin(lists.Users, admin.ModelAdmin):
    pass


class TagAdmin(admin.ModelAdmin):
    ordering = ("name",)
    search_fields = ("name",)


def site(name, note_admin):
    """Return a site of the notes service."""
    made = admin.AdminSite(name=name)
    made.register(Note, note_admin)
    made.register(User, UserAdmin)
    made.register(Tag, TagAdmin)
    return made


urlpatterns = [
    path("admin/", site("admin", NoteAdmin).urls),
    path("rich/", site("rich", RichNoteAdmin).urls),
]
