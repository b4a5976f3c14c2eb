"""What bound fields that hold forms have in common."""

from typing import Any

from django import forms
from django.forms.formsets import DELETION_FIELD_NAME
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from admin_ext.boundfields import PageBoundField
from admin_ext.changesets import MISSING, Conflict, identical, merged
from admin_ext.hydration import visible
from admin_ext.marks import absence
from admin_ext.widgets import Script

# So many forms of absent documents are offered within each other, each of another
# class: one that embeds itself would never end, nor would a page of its rows.
MAX_BLANK_DEPTH = 3

# What lies deeper is shown as text.
MAX_DEPTH = 10

# The copy of a row would lack what the page does not show of it.
NOTHING_TO_COPY = _("There is nothing to copy: this row was removed by somebody else.")


SCRIPT = forms.Media(js=[Script("admin_ext/js/lists.js")])


class UntickedField(forms.BooleanField):
    """A box that the page shows unticked, whatever was sent."""

    def bound_data(self, data, initial):
        return False


def untick_deletion(form: forms.Form) -> None:
    """Show a row that is kept, as the person chose, as one that is not deleted."""
    if DELETION_FIELD_NAME in form.fields:
        label = form.fields[DELETION_FIELD_NAME].label
        form.fields[DELETION_FIELD_NAME] = UntickedField(label=label, required=False)


class NestedWidget(forms.Widget):
    """Stands for a widget; the bound field draws its forms itself."""

    use_fieldset = True

    def value_from_datadict(self, data, files, name):
        return None

    def value_omitted_from_data(self, data, files, name):
        return False

    def id_for_label(self, id_):
        return ""


class NestedBoundField(PageBoundField):
    """Shared by the bound fields below: drawn from a template, with forms inside.

    ``stored`` is the BSON that MongoDB holds now, ``live`` the value in the Document.
    """

    # The base of forms says which documents, rows and keys there were.
    is_put_back = False

    # Not template_name: Django's is of the field with its label.
    widget_template_name = ""

    @property
    def stored(self) -> Any:
        return self.form.stored_bson(self.name)

    @property
    def live(self) -> Any:
        return self.form.live(self.name)

    def conflict(self, *, stored: Any, now: Any = None, **kwargs):
        """Return the error; it tells of what is stored only what a page may show."""
        now, stored = stored if now is None else now, visible(self.live, stored)
        return super().conflict(stored=stored, now=now, **kwargs)

    @property
    def is_gone(self) -> bool:
        """Tell whether this is a row of a list or map that somebody else removed."""
        return getattr(self.form, "row", None) is not None and self.stored is MISSING

    @property
    def is_put_anew(self) -> bool:
        """Tell whether the person wants to store it all the same."""
        return self.is_gone and self.is_settled(MISSING)

    @property
    def was_absent(self) -> bool:
        """Tell whether all that was sent is new, whatever the page showed."""
        return self.is_put_anew or self.form.base.is_absent(self.html_name)

    def refuse_gone(self) -> None:
        """Raise ValidationError for a row that somebody else removed."""
        if self.is_gone and not self.is_put_anew:
            raise self.conflict(
                base=_("(as on the page)"),
                mine=_("(your values below)"),
                stored=MISSING,
            )

    @property
    def depth(self) -> int:
        return getattr(self.form, "depth", 0)

    @property
    def blank(self) -> tuple[type, ...]:
        """The classes of the absent documents that this is within."""
        return getattr(self.form, "blank", ())

    def can_be_blank(self, document: type) -> bool:
        """Tell whether there is a form of an absent document here.

        What a page had, because it was stored then, or in what is copied, comes back.
        """
        return self._is_offered(document) or self._is_sent

    def _is_offered(self, document: type) -> bool:
        return len(self.blank) < MAX_BLANK_DEPTH and document not in self.blank

    @cached_property
    def _is_sent(self) -> bool:
        start = f"{self.html_name}-"
        return self.is_bound and any(name.startswith(start) for name in self.form.data)

    def can_add_to(self, item: Any) -> bool:
        """Tell whether rows can be added, each a value of the field ``item``."""
        documents = getattr(item, "documents", None)
        is_offered = documents is None or any(map(self._is_offered, documents))
        return is_offered and len(self.blank) < MAX_BLANK_DEPTH

    @property
    def is_bound(self) -> bool:
        """Tell whether the forms within take what was sent."""
        return self.form.is_bound and not self.is_dropped and not self.field.disabled

    @property
    def is_multipart(self):
        return False

    def sent(self, name: str) -> str | None:
        """Return what was sent under a name of this field's own."""
        return self.form.data.get(f"{self.html_name}-{name}") if self.is_bound else None

    def form_data(self) -> dict[str, Any]:
        """Return data and files for the forms within."""
        if not self.is_bound:
            return {"data": None, "files": None}
        return {"data": self.form.data, "files": self.form.files}

    def drawn(self) -> str:
        """Return the forms within."""
        return render_to_string(self.widget_template_name, self.get_context())

    def as_widget(self, widget=None, attrs=None, only_initial=False):
        html = self.drawn()
        return html + self.mark() + self.kept_choice() + self.form.base_input(self)

    def stored_as(self):
        return absence(self.stored)

    def as_hidden(self, attrs=None, **kwargs):
        return ""

    def get_context(self) -> dict[str, Any]:
        return {"field": self}

    @property
    def media(self):
        return forms.Media()


def is_overtaken(bound: PageBoundField, mine: Any, stored: Any) -> bool:
    """Tell whether somebody else changed a member to another value than the person."""
    base = bound.form.base_bson(bound.name)
    if bound.is_put_back:
        return not identical(base, stored)
    try:
        merged(base, mine, stored)
    except Conflict:
        return True
    return False


def is_nested(field: forms.Field) -> bool:
    """Tell whether a form field holds forms of its own."""
    return isinstance(field.widget, NestedWidget)
