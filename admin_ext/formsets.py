"""Formsets of Documents: the changelist's, referencing inlines, embedded inlines."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import (
    DELETION_FIELD_NAME,
    INITIAL_FORM_COUNT,
    TOTAL_FORM_COUNT,
)
from django.forms.models import BaseInlineFormSet, BaseModelFormSet, ModelChoiceField
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from . import saving
from .keys import id_of
from .nested import EmbeddedFormField, digest, members_of
from .validation import changed_names


class DocumentFormSet(BaseModelFormSet):
    """Forms over a queryset of Documents, which is read once.

    A mongoengine queryset asks the server for every index; Django's formsets index.
    """

    def get_queryset(self):
        if not hasattr(self, "_queryset"):
            queryset = self.queryset
            if queryset is None:
                queryset = self.model._default_manager.get_queryset()
            self._queryset = list(queryset)
        return self._queryset

    def add_fields(self, form, index):
        """Add what Django adds; a compound key that can be edited tells its row too.

        Django knows a row by the key's input, of which a compound key has several.
        """
        super().add_fields(form, index)
        key = form.fields.get(self._pk_field.name)
        if isinstance(key, EmbeddedFormField) and not form.instance._state.adding:
            key.identity = str(form.instance.pk)


class DocumentListFormSet(DocumentFormSet):
    """The rows of a list; those that were deleted meanwhile are left out, and named.

    Django's list would show an empty form for such a row, beside another's text.
    """

    def __init__(self, data=None, files=None, **kwargs):
        super().__init__(data, files, **kwargs)
        self.gone: list[str] = []
        if self.is_bound and self.management_form.is_valid():
            self._leave_out_what_is_gone()

    def _leave_out_what_is_gone(self) -> None:
        """Take the rows of missing documents out of the data, and close the gaps."""
        gone = [i for i in range(self.initial_form_count()) if self._is_gone(i)]
        if not gone:
            return
        self.gone = [self.data[self._key_name(i)] for i in gone]
        total = self.total_form_count()
        places = {i: i - sum(j < i for j in gone) for i in range(total)}
        data = QueryDict(mutable=True)
        for name, values in self.data.lists():
            prefix, _dash, rest = name.removeprefix(f"{self.prefix}-").partition("-")
            if name.startswith(f"{self.prefix}-") and prefix.isdecimal():
                if int(prefix) in gone or int(prefix) not in places:
                    continue
                name = f"{self.add_prefix(places[int(prefix)])}-{rest}"
            data.setlist(name, values)
        for count in (TOTAL_FORM_COUNT, INITIAL_FORM_COUNT):
            name = self.management_form.add_prefix(count)
            data[name] = str(int(data[name]) - len(gone))
        self.data = data
        del self.management_form

    def _key_name(self, index: int) -> str:
        return f"{self.add_prefix(index)}-{self.model._meta.pk.name}"

    def _is_gone(self, index: int) -> bool:
        key = self.data.get(self._key_name(index))
        if not key:
            return False
        try:
            return self._existing_object(self.model._meta.pk.to_python(key)) is None
        except ValidationError:
            return True

    def add_fields(self, form, index):
        """Add what Django adds, but let the key be found among the rows.

        Django asks the database for each row's key once more.
        """
        super().add_fields(form, index)
        field = form.fields[self._pk_field.name]
        if isinstance(field, ModelChoiceField) and not form.instance._state.adding:
            form.fields[self._pk_field.name] = RowKeyField(
                form.instance,
                initial=field.initial,
                required=field.required,
                widget=field.widget,
            )

    def clean(self):
        super().clean()
        if self.gone:
            raise ValidationError(self.messages_of_gone_rows())

    def messages_of_gone_rows(self) -> list[str]:
        message = _("%(name)s with ID “%(key)s” doesn’t exist. Perhaps it was deleted?")
        name = self.model._meta.verbose_name
        return [message % {"name": name, "key": key} for key in self.gone]


class RowKeyField(ModelChoiceField):
    """The key of a row whose document has been read."""

    def __init__(self, document, **kwargs):
        super().__init__(type(document)._default_manager, **kwargs)
        self.document = document

    def to_python(self, value):
        if str(value) == str(self.document.pk):
            return self.document
        return super().to_python(value)


class DocumentInlineFormSet(DocumentFormSet, BaseInlineFormSet):
    """Documents that reference the parent through ``fk``."""

    def _construct_form(self, i, **kwargs):
        """Follow BaseInlineFormSet._construct_form (5.2) with the reference itself.

        Django sets ``<fk>_id``, which is no attribute of a Document.
        """
        form = BaseModelFormSet._construct_form(self, i, **kwargs)
        if self.save_as_new:
            mutable = getattr(form.data, "_mutable", None)
            if mutable is not None:
                form.data._mutable = True
            form.data[form.add_prefix(self._pk_field.name)] = None
            form.data[form.add_prefix(self.fk.name)] = None
            if mutable is not None:
                form.data._mutable = mutable
        if form.instance._state.adding and self.instance.pk is not None:
            setattr(form.instance, self.fk.name, self.instance)
        return form

    def save_new(self, form, commit=True):
        setattr(form.instance, self.fk.name, self.instance)
        return BaseModelFormSet.save_new(self, form, commit=commit)


def refuse_protected_deletion(form, find_protectors) -> None:
    """Raise ValidationError for a row to delete that other documents protect.

    Follows hand_clean_DELETE of InlineModelAdmin.get_formset (5.2) with its message.
    """
    is_deleted = form.cleaned_data.get(DELETION_FIELD_NAME, False)
    if not is_deleted or form.instance._state.adding:
        return
    protectors = find_protectors(form.instance)
    if not protectors:
        return
    names = [
        _("%(class_name)s %(instance)s")
        % {"class_name": each._meta.verbose_name, "instance": each}
        for each in protectors
    ]
    message = _(
        "Deleting %(class_name)s %(instance)s would require "
        "deleting the following protected related objects: "
        "%(related_objects)s"
    )
    params = {
        "class_name": form.instance._meta.verbose_name,
        "instance": form.instance,
        "related_objects": get_text_list(names, _("and")),
    }
    raise ValidationError(message, code="deleting_protected", params=params)


class RowIdentityField(forms.CharField):
    """A hidden field that says which stored rows the page showed."""

    widget = forms.HiddenInput(attrs={"class": "admin-ext"})

    def has_changed(self, initial, data):
        return False


def row_form_class(base: type, *, can_add: bool, can_change: bool) -> type:
    """Return the form of a row, blind to what the person may not do.

    Follows DeleteProtectedModelForm in InlineModelAdmin.get_formset (5.2).
    """

    class RowForm(base):
        def has_changed(self):
            is_allowed = can_add if self.instance._state.adding else can_change
            return is_allowed and super().has_changed()

    return RowForm


def sort_key(name: str) -> Callable[[Any], tuple]:
    """Return a key for rows of any shape: null first, then type by type."""

    def key(row):
        value = id_of(row._data.get(name))
        if value is None:
            return (False, "", "")
        if isinstance(value, int | float | Decimal):
            return (True, "", value)
        return (True, type(value).__name__, str(value))

    return key


class EmbeddedFormSet(BaseModelFormSet):
    """Rows of an embedded list, or the one document of an EmbeddedDocumentField.

    The rows are put into the parent document in memory when the formset is found
    valid, so that the parent's save writes everything at once. ``field_name``,
    ``is_list`` and ``ordering`` are set by the inline.
    """

    field_name = ""
    is_list = True
    ordering: Sequence = ()
    fk = None

    def __init__(
        self, data=None, files=None, instance=None, save_as_new=False, **kwargs
    ):
        self.instance, self.save_as_new = instance, save_as_new
        self.is_hidden = kwargs.pop("queryset", None) == ()
        super().__init__(data, files, queryset=(), **kwargs)

    @classmethod
    def get_default_prefix(cls):
        return cls.field_name

    @cached_property
    def stored(self) -> list:
        """The stored rows, as they were when the page was asked for."""
        value = self.instance._data.get(self.field_name) if self.instance else None
        return members_of(value)

    @cached_property
    def base_digest(self) -> str:
        """Stands for the stored rows, so that a row is never matched to another."""
        return digest(self.stored)

    @cached_property
    def rows(self) -> list:
        """The stored rows that fit the class; the others are kept, not shown."""
        if self.is_hidden:
            return []
        rows = [row for row in self.stored if isinstance(row, self.model)]
        # Sorting is stable: the last key first.
        for key in reversed(self.ordering):
            rows.sort(key=sort_key(key.lstrip("-")), reverse=key.startswith("-"))
        return rows

    def get_queryset(self):
        return self.rows

    def initial_form_count(self):
        return 0 if self.save_as_new else super().initial_form_count()

    def _construct_form(self, i, **kwargs):
        rows = self.get_queryset()
        if not self.save_as_new and i < min(self.initial_form_count(), len(rows)):
            kwargs["instance"] = rows[i]
        elif self.initial_extra and i >= self.initial_form_count():
            extra = self.initial_extra[i - self.initial_form_count() :]
            kwargs |= {"initial": extra[0]} if extra else {}
        return super(BaseModelFormSet, self)._construct_form(i, **kwargs)

    def add_fields(self, form, index):
        """Add what Django adds, and the digest where Django puts the key."""
        self._pk_field = self.model._meta.pk
        form.fields[self._pk_field.name] = RowIdentityField(
            required=False, initial=self.base_digest
        )
        super(BaseModelFormSet, self).add_fields(form, index)

    def clean(self):
        submitted = {
            form.data.get(form.add_prefix(self._pk_field.name))
            for form in self.initial_forms
        }
        if self.save_as_new or not self.management_form.is_valid():
            return
        is_short = len(self.initial_forms) != len(self.get_queryset())
        if is_short or submitted - {self.base_digest}:
            raise ValidationError(
                _(
                    "These rows were changed by somebody else after you opened the "
                    "page. Reload the page and make your change again."
                )
            )
        if not self.is_list and self.stored and not self.rows and self._added():
            raise ValidationError(
                _("A value is stored here already, which this page does not show.")
            )

    def _added(self) -> list:
        """Return the forms of new rows."""
        return [
            form
            for form in self.extra_forms
            if form.has_changed() and not self._should_delete_form(form)
        ]

    def full_clean(self):
        super().full_clean()
        if self.is_bound and not any(self._errors) and not self._non_form_errors:
            self.apply()

    def apply(self) -> None:
        """Put the rows into the parent. Untouched rows stay the stored objects."""
        self.new_objects, self.changed_objects, self.deleted_objects = [], [], []
        for form in self.initial_forms:
            if self._should_delete_form(form):
                self.deleted_objects.append(form.instance)
            elif form.has_changed():
                self.changed_objects.append((form.instance, form.changed_data))
        self.new_objects += [form.instance for form in self._added()]
        if self.new_objects or self.deleted_objects:
            self._replace()

    def _replace(self):
        """Set the list anew; only then is the whole list written."""
        gone = {id(row) for row in self.deleted_objects}
        rows = [row for row in self.stored if id(row) not in gone] + self.new_objects
        if self.is_list:
            value: Any = rows
        else:
            value = rows[-1] if rows else None
        setattr(self.instance, self.field_name, value)

    def save(self, commit=True):
        """Return the rows that are new or changed; the parent has saved them."""
        self.saved_forms = [form for form in self.forms if form.has_changed()]
        rows = [row for row, _names in self.changed_objects] + self.new_objects
        if commit:
            self.save_parent()
        else:
            self._take_for_models(rows)
        return rows

    def save_parent(self) -> None:
        """Write what a hook did to the rows after the parent's save."""
        if changed_names(self.instance):
            saving.save(self.instance, adding=False)

    def _take_for_models(self, rows: list) -> None:
        """Let a hook that saves and deletes the rows by itself, as Django's docs do."""
        self.save_m2m = self.save_parent
        for row in rows:
            row.__dict__["save"] = self.save_parent
        for row in self.deleted_objects:
            row.__dict__["delete"] = self.save_parent

    def validate_unique(self):
        """Embedded documents have no uniqueness of their own."""
