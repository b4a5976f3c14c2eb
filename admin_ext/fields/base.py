"""What every Django view of a mongoengine field has."""

from enum import Enum
from types import SimpleNamespace
from typing import Any

from django import forms
from django.db import models
from mongoengine import fields as me
from mongoengine.base import BaseField, ComplexBaseField

from admin_ext import formfields
from admin_ext.boundfields import CONVERT
from admin_ext.changesets import MISSING, like
from admin_ext.compat import LOAD_ERRORS, QUERY_ERRORS
from admin_ext.hydration import shown_son, stored_son


def choices_for(document_field: BaseField) -> list[tuple[Any, Any]] | None:
    """Return mongoengine's choices as Django's pairs, or None when there are none.

    mongoengine accepts plain values, pairs and Enum classes.
    """
    choices = document_field.choices
    if not choices:
        return None
    if isinstance(document_field, me.EnumField):
        # Django's enumerations have labels.
        return [
            (member.value, getattr(member, "label", member.name)) for member in choices
        ]
    pairs = [
        choice
        if isinstance(choice, list | tuple) and len(choice) == 2
        else (choice, choice)
        for choice in choices
    ]
    return [(value, label) for value, label in pairs]


def default_for(document_field: BaseField) -> Any:
    """Return the declared default, or Django's NOT_PROVIDED.

    A bare ListField or DictField defaults to its empty value; that is no choice of
    the developer and must not be written for a document that lacks the key.
    """
    default = document_field.default
    if default is None or (
        isinstance(document_field, ComplexBaseField) and not default
    ):
        return models.NOT_PROVIDED
    if isinstance(document_field, ComplexBaseField) and callable(default):
        return models.NOT_PROVIDED if not default() else default
    if callable(default) and not isinstance(default, Enum):
        return default
    return default.value if isinstance(default, Enum) else default


def options_for(document_field: BaseField, *, name: str) -> dict[str, Any]:
    """Return the arguments of a Django field that say what ``document_field`` says."""
    # The adapter's property falls back on the stored name; Django's on the attribute.
    declared = vars(document_field)
    verbose_name = declared.get("_verbose_name") or declared.get("verbose_name")
    has_default = document_field.default is not None
    return {
        "verbose_name": verbose_name or name.replace("_", " "),
        "unique": bool(document_field.unique and not document_field.unique_with),
        "blank": not document_field.required,
        # A boolean that may be missing is no check box: missing is not False.
        "null": not document_field.required and not has_default,
        "default": default_for(document_field),
        "choices": choices_for(document_field),
        "help_text": getattr(document_field, "help_text", None) or "",
        "editable": getattr(document_field, "editable", True),
        "max_length": getattr(document_field, "max_length", None),
        "db_column": document_field.db_field,
    }


class DocumentField:
    """What all Django views of mongoengine fields share."""

    formfield_class: type[forms.Field] | None = None
    # Python's types of the BSON that is expected; () for any.
    bson_types: tuple[type, ...] = ()
    # Django's name for the stored value of a reference is not the field's own name.
    attname_suffix = ""

    def __init__(self, document_field, *args, **options):
        self.document_field = document_field
        super().__init__(*args, **options)

    def bind(self, document, name):
        """Take the place of Django's contribute_to_class."""
        self.set_attributes_from_name(name)
        self.model = document
        self.attname = name + self.attname_suffix

    def get_attname(self):
        return self.name + self.attname_suffix

    def __deepcopy__(self, memo):
        return self

    def stored_value(self, document: Any) -> Any:
        """Return what ``document`` holds, without asking MongoDB for references.

        What is null or not stored is None here, whatever default mongoengine gave
        the object: a default of "now" would be another value at each look.
        """
        stored, name = stored_son(document), self.document_field.db_field
        is_null = stored is not None and stored.get(name) is None
        if is_null and not is_set(self, document):
            return None
        return document._data.get(self.name)

    def stored_bson(self, document: Any) -> Any:
        """Return what MongoDB held when ``document`` was loaded, or MISSING."""
        return (stored_son(document) or {}).get(self.document_field.db_field, MISSING)

    def shown_bson(self, document: Any) -> Any:
        """Return the same as far as the person it was loaded for may see it."""
        return (shown_son(document) or {}).get(self.document_field.db_field, MISSING)

    def loaded(self, stored: Any) -> Any:
        """Return a value of BSON's as mongoengine loads it; an odd one as it is."""
        if stored is MISSING or stored is None:
            return None
        try:
            return self.document_field.to_python(stored)
        except LOAD_ERRORS:
            return stored

    def as_base(self, stored: Any) -> Any:
        """Return what travels with a page for a stored value: here that itself."""
        return stored

    def bson_for(self, value: Any, stored: Any) -> Any:
        """Return a Document's value as BSON, like what is stored where that fits.

        What is emptied goes missing, unless the field says ``null=True``.
        """
        if value is None:
            return None if self.document_field.null else MISSING
        return like(self.document_field.to_mongo(value), stored)

    def exact_bson(self, value: Any, stored: Any) -> Any:
        """Return the same, or CONVERT for a value that mongoengine will refuse."""
        try:
            return self.bson_for(value, stored)
        except QUERY_ERRORS:
            return CONVERT

    def member_bson(self, value: Any, stored: Any) -> Any:
        """Return the same for a member of a list, which can be null but not missing."""
        bson = self.exact_bson(value, stored)
        return None if bson is MISSING else bson

    def merged(self, value: Any, base: Any, stored: Any) -> tuple[Any, Any] | None:
        """Return what two people's changes make of a value, and its BSON, or None.

        ``value``: what one of them wants in place of ``base``; the other stored
        ``stored``. None where the values as a whole are a conflict.
        """
        return None

    @property
    def holds_documents(self) -> bool:
        """Tell whether a value is, or has in it, an embedded document."""
        return False

    def initial_for(self, value: Any) -> Any:
        """Return a stored value as its form field takes it."""
        return value

    def value_from_object(self, obj):
        return self.initial_for(self.stored_value(obj))

    def save_form_data(self, instance, data):
        setattr(instance, self.name, self.value_for_document(data))

    def value_for_document(self, value: Any) -> Any:
        """Return a cleaned form value as the Document wants it."""
        return value

    def formfield(self, **kwargs):
        if self.choices is not None:
            kwargs.setdefault("choices_form_class", formfields.ChoiceField)
        elif self.formfield_class is not None:
            kwargs.setdefault("form_class", self.formfield_class)
        # Django would compare with a hidden "initial"; the stored value is the base.
        field = super().formfield(**{"show_hidden_initial": False} | kwargs)
        if field is not None:
            field.bson_types = self.bson_types
        return field


def is_set(field: DocumentField, document: Any) -> bool:
    """Tell whether a field was given a value since ``document`` was loaded."""
    changed = document._changed_fields
    name = field.document_field.db_field
    return bool(changed) and any(path.partition(".")[0] == name for path in changed)


def path_to(document: Any) -> list[SimpleNamespace]:
    """Return what Django's ``path_infos`` tells: where a path goes on.

    ``m2m`` is False always: in MongoDB a match in a list yields its document once.
    """
    return [
        SimpleNamespace(
            to_opts=document._meta,
            m2m=False,
            filtered_relation=None,
            target_fields=(document._meta.pk,),
        )
    ]
