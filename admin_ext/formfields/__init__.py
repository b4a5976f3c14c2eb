"""Form fields for what a Document stores; none of them changes a value on its way.

Every field answers ``has_changed`` by comparing what a person typed with what the
page showed, so that a value which nobody touched is never written back.
"""

from .any_value import AnyValueField
from .booleans import BooleanField, NullBooleanField
from .choices import ChoiceField
from .dates import (
    ComplexDateTimeField,
    DateField,
    DateTimeField,
    SplitDateTimeField,
    moment_text,
)
from .files import (
    BinaryField,
    FileField,
    ImageField,
    is_file_left_alone,
    join_lookups,
    read_upload,
    show_original,
)
from .free import ExtendedJSONField
from .generic import Access, GenericReferenceField, generic_bson
from .geo import GeometryField
from .numbers import Decimal128Field, DecimalField, FloatField, IntegerField
from .offers import Offers, offers_of, text_for
from .references import (
    DocumentChoiceField,
    DocumentMultipleChoiceField,
    StoredReferences,
)
from .sequences import SequenceField
from .texts import EmailField, ObjectIdField, StringField, URLField, UUIDField

__all__ = [
    "moment_text",
    "SequenceField",
    "Decimal128Field",
    "ComplexDateTimeField",
    "NullBooleanField",
    "BooleanField",
    "AnyValueField",
    "Access",
    "BinaryField",
    "ChoiceField",
    "DateField",
    "DateTimeField",
    "DecimalField",
    "DocumentChoiceField",
    "DocumentMultipleChoiceField",
    "EmailField",
    "ExtendedJSONField",
    "FileField",
    "FloatField",
    "GenericReferenceField",
    "GeometryField",
    "ImageField",
    "IntegerField",
    "ObjectIdField",
    "Offers",
    "SplitDateTimeField",
    "StoredReferences",
    "StringField",
    "URLField",
    "UUIDField",
    "generic_bson",
    "is_file_left_alone",
    "join_lookups",
    "offers_of",
    "read_upload",
    "show_original",
    "text_for",
]
