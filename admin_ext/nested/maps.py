"""A dict or map within the form: rows of a key and a value each, or one text."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from mongoengine import fields as me

from admin_ext.boundfields import CONVERT
from admin_ext.changesets import MISSING, digest, identical
from admin_ext.changesets.diff import is_addressable
from admin_ext.formfields import StringField

from .base import (
    SCRIPT,
    NestedBoundField,
    NestedWidget,
    is_nested,
    is_overtaken,
    untick_deletion,
)
from .maptexts import MapText, reason_for_text
from .members import MemberForm, member_field

# So many keys are rows of the page.
MAX_ROWS = 100

# One request adds at most so many rows to a map; each costs a form.
MAX_NEW_ROWS = 100

# A value as the Document holds it, and its BSON, or CONVERT.
Member = tuple[Any, Any]


class KeyField(StringField):
    """The key of a row. A stored one is left alone, whatever it is."""

    default_error_messages = {
        "required": _("Enter a key."),
        "key": _("A new key cannot be empty, begin with $ or hold dots: “%(key)s”."),
        "twice": _("The key “%(key)s” is there already."),
        "gone": _(
            "“%(key)s” was removed by somebody else. Put this key back to leave it so, "
            "or add a row."
        ),
    }

    def __init__(self):
        super().__init__(label=_("Key"), required=False)
        self.widget.attrs["class"] = "vTextField"

    def error(self, code: str, key: str) -> ValidationError:
        message = self.error_messages[code]
        return ValidationError(message, code=code, params={"key": key})


class PageKeys(NamedTuple):
    """The keys of a map on a page, and the digests of what it showed under them."""

    keys: list[str]
    digests: list[bytes]

    @classmethod
    def shown(cls, stored: dict[str, Any]) -> "PageKeys":
        """Return the keys of a page that is just being made."""
        keys = [*stored][:MAX_ROWS]
        return cls(keys, [digest(stored[key]) for key in keys])

    def entry(self) -> dict[str, Any]:
        """Return what the page's base keeps of them."""
        return {"keys": self.keys, "digests": self.digests}


class MapRowForm(MemberForm):
    """One key and its value. ``was``: the key that the page showed, None for a new."""

    owner: "MapBoundField"

    def find(self):
        keys = self.owner.keys.keys
        self.was = None if self.row is None else keys[self.row]
        self.step = self.was if self.was in self.owner.stored_items else None
        if self.was is not None:
            self.initial["key"] = self.was
            self.fields["key"].keep_stored_value(self.was)

    def stored_bson(self, name):
        return self.owner.stored_items.get(self.step, MISSING)

    def live(self, name):
        return dict.get(self.owner.live_items, self.step)

    @property
    def label(self):
        return f"{self.owner.title}: {self.key if self.was is None else self.was}"

    @property
    def key(self) -> str:
        """The key that was sent."""
        return getattr(self, "cleaned_data", {}).get("key", "")

    @property
    def is_dropped(self) -> bool:
        return self["value"].is_dropped

    @property
    def is_deleted(self) -> bool:
        return bool(self.cleaned_data.get("DELETE")) and not self.is_dropped

    @property
    def is_renamed(self) -> bool:
        is_row = self.row is not None and not self.is_dropped
        return is_row and "key" in self.changed_data

    @property
    def is_touched(self) -> bool:
        """Tell whether the person gave the value, or a new key."""
        if self.row is None:
            return not self.is_dropped and {"key", "value"} & {*self.changed_data}
        return "value" in self.changed_data

    @property
    def is_changed(self) -> bool:
        """Tell whether the person did anything to the row."""
        return bool({"key", "value", "DELETE"} & {*self.changed_data})

    def clean(self):
        if self.is_deleted or not self.is_changed or self.is_dropped:
            return
        if "key" not in self.errors:
            self._clean_key()
        if self.is_touched and "value" not in self.errors and self._lacks_value():
            message = self.fields["value"].error_messages["required"]
            self.add_error("value", ValidationError(message, code="required"))

    def _clean_key(self):
        field, key = self.fields["key"], self.key
        if key == "" and self.was != "":
            self.add_error("key", field.error("required", key))
        elif key != self.was and not is_addressable(key):
            self.add_error("key", field.error("key", key))
        elif self.is_renamed and self.step is None and not self.is_touched:
            self.add_error("key", field.error("gone", self.was))

    def _lacks_value(self) -> bool:
        """Tell whether there is no value where there must be one.

        A free one may be null. What holds forms is made without any values.
        """
        value, field = self.cleaned_data.get("value"), self.item.document_field
        is_free = getattr(self.item, "is_free", False)
        is_null = is_free and getattr(self.fields["value"], "is_null_wanted", True)
        if field.null or is_null or value not in (None, ""):
            return False
        return self.member()[0] is None

    def conflict(self) -> ValidationError | None:
        """Return the error of a value that somebody else changed, or None."""
        bound, stored = self["value"], self._stored_there()
        if self.is_dropped or bound.is_settled(stored):
            return None
        if self.is_deleted:
            is_asked = self.row is not None and self._is_changed_since()
            return self._conflict(_("(deleted)"), stored) if is_asked else None
        if not self.is_touched or (self.row is not None and self._is_nested):
            return None
        mine = self.member()[1]
        return (
            self._conflict(mine, stored) if self._is_overtaken(mine, stored) else None
        )

    def _is_overtaken(self, mine: Any, stored: Any) -> bool:
        stored = self.item.as_base(stored)
        if mine is CONVERT:
            return not identical(self.base_bson("value"), stored)
        return is_overtaken(self["value"], self.item.as_base(mine), stored)

    def _stored_there(self) -> Any:
        """Return what is stored under the key by now; under that of a new row, too."""
        if self.row is not None:
            return self.stored_bson("value")
        is_unseen = self.key not in self.owner.keys.keys
        return self.owner.stored_items.get(self.key, MISSING) if is_unseen else MISSING

    def _is_changed_since(self) -> bool:
        if self.step is None:
            return False
        return digest(self.stored_bson("value")) != self.owner.keys.digests[self.row]

    def _conflict(self, mine: Any, stored: Any) -> ValidationError:
        bound = self["value"]
        base = _("(as on the page)") if self._is_nested else bound.base_text
        if self.row is None:
            base = MISSING
        mine = _("(your values below)") if mine is CONVERT else mine
        return bound.conflict(base=base, mine=mine, stored=stored)

    @property
    def _is_nested(self) -> bool:
        return is_nested(self.fields["value"])

    def member(self) -> Member:
        """Return the value as it was sent; one that was left alone as it is stored."""
        bound, value = self["value"], self.cleaned_data["value"]
        stored = self.stored_bson("value")
        if self.row is not None and not self.is_touched:
            return self.live("value"), stored
        if self._is_nested:
            value = self._made(bound) if value is None else value
            bson = bound.exact
            if bson is CONVERT and not self.item.holds_documents:
                bson = self.item.member_bson(value, stored)
            return value, bson
        if bound.is_multipart and not bound._has_changed():
            value = self.live("value")
            return value, self.item.member_bson(value, MISSING)
        value = self.item.value_for_document(value)
        if bound.is_put_back:
            return value, self.base_bson("value")
        return value, self.item.member_bson(value, stored)

    def _made(self, bound: Any) -> Any:
        """Return what a row with a key alone holds: no values, but what holds them."""
        field = self.item.document_field
        if isinstance(field, me.ListField):
            return []
        if isinstance(field, me.DictField):
            return {}
        form = getattr(bound, "subform", None)
        return None if form is None else form.instance


class MapFormSet(BaseFormSet):
    """The rows of a map."""

    row_count = 0

    def get_form_kwargs(self, index):
        is_row = index is not None and index < self.row_count
        return super().get_form_kwargs(index) | {"row": index if is_row else None}

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if form.is_dropped:
            untick_deletion(form)


class MapBoundField(NestedBoundField):
    """The keys of a map that are on the page; ``stored_items`` are all of them.

    ``exact``: the BSON of the map that was sent, or CONVERT.
    """

    widget_template_name = "admin_ext/widgets/map.html"
    exact: Any = CONVERT

    @cached_property
    def stored_items(self) -> dict[str, Any]:
        return self.stored if isinstance(self.stored, dict) else {}

    @cached_property
    def live_items(self) -> dict[str, Any]:
        return self.live if isinstance(self.live, dict) else {}

    @property
    def entry(self) -> dict[str, Any] | None:
        """What the page's base says of this map, None for a page without one."""
        entry = self.form.base.values.get(self.html_name)
        return entry if isinstance(entry, dict) else None

    @cached_property
    def text(self) -> MapText | None:
        """The map as one text, where it is not shown as rows."""
        if self.entry is not None:
            return MapText(self) if "text" in self.entry else None
        if self.form.base.is_absent(self.html_name):
            return None
        return MapText(self) if self.reason else None

    @property
    def title(self) -> str:
        """What it is called; within a list or map it has no label of its own."""
        return self.label or self.form.label

    @property
    def reason(self) -> str:
        """Why it is shown as a text, or "" for one that is not."""
        return reason_for_text(self, MAX_ROWS)

    @property
    def left_out(self) -> int:
        """How many keys are not on the page."""
        return len(self.stored_items.keys() - {*self.keys.keys})

    @cached_property
    def keys(self) -> PageKeys:
        if self.was_absent:
            return PageKeys([], [])
        if self.entry is not None and "keys" in self.entry:
            return PageKeys(self.entry["keys"], self.entry["digests"])
        return PageKeys.shown(self.stored_items)

    @property
    def is_open(self) -> bool:
        """Tell whether rows can be added."""
        return not self.field.disabled and self.can_add_to(self.field.item_field)

    @cached_property
    def formset(self):
        value = self.field.item_form_field(self.form)
        attrs = {"key": KeyField(), "value": value, "owner": self}
        count = len(self.keys.keys)
        formset_class = formset_factory(
            type("OwnMapRowForm", (MapRowForm,), attrs),
            formset=MapFormSet,
            extra=int(self.is_open),
            can_delete=True,
            max_num=count + MAX_NEW_ROWS,
            absolute_max=count + MAX_NEW_ROWS,
        )
        formset_class.row_count = count
        return formset_class(
            **self.form_data(),
            prefix=self.html_name,
            initial=[{} for _key in self.keys.keys],
            form_kwargs={"use_required_attribute": False},
        )

    def entries(self):
        if self.text is not None:
            return {self.html_name: self.text.entry()}
        found = {self.html_name: self.keys.entry()}
        for form in self.formset.initial_forms:
            found |= form.entries()
        return found

    @property
    def media(self):
        return forms.Media() if self.text else SCRIPT + self.formset.media

    @property
    def is_multipart(self):
        return not self.text and any(each.is_multipart() for each in self.formset)

    @property
    def is_damaged(self) -> bool:
        """Tell whether other rows were sent than the page had."""
        is_other = self.formset.initial_form_count() != len(self.keys.keys)
        return is_other and self.form.original_page is None and not self.was_absent

    def _has_changed(self):
        if not self.is_bound:
            return False
        if self.text is not None:
            return self.text.has_changed()
        # A page without this map does not tell what was in it.
        if f"{self.html_name}-TOTAL_FORMS" not in self.form.data:
            return False
        return any(form.is_changed for form in self.formset)

    def items(self) -> Any:
        """Return the map as it shall be. Raise ValidationError for conflicts.

        Values that nobody touched are the objects that the Document holds.
        """
        self._refuse()
        members = {
            key: (dict.get(self.live_items, key), bson)
            for key, bson in self.stored_items.items()
        }
        before = {**members}
        put: dict[str, Member] = {}
        for form in self.formset:
            if form.is_deleted or form.is_renamed:
                members.pop(form.was, None)
            if form.is_deleted:
                form["value"].note_replaced()
            elif form.is_renamed or form.is_touched:
                put[form.key] = form.member()
        members |= put
        return self._result(before, members)

    def _result(self, before: dict[str, Member], members: dict[str, Member]) -> Any:
        if _are_same(before, members):
            return self.live
        bsons = {key: bson for key, (_value, bson) in members.items()}
        is_converted = any(bson is CONVERT for bson in bsons.values())
        holds_documents = self.field.item_field.holds_documents
        self.exact = CONVERT if is_converted or holds_documents else bsons
        return {key: value for key, (value, _bson) in members.items()}

    def _refuse(self) -> None:
        """Put the errors of rows beside them. Raise ValidationError for any."""
        errors = [*self._repeated_keys()]
        errors += [(form, "value", form.conflict()) for form in self.formset]
        errors = [each for each in errors if each[-1] is not None]
        for form, name, error in errors:
            form.add_error(name, error)
        if errors:
            raise ValidationError(_("Please correct the errors below."), code="nested")

    def _repeated_keys(self) -> Iterator[tuple]:
        """Yield (form, "key", error) of keys that are there already.

        A new row may meet a key that somebody else has added: a conflict of values.
        """
        unseen = self.stored_items.keys() - {*self.keys.keys}
        taken, put = {*unseen}, []
        for form in self.formset:
            if form.is_deleted:
                continue
            if form.is_renamed or (form.row is None and form.is_touched):
                put.append(form)
            elif form.row is not None and (form.step is not None or form.is_touched):
                taken.add(form.was)
        for form in put:
            is_asked = form.row is None and form.key in unseen
            if form.key in taken and not is_asked:
                yield form, "key", form.fields["key"].error("twice", form.key)
            taken.add(form.key)
            unseen -= {form.key}


def _are_same(before: dict[str, Member], members: dict[str, Member]) -> bool:
    """Tell whether a map is as it was, apart from what its documents know they are."""
    return before.keys() == members.keys() and all(
        value is before[key][0] and (bson is CONVERT or identical(bson, before[key][1]))
        for key, (value, bson) in members.items()
    )


class MapFormField(forms.Field):
    """A dict or map. Cleans to a dict.

    ``item_field``: the Django view of its values; ``has_forms``: no text can stand for
    these.
    """

    widget = NestedWidget

    def __init__(self, *, item_field, has_forms=False, **kwargs):
        self.item_field, self.has_forms = item_field, has_forms
        kwargs.pop("widget", None)
        super().__init__(**kwargs)

    def item_form_field(self, form):
        """Return the form field of one value, through the admin's own hooks."""
        field = member_field(form, self.item_field)
        widget = getattr(field.widget, "widget", field.widget)
        widget.attrs.setdefault("aria-label", _("Value"))
        if isinstance(widget, forms.Textarea):
            widget.attrs |= {"rows": 1}
        return field

    def get_bound_field(self, form, field_name):
        return MapBoundField(form, self, field_name)

    def _clean_bound_field(self, bound):
        if self.disabled or not bound._has_changed():
            return bound.live
        value = bound.text.clean() if bound.text else self._clean_rows(bound)
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")
        return value

    def _clean_rows(self, bound):
        bound.refuse_gone()
        if bound.is_damaged:
            raise ValidationError(
                _(
                    "These rows did not arrive as they were sent. Reload the page and "
                    "make your change again."
                ),
                code="damaged",
            )
        if not bound.formset.is_valid():
            raise ValidationError(_("Please correct the errors below."), code="nested")
        return bound.items()
