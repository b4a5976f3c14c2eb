"""Forms of documents of which a person may not see, or not edit, every field."""

import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext as _

from admin_ext.ejson import extended_json
from admin_ext.hydration import shown_son

from .access import Access
from .redaction import LINKS, REVEALED_AT, masked, redact
from .whole import whole, withheld_texts, without_quotes


class ShownWidget(forms.Widget):
    """A text, in the place of an input."""

    def render(self, name, value, attrs=None, renderer=None):
        return format_html('<div class="readonly">{}</div>', value)

    def id_for_label(self, id_):
        return ""


class ShownField(forms.CharField):
    """Says in a form within a form what can only be looked at there."""

    widget = ShownWidget

    def __init__(self, text: Any, label: Any):
        super().__init__(label=label, initial=text, required=False, disabled=True)

    def prepare_value(self, value):
        return value


class Fields(dict):
    """The fields of a form; code that names one which is not there gets a spare one.

    Most of the forms of projects set widgets and texts in ``__init__``.
    """

    def __init__(self, fields: dict, spare: dict, is_open: Callable[[str], bool]):
        super().__init__(fields)
        self.spare, self.is_open = spare, is_open

    def __missing__(self, name):
        if self.is_open(name):
            raise KeyError(name)
        return self.spare.setdefault(name, forms.CharField())


def limited_form(form: Any, limits: Any) -> Any:
    """Return a form class without the fields that a person may not edit."""
    attributes = {"limits": limits, "__module__": form.__module__}
    made = type(form)(form.__name__, (LimitedForm, form), attributes)
    fields = form.base_fields
    made.base_fields = {name: fields[name] for name in fields if limits.is_open(name)}
    made.closed_fields = {
        name: fields[name] for name in fields if not limits.is_open(name)
    }
    within = (LimitedForm, form.nested_form)
    made.nested_form = type(form)("NestedForm", within, attributes)
    return made


class LimitedForm:
    """Mixed into a DocumentForm: leaves alone what the person may not edit.

    ``limits``: of the outermost form; forms within find theirs by their place.
    """

    limits: Any
    closed_fields: dict[str, forms.Field] = {}

    def _add_dynamic_fields(self):
        """Take out what is closed, before anything is asked of the fields."""
        super()._add_dynamic_fields()
        outer = self.limits
        self.limits = outer.within(type(self.instance), path_of(self), self.instance)
        if outer.policy.withholds and self._adding:
            redact(outer.policy, self.instance, self.limits.path)
        # Weakly: documents are copied with all that they hold.
        self.instance.__dict__[LINKS] = weakref.ref(self)
        self._quoted = withheld_texts(self.instance)
        self._shown_only: set[str] = set()
        spare = {**self.closed_fields}
        for name in [*self.fields]:
            if not self._is_open(name):
                spare[name] = self.fields[name]
                self._close(name)
        self.fields = Fields(self.fields, spare, self._is_open)

    def _is_open(self, name: str) -> bool:
        if name in self._dynamic:
            return self.limits.policy.is_whole((*self.limits.path, name), Access.EDIT)
        return self.limits.is_open(name)

    def _close(self, name: str) -> None:
        """Leave a field out, or only tell what it has where there is no other way."""
        field, path = self.fields[name], (*self.limits.path, name)
        access = self.limits.policy.access(path)
        if access == Access.HIDDEN or not self._is_within:
            del self.fields[name]
        elif access == Access.MASKED:
            self._show_only(name, partial(masked, self.instance, name))
        elif self.limits.policy.is_whole(path) or self._has_forms(name):
            field.disabled = True
        else:
            son = shown_son(self.instance) or {}
            stored_name = self._field(name).document_field.db_field
            text = extended_json(son[stored_name]) if stored_name in son else ""
            self._show_only(name, text)

    def _has_forms(self, name: str) -> bool:
        from .forms import is_declared

        return is_declared(self.instance._fields.get(name))

    def reveal_url(self, name: str) -> str:
        """Return the URL of the page that reveals a masked value, or ""."""
        url_for = outermost(self).instance.__dict__.get(REVEALED_AT)
        is_field = name in type(self.instance)._fields
        path = self.path_to(name) if url_for and is_field else None
        return "" if path is None else url_for(path)

    def _show_only(self, name: str, text: Any) -> None:
        self._shown_only.add(name)
        self.fields[name] = ShownField(text, self.fields[name].label)
        self.initial[name] = text

    @property
    def _is_within(self) -> bool:
        """Tell whether this is a form within a form, which has no read-only fields."""
        return hasattr(self.parent, "live")

    def _is_document_field(self, name):
        return name not in self._shown_only and super()._is_document_field(name)

    def _clean_form(self):
        with whole(self.instance):
            super()._clean_form()

    def _post_clean(self):
        with whole(self.instance):
            super()._post_clean()

    def add_error(self, field, error):
        """Add an error that quotes no value which is not on the page."""
        super().add_error(field, without_quotes(error, self._quoted))

    def _update_errors(self, errors):
        super()._update_errors(without_quotes(errors, self._quoted))

    def _shown_errors(self, errors):
        """Say of a field that is not open only that it stands in the way."""
        if hasattr(errors, "error_dict"):
            found = dict(errors.error_dict)
            closed = [
                name
                for name in found
                if name in type(self.instance)._fields
                and name not in self.fields
                and not self._is_open(name)
            ]
            for name in closed:
                del found[name]
            if closed:
                found[NON_FIELD_ERRORS] = [
                    *found.get(NON_FIELD_ERRORS, ()),
                    *map(self._in_the_way, closed),
                ]
                errors = ValidationError(found)
        return super()._shown_errors(errors)

    def _in_the_way(self, name: str) -> ValidationError:
        if self.limits.is_hidden(name):
            text = _(
                "This cannot be saved: a field that you may not see needs a value."
            )
            return ValidationError(text, code="closed")
        return ValidationError(
            _("“%(field)s” needs a value, which you may not edit."),
            code="closed",
            params={"field": self.instance._meta.get_field(name).verbose_name},
        )


def outermost(form: Any) -> Any:
    """Return the form, or the formset of embedded documents, that a form is within."""
    while True:
        around = form.owner.form if hasattr(form, "owner") else form.parent
        if around is None:
            return form
        form = around


def path_of(form: Any) -> tuple[str, ...]:
    """Return the path of a form's document in the whole."""
    parent = form.parent
    if not hasattr(parent, "live"):
        # The outermost, or a row of a formset of the page.
        return type(form).limits.path
    if hasattr(parent, "owner"):
        return _path_to(parent, "value")
    start = f"{parent.prefix}-" if parent.prefix else ""
    return _path_to(parent, form.prefix.removeprefix(start))


def _path_to(form: Any, name: str) -> tuple[str, ...]:
    if hasattr(form, "owner"):
        return _path_to(form.owner.form, form.owner.name)
    return (*form.limits.path, name)
