"""DocumentForm: Django's ModelForm over a Document."""

import logging
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ValidationError
from django.forms.models import InlineForeignKeyField, ModelFormMetaclass
from django.forms.renderers import get_default_renderer
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from mongoengine import Document
from mongoengine.base import BaseDocument, DocumentMetaclass

from . import saving, validation
from .boundfields import CONVERT, NO_INPUT, PageBoundField
from .changesets import MISSING, BadBase, Base, Choice, identical
from .compat import METHOD_ERRORS
from .drawing import renderer
from .fields import field_for, references_in
from .fileforms import FileForm
from .formfields import DocumentMultipleChoiceField, is_file_left_alone, offers_of
from .history import last_author
from .hydration import is_blank, is_redacted, stored_son
from .mentions import attach
from .meta import present, unique_checks
from .nested import NO_WINDOWS, Windows, is_nested
from .sending import copied, keep_exact
from .undeclared import UndeclaredMixin

logger = logging.getLogger(__name__)

# Name of the input with what the page showed.
BASE = "_base"
BASE_ATTRS = {"class": "admin-ext"}

DAMAGED = _(
    "This page did not arrive as it was sent. Reload it and make your change again."
)


class DocumentFormMetaclass(ModelFormMetaclass):
    """Presents the Document of Meta.model: the form may come before its admin."""

    def __new__(mcs, name, bases, attrs):
        document = getattr(attrs.get("Meta"), "model", None)
        if isinstance(document, DocumentMetaclass):
            present(document)
        return super().__new__(mcs, name, bases, attrs)


class BaseDocumentForm(FileForm, forms.ModelForm, metaclass=DocumentFormMetaclass):
    """A ModelForm that leaves alone what the person did not change.

    Overrides django.forms.models.BaseModelForm (5.2): only changed fields are set on
    the instance and validated; uniqueness is asked of MongoDB.
    """

    # Errors of saves that MongoDB refused, shown when the form comes back:
    # {(Document class, key, or None for a new document): ValidationError}.
    save_errors: dict[tuple, ValidationError] = {}
    made_for: Any = None  # the request
    bound_field_class = PageBoundField

    @property
    def default_renderer(self):
        return renderer()

    # Which rows of long lists are on the page; what the references, and the undeclared
    # values, of all forms of the page share.
    windows = NO_WINDOWS
    offers = mentions = None

    # The class of forms of embedded documents (DocumentForm, below), how deep this form
    # is within others, and the classes of those of new documents.
    nested_form: Any = None
    depth, blank = 0, ()

    def __init__(self, *args, base=None, parent=None, **kwargs):
        """``base`` and ``parent``: of the form or formset that this one is within."""
        if kwargs.get("instance") is not None:
            # A subclass that ``_cls`` names may be seen here for the first time.
            present(type(kwargs["instance"]))
        if kwargs.get("renderer") is get_default_renderer():
            # Formsets give that to each form.
            kwargs["renderer"] = renderer()
        super().__init__(*args, **kwargs)
        self.parent = parent
        if parent is not None:
            self.windows = getattr(parent, "windows", NO_WINDOWS)
            self.offers = getattr(parent, "offers", None)
            self.mentions = getattr(parent, "mentions", None)
            attach(self.instance, self.mentions)
        self._dynamic: dict[str, Any] = {}
        self._adding = self.instance._state.adding
        self._add_dynamic_fields()
        self.base = self._own_base() if base is None else base
        self._is_root = base is None
        self._add_undeclared()
        for name, field in self.fields.items():
            if hasattr(field, "apply_limit_choices_to"):
                field.apply_limit_choices_to()
            if not self._adding and self._is_document_field(name):
                self._show_base(name, field)
                self._keep_stored_value(name, field)
            elif self.original_page is not None:
                self._keep_original(name, field)
        if self.mentions is not None and parent is None and not self._adding:
            self.mentions.expect(self.instance)
        if self.offers is not None:
            self._expect_references()
        self.show_files()

    # What the page showed

    def _own_base(self) -> Base:
        """Return what the page showed of this document.

        A new page, and one that was sent without it, shows what is stored.
        """
        self.has_bad_base = False
        token = self.data.get(self.base_name) if self.is_bound else None
        if self._adding or not token:
            return Base()
        try:
            return Base.read(token, *self._owner)
        except BadBase:
            self.has_bad_base = True
            return Base()

    @property
    def base_name(self) -> str:
        return self.add_prefix(BASE)

    @cached_property
    def _owner(self) -> tuple[str, Any]:
        """What a base is signed for: this class, and the stored key."""
        stored = stored_son(self.instance) or {}
        return type(self.instance)._meta.label, stored.get("_id", MISSING)

    def base_input(self, bound: Any) -> str:
        """Return the hidden input that stands beside the first field of the page."""
        if not self._is_root or bound.name != next(iter(self.fields)):
            return NO_INPUT
        if self._adding:
            return self.original_input()
        base = Base(self.entries(), self.base.seen, self.base.opened)
        text = base.token(*self._owner, is_sealed=is_redacted(self.instance))
        drawn = forms.HiddenInput(BASE_ATTRS)
        return drawn.render(self.base_name, text, renderer=renderer())

    def entries(self) -> dict[str, Any]:
        """Return {name on the page: what it shows} of all fields, to any depth."""
        found: dict[str, Any] = {}
        for name, field in self.fields.items():
            if self.is_on_page(name) and not field.disabled:
                found |= self[name].entries()
        return found

    def is_on_page(self, name: str) -> bool:
        """Tell whether the page shows what is stored under ``name``."""
        return self._is_document_field(name)

    def _expect_references(self) -> None:
        """Tell the page what this form, and those within it, are going to ask for."""
        is_outer = not (self._adding or isinstance(self.parent, BaseDocumentForm))
        for name, field in self.fields.items():
            if self.is_bound and hasattr(field, "expect_sent"):
                field.expect_sent(self.data, self.add_prefix(name))
            if is_outer and self._is_document_field(name):
                found = references_in(self._field(name), self.stored_bson(name))
                self.offers.expect_each(found)
            if is_outer and hasattr(field, "expect_stored"):
                field.expect_stored()

    def stored_bson(self, name: str) -> Any:
        return self._field(name).stored_bson(self.instance)

    def base_bson(self, name: str) -> Any:
        stored = self._field(name).as_base(self.stored_bson(name))
        return self.base.get(self.add_prefix(name), stored)

    def shows_stored(self, name: str) -> bool:
        """Tell whether a field shows what is stored in the Document."""
        return not self._adding and self._is_document_field(name)

    def live(self, name: str) -> Any:
        return self.instance._data.get(name)

    def _field(self, name: str) -> Any:
        return self._dynamic.get(name) or self.instance._meta.get_field(name)

    def _show_base(self, name: str, field: forms.Field) -> None:
        """Show what the page showed, whatever somebody else has stored since."""
        html_name = self.add_prefix(name)
        is_stored = self.base.choice(html_name, self.data) == Choice.STORED
        # No page can hold on to a file that was chosen and not sent.
        if is_stored or is_file_left_alone(self, name):
            self.base.forget(html_name)
        if self.base.knows(html_name) and not is_nested(field):
            self.initial[name] = self._field(name).initial_for(self._shown_value(name))

    def _shown_value(self, name: str) -> Any:
        """Return what the page showed, as the Document holds it."""
        field = self._field(name)
        stored, base = field.as_base(self.stored_bson(name)), self.base_bson(name)
        if stored_son(self.instance) is None or identical(stored, base):
            return field.stored_value(self.instance)
        return field.loaded(base)

    def last_author(self, label: str) -> Any:
        """Return who changed a field last since the page was made, if that is known."""
        if self.parent is not None:
            return self.parent.last_author(label)
        return last_author(self.instance, label, since=self.base.opened)

    def copy_of(self, value: Any) -> Any:
        """Return a copy of a row of a list, with what it holds unseen but its key."""
        return copied(value)

    def _keep_stored_value(self, name: str, field: forms.Field) -> None:
        """Have ``field`` leave alone what is stored, also where nothing is.

        A missing value that the Document requires must not stop another change: no
        error of the form, no attribute for the browser.
        """
        keep = getattr(field, "keep_stored_value", None)
        if keep is None:
            return
        document_field, value = self._field(name), self._shown_value(name)
        if not document_field.is_relation:
            # Of an enumeration, the member's value.
            value = document_field.initial_for(value)
        if value is None or value == "":
            field.required = field.widget.is_required = False
        if name not in self._unique_names:
            field.missing_value = getattr(field, "empty_value", None)
        keep(value)

    def _keep_original(self, name: str, field: forms.Field) -> None:
        """Let a copy's list of references have its original's members and order."""
        if not isinstance(field, DocumentMultipleChoiceField):
            return
        shown = self.original_page.value(self.add_prefix(name))
        if shown is not MISSING:
            field.keep_stored_value(self._field(name).loaded(shown))

    @cached_property
    def _unique_names(self) -> set[str]:
        """Fields whose missing values stay None: a formset finds "" twice."""
        return {name for each in unique_checks(type(self.instance)) for name in each}

    def _add_dynamic_fields(self) -> None:
        """Give the undeclared keys of a dynamic embedded document a field each.

        They are set on the embedded document by name, as mongoengine itself does.
        """
        if not self._is_embedded() or not self.instance._dynamic:
            return
        for name, dynamic in self.instance._dynamic_fields.items():
            field = field_for(dynamic, name=name, present=lambda document: document)
            field.bind(type(self.instance), name)
            self.fields.setdefault(name, self.formfield_for(field))
            self.initial.setdefault(name, field.value_from_object(self.instance))
            self._dynamic[name] = field

    @property
    def media(self):
        """Add what the forms within need; binding the others is left to the page."""
        media = super().media
        nested = [name for name, each in self.fields.items() if is_nested(each)]
        return sum((self[name].media for name in nested), media)

    def formfield_for(self, field: Any) -> forms.Field:
        """Return the form field of a Document's field, through the admin's hooks."""
        callback = self._meta.formfield_callback
        return callback(field) if callback else field.formfield()

    def get_embedded_form_class(self, document: type) -> type["DocumentForm"]:
        """Return the form class of an embedded document inside this form."""
        own = type(self)
        if "_embedded_form_classes" not in vars(own):
            # To make one asks the admin for every field.
            own._embedded_form_classes = {}
        if document not in own._embedded_form_classes:
            own._embedded_form_classes[document] = forms.modelform_factory(
                document,
                form=self.nested_form,
                exclude=(),
                formfield_callback=self._meta.formfield_callback,
            )
        return own._embedded_form_classes[document]

    def _clean_fields(self):
        """Follow BaseForm._clean_fields (5.2), remembering what each field gave.

        A method of the form that raises on what is stored has no say about it.
        """
        self._cleaned_by_field = {}
        for name, bound in self._bound_items():
            try:
                value = bound.field._clean_bound_field(bound)
                self._cleaned_by_field[name] = self.cleaned_data[name] = value
                self._clean_by_method(name)
            except ValidationError as error:
                self.add_error(name, error)

    def _clean_by_method(self, name: str) -> None:
        method = getattr(self, f"clean_{name}", None)
        if method is None:
            return
        try:
            self.cleaned_data[name] = method()
        except METHOD_ERRORS:
            if self._adding or name in self.changed_data:
                raise
            logger.warning("clean_%s() of %r", name, self.instance, exc_info=True)

    def _clean_form(self):
        """Have a stored document of an odd shape be an error of the form, no 500."""
        if getattr(self, "has_bad_base", False):
            self.add_error(None, DAMAGED)
        try:
            super()._clean_form()
        except METHOD_ERRORS as error:
            if self._adding:
                raise
            self.add_error(None, validation.cannot_be_checked(self.instance, error))

    def _post_clean(self):
        touched = self._without_conflicts(self._touched())
        self._construct(touched)
        self._set_undeclared()
        names = set(self.instance._fields) if self._adding else set(touched)
        self._collect(validation.validate, names - self._unvalidated())
        if self._validate_unique:
            self.validate_unique()
        if not self._errors:
            self._collect(saving.check_rows, self.made_for)
        key = None if self._adding else getattr(self.instance, "pk", None)
        refused = self.save_errors.get((type(self.instance), key))
        if refused:
            self._update_errors(refused)

    def _touched(self) -> list[str]:
        """Return the names that the person, or the form's own code, gave a new value.

        As in Django, what ``clean()`` adds beside the form's fields is not stored.
        """
        names = [
            name
            for name in self.cleaned_data
            if name in self.fields and self._is_document_field(name)
        ]
        if self._adding:
            return [name for name in names if self._counts_for_addition(name)]
        changed = self.changed_data
        return [name for name in names if name in changed or self._is_set_by_code(name)]

    def _without_conflicts(self, names: list[str]) -> list[str]:
        """Return the names to set; what somebody else changed to another value is not.

        A value that somebody else has stored already need not be stored again.
        """
        return [name for name in names if self._is_to_set(name)]

    def _is_to_set(self, name: str) -> bool:
        if self._adding or is_nested(self.fields[name]) or is_blank(self.instance):
            return True
        field, stored = self._field(name), self.stored_bson(name)
        base = self.base_bson(name)
        if identical(field.as_base(stored), base):
            return True
        bound, mine = self[name], base
        if not bound.is_put_back:
            value = field.value_for_document(self.cleaned_data[name])
            mine = field.exact_bson(value, stored)
        if identical(mine, stored):
            return False
        if bound.is_settled(stored):
            return True
        merged = field.merged(self.cleaned_data[name], base, stored)
        if merged is not None and not bound.is_put_back:
            self.cleaned_data[name], bound.exact = merged
            return not identical(bound.exact, stored)
        self.add_error(name, bound.conflict(base=base, mine=mine, stored=stored))
        return False

    def _is_set_by_code(self, name: str) -> bool:
        """Tell whether ``clean()`` or ``clean_<name>()`` gave another value."""
        before, value = self._cleaned_by_field[name], self.cleaned_data[name]
        return value is not before and value != before

    def _is_document_field(self, name: str) -> bool:
        """Tell what the form sets on the instance; never the hidden key of a row."""
        try:
            return self.instance._meta.get_field(name).editable
        except FieldDoesNotExist:
            return name in self._dynamic

    def _counts_for_addition(self, name: str) -> bool:
        """A new document gets no key for a field that was left blank."""
        value = self.cleaned_data[name]
        # To compare a new parent of an inline with anything would draw its key.
        if name in self.changed_data or isinstance(value, BaseDocument):
            return True
        return value not in self.fields[name].empty_values

    def _construct(self, names: list[str]) -> None:
        """Set the touched fields on the instance, in the order of the Document."""
        for field in (*self.instance._meta.fields, *self._dynamic.values()):
            if field.name in names:
                self._set(field, self.cleaned_data[field.name])
        if self._adding:
            # mongoengine takes a document that was given a key for a stored one.
            self.instance._created = True

    def _set(self, field: Any, data: Any) -> None:
        """Set a field of the instance, and remember what is to be stored for it."""
        field.save_form_data(self.instance, data)
        if self._adding:
            return
        bound = self[field.name]
        value, bson = self.instance._data.get(field.name), bound.exact
        if bound.is_put_back:
            bson = self.base_bson(field.name)
        elif bson is CONVERT and not field.holds_documents:
            value = field.value_for_document(data)
            bson = field.exact_bson(value, self.stored_bson(field.name))
        if bson is not CONVERT:
            stored_name = field.document_field.db_field
            keep_exact(self.instance, field.name, stored_name, bson)

    def _unvalidated(self) -> set[str]:
        """Return fields that failed already, and an inline's reference to a new parent.

        A field that is on no form is validated when adding.
        """
        parents = (
            name
            for name, field in self.fields.items()
            if isinstance(field, InlineForeignKeyField)
        )
        return {*self._errors, *parents}

    def _collect(self, check, names) -> None:
        try:
            check(self.instance, names)
        except ValidationError as error:
            self._update_errors(error)

    def _update_errors(self, errors):
        super()._update_errors(self._shown_errors(errors))

    def _shown_errors(self, errors: ValidationError) -> ValidationError:
        """Move the errors of fields that this form does not show to its top."""
        if not hasattr(errors, "error_dict"):
            return errors
        shown: dict[str, list] = {}
        for name, found in errors.error_dict.items():
            if name in self.fields or name == NON_FIELD_ERRORS:
                shown.setdefault(name, []).extend(found)
                continue
            shown.setdefault(NON_FIELD_ERRORS, []).extend(
                f"{name}: {message}" for error in found for message in error.messages
            )
        return ValidationError(shown)

    def validate_unique(self):
        check = partial(validation.validate_unique, exclude=self._errors)
        self._collect(check, self._touched())

    def save(self, commit=True):
        """Save as ModelForm.save does, through the guarded save of saving."""
        if hasattr(self.instance, "save") and not self._is_embedded():
            saving.guard(self.instance, adding=self._adding)
        return super().save(commit=commit)

    def _is_embedded(self) -> bool:
        return not isinstance(self.instance, Document)

    def _save_m2m(self):
        """Do nothing: lists of references are part of the Document."""


class DocumentForm(UndeclaredMixin, BaseDocumentForm):
    """The form of a Document, its undeclared keys included."""


BaseDocumentForm.nested_form = DocumentForm


def with_refused_saves(request, form_class):
    """Tell a class, made for this request, of refused saves and of the rows to show."""
    form_class.windows = Windows(request.GET)
    form_class.offers = offers_of(request)
    form_class.made_for = request
    form_class.save_errors = getattr(request, "save_errors", {})
    return form_class
