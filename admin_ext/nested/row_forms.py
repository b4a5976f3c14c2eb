"""The form of one member of a list, and the formset of all that are on the page."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from mongoengine import EmbeddedDocument

from admin_ext.boundfields import PageBoundField
from admin_ext.changesets import MISSING, Choice
from admin_ext.hydration import stored_son

from .base import NOTHING_TO_COPY, is_nested, is_overtaken, untick_deletion
from .members import MemberForm

if TYPE_CHECKING:
    from .lists import ListBoundField

# A row as the Document holds it, and its BSON, or CONVERT.
Member = tuple[Any, Any]


class RowBoundField(PageBoundField):
    """Has no label on the page: its row is told to who cannot see where it is."""

    def build_widget_attrs(self, attrs, widget=None):
        attrs = super().build_widget_attrs(attrs, widget)
        return {"aria-label": self.form.title, **attrs} if not self.label else attrs


class RowForm(MemberForm):
    """One member of a list: the field ``value``, its place, and what happens to it.

    ``place``: where it is stored now, None for nowhere.
    """

    bound_field_class = RowBoundField
    owner: "ListBoundField"
    place: int | None = None

    def find(self):
        if self.row is not None:
            self.place = self.owner.rows.places[self.row]
        self.step = self.place

    @property
    def is_shown_as_stored(self):
        return super().is_shown_as_stored or self.copy is not None

    def stored_bson(self, name):
        if self.place is not None:
            return self.owner.stored_rows[self.place]
        if self.copy is None:
            return MISSING
        # A document was given another key.
        own = stored_son(self.copy) if isinstance(self.copy, EmbeddedDocument) else None
        return self.owner.stored_rows[self._source] if own is None else own

    def live(self, name):
        if self.place is not None:
            return self.owner.live_rows[self.place]
        return self.copy

    @cached_property
    def _original(self) -> int | None:
        """The row of the page that this new one is a copy of, as FROM says."""
        sent = self.data.get(self.add_prefix("FROM"), "")
        is_number = sent.isascii() and sent.isdecimal() and len(sent) < 9
        is_row = self.row is None and is_number and int(sent) < len(self.owner.rows)
        return int(sent) if is_row else None

    @property
    def _source(self) -> int | None:
        """Where that row is stored now."""
        original = self._original
        return None if original is None else self.owner.rows.places[original]

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
        return None if place is None else self.copy_of(self.owner.live_rows[place])

    @property
    def copied_from(self) -> str:
        """The number of the row that this new one is a copy of, or ""."""
        return "" if self.copy is None else self.data.get(self.add_prefix("FROM"))

    @property
    def title(self) -> str:
        """What this row is called, beginning with 1."""
        number = self.number
        if not number.isdecimal():
            return self.owner.title
        return f"{self.owner.title} {self.owner.rows.first + int(number) + 1}"

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
            if self.place is None or not self.owner.is_changed_since(self):
                return None
            mine = _("(deleted)")
        elif self.is_touched and not is_nested(bound.field):
            mine = self.member()[1]
            values = (self.item.as_base(each) for each in (mine, stored))
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
        item, stored = self.item, self.stored_bson("value")
        if bound.is_multipart and not bound._has_changed():
            # The page never had it.
            value = self.live("value")
            is_new = self.row is None
            return value, item.member_bson(value, MISSING) if is_new else stored
        value = item.value_for_document(value)
        if bound.is_put_back:
            return value, self.base_bson("value")
        return value, item.member_bson(value, stored)


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
        if order and form.owner.order_choice == Choice.STORED:
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
