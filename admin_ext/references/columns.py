"""Columns of a list that show references or go through them."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from mongoengine.base import BaseDocument

from admin_ext.cuts import CutList, missing_of
from admin_ext.fields import (
    EmbeddedField,
    GenericEmbeddedField,
    ListField,
    MapField,
    ReferenceField,
    ReferenceListField,
)
from admin_ext.lookups import Path

from .labels import MAX_SHOWN, Cell
from .page import PageReferences, references_of
from .reading import fetch_shown
from .values import Members, held, holds_references, is_nothing, parts, references_in


def fields_of(path: Path) -> tuple[Any, ...]:
    """Return the Django field of each step of a path, None where none is declared.

    Behind a key of a map that is the field of its values.
    """
    found: list[Any] = []
    for field, name in zip(path.fields, path.names, strict=True):
        found.append(field or (_behind(found[-1], name) if found else None))
    return tuple(found)


def _behind(field: Any, name: str) -> Any:
    """Return the field of what stands in a value of ``field`` under ``name``."""
    if isinstance(field, MapField):
        return field.item
    while isinstance(field, ListField):
        field = field.item
    if isinstance(field, EmbeddedField | GenericEmbeddedField):
        for document in field.documents:
            try:
                return document._meta.get_field(name)
            except FieldDoesNotExist:
                continue
    return None


def step(value: Any, field: Any, name: str) -> Any:
    """Return what stands in ``value`` under one step of a path."""
    if isinstance(value, Members):
        found = Members(step(item, field, name) for item in value)
        found.more, found.missing = value.more, value.missing
        return found
    if isinstance(value, list | tuple):
        found = Members(step(item, field, name) for item in value)
        found.missing = missing_of(value)
        return found
    if isinstance(value, dict):
        return value.get(name)
    if not isinstance(value, BaseDocument) or field is None:
        return None
    if holds_references(field):
        return held(field, value)
    found = field.stored_value(value)
    missing = missing_of(field.shown_bson(value))
    if missing and isinstance(found, list):
        # What mongoengine makes of the list does not know.
        found = CutList(list.__iter__(found))
        found.missing = missing
    return found


def follow(document: Any, value: Any, field: Any) -> Any:
    """Return the documents that a path goes through, in place of the references.

    None for a reference that leads nowhere. Of a list only the first are followed.
    ``document``: the one on the page with which the path begins.
    """
    if isinstance(value, Members):
        found = Members(follow(document, item, field) for item in value[:MAX_SHOWN])
        found.more = value.more + value.missing + len(value[MAX_SHOWN:])
        return found
    if value is None:
        return None
    page, references = references_of(document), [*references_in(field, value)]
    shown = references[:MAX_SHOWN]
    fetch_shown(page, document, field, shown)
    documents = [page.document_for(each) for each in shown]
    if isinstance(field, ReferenceField):
        return documents[0]
    found = Members(documents)
    found.more = missing_of(value) + len(references[MAX_SHOWN:])
    return found


def goes_on(field: Any) -> bool:
    """Tell whether a path can go through a field into another collection."""
    return isinstance(field, ReferenceField | ReferenceListField)


class Column:
    """A column that shows references, or goes through some, for all rows of a page.

    ``is_code``: what the path leads to is read by code, which may read any field, and
    all members of lists; ``is_whole``: False where it says that it reads the path only.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        rows: Iterable[Any],
        *,
        is_code: bool = False,
        is_whole: bool = True,
    ):
        self.name, self.is_code, self.is_whole, self._at = name, is_code, is_whole, 0
        self.fields, self.names = fields_of(path), path.names
        self.rows, self.values = list(rows), list(rows)

    def want(self, page: PageReferences) -> bool:
        """Have the page fetch what the next step leads to; tell whether there is one.

        After ``page.load()`` it may be called again, for the step behind.
        """
        while self._at < len(self.fields):
            field, name = self.fields[self._at], self.names[self._at]
            self.values = [step(value, field, name) for value in self.values]
            self._at += 1
            if holds_references(field):
                self._want(page, field)
                return True
        return False

    def _want(self, page: PageReferences, field: Any) -> None:
        is_last = self._at == len(self.fields)
        for row, value in zip(self.rows, self.values, strict=True):
            if self.is_code:
                self._want_all(page, field, value)
                continue
            cell = Cell(field, value)
            for reference in cell.references:
                page.want(reference)
            if is_last and not is_nothing(value):
                page.cells[id(row), self.name] = cell

    def _want_all(self, page: PageReferences, field: Any, value: Any) -> None:
        for part in parts(value):
            for reference in references_in(field, part):
                if reference.target is not None and self.is_whole:
                    page.need(reference.target, None)
                page.want(reference)

    def follow(self) -> None:
        """Go on to the documents that were fetched."""
        field = self.fields[self._at - 1]
        if self._at < len(self.fields) and goes_on(field):
            pairs = zip(self.rows, self.values, strict=True)
            self.values = [follow(row, value, field) for row, value in pairs]

    def need(self, page: PageReferences) -> None:
        """Have the page fetch the fields that the path reads behind references."""
        for field, behind in zip(self.fields, self.fields[1:], strict=False):
            if goes_on(field) and behind is not None:
                page.need(field.remote_field.model, [behind.name])


def fetch_columns(page: PageReferences, columns: Iterable[Column]) -> None:
    """Fetch what the columns show: one query per collection for each level."""
    columns = list(columns)
    for column in columns:
        column.need(page)
    while columns:
        columns = [column for column in columns if column.want(page)]
        page.load()
        for column in columns:
            column.follow()
