"""A dict or map as one text of Extended JSON, where rows would not do."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.changesets import MISSING, identical, merged_tree
from admin_ext.changesets.diff import is_addressable
from admin_ext.ejson import dumps, extended_json, is_lossless
from admin_ext.formfields import ExtendedJSONField

from .base import MAX_DEPTH

# Text of more characters is not edited in a form.
MAX_TEXT = 250_000

NO_DOCUMENT = gettext_lazy("Enter one document, in braces.")
BAD_KEY = gettext_lazy(
    "A new key cannot be empty, begin with $ or hold dots: “%(key)s”."
)


def reason_for_text(bound: Any, max_rows: int) -> str:
    """Return why the map of a bound field is shown as a text, or ""."""
    stored = bound.stored
    if stored is not MISSING and stored is not None and not isinstance(stored, dict):
        return _("Something else than keys and values is stored here.")
    if bound.depth >= MAX_DEPTH:
        return _("This lies too deep to be shown as rows.")
    number = len(stored or ())
    if number > max_rows and not bound.field.has_forms:
        return _("These %(number)s keys are too many for rows.") % {"number": number}
    return ""


class MapText:
    """The text of a map. ``shown``: what the page showed, MISSING for nothing."""

    def __init__(self, bound: Any):
        self.bound, self.name = bound, bound.html_name
        entry = bound.entry
        showed = [bound.stored] if entry is None else entry["text"]
        self.shown = next(iter(showed), MISSING)
        self.field = ExtendedJSONField(required=False)

    @property
    def value(self) -> Any:
        """What the page showed, as the text field takes it."""
        return None if self.shown is MISSING else self.shown

    @property
    def reason(self) -> str:
        """Why it is shown as a text."""
        return self.bound.reason

    @property
    def reason_not_to_edit(self) -> str:
        """Why it can only be looked at, or ""."""
        if self.bound.field.has_forms:
            return _("It can only be edited as a part of the whole document.")
        text = dumps(self.value)
        if len(text) > MAX_TEXT:
            return _("It is too large to be edited here.")
        if not is_lossless(text, self.value):
            return _("Extended JSON cannot spell it exactly.")
        return ""

    def entry(self) -> dict[str, Any]:
        """Return what the page's base keeps of it."""
        is_left_out = self.shown is MISSING or self.reason_not_to_edit
        return {"text": [] if is_left_out else [self.shown]}

    @property
    def data(self) -> str | None:
        """The text that was sent, None for none."""
        return self.bound.form.data.get(self.name) if self.bound.is_bound else None

    def has_changed(self) -> bool:
        is_sent = self.data is not None and not self.reason_not_to_edit
        return is_sent and self.field.has_changed(self.value, self.data)

    def html(self) -> SafeString:
        """Return the text area."""
        sent = self.field.bound_data(self.data, self.value)
        value = self.field.prepare_value(self.value if sent is None else sent)
        attrs = {"id": self.bound.auto_id} if self.bound.auto_id else {}
        return self.field.widget.render(self.name, value, attrs)

    def as_text(self) -> str:
        """Return it to be looked at, shortened where it is very long."""
        return Truncator(extended_json(self.value)).chars(MAX_TEXT)

    def clean(self) -> Any:
        """Return the map as it shall be, None for none. Raise ValidationError."""
        bound, mine = self.bound, self._mine()
        value, conflicts = merged_tree(self.shown, mine, bound.stored)
        if conflicts and not bound.is_settled(bound.stored):
            raise bound.conflict(base=self.shown, mine=mine, stored=bound.stored)
        if conflicts:
            value = self._settled(value, mine, {each.path[:1] for each in conflicts})
        if value is MISSING:
            return None
        bound.exact = value
        return {key: self._loaded(key, bson) for key, bson in value.items()}

    def _mine(self) -> Any:
        """Return what was typed, MISSING for nothing."""
        mine = self.field.clean(self.data)
        if mine is None:
            return MISSING
        if not isinstance(mine, dict):
            raise ValidationError(NO_DOCUMENT, code="no_document")
        known = self.shown if isinstance(self.shown, dict) else {}
        for key in mine:
            if key not in known and not is_addressable(key):
                raise ValidationError(BAD_KEY, code="key", params={"key": key})
        return mine

    def _settled(self, value: Any, mine: Any, paths: set[tuple]) -> Any:
        """Return the merged value with what the person chose to write."""
        if () in paths or not isinstance(value, dict):
            return mine
        merged = {**value}
        for (key,) in paths:
            merged[key] = mine.get(key, MISSING)
        return {key: item for key, item in merged.items() if item is not MISSING}

    def _loaded(self, key: str, bson: Any) -> Any:
        if identical(self.bound.stored_items.get(key, MISSING), bson):
            return dict.get(self.bound.live_items, key)
        return self.bound.field.item_field.loaded(bson)
