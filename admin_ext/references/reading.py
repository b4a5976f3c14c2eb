"""References that developers' code reads: for all documents of a page at once.

``obj.user.name`` in a column's method, or in ``__str__``, is one query for all rows.
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from bson import DBRef
from django.core.exceptions import FieldDoesNotExist
from mongoengine import EmbeddedDocumentListField
from mongoengine.base import BaseDict, BaseList, LazyReference
from mongoengine.base.datastructures import EmbeddedDocumentList
from mongoengine.errors import DoesNotExist
from mongoengine.fields import GenericLazyReferenceField, LazyReferenceField

from admin_ext.compat import LOAD_ERRORS
from admin_ext.fields import (
    EmbeddedField,
    GenericEmbeddedField,
    ListField,
    MapField,
    ReferenceListField,
)
from admin_ext.hydration import shown_son
from admin_ext.keys import Key
from admin_ext.meta import Options

from .labels import MAX_SHOWN
from .page import PageReferences, page_of, root_of
from .paths import ReferencePath, reference_paths
from .values import Reference, holds_references, reference_for, references_in


class PageReference(LazyReference):
    """A LazyReference whose ``fetch`` asks for all rows of the page.

    ``find()`` returns the document. Raise DoesNotExist when it is gone.
    """

    __slots__ = ("find",)

    def fetch(self, force=False):
        if not self._cached_doc and not force:
            self._cached_doc = self.find()
        return super().fetch(force)


def prepare(document: Any, name: str) -> None:
    """Put what a field refers to into ``document``, before mongoengine fetches it.

    Nothing for a document that is on no page. Raise DoesNotExist, as mongoengine
    does, where it is known to lead nowhere.
    """
    page = page_of(document)
    if page is None or not isinstance(type(document)._meta, Options):
        return
    value = document._data.get(name)
    try:
        field = type(document)._meta.get_field(name)
    except FieldDoesNotExist:
        return
    if holds_references(field):
        if _is_unread(value):
            document._data[name] = _Reading(page, document, field).of(field, value)
    elif _holds_embedded(field) and isinstance(value, list | dict):
        document._data[name] = _watched(document, field, value)


def _is_unread(value: Any) -> bool:
    """Tell whether mongoengine would fetch what a value refers to."""
    if isinstance(value, LazyReference):
        return not isinstance(value, PageReference) and not value._cached_doc
    if isinstance(value, list | dict):
        return bool(value) and not getattr(value, "_dereferenced", False)
    return isinstance(value, DBRef)


def _holds_embedded(field: Any) -> bool:
    is_such = isinstance(field, ListField | MapField)
    return is_such and isinstance(field.item, EmbeddedField | GenericEmbeddedField)


def _watched(document: Any, field: Any, value: Any) -> Any:
    """Return a list or dict as mongoengine's own, which it takes for dereferenced.

    It would fetch all references in all embedded documents, whether they are read
    or not.
    """
    if isinstance(value, dict):
        kind: Any = BaseDict
    elif isinstance(field.document_field, EmbeddedDocumentListField):
        kind = EmbeddedDocumentList
    else:
        kind = BaseList
    if not isinstance(value, kind):
        value = kind(value, document, field.name)
    value._dereferenced = True
    return value


class _Reading:
    """The reading of one field of one document of a page."""

    def __init__(self, page: PageReferences, document: Any, field: Any):
        self.page, self.document, self.field = page, document, field

    def of(self, field: Any, value: Any, *, is_member: bool = False) -> Any:
        """Return what code gets for a value: documents in place of references."""
        if isinstance(field, MapField) and isinstance(value, dict):
            found = {
                key: self.of(field.item, item, is_member=True)
                for key, item in dict.items(value)
            }
            return _watched(self.document, field, found)
        is_list = isinstance(field, ListField | ReferenceListField)
        if is_list and isinstance(value, list):
            item = field.item if isinstance(field, ListField) else None
            members = (
                self.of(item, each, is_member=True)
                if item is not None
                else self._one(field, each, is_member=True)
                for each in list.__iter__(value)
            )
            return _watched(self.document, field, [*members])
        return self._one(field, value, is_member=is_member)

    def _one(self, field: Any, value: Any, *, is_member: bool) -> Any:
        if not isinstance(value, DBRef | dict):
            return value
        reference = reference_for(field, value)
        if reference.target is None or reference.key is None:
            return value
        declared = getattr(field, "reference", field.document_field)
        if isinstance(declared, LazyReferenceField | GenericLazyReferenceField):
            return self._lazy(declared, reference)
        try:
            return self._find(reference)
        except DoesNotExist:
            if is_member:
                # As mongoengine leaves it.
                return value
            raise

    def _lazy(self, declared: Any, reference: Reference) -> PageReference:
        lazy = PageReference(
            reference.target, reference.id, passthrough=declared.passthrough
        )
        lazy.find = lambda: self._find(reference)
        return lazy

    def _find(self, reference: Reference) -> Any:
        """Return the document that a reference leads to, whoever may list it."""
        page = self.page
        if page.is_limited(reference.target):
            page = page.unlimited
        if not page.has_asked(reference):
            for each in _on_the_page(self.page, self.document, self.field):
                page.want(each)
            page.want(reference)
            page.load()
        found = page.document_for(reference)
        if found is None and reference.target in page.errors:
            raise page.errors[reference.target]
        if found is None:
            text = f"Trying to dereference unknown document {reference.stored}"
            raise DoesNotExist(text)
        return found


def fetch_shown(
    page: PageReferences, document: Any, field: Any, shown: list[Reference]
) -> None:
    """Fetch what references of a field lead to, unless the page has done so.

    Those of all documents of the page in this field come with them.
    """
    if all(page.has_asked(each) for each in shown):
        return
    for reference in _on_the_page(page, document, field, limit=MAX_SHOWN):
        page.want(reference)
    for reference in shown:
        page.want(reference)
    page.load()


def _on_the_page(
    page: PageReferences, document: Any, field: Any, *, limit: int | None = None
) -> Iterator[Reference]:
    """Yield the references that all documents of a page have in a field.

    ``limit``: of one document only so many.
    """
    # Of what is embedded the root is a weak proxy.
    root = root_of(document).__class__
    for cls in [*page.members]:
        if not _is_related(cls, root):
            continue
        paths = [each for each in reference_paths(cls) if _is_of(each, field)]
        for each in [*page.members[cls]]:
            for path in paths:
                values = path.values(shown_son(each) or {})
                found = (one for value in values for one in _readings(path, value))
                yield from islice(found, limit)


def _is_of(path: ReferencePath, field: Any) -> bool:
    last = path.fields[-1]
    return last.name == field.name and _is_related(last.model, field.model)


def _is_related(first: type, second: type) -> bool:
    return issubclass(first, second) or issubclass(second, first)


def _readings(path: ReferencePath, value: Any) -> Iterator[Reference]:
    """Yield a stored reference; and as mongoengine reads it, where that is another."""
    field = path.reference
    for found in references_in(field, value):
        yield found
        if isinstance(found.key, Key) and not path.is_generic:
            with suppress(*LOAD_ERRORS):
                yield reference_for(field, field.reference.to_python(found.stored))
