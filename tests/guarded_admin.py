"""Admins of the hospital; they show what a limit may hide in every way they can."""

from django.contrib import admin

from admin_ext import DocumentAdmin, DocumentTabularInline, EmbeddedTabularInline

from .guarded_documents import Stay, Visit


class VisitInline(EmbeddedTabularInline):
    model = Visit
    field_name = "visits"
    extra = 1


class StayInline(DocumentTabularInline):
    model = Stay
    extra = 1
    show_change_link = True


class PatientAdmin(DocumentAdmin):
    list_display = (
        *("name", "note", "phone", "kind", "born", "home", "home__street", "past"),
        *("facts", "ward", "ward__code", "friend", "friends", "seal", "scan", "told"),
    )
    list_editable = ("phone",)
    list_filter = (
        *("note", "phone", "kind", "born", "ward", "ward__code", "friend", "friends"),
        *(
            "home__street",
            "visits__finding",
            ("friend", admin.RelatedOnlyFieldListFilter),
        ),
        ("note", admin.EmptyFieldListFilter),
    )
    search_fields = (
        *("name", "note", "phone", "ward__code", "visits__finding", "friend__note"),
    )
    date_hierarchy = "born"
    ordering = ("note", "name")
    autocomplete_fields = ("friend", "friends")
    raw_id_fields = ("ward",)
    readonly_fields = ("told",)
    inlines = (VisitInline, StayInline)
    save_as = True

    @admin.display(description="told", ordering="note")
    def told(self, patient):
        return f"{patient.note} {patient.ward} {patient.friend}"


class StayAdmin(DocumentAdmin):
    list_display = ("day", "patient", "patient__note", "bill")
    list_filter = ("patient", "patient__note", "patient__ward__code", "bill")
    search_fields = ("bill", "patient__note", "patient__ward__code")
    list_pages = "keyset"
    list_per_page = 1


class WardAdmin(DocumentAdmin):
    list_display = ("name", "floor", "code")
    list_filter = ("floor", "code")
    search_fields = ("name", "code")
    list_pages = "keyset"
    list_per_page = 1
