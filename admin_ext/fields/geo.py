"""Points, lines and polygons."""

import copy
from typing import Any

from django.utils.text import format_lazy
from mongoengine import fields as me
from mongoengine.base import BaseField, GeoJsonBaseField

from admin_ext import formfields, geometry

from .values import ValueField

KINDS: dict[type[BaseField], geometry.Kind] = {
    me.GeoPointField: geometry.PAIR,
    me.PointField: geometry.POINT,
    me.LineStringField: geometry.LINE_STRING,
    me.MultiPointField: geometry.MULTI_POINT,
    me.PolygonField: geometry.POLYGON,
    me.MultiLineStringField: geometry.MULTI_LINE_STRING,
    me.MultiPolygonField: geometry.MULTI_POLYGON,
}

# mongoengine's checks: they know neither further numbers nor keys beside the
# coordinates, both of which GeoJSON and MongoDB allow.
NARROW = (me.GeoPointField.validate, GeoJsonBaseField.validate)


def kind_of(document_field: BaseField) -> geometry.Kind | None:
    """Return what kind of geometry a mongoengine field holds, or None."""
    mro = type(document_field).__mro__
    return next((KINDS[cls] for cls in mro if cls in KINDS), None)


def is_narrow(document_field: BaseField) -> bool:
    return type(document_field).validate in NARROW


def as_checked(document_field: BaseField) -> BaseField:
    """Return a field whose checks look at the part of a geometry that they know of.

    A form lets no number and no key through that was not stored already. Any other
    field, and one with checks of its own, is returned as it is.
    """
    kind = kind_of(document_field)
    if kind is None or not is_narrow(document_field):
        return document_field
    checked = copy.copy(document_field)
    checked.validate = lambda value: document_field.validate(
        geometry.plain(kind, value)
    )
    return checked


class GeometryField(ValueField):
    """A geometry, typed as coordinates."""

    formfield_class = formfields.GeometryField

    def get_internal_type(self):
        return "GeometryField"

    @property
    def kind(self) -> geometry.Kind:
        return kind_of(self.document_field)

    def initial_for(self, value: Any) -> Any:
        """Return the value as BSON holds it.

        mongoengine's own fields hold it so; their ``to_mongo`` would make GeoJSON of a
        bare list, and of anything else.
        """
        is_converted = type(self.document_field).to_python is not BaseField.to_python
        return super().initial_for(value) if is_converted else value

    def bson_for(self, value: Any, stored: Any) -> Any:
        """Return a value like what is stored by now: its shape, keys and types."""
        bson = self.initial_for(value)
        coordinates = geometry.coordinates_in(self.kind, bson)
        if coordinates is None or geometry.coordinates_in(self.kind, stored) is None:
            return super().bson_for(value, stored)
        texts = geometry.texts_of(coordinates, self.kind.depth)
        return geometry.with_texts(self.kind, texts, stored)

    def formfield(self, **kwargs):
        form_class = kwargs.get("form_class", self.formfield_class)
        if issubclass(form_class, formfields.GeometryField):
            example = geometry.HELP_TEXTS[self.kind.name]
            help_text = (
                format_lazy("{} {}", self.help_text, example)
                if self.help_text
                else example
            )
            most = 2 if is_narrow(self.document_field) else 3
            kwargs = {"help_text": help_text, "kind": self.kind, "most": most} | kwargs
        return super().formfield(**kwargs)
