"""Files in GridFS and binary data, seen as Django's fields of their kind."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from bson import Binary
from django.contrib.admin.widgets import AdminFileWidget
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import models
from django.utils.translation import gettext_lazy as _
from mongoengine.fields import GridFSProxy

from admin_ext import formfields
from admin_ext.files import (
    Shown,
    ShownBinary,
    ShownFile,
    pending_proxy,
    stand_in,
    subtype_of,
    with_own_files,
)

from .base import DocumentField
from .containers import ListField


class StoredFileField(DocumentField):
    """Shared by the fields below, whose contents no page has in it."""

    def formfield(self, **kwargs):
        # The admin asks for this one by name (FORMFIELD_FOR_DBFIELD_DEFAULTS).
        if kwargs.get("widget") is AdminFileWidget:
            del kwargs["widget"]
        defaults = {"form_class": self.formfield_class, **self.formfield_options}
        return models.Field.formfield(self, **defaults | kwargs)

    @property
    def formfield_options(self) -> dict[str, Any]:
        """Arguments of the form field."""
        return {}

    def to_python(self, value):
        """Return ``value``; no text of a URL is a file."""
        if isinstance(value, str):
            raise ValidationError(
                _("A file cannot be looked up by “%(value)s”."),
                code="invalid",
                params={"value": value},
            )
        return value


class FileField(StoredFileField, models.FileField):
    """A file in GridFS; the document holds its id."""

    formfield_class = formfields.FileField

    @property
    def formfield_options(self):
        field = self.document_field
        return {"document_field": field, "max_length": self.max_length}

    def initial_for(self, value):
        if isinstance(value, Shown) or value is None:
            return value
        if isinstance(value, GridFSProxy) and value.grid_id is None:
            return None
        return ShownFile(self.document_field, value)

    def value_for_document(self, value):
        """Return mongoengine's proxy; of a file that is shown, of a copy of it."""
        if isinstance(value, File):
            return pending_proxy(self.document_field, value)
        if isinstance(value, ShownFile):
            return with_own_files(self.document_field.to_python(value.value))
        return value or None


class ImageField(FileField, models.ImageField):
    """A picture in GridFS."""

    formfield_class = formfields.ImageField


class BinaryField(StoredFileField, models.BinaryField):
    """Binary data within the document."""

    formfield_class = formfields.BinaryField

    @property
    def formfield_options(self):
        # mongoengine gives a new document the default by itself.
        return {
            "max_bytes": getattr(self.document_field, "max_bytes", None),
            "required": not self.blank and not self.has_default(),
            "initial": None,
        }

    def initial_for(self, value):
        if isinstance(value, Shown) or value is None:
            return value
        return ShownBinary(value, self.name)

    def value_for_document(self, value):
        if isinstance(value, File):
            return formfields.read_upload(value)
        if isinstance(value, ShownBinary):
            return value.value
        return None if value is False else value

    def as_base(self, stored):
        """Return what stands for the data, which do not travel with the page."""
        return stand_in(stored)

    def bson_for(self, value, stored):
        bson = super().bson_for(value, stored)
        if isinstance(stored, UUID) and isinstance(bson, bytes):
            return Binary(bson, subtype_of(stored))
        return bson


def holds_files(field: Any) -> bool:
    """Tell whether a field is of one file, or of a list of files."""
    return isinstance(getattr(field, "item", field), StoredFileField)


def shown_in(field: Any, document: Any) -> Any:
    """Return what a page tells of the file, or the files, that ``field`` holds.

    A Shown, None for no file, or a list of these.
    """
    value = field.stored_value(document)
    if not isinstance(field, ListField):
        return field.initial_for(value)
    if not isinstance(value, list):
        return value
    return [field.item.initial_for(item) for item in list.__iter__(value)]


def linked(shown: Any, path: tuple, url_for: Callable[[tuple], str]) -> Any:
    """Return the same with links to where ``path`` leads to."""
    if isinstance(shown, list):
        for index, each in enumerate(shown):
            linked(each, (*path, index), url_for)
    elif isinstance(shown, Shown):
        shown.link(url_for(path))
    return shown
