"""The formset of embedded inlines: rows of a list, or one embedded document."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import (
    INITIAL_FORM_COUNT,
    MAX_NUM_FORM_COUNT,
    MIN_NUM_FORM_COUNT,
    TOTAL_FORM_COUNT,
    ManagementForm,
)
from django.forms.models import BaseModelFormSet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from admin_ext import saving
from admin_ext.boundfields import NO_INPUT
from admin_ext.changesets import MISSING, BadBase, Base, Choice, New
from admin_ext.conflicts import conflict_error, kept_choices
from admin_ext.fileforms import FilePage
from admin_ext.forms import BASE, BASE_ATTRS, DAMAGED
from admin_ext.history import last_author
from admin_ext.hydration import blank, is_redacted, stored_son, visible
from admin_ext.keys import id_of
from admin_ext.nested import (
    NO_WINDOWS,
    PART_OF_ORIGINAL,
    PageRows,
    members_of,
    untick_deletion,
)
from admin_ext.validation import changed_names

from .places import ORDER, NoKeyField, PlacesMixin
from .sent import SentRows


def row_form_class(base: type, *, can_add: bool, can_change: bool) -> type:
    """Return the form of a row, blind to what the person may not do.

    Follows DeleteProtectedModelForm in InlineModelAdmin.get_formset (5.2).
    """

    class RowForm(base):
        may_add, may_change = can_add, can_change
        is_copy = False

        def has_changed(self):
            is_new = self.instance._state.adding or self.is_copy
            is_allowed = can_add if is_new else can_change
            return is_allowed and super().has_changed()

    return RowForm


def sort_key(name: str) -> Callable[[Any], tuple]:
    """Return a key for rows of any shape: null first, then type by type."""

    def key(row):
        value = id_of(row._data.get(name))
        if value is None:
            return (False, "", "")
        if isinstance(value, int | float | Decimal):
            return (True, "", value)
        return (True, type(value).__name__, str(value))

    return key


class RowsManagementForm(ManagementForm):
    """Django's, beside which stands what the page showed of the rows."""

    def __init__(self, *args, formset, **kwargs):
        self.formset = formset
        super().__init__(*args, **kwargs)

    def render(self, *args, **kwargs):
        html = super().render(*args, **kwargs) + self.formset.base_input()
        return html + self.formset.kept_choices() + self.formset.links()

    __str__ = __html__ = render


class EmbeddedFormSet(SentRows, PlacesMixin, FilePage, BaseModelFormSet):
    """Rows of an embedded list, or the one document of an EmbeddedDocumentField.

    The rows are put into the parent document in memory when the formset is found
    valid, so that the parent's save writes everything at once. ``field_name``,
    ``is_list`` and ``ordering`` are set by the inline.
    """

    field_name = ""
    is_list = True
    ordering: Sequence = ()
    windows = NO_WINDOWS
    fk = None

    def __init__(
        self, data=None, files=None, instance=None, save_as_new=False, **kwargs
    ):
        self.instance, self.save_as_new = instance, save_as_new
        self.is_hidden = kwargs.pop("queryset", None) == ()
        super().__init__(data, files, queryset=(), **kwargs)
        self.has_bad_base, self.questions = False, set()
        self.base = self._base()

    @classmethod
    def get_default_prefix(cls):
        return cls.field_name

    @cached_property
    def management_form(self):
        """Follow BaseFormSet.management_form (5.2) with a form of our own."""
        options = {
            "auto_id": self.auto_id,
            "prefix": self.prefix,
            "renderer": self.renderer,
            "formset": self,
        }
        if self.is_bound:
            form = RowsManagementForm(self.data, **options)
            form.full_clean()
            return form
        initial = {
            TOTAL_FORM_COUNT: self.total_form_count(),
            INITIAL_FORM_COUNT: self.initial_form_count(),
            MIN_NUM_FORM_COUNT: self.min_num,
            MAX_NUM_FORM_COUNT: self.max_num,
        }
        return RowsManagementForm(initial=initial, **options)

    # What the page showed

    def _base(self) -> Base:
        token = self.data.get(self.base_name) if self.is_bound else None
        if not token or self.save_as_new:
            return Base()
        try:
            return Base.read(token, *self._owner)
        except BadBase:
            self.has_bad_base = True
            return Base()

    @property
    def base_name(self) -> str:
        return f"{self.prefix}-{BASE}"

    @property
    def _owner(self) -> tuple[str, Any]:
        label = f"{type(self.instance)._meta.label}.{self.field_name}"
        return label, (stored_son(self.instance) or {}).get("_id", MISSING)

    def base_input(self) -> str:
        """Return the hidden input with what the page shows of the rows."""
        if stored_son(self.instance) is None:
            return self.original_input()
        entries: dict[str, Any] = {self.prefix: self.page_rows.entry()}
        for form in self.initial_forms:
            entries |= form.entries()
        base = Base(entries, self.base.seen, self.base.opened)
        token = base.token(*self._owner, is_sealed=is_redacted(self.instance))
        return forms.HiddenInput(BASE_ATTRS).render(self.base_name, token)

    def kept_choices(self) -> str:
        """Return the choices that were made as inputs; another error brought the page.

        What is stored in a row, and its order, are kept by showing them.
        """
        kept = self.base.choices(self.data, Choice.MINE)
        for number in range(len(self.page_rows)):
            if self._live_row(number) is None and self._choice(number):
                kept.add(self.add_prefix(number))
        names = [self.prefix, *map(self.add_prefix, range(len(self.page_rows)))]
        return kept_choices({
            name: self.base.choice(name, self.data)
            for name in names
            if name in kept - self.questions
        })

    def last_author(self, label):
        """Return who changed rows last, if that is known."""
        name = self.model._meta.verbose_name
        return last_author(self.instance, name, since=self.base.opened)

    @cached_property
    def stored_rows(self) -> list:
        """All rows as BSON, as they are stored now."""
        if self.instance is None:
            return []
        field = self.instance._meta.get_field(self.field_name)
        return members_of(field.stored_bson(self.instance))

    @cached_property
    def live_rows(self) -> list:
        """The same as the parent document holds them."""
        value = self.instance._data.get(self.field_name) if self.instance else None
        return members_of(value)

    @cached_property
    def page_rows(self) -> PageRows:
        entry = self.base.values.get(self.prefix)
        if entry is not None:
            return PageRows.sent(entry, self.stored_rows, self.live_rows)
        places = self._shown_places()
        window = self.windows.places(self.prefix, len(places))
        shown = places[window.start : window.stop]
        return PageRows.shown(self.stored_rows, self.live_rows, shown)

    def _shown_places(self) -> list[int]:
        """Return where the rows are that fit the class; the others are not shown."""
        if self.is_hidden or len(self.stored_rows) != len(self.live_rows):
            return []
        rows = self.live_rows
        places = [i for i, row in enumerate(rows) if isinstance(row, self.model)]
        # Sorting is stable: the last key first.
        for order in reversed(self.ordering):
            key = sort_key(order.lstrip("-"))
            is_reverse = order.startswith("-")
            places.sort(key=lambda i, key=key: key(rows[i]), reverse=is_reverse)
        return places

    def _live_row(self, number: int) -> Any:
        """Return the document of a row of the page, or None when it is gone."""
        place = self.page_rows.places[number]
        row = None if place is None else self.live_rows[place]
        return row if isinstance(row, self.model) else None

    def get_queryset(self):
        """Return the documents of the page's rows; blank ones for what is gone."""
        if not hasattr(self, "_queryset"):
            rows = map(self._live_row, range(len(self.page_rows)))
            self._queryset = [blank(self.model) if row is None else row for row in rows]
        return self._queryset

    def links(self) -> str:
        """Return links to the rows that are not on the page, where there are any."""
        if self.instance is None or not self.is_list:
            return NO_INPUT
        length = len(self._shown_places())
        start = self.windows.places(self.prefix, length).start
        label = self.model._meta.verbose_name_plural
        return self.windows.drawn(self.prefix, label, start, length)

    # Forms

    def initial_form_count(self):
        return 0 if self.save_as_new else super().initial_form_count()

    def _construct_form(self, i, **kwargs):
        rows = self.get_queryset()
        if not self.save_as_new and i < min(self.initial_form_count(), len(rows)):
            if self._is_added_again(i):
                self.base.set_absent(self.add_prefix(i))
            else:
                kwargs["instance"] = rows[i]
        elif self.initial_extra and i >= self.initial_form_count():
            extra = self.initial_extra[i - self.initial_form_count() :]
            kwargs |= {"initial": extra[0]} if extra else {}
        copy = self._copy_for(i)
        if copy is not None:
            kwargs["instance"] = copy
        form = super(BaseModelFormSet, self)._construct_form(i, **kwargs)
        form.stored_path, form.is_copy = self._path_of_row(i), copy is not None
        return form

    def _path_of_row(self, number: int) -> tuple | None:
        """Return where a row of the page is in the stored document."""
        is_row = number < len(self.page_rows) and not self.save_as_new
        place = self.page_rows.places[number] if is_row else None
        if place is None:
            return None
        stored_name = type(self.instance)._fields[self.field_name].db_field
        return (stored_name, place) if self.is_list else (stored_name,)

    def get_form_kwargs(self, index):
        return super().get_form_kwargs(index) | {"base": self.base, "parent": self}

    def add_fields(self, form, index):
        """Add what Django adds, and an empty input where Django puts the key."""
        self._pk_field = self.model._meta.pk
        form.fields[self._pk_field.name] = NoKeyField(required=False)
        super(BaseModelFormSet, self).add_fields(form, index)
        if index is not None and self._choice(index) == Choice.STORED:
            untick_deletion(form)

    def _choice(self, number: int) -> str:
        return self.base.choice(self.add_prefix(number), self.data)

    def _is_added_again(self, number: int) -> bool:
        """Tell whether a row that somebody else removed is to be stored once more."""
        is_gone = self._live_row(number) is None
        name = self.add_prefix(number)
        return is_gone and self.base.is_settled(name, MISSING, self._choice(number))

    def _should_delete_form(self, form):
        """Leave a row that somebody else changed where the person chose so."""
        if form in self.initial_forms and not form.instance._state.adding:
            number = self.initial_forms.index(form)
            if self._choice(number) == Choice.STORED:
                return False
        return super()._should_delete_form(form)

    # What was sent

    def clean(self):
        if self.save_as_new and self._is_part_of_original():
            raise ValidationError(PART_OF_ORIGINAL)
        if self.save_as_new or not self.management_form.is_valid():
            return
        if self.has_bad_base or len(self.initial_forms) != len(self.page_rows):
            raise ValidationError(DAMAGED)
        conflicts = [*filter(None, map(self._conflict, range(len(self.page_rows))))]
        if conflicts:
            raise ValidationError(conflicts)
        self.refuse_copies_of_nothing()
        self.refuse_other_order()
        if not self.is_list and self.stored_rows and self._added():
            is_shown = bool(self.page_rows) and self.page_rows.places[0] is not None
            if not is_shown or not self._is_deleted(0):
                raise ValidationError(
                    _("A value is stored here already, which this page does not show.")
                )

    def _is_part_of_original(self) -> bool:
        """Tell whether a new document would be saved with a part of the rows only."""
        page = self.original_page
        entry = page and page.base.values.get(self.prefix)
        return bool(entry) and PageRows.is_part(entry)

    def _is_deleted(self, number: int) -> bool:
        return self.can_delete and self._should_delete_form(self.initial_forms[number])

    def _conflict(self, number: int) -> ValidationError | None:
        """Return the error of a row that somebody else removed, or changed."""
        form, name = self.initial_forms[number], self.add_prefix(number)
        place = self.page_rows.places[number]
        stored = MISSING if place is None else self.stored_rows[place]
        is_deleted = self._is_deleted(number)
        choice = self._choice(number)
        if choice == Choice.STORED or self.base.is_settled(name, stored, choice):
            return None
        if is_deleted:
            is_asked = place is not None and self.page_rows.is_changed(
                number, self.stored_rows
            )
            mine, shown = _("(deleted)"), visible(form.instance, stored)
        else:
            is_asked = place is None and form.has_changed()
            mine, shown = _("(your values below)"), _("(removed)")
        if not is_asked:
            return None
        self.questions.add(name)
        self.base.show(name, stored)
        return conflict_error(
            name,
            label=f"{self.model._meta.verbose_name} {number + 1}",
            base=_("(as on the page)"),
            mine=mine,
            stored=shown,
            author=self.last_author(None),
        )

    def _added(self) -> list:
        """Return the forms of new rows, and of rows that are added again."""
        again = [
            form
            for number, form in enumerate(self.initial_forms)
            if self._is_added_again(number) and not self._should_delete_form(form)
        ]
        return again + [
            form
            for form in self.extra_forms
            if (form.has_changed() or form.is_copy)
            and not self._should_delete_form(form)
        ]

    def full_clean(self):
        super().full_clean()
        if self.is_bound and not any(self._errors) and not self._non_form_errors:
            self.apply()

    def apply(self) -> None:
        """Put the rows into the parent. Untouched rows stay the stored objects."""
        self.changed_objects, self.deleted_objects = [], []
        self.new_objects, moved = self.wanted[1], {*self.moved()}
        for number, form in enumerate(self.initial_forms):
            if self.page_rows.places[number] is None:
                continue
            if self._should_delete_form(form):
                self.deleted_objects.append(form.instance)
                continue
            names = [*form.changed_data] if form.has_changed() else []
            names += [ORDER] if number in moved else []
            if names:
                self.changed_objects.append((form.instance, names))
        if self.new_objects or self.deleted_objects or moved:
            self._replace()

    def _replace(self) -> None:
        """Set the list anew; only then is the whole list written."""
        rows = [
            self.new_objects[row.number]
            if isinstance(row, New)
            else self.live_rows[row]
            for row in self.arrangement() or ()
        ]
        if self.is_list:
            value: Any = rows
        else:
            value = rows[-1] if rows else None
        setattr(self.instance, self.field_name, value)

    def save(self, commit=True):
        """Return the rows that are new or changed; the parent has saved them."""
        self.saved_forms = [form for form in self.forms if form.has_changed()]
        rows = [row for row, _names in self.changed_objects] + self.new_objects
        if commit:
            self.save_parent()
        else:
            self._take_for_models(rows)
        return rows

    def save_parent(self) -> None:
        """Write what a hook did to the rows after the parent's save."""
        if changed_names(self.instance):
            saving.save(self.instance, adding=False)

    def _take_for_models(self, rows: list) -> None:
        """Let a hook that saves and deletes the rows by itself, as Django's docs do."""
        self.save_m2m = self.save_parent
        for row in rows:
            row.__dict__["save"] = self.save_parent
        for row in self.deleted_objects:
            row.__dict__["delete"] = self.save_parent

    def validate_unique(self):
        """Embedded documents have no uniqueness of their own."""
