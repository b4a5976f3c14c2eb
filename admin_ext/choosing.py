"""How the people who use an admin choose what a reference leads to."""

import copy
from typing import Any

from django import forms
from django.contrib.admin import widgets
from django.contrib.admin.utils import flatten_fieldsets, quote
from django.contrib.admin.widgets import FilteredSelectMultiple
from django.urls import reverse
from mongoengine import Document

from .formfields import (
    Access,
    GenericReferenceField,
    StoredReferences,
    offers_of,
)
from .policies import seen_by
from .references import PageReferences
from .registry import nearest_admin
from .selects import (
    DocumentAutocompleteSelect,
    DocumentAutocompleteSelectMultiple,
    DocumentManyRawIdWidget,
    DocumentRawIdWidget,
    KeyInput,
    KeysInput,
    OrderedFilteredSelectMultiple,
    OrderedSelectMultiple,
    QuickReferenceSelect,
    ReferenceSelect,
    ReferenceSelectMultiple,
    RelatedFieldWidgetWrapper,
)


def put_on_one_page(admin_site: Any, request: Any, obj: Any, context: dict) -> None:
    """Fetch what a change form shows read-only of references, with the inlines' rows.

    ``context``: that of Django's template.
    """
    page, form = PageReferences(admin_site, request), context["adminform"]
    shown = [(obj, form.readonly_fields)]
    for each in context["inline_admin_formsets"]:
        names = [*each.readonly_fields]
        if not each.has_change_permission:
            names += flatten_fieldsets(each.fieldsets)
        shown += [(form.instance, names) for form in each.formset.forms]
    for document, names in shown:
        page.add([document])
        fields = getattr(document._meta, "fields", ())
        page.want_all(document, [each for each in fields if each.name in names])
    page.load()


class SiteAccess(Access):
    """What the person of a request may see in an admin site."""

    def __init__(self, admin_site: Any, request: Any):
        self.admin_site, self.request = admin_site, request
        self._viewable: dict[Any, bool] = {}

    def documents(self):
        """Return the Documents that are registered, in the order of their names."""
        registered = (
            each for each in self.admin_site._registry if issubclass(each, Document)
        )
        return sorted(registered, key=lambda each: str(each._meta.verbose_name).lower())

    def is_hidden(self, document):
        return nearest_admin(
            self.admin_site, document
        ) is not None and not self.may_view(document)

    def may_view(self, document):
        if document not in self._viewable:
            admin = nearest_admin(self.admin_site, document)
            self._viewable[document] = bool(
                admin and admin.has_view_or_change_permission(self.request)
            )
        return self._viewable[document]

    def may_search(self, document):
        """Tell whether the autocomplete view answers: it finds the very class only."""
        return document in self.admin_site._registry and self.may_view(document)

    def queryset(self, document):
        """Return what the admin lists; of an unregistered class all documents."""
        admin = self.admin_site._registry.get(document)
        if admin is None:
            found = super().queryset(document)
            return seen_by(found, self.request, self.admin_site)
        return admin.get_queryset(self.request)

    def lookup_url(self, document):
        if document not in self.admin_site._registry or not self.may_view(document):
            return ""
        url = self.page_url(document, "changelist")
        return f"{url}?_to_field={document._meta.pk.name}"

    def change_url(self, found):
        document = type(found)
        if document not in self.admin_site._registry or not self.may_view(document):
            return ""
        return self.page_url(document, "change", quote(found.pk))

    def page_url(self, document, view, *args):
        """Return the URL of a page of a registered Document's admin."""
        meta = document._meta
        name = f"admin:{meta.app_label}_{meta.model_name}_{view}"
        return reverse(name, args=args, current_app=self.admin_site.name)


# What stands for Django's widgets for a list of references.
ORDERED = {
    forms.SelectMultiple: OrderedSelectMultiple,
    FilteredSelectMultiple: OrderedFilteredSelectMultiple,
}


def _as(cls, widget):
    """Return a widget of Django's as one of a class that inherits from its own."""
    widget = copy.copy(widget)
    widget.__class__ = cls
    return widget


class ReferenceOptions:
    """Mixed in before Django's admin classes: their hooks for references."""

    reference_max_choices = 100

    def get_reference_max_choices(self, request):
        """Return how many documents a select may offer; beyond that it searches."""
        return self.reference_max_choices

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, GenericReferenceField):
            field.access = SiteAccess(self.admin_site, request)
            field.offers = self._offers(request)
        if isinstance(field, StoredReferences):
            field.access = SiteAccess(self.admin_site, request)
            field.offers = self._offers(request)
        if field and type(field.widget) is widgets.RelatedFieldWidgetWrapper:
            field.widget = _as(RelatedFieldWidgetWrapper, field.widget)
        return field

    def _offers(self, request):
        offers = offers_of(request)
        if offers.page is None:
            offers.page = PageReferences(self.admin_site, request)
        return offers

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if self._is_autocomplete(db_field, request):
            kwargs.setdefault(
                "widget", DocumentAutocompleteSelect(db_field, self.admin_site)
            )
        elif db_field.name in self.raw_id_fields:
            kwargs.setdefault(
                "widget", DocumentRawIdWidget(db_field.remote_field, self.admin_site)
            )
        is_free = "widget" not in kwargs
        if is_free and db_field.name in self.get_autocomplete_fields(request):
            # Django looks at the name only.
            kwargs["widget"] = forms.Select
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if is_free and field and type(field.widget) is forms.Select:
            field.widget = _as(QuickReferenceSelect, field.widget)
            bound = DocumentAutocompleteSelect, KeyInput, ReferenceSelect
            self._bound(field, db_field, request, *bound)
        return field

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if self._is_autocomplete(db_field, request):
            kwargs.setdefault(
                "widget", DocumentAutocompleteSelectMultiple(db_field, self.admin_site)
            )
        elif db_field.name in self.raw_id_fields:
            kwargs.setdefault(
                "widget",
                DocumentManyRawIdWidget(db_field.remote_field, self.admin_site),
            )
        is_free = "widget" not in kwargs
        if is_free and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = forms.SelectMultiple
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if is_free and field and type(field.widget) in ORDERED:
            field.widget = _as(ORDERED[type(field.widget)], field.widget)
            bound = DocumentAutocompleteSelectMultiple, KeysInput
            self._bound(field, db_field, request, *bound, ReferenceSelectMultiple)
            field.help_text_of_many = db_field.help_text
        return field

    def _bound(self, field, db_field, request, search, key_input, select):
        """Let a field be searched, or its key be typed, where a select is too long."""
        access, target = (
            SiteAccess(self.admin_site, request),
            db_field.remote_field.model,
        )

        def many():
            may_search = access.may_search(target)
            return search(db_field, self.admin_site) if may_search else key_input()

        few, choices = field.widget, field.widget.choices
        field.widget = select(few, many, self.get_reference_max_choices(request))
        field.widget.is_required, field.widget.choices = few.is_required, choices

    def _is_autocomplete(self, db_field, request):
        """``autocomplete_fields`` names fields of the Document only."""
        is_own = db_field.model is self.model
        return is_own and db_field.name in self.get_autocomplete_fields(request)
