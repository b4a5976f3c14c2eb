"""Two sites: /admin/, and /rich/ whose list has a date hierarchy and searches texts."""

from django.urls import path

from admin_ext.sites import AdminSite
from documents import admin
from documents.documents import Note, Tag, User
from tests.benchmarks.pages import lists


class NoteAdmin(lists.Notes, admin.NoteAdmin):
    """The shipped admin of notes; the list is the one that is measured."""


class RichNoteAdmin(lists.RichNotes, admin.NoteAdmin):
    """The same with what costs more."""


class UserAdmin(lists.Users, admin.UserAdmin):
    """The shipped admin of users, found by the beginning of the name."""


def site(name, note_admin):
    """Return a site of the notes service."""
    made = AdminSite(name=name)
    made.register(Note, note_admin)
    made.register(User, UserAdmin)
    made.register(Tag, admin.TagAdmin)
    return made


urlpatterns = [
    path("admin/", site("admin", NoteAdmin).urls),
    path("rich/", site("rich", RichNoteAdmin).urls),
]
