"""What a mongoengine field demands of a value, as Django's validators say it."""

from typing import Any

from django.core import validators
from django.core.exceptions import ValidationError
from mongoengine import fields as me
from mongoengine.base import BaseField


class MatchValidator(validators.RegexValidator):
    """A pattern that has to match from the start, as mongoengine's ``regex`` does."""

    def __call__(self, value):
        if self.regex.match(str(value)) is None:
            raise ValidationError(self.message, code=self.code, params={"value": value})


# The limits of a mongoengine field, by the attribute that holds them.
LIMITS = {
    "max_length": validators.MaxLengthValidator,
    "min_length": validators.MinLengthValidator,
    "regex": MatchValidator,
    "min_value": validators.MinValueValidator,
    "max_value": validators.MaxValueValidator,
}

LIMITED = (
    me.StringField,
    me.IntField,
    me.LongField,
    me.FloatField,
    me.DecimalField,
)


def validators_for(document_field: BaseField) -> list[validators.BaseValidator]:
    """Return validators with Django's sentences for the limits of a field.

    Binary data and lists have limits too; of these the words are mongoengine's.
    """
    if not isinstance(document_field, LIMITED):
        return []
    limits = ((getattr(document_field, name, None), name) for name in LIMITS)
    return [LIMITS[name](limit) for limit, name in limits if limit is not None]


def run_validators(document_field: BaseField, value: Any) -> None:
    """Raise one ValidationError with all complaints about ``value``.

    Follows django.db.models.Field.run_validators (5.2).
    """
    errors = []
    for validator in validators_for(document_field):
        try:
            validator(value)
        except ValidationError as error:
            errors.extend(error.error_list)
    if errors:
        raise ValidationError(errors)
