"""Stored value → list cell or read-only text.

What Django's display functions do for models, except that a value of a type which
its field did not expect is shown as what it is, with a mark, instead of raising.
"""

import datetime
import decimal
import logging
import uuid
from collections.abc import Callable, Container
from functools import partial
from numbers import Number
from typing import Any, NamedTuple

from bson import Decimal128
from django.contrib.admin import utils
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from mongoengine import Document
from mongoengine.base import BaseDocument

from . import mentions, policies, references
from .changesets import MISSING
from .compat import METHOD_ERRORS
from .cuts import size_of, type_of
from .declared import beginnings
from .exceptions import UnsupportedLookup
from .failures import FAILURES, reason
from .fields import (
    AnyField,
    ComplexDateTimeField,
    EmbeddedField,
    GeometryField,
    ListField,
    ReferenceField,
    ReferenceListField,
    StoredFileField,
    ValueField,
    dynamic_field,
    holds_files,
    linked,
    shown_in,
)
from .files import SHOWN_BY, SHOWN_FILES, join
from .formfields import moment_text
from .free_values import MAX_CELL, free_value
from .geometry import coordinates_in, short_text, shown
from .limits import max_time
from .lookups import resolve
from .marks import Absent, absence, mark
from .policies import MASK, is_masked

logger = logging.getLogger(__name__)

# Fields of values that Django's display functions do not know.
FREE_FIELDS = (
    EmbeddedField,
    ListField,
    ReferenceField,
    ReferenceListField,
    StoredFileField,
    ValueField,
)

MAX_TEXT = 2_000  # characters of a text in a cell

# Python types that a field's values have; anything else is marked.
EXPECTED_TYPES = {
    models.BooleanField: bool,
    models.DateTimeField: datetime.datetime,
    models.DateField: datetime.date,
    models.DecimalField: (decimal.Decimal, Decimal128, Number),
    models.IntegerField: Number,
    models.FloatField: Number,
    models.UUIDField: (uuid.UUID, str),
    models.CharField: str,
    models.TextField: str,
}


def lookup_field(name, document, model_admin, django_lookup):
    """Return (field, attribute, value) as django.contrib.admin.utils.lookup_field.

    References are not dereferenced, paths into them and into embedded documents are
    followed, and a column's method that raises on this document is a marked cell.
    Of long values a cell sees what was fetched for it, and code what it says will do.
    """
    with references.lending(document, _lent(name, document, model_admin)):
        return _looked_up(name, document, model_admin, django_lookup)


def _lent(name, document, model_admin) -> Container[str] | None:
    """Return the fields of which a column may see a part, None for all."""
    is_code = name not in document._fields and _is_attribute(
        name, document, model_admin
    )
    if not is_code or not getattr(document._data, "parts", None):
        return None
    return beginnings(name, model_admin, type(document))


def _looked_up(name, document, model_admin, django_lookup):
    try:
        field = document._meta.get_field(name)
    except FieldDoesNotExist:
        if not _is_attribute(name, document, model_admin):
            return _lookup_path(document, name, model_admin)
        read = partial(django_lookup, name, document, model_admin)
        return read_by_code(name, document, read)
    if is_masked(document, field.name):
        return None, None, MASK
    if holds_files(field):
        return field, None, shown_files(field, document)
    if references.holds_references(field):
        return getattr(field, "as_cell", field), None, _references(field, document)
    value = field.stored_value(document)
    return field, None, _absent(field, document) or value


def _references(field: Any, document: Any) -> Any:
    """Return what stands for the references of a field, told from nothing."""
    cell = references.prepared_cell(document, field.name)
    if cell is not None:
        return Stored(document, field, cell=cell)
    value = references.held(field, document)
    if references.is_nothing(value):
        return _absent(field, document)
    return Stored(document, field, value)


def _absent(field: Any, document: Any) -> Absent | None:
    """Return what stands for a value that looks like nothing; None for a missing one.

    A missing value is what Django's empty cell stands for.
    """
    stored = field.shown_bson(document)
    text = "" if stored is MISSING else absence(stored)
    return Absent(text) if text else None


def shown_files(field, document) -> Any:
    """Return what a page tells of a file, or of a list of files, with its links.

    The list has prepared its own. A form knows where its document is within another.
    """
    prepared = document.__dict__.get(SHOWN_FILES)
    if prepared is not None and field.name in prepared:
        return prepared[field.name]
    shown, form = shown_in(field, document), document.__dict__.get(SHOWN_BY, no_form)()
    batch: list = []
    join(batch, shown)
    path = None if form is None else form.path_to(field.name)
    return shown if path is None else linked(shown, path, form.file_url)


def no_form() -> None:
    """Stand for the form of a document that is on no form."""


def lookup_readonly(name, document, model_admin, django_lookup):
    """Return the same for a read-only field, whose references are links.

    ``AdminReadonlyField.get_admin_url`` makes the link of a document that is found.
    """
    if policies.stands_masked(document, name):
        return None, None, policies.masked(document, name)
    if policies.reads_masked(document, name, model_admin):
        return None, None, MASK
    field, attr, value = lookup_field(name, document, model_admin, django_lookup)
    if isinstance(field, ReferenceListField) and field.name == name:
        # A row that is being added has no list yet, an empty one neither.
        if document._state.adding:
            return field, None, None
        declared = document._meta.get_field(name)
        stored = references.held(declared, document)
        return field, None, Stored(document, declared, [] if stored is None else stored)
    if isinstance(value, Stored):
        found = value.document_referred_to()
        return (field, attr, value) if found is None else (value.field, None, found)
    return field, attr, _with_mentions(name, document, field, value)


class Mentioning(NamedTuple):
    """A value, and links to the documents that it names."""

    value: Any
    links: str


def _with_mentions(name: str, document: Any, field: Any, value: Any) -> Any:
    is_own = value is not None and getattr(field, "name", None) == name
    if not is_own or not isinstance(field, FREE_FIELDS):
        return value
    stored = mentions.values_within(field, field.shown_bson(document))
    links = mentions.mentioned_by(document, stored)
    return Mentioning(value, links) if links else value


def _is_attribute(name, document, model_admin):
    return callable(name) or hasattr(model_admin, name) or hasattr(type(document), name)


def read_by_code(name: Any, document: Any, read: Callable[[], tuple]) -> tuple:
    """Return what ``read()`` does of a column: (None, attribute, value).

    The value is a marked cell where the code raises on this document. Where MongoDB
    does not answer it in time, it is not called for the next rows.
    """
    page = references.page_of(document)
    if page is not None and name in page.stopped:
        return None, None, page.stopped[name]
    try:
        return read()
    except FAILURES as error:
        cell = _unanswered(error)
        logger.warning("Column %r of %s: %s", name, document._meta.label, error)
        if page is not None:
            page.stopped[name] = cell
        return None, None, cell
    except METHOD_ERRORS as error:
        return None, None, unshown(name, document, error)


def _unanswered(error: Exception) -> str:
    text = '<span class="admin-ext odd-value" title="{}">{}</span>'
    return format_html(text, reason(error, max_time()), _("cannot be shown"))


def unshown(name: Any, document: Any, error: Exception) -> str:
    """Return the cell of a column whose method raised on a document, and log it."""
    label = document._meta.label
    logger.warning("Column %r of %s %s", name, label, document.pk, exc_info=error)
    return format_html(
        '<span class="admin-ext odd-value" title="{}: {}">{}</span>',
        type(error).__name__,
        error,
        _("cannot be shown"),
    )


class Stored:
    """What a field holds of references, with the document whose page knows them.

    ``cell``: the same where the page has prepared it.
    """

    def __init__(self, document, field, value=None, *, cell=None):
        self.document, self.field, self.value, self._cell = document, field, value, cell

    @property
    def cell(self):
        return self._cell or references.Cell(self.field, self.value)

    def document_referred_to(self) -> Any:
        """Return the document of a single reference; None when it leads to none."""
        if not isinstance(self.field, ReferenceField):
            return None
        page = references.references_of(self.document)
        found = references.reference_for(self.field, self.value)
        references.fetch_shown(page, self.document, self.field, [found])
        return page.document_for(found)

    def html(self, *, link: bool, empty_value_display: str = "") -> str:
        """Return the first references; of long lists also how many more there are."""
        cell, page = self.cell, references.references_of(self.document)
        references.fetch_shown(page, self.document, self.field, cell.references)
        return cell.html(page, link=link, empty=empty_value_display)

    def __str__(self):
        return self.html(link=False)


class PathCell:
    """Stands for the field at the end of a path, where Django has none."""

    auto_created = False
    remote_field = None

    def __init__(self, field):
        self.document_field = field.document_field


def _lookup_path(document: Any, path: str, model_admin: Any) -> tuple:
    cell = references.prepared_cell(document, path)
    if cell is not None:
        stored = Stored(document, cell.field, cell=cell)
        return PathCell(cell.field), None, stored
    try:
        found = resolve(type(document), path)
    except UnsupportedLookup:
        return None, None, None
    fields = references.fields_of(found)
    value: Any = document
    for index, (field, name) in enumerate(zip(fields, found.names, strict=True)):
        if isinstance(value, BaseDocument) and is_masked(value, name):
            return None, None, MASK
        value = references.step(value, field, name)
        if not references.holds_references(field):
            continue
        if index == len(fields) - 1:
            shown = None if value is None else Stored(document, field, value)
            return PathCell(field), None, shown
        if references.goes_on(field):
            value = references.follow(document, value, field)
    empty = model_admin.get_empty_value_display() if model_admin else ""
    return None, None, _plain(value, found.field, empty)


def _plain(value: Any, field: Any, empty_value_display: str) -> Any:
    """Return the value at the end of a path as Django's list takes it.

    Django shows it without its field: no icon of a boolean, no label of a choice.
    What is no single value of that field is shown already.
    """
    if value is None or isinstance(value, Document):
        return value
    if isinstance(value, references.Members) or isinstance(field, FREE_FIELDS):
        return display_for_field(value, field, empty_value_display)
    if isinstance(value, str) and len(value) > MAX_TEXT:
        return _long_text(value)
    try:
        utils.display_for_value(value, empty_value_display)
    except (ArithmeticError, ValueError):
        return odd_value(value)
    return value if _is_expected(value, field) else odd_value(value)


def display_for_field(value, field, empty_value_display, avoid_link=False):
    """Return the text or HTML of a stored value of ``field``."""
    if isinstance(value, Absent):
        return _nothing(value, field, empty_value_display)
    if isinstance(value, Stored):
        link = not avoid_link
        return value.html(link=link, empty_value_display=empty_value_display)
    if value is None and not isinstance(field, models.BooleanField):
        return empty_value_display
    if isinstance(field, StoredFileField) and not isinstance(value, references.Members):
        shown = field.initial_for(value)
        return empty_value_display if shown is None else shown.html(link=not avoid_link)
    if isinstance(value, references.Members) or _is_list(value, field):
        return _members(value, field, empty_value_display)
    if field.choices is not None:
        return _choice(value, field, empty_value_display)
    if isinstance(field, GeometryField):
        return _geometry(value, field)
    if isinstance(field, ComplexDateTimeField):
        return _complex_moment(value, field)
    if isinstance(field, EmbeddedField | ValueField):
        return free_value(value)
    return _single(value, field, empty_value_display, avoid_link)


def _complex_moment(value, field):
    moment = field.initial_for(value)
    is_moment = isinstance(moment, datetime.datetime)
    return moment_text(moment) if is_moment else odd_value(value)


def _single(value, field, empty_value_display, avoid_link):
    """Return what Django shows for one value of a field that it knows."""
    if not _is_expected(value, field):
        return odd_value(value)
    if isinstance(value, str) and len(value) > MAX_TEXT:
        return _long_text(value)
    try:
        return utils.display_for_field(value, field, empty_value_display, avoid_link)
    except (ArithmeticError, TypeError, ValueError):
        # No decimal places of NaN, no local time of the year 1.
        return str(value) if _is_nan(value) else odd_value(value)


def _long_text(value: str) -> str:
    text = Truncator(value[: MAX_TEXT + 1]).chars(MAX_TEXT)
    return format_html("{}{}", text, mark(filesizeformat(size_of(value))))


def _is_nan(value) -> bool:
    return isinstance(value, decimal.Decimal) and not value.is_finite()


def _nothing(value: Absent, field: Any, empty_value_display: str) -> str:
    if isinstance(field, models.BooleanField):
        empty_value_display = utils.display_for_field(None, field, "")
    return value.html(empty_value_display)


def display_readonly(value, field, empty_value_display, avoid_link=False):
    """Return the same for a read-only field; an empty list is no text at all.

    A geometry comes with a picture of where that is.
    """
    if isinstance(value, Mentioning):
        text = display_readonly(value.value, field, empty_value_display, avoid_link)
        return format_html("{}{}", text, value.links)
    if isinstance(value, Stored):
        return value.html(link=True)
    if isinstance(field, GeometryField):
        coordinates = coordinates_in(field.kind, field.initial_for(value))
        if coordinates is not None:
            return shown(field.kind, coordinates)
    return display_for_field(value, field, empty_value_display, avoid_link)


def _geometry(value, field):
    bson = field.initial_for(value)
    coordinates = coordinates_in(field.kind, bson)
    if coordinates is None:
        return odd_value(bson)
    return short_text(field.kind, coordinates)


def _is_list(value, field) -> bool:
    return isinstance(field, ListField) and isinstance(value, list | tuple)


def _choice(value, field, empty_value_display):
    value = field.initial_for(value)
    labels = dict(field.flatchoices)
    try:
        return labels[value]
    except (KeyError, TypeError):
        return odd_value(value) if value != "" else empty_value_display


def _members(values, field, empty_value_display):
    item = field.item if isinstance(field, ListField) else field
    if isinstance(item, EmbeddedField | AnyField):
        return free_value(values)
    texts, length = [], 0
    for value in values:
        if length >= MAX_CELL:
            texts.append("…")
            break
        texts.append(display_for_field(value, item, empty_value_display))
        # With what stands between; an empty text has a length, too.
        length += len(str(texts[-1])) + 2
    # A comma stands within a point.
    between = "; " if isinstance(item, GeometryField) else ", "
    html = format_html_join(between, "{}", ((text,) for text in texts))
    more = getattr(values, "more", 0)
    if more:
        return format_html("{} {}", html, references.more_html(more))
    return html or empty_value_display


def _is_expected(value, field) -> bool:
    if value is None or value == "":
        return True
    for cls, expected in EXPECTED_TYPES.items():
        if isinstance(field, cls):
            is_number_bool = isinstance(value, bool) and expected is not bool
            return isinstance(value, expected) and not is_number_bool
    return not isinstance(field, ListField)


def odd_value(value: Any) -> str:
    """Return a value of an unexpected type as it is, with a mark that says so."""
    return format_html(
        '<span class="admin-ext odd-value" title="{}">{}</span>',
        _("Stored as %(type)s, which is not what this field holds")
        % {"type": type_of(value).__name__},
        Truncator(
            value[: MAX_CELL + 1] if isinstance(value, str) else free_value(value)
        ).chars(MAX_CELL),
    )


class DynamicColumn(str):
    """The column of a key that a dynamic Document does not declare.

    Django takes a column that is neither field nor attribute for a callable.
    """

    def __init__(self, name):
        self.__name__ = self.admin_order_field = str(name)
        self.short_description = str(name).replace("_", " ")

    def __call__(self, document):
        value = document._data.get(str(self))
        return free_value(value) if isinstance(value, list | dict) else value


def column_for(name: Any, document: Any, model_admin: Any) -> Any:
    """Return what stands for an entry of list_display in the list."""
    if not isinstance(name, str) or hasattr(model_admin, name):
        return name
    is_declared = name in document._fields or not dynamic_field(document, name)
    return name if is_declared else DynamicColumn(name)
