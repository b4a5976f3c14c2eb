"""Widgets to choose documents with: Django's select while these are few."""

import copy

from django import forms
from django.contrib.admin import widgets as admin_widgets
from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.widgets import (
    AutocompleteSelect,
    AutocompleteSelectMultiple,
    FilteredSelectMultiple,
    ForeignKeyRawIdWidget,
    ManyToManyRawIdWidget,
)
from django.urls import NoReverseMatch, reverse
from django.utils.html import conditional_escape, escape
from django.utils.safestring import mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from .drawing import renderer as own_renderer
from .keys import split_keys
from .reversing import reverse_once
from .widgets import Script


class BoundedSelect:
    """Mixed in before a select: another widget where there is too much to choose from.

    ``few``: the select; ``many``: returns the other one; ``max_choices``: how many
    documents are few. Which it is depends on the form field's queryset, which a form
    may set late: it is looked at when the page is made.
    """

    def __init__(self, few, many, max_choices):
        super().__init__(few.attrs)
        self.few, self.many, self.max_choices = few, many, max_choices

    @property
    def shown(self):
        """The widget that stands in the page."""
        field = getattr(self.choices, "field", None)
        are_few = field is None or field.are_few
        widget = copy.copy(self.few) if are_few else self.many()
        widget.is_required, widget.choices = self.is_required, self.choices
        widget.attrs = {**widget.attrs, **self.attrs}
        if not are_few:
            # Django's wrapper gives this to what is no autocomplete.
            widget.attrs.pop("data-context", None)
        return widget

    @property
    def template_name(self):
        return self.shown.template_name

    def render(self, name, value, attrs=None, renderer=None):
        return self.shown.render(name, value, attrs, renderer)

    @property
    def media(self):
        return self.shown.media

    def get_context(self, name, value, attrs):
        return self.shown.get_context(name, value, attrs)

    def value_from_datadict(self, data, files, name):
        return self.shown.value_from_datadict(data, files, name)

    def value_omitted_from_data(self, data, files, name):
        return self.shown.value_omitted_from_data(data, files, name)

    def id_for_label(self, id_):
        return self.shown.id_for_label(id_)

    def use_required_attribute(self, initial):
        return self.shown.use_required_attribute(initial)


class ReferenceSelect(BoundedSelect, forms.Select):
    """A select of one document."""


class ReferenceSelectMultiple(BoundedSelect, forms.SelectMultiple):
    """A select of several documents."""


class KeyInput(forms.TextInput):
    """An input of a key, for who may not look documents up."""

    def __init__(self, attrs=None):
        defaults = {"class": "vForeignKeyRawIdAdminField", "autocomplete": "off"}
        super().__init__(defaults | (attrs or {}))


class KeysInput(forms.TextInput):
    """An input of several keys, with commas between them."""

    def __init__(self, attrs=None):
        defaults = {"class": "vManyToManyRawIdAdminField", "autocomplete": "off"}
        super().__init__(defaults | (attrs or {}))

    def format_value(self, value):
        return ",".join(map(str, value or ()))

    def value_from_datadict(self, data, files, name):
        return Chosen(keys_in(data.get(name)) or (), is_sequence=True)


def keys_in(text):
    """Return the keys that somebody typed, or None for none."""
    texts = [key.strip() for key in split_keys(text)] if text else ()
    return [key for key in texts if key] or None


class Chosen(list):
    """The keys that were sent for a list of references.

    ``places``: {number of a member on the page: where it was put}; ``is_sequence``:
    the keys were typed in the order that they are to have.
    """

    def __init__(self, keys=(), places=None, *, is_sequence=False):
        super().__init__(keys)
        self.places, self.is_sequence = places or {}, is_sequence


class Typed(str):
    """A key that was typed beside a select, in which ``selected`` is still chosen."""

    selected: str | None

    def __new__(cls, text, selected):
        typed = super().__new__(cls, text)
        typed.selected = selected
        return typed


class ReferenceParts:
    """Mixed in before a select: what stands beside it, in elements of our own.

    ``typed_label``: of an input for IDs, for who has no scripts; "" for none.
    """

    typed_label = ""

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"] |= {
            "select_template": super().template_name,
            "typed_label": self.typed_label,
            "typed": ",".join(self._unknown(context["widget"])),
            "members": self._members(name, value),
        }
        return context

    @property
    def template_name(self):
        return "admin_ext/widgets/reference.html"

    def _render(self, template_name, context, renderer=None):
        """Draw the select, and by a template what stands beside it, if anything."""
        # Django's wrapper gives none.
        renderer, widget = renderer or own_renderer(), context["widget"]
        select = super()._render(widget["select_template"], context, renderer)
        if not (widget["typed_label"] or widget["members"]):
            return select
        widget["select"] = select
        return super()._render(template_name, context, renderer)

    def _unknown(self, widget):
        """Return what was typed and is no choice: it is to be seen, and corrected."""
        if not self.typed_label:
            return []
        groups = widget["optgroups"]
        known = {str(each["value"]) for group in groups for each in group[1]}
        return [text for text in widget["value"] if text and text not in known]

    def _members(self, name, value):
        return []

    def value_omitted_from_data(self, data, files, name):
        is_omitted = super().value_omitted_from_data(data, files, name)
        return is_omitted and typed_name(name) not in data


def typed_name(name):
    """Return the name of the input for IDs beside a select."""
    return f"{name}-typed"


class OneReference(ReferenceParts):
    """One reference: an ID that was typed counts before what is selected."""

    def get_context(self, name, value, attrs):
        if not isinstance(value, Typed):
            return super().get_context(name, value, attrs)
        context = super().get_context(name, value.selected, attrs)
        context["widget"]["typed"] = str(value)
        return context

    def value_from_datadict(self, data, files, name):
        typed = (data.get(typed_name(name)) or "").strip()
        selected = super().value_from_datadict(data, files, name)
        return Typed(typed, selected) if typed else selected


class SeveralReferences(ReferenceParts):
    """A list of references, whose stored members can be put into another order."""

    def value_from_datadict(self, data, files, name):
        selected = super().value_from_datadict(data, files, name) or ()
        typed = keys_in(data.get(typed_name(name))) or ()
        members = getattr(getattr(self.choices, "field", None), "members", ())
        sent = {n: data.get(order_name(name, n)) for n in range(len(members))}
        places = {n: int(text) for n, text in sent.items() if is_place(text)}
        return Chosen([*selected, *typed], places)

    def _members(self, name, value):
        field = getattr(self.choices, "field", None)
        if field is None or not field.can_be_ordered:
            return []
        places = getattr(value, "places", {})
        rows = [
            {
                "name": order_name(name, number),
                "key": text,
                "label": field.label_of(text),
                "place": places.get(number, number + 1),
            }
            for number, text in enumerate(field.members)
        ]
        return sorted(rows, key=lambda row: row["place"])

    @property
    def media(self):
        return super().media + forms.Media(js=[Script("admin_ext/js/order.js")])


def order_name(name, number):
    """Return the name of the input for the place of a list's member."""
    return f"{name}-order-{number}"


def is_place(text):
    """Tell whether a text that was sent is a place in a list."""
    return bool(text) and text.isascii() and text.isdecimal() and len(text) < 9


class QuickSelect:
    """Mixed in before a select of documents: drawn at once.

    A page of rows has hundreds of them, and Django draws each option by a template.
    """

    def get_context(self, name, value, attrs):
        """Follow ChoiceWidget.get_context (5.2), except for the options."""
        field = getattr(self.choices, "field", None)
        if field is None or field.offers is None:
            return super().get_context(name, value, attrs)
        context = forms.Widget.get_context(self, name, value, attrs)
        if self.allow_multiple_selected:
            context["widget"]["attrs"]["multiple"] = True
        chosen = context["widget"]["value"]
        context["widget"]["options"] = self._options(field.options, chosen)
        return context

    @property
    def template_name(self):
        field = getattr(self.choices, "field", None)
        is_quick = field is not None and field.offers is not None
        name = "admin_ext/widgets/select.html"
        return name if is_quick else super().template_name

    def _options(self, options, chosen):
        drawn, is_open = [], True
        for text, label in options:
            is_chosen = is_open and text in chosen
            is_open = self.allow_multiple_selected or (is_open and not is_chosen)
            pattern = SELECTED if is_chosen else OPTION
            drawn.append(pattern % (escape(text), conditional_escape(label)))
        return mark_safe("".join(drawn))


OPTION = '<option value="%s">%s</option>'
SELECTED = '<option value="%s" selected>%s</option>'


class QuickReferenceSelect(QuickSelect, forms.Select):
    """Django's select of one."""


class OrderedSelectMultiple(SeveralReferences, QuickSelect, forms.SelectMultiple):
    """Django's select of several, and the order of its stored members."""


class OrderedFilteredSelectMultiple(SeveralReferences, FilteredSelectMultiple):
    """Django's two boxes, and the order of the stored members."""


class RelatedFieldWidgetWrapper(admin_widgets.RelatedFieldWidgetWrapper):
    """Django's links beside a select; its name too, which templates are told."""

    def get_related_url(self, info, action, *args):
        name = f"admin:{'_'.join(info)}_{action}"
        return reverse_once(name, *args, current_app=self.admin_site.name)


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

    def get_url(self):
        return reverse_once(self.url_name % self.admin_site.name)

    @property
    def media(self):
        return super().media + forms.Media(js=[Script("admin_ext/js/autocomplete.js")])

    def _label(self, field, text):
        document = field.find(text)
        return None if document is None else field.label_from_instance(document)


class DocumentAutocompleteSelect(OneReference, StoredOptions, AutocompleteSelect):
    """Django's autocomplete for one reference."""

    typed_label = _("ID")


class DocumentAutocompleteSelectMultiple(
    SeveralReferences, StoredOptions, AutocompleteSelectMultiple
):
    """Django's autocomplete for a list of references."""

    typed_label = _("IDs, separated by commas")


class DocumentRawIdWidget(ForeignKeyRawIdWidget):
    """Django's input of a key; its link leads to any key."""

    def label_and_url_for_value(self, value):
        """Follow ForeignKeyRawIdWidget's (5.2), which asks once for each row.

        It does not quote the key either, though its view unquotes it.
        """
        key = str(value)
        document = self.choices.field.document_for(key)
        if document is None:
            return "", ""
        meta = self.rel.model._meta
        name = f"{self.admin_site.name}:{meta.app_label}_{meta.model_name}_change"
        try:
            url = reverse(name, args=(key if unquote(key) == key else quote(key),))
        except NoReverseMatch:
            url = ""
        return Truncator(document).words(14), url


class DocumentManyRawIdWidget(ManyToManyRawIdWidget):
    """Django's input of several keys, among which there may be sub-documents."""

    def value_from_datadict(self, data, files, name):
        value = data.get(name)
        return Chosen(split_keys(value), is_sequence=True) if value else None
