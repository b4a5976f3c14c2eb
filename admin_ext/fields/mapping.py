"""Which Django field class answers for which mongoengine field class."""

from mongoengine import fields as me
from mongoengine.base import BaseField

from .base import DocumentField, choices_for, options_for
from .containers import AnyListField, EmbeddedField, ListField
from .files import BinaryField, FileField, ImageField
from .generic import GenericEmbeddedField
from .geo import KINDS, GeometryField
from .maps import MapField, free_item
from .relations import GenericReferenceField, ReferenceField, ReferenceListField
from .values import (
    AnyField,
    BigIntegerField,
    BooleanField,
    ComplexDateTimeField,
    DateField,
    DateTimeField,
    Decimal128Field,
    DecimalField,
    EmailField,
    EnumField,
    FloatField,
    IntegerField,
    ObjectIdField,
    SequenceField,
    StringField,
    TextField,
    URLField,
    UUIDField,
    ValueField,
)

REFERENCE_FIELDS = (me.ReferenceField, me.CachedReferenceField, me.LazyReferenceField)

# The first class of a field's method resolution order that is named here answers.
FIELD_CLASSES: dict[type[BaseField], type[DocumentField]] = {
    me.ObjectIdField: ObjectIdField,
    me.EmailField: EmailField,
    me.URLField: URLField,
    me.StringField: StringField,
    me.IntField: IntegerField,
    me.LongField: BigIntegerField,
    me.SequenceField: SequenceField,
    me.FloatField: FloatField,
    me.DecimalField: DecimalField,
    me.Decimal128Field: Decimal128Field,
    me.BooleanField: BooleanField,
    me.DateField: DateField,
    me.ComplexDateTimeField: ComplexDateTimeField,
    me.DateTimeField: DateTimeField,
    me.UUIDField: UUIDField,
    me.EnumField: EnumField,
    me.ReferenceField: ReferenceField,
    me.CachedReferenceField: ReferenceField,
    me.LazyReferenceField: ReferenceField,
    me.GenericReferenceField: GenericReferenceField,
    me.GenericLazyReferenceField: GenericReferenceField,
    me.GenericEmbeddedDocumentField: GenericEmbeddedField,
    me.EmbeddedDocumentField: EmbeddedField,
    me.BinaryField: BinaryField,
    me.FileField: FileField,
    **dict.fromkeys(KINDS, GeometryField),
    me.ImageField: ImageField,
    me.DynamicField: AnyField,
    BaseField: ValueField,
}


def field_class_for(document_field: BaseField) -> type[DocumentField]:
    """Return the Django field class that answers for ``document_field``."""
    found = next(
        FIELD_CLASSES[cls]
        for cls in type(document_field).__mro__
        if cls in FIELD_CLASSES
    )
    if found is StringField and document_field.max_length is None:
        return StringField if choices_for(document_field) else TextField
    return found


def field_for(document_field: BaseField, *, name: str, present) -> DocumentField:
    """Return ``document_field`` as a Django field, not yet bound to its Document.

    ``present`` is meta.present: it gives a referenced or embedded class a ``_meta``.
    """
    options = options_for(document_field, name=name)
    if isinstance(document_field, me.ListField):
        return _list_field(document_field, options, name=name, present=present)
    if isinstance(document_field, me.DictField) and not document_field.primary_key:
        item = _item(document_field, name=name, present=present)
        return MapField(document_field, item=item, **options | {"choices": None})
    cls = field_class_for(document_field)
    if cls is ReferenceField:
        return cls(document_field, to=present(document_field.document_type), **options)
    if cls is EmbeddedField:
        return cls(document_field, present=present, **options)
    if cls is GenericEmbeddedField:
        options["choices"] = None
        return cls(document_field, present=present, **options)
    if cls is GenericReferenceField:
        options["present"] = present
    if isinstance(document_field, me.SequenceField) and document_field.primary_key:
        options["editable"] = False
    if cls is DecimalField:
        options["decimal_places"] = document_field.precision
    if issubclass(cls, ValueField):
        options["choices"] = None
    return cls(document_field, **options)


def _item(document_field, *, name, present):
    """Return the field of the values of a map; a dict holds anything."""
    if document_field.field is not None:
        return field_for(document_field.field, name=name, present=present)
    member = free_item(document_field)
    return AnyField(member, **options_for(member, name=name) | {"choices": None})


def _list_field(document_field, options, *, name, present):
    member = document_field.field
    if member is None:
        item = AnyField(me.DynamicField(), null=True, blank=True)
        return AnyListField(document_field, item=item, **options)
    if isinstance(member, REFERENCE_FIELDS):
        to = present(member.document_type)
        return ReferenceListField(document_field, to=to, **options)
    item = field_for(member, name=name, present=present)
    return ListField(document_field, item=item, **options)
