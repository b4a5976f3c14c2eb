"""An embedded document as a form within the form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from admin_ext.changesets import MISSING, digest, identical
from admin_ext.hydration import blank

from .base import MAX_BLANK_DEPTH, MAX_DEPTH, NestedBoundField, NestedWidget


class EmbeddedBoundField(NestedBoundField):
    """One embedded document: there or not, of one of several classes."""

    widget_template_name = "admin_ext/widgets/embedded_document.html"

    def as_widget(self, widget=None, attrs=None, only_initial=False):
        html = super().as_widget(widget, attrs, only_initial)
        if self.field.identity is None:
            return html
        return html + forms.HiddenInput().render(self.html_name, self.field.identity)

    @property
    def is_present(self) -> bool:
        """Tell whether an embedded document is stored here now."""
        return isinstance(self.live, tuple(self.field.documents))

    @property
    def is_odd(self) -> bool:
        """Tell that something else than an embedded document is stored here."""
        return self.stored not in (MISSING, None) and not self.is_present

    @property
    def was(self) -> Any:
        """What the page showed: {"digest": …} of a document, or else the value."""
        return self.form.base.get(self.html_name, self._now())

    def _now(self) -> Any:
        is_document = self.is_present and isinstance(self.stored, dict)
        return {"digest": digest(self.stored)} if is_document else self.stored

    @property
    def was_present(self) -> bool:
        return isinstance(self.was, dict) and "digest" in self.was

    @property
    def is_removed(self) -> bool:
        """Tell whether the person wants the document to go."""
        return bool(self.can_be_removed and self.sent("REMOVE"))

    @property
    def is_added(self) -> bool:
        """Tell whether the person wants a document that has no values yet."""
        return bool(self.can_be_added and self.sent("ADD"))

    @property
    def can_be_removed(self) -> bool:
        is_optional = not self.field.required and not self.field.is_row
        return self.was_present and is_optional and not self.field.disabled

    @property
    def can_be_added(self) -> bool:
        return (
            not self.was_present and not self.field.is_row and self.subform is not None
        )

    @cached_property
    def selected(self) -> type | None:
        """The class of the form: the one that was sent, that is stored, or the only."""
        names = {document._class_name: document for document in self.field.documents}
        sent = names.get(self.sent("TYPE"))
        if sent is not None:
            return sent
        if self.is_present:
            return type(self.live)
        return self.field.documents[0] if len(self.field.documents) == 1 else None

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The classes to choose from, when there are several: (name, label)."""
        if len(self.field.documents) == 1:
            return []
        blank = [] if self.is_present else [("", "---------")]
        return blank + [
            (document._class_name, document._meta.verbose_name)
            for document in self.field.documents
        ]

    @property
    def selected_name(self) -> str:
        return self.selected._class_name if self.selected else ""

    @cached_property
    def subform(self):
        """The form of the embedded document; ``instance`` is the stored one."""
        if self.selected is None or self.is_too_deep:
            return None
        if self.is_present and not self.was_present:
            self.form.base.set_absent(self.html_name)
        document = self.live if type(self.live) is self.selected else None
        if document is None and self.was_present and not self.is_settled(self.stored):
            # What was typed is compared with what the page showed.
            document = blank(self.selected)
        blank_depth = 0 if document is not None else self.blank_depth + 1
        if blank_depth > MAX_BLANK_DEPTH:
            return None
        form = self.form.get_embedded_form_class(self.selected)(
            **self.form_data(),
            prefix=self.html_name,
            instance=document,
            empty_permitted=True,
            use_required_attribute=False,
            base=self.form.base,
            parent=self.form,
        )
        form.depth, form.blank_depth = self.depth + 1, blank_depth
        form.stored_path = self.stored_path if document is self.live else None
        return form

    @property
    def is_too_deep(self) -> bool:
        return self.depth >= MAX_DEPTH

    @property
    def is_new(self) -> bool:
        """Tell whether the form is of a document that is not stored."""
        return self.subform is not None and self.subform.instance is not self.live

    def entries(self):
        inner = self.subform.entries() if self.is_present and self.subform else {}
        return {self.html_name: self.was, **inner}

    @property
    def media(self):
        return self.subform.media if self.subform else forms.Media()

    @property
    def is_multipart(self):
        return self.subform is not None and self.subform.is_multipart()

    def _has_changed(self):
        if self.field.disabled or self.is_dropped or self.subform is None:
            return False
        if self.is_removed or self.is_added:
            return True
        is_replaced = self.is_new and self.is_present
        return is_replaced or self.subform.has_changed()


class EmbeddedFormField(forms.Field):
    """An embedded document. Cleans to the embedded document, or to None.

    ``documents``: the classes that it may be of. ``identity``: the text of the stored
    key, in a row of a formset that it identifies. ``is_row``: it is a row of a list,
    which is removed there.
    """

    widget = NestedWidget
    identity: str | None = None
    is_row = False

    def __init__(self, *, documents, **kwargs):
        self.documents = list(documents)
        kwargs.pop("widget", None)
        super().__init__(**kwargs)

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
