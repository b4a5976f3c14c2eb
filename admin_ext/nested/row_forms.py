"""The form of one member of a list, and the formset of all that are on the page."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from mongoengine import EmbeddedDocument

from admin_ext.boundfields import NO_INPUT, PageBoundField
from admin_ext.changesets import MISSING, Choice, identical
from admin_ext.formfields import is_file_left_alone, join_lookups, show_original
from admin_ext.hydration import stored_son

from .base import NOTHING_TO_COPY, is_nested, is_overtaken, untick_deletion

if TYPE_CHECKING:
    from .lists import ListBoundField

# A row as the Document holds it, and its BSON, or CONVERT.
Member = tuple[Any, Any]


class RowBoundField(PageBoundField):
    """Has no label on the page: its row is told to who cannot see where it is."""

    def build_widget_attrs(self, attrs, widget=None):
        attrs = super().build_widget_attrs(attrs, widget)
        return {"aria-label": self.form.title, **attrs} if not self.label else attrs


class RowForm(forms.Form):
    """One member of a list: the field ``value``, its place, and what happens to it.

    ``list``: the bound field of the list; ``row``: which row of the page it is, None
    for a new one; ``place``: where it is stored now, None for nowhere.
    """

    bound_field_class = RowBoundField
    list: "ListBoundField"

    def __init__(self, *args, row: int | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.row = row
        self.place = None if row is None else self.list.rows.places[row]
        self.base = self.list.form.base
        self.depth, self.blank = self.list.depth + 1, self.list.blank
        if row is not None or self.copy is not None:
            self._show_base(self.fields["value"])
        else:
            show_original(self, "value", self.list.field.item_field)
        join_lookups(self)

    def _show_base(self, field):
        """Show what the page showed, whatever is stored in its place now."""
        name = self.add_prefix("value")
        is_stored = self.base.choice(name, self.data) == Choice.STORED
        if is_stored or is_file_left_alone(self, "value"):
            self.base.forget(name)
        if is_nested(field):
            return
        item, stored = self.list.field.item_field, self.stored_bson("value")
        base = self.base_bson("value")
        is_stored = identical(item.as_base(stored), base)
        loaded = item.loaded(stored if is_stored else base)
        self.initial["value"] = item.initial_for(loaded)
        keep = getattr(field, "keep_stored_value", None)
        if keep:
            keep(loaded if item.is_relation else self.initial["value"])

    def stored_bson(self, name):
        if self.place is not None:
            return self.list.stored_rows[self.place]
        if self.copy is None:
            return MISSING
        # A document was given another key.
        own = stored_son(self.copy) if isinstance(self.copy, EmbeddedDocument) else None
        return self.list.stored_rows[self._source] if own is None else own

    def base_bson(self, name):
        stored = self.list.field.item_field.as_base(self.stored_bson(name))
        return self.base.get(self.add_prefix(name), stored)

    def shows_stored(self, name):
        return name == "value" and self.row is not None

    def live(self, name):
        if self.place is not None:
            return self.list.live_rows[self.place]
        return self.copy

    @cached_property
    def _original(self) -> int | None:
        """The row of the page that this new one is a copy of, as FROM says."""
        sent = self.data.get(self.add_prefix("FROM"), "")
        is_number = sent.isascii() and sent.isdecimal() and len(sent) < 9
        is_row = self.row is None and is_number and int(sent) < len(self.list.rows)
        return int(sent) if is_row else None

    @property
    def _source(self) -> int | None:
        """Where that row is stored now."""
        original = self._original
        return None if original is None else self.list.rows.places[original]

    @property
    def lacks_source(self) -> bool:
        """Tell whether a copy is wanted of a row that somebody else removed."""
        if self.row is None:
            return self._original is not None and self._source is None
        return bool(self.cleaned_data.get("COPY")) and self.place is None

    @cached_property
    def copy(self) -> Any:
        """What this new row begins with, or None."""
        place = self._source
        return None if place is None else self.copy_of(self.list.live_rows[place])

    @property
    def copied_from(self) -> str:
        """The number of the row that this new one is a copy of, or ""."""
        return "" if self.copy is None else self.data.get(self.add_prefix("FROM"))

    @property
    def number(self) -> str:
        """What this row is called in the names of its inputs."""
        return self.prefix.rpartition("-")[2]

    @property
    def title(self) -> str:
        """What this row is called, beginning with 1."""
        number = self.number
        if not number.isdecimal():
            return self.list.title
        return f"{self.list.title} {self.list.rows.first + int(number) + 1}"

    @property
    def label(self):
        return self.list.label

    @property
    def windows(self):
        return self.list.windows

    @property
    def undeclared_access(self):
        return self.list.form.undeclared_access

    def last_author(self, label):
        return self.list.form.last_author(self.list.label)

    @property
    def original_page(self):
        return self.list.form.original_page

    def path_to(self, name):
        step, path = self.list.step_to(self), self.list.stored_path
        return None if step is None or path is None else (*path, step)

    def file_url(self, path):
        return self.list.form.file_url(path)

    def note_replaced(self, name, document_field, key):
        self.list.form.note_replaced(name, document_field, key)

    def is_multipart(self):
        return any(bound.is_multipart for bound in self if bound.name == "value")

    def base_input(self, bound):
        return NO_INPUT

    def copy_of(self, value):
        return self.list.form.copy_of(value)

    def get_embedded_form_class(self, document):
        return self.list.form.get_embedded_form_class(document)

    def formfield_for(self, field):
        return self.list.form.formfield_for(field)

    def entries(self):
        return self["value"].entries()

    def has_changed(self):
        return self.copy is not None or super().has_changed()

    @property
    def is_deleted(self) -> bool:
        is_marked = self.cleaned_data.get("DELETE")
        return bool(is_marked) and not self["value"].is_dropped

    @property
    def is_touched(self) -> bool:
        return "value" in self.changed_data or self.copy is not None

    @property
    def is_changed(self) -> bool:
        """Tell whether the person did anything to the row."""
        if self.row is None:
            return self.is_touched
        return bool({"value", "DELETE", "ORDER", "COPY"} & {*self.changed_data})

    def conflict(self) -> ValidationError | None:
        """Return the error of a row that somebody else changed or removed, or None."""
        if self.lacks_source and not self.is_deleted:
            return ValidationError(NOTHING_TO_COPY, code="gone")
        if self.row is None:
            return None
        bound, stored = self["value"], self.stored_bson("value")
        if bound.is_settled(stored) or bound.is_dropped:
            return None
        if self.is_deleted:
            if self.place is None or not self.list.is_changed_since(self):
                return None
            mine = _("(deleted)")
        elif self.is_touched and not is_nested(bound.field):
            mine, item = self.member()[1], self.list.field.item_field
            values = (item.as_base(each) for each in (mine, stored))
            if not is_overtaken(bound, *values):
                return None
        else:
            return None
        base = _("(as on the page)") if is_nested(bound.field) else bound.base_text
        return bound.conflict(base=base, mine=mine, stored=stored)

    def member(self) -> Member:
        """Return the row as it was sent."""
        bound, value = self["value"], self.cleaned_data["value"]
        if is_nested(bound.field):
            return value, bound.exact
        item, stored = self.list.field.item_field, self.stored_bson("value")
        if bound.is_multipart and not bound._has_changed():
            # The page never had it.
            value = self.live("value")
            is_new = self.row is None
            return value, item.member_bson(value, MISSING) if is_new else stored
        value = item.value_for_document(value)
        if bound.is_put_back:
            return value, self.base_bson("value")
        return value, item.member_bson(value, stored)

    @property
    def media(self):
        media = super().media
        nested = [bound for bound in self if is_nested(bound.field)]
        return sum((bound.media for bound in nested), media)


class StoredOrderField(forms.IntegerField):
    """The place of a row as the page showed it first, whatever was sent."""

    def bound_data(self, data, initial):
        return initial


class RowFormSet(BaseFormSet):
    """The members of a list. ORDER is drawn as a small number field."""

    ordering_widget = forms.NumberInput(attrs={"class": "list-order", "min": "1"})
    row_count = 0
    # The number of the first row, where the page has a part of the list.
    first_number = 1

    def get_ordering_widget(self):
        return self.ordering_widget

    def get_form_kwargs(self, index):
        is_row = index is not None and index < self.row_count
        return super().get_form_kwargs(index) | {"row": index if is_row else None}

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if form["value"].is_dropped:
            untick_deletion(form)
        order = form.fields.get("ORDER")
        if order and order.initial:
            order.initial += self.first_number - 1
        if order and form.list.order_choice == Choice.STORED:
            form.fields["ORDER"] = StoredOrderField(
                label=order.label,
                initial=order.initial,
                required=False,
                widget=order.widget,
            )
        if form.row is not None and self.can_delete:
            form.fields["COPY"] = forms.BooleanField(
                label=_("Duplicate"), required=False
            )
