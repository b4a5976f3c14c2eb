"""Fields of one value: texts, numbers, dates, keys, and values of any shape."""

from datetime import datetime
from enum import Enum
from typing import Any

from bson import Decimal128, ObjectId
from bson.errors import InvalidId
from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from mongoengine import DynamicField
from mongoengine.queryset.transform import MATCH_OPERATORS

from admin_ext import formfields
from admin_ext.changesets import MISSING
from admin_ext.compat import METHOD_ERRORS

from .base import DocumentField, is_set, path_to


class AsStoredMixin(DocumentField):
    """Mixed in where mongoengine makes another value of what is stored.

    To it a text "5" is the number 5, any text is true, and 1.0 is the member of 1.
    """

    def stored_value(self, document):
        value, stored = super().stored_value(document), self.shown_bson(document)
        is_loaded = value is not None and stored is not MISSING
        return stored if is_loaded and not is_set(self, document) else value

    def loaded(self, stored):
        return None if stored is MISSING else stored


class TextMixin(DocumentField):
    """A text that is emptied becomes the empty string; it does not go missing."""

    bson_types = (str,)
    formfield_class = formfields.StringField

    def formfield(self, **kwargs):
        field = super().formfield(**kwargs)
        if self.choices is None and isinstance(field, forms.CharField):
            field.empty_value = ""
        return field


class StringField(TextMixin, models.CharField):
    pass


class TextField(TextMixin, models.TextField):
    """A StringField without max_length: Django's admin gives it a text area."""


class EmailField(DocumentField, models.EmailField):
    bson_types = (str,)
    formfield_class = formfields.EmailField


class URLField(DocumentField, models.URLField):
    bson_types = (str,)
    formfield_class = formfields.URLField

    def formfield(self, **kwargs):
        # Django 6.0 assumes https; until then the choice must be made.
        return super().formfield(**{"assume_scheme": "https"} | kwargs)


class NumberField(DocumentField):
    """Shared by the numbers, whose limits are the mongoengine field's own."""

    bson_types = (int, float)

    @property
    def validators(self):
        # Django's are the limits of an SQL column.
        return []


class IntegerField(AsStoredMixin, NumberField, models.IntegerField):
    formfield_class = formfields.IntegerField


class BigIntegerField(AsStoredMixin, NumberField, models.BigIntegerField):
    formfield_class = formfields.IntegerField

    def formfield(self, **kwargs):
        # Django's has the limits of an SQL column.
        return DocumentField.formfield(self, **kwargs)


class FloatField(AsStoredMixin, NumberField, models.FloatField):
    formfield_class = formfields.FloatField


class DecimalField(NumberField, models.DecimalField):
    # mongoengine stores doubles, or texts.
    bson_types = (int, float, str)
    formfield_class = formfields.DecimalField


class Decimal128Field(DecimalField):
    bson_types = (Decimal128,)
    formfield_class = formfields.Decimal128Field


class SequenceField(IntegerField):
    formfield_class = formfields.SequenceField


class BooleanField(AsStoredMixin, models.BooleanField):
    @property
    def formfield_class(self):
        return formfields.NullBooleanField if self.null else formfields.BooleanField


class DateTimeField(DocumentField, models.DateTimeField):
    bson_types = (datetime,)
    formfield_class = formfields.DateTimeField

    def formfield(self, **kwargs):
        # The admin asks for this one by name (ModelAdmin.formfield_overrides).
        if kwargs.get("form_class") is forms.SplitDateTimeField:
            kwargs["form_class"] = formfields.SplitDateTimeField
        return super().formfield(**kwargs)


class DateField(DocumentField, models.DateField):
    bson_types = (datetime,)
    formfield_class = formfields.DateField


class UUIDField(DocumentField, models.UUIDField):
    formfield_class = formfields.UUIDField


class EnumField(AsStoredMixin, models.CharField):
    """Choices are the members' stored values; the Document gets the member."""

    def initial_for(self, value):
        return value.value if isinstance(value, Enum) else value

    def value_for_document(self, value):
        """Return the member whose stored value was chosen; forms know texts only."""
        if value in self.empty_values:
            return None
        return next(
            (
                member
                for member in self.document_field._enum_cls
                if str(member.value) == str(value)
            ),
            value,
        )


class ObjectIdField(DocumentField, models.Field):
    bson_types = (ObjectId,)
    formfield_class = formfields.ObjectIdField

    def get_internal_type(self):
        return "ObjectIdField"

    def to_python(self, value):
        if value is None or isinstance(value, ObjectId):
            return value
        try:
            return ObjectId(value)
        except (InvalidId, TypeError) as error:
            raise ValidationError(
                _("“%(value)s” is not a valid ObjectId."),
                code="invalid",
                params={"value": value},
            ) from error


# Operators of mongoengine that are likely names of keys; a path to them is escaped.
LIKELY_KEYS = frozenset({"all", "size", "type"})
NO_KEYS = {*MATCH_OPERATORS, "range", "isnull", "year", "date"} - LIKELY_KEYS


def is_key(name: str) -> bool:
    """Tell whether a step of a lookup path may be a key of a free value."""
    return bool(name) and "$" not in name and "." not in name and name not in NO_KEYS


class ValueField(DocumentField, models.Field):
    """Any value, edited as Extended JSON: Dict, Map, Dynamic, geo and the rest."""

    formfield_class = formfields.ExtendedJSONField
    empty_strings_allowed = False
    # Null is one of the values that it may have.
    is_free = True

    def get_internal_type(self):
        return "ValueField"

    def initial_for(self, value):
        """Return the value as BSON holds it, which is what an odd one is already."""
        try:
            return None if value is None else self.document_field.to_mongo(value)
        except METHOD_ERRORS:
            return value

    def value_for_document(self, value):
        """Return the value as mongoengine reads it; what it cannot, it will refuse."""
        try:
            return None if value is None else self.document_field.to_python(value)
        except METHOD_ERRORS:
            return value

    def to_python(self, value):
        return value

    @property
    def path_infos(self):
        return path_to(Keys)


class AnyField(AsStoredMixin, ValueField):
    """A value of which only BSON knows the type; a person says which one it gets.

    mongoengine makes an object of what holds a key "_cls", without further keys.
    """

    formfield_class = formfields.AnyValueField

    def value_for_document(self, value):
        # mongoengine would look for the class that a key "_cls" names.
        return value

    def bson_for(self, value, stored):
        """Return the value in the type that was chosen, whatever is stored."""
        if value is None:
            return super().bson_for(value, stored)
        return self.document_field.to_mongo(value)


class ComplexDateTimeField(AsStoredMixin, ValueField):
    """A moment of no time zone, stored as a text: its numbers between separators."""

    formfield_class = formfields.ComplexDateTimeField

    def initial_for(self, value):
        """Return the moment that a text says, without a time zone; others as they are.

        mongoengine reads a text without all the numbers too.
        """
        return self.document_field.to_python(value) if isinstance(value, str) else value

    def value_for_document(self, value):
        """Return the text of a moment. strftime() writes the year 1 as 1."""
        if not isinstance(value, datetime):
            return value
        numbers = value.strftime(self.document_field.format.removeprefix("%Y"))
        return f"{value.year:04d}{numbers}"

    def bson_for(self, value, stored):
        is_text = isinstance(value, str)
        return value if is_text else super().bson_for(value, stored)


class KeyOptions:
    """``_meta`` of Keys: every possible key is a field."""

    @property
    def pk(self):
        """Return a key like any other: what "pk" says of a model, it says of none."""
        return self.get_field("pk")

    @property
    def model(self):
        return Keys

    def get_field(self, name):
        if not is_key(name):
            raise FieldDoesNotExist(f"“{name}” cannot be a key.")
        field = ValueField(DynamicField(db_field=name), null=True, blank=True)
        field.bind(Keys, name)
        return field


class Keys:
    """Stands where Django expects the model into which a path goes on."""

    _meta = KeyOptions()


def dynamic_field(document: Any, name: str) -> ValueField | None:
    """Return the field of a key that a dynamic Document does not declare, or None.

    A name of the class is never taken for a key.
    """
    is_dynamic = getattr(document, "_dynamic", False) and not hasattr(document, name)
    if not is_dynamic or not is_key(name) or name.startswith("_"):
        return None
    field = ValueField(DynamicField(db_field=name), null=True, blank=True)
    field.bind(document, name)
    return field
