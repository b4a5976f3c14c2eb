"""What forms of one member have in common: they ask the page through their owner."""

from typing import Any

from django import forms

from admin_ext.boundfields import NO_INPUT, PageBoundField
from admin_ext.changesets import Choice, identical
from admin_ext.formfields import is_file_left_alone, join_lookups, show_original

from .base import NestedBoundField, is_nested
from .windows import NO_WINDOWS


def member_field(form: Any, item: Any) -> forms.Field:
    """Return the form field of one member of a field, through the admin's own hooks."""
    field = form.formfield_for(item)
    field.label, field.required, field.initial = "", False, None
    field.is_row, field.widget.can_be_cleared = True, False
    return field


class MemberForm(forms.Form):
    """One member of what ``owner`` holds; its field is ``value``.

    ``owner``: the bound field; ``row``: which row of the page it is, None for a new
    one. A subclass has ``stored_bson("value")``, ``live("value")`` and ``step``, where
    it is stored now, None for nowhere.
    """

    bound_field_class = PageBoundField
    owner: NestedBoundField
    step: Any = None

    def __init__(self, *args, row: int | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.row = row
        self.base = self.owner.form.base
        self.depth, self.blank = self.owner.depth + 1, self.owner.blank
        self.find()
        if self.is_shown_as_stored:
            self._show_base(self.fields["value"])
        else:
            show_original(self, "value", self.item)
        field = self.fields["value"]
        if self.is_bound and hasattr(field, "expect_sent"):
            field.expect_sent(self.data, self.add_prefix("value"))
        join_lookups(self)

    def find(self) -> None:
        """Find the member among what is stored now."""

    @property
    def is_shown_as_stored(self) -> bool:
        """Tell whether the page shows what is stored, not what a new member has."""
        return self.row is not None

    @property
    def number(self) -> str:
        """What this row is called in the names of its inputs."""
        return self.prefix.rpartition("-")[2]

    @property
    def item(self) -> Any:
        """Return the Django view of the member's field."""
        return self.owner.field.item_field

    def _show_base(self, field: forms.Field) -> None:
        """Show what the page showed, whatever is stored in its place now."""
        name = self.add_prefix("value")
        is_stored = self.base.choice(name, self.data) == Choice.STORED
        if is_stored or is_file_left_alone(self, "value"):
            self.base.forget(name)
        if is_nested(field):
            return
        stored, base = self.stored_bson("value"), self.base_bson("value")
        is_stored = identical(self.item.as_base(stored), base)
        loaded = self.item.loaded(stored if is_stored else base)
        self.initial["value"] = self.item.initial_for(loaded)
        keep = getattr(field, "keep_stored_value", None)
        if keep:
            keep(loaded if self.item.is_relation else self.initial["value"])

    def stored_bson(self, name: str) -> Any:
        raise NotImplementedError

    def live(self, name: str) -> Any:
        raise NotImplementedError

    def base_bson(self, name):
        stored = self.item.as_base(self.stored_bson(name))
        return self.base.get(self.add_prefix(name), stored)

    def shows_stored(self, name):
        return name == "value" and self.row is not None

    def entries(self):
        return self["value"].entries()

    def path_to(self, name):
        path = self.owner.stored_path
        return None if self.step is None or path is None else (*path, self.step)

    def is_multipart(self):
        return any(bound.is_multipart for bound in self if bound.name == "value")

    def base_input(self, bound):
        return NO_INPUT

    # What the form of the document knows

    @property
    def label(self):
        return self.owner.label

    @property
    def windows(self):
        return getattr(self.owner.form, "windows", NO_WINDOWS)

    @property
    def offers(self):
        return getattr(self.owner.form, "offers", None)

    @property
    def mentions(self):
        return getattr(self.owner.form, "mentions", None)

    @property
    def undeclared_access(self):
        return self.owner.form.undeclared_access

    @property
    def original_page(self):
        return self.owner.form.original_page

    def last_author(self, label):
        return self.owner.form.last_author(self.owner.label)

    def file_url(self, path):
        return self.owner.form.file_url(path)

    def note_replaced(self, name, document_field, key):
        self.owner.form.note_replaced(name, document_field, key)

    def copy_of(self, value):
        return self.owner.form.copy_of(value)

    def get_embedded_form_class(self, document):
        return self.owner.form.get_embedded_form_class(document)

    def formfield_for(self, field):
        return self.owner.form.formfield_for(field)

    @property
    def media(self):
        media = super().media
        nested = [each for each in self if is_nested(each.field)]
        return sum((bound.media for bound in nested), media)
