"""Texts, addresses and ids, each typed into one input."""

from bson import ObjectId
from bson.errors import InvalidId
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from admin_ext.untouched import NEWLINES, StoredValueMixin


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
        if not isinstance(value, str):
            return value
        try:
            value.encode()
        except UnicodeEncodeError as error:
            # Half of a character, as some encodings of a form can have it.
            message = _("Enter a valid value.")
            raise ValidationError(message, code="invalid") from error
        return NEWLINES.sub("\n", value)


class EmailField(StoredValueMixin, forms.EmailField):
    pass


class URLField(StoredValueMixin, forms.URLField):
    pass


class UUIDField(StoredValueMixin, forms.UUIDField):
    pass


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
