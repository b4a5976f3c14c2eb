"""Widgets for what a Document stores."""

from django import forms
from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.widgets import (
    AutocompleteSelect,
    AutocompleteSelectMultiple,
    ForeignKeyRawIdWidget,
    ManyToManyRawIdWidget,
)
from django.forms.widgets import MediaAsset
from django.urls import reverse

from .keys import split_keys


class Stylesheet(MediaAsset):
    """A stylesheet that is marked as not being Django's."""

    element_template = '<link href="{path}"{attributes}>'

    def __init__(self, path):
        attributes = {"rel": "stylesheet", "media": "all", "class": "admin-ext"}
        super().__init__(path, **attributes)


MEDIA = forms.Media(css={"all": [Stylesheet("admin_ext/css/documents.css")]})


class ExtendedJSONWidget(forms.Textarea):
    """A text area for Extended JSON; as tall as its text, within limits."""

    def __init__(self, attrs=None):
        defaults = {"class": "vLargeTextField vExtendedJSON", "spellcheck": "false"}
        super().__init__(defaults | (attrs or {}))

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        lines = (value or "").count("\n") + 1
        context["widget"]["attrs"]["rows"] = max(3, min(lines + 1, 24))
        return context


class StoredOptions:
    """Draws the chosen documents, and chosen references that lead to none."""

    def optgroups(self, name, value, attr=None):
        """Follow AutocompleteMixin.optgroups (5.2), which asks SQL for the chosen."""
        field = self.choices.field
        options = []
        if not self.is_required and not self.allow_multiple_selected:
            options.append(self.create_option(name, "", "", False, 0))
        dangling = dict(field.dangling_choices)
        for text in dict.fromkeys(str(item) for item in value):
            label = dangling.get(text) or self._label(field, text)
            if label is not None:
                options.append(
                    self.create_option(name, text, label, {text}, len(options))
                )
        return [(None, options, 0)]

    def _label(self, field, text):
        document = field.find(text)
        return None if document is None else field.label_from_instance(document)


class DocumentAutocompleteSelect(StoredOptions, AutocompleteSelect):
    """Django's autocomplete for one reference."""


class DocumentAutocompleteSelectMultiple(StoredOptions, AutocompleteSelectMultiple):
    """Django's autocomplete for a list of references."""


class DocumentRawIdWidget(ForeignKeyRawIdWidget):
    """Django's input of a key; its link leads to any key."""

    def label_and_url_for_value(self, value):
        label, url = super().label_and_url_for_value(value)
        # Django (5.2) does not quote the key, and its view unquotes it.
        if url and unquote(str(value)) != str(value):
            meta = self.rel.model._meta
            url = reverse(
                f"{self.admin_site.name}:{meta.app_label}_{meta.model_name}_change",
                args=(quote(str(value)),),
            )
        return label, url


class DocumentManyRawIdWidget(ManyToManyRawIdWidget):
    """Django's input of several keys, among which there may be sub-documents."""

    def value_from_datadict(self, data, files, name):
        value = data.get(name)
        return split_keys(value) if value else None
