"""A list of anything as a formset within the form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from mongoengine.fields import GridFSProxy

from admin_ext.boundfields import CONVERT, NO_INPUT, PageBoundField
from admin_ext.changesets import (
    MISSING,
    Choice,
    Conflict,
    New,
    arranged,
    identical,
    merged,
)
from admin_ext.formfields import is_file_left_alone, join_lookups, show_original

from .base import MAX_BLANK_DEPTH, MAX_DEPTH, NestedBoundField, NestedWidget
from .rows import PageRows

# One request adds at most so many rows to a list; each costs a form.
MAX_NEW_ROWS = 500

# A row as the Document holds it, and its BSON, or CONVERT.
Member = tuple[Any, Any]


class RowForm(forms.Form):
    """One member of a list: the field ``value``, its place, and what happens to it.

    ``list``: the bound field of the list; ``row``: which row of the page it is, None
    for a new one; ``place``: where it is stored now, None for nowhere.
    """

    bound_field_class = PageBoundField
    list: "ListBoundField"

    def __init__(self, *args, row: int | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.row = row
        self.place = None if row is None else self.list.rows.places[row]
        self.base = self.list.form.base
        self.depth, self.blank_depth = self.list.depth + 1, self.list.blank_depth
        if row is not None:
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
        return MISSING if self.place is None else self.list.stored_rows[self.place]

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
    def copy(self) -> Any:
        """What this new row begins with: a copy of the row that FROM names."""
        sent, places = self.data.get(self.add_prefix("FROM"), ""), self.list.rows.places
        is_row = self.row is None and sent.isdecimal() and int(sent) < len(places)
        place = places[int(sent)] if is_row else None
        return None if place is None else self.copy_of(self.list.live_rows[place])

    @property
    def label(self):
        return self.list.label

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
        bound, stored = self["value"], self.stored_bson("value")
        if bound.is_settled(stored) or bound.is_dropped:
            return None
        if self.is_deleted:
            if self.place is None or not self.list.is_changed_since(self):
                return None
            mine = _("(deleted)")
        elif self.is_touched and not is_nested(bound.field):
            mine, item = self.member()[1], self.list.field.item_field
            base = self.base_bson("value")
            try:
                merged(base, *(item.as_base(each) for each in (mine, stored)))
            except Conflict:
                pass
            else:
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
        return value, item.member_bson(value, stored)

    @property
    def media(self):
        media = super().media
        nested = [bound for bound in self if is_nested(bound.field)]
        return sum((bound.media for bound in nested), media)


class RowFormSet(BaseFormSet):
    """The members of a list. ORDER is drawn as a small number field."""

    ordering_widget = forms.NumberInput(attrs={"class": "list-order", "min": "1"})
    row_count = 0

    def get_ordering_widget(self):
        return self.ordering_widget

    def get_form_kwargs(self, index):
        is_row = index is not None and index < self.row_count
        return super().get_form_kwargs(index) | {"row": index if is_row else None}

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if form.row is not None:
            form.fields["COPY"] = forms.BooleanField(
                label=_("Duplicate"), required=False
            )


class ListBoundField(NestedBoundField):
    """The rows of a list that are on the page; ``stored_rows`` are all of them.

    Anything but a list counts as its only, odd member. ``exact``: the BSON of the list
    that was sent, or CONVERT.
    """

    widget_template_name = "admin_ext/widgets/list.html"
    exact: Any = CONVERT

    @cached_property
    def stored_rows(self) -> list:
        return members_of(self.stored)

    @cached_property
    def live_rows(self) -> list:
        return members_of(self.live)

    @cached_property
    def rows(self) -> PageRows:
        entry = self.form.base.values.get(self.html_name)
        if isinstance(entry, dict) and "rows" in entry:
            return PageRows.sent(entry, self.stored_rows)
        if self.form.base.is_absent(self.html_name):
            return PageRows([], [])
        return PageRows.shown(self.stored_rows, range(len(self.stored_rows)))

    @cached_property
    def formset(self):
        is_closed = self.field.disabled or self.depth >= MAX_DEPTH
        blank_rows = 0 if is_closed or self.blank_depth >= MAX_BLANK_DEPTH else 1
        item = self.field.item_form_field(self.form)
        row_class = type("ListRowForm", (RowForm,), {"value": item, "list": self})
        formset_class = formset_factory(
            row_class,
            formset=RowFormSet,
            extra=blank_rows,
            can_order=not self.field.is_sorted,
            can_delete=True,
            max_num=len(self.rows) + MAX_NEW_ROWS,
            absolute_max=len(self.rows) + MAX_NEW_ROWS,
        )
        formset_class.row_count = len(self.rows)
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
        return self.formset.media

    @property
    def is_multipart(self):
        return any(form.is_multipart() for form in self.formset.forms)

    def step_to(self, form: RowForm) -> int | None:
        """Return where a row is in the stored list, None for a new one."""
        return form.place

    @property
    def is_submitted(self) -> bool:
        """Tell whether this list was on the page that was sent."""
        return self.is_bound and f"{self.html_name}-TOTAL_FORMS" in self.form.data

    @property
    def is_damaged(self) -> bool:
        """Tell whether other rows were sent than the page had."""
        count = self.formset.initial_form_count()
        return count != len(self.rows) and self.form.original_page is None

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
        is_settled = self.is_settled(self.stored)
        rows = arranged(self.rows.places, len(self.stored_rows), wanted, is_settled)
        if rows is None:
            raise self.conflict(
                base=_("(as on the page)"),
                mine=_("(in your order)"),
                stored=_("(in another order)"),
                now=self.stored,
            )
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
        forms_of_rows = self.formset.initial_forms
        errors = [(form, form.conflict()) for form in forms_of_rows]
        for form, error in errors:
            if error is not None:
                form.add_error("value", error)
        if any(error for _form, error in errors):
            raise ValidationError(_("Please correct the errors below."), code="nested")

    def _wanted(self) -> tuple[list[int | New], list[Member]]:
        """Return the rows in the order that was sent, and the new ones."""
        wanted: list[int | New] = []
        new: list[Member] = []

        def add(member):
            wanted.append(New(len(new)))
            new.append(member)

        for form in sorted(self.formset.forms, key=_position):
            if form.is_deleted:
                form["value"].note_replaced()
                continue
            if form.place is not None:
                wanted.append(form.row)
            elif form.is_touched:
                add(form.member())
            if form.cleaned_data.get("COPY") and form.place is not None:
                add(self._copied(form))
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
        field = form.formfield_for(self.item_field)
        field.label = ""
        field.required = False
        field.initial = None
        field.is_row, field.widget.can_be_cleared = True, False
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs |= {"rows": 1}
        return field

    def get_bound_field(self, form, field_name):
        return ListBoundField(form, self, field_name)

    def _clean_bound_field(self, bound):
        if self.disabled or not bound._has_changed():
            return bound.live
        if bound.is_damaged:
            raise ValidationError(
                _(
                    "This list did not arrive as it was sent. Reload the page and make "
                    "your change again."
                ),
                code="damaged",
            )
        if not bound.formset.is_valid():
            raise ValidationError(_("Please correct the errors below."), code="nested")
        members = bound.members()
        if self.required and not members:
            raise ValidationError(self.error_messages["required"], code="required")
        return members


def is_nested(field: forms.Field) -> bool:
    """Tell whether a form field holds forms of its own."""
    return isinstance(field.widget, NestedWidget)


def members_of(value: Any) -> list:
    """Return the members of a stored list; any other value is the only member."""
    if value is None or value is MISSING:
        return []
    if isinstance(value, list | tuple):
        # A list of mongoengine's own would wrap its members.
        return [*list.__iter__(value)] if isinstance(value, list) else [*value]
    return [value]
