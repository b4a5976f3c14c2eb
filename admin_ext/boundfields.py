"""Bound fields that know what their page showed, what is stored now, and who asks.

The form of a bound field answers for its values: ``stored_bson(name)`` is what MongoDB
holds now, ``base_bson(name)`` what the page showed, ``live(name)`` the value in the
Document; ``base`` is the admin_ext.changesets.Base of the whole page.
"""

from typing import Any

from bson import Code
from django.forms.boundfield import BoundField
from django.utils.safestring import mark_safe

from .changesets import Choice
from .conflicts import CODE, conflict_error, kept_choices
from .marks import absence, mark, type_name

# HTML of nothing, to be added to HTML.
NO_INPUT = mark_safe("")

# In place of a value's BSON: it is converted when it is sent.
CONVERT = object()


class PageBoundField(BoundField):
    """One value on the page of a stored document.

    ``exact``: its BSON as it was sent, where the field knows it.
    """

    exact: Any = CONVERT

    @property
    def stored_path(self) -> tuple | None:
        """Where the value is in its document, by stored names; None for nowhere."""
        return self.form.path_to(self.name)

    @property
    def is_multipart(self) -> bool:
        """Tell whether something in here is sent as a file."""
        return self.field.widget.needs_multipart_form

    def note_replaced(self) -> None:
        """Note what goes with the value when its document is saved: here nothing."""

    @property
    def base_text(self) -> Any:
        """What the page showed, for a conflict to tell."""
        return self.form.base_bson(self.name)

    def entries(self) -> dict[str, Any]:
        """Return {name on the page: what it shows} for the page's signed base.

        What cannot be edited is not in it, however long it is.
        """
        if getattr(self.field, "is_closed", False):
            return {}
        return {self.html_name: self.form.base_bson(self.name)}

    def as_widget(self, widget=None, attrs=None, only_initial=False):
        html = super().as_widget(widget, attrs, only_initial)
        if widget or only_initial:
            return html
        html += self.mark() + self.mentioned()
        return html + self.kept_choice() + self.form.base_input(self)

    def mentioned(self) -> str:
        """Return links to the documents that a value of any type names."""
        mentions = getattr(self.form, "mentions", None)
        if mentions is None or not getattr(self.field, "is_free", False):
            return NO_INPUT
        return mentions.html(self.form.base_bson(self.name)) or NO_INPUT

    def mark(self) -> str:
        """Return a quiet word that says how the value is stored, where none shows."""
        is_stored = self.form.shows_stored(self.name) and not self.is_hidden
        text = self.stored_as() if is_stored else ""
        return mark(text) if text else NO_INPUT

    def stored_as(self) -> str:
        """Return what is absent or odd about the value that the page showed."""
        base = self.form.base_bson(self.name)
        own = getattr(self.field, "stored_as", None)
        if absence(base) or own:
            return absence(base) or own(base)
        is_odd = getattr(self.field, "is_odd", False) or not self._is_expected(base)
        return type_name(base) if is_odd else ""

    def _is_expected(self, base: Any) -> bool:
        """Tell whether a value is of a type that its field expects."""
        types = getattr(self.field, "bson_types", ())
        # A bool is an int, and a Code a str.
        is_other = isinstance(base, bool | Code) and type(base) not in types
        return not types or (isinstance(base, types) and not is_other)

    @property
    def choice(self) -> str:
        """How the person settled a conflict that this page showed, if there was one."""
        return self.form.base.choice(self.html_name, self.form.data)

    @property
    def is_dropped(self) -> bool:
        """Tell whether the person chose what is stored over what was typed here."""
        return self.choice == Choice.STORED

    def is_settled(self, stored: Any) -> bool:
        """Tell whether the person saw what is stored and chose to write over it."""
        return self.form.base.is_settled(self.html_name, stored, self.choice)

    def kept_choice(self) -> str:
        """Return a choice that was made as an input; another error brought the page."""
        if self.choice != Choice.MINE or self.has_conflict:
            return NO_INPUT
        return kept_choices({self.html_name: self.choice})

    @property
    def has_conflict(self) -> bool:
        return any(error.code == CODE for error in self.errors.as_data())

    def conflict(self, *, base: Any, mine: Any, stored: Any, now: Any = None):
        """Return the error that asks the person; the next page knows what was shown.

        ``now``: what is stored, where ``stored`` only tells about it. A field that has
        ``text_of_stored`` says in its own words what a value is.
        """
        self.form.base.show(self.html_name, stored if now is None else now)
        words = getattr(self.field, "text_of_stored", None) or (lambda value: value)
        return conflict_error(
            self.html_name,
            label=self.label or self.form.label,
            base=words(base),
            mine=words(mine),
            stored=words(stored),
            author=self.form.last_author(self.label),
        )

    def value(self):
        return (
            self.field.prepare_value(self.initial)
            if self.is_dropped
            else super().value()
        )

    def _has_changed(self):
        if self.is_dropped or self._was_closed:
            return False
        return super()._has_changed() or self.is_put_back

    @property
    def is_put_back(self) -> bool:
        """Tell whether what the page showed first is to be stored once more.

        Who typed it again to settle a conflict changed nothing on the page.
        """
        is_shown = self.choice == Choice.MINE and self.form.shows_stored(self.name)
        return is_shown and not self.is_multipart and not super()._has_changed()

    @property
    def _was_closed(self) -> bool:
        """Tell whether the page that was sent had no input here, and why there is none.

        A value that was too long to be edited may be shorter by now.
        """
        base = self.form.base
        is_new = base.opened is None or base.knows(self.html_name)
        return not is_new and self.field.widget.value_omitted_from_data(
            self.form.data, self.form.files, self.html_name
        )
