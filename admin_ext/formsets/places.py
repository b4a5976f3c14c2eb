"""The places of embedded rows: moved, duplicated, and what a page asks about it."""

from difflib import SequenceMatcher
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import Media
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string

from admin_ext.changesets import Choice, New
from admin_ext.conflicts import other_order
from admin_ext.nested import NOTHING_TO_COPY, SCRIPT, Copy
from admin_ext.sending import copied
from admin_ext.undeclared import undeclared

# What the log says was changed in a row that was moved.
ORDER = "order"

# A place that is no number, or beyond all, is as good as none.
MAX_DIGITS = 9


class RowBoundField(BoundField):
    """Stands where Django draws the key of a row: its place, and a box to copy it."""

    def as_widget(self, widget=None, attrs=None, only_initial=False):
        html = super().as_widget(widget, attrs, only_initial)
        formset = self.form.parent
        return html + formset.row_tools(self.form)


class NoKeyField(forms.CharField):
    """Stands where Django has the key of a row, which an embedded document has not."""

    widget = forms.HiddenInput(attrs={"class": "admin-ext"})

    def get_bound_field(self, form, field_name):
        return RowBoundField(form, self, field_name)

    def has_changed(self, initial, data):
        return False


class PlacesMixin:
    """Mixed into EmbeddedFormSet: the rows' places, and rows that are copies.

    ``<row>-ORDER`` is the place of a row, ``<row>-COPY`` asks for a copy behind it, and
    ``<row>-FROM`` names the row that a new one begins as. They are no fields of the
    row's form, which would be changed by them.
    """

    @property
    def may_move(self) -> bool:
        """Tell whether the rows are in the order that is stored, and may leave it."""
        return self._may("change") and not self.ordering

    def _may(self, action: str) -> bool:
        return self.is_list and getattr(self.form, f"may_{action}", False)

    @property
    def media(self):
        return super().media + (SCRIPT if self.may_move or self.may_copy else Media())

    @property
    def may_copy(self) -> bool:
        is_free = self.max_num is None or len(self.stored_rows) < self.max_num
        return self._may("add") and is_free

    def row_tools(self, form: Any) -> str:
        """Return the HTML of what can be done to a row but to edit and to delete it."""
        number = self._number(form)
        is_row = number is not None and number < self.initial_form_count()
        document = form.instance if is_row else None
        context = {
            "prefix": form.prefix,
            "is_row": is_row,
            "is_empty": number is None,
            "first": self.page_rows.first + 1,
            "order": self._shown_order(form, number) if self.may_move else None,
            "may_move": self.may_move,
            "may_copy": self.may_copy,
            "is_copied": is_row and self._is_copied(number),
            "copied_from": self._source(number) if self._is_copy(form) else "",
            "keys": ", ".join(undeclared(document)) if document is not None else "",
        }
        return render_to_string("admin_ext/row_tools.html", context)

    def _number(self, form: Any) -> int | None:
        """Return which of the formset's forms this is; None for the empty one."""
        text = form.prefix.rpartition("-")[2]
        return int(text) if text.isdecimal() else None

    def _sent(self, prefix: str, name: str) -> str:
        return self.data.get(f"{prefix}-{name}", "") if self.is_bound else ""

    def _sent_number(self, prefix: str, name: str) -> int | None:
        text = self._sent(prefix, name).strip()
        is_number = text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS
        return int(text) if is_number else None

    def _shown_order(self, form: Any, number: int | None) -> Any:
        if number is None:
            return ""
        order = self._sent_number(form.prefix, "ORDER")
        is_dropped = order is None or self._is_order_dropped()
        if is_dropped and number < self.initial_form_count():
            return self.page_rows.first + number + 1
        return "" if order is None else order

    # Copies

    def _is_copied(self, number: int) -> bool:
        return self.may_copy and bool(self._sent(self.add_prefix(number), "COPY"))

    def _source(self, number: int) -> int | None:
        """Return the row of the page that a new one is a copy of, as FROM says."""
        if not self.may_copy or number < self.initial_form_count():
            return None
        source = self._sent_number(self.add_prefix(number), "FROM")
        is_row = source is not None and source < len(self.page_rows)
        return source if is_row else None

    def _copy_for(self, number: int) -> Any:
        """Return the document that a new row begins with, or None."""
        source = self._source(number)
        row = None if source is None else self._live_row(source)
        return None if row is None else copied(row)

    def refuse_copies_of_nothing(self) -> None:
        """Raise ValidationError where a row to copy was removed by somebody else."""
        for number, form in enumerate(self.forms):
            source = self._source(number)
            if number < self.initial_form_count():
                source = number if self._is_copied(number) else None
            is_gone = source is not None and self._live_row(source) is None
            if is_gone and not self._should_delete_form(form):
                raise ValidationError(NOTHING_TO_COPY, code="gone")

    @staticmethod
    def _is_copy(form: Any) -> bool:
        return getattr(form, "is_copy", False)

    # The order

    def _sort_key(self, form: Any, number: int) -> tuple:
        order = self._sent_number(form.prefix, "ORDER") if self.may_move else None
        if order is None and number < self.initial_form_count():
            order = self.page_rows.first + number + 1
        return (order is None, order or 0, number)

    def _is_order_dropped(self) -> bool:
        choice = self.base.choice(self.prefix, self.data)
        return choice == Choice.STORED

    @cached_property
    def wanted(self) -> tuple[list[int | New], list]:
        """The rows of the page in the order that was sent, and the documents to add.

        A row that somebody else removed keeps its place in it.
        """
        again, rows, new = {*map(id, self._added())}, [], []

        def add(document, kind=New):
            rows.append(kind(len(new)))
            new.append(document)

        forms_ = [*enumerate(self.forms)]
        if not self._is_order_dropped():
            forms_.sort(key=lambda each: self._sort_key(each[1], each[0]))
        for number, form in forms_:
            if id(form) in again:
                add(form.instance, Copy if self._is_copy(form) else New)
            elif number < self.initial_form_count() and self._is_kept(number, form):
                rows.append(number)
                if self._is_copied(number):
                    add(copied(form.instance), Copy)
        return rows, new

    def _is_kept(self, number: int, form: Any) -> bool:
        is_there = self.page_rows.places[number] is not None
        return is_there and not self._should_delete_form(form)

    def moved(self) -> list[int]:
        """Return the rows that the person moved, as few as there can be."""
        after = [row for row in self.wanted[0] if not isinstance(row, New)]
        before = sorted(after)
        if before == after:
            return []
        opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        return [
            row
            for tag, start, end, *_rest in opcodes
            if tag in ("delete", "replace")
            for row in before[start:end]
        ]

    def arrangement(self) -> list[int | New] | None:
        """Return stored rows and new ones in their order, None for a conflict."""
        choice = self.base.choice(self.prefix, self.data)
        is_settled = self.base.is_settled(self.prefix, self.stored_rows, choice)
        length = len(self.stored_rows)
        return self.page_rows.arranged(length, self.wanted[0], is_settled)

    def refuse_other_order(self) -> None:
        """Raise ValidationError where two people have put the rows in two orders."""
        if self.arrangement() is not None:
            return
        self.questions.add(self.prefix)
        self.base.show(self.prefix, self.stored_rows)
        label = self.model._meta.verbose_name_plural
        raise ValidationError([other_order(self.prefix, label, self.last_author(None))])
