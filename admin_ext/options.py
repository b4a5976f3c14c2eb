"""DocumentAdmin and the inlines: Django's ModelAdmin over Documents.

Thin hooks; the work is in the modules that they call.
"""

from contextlib import suppress
from functools import partial, partialmethod

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import (
    InlineModelAdmin,
    ModelAdmin,
)
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms.models import modelform_defines_fields, modelformset_factory
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_safe
from mongoengine import errors

from . import result_counts, saving, undeclared
from .changelist import DocumentChangeList
from .checks import DocumentAdminChecks, DocumentInlineChecks, EmbeddedInlineChecks
from .choosing import ReferenceOptions, put_on_one_page
from .compat import AdapterDocumentAdmin
from .counting import ALL, MAX_COUNT
from .deletion import get_deleted_objects, get_protectors
from .downloads import file_view
from .fields import DateTimeField, ListField
from .files import FileUrls
from .filters import is_below
from .forms import DocumentForm, with_refused_saves
from .formsets import (
    DocumentInlineFormSet,
    DocumentListFormSet,
    EmbeddedFormSet,
    refuse_protected_deletion,
    row_form_class,
)
from .health import HealthMixin
from .history import logged_as
from .keys import Key
from .limits import limited, max_time, within
from .longforms import takes_long_forms
from .media import PageMedia
from .mentions import mentioned_by, mentions_of
from .meta import present
from .oddities import listing, oddities
from .pagination import NUMBERED, DocumentPaginator
from .policies import limited_queryset
from .protection import ProtectionMixin
from .querysets import admin_queryset
from .raw import RawViewMixin
from .references import put_on_pages
from .referrers import ReferrersMixin
from .replicas import ListReadsMixin
from .reveal import RevealMixin
from .schema import SchemaMixin
from .search import search
from .sent import SentMixin
from .undoing import HistoryMixin
from .widgets import MEDIA


class DocumentOptions(ReferenceOptions):
    """What DocumentAdmin and the inlines share."""

    form = DocumentForm

    # {path: "hidden", "masked", "view" or "edit"} for everybody, with double
    # underscores, "*" for all other fields; see policies.
    field_access: dict = {}

    def __init__(self, *args):
        super().__init__(*args)
        # An override may well return ``Note.objects.filter(…)``.
        own = self.get_queryset
        self.get_queryset = lambda request: put_on_pages(
            limited_queryset(admin_queryset(own(request)), request, self),
            request,
            self.admin_site,
        )

    def get_field_access(self, request):
        """Return {path: access} of what this admin shows to somebody."""
        return self.field_access

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Apply formfield_overrides keyed on mongoengine's field classes too.

        Of relations Django looks for the very class, which here is a subclass; to a
        field with choices it applies none.
        """
        classes = () if db_field.choices else type(db_field.document_field).__mro__
        if db_field.is_relation:
            classes += type(db_field).__mro__
        for cls in classes:
            if cls in self.formfield_overrides:
                kwargs = {**self.formfield_overrides[cls], **kwargs}
                break
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @property
    def media(self):
        return PageMedia.of(super().media) + MEDIA


class DocumentAdmin(
    DocumentOptions,
    RawViewMixin,
    ReferrersMixin,
    SentMixin,
    SchemaMixin,
    HealthMixin,
    ListReadsMixin,
    HistoryMixin,
    ProtectionMixin,
    RevealMixin,
    ModelAdmin,
    AdapterDocumentAdmin,
):
    """Django's ModelAdmin for a Document; takes every option and hook of it.

    django-mongoengine's DocumentAdmin stands last, so that code written for the
    adapter still finds its base class.
    """

    checks_class = DocumentAdminChecks
    paginator = DocumentPaginator

    # What a list counts up to; what is more is "10,000+".
    list_max_count = MAX_COUNT

    # "numbered" or "keyset" pages; None for numbers up to list_max_count rows.
    list_pages = None

    def get_paginator(self, request, queryset, per_page, *args, **kwargs):
        """Have the usual paginator count up to ``list_max_count``, at least a page.

        Pages with numbers count all.
        """
        paginator = super().get_paginator(request, queryset, per_page, *args, **kwargs)
        if isinstance(paginator, DocumentPaginator):
            is_all = self.list_pages == NUMBERED
            limit = ALL if is_all else self.list_max_count
            paginator.max_count = max(limit, per_page)
        return paginator

    def get_preserved_filters(self, request):
        """Lead back to the list as it was, except that not all is counted again."""
        return super().get_preserved_filters(result_counts.without(request))

    def get_changelist(self, request, **kwargs):
        return DocumentChangeList

    def get_changelist_form(self, request, **kwargs):
        kwargs = {"form": DocumentForm} | kwargs
        form = super().get_changelist_form(request, **kwargs)
        form.file_urls = FileUrls(self.admin_site, self.opts)
        return with_refused_saves(request, form)

    def get_changelist_formset(self, request, **kwargs):
        return super().get_changelist_formset(
            request, **{"formset": DocumentListFormSet} | kwargs
        )

    def _get_list_editable_queryset(self, request, prefix):
        """Return the documents of the rows that were sent.

        Overrides ModelAdmin's (5.2), which returns the whole collection when one of
        the keys is none, as an odd document's may be.
        """
        keys = self._get_edited_object_pks(request, prefix)
        return self.get_queryset(request).filter(pk__in=list(self._valid(keys)))

    def _valid(self, keys):
        for key in keys:
            with suppress(ValidationError):
                yield self.opts.pk.to_python(key)

    def get_exclude(self, request, obj=None):
        """Leave to the embedded inlines the fields that they edit."""
        exclude = super().get_exclude(request, obj)
        names = [
            inline.field_name
            for inline in self.get_inlines(request, obj)
            if hasattr(inline, "field_name")
        ]
        if not names:
            return exclude
        if exclude is None:
            # Django would fall back on the form's own.
            options = getattr(self.form, "_meta", None)
            exclude = getattr(options, "exclude", None)
        return [*(exclude or ()), *names]

    def get_changeform_initial_data(self, request):
        """Convert dates from the URL; Django's date widget raises on a text."""
        initial = super().get_changeform_initial_data(request)
        for field in self.opts.fields:
            if isinstance(field, DateTimeField) and field.name in initial:
                try:
                    initial[field.name] = field.to_python(initial[field.name])
                except ValidationError:
                    del initial[field.name]
        return initial

    def get_object(self, request, object_id, from_field=None):
        """Return None, as Django does, for a key that cannot be looked up."""
        try:
            with within(max_time()):
                return super().get_object(request, object_id, from_field)
        except (errors.InvalidQueryError, errors.ValidationError):
            return None

    def lookup_allowed(self, lookup, value, request=None):
        """Allow what ``list_filter`` names, though it begins in an embedded document.

        Django counts an embedded document as a step of the path, and a reference
        within it as none.
        """
        if super().lookup_allowed(lookup, value, request):
            return True
        filters = self.get_list_filter(request) if request else self.list_filter
        names = [
            each[0] if isinstance(each, list | tuple) else each for each in filters
        ]
        return is_below(self.model, lookup, [*names, self.date_hierarchy])

    def get_search_results(self, request, queryset, search_term):
        """Return (queryset, False): in MongoDB nothing is found twice."""
        fields = self.get_search_fields(request)
        return search(queryset, fields, search_term), False

    def get_deleted_objects(self, objs, request):
        return get_deleted_objects(objs, request, self.admin_site)

    def log_addition(self, request, obj, message):
        return super().log_addition(request, logged_as(obj, self.opts), message)

    def log_change(self, request, obj, message):
        return super().log_change(request, logged_as(obj, self.opts), message)

    def log_deletions(self, request, queryset):
        if type(self).log_deletion == ModelAdmin.log_deletion:
            queryset = [logged_as(obj, self.opts) for obj in queryset]
        request.logged_deletions = super().log_deletions(request, queryset)
        return request.logged_deletions

    def response_change(self, request, obj):
        """Tell a popup's opener the text of the key, which its options have.

        Django (5.2) tells what stands in the URL; that is quoted.
        """
        if isinstance(obj.pk, Key):
            match = request.resolver_match
            match.kwargs["object_id"] = unquote(match.kwargs["object_id"])
        return super().response_change(request, obj)

    def response_action(self, request, queryset):
        """Answer keys that no document can have as Django answers none at all."""
        try:
            queryset.filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME))
        except ValidationError:
            message = gettext(
                "Items must be selected in order to perform "
                "actions on them. No items have been changed."
            )
            self.message_user(request, message, messages.WARNING)
            return None
        return super().response_action(request, queryset)

    def save_model(self, request, obj, form, change):
        saving.guard(obj, adding=not change)
        obj.save()

    def get_urls(self):
        """Return Django's, and that of the files of a document."""
        view = self.admin_site.admin_view(self.file_view, cacheable=True)
        name = f"{self.opts.app_label}_{self.opts.model_name}_file"
        own = path("<path:object_id>/file/<str:path>/", view, name=name)
        urls = [own, *super().get_urls()]
        for url in urls:
            url.callback = limited(takes_long_forms(url.callback, self))
        return urls

    @method_decorator(require_safe)
    def file_view(self, request, object_id, path):
        """Return a file of a document, to be downloaded by who may see it there."""
        return file_view(self, request, object_id, path)

    def history_view(self, request, object_id, extra_context=None):
        """Refuse who may see no document also where there is none.

        Django's (5.2) tells anybody on the staff whether there is one.
        """
        may_view = self.has_view_or_change_permission(request)
        if not may_view and self.get_object(request, unquote(object_id)) is None:
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def changelist_view(self, request, extra_context=None):
        if result_counts.is_asked(request, result_counts.ALONE):
            with self.reading_lists(request):
                return result_counts.answer(self, request)
        return super().changelist_view(request, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        # Who may not change the document is shown no field at all.
        may_edit = self._has_raw(request, "change")
        form.undeclared_access = "edit" if may_edit else "view"
        form.file_urls = FileUrls(self.admin_site, self.opts)
        form.mentions = mentions_of(request, self.admin_site)
        return with_refused_saves(request, form)

    @admin.display(description=undeclared.LABEL)
    def other_stored_fields(self, obj):
        """Return the keys that the Document does not declare, to be looked at."""
        links = mentioned_by(obj, [undeclared.undeclared(obj)])
        return format_html("<pre>{}</pre>{}", undeclared.text(obj), links)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        """Add the keys that the Document does not declare, and a link to the raw page.

        They stand behind the form's own fields, whatever ``fieldsets`` says.
        """
        if obj is not None:
            put_on_one_page(self.admin_site, request, obj, context)
            self._add_oddities(context["adminform"], obj)
            self._add_other_stored_fields(context["adminform"])
            if self.has_view_raw_permission(request, obj):
                context["raw_url"] = self.get_raw_url(obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def _add_oddities(self, admin_form, obj):
        """Say above the form what is odd about the document as a whole."""
        found = oddities(obj)
        if found:
            options = {
                "fields": (),
                "classes": ("admin-ext", "oddities"),
                "description": listing(found),
            }
            admin_form.fieldsets.insert(0, (None, options))

    def _add_other_stored_fields(self, admin_form):
        name, form = undeclared.NAME, admin_form.form
        is_shown_only = {*flatten_fieldsets(admin_form.fieldsets)} <= {
            *admin_form.readonly_fields
        }
        is_editable = name in form.fields and not form.fields[name].disabled
        if is_shown_only or not is_editable:
            if not undeclared.undeclared(form.instance):
                return
            admin_form.readonly_fields = [*admin_form.readonly_fields, name]
        options = {"fields": (name,), "classes": ("admin-ext",)}
        admin_form.fieldsets.append((undeclared.LABEL, options))


class DocumentInline(DocumentOptions, InlineModelAdmin):
    """Documents that reference the parent, as Django's InlineModelAdmin."""

    formset = DocumentInlineFormSet
    checks_class = DocumentInlineChecks

    def __init__(self, parent_model, admin_site):
        present(self.model)
        super().__init__(parent_model, admin_site)

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        with_refused_saves(request, formset.form)
        formset.form.mentions = mentions_of(request, self.admin_site)
        formset.form.file_urls = FileUrls(
            self.admin_site, self.parent_model._meta, self.opts, formset.fk.name
        )
        find_protectors = partial(
            get_protectors, request=request, admin_site=self.admin_site
        )
        # Django's asks SQL what protects the row.
        formset.form.hand_clean_DELETE = partialmethod(
            refuse_protected_deletion, find_protectors
        )
        return formset


class DocumentTabularInline(DocumentInline):
    template = "admin/edit_inline/tabular.html"


class DocumentStackedInline(DocumentInline):
    template = "admin/edit_inline/stacked.html"


class EmbeddedInline(DocumentOptions, InlineModelAdmin):
    """Rows of an embedded list, or one embedded document, of ``field_name``.

    Who may change the parent may change its rows.
    """

    field_name = ""
    formset = EmbeddedFormSet
    checks_class = EmbeddedInlineChecks

    def __init__(self, parent_model, admin_site):
        present(self.model)
        super().__init__(parent_model, admin_site)

    def get_queryset(self, request):
        """Return None, for all rows of the parent, or no rows for who may see none."""
        return None if self.has_view_or_change_permission(request) else ()

    @property
    def is_list(self):
        field = self.parent_model._meta.get_field(self.field_name)
        return isinstance(field, ListField)

    def get_max_num(self, request, obj=None, **kwargs):
        return super().get_max_num(request, obj, **kwargs) if self.is_list else 1

    def get_formset(self, request, obj=None, **kwargs):
        """Return the formset class. Follows InlineModelAdmin.get_formset (5.2)."""
        if "fields" in kwargs:
            fields = kwargs.pop("fields")
        else:
            fields = flatten_fieldsets(self.get_fieldsets(request, obj))
        options = {
            "form": self.form,
            "formset": self.formset,
            "fields": fields,
            "exclude": self._get_formset_exclude(request, obj),
            "formfield_callback": partial(self.formfield_for_dbfield, request=request),
            "extra": self.get_extra(request, obj, **kwargs),
            "min_num": self.get_min_num(request, obj, **kwargs),
            "max_num": self.get_max_num(request, obj, **kwargs),
            "can_delete": self.can_delete and self.has_delete_permission(request, obj),
            **kwargs,
        }
        options["form"] = row_form_class(
            options["form"],
            can_add=self.has_add_permission(request, obj),
            can_change=self.has_change_permission(request, obj),
        )
        if options["fields"] is None and not modelform_defines_fields(options["form"]):
            options["fields"] = forms.ALL_FIELDS
        formset = modelformset_factory(self.model, **options)
        formset.field_name, formset.is_list = self.field_name, self.is_list
        formset.ordering = self.get_ordering(request) or ()
        formset.file_urls = FileUrls(self.admin_site, self.parent_model._meta)
        formset.mentions = mentions_of(request, self.admin_site)
        return with_refused_saves(request, formset)

    def _get_formset_exclude(self, request, obj):
        """Return what Django excludes; of the form's own when the inline names none."""
        excluded = self.get_exclude(request, obj)
        if excluded is None:
            excluded = getattr(getattr(self.form, "_meta", None), "exclude", None)
        return [*(excluded or ()), *self.get_readonly_fields(request, obj)] or None

    def _parent_admin(self):
        return self.admin_site.get_model_admin(self.parent_model)

    def _may_change_parent(self, request, obj):
        admin = self._parent_admin()
        if obj is None:
            return admin.has_add_permission(request) or admin.has_change_permission(
                request
            )
        return admin.has_change_permission(request, obj)

    def has_add_permission(self, request, obj=None):
        return self._may_change_parent(request, obj)

    def has_change_permission(self, request, obj=None):
        return self._may_change_parent(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self._may_change_parent(request, obj)

    def has_view_permission(self, request, obj=None):
        return self._parent_admin().has_view_permission(request, obj)


class EmbeddedTabularInline(EmbeddedInline):
    template = "admin/edit_inline/tabular.html"


class EmbeddedStackedInline(EmbeddedInline):
    template = "admin/edit_inline/stacked.html"
