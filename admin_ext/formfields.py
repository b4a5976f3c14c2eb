"""Form fields for what a Document stores; none of them changes a value on its way.

Every field answers ``has_changed`` by comparing what a person typed with what the
page showed, so that a value which nobody touched is never written back.
"""

import re
from datetime import UTC, datetime
from typing import Any

import bson
from bson import ObjectId, json_util
from bson.errors import InvalidId
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.models import ModelChoiceIterator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from mongoengine import Document
from mongoengine.errors import ValidationError as DocumentValidationError

from .ejson import CODEC, JSON_ERRORS, LOSSLESS, extended_json
from .keys import key_of
from .untouched import StoredValueMixin
from .widgets import ExtendedJSONWidget

NEWLINES = re.compile(r"\r\n|\r")


class StringField(StoredValueMixin, forms.CharField):
    """Text with bare newlines, stripped as Django's unless outer spaces are stored.

    Browsers send every newline as CRLF:
    https://html.spec.whatwg.org/#constructing-the-form-data-set
    """

    def keep_stored_value(self, value):
        super().keep_stored_value(value)
        if isinstance(value, str) and value != value.strip():
            # Who edits a word in it did not touch them.
            self.strip = False

    def to_python(self, value):
        value = super().to_python(value)
        return NEWLINES.sub("\n", value) if isinstance(value, str) else value


class EmailField(StoredValueMixin, forms.EmailField):
    pass


class URLField(StoredValueMixin, forms.URLField):
    pass


class IntegerField(StoredValueMixin, forms.IntegerField):
    """A whole number that BSON can hold: 64 bits."""

    default_validators = (
        MinValueValidator(-(2**63)),
        MaxValueValidator(2**63 - 1),
    )


class FloatField(StoredValueMixin, forms.FloatField):
    pass


class DecimalField(StoredValueMixin, forms.DecimalField):
    pass


class UUIDField(StoredValueMixin, forms.UUIDField):
    pass


class DateField(StoredValueMixin, forms.DateField):
    pass


def validate_moment(value: datetime) -> None:
    """Raise ValidationError for a moment that has no year from 1 to 9999 in UTC."""
    try:
        value.astimezone(UTC)
    except OverflowError as error:
        message = forms.DateTimeField.default_error_messages["invalid"]
        raise ValidationError(message, code="invalid") from error


class DateTimeField(StoredValueMixin, forms.DateTimeField):
    default_validators = (validate_moment,)


class SplitDateTimeField(StoredValueMixin, forms.SplitDateTimeField):
    """Date and time in two inputs; in one, where no date and time is stored."""

    default_validators = (validate_moment,)

    def clean(self, value):
        if self.is_odd:
            return forms.DateTimeField(required=self.required).clean(value)
        return super().clean(value)


class ObjectIdField(StoredValueMixin, forms.CharField):
    """An ObjectId typed as its 24 hexadecimal digits."""

    default_error_messages = {
        "invalid": _("“%(value)s” is not a valid ObjectId (24 hexadecimal digits)."),
    }

    def to_python(self, value):
        value = super().to_python(value)
        if value in self.empty_values:
            return None
        try:
            return ObjectId(value)
        except (InvalidId, TypeError) as error:
            raise ValidationError(
                self.error_messages["invalid"],
                code="invalid",
                params={"value": value},
            ) from error


class ChoiceField(forms.TypedChoiceField):
    """A choice; a stored value that is no longer a choice is offered as it is."""

    def keep_stored_value(self, value: Any) -> None:
        """Add the stored value to the choices when it is not among them."""
        if value is None or value == "":
            self._offer_nothing()
            return
        if self.valid_value(value):
            return
        label = _("Not a choice: %(value)s") % {"value": value}
        self.choices = [*self.choices, (self.prepare_value(value), label)]
        self.stored_value = value
        self.widget.choices = self.choices

    def _offer_nothing(self) -> None:
        """Add an empty choice: without one a browser selects, and sends, the first."""
        if isinstance(self.widget, forms.Select) and not self.valid_value(""):
            self.choices = [*BLANK_CHOICE_DASH, *self.choices]
            self.widget.choices = self.choices

    def prepare_value(self, value):
        """Return a list or a dict as one text; a select would look for its members."""
        return str(value) if isinstance(value, dict | list | tuple) else value

    def _coerce(self, value):
        stored = getattr(self, "stored_value", None)
        if stored is not None and str(value) == str(stored):
            return stored
        return super()._coerce(value)

    def has_changed(self, initial, data):
        if self.disabled:
            return False
        return str("" if initial is None else initial) != str(data or "")


class DocumentChoiceIterator(ModelChoiceIterator):
    """The choices of a reference: the documents, then what is stored and is none."""

    def __iter__(self):
        yield from super().__iter__()
        yield from self.field.dangling_choices

    def __len__(self):
        return super().__len__() + len(self.field.dangling_choices)


class StoredReferences:
    """Shared by the fields below: a stored reference stays until somebody changes it.

    ``stored``: {text sent by the form: reference as the Document holds it}.
    """

    iterator = DocumentChoiceIterator
    invalid_key_code = "invalid_choice"

    @property
    def stored(self) -> dict[str, Any]:
        return vars(self).get("_stored", {})

    def keep_stored_value(self, value: Any) -> None:
        """Remember what is stored, whatever it is."""
        if value is None:
            self._offer_nothing()
            return
        members = self.members_of(value)
        self._members = [self.stored_text(item) for item in members]
        self._stored = dict(zip(self._members, members, strict=True))

    def stored_text(self, reference: Any) -> str:
        """Return what the form sends for a reference that is stored."""
        return text_for(key_of(self.queryset.model, reference))

    def _offer_nothing(self) -> None:
        """Do what an absent value needs: here nothing."""

    def members_of(self, value: Any) -> list:
        """Return the references in a stored value."""
        return [value]

    def get_limit_choices_to(self):
        """Return nothing: Django's form would limit with SQL's EXISTS."""
        return {}

    def apply_limit_choices_to(self) -> None:
        """Limit the choices as the reference's ``limit_choices_to`` says."""
        limit = super().get_limit_choices_to()
        if limit:
            self.queryset = self.queryset.complex_filter(limit)

    @cached_property
    def dangling_choices(self) -> list[tuple[str, str]]:
        """The stored references to what is no choice, or no document, as choices."""
        return [
            (text, self._label_of_stored(text))
            for text in self.stored
            if not self.find(text)
        ]

    def _label_of_stored(self, text: str) -> str:
        document = self.find(text, self.queryset.model._default_manager)
        if document is not None:
            return self.label_from_instance(document)
        return _("Not found: %(id)s") % {"id": text or _("(empty)")}

    def __deepcopy__(self, memo):
        result = super().__deepcopy__(memo)
        vars(result).pop("dangling_choices", None)
        return result

    def find(self, text: str, queryset: Any = None) -> Any:
        """Return the document with that key, or None for any other text.

        It is looked for among the choices, unless in another ``queryset``.
        """
        if not text:
            return None
        among = self.queryset if queryset is None else queryset
        try:
            return among.get(**{self.to_field_name or "pk": text})
        except (
            ValueError,
            TypeError,
            DocumentValidationError,
            ValidationError,
            self.queryset.model.DoesNotExist,
        ):
            return None

    def resolve(self, text: str) -> Any:
        """Return the document that was chosen, or the stored reference that was kept.

        Raise ValidationError for anything else.
        """
        if text in self.stored:
            return self.stored[text]
        document = self.find(text)
        if document is None:
            code = self.code_for(text)
            params = {"value": text, "pk": text}
            raise ValidationError(self.error_messages[code], code=code, params=params)
        return document

    def code_for(self, text: str) -> str:
        """Return which message tells that ``text`` is no choice.

        Raise ValidationError where Django's queryset does: for what is no UUID.
        """
        try:
            self.queryset.model._meta.pk.to_python(text)
        except ValidationError:
            if isinstance(self.queryset.model._meta.pk, models.UUIDField):
                raise
            return self.invalid_key_code
        return "invalid_choice"


def text_for(reference: Any) -> str:
    """Return what a form sends for a document, or for its key."""
    if isinstance(reference, Document):
        reference = key_of(type(reference), reference)
    return "" if reference is None else NEWLINES.sub("\n", str(reference))


class DocumentChoiceField(StoredReferences, forms.ModelChoiceField):
    """One reference, chosen from a queryset of Documents."""

    def _offer_nothing(self) -> None:
        """Add an empty choice: without one a browser selects, and sends, the first."""
        if isinstance(self.widget, forms.Select) and self.empty_label is None:
            self.empty_label = BLANK_CHOICE_DASH[0][1]
            self.widget.choices = self.choices

    def to_python(self, value):
        return None if value in self.empty_values else self.resolve(text_for(value))

    def prepare_value(self, value):
        return value if value is None else text_for(value)

    def validate(self, value):
        return forms.Field.validate(self, value)

    def has_changed(self, initial, data):
        return not self.disabled and text_for(initial) != text_for(data or "")


class DocumentMultipleChoiceField(StoredReferences, forms.ModelMultipleChoiceField):
    """A list of references. Order is kept, and so are members that lead nowhere.

    Cleans to a list: the stored members that are still chosen, in their stored
    order, then the new ones in the order submitted.
    """

    invalid_key_code = "invalid_pk_value"

    def members_of(self, value):
        return list(value) if isinstance(value, list | tuple) else [value]

    def clean(self, value):
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")
        if not value:
            return []
        if not isinstance(value, list | tuple):
            raise ValidationError(
                self.error_messages["invalid_list"], code="invalid_list"
            )
        submitted = list(dict.fromkeys(text_for(item) for item in value))
        members = vars(self).get("_members", ())
        kept = [text for text in members if text in submitted]
        added = [text for text in submitted if text not in self.stored]
        return [self.resolve(text) for text in (*kept, *added)]

    def prepare_value(self, value):
        if isinstance(value, list | tuple):
            return [text_for(item) for item in value]
        return super().prepare_value(value)

    def has_changed(self, initial, data):
        if self.disabled:
            return False
        before = {text_for(item) for item in initial or ()}
        return before != {text_for(item) for item in data or ()}


class ExtendedJSONField(forms.CharField):
    """A value of any shape, as MongoDB Extended JSON (relaxed when that is exact).

    https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/
    """

    widget = ExtendedJSONWidget
    default_error_messages = {
        "invalid": _("Enter valid Extended JSON: %(error)s."),
    }

    is_kept = False

    def keep_stored_value(self, value: Any) -> None:
        """Remember that there is a stored value: left alone it is not judged."""
        self.is_kept = True

    def _clean_bound_field(self, bf):
        if self.is_kept and not bf._has_changed():
            return bf.initial
        return super()._clean_bound_field(bf)

    def prepare_value(self, value):
        if isinstance(value, str) and getattr(value, "is_typed", False):
            return str(value)
        return extended_json(value)

    def bound_data(self, data, initial):
        return TypedText(data) if data is not None else None

    def to_python(self, value):
        value = super().to_python(value)
        if value in self.empty_values:
            return None
        try:
            value = json_util.loads(value, json_options=LOSSLESS)
            # What cannot be stored (a number of 65 bits, a key with NUL) raises here.
            bson.encode({"value": value}, codec_options=CODEC)
            return value
        except JSON_ERRORS as error:
            raise ValidationError(
                self.error_messages["invalid"],
                code="invalid",
                params={"error": str(error)[:200]},
            ) from error

    def has_changed(self, initial, data):
        if self.disabled:
            return False
        shown = NEWLINES.sub("\n", extended_json(initial)).strip()
        return shown != NEWLINES.sub("\n", data or "").strip()


class TypedText(str):
    """Text that a person typed, as opposed to a stored string."""

    is_typed = True
