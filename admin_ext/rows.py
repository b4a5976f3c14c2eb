"""The cells of a list: what can be decided once for a column is decided once.

Stands for ``items_for_result`` of django.contrib.admin.templatetags.admin_list (5.2),
which decides it for each cell anew. The cells are the same to the byte.
"""

import datetime
import html
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Any

from django.conf import settings
from django.contrib.admin import ModelAdmin, utils
from django.contrib.admin.templatetags.admin_list import ResultList
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import models
from django.urls import NoReverseMatch
from django.utils import dateformat, formats, timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from . import references
from .changesets import MISSING
from .compat import METHOD_ERRORS
from .declared import CHECKBOX, beginnings
from .display import (
    MAX_TEXT,
    display_for_field,
    lookup_field,
    read_by_code,
    unshown,
)
from .drawing import StandInNode
from .fields import (
    BooleanField,
    DateTimeField,
    EmailField,
    StringField,
    TextField,
    holds_files,
)
from .oddities import details
from .policies import MASK

CHECKBOX_CLASS = "action-checkbox"

# Types of values that are equal only where they are shown alike.
FEW_VALUES = {bool, int, str, type(None), type(MISSING)}


# Letters of a format that tell of the time zone.
ZONED = frozenset("eIOTZr")


class Rows:
    """Makes the cells of the rows of one page, in its language and time zone."""

    def __init__(self, cl: Any, *, is_own_url: bool):
        self.cl, self.model_admin = cl, cl.model_admin
        self.empty = self.model_admin.get_empty_value_display()
        # {value: Django's icon}
        self.icons = {
            value: utils.display_for_value(value, "", boolean=True)
            for value in (True, False, None)
        }
        self.moment_text = MomentFormat(formats.get_format("DATETIME_FORMAT")).text
        self._columns: dict[type, list[Column]] = {}
        self.masked = getattr(cl, "masked", ())
        # What Django adds to each link; None where each has to be asked.
        self._is_own_url, self._query = is_own_url, None

    def cells(self, document: Any) -> Iterator[SafeString]:
        """Yield the cells of a row; the first says what is odd about the document."""
        mark = details(document)
        for column in self._columns_of(type(document)):
            classes, shown = column.content(document)
            cell = as_html(shown)
            if column.is_link:
                cell = self._linked(document, cell)
            if mark and column.name != CHECKBOX:
                cell, mark = f"{cell}{mark}", ""
            tag = column.tag
            yield SafeString(f'<{tag} class="{classes}">{cell}</{tag}>')

    def _columns_of(self, document: type) -> list["Column"]:
        if document not in self._columns:
            self._columns[document] = [*self._made(document)]
        return self._columns[document]

    def _made(self, document: type) -> Iterator["Column"]:
        links, is_first = self.cl.list_display_links, True
        for index, name in enumerate(self.cl.list_display):
            is_link = links is not None and (is_first and not links or name in links)
            tag = "th" if is_link and is_first else "td"
            is_first = is_first and not is_link
            is_masked = name in self.masked
            kind = MaskedColumn if is_masked else kind_of(self, document, name)
            yield kind(self, document, name, index, tag=tag, is_link=is_link)

    def _linked(self, document: Any, cell: str) -> str:
        try:
            url = self._url(document)
        except NoReverseMatch:
            return cell
        opener = ""
        if self.cl.is_popup:
            name = self.cl.to_field or self.cl.lookup_opts.pk.attname
            value = document.serializable_value(str(name))
            opener = format_html(' data-popup-opener="{}"', value)
        return f'<a href="{html.escape(url)}"{opener}>{cell}</a>'

    def _url(self, document: Any) -> str:
        url = str(self.cl.url_for_result(document))
        if self._query is not None:
            return url + self._query
        context = {"preserved_filters": self.cl.preserved_filters, "opts": self.cl.opts}
        whole = add_preserved_filters(context, url)
        if self._is_own_url and whole.startswith(url):
            self._query = whole[len(url) :]
        return whole


def as_html(shown: Any) -> str:
    """Return a text escaped, HTML as it is."""
    return html.escape(shown) if type(shown) is str else conditional_escape(shown)


class PageFormat(dateformat.DateFormat):
    """Django's, except that it looks up each word of the page's language once."""

    def __init__(self, moment: datetime.date, words: dict[tuple, str]):
        super().__init__(moment)
        self.words = words


def _looking_up_once(name: str, attribute: str) -> Callable[[PageFormat], str]:
    method = getattr(dateformat.DateFormat, name)

    def word(self):
        key = name, getattr(self.data, attribute)
        if key not in self.words:
            self.words[key] = str(method(self))
        return self.words[key]

    return word


for _names, _attribute in (("aA", "hour"), ("bEFMN", "month")):
    for _name in _names:
        setattr(PageFormat, _name, _looking_up_once(_name, _attribute))


class MomentFormat:
    """Writes moments as ``formats.localize`` does; takes the format apart once."""

    def __init__(self, written: str):
        self.zone = timezone.get_current_timezone() if settings.USE_TZ else None
        # [(is it the name of a method, that or text)]
        self.parts = [
            (bool(number % 2), dateformat.re_escaped.sub(r"\1", part))
            for number, part in enumerate(dateformat.re_formatchars.split(written))
        ]
        # {(method, what it depends on): word}
        self.words: dict[tuple, str] = {}
        self.formatter = PageFormat(datetime.date.min, self.words)
        self.is_zoned = any(part in ZONED for is_name, part in self.parts if is_name)

    def text(self, moment: datetime.datetime) -> str:
        """Return the local time in words. Raise what Django does of the year 1."""
        if self.zone is not None and moment.tzinfo is not None:
            moment = moment.astimezone(self.zone)
        formatter = self.formatter
        if self.is_zoned:
            formatter = PageFormat(moment, self.words)
        formatter.data = moment
        return "".join(
            str(getattr(formatter, part)()) if is_name else part
            for is_name, part in self.parts
        )


class Column:
    """A column of the documents of one class, of which nothing is known."""

    def __init__(
        self,
        rows: Rows,
        document: type,
        name: Any,
        index: int,
        *,
        tag: str,
        is_link: bool,
    ):
        self.rows, self.name, self.tag, self.is_link = rows, name, tag, is_link
        self.classes = f"field-{_text_of(name, index)}"

    def content(self, document: Any) -> tuple[str, Any]:
        """Return the classes of a cell and what is shown in it."""
        admin = self.rows.model_admin
        try:
            found = lookup_field(self.name, document, admin, utils.lookup_field)
        except ObjectDoesNotExist:
            return self.classes, self.rows.empty
        return self._shown(document, *found)

    def _shown(self, document, field, attr, value):
        """Follows the middle of items_for_result."""
        empty = getattr(attr, "empty_value_display", self.rows.empty)
        if isinstance(value, str) and not value.strip():
            value = ""
        if field is None or field.auto_created:
            if isinstance(attr, property):
                attr = attr.fget
            is_boolean = getattr(attr, "boolean", False)
            return self._of_code(value, empty, is_boolean)
        if isinstance(field.remote_field, models.ManyToOneRel):
            shown = getattr(document, field.name)
            return self._classes_of(field), empty if shown is None else shown
        if hasattr(field, "document_field"):
            shown = display_for_field(value, field, empty, self.is_link)
        else:
            shown = utils.display_for_field(value, field, empty, self.is_link)
        return self._classes_of(field), shown

    def _of_code(self, value, empty, is_boolean):
        """Return the same for what code has returned."""
        classes = CHECKBOX_CLASS if self.name == CHECKBOX else self.classes
        if is_boolean and type(value) in (bool, type(None)):
            return classes, self.rows.icons[value]
        if type(value) in (str, SafeString) and value and not is_boolean:
            return classes, value
        if isinstance(value, datetime.date | datetime.time):
            classes += " nowrap"
        return classes, utils.display_for_value(value, empty, is_boolean)

    def _classes_of(self, field) -> str:
        kinds = (models.DateField, models.TimeField, models.ForeignKey)
        return f"{self.classes} nowrap" if isinstance(field, kinds) else self.classes


def _text_of(name: Any, index: int) -> str:
    if not callable(name):
        return name
    return f"lambda{index}" if name.__name__ == "<lambda>" else name.__name__


class MaskedColumn(Column):
    """A field, or a path, whose values are masked: no row tells whether it has one."""

    def content(self, document):
        return self.classes, MASK


class CodeColumn(Column):
    """A callable, or a method or attribute of the admin."""

    def __init__(self, rows, document, name, *args, **options):
        super().__init__(rows, document, name, *args, **options)
        self.attr = name if callable(name) else getattr(rows.model_admin, name)
        # Of these fields it takes what was fetched for a cell.
        self.lent = beginnings(name, rows.model_admin, document)

    def content(self, document):
        try:
            found = read_by_code(self.name, document, partial(self._read, document))
            return self._shown(document, *found)
        except METHOD_ERRORS as error:
            shown = unshown(self.name, document, error)
            return self._shown(document, None, None, shown)
        except ObjectDoesNotExist:
            return self.classes, self.rows.empty

    def _read(self, document):
        with references.lending(document, self.lent):
            return None, self.attr, self.attr(document)


class CheckboxColumn(CodeColumn):
    """Django's check boxes, of which one is drawn: a widget is three templates."""

    def __init__(self, rows, *args, **options):
        super().__init__(rows, *args, **options)
        drawn = self.attr(Drawn())
        self.is_known = drawn.count(Drawn.pk) == drawn.count(Drawn.text) == 1
        self.before, _key, rest = drawn.partition(Drawn.pk)
        self.between, _text, self.after = rest.partition(Drawn.text)

    def _read(self, document):
        key = str(document.pk)
        if not (key and self.is_known):
            return super()._read(document)
        with references.lending(document, self.lent):
            is_html = hasattr(document, "__html__")
            text = document.__html__() if is_html else html.escape(str(document))
        drawn = f"{self.before}{as_html(key)}{self.between}{text}{self.after}"
        return None, self.attr, SafeString(drawn)


class Drawn:
    """Stands for any document while its check box is drawn."""

    pk, text = "admin-ext-key", "admin-ext-text"

    def __str__(self):
        return self.text


class FieldColumn(Column):
    """A field of which is known how most of its values are shown."""

    def __init__(self, rows, document, name, *args, **options):
        super().__init__(rows, document, name, *args, **options)
        self.field = document._meta.get_field(name)
        self.field_classes = self._classes_of(self.field)

    def content(self, document):
        if references.is_in_part(document, self.field.name):
            return super().content(document)
        stored = self.field.shown_bson(document)
        shown = self.show(stored, self.field.stored_value(document))
        if shown is None:
            return super().content(document)
        return self.field_classes, shown

    def show(self, stored: Any, value: Any) -> Any:
        """Return what is shown, None for what has to be looked at more closely."""
        raise NotImplementedError


class TextColumn(FieldColumn):
    def show(self, stored, value):
        if type(stored) is not str or type(value) is not str:
            return None
        is_blank = not stored or not value or stored.isspace() or value.isspace()
        return None if is_blank or len(value) > MAX_TEXT else value


class MomentColumn(FieldColumn):
    def show(self, stored, value):
        kind = datetime.datetime
        if type(stored) is not kind or type(value) is not kind:
            return None
        try:
            return self.rows.moment_text(value)
        except (ArithmeticError, TypeError, ValueError):
            return None


class FewValuesColumn(FieldColumn):
    """Choices, or a boolean: each value is shown once."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        # {(type, value, for what is stored and what the document has): content}
        self._known: dict[tuple, tuple[str, Any]] = {}

    def content(self, document):
        stored = self.field.shown_bson(document)
        value = self.field.stored_value(document)
        key = type(stored), stored, type(value), value
        if not {key[0], key[2]} <= FEW_VALUES:
            return Column.content(self, document)
        if key not in self._known:
            classes, shown = Column.content(self, document)
            self._known[key] = classes, SafeString(as_html(shown))
        return self._known[key]


class ReferenceColumn(FieldColumn):
    """What the page has fetched for a field of references."""

    def content(self, document):
        cell = references.prepared_cell(document, self.field.name)
        if cell is None:
            return Column.content(self, document)
        page = references.references_of(document)
        shown = cell.html(page, link=not self.is_link, empty=self.rows.empty)
        return self.field_classes, shown


# What shows the values of a field; of any other class nothing is known.
KINDS = {
    StringField: TextColumn,
    TextField: TextColumn,
    EmailField: TextColumn,
    DateTimeField: MomentColumn,
    BooleanField: FewValuesColumn,
}


def kind_of(rows: Rows, document: type, name: Any) -> type[Column]:
    """Return what shows an entry of list_display."""
    try:
        field = document._meta.get_field(name)
    except FieldDoesNotExist:
        return _kind_of_code(rows.model_admin, name)
    if field.auto_created or holds_files(field):
        return Column
    if references.holds_references(field):
        return ReferenceColumn
    kind = KINDS.get(type(field), Column)
    return kind if field.choices is None or kind is Column else FewValuesColumn


def _kind_of_code(model_admin: Any, name: Any) -> type[Column]:
    if name == "__str__" or not (callable(name) or hasattr(model_admin, name)):
        return Column
    if name != CHECKBOX:
        return CodeColumn
    method = getattr(model_admin.action_checkbox, "__func__", None)
    is_djangos = method is ModelAdmin.action_checkbox
    return CheckboxColumn if is_djangos else CodeColumn


class RowsMixin:
    """Mixed into the ChangeList of Documents: its cells, and where its rows lead."""

    @cached_property
    def document_rows(self) -> Rows:
        """What makes the cells of the rows."""
        is_own = type(self).url_for_result is RowsMixin.url_for_result
        return Rows(self, is_own_url=is_own)

    def url_for_result(self, result):
        """Follow ChangeList.url_for_result (5.2), which reads the key's field.

        ``pk`` is its text where the value has none of its own.
        """
        return self._urls.of(result.pk)

    @cached_property
    def _urls(self) -> references.KeyUrls:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return references.KeyUrls(name, self.model_admin.admin_site.name)


def cells(cl: Any, document: Any, form: Any, items: Callable) -> Iterator[SafeString]:
    """Yield the cells of a row of Documents; ``items``: Django's items_for_result.

    Rows with a form, and those of another ChangeList than ours, are left to Django.
    """
    rows = getattr(cl, "document_rows", None)
    if rows is not None and form is None:
        yield from rows.cells(document)
    else:
        yield from marked(items(cl, document, form), document)


def marked(items: Iterator[SafeString], document: Any) -> Iterator[SafeString]:
    """Yield cells of Django's; the first says what is odd about the document."""
    mark = details(document)
    for item in items:
        if mark and f'class="{CHECKBOX_CLASS}"' not in item:
            end = item.rindex("</")
            item, mark = SafeString(f"{item[:end]}{mark}{item[end:]}"), ""
        yield item


class ResultsNode(StandInNode):
    """Draws the table of a list as the template that would be used.

    Django's looks at the cells one by one, to write them one after the other: it is
    given those of a row as one.
    """

    template = "admin/change_list_results.html"
    digest = "c8ea5bd68f8be58b3d1a2440fe7097a05848cd11035572c1b98cd9935c6bc75c"

    def render_known(self, template, context):
        results = [*map(joined, context.get("results") or ())]
        with context.push(results=results):
            return template.render(context)


def joined(result: ResultList) -> ResultList:
    """Return a row of safe cells as one cell; one with a form as it is."""
    is_plain = result.form is None and all(type(each) is SafeString for each in result)
    return ResultList(None, [SafeString("".join(result))]) if is_plain else result
