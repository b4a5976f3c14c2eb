"""What bound fields that hold forms have in common."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string

# Below this depth an absent embedded document offers no form: a class that embeds
# itself would never end.
MAX_BLANK_DEPTH = 3


class NestedWidget(forms.Widget):
    """Stands for a widget; the bound field draws its forms itself."""

    use_fieldset = True

    def value_from_datadict(self, data, files, name):
        return None

    def value_omitted_from_data(self, data, files, name):
        return False

    def id_for_label(self, id_):
        return ""


class NestedBoundField(BoundField):
    """Shared by the bound fields below: drawn from a template, with forms inside."""

    template_name = ""

    @property
    def media(self):
        return forms.Media()

    def as_widget(self, widget=None, attrs=None, only_initial=False):
        return render_to_string(self.template_name, self.get_context())

    def as_hidden(self, attrs=None, **kwargs):
        return ""

    def get_context(self) -> dict[str, Any]:
        return {"field": self}
