"""Widgets for what a Document stores."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms
from django.contrib.admin.widgets import AdminFileWidget
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.widgets import MediaAsset
from django.utils.translation import gettext_lazy as _

from .geometry import LINE_STRING, POINT, Kind, drawn


class Stylesheet(MediaAsset):
    """A stylesheet that is marked as not being Django's."""

    element_template = '<link href="{path}"{attributes}>'

    def __init__(self, path):
        attributes = {"rel": "stylesheet", "media": "all", "class": "admin-ext"}
        super().__init__(path, **attributes)


class Script(MediaAsset):
    """A script that is marked as not being Django's."""

    element_template = '<script src="{path}"{attributes}></script>'

    def __init__(self, path):
        super().__init__(path, **{"class": "admin-ext", "defer": True})

    def __eq__(self, other):
        """Compare as Django (5.2), but not the URLs: each form asks for these anew."""
        is_same = type(other) is type(self) and self._path == other._path
        return is_same or (isinstance(other, str) and self._path == other)

    __hash__ = MediaAsset.__hash__


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


class PointWidget(forms.MultiWidget):
    """Longitude and latitude, with a picture of where that is.

    A third input shows further numbers, such as the altitude, where there are any.
    ``kind`` is set by the form field.
    """

    template_name = "admin_ext/widgets/point.html"
    use_fieldset = False
    kind: Kind = POINT
    label = ""

    def __init__(self, attrs=None):
        number = forms.TextInput({"class": "geo-number", "autocomplete": "off"})
        names = ("longitude", "latitude", "further")
        super().__init__(dict.fromkeys(names, number), attrs)

    def decompress(self, value):
        """Return three texts; of a text that was given in a URL its parts."""
        parts = value.split(",", 2) if isinstance(value, str) else value or ()
        return [*parts, "", "", ""][:3]

    def get_context(self, name, value, attrs):
        value = self.decompress(value)
        context = super().get_context(name, value, attrs)
        context["widget"]["label"] = self.label
        further = context["widget"]["subwidgets"][2]
        further["attrs"].pop("required", None)
        further["is_shown"] = bool(value[2])
        return context | {"picture": drawn(self.kind, value)}


class GeometryWidget(forms.Textarea):
    """A text area with one position a line, and a picture of where that is.

    ``kind`` is set by the form field.
    """

    template_name = "admin_ext/widgets/geometry.html"
    kind: Kind = LINE_STRING

    def __init__(self, attrs=None):
        defaults = {
            "class": "vLargeTextField geo-text",
            "spellcheck": "false",
            "autocomplete": "off",
        }
        super().__init__(defaults | (attrs or {}))

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        lines = (value or "").count("\n") + 1
        context["widget"]["attrs"]["rows"] = max(4, min(lines + 1, 12))
        return context | {"picture": drawn(self.kind, value)}


class KindSelect(forms.Select):
    """A select drawn with one template: a page of rows has hundreds of them."""

    template_name = "admin_ext/widgets/kind.html"


class AnyValueWidget(forms.MultiWidget):
    """The type of a value, and its text: a select and a text area.

    The text area is as tall as its text, within limits.
    """

    template_name = "admin_ext/widgets/any_value.html"
    use_fieldset = False

    def __init__(self, attrs=None):
        kind = KindSelect({"class": "value-kind", "aria-label": _("Type")})
        text = {"class": "vLargeTextField value-text", "spellcheck": "false"}
        super().__init__([kind, forms.Textarea(text)], attrs)

    def decompress(self, value):
        """Return the two texts; one alone, given in a URL, is a text."""
        if isinstance(value, str):
            return ["text", value]
        return [*(value or ()), "", ""][:2]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, self.decompress(value), attrs)
        kind, text = context["widget"]["subwidgets"]
        kind["attrs"].pop("required", None)
        lines = (text["value"] or "").count("\n") + 1
        text["attrs"]["rows"] = min(lines, 24)
        return context

    def id_for_label(self, id_):
        """Return the id of the input; the select has a name of its own."""
        return f"{id_}_1" if id_ else id_


class StoredBooleanSelect(forms.NullBooleanSelect):
    """Django's select of three, and what else is stored, which stays if chosen."""

    STORED = "stored"

    def __init__(self, label, attrs=None):
        super().__init__(attrs)
        self.choices = [(self.STORED, label), *self.choices]

    def format_value(self, value):
        return value if value == self.STORED else super().format_value(value)

    def value_from_datadict(self, data, files, name):
        is_stored = data.get(name) == self.STORED
        value = super().value_from_datadict(data, files, name)
        return self.STORED if is_stored else value


class ClosedWidget(forms.Widget):
    """Stands for an input where a value can only be looked at, and says why."""

    template_name = "admin_ext/widgets/closed.html"

    def __init__(self, shown, reason):
        """``shown``: what of it is shown."""
        super().__init__()
        self.shown, self.reason = shown, reason

    def get_context(self, name, value, attrs):
        context = super().get_context(name, None, attrs)
        return context | {"shown": self.shown, "reason": self.reason}

    def value_omitted_from_data(self, data, files, name):
        return False


# Stands for the class of a value that is no generic reference; no class is called so.
AS_STORED = "?"


class ChosenReference(NamedTuple):
    """What the two inputs of a generic reference hold."""

    type: str
    key: str


class TypeSelect(forms.Select):
    """The classes of a generic reference, each with the list to look documents up."""

    lookup_urls: dict[str, str] = {}

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        url = self.lookup_urls.get(value)
        if url:
            option["attrs"]["data-lookup"] = url
        return option


class GenericReferenceWidget(forms.MultiWidget):
    """A class of documents, and the key of one, with Django's link to look it up.

    ``types``: (name, label, URL of the list or "") of each class; ``tell`` returns what
    stands beside the inputs: {"text": …, "url": …, "is_odd": …}. The form field sets
    both.
    """

    template_name = "admin_ext/widgets/generic_reference.html"
    use_fieldset = False
    types: Sequence[tuple[str, Any, str]] = ()

    def __init__(self, attrs=None):
        key = {
            "class": "vTextField generic-reference-key",
            "autocomplete": "off",
            "aria-label": _("ID"),
        }
        select = TypeSelect({"class": "generic-reference-type"})
        super().__init__([select, forms.TextInput(key)], attrs)

    @staticmethod
    def tell(chosen):
        return {}

    def decompress(self, value):
        return value or ChosenReference("", "")

    def value_from_datadict(self, data, files, name):
        return ChosenReference(*super().value_from_datadict(data, files, name))

    def get_context(self, name, value, attrs):
        select = self.widgets[0]
        labels = [(name, label) for name, label, _url in self.types]
        select.choices = [*BLANK_CHOICE_DASH, *labels]
        select.lookup_urls = {name: url for name, _label, url in self.types}
        value = self.decompress(value)
        context = super().get_context(name, [*value], attrs)
        context["widget"] |= {
            "lookup_url": select.lookup_urls.get(value.type, ""),
            "may_look_up": any(select.lookup_urls.values()),
            "told": self.tell(value),
        }
        for part in context["widget"]["subwidgets"]:
            part["attrs"].pop("required", None)
        return context

    def id_for_label(self, id_):
        return f"{id_}_0" if id_ else id_

    @property
    def media(self):
        return forms.Media(js=[Script("admin_ext/js/references.js")])


class StoredFileWidget(AdminFileWidget):
    """Django's input of a file; tells its size and type, and shows a picture of it.

    ``reason``: why it cannot be replaced, where it cannot. ``can_be_cleared``: a row of
    a list is deleted instead.
    """

    template_name = "admin_ext/widgets/file.html"
    can_be_cleared = True
    reason = ""

    def is_initial(self, value):
        return value is not None

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        is_clearable = self.can_be_cleared and not self.is_required
        context["widget"] |= {"is_clearable": is_clearable, "reason": self.reason}
        return context

    def value_from_datadict(self, data, files, name):
        if self.can_be_cleared:
            return super().value_from_datadict(data, files, name)
        return files.get(name)
