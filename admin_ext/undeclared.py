"""Keys of a stored document that its class does not declare: shown, kept, edited.

They are one field of the form, a document in Extended JSON, at the end of the form of
each document and embedded document that has some.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from mongoengine import EmbeddedDocument

from .changesets import MISSING, Choice, Conflict, merged_tree
from .changesets.diff import is_addressable
from .ejson import dumps, extended_json, is_lossless
from .formfields import ExtendedJSONField
from .hydration import shown_son
from .policies import may_edit_key
from .sending import put_key

# Name of the field of the form, and of what DocumentAdmin shows to who may not edit.
NAME = "other_stored_fields"

LABEL = _("Other stored fields")

# Text of more characters is not edited in a form.
MAX_TEXT = 250_000

# What mongoengine stores beside the declared fields of a class with subclasses.
OWN_KEYS = frozenset({"_cls"})


def undeclared(document: Any) -> dict[str, Any]:
    """Return {key: stored value} of what no field of ``document`` declares.

    As far as the person that it was loaded for may see them.
    """
    shown = shown_son(document) or {}
    return {key: value for key, value in shown.items() if is_undeclared(document, key)}


def is_undeclared(document: Any, key: str) -> bool:
    """Tell whether no field of ``document`` declares a key."""
    known = {*document._reverse_db_field_map, *OWN_KEYS}
    if isinstance(document, EmbeddedDocument) and document._dynamic:
        # These have fields of their own in its form.
        known |= {*document._dynamic_fields}
    return key not in known


def text(document: Any) -> str:
    """Return the undeclared keys as Extended JSON, shortened where it is very long."""
    return Truncator(extended_json(undeclared(document))).chars(MAX_TEXT)


def reason_not_to_edit(document: Any, values: dict[str, Any]) -> str:
    """Return why these values of a document can only be looked at, or ""."""
    if not all(may_edit_key(document, key) for key in values):
        return _("You may not edit all of these values.")
    if not is_lossless(dumps(values), values):
        return _("Extended JSON cannot spell these values exactly.")
    if len(dumps(values)) > MAX_TEXT:
        return _("These values are too large to be edited here.")
    return ""


class UndeclaredField(ExtendedJSONField):
    """The undeclared keys of one document, as Extended JSON. Cleans to a dict.

    ``document``: the one whose keys they are; ``values``: what its page showed of them.
    """

    default_error_messages = {
        "no_document": _("Enter one document, in braces."),
        "declared": _("“%(key)s” is a field of its own."),
        "closed": _("You may not edit “%(key)s”."),
        "key": _("A new key cannot be empty, begin with $ or hold dots: “%(key)s”."),
    }

    def __init__(self, *, document, values, **kwargs):
        self.document, self.values = document, values
        super().__init__(label=LABEL, required=False, **kwargs)
        self.keep_stored_value(values)

    def to_python(self, value):
        value = super().to_python(value)
        value = {} if value is None else value
        if not isinstance(value, dict):
            raise self._error("no_document")
        declared = {*self.document._reverse_db_field_map, *OWN_KEYS, "_id"}
        for key in value:
            if key in declared:
                raise self._error("declared", key=key)
            if key not in self.values and not may_edit_key(self.document, key):
                raise self._error("closed", key=key)
            if key not in self.values and not is_addressable(key):
                raise self._error("key", key=key)
        return value

    def _error(self, code, **params):
        return ValidationError(self.error_messages[code], code=code, params=params)


def changes(
    base: dict[str, Any], mine: dict[str, Any], stored: dict[str, Any]
) -> tuple[dict[str, Any], list[Conflict]]:
    """Return {key: value to store, MISSING to remove}, and the conflicts."""
    value, conflicts = merged_tree(base, mine, stored)
    keys = dict.fromkeys((*stored, *value))
    found = {key: value.get(key, MISSING) for key in keys}
    return {
        key: after
        for key, after in found.items()
        if after is not stored.get(key, MISSING)
    }, conflicts


class UndeclaredMixin:
    """Mixed into DocumentForm: the field of the keys that its Document lacks.

    ``undeclared_access``: what the person may do with them, "", "view" or "edit".
    """

    undeclared_access = ""

    def is_on_page(self, name: str) -> bool:
        return name == NAME or super().is_on_page(name)

    def stored_bson(self, name: str) -> Any:
        is_own = name == NAME
        return undeclared(self.instance) if is_own else super().stored_bson(name)

    def base_bson(self, name: str) -> Any:
        if name == NAME:
            return self.base.get(self.add_prefix(name), self.stored_bson(name))
        return super().base_bson(name)

    def _add_undeclared(self) -> None:
        """Add the field; to look at the keys without one is offered by the page."""
        is_nested = self.parent is not None
        if is_nested:
            self.undeclared_access = getattr(self.parent, "undeclared_access", "")
        may_edit = self.undeclared_access == "edit"
        is_shown = may_edit or (is_nested and self.undeclared_access)
        if self._adding or not is_shown:
            return
        html_name = self.add_prefix(NAME)
        if self.base.choice(html_name, self.data) == Choice.STORED:
            self.base.forget(html_name)
        values = self.base_bson(NAME)
        if values or self.stored_bson(NAME):
            reason = reason_not_to_edit(self.instance, values or {})
            self.initial[NAME] = values
            self.fields[NAME] = UndeclaredField(
                document=self.instance,
                values=values,
                disabled=not may_edit or bool(reason),
                help_text=reason,
            )

    def _set_undeclared(self) -> None:
        """Set the keys that the person changed, or ask about conflicts."""
        if NAME not in self.cleaned_data or NAME not in self.changed_data:
            return
        bound, mine = self[NAME], self.cleaned_data[NAME]
        base, stored = self.base_bson(NAME), self.stored_bson(NAME)
        changed, conflicts = changes(base, mine, stored)
        keys = dict.fromkeys(path[0] for path in (each.path for each in conflicts))
        if conflicts and not bound.is_settled(stored):
            texts = [
                {key: each[key] for key in keys if key in each}
                for each in (base, mine, stored)
            ]
            error = bound.conflict(
                base=texts[0], mine=texts[1], stored=texts[2], now=stored
            )
            self.add_error(NAME, error)
            return
        changed |= {key: mine.get(key, MISSING) for key in keys}
        for key, value in changed.items():
            put_key(self.instance, key, value)
