"""An embedded document as a form within the form."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .base import MAX_BLANK_DEPTH, NestedBoundField, NestedWidget


class EmbeddedBoundField(NestedBoundField):
    template_name = "admin_ext/widgets/embedded_document.html"

    def as_widget(self, widget=None, attrs=None, only_initial=False):
        html = super().as_widget(widget, attrs, only_initial)
        if self.field.identity is None:
            return html
        return html + forms.HiddenInput().render(self.html_name, self.field.identity)

    @cached_property
    def subform(self):
        """The form of the embedded document; ``instance`` is the stored one."""
        document = self.initial
        if not isinstance(document, self.field.document):
            document = None
        form = self.form.get_embedded_form_class(self.field.document)(
            data=self.form.data if self.form.is_bound else None,
            files=self.form.files if self.form.is_bound else None,
            prefix=self.html_name,
            instance=document,
            empty_permitted=True,
            use_required_attribute=False,
        )
        form.depth = getattr(self.form, "depth", 0) + 1
        if document is None and form.depth > MAX_BLANK_DEPTH:
            form.fields.clear()
        return form

    @property
    def media(self):
        return self.subform.media

    @property
    def is_odd(self) -> bool:
        """Tell that something else than an embedded document is stored here."""
        return self.initial is not None and not isinstance(
            self.initial, self.field.document
        )

    def _has_changed(self):
        return not self.field.disabled and self.subform.has_changed()


class EmbeddedFormField(forms.Field):
    """An embedded document. Cleans to the embedded document, or to None.

    ``identity``: the text of the stored key, in a row of a formset that it identifies.
    """

    widget = NestedWidget
    identity: str | None = None

    def __init__(self, *, document, **kwargs):
        self.document = document
        kwargs.pop("widget", None)
        super().__init__(**kwargs)

    def get_bound_field(self, form, field_name):
        return EmbeddedBoundField(form, self, field_name)

    def _clean_bound_field(self, bound):
        if self.disabled:
            return bound.initial
        subform = bound.subform
        if not subform.has_changed() and not bound.is_odd:
            if self.required and bound.initial is None:
                raise ValidationError(self.error_messages["required"], code="required")
            return bound.initial
        if not subform.is_valid():
            raise ValidationError(_("Please correct the errors below."), code="nested")
        return subform.instance
