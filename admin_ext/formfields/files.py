"""Files in GridFS and binary data: sent, replaced or cleared, never sent along.

Django's form fields, messages and widget; what is stored is shown by what is told of
it (``admin_ext.files.Shown``), and stays as it is while nobody touches it.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from admin_ext.boundfields import PageBoundField
from admin_ext.changesets import MISSING, identical
from admin_ext.files import (
    ENCRYPTED,
    MAX_PIXELS,
    UUID_SUBTYPES,
    BadImage,
    OversizeImage,
    Shown,
    ShownBinary,
    ShownFile,
    check_image,
    join,
    stand_in,
)
from admin_ext.widgets import StoredFileWidget

# MongoDB's limit for a whole document, and room for the rest of it.
# https://www.mongodb.com/docs/manual/reference/limits/
MAX_BINARY = 16 * 1024 * 1024 - 64 * 1024

UUID_BYTES = 16


class FileBoundField(PageBoundField):
    """A file of a stored document, which knows where it is downloaded."""

    def value(self):
        value = super().value()
        if isinstance(value, Shown):
            value.link(self._url)
        return value

    @property
    def _url(self) -> str:
        """Where the file is; of one that somebody else has replaced it is nowhere."""
        path = self.stored_path
        stored = stand_in(self.form.stored_bson(self.name))
        if path is None or not identical(stored, self.form.base_bson(self.name)):
            return ""
        return self.form.file_url(path)

    def _has_changed(self):
        """Tell also that the file of the original is to be copied."""
        is_copied = (
            self.form.original_page is not None and self.name in self.form.initial
        )
        return super()._has_changed() or is_copied

    def note_replaced(self) -> None:
        """Note which file goes when the document is saved."""
        if isinstance(self.initial, ShownFile):
            stored = self.form.stored_bson(self.name)
            field = self.initial.document_field
            self.form.note_replaced(self.html_name, field, stored)

    def conflict(self, *, base, mine, stored, now=None):
        error = super().conflict(
            base=self._summary(base),
            mine=self._summary(mine),
            stored=self._summary(stored),
        )
        # What the person is to choose about is the value itself.
        self.form.base.show(self.html_name, stored)
        return error

    def _summary(self, bson: Any) -> Any:
        """Return what the conflict tells of a stored or a sent value."""
        if bson is MISSING or bson is None or isinstance(bson, str):
            return bson
        file = self.data
        if isinstance(self.field, BinaryField):
            return ShownBinary(bson, self.name).summary
        if getattr(file, "grid_id", None) == bson:
            return f"{file.name} ({filesizeformat(file.size)})"
        return ShownFile(self.field.document_field, bson).summary


class StoredFileMixin:
    """Mixed in before a form field of Django's for files."""

    widget = StoredFileWidget
    bound_field_class = FileBoundField

    is_kept = False

    def keep_stored_value(self, value: Any) -> None:
        """Remember that there is a stored value: left alone it is not judged."""
        self.is_kept = True

    def has_changed(self, initial, data):
        if self.disabled or data is None:
            return False
        return initial is not None or data is not False

    def _clean_bound_field(self, bf):
        is_untouched = not bf._has_changed()
        if is_untouched and (self.is_kept or bf.initial is not None):
            return bf.initial
        value = super()._clean_bound_field(bf)
        if not is_untouched:
            bf.note_replaced()
        return value


class FileField(StoredFileMixin, forms.FileField):
    """A file in GridFS. Cleans to the file that was sent, or False to clear it.

    ``document_field``: mongoengine's field.
    """

    def __init__(self, *, document_field, **kwargs):
        self.document_field = document_field
        super().__init__(**kwargs)


class ImageField(StoredFileMixin, forms.ImageField):
    """A picture in GridFS. What cannot be decoded within limits is refused."""

    default_error_messages = {
        "oversize_image": _(
            "This picture has too many pixels: at most %(max)s megapixels can be read."
        ),
    }

    def __init__(self, *, document_field, **kwargs):
        self.document_field = document_field
        super().__init__(**kwargs)

    def to_python(self, data):
        """Follow ImageField.to_python (5.2), which trusts the size that is told."""
        file = forms.FileField.to_python(self, data)
        if file is None:
            return None
        try:
            file.image = check_image(file)
        except OversizeImage as error:
            code, params = "oversize_image", {"max": MAX_PIXELS // 1_000_000}
            message = self.error_messages[code]
            raise ValidationError(message, code=code, params=params) from error
        except BadImage as error:
            code = "invalid_image"
            raise ValidationError(self.error_messages[code], code=code) from error
        file.content_type = file.image.get_format_mimetype()
        return file


class BinaryField(StoredFileMixin, forms.FileField):
    """Binary data within the document. Cleans to the file that was sent, or False."""

    default_error_messages = {
        "max_bytes": _("Ensure this file has at most %(max)s (it has %(size)s)."),
        "uuid": _("A UUID has 16 bytes (this file has %(size)s)."),
    }

    def __init__(self, *, max_bytes=None, **kwargs):
        self.max_bytes = max_bytes
        super().__init__(**kwargs)

    def keep_stored_value(self, value):
        super().keep_stored_value(value)
        if isinstance(value, ShownBinary) and value.subtype == ENCRYPTED:
            self.disabled = True
            self.widget.reason = _("Encrypted: only the application can replace it.")

    def to_python(self, data):
        file = super().to_python(data)
        if file is None:
            return None
        limit = MAX_BINARY if self.max_bytes is None else self.max_bytes
        if file.size > limit:
            params = {"max": _size(limit), "size": _size(file.size)}
            message = self.error_messages["max_bytes"]
            raise ValidationError(message, code="max_bytes", params=params)
        return file

    def clean(self, data, initial=None):
        value = super().clean(data, initial)
        is_uuid = isinstance(initial, Shown) and initial.subtype in UUID_SUBTYPES
        if is_uuid and value and value is not initial and value.size != UUID_BYTES:
            message, params = self.error_messages["uuid"], {"size": _size(value.size)}
            raise ValidationError(message, code="uuid", params=params)
        return value

    def has_changed(self, initial, data):
        if not super().has_changed(initial, data):
            return False
        return not (hasattr(data, "read") and _is_same(initial, data))


def is_file(field: forms.Field) -> bool:
    """Tell whether a form field is one of this module."""
    return isinstance(field, StoredFileMixin)


def is_file_left_alone(form: Any, name: str) -> bool:
    """Tell whether a field is a file's, and neither a file nor Clear was sent."""
    field = form.fields[name]
    if not is_file(field) or not form.is_bound:
        return False
    data = field.widget.value_from_datadict(
        form.data, form.files, form.add_prefix(name)
    )
    return data is None


def join_lookups(form: Any) -> None:
    """Have the files that a form shows looked up together with those of its page."""
    for value in form.initial.values():
        join(form.base.batch, value)


def show_original(form: Any, name: str, document_field: Any) -> None:
    """Show in a new document the file that its original has, to be copied."""
    if form.original_page is None or not is_file(form.fields[name]):
        return
    stored = form.original_page.value(form.add_prefix(name))
    shown = document_field.initial_for(document_field.loaded(stored))
    if isinstance(shown, Shown) and shown.has_contents:
        form.initial[name] = shown


def _is_same(initial: Any, file: Any) -> bool:
    """Tell whether a file holds the bytes that are stored already."""
    if not isinstance(initial, ShownBinary) or not initial.is_binary:
        return False
    return file.size == initial.size and initial.has_same_contents(read_upload(file))


def read_upload(file: Any) -> bytes:
    """Return the contents of a file that was sent, from its beginning."""
    file.seek(0)
    return file.read()


def _size(size: int) -> str:
    """Return a size in words; two that differ by a byte must not read the same."""
    return _("%(size)s, %(bytes)d bytes") % {
        "size": filesizeformat(size),
        "bytes": size,
    }
