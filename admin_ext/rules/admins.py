"""The limits of groups in the admin: beside the group, and with their fields alone."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from mongoengine import Document

from admin_ext.hooks import replace_hook
from admin_ext.policies.models import FieldLimit, GroupLimit

from .forms import ACCESS, FieldLimitForm, GroupLimitForm
from .texts import document_text, lines_of, path_text


def documents_of(site: Any) -> dict[str, tuple[type, str]]:
    """Return {label in lower case: (Document, its name)} of what a site has."""
    return {
        model._meta.label_lower: (model, document_text(model))
        for model in site._registry
        if issubclass(model, Document)
    }


class OfGroups:
    """Who may see and change groups may see and change their limits."""

    def has_view_permission(self, request, obj=None):
        may_view = request.user.has_perm("auth.view_group")
        return may_view or self._may_change(request)

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_add_permission(self, request, obj=None):
        return self._may_change(request)

    def has_change_permission(self, request, obj=None):
        return self._may_change(request)

    def has_delete_permission(self, request, obj=None):
        return self._may_change(request)

    def _may_change(self, request):
        return request.user.has_perm("auth.change_group")


class LimitOptions(OfGroups):
    """What shows limits of groups, wherever it is."""

    form = GroupLimitForm

    def _documents(self):
        return documents_of(self.admin_site)

    @property
    def _form(self):
        """The form, with the Documents of the site."""
        attributes = {"documents": self._documents()}
        return type("GroupLimitForm", (self.form,), attributes)

    @admin.display(description=_("fields"), empty_value="")
    def fields_in_words(self, limit: Any) -> SafeString | str:
        """Return what is said of fields, one a line."""
        if limit.pk is None:
            return ""
        document, _name = self._documents().get(limit.document.lower(), (None, ""))
        words = dict(ACCESS)
        found = (
            (path_text(document, each.path), words[each.access])
            for each in limit.fields.all()
        )
        return format_html_join("", "<div>{}: {}</div>", found)


class GroupLimitInline(LimitOptions, admin.TabularInline):
    """The limits of a group, on its own page."""

    model = GroupLimit
    classes = ("admin-ext",)
    fields = ("document", "rows", "fields_in_words")
    readonly_fields = ("fields_in_words",)
    extra = 1
    show_change_link = True
    verbose_name = _("limit")
    verbose_name_plural = _("Limits of what the permissions are for")

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, **{"form": self._form} | kwargs)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("fields")


class GroupLimitsMixin:
    """Mixed into a project's own admin of groups: their limits on the same page."""

    def get_inlines(self, request, obj):
        return [*super().get_inlines(request, obj), GroupLimitInline]


def with_limits(group_admin: Any) -> None:
    """Have a registered admin of groups show their limits, as the mixin would."""

    def inlines(admin, own, *args, **kwargs):
        return [*own(*args, **kwargs), GroupLimitInline]

    replace_hook(group_admin, "get_inlines", inlines)


class FieldLimitInline(OfGroups, admin.TabularInline):
    """What is said of the fields of the Document."""

    model = FieldLimit
    form = FieldLimitForm
    extra = 3
    classes = ("admin-ext", "limits-of-fields")
    verbose_name_plural = _("Fields")

    def get_formset(self, request, obj=None, **kwargs):
        label = obj.document.lower() if obj else ""
        document, _name = documents_of(self.admin_site).get(label, (None, ""))
        form = type("FieldLimitForm", (self.form,), {"limited": document})
        return super().get_formset(request, obj, **{"form": form} | kwargs)


class GroupLimitAdmin(LimitOptions, admin.ModelAdmin):
    """The limits of all groups; the fields are asked when the Document is known."""

    list_display = ("group", "document_in_words", "rows_in_words", "fields_in_words")
    list_display_links = ("group", "document_in_words")
    list_filter = ("group",)
    list_select_related = ("group",)
    fields = ("group", "document", "rows")
    search_fields = ("group__name", "document")

    class Media:
        css = {"all": ["admin_ext/css/documents.css"]}

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change, **{"form": self._form} | kwargs)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("fields")

    def get_inlines(self, request, obj):
        return [FieldLimitInline] if obj else []

    def response_add(self, request, obj, post_url_continue=None):
        """Go on to the fields, as Django's UserAdmin goes on after the password."""
        if "_addanother" not in request.POST and IS_POPUP_VAR not in request.POST:
            request.POST = request.POST.copy()
            request.POST["_continue"] = "1"
        return super().response_add(request, obj, post_url_continue)

    @admin.display(description=_("kind of document"), ordering="document")
    def document_in_words(self, limit):
        _document, name = self._documents().get(limit.document.lower(), (None, ""))
        gone = _("%(label)s (there is no such Document)") % {"label": limit.document}
        return name or gone

    @admin.display(description=_("only documents with"), empty_value=_("all"))
    def rows_in_words(self, limit):
        return lines_of(limit.rows) or None
