"""The forms of limits: a Document, lookups as lines, fields by name."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from admin_ext.policies.access import Access
from admin_ext.policies.models import FieldLimit, GroupLimit

from .texts import check_lookups, lines_of, path_choices, path_text, rows_of

ACCESS = (
    (Access.HIDDEN, _("Hidden")),
    (Access.MASKED, _("Masked: ••••, revealed for a reason only")),
    (Access.VIEW, _("View, not edit")),
    (Access.EDIT, _("View and edit")),
)


class LookupsField(forms.CharField):
    """{lookup: value}, one "lookup = value" a line."""

    widget = forms.Textarea(attrs={"rows": 3, "cols": 36})

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else lines_of(value)

    def to_python(self, value: Any) -> dict[str, str]:
        return rows_of(super().to_python(value) or "")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare lines: a value that code gave another type than text keeps it."""
        try:
            return self.to_python(data) != rows_of(self.prepare_value(initial))
        except ValidationError:
            return True


class GroupLimitForm(forms.ModelForm):
    """``documents``: {label in lower case: (Document, name)} of those there are."""

    documents: dict[str, tuple[type, str]] = {}

    document = forms.ChoiceField(label=_("kind of document"))
    rows = LookupsField(
        label=_("only documents with"),
        required=False,
        help_text=_(
            "One condition a line, as in: country = SE. All have to hold; without "
            "any, all documents are meant."
        ),
    )

    class Meta:
        model = GroupLimit
        fields = ("group", "document", "rows")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field, label = self.fields["document"], self.instance.document
        known = [(key, name) for key, (_cls, name) in self.documents.items()]
        choices = sorted(known, key=lambda each: each[1])
        if label and label.lower() not in self.documents:
            gone = _("%(label)s (there is no such Document)") % {"label": label}
            choices = [(label, gone), *choices]
        field.choices = [("", "---------"), *choices]
        # Its fields are those of this Document.
        field.disabled = self.instance.pk is not None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        rows, label = cleaned.get("rows"), str(cleaned.get("document", "")).lower()
        if "rows" in self.changed_data and rows and label in self.documents:
            try:
                check_lookups(self.documents[label][0], rows)
            except ValidationError as error:
                self.add_error("rows", error)
        elif "rows" not in self.changed_data:
            cleaned["rows"] = self.instance.rows
        return cleaned


class FieldLimitForm(forms.ModelForm):
    """``limited``: the Document whose fields these are, None where it is gone."""

    limited: type | None = None

    path = forms.ChoiceField(label=_("field"))
    # A row that nobody touched says nothing: without a choice it would be "hidden".
    access = forms.TypedChoiceField(
        label=_("access"), choices=(("", "---------"), *ACCESS), coerce=int
    )

    class Meta:
        model = FieldLimit
        fields = ("path", "access")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choices = path_choices(self.limited) if self.limited is not None else []
        stored = self.instance.path
        if stored and stored not in dict(choices):
            choices = [(stored, path_text(self.limited, stored)), *choices]
        self.fields["path"].choices = [("", "---------"), *choices]
