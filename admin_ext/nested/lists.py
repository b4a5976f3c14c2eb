"""A list of anything as a formset within the form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import formset_factory
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from mongoengine.fields import GridFSProxy

from admin_ext.boundfields import CONVERT
from admin_ext.changesets import Choice, New
from admin_ext.conflicts import kept_choices, other_order

from .base import (
    MAX_DEPTH,
    SCRIPT,
    NestedBoundField,
    NestedWidget,
)
from .members import member_field
from .row_forms import Member, RowForm, RowFormSet
from .rows import Copy, PageRows, members_of
from .windows import NO_WINDOWS, Windows

PART_OF_ORIGINAL = _(
    "This page shows a part of these rows only, so that a new document cannot be saved "
    "from it."
)

# One request adds at most so many rows to a list; each costs a form.
MAX_NEW_ROWS = 500


class ListBoundField(NestedBoundField):
    """The rows of a list that are on the page; ``stored_rows`` are all of them.

    Anything but a list counts as its only, odd member. ``exact``: the BSON of the list
    that was sent, or CONVERT.
    """

    widget_template_name = "admin_ext/widgets/list.html"
    exact: Any = CONVERT
    is_order_asked = False

    @cached_property
    def stored_rows(self) -> list:
        return members_of(self.stored)

    @cached_property
    def live_rows(self) -> list:
        return members_of(self.live)

    @cached_property
    def rows(self) -> PageRows:
        if self.was_absent:
            return PageRows([], [], [], 0)
        entry = self.form.base.values.get(self.html_name)
        if isinstance(entry, dict) and "rows" in entry:
            return PageRows.sent(entry, self.stored_rows, self.live_rows)
        places = self.windows.places(self.html_name, len(self.stored_rows))
        return PageRows.shown(self.stored_rows, self.live_rows, places)

    @property
    def order_name(self) -> str:
        """The name of a conflict about the order of the rows alone."""
        return f"{self.html_name}-ORDER"

    @property
    def order_choice(self) -> str:
        """How the person settled such a conflict, if there was one."""
        return self.form.base.choice(self.order_name, self.form.data)

    def kept_choice(self):
        html = super().kept_choice()
        if self.order_choice != Choice.MINE or self.is_order_asked:
            return html
        return html + kept_choices({self.order_name: self.order_choice})

    @property
    def windows(self) -> Windows:
        return getattr(self.form, "windows", NO_WINDOWS)

    @property
    def links(self) -> str:
        """Links to the rows that are not on the page, where there are any."""
        name, length = self.html_name, len(self.stored_rows)
        return self.windows.drawn(name, self.title, self.rows.first, length)

    @property
    def title(self) -> str:
        """What the list is called; a list within a list as the one around it."""
        return self.label or self.form.label

    @cached_property
    def is_open(self) -> bool:
        """Tell whether rows can be added."""
        is_closed = self.field.disabled or self.depth >= MAX_DEPTH
        return not is_closed and self.can_add_to(self.field.item_field)

    @cached_property
    def formset(self):
        item = self.field.item_form_field(self.form)
        row_class = type("ListRowForm", (RowForm,), {"value": item, "owner": self})
        formset_class = formset_factory(
            row_class,
            formset=RowFormSet,
            extra=int(self.is_open),
            can_order=not self.field.is_sorted and not self.field.disabled,
            can_delete=not self.field.disabled,
            max_num=len(self.rows) + MAX_NEW_ROWS,
            absolute_max=len(self.rows) + MAX_NEW_ROWS,
        )
        formset_class.row_count = len(self.rows)
        formset_class.first_number = self.rows.first + 1
        return formset_class(
            **self.form_data(),
            prefix=self.html_name,
            initial=[{} for _row in self.rows.places],
            form_kwargs={"use_required_attribute": False},
        )

    def entries(self):
        found = {self.html_name: self.rows.entry()}
        for form in self.formset.initial_forms:
            found |= form.entries()
        return found

    @property
    def media(self):
        return self.formset.media + SCRIPT

    @property
    def is_multipart(self):
        return any(form.is_multipart() for form in self.formset.forms)

    @property
    def is_submitted(self) -> bool:
        """Tell whether this list was on the page that was sent."""
        return self.is_bound and f"{self.html_name}-TOTAL_FORMS" in self.form.data

    @property
    def is_damaged(self) -> bool:
        """Tell whether other rows were sent than the page had."""
        is_other = self.formset.initial_form_count() != len(self.rows)
        return is_other and self.form.original_page is None and not self.was_absent

    @property
    def is_part_of_original(self) -> bool:
        """Tell whether a new document would be saved with a part of a list only."""
        original = self.form.original_page
        entry = original and original.base.values.get(self.html_name)
        return isinstance(entry, dict) and PageRows.is_part(entry)

    def is_changed_since(self, form: RowForm) -> bool:
        """Tell whether somebody else changed a row since the page was made."""
        return self.rows.is_changed(form.row, self.stored_rows)

    def _has_changed(self):
        if not self.is_submitted:
            return False
        return any(form.is_changed for form in self.formset.forms)

    def members(self) -> list:
        """Return the list as it shall be. Raise ValidationError for conflicts.

        Untouched rows are the objects that the Document holds.
        """
        self._refuse_row_conflicts()
        wanted, new = self._wanted()
        name, base = self.order_name, self.form.base
        is_settled = base.is_settled(name, self.stored, self.order_choice)
        rows = self.rows.arranged(len(self.stored_rows), wanted, is_settled)
        if rows is None:
            self.is_order_asked = True
            base.show(name, self.stored)
            raise other_order(name, self.title, self.form.last_author(self.label))
        changed = self._changed_members()
        if rows == [*range(len(self.stored_rows))] and not changed:
            return self.live
        stored = [*zip(self.live_rows, self.stored_rows, strict=True)]
        members = [
            new[row.number] if isinstance(row, New) else changed.get(row, stored[row])
            for row in rows
        ]
        bsons = [bson for _value, bson in members]
        self.exact = CONVERT if self._holds_documents(bsons) else bsons
        return [value for value, _bson in members]

    def _holds_documents(self, bsons) -> bool:
        is_converted = any(bson is CONVERT for bson in bsons)
        return is_converted or self.field.item_field.holds_documents

    def _refuse_row_conflicts(self) -> None:
        """Put the conflicts of rows beside them. Raise ValidationError for any."""
        errors = [(form, form.conflict()) for form in self.formset.forms]
        for form, error in errors:
            if error is not None:
                form.add_error("value", error)
        if any(error for _form, error in errors):
            raise ValidationError(_("Please correct the errors below."), code="nested")

    def _wanted(self) -> tuple[list[int | New], list[Member]]:
        """Return the rows in the order that was sent, and the new ones."""
        wanted: list[int | New] = []
        new: list[Member] = []

        def add(member, kind=New):
            wanted.append(kind(len(new)))
            new.append(member)

        forms_ = self.formset.forms
        if self.order_choice != Choice.STORED:
            forms_ = sorted(forms_, key=_position)
        for form in forms_:
            if form.is_deleted:
                if form.place is not None:
                    form["value"].note_replaced()
                continue
            if form.place is not None:
                wanted.append(form.row)
            elif form.is_touched:
                add(form.member(), New if form.copy is None else Copy)
            if form.cleaned_data.get("COPY") and form.place is not None:
                add(self._copied(form), Copy)
        return wanted, new

    def _copied(self, form: RowForm) -> Member:
        value, bson = form.member()
        copy = self.form.copy_of(value)
        return copy, copy.grid_id if isinstance(copy, GridFSProxy) else bson

    def _changed_members(self) -> dict[int, Member]:
        """Return {place: row} of the rows that have another value than is stored."""
        return {
            form.place: form.member()
            for form in self.formset.initial_forms
            if form.place is not None
            and form.is_touched
            and not form.is_deleted
            and form.cleaned_data["value"] is not form.live("value")
        }


def _position(form: RowForm) -> tuple:
    """Return where a row was sent to: by its number, or else behind all numbers."""
    order = form.cleaned_data.get("ORDER")
    return (order is None, order or 0)


class ListFormField(forms.Field):
    """A list of anything. Cleans to a list.

    ``item_field``: the Django view of its members; ``is_sorted``: they have an order
    that is not the person's.
    """

    widget = NestedWidget

    def __init__(self, *, item_field, is_sorted=False, **kwargs):
        self.item_field, self.is_sorted = item_field, is_sorted
        kwargs.pop("widget", None)
        super().__init__(**kwargs)

    def item_form_field(self, form):
        """Return the form field of one member, through the admin's own hooks."""
        field = member_field(form, self.item_field)
        field.disabled = field.disabled or self.disabled
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs |= {"rows": 1}
        return field

    def get_bound_field(self, form, field_name):
        return ListBoundField(form, self, field_name)

    def _clean_bound_field(self, bound):
        if self.disabled or not bound._has_changed():
            return bound.live
        bound.refuse_gone()
        if bound.is_damaged:
            raise ValidationError(
                _(
                    "This list did not arrive as it was sent. Reload the page and make "
                    "your change again."
                ),
                code="damaged",
            )
        if bound.is_part_of_original:
            raise ValidationError(PART_OF_ORIGINAL, code="part")
        if not bound.formset.is_valid():
            raise ValidationError(_("Please correct the errors below."), code="nested")
        members = bound.members()
        if self.required and not members:
            raise ValidationError(self.error_messages["required"], code="required")
        return members
