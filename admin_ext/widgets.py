"""Widgets for what a Document stores."""

from django import forms


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
