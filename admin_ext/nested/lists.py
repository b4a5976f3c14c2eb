"""A list of anything as a formset within the form."""

import hashlib
from typing import Any

from bson import json_util
from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from admin_ext.ejson import LOSSLESS

from .base import MAX_BLANK_DEPTH, NestedBoundField, NestedWidget
from .embedded import EmbeddedFormField

# One request adds at most so many rows to a list; each costs a form.
MAX_NEW_ROWS = 500


class RowForm(forms.Form):
    """One member of a list: the field ``value`` and Django's ORDER and DELETE."""

    parent: Any = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        keep = getattr(self.fields["value"], "keep_stored_value", None)
        if keep and "value" in self.initial:
            keep(self.initial["value"])

    @property
    def depth(self):
        return getattr(self.parent, "depth", 0)

    def get_embedded_form_class(self, document):
        return self.parent.get_embedded_form_class(document)

    def formfield_for(self, field):
        return self.parent.formfield_for(field)

    @property
    def media(self):
        media = super().media
        nested = [bound for bound in self if is_nested(bound.field)]
        return sum((bound.media for bound in nested), media)


class RowFormSet(BaseFormSet):
    """The members of a list. ORDER is drawn as a small number field."""

    ordering_widget = forms.NumberInput(attrs={"class": "list-order", "min": "1"})

    def get_ordering_widget(self):
        return self.ordering_widget


class ListBoundField(NestedBoundField):
    template_name = "admin_ext/widgets/list.html"

    @property
    def stored(self) -> list:
        """The stored members; anything but a list counts as one odd member."""
        return members_of(self.initial)

    @cached_property
    def base_digest(self) -> str:
        """What the page showed, so that rows are never matched to other members."""
        return digest(self.stored)

    @property
    def base_name(self) -> str:
        return f"{self.html_name}-BASE"

    @cached_property
    def formset(self):
        depth = getattr(self.form, "depth", 0)
        blank_rows = 0 if self.field.disabled or depth > MAX_BLANK_DEPTH else 1
        row_class = type(
            "ListRowForm",
            (RowForm,),
            {"value": self.field.item_form_field(self.form), "parent": self.form},
        )
        formset_class = formset_factory(
            row_class,
            formset=RowFormSet,
            extra=blank_rows,
            can_order=True,
            can_delete=True,
            max_num=len(self.stored) + MAX_NEW_ROWS,
            absolute_max=len(self.stored) + MAX_NEW_ROWS,
        )
        return formset_class(
            data=self.form.data if self.form.is_bound else None,
            files=self.form.files if self.form.is_bound else None,
            prefix=self.html_name,
            initial=[
                {"value": self.field.item_field.initial_for(item)}
                for item in self.stored
            ],
            form_kwargs={"use_required_attribute": False},
        )

    @property
    def media(self):
        return self.formset.media

    @property
    def is_submitted(self) -> bool:
        """Tell whether this list was on the page that was sent."""
        return f"{self.html_name}-TOTAL_FORMS" in self.form.data

    @property
    def is_stale(self) -> bool:
        """Tell whether the page showed other members, or sent fewer than it had."""
        is_short = self.formset.initial_form_count() != len(self.stored)
        return is_short or self.form.data.get(self.base_name) != self.base_digest

    def members(self) -> list:
        """Return the list as submitted: untouched members are the stored objects."""
        stored = self.stored
        rows = []
        for index, form in enumerate(self.formset.forms):
            if form.cleaned_data.get("DELETE") or not self._counts(index, form):
                continue
            touched = "value" in form.changed_data
            value = self.field.member_for(form) if touched else stored[index]
            order = form.cleaned_data.get("ORDER")
            rows.append((order is None, order or 0, index, value))
        return [row[3] for row in sorted(rows, key=lambda row: row[:3])]

    def _counts(self, index, form):
        return index < len(self.stored) or "value" in form.changed_data

    def _has_changed(self):
        if self.field.disabled or not self.form.is_bound or not self.is_submitted:
            return False
        for index, form in enumerate(self.formset.forms):
            if index >= len(self.stored):
                if "value" in form.changed_data:
                    return True
            elif set(form.changed_data) & {"value", "DELETE", "ORDER"}:
                return True
        return False


class ListFormField(forms.Field):
    """A list of anything. Cleans to a list."""

    widget = NestedWidget

    def __init__(self, *, item_field, **kwargs):
        self.item_field = item_field
        kwargs.pop("widget", None)
        super().__init__(**kwargs)

    def item_form_field(self, form):
        """Return the form field of one member, through the admin's own hooks."""
        field = form.formfield_for(self.item_field)
        field.label = ""
        field.required = False
        field.initial = None
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs |= {"rows": 1}
        return field

    def get_bound_field(self, form, field_name):
        return ListBoundField(form, self, field_name)

    def _clean_bound_field(self, bound):
        if self.disabled or not bound._has_changed():
            return bound.initial
        if bound.is_stale:
            raise ValidationError(
                _(
                    "This list was changed by somebody else after you opened the "
                    "page. Reload the page and make your change again."
                ),
                code="stale",
            )
        if not bound.formset.is_valid():
            raise ValidationError(_("Please correct the errors below."), code="nested")
        members = bound.members()
        if self.required and not members:
            raise ValidationError(self.error_messages["required"], code="required")
        return members

    def member_for(self, row_form):
        """Return the member that a row's form holds, as the Document wants it."""
        return self.item_field.value_for_document(row_form.cleaned_data["value"])


def is_nested(field: forms.Field) -> bool:
    """Tell whether a form field holds forms of its own."""
    return isinstance(field, EmbeddedFormField | ListFormField)


def members_of(value: Any) -> list:
    """Return the members of a stored list; any other value is the only member."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def digest(members: list) -> str:
    """Return a short text that tells stored ``members`` apart, types included."""
    stored = [
        member.to_mongo() if hasattr(member, "to_mongo") else member
        for member in members
    ]
    text = json_util.dumps(stored, json_options=LOSSLESS, default=repr)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
