"""A mongoengine field seen as a Django field.

Django's admin asks ``isinstance(field, models.DateField)`` and the like wherever it
chooses a widget, a filter or a way to show a value. So each mongoengine field class
is answered for by a real Django field class; ``document_field`` is the original.
They are never contributed to a model: no column, no migration, no query.
"""

from .base import DocumentField, is_set, path_to
from .containers import EmbeddedField, ListField, RowField
from .files import (
    BinaryField,
    FileField,
    ImageField,
    StoredFileField,
    holds_files,
    linked,
    shown_in,
)
from .generic import GenericEmbeddedField
from .geo import GeometryField, as_checked
from .held import references_in
from .mapping import FIELD_CLASSES, field_for
from .maps import MapField
from .relations import (
    MAX_CHOICES,
    GenericReferenceField,
    ReferenceField,
    ReferenceListField,
)
from .validators import run_validators
from .values import (
    AnyField,
    BooleanField,
    ComplexDateTimeField,
    DateField,
    DateTimeField,
    EmailField,
    EnumField,
    ObjectIdField,
    StringField,
    TextField,
    URLField,
    ValueField,
    dynamic_field,
    is_key,
)

__all__ = [
    "FIELD_CLASSES",
    "MAX_CHOICES",
    "AnyField",
    "BinaryField",
    "BooleanField",
    "ComplexDateTimeField",
    "DateField",
    "DateTimeField",
    "DocumentField",
    "EmailField",
    "EmbeddedField",
    "EnumField",
    "FileField",
    "GenericEmbeddedField",
    "GenericReferenceField",
    "GeometryField",
    "ImageField",
    "ListField",
    "MapField",
    "ObjectIdField",
    "ReferenceField",
    "ReferenceListField",
    "RowField",
    "StoredFileField",
    "StringField",
    "TextField",
    "URLField",
    "ValueField",
    "as_checked",
    "dynamic_field",
    "field_for",
    "holds_files",
    "is_key",
    "is_set",
    "linked",
    "path_to",
    "references_in",
    "run_validators",
    "shown_in",
]
