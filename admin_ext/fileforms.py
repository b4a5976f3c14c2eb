"""What forms know of the files in their document: where they are, and what goes."""

import weakref
from typing import Any

from django.forms import HiddenInput
from django.utils.functional import cached_property

from .boundfields import NO_INPUT
from .files import SHOWN_BY, Original, note_replaced
from .formfields import join_lookups, show_original
from .nested import is_nested

# Django's name of the button, whose form has no instance.
SAVE_AS_NEW = "_saveasnew"


class FilePage:
    """Mixed into what a page is made of: a form, or the formset of embedded rows.

    ``instance`` is its document, ``parent`` the form or formset that it is within, and
    ``file_urls`` the download pages of its admin (admin_ext.files.FileUrls), if any.
    """

    parent: Any = None
    file_urls: Any = None

    def file_url(self, path: tuple) -> str:
        """Return the URL of the file at a path of the stored document, or ""."""
        if self.parent is not None:
            return self.parent.file_url(path)
        return self.file_urls(self.instance, path) if self.file_urls else ""

    def note_replaced(self, name: str, document_field: Any, key: Any) -> None:
        """Note that the file ``key`` goes when the document is saved."""
        if self.parent is not None:
            self.parent.note_replaced(name, document_field, key)
        else:
            note_replaced(self.instance, name, document_field, key)

    @cached_property
    def original_page(self) -> Original | None:
        """The stored document that the new one is a copy of; None if it is none."""
        if self.parent is not None:
            return self.parent.original_page
        if not self.is_bound or SAVE_AS_NEW not in self.data:
            return None
        label, _key = self._owner
        token = self.data.get(self.base_name)
        return Original.sent(token, label, type(self.instance))

    def original_input(self) -> str:
        """Return its base once more, when the page comes back with an error."""
        if self.parent is not None or self.original_page is None:
            return NO_INPUT
        attrs = {"class": "admin-ext"}
        return HiddenInput(attrs).render(self.base_name, self.original_page.token)


class FileForm(FilePage):
    """Mixed into a form of a Document."""

    # Where the embedded document is in the stored one; None for nowhere.
    stored_path: tuple | None = None

    def show_files(self) -> None:
        """Make the files of the form ready to be shown."""
        if self._adding:
            for name in self.fields:
                if self._is_document_field(name):
                    show_original(self, name, self._field(name))
        elif self.parent is None:
            self.stored_path = ()
        join_lookups(self)
        # Weakly: documents are copied with all that they hold.
        self.instance.__dict__[SHOWN_BY] = weakref.ref(self)

    def path_to(self, name: str) -> tuple | None:
        """Return where a field is in the stored document; None for nowhere."""
        stored_name = self._field(name).document_field.db_field
        return None if self.stored_path is None else (*self.stored_path, stored_name)

    def is_multipart(self):
        """Tell whether a file can be sent, also within an embedded document or list."""
        nested = (self[name] for name, each in self.fields.items() if is_nested(each))
        return super().is_multipart() or any(each.is_multipart for each in nested)
