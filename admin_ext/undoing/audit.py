"""All changes of the site, to be looked at by those who may."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from admin_ext.meta import document_for_label

from .access import Subject, changes_for
from .entries import Entry, entries_of


class DocumentListFilter(admin.SimpleListFilter):
    """By kind of document, of those that the person may look at."""

    title = _("kind of document")
    parameter_name = "document"

    def lookups(self, request, model_admin):
        found = model_admin.get_queryset(request).order_by("document")
        labels = found.values_list("document", flat=True).distinct()
        return [(label, name_of_label(label)) for label in labels]

    def queryset(self, request, queryset):
        return queryset.filter(document=self.value()) if self.value() else queryset


def name_of_label(label: str) -> str:
    """Return what documents with a label are called; the label where nobody knows."""
    document = document_for_label(*label.partition(".")[::2])
    return label if document is None else str(capfirst(document._meta.verbose_name))


# What a URL may ask for: whatever else a change has may tell withheld values.
ASKED = frozenset(("user", "made_at", "kind", "document", "state"))


class AuditChangeList(ChangeList):
    """Tells each row who looks at it."""

    def get_results(self, request):
        super().get_results(request)
        for each in self.result_list:
            each.subject = Subject(each, request, self.model_admin.admin_site)
            each.subject.settle()


class ChangeAdmin(admin.ModelAdmin):
    """Every recorded change, read-only; obeys what the person may see of documents."""

    list_display = (
        *("made_at", "person", "address", "kind", "kind_of_document", "object_name"),
        *("way", "state"),
    )
    list_filter = (
        ("user", admin.RelatedOnlyFieldListFilter),
        *("made_at", "kind", DocumentListFilter, "state"),
    )
    list_per_page = 50
    list_select_related = ("user",)
    date_hierarchy = "made_at"
    search_fields = ("=object_id",)
    search_help_text = _("The whole key of a document")
    actions = None
    fields = readonly_fields = (
        *("made_at", "person", "kind", "kind_of_document", "object_name", "way"),
        *("state", "reason_given", "undoing", "values"),
    )

    class Media:
        css = {"all": ("admin_ext/css/documents.css",)}

    def get_queryset(self, request):
        found = super().get_queryset(request).defer("image")
        return found & changes_for(request, self.admin_site)

    def get_changelist(self, request, **kwargs):
        return AuditChangeList

    def get_object(self, request, object_id, from_field=None):
        obj = super().get_object(request, object_id, from_field)
        if obj is None:
            return None
        obj.subject = Subject(obj, request, self.admin_site)
        obj.subject.settle()
        if not obj.subject.may_view:
            return None
        obj.shown_name = obj.subject.name
        return obj

    def lookup_allowed(self, lookup, value, request=None):
        """Refuse what Django allows of any field: the values of changes, and names."""
        is_asked = lookup.partition("__")[0] in ASKED
        return is_asked and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("person"), ordering="username")
    def person(self, change):
        return change.username

    @admin.display(description=_("kind of document"), ordering="document")
    def kind_of_document(self, change):
        return name_of_label(change.document)

    @admin.display(description=_("object"))
    def object_name(self, change):
        return change.subject.name

    @admin.display(description=_("by way of"), ordering="via")
    def way(self, change):
        return Entry(change.subject).way

    @admin.display(description=_("reason"))
    def reason_given(self, change):
        return Entry(change.subject).reason

    @admin.display(description=_("undoing"))
    def undoing(self, change):
        """Return whether it was undone, and where it can be."""
        request, site = change.subject.request, self.admin_site
        (entry,) = entries_of([change.subject], request, site)
        context = {"entry": entry}
        return render_to_string("admin_ext/change_tools.html", context)

    @admin.display(description=_("values"))
    def values(self, change):
        """Return what differs, as far as the person may see it, and the history."""
        subject: Any = change.subject
        entry = Entry(subject)
        if entry.revealed:
            return ", ".join(entry.revealed)
        html = render_to_string(
            "admin_ext/differences.html",
            {
                "lines": entry.differences,
                "before_title": _("Before"),
                "after_title": _("After"),
            },
        )
        if subject.obj is None:
            return html
        link = '{}<p><a href="{}">{}</a></p>'
        return format_html(link, html, subject.history_url, _("History"))
