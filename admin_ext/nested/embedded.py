"""An embedded document as a form within the form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from admin_ext.changesets import MISSING, digest, identical
from admin_ext.conflicts import value_text
from admin_ext.drawing import renderer
from admin_ext.ejson import JSON_ERRORS, extended_json
from admin_ext.hydration import blank, visible

from .base import MAX_DEPTH, NestedBoundField, NestedWidget
from .drawing import TEMPLATE, embedded_document

# Of what lies too deep so many characters are shown.
MAX_TEXT = 20_000


class EmbeddedBoundField(NestedBoundField):
    """One embedded document: there or not, of one of several classes."""

    widget_template_name = TEMPLATE

    def drawn(self):
        return embedded_document(self)

    def as_widget(self, widget=None, attrs=None, only_initial=False):
        html = super().as_widget(widget, attrs, only_initial)
        if self.field.identity is None:
            return html
        name, identity = self.html_name, self.field.identity
        return html + forms.HiddenInput().render(name, identity, renderer=renderer())

    @property
    def is_present(self) -> bool:
        """Tell whether an embedded document is stored here now."""
        return isinstance(self.live, tuple(self.field.documents))

    @property
    def documents(self) -> list[type]:
        """The classes to choose from; the stored one is, whatever the field says."""
        documents = [*filter(self.can_be_blank, self.field.documents)]
        is_other = self.is_present and type(self.live) not in documents
        return [*documents, type(self.live)] if is_other else documents

    @property
    def is_left_for_later(self) -> bool:
        """Tell whether it has no form until what is around it is stored."""
        is_able = not self.field.disabled and not self.is_too_deep
        return is_able and not self.documents and not self.is_odd

    @property
    def reason(self) -> str:
        """Why it can only be looked at, or ""."""
        if not self.is_too_deep or self.stored in (MISSING, None):
            return ""
        text = gettext("This lies more than %(count)s levels deep.")
        return text % {"count": MAX_DEPTH}

    @property
    def stored_text(self) -> str:
        """What is stored here, where there is no form for it."""
        shown = visible(self.live, self.stored)
        if not self.is_too_deep:
            return value_text(shown)
        try:
            text = extended_json(shown, indent=1)
        except JSON_ERRORS:
            text = repr(shown)
        return Truncator(text).chars(MAX_TEXT)

    @property
    def is_odd(self) -> bool:
        """Tell that something else than an embedded document is stored here."""
        return self.stored not in (MISSING, None) and not self.is_present

    @property
    def was(self) -> Any:
        """What the page showed: {"digest": …} of a document, None or MISSING.

        {"odd": …} is the digest of anything that is not taken for a document.
        """
        return self.form.base.get(self.html_name, self._now())

    def _now(self) -> Any:
        if self.stored is None or self.stored is MISSING:
            return self.stored
        return {"digest" if self.is_present else "odd": digest(self.stored)}

    @property
    def was_present(self) -> bool:
        return isinstance(self.was, dict) and "digest" in self.was

    @property
    def is_removed(self) -> bool:
        """Tell whether the person wants the document to go."""
        return bool(self.can_be_removed and self.sent("REMOVE"))

    @property
    def is_added(self) -> bool:
        """Tell whether the person wants a document that has no values yet.

        Who chose a class, and saw its fields, does.
        """
        is_wanted = self.sent("TYPE") if self.choices else self.sent("ADD")
        is_new = self.can_be_added or (self.choices and self.is_new_here)
        return bool(is_new and is_wanted and not self.is_pending)

    @property
    def is_new_here(self) -> bool:
        return not self.was_present and self.subform is not None

    @cached_property
    def is_pending(self) -> bool:
        """Tell whether a class was chosen whose fields the page did not have."""
        chosen, shown = self.sent("TYPE"), self.sent("FORM")
        is_other = bool(chosen) and shown is not None and chosen != shown
        return is_other and not self.is_removed and self.selected_name == chosen

    @property
    def can_be_removed(self) -> bool:
        is_optional = not self.field.required and not self.field.is_row
        is_optional = is_optional and not self.is_too_deep
        return self.was_present and is_optional and not self.field.disabled

    @property
    def can_be_added(self) -> bool:
        return self.is_new_here and not self.field.is_row and not self.choices

    @cached_property
    def selected(self) -> type | None:
        """The class of the form: the one that was sent, that is stored, or the only."""
        if self.reason:
            return None
        names = {document._class_name: document for document in self.documents}
        sent = names.get(self.sent("TYPE"))
        if sent is not None:
            return sent
        if self.is_present:
            return type(self.live)
        if self.field.is_chosen or not self.documents:
            return None
        return self.documents[0]

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The classes to choose from, when there are several: (name, label)."""
        if self.is_too_deep or self.reason or not self.field.is_chosen:
            return []
        if not self.documents:
            return []
        blank = [] if self.is_present else [("", "---------")]
        return blank + [
            (document._class_name, document._meta.verbose_name)
            for document in self.documents
        ]

    @property
    def selected_name(self) -> str:
        return self.selected._class_name if self.selected else ""

    @property
    def is_asked(self) -> bool:
        """Tell whether what was typed is compared with what the page showed."""
        return self.was_present and not self.is_settled(self.stored)

    @cached_property
    def subform(self):
        """The form of the embedded document; ``instance`` is the stored one."""
        if self.selected is None or self.is_too_deep:
            return None
        if self.is_present != self.was_present and not self.is_asked:
            self.form.base.set_absent(self.html_name)
        document = self.live if type(self.live) is self.selected else None
        is_other = self.is_present and document is None
        if document is None and self.is_asked and not is_other:
            document = blank(self.selected)
        form_class = self.form.get_embedded_form_class(self.selected)
        form = form_class(
            **(self._typed(form_class) if self.is_pending else self.form_data()),
            prefix=self.html_name,
            instance=document,
            empty_permitted=document is not None or not self.sent("TYPE"),
            use_required_attribute=False,
            base=self.form.base,
            parent=self.form,
        )
        form.depth = self.depth + 1
        form.blank = (*self.blank, self.selected) if document is None else ()
        form.stored_path = self.stored_path if document is self.live else None
        return form

    def _typed(self, form_class: type) -> dict[str, Any]:
        """Return what was typed into fields that a form of another class has, too."""
        names = {f"{self.html_name}-{name}": name for name in form_class.base_fields}
        plain = (forms.TextInput, forms.Textarea, forms.Select)
        fields, data = form_class.base_fields, self.form.data
        initial = {
            name: fields[name].bound_data(data[html_name], None)
            for html_name, name in names.items()
            if html_name in data and isinstance(fields[name].widget, plain)
        }
        return {"initial": initial}

    @property
    def is_too_deep(self) -> bool:
        return self.depth >= MAX_DEPTH

    @property
    def is_new(self) -> bool:
        """Tell whether the form is of a document that is not stored."""
        return self.subform is not None and self.subform.instance is not self.live

    def entries(self):
        is_shown = self.subform is not None and (self.is_present or self.was_present)
        inner = self.subform.entries() if is_shown else {}
        return {self.html_name: self.was, **inner}

    @property
    def media(self):
        return self.subform.media if self.subform else forms.Media()

    @property
    def is_multipart(self):
        return self.subform is not None and self.subform.is_multipart()

    def _has_changed(self):
        if self.field.disabled or self.is_dropped:
            return False
        if self.is_removed:
            return True
        if self.subform is None:
            return False
        if self.is_added or self.is_pending:
            return True
        is_replaced = self.is_new and self.is_present
        return is_replaced or self.subform.has_changed()


class EmbeddedFormField(forms.Field):
    """An embedded document. Cleans to the embedded document, or to None.

    ``documents``: the classes that it may be of; a person chooses where these are
    several. ``identity``: the text of the stored
    key, in a row of a formset that it identifies. ``is_row``: it is a row of a list,
    which is removed there.
    """

    widget = NestedWidget
    default_error_messages = {
        "pending": _("Fill in the fields of “%(type)s”, and save again."),
    }
    identity: str | None = None
    is_row = False

    def __init__(self, *, documents, **kwargs):
        self.documents = list(documents)
        kwargs.pop("widget", None)
        super().__init__(**kwargs)

    @property
    def is_chosen(self) -> bool:
        """Tell whether a person chooses the class."""
        return len(self.documents) > 1

    def get_bound_field(self, form, field_name):
        return EmbeddedBoundField(form, self, field_name)

    def _clean_bound_field(self, bound):
        if not bound._has_changed():
            is_missing = bound.live is None and getattr(bound.form, "_adding", True)
            if self.required and is_missing:
                raise ValidationError(self.error_messages["required"], code="required")
            return bound.live
        self._refuse_conflicts(bound)
        if bound.is_removed:
            return None
        if bound.is_pending:
            raise ValidationError(
                self.error_messages["pending"],
                code="pending",
                params={"type": bound.selected._meta.verbose_name},
            )
        if not bound.subform.is_valid():
            raise ValidationError(_("Please correct the errors below."), code="nested")
        return bound.subform.instance

    def _refuse_conflicts(self, bound):
        """Raise ValidationError where the document as a whole is another by now."""
        is_same = identical(bound.was, bound._now())
        if bound.is_settled(bound.stored) or is_same:
            return
        is_whole = bound.is_removed or (bound.is_new and bound.is_present)
        if is_whole or (bound.was_present and not bound.is_present):
            mine = _("(removed)") if bound.is_removed else _("(your values below)")
            raise bound.conflict(
                base=_("(as on the page)"), mine=mine, stored=bound.stored
            )
