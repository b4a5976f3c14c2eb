"""References to other Documents, one and many."""

from collections import Counter
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.models import ModelChoiceIterator
from django.utils.functional import Promise, cached_property, lazy
from django.utils.translation import gettext_lazy as _

from admin_ext.changesets import MISSING
from admin_ext.compat import as_admin_queryset
from admin_ext.keys import Key, foreign_place, key_of
from admin_ext.marks import type_name
from admin_ext.selects import Chosen, Typed

from .offers import Offers, find_document, text_for

# A conflict names so many members of a list; each is looked up.
MAX_LABELS = 10

# So many members of a list can be put into another order on a page.
MAX_ORDERED = 100

# What stands for members that are no reference at all.
NOTHING = {"": _("(empty)"), "[null]": _("(null)"), '[""]': _("(empty)")}


class DocumentChoiceIterator(ModelChoiceIterator):
    """The choices of a reference: the documents, then what is stored and is none."""

    def __iter__(self):
        if self.field.offers is None:
            yield from super().__iter__()
        else:
            if self.field.empty_label is not None:
                yield ("", self.field.empty_label)
            yield from map(self.choice, self.field.offered or ())
        yield from self.field.dangling_choices

    def __len__(self):
        if self.field.offers is None:
            return super().__len__() + len(self.field.dangling_choices)
        return sum(1 for _choice in self)

    def __bool__(self):
        if self.field.offers is None:
            return super().__bool__()
        return self.field.empty_label is not None or self.field.offered != []


class StoredReferences:
    """Shared by the fields below: a stored reference stays until somebody changes it.

    ``stored``: {text sent by the form: reference as the Document holds it}.
    ``key_of``: returns the key that a reference holds; the Document's field tells it.
    ``offers``: what the page knows of documents; without it, each field asks itself.
    ``access``: what the person may know of documents; without it, everything.
    """

    offers: Offers | None = None
    access: Any = None

    # All documents of the class that the person may see; None for all there are.
    everything: Any = None

    iterator = DocumentChoiceIterator
    invalid_key_code = "invalid_choice"

    def _set_queryset(self, queryset):
        super()._set_queryset(as_admin_queryset(queryset))

    queryset = property(lambda self: self._queryset, _set_queryset)

    @property
    def max_choices(self) -> int | None:
        """How many documents the widget may offer; None where it offers all."""
        widget = getattr(self.widget, "widget", self.widget)
        return getattr(widget, "max_choices", None)

    @property
    def offered(self) -> list | None:
        """The documents to choose from, or None where these are too many."""
        return self.offers.choices(self.queryset, self.max_choices)

    @property
    def may_tell(self) -> bool:
        """Tell whether the person may know what a reference leads to."""
        return self.access is None or not self.access.is_hidden(self.queryset.model)

    @property
    def options(self) -> list[tuple[str, str]]:
        """The choices as (text, label)."""
        blank = [] if self.empty_label is None else [("", self.empty_label)]
        found = self.offers.options(
            self.queryset, self.max_choices, self.label_from_instance
        )
        return [*blank, *found, *self.dangling_choices]

    @property
    def are_few(self) -> bool:
        """Tell whether the page can have all documents to choose from in it."""
        return self.offers is None or self.offered is not None

    def expect_sent(self, data: Any, html_name: str) -> None:
        """Tell the page which keys were sent, here and in other rows."""
        if self.offers is not None:
            self.offers.expect_sent(self.queryset.model, data, html_name)

    def expect_stored(self) -> None:
        """Tell the page that what is stored will be looked for among the choices."""
        # Most are in a select that has all, which takes a query of its own.
        if self.is_offered and self.stored and self.max_choices is None:
            self.offers.expect_among(self.queryset)

    @property
    def is_offered(self) -> bool:
        """Tell whether the page knows documents by what this field holds of them."""
        if self.offers is None:
            # Of a project's own form; its queryset may come later.
            return False
        return self.to_field_name in {None, "pk", self.queryset.model._meta.pk.name}

    @property
    def stored(self) -> dict[str, Any]:
        return vars(self).get("_stored", {})

    def keep_stored_value(self, value: Any) -> None:
        """Remember what is stored, whatever it is."""
        if value is None:
            self._offer_nothing()
            return
        members = self.members_of(value)
        self._members = [self.stored_text(item) for item in members]
        self._stored = dict(zip(self._members, members, strict=True))

    def stored_text(self, reference: Any) -> str:
        """Return what the form sends for a reference that is stored."""
        return text_for(self.key_of(reference))

    def key_of(self, reference: Any) -> Any:
        return key_of(self.queryset.model, reference)

    def stored_as(self, stored: Any) -> str:
        """Return what is odd about a reference, as BSON holds it, or ""."""
        place = foreign_place(self.queryset.model, stored)
        if place:
            return _("leads to %(place)s") % {"place": place}
        key = self.key_of(stored)
        is_found = self.document_for(text_for(key)) is not None
        if is_found or not self.may_tell:
            return ""
        if isinstance(key, Key):
            return type_name(key.value)
        is_said = isinstance(self.widget, forms.Select)
        return "" if is_said else _("leads to no document")

    def text_of_stored(self, stored: Any) -> Any:
        """Return what a conflict tells of a value of BSON's, or of an absent one."""
        if stored is MISSING or stored in (None, "") or isinstance(stored, Promise):
            return stored
        texts = [self.stored_text(each) for each in self.members_of(stored)]
        labels = [self.text_with_label(text) for text in texts[:MAX_LABELS]]
        return ", ".join([*labels, *(["…"] if len(texts) > MAX_LABELS else [])])

    def text_with_label(self, text: str) -> str:
        if not self.may_tell:
            return text
        document = self.document_for(text)
        if document is None:
            return str(self._label_of_stored(text))
        return f"{self.label_from_instance(document)} ({text})"

    def _offer_nothing(self) -> None:
        """Do what an absent value needs: here nothing."""

    def members_of(self, value: Any) -> list:
        """Return the references in a stored value."""
        return [value]

    def get_limit_choices_to(self):
        """Return nothing: Django's form would limit with SQL's EXISTS."""
        return {}

    def apply_limit_choices_to(self) -> None:
        """Limit the choices as the reference's ``limit_choices_to`` says."""
        limit = super().get_limit_choices_to()
        if limit:
            self.queryset = self.queryset.complex_filter(limit)

    @cached_property
    def dangling_choices(self) -> list[tuple[str, str]]:
        """The stored references to what is no choice, or no document, as choices."""
        return [
            (text, self._label_of_stored(text))
            for text in self.stored
            if not self.find(text)
        ]

    def label_of(self, text: str) -> str:
        """Return what is shown for a stored reference."""
        return self._label_of_stored(text)

    def _label_of_stored(self, text: str) -> str:
        document = self.document_for(text)
        if document is not None:
            return self.label_from_instance(document)
        words = NOTHING.get(text, text)
        return _("Not found: %(id)s") % {"id": words}

    def document_for(self, text: str) -> Any:
        """Return the document with that key, whether it is a choice or not, or None."""
        found = vars(self).setdefault("_found", {})
        if text not in found:
            found[text] = self.find(text) or self._find_anywhere(text)
        return found[text]

    def _find_anywhere(self, text: str) -> Any:
        among = self.everything
        if among is None:
            among = self.queryset.model._default_manager
        return self.find(text, among)

    def __deepcopy__(self, memo):
        """Copy as ModelChoiceField (5.2), which copies the queryset twice."""
        result = super(forms.ChoiceField, self).__deepcopy__(memo)
        if self.queryset is not None:
            result.queryset = self.queryset
        vars(result).pop("dangling_choices", None)
        vars(result).pop("_found", None)
        return result

    def find(self, text: str, queryset: Any = None) -> Any:
        """Return the document with that key, or None for any other text.

        It is looked for among the choices, unless in another ``queryset``.
        """
        among = self.queryset if queryset is None else queryset
        if not self.is_offered:
            return find_document(among, text, self.to_field_name or "pk")
        if self.max_choices is not None:
            # Most are in the select, which takes a query anyway.
            self.offers.choices(self.queryset, self.max_choices)
        return self.offers.find(among, text)

    def resolve(self, text: str) -> Any:
        """Return the document that was chosen, or the stored reference that was kept.

        Raise ValidationError for anything else.
        """
        if text in self.stored:
            return self.stored[text]
        document = self.find(text)
        if document is None:
            code = self.code_for(text)
            params = {"value": text, "pk": text}
            raise ValidationError(self.error_messages[code], code=code, params=params)
        return document

    def code_for(self, text: str) -> str:
        """Return which message tells that ``text`` is no choice.

        Raise ValidationError where Django's queryset does: for what is no UUID.
        """
        try:
            self.queryset.model._meta.pk.to_python(text)
        except ValidationError:
            if isinstance(self.queryset.model._meta.pk, models.UUIDField):
                raise
            return self.invalid_key_code
        return "invalid_choice"


class DocumentChoiceField(StoredReferences, forms.ModelChoiceField):
    """One reference, chosen from a queryset of Documents."""

    def _offer_nothing(self) -> None:
        """Add an empty choice: without one a browser selects, and sends, the first."""
        if isinstance(self.widget, forms.Select) and self.empty_label is None:
            self.empty_label = BLANK_CHOICE_DASH[0][1]
            self.widget.choices = self.choices

    def to_python(self, value):
        return None if value in self.empty_values else self.resolve(text_for(value))

    def prepare_value(self, value):
        is_text = value is None or isinstance(value, Typed)
        return value if is_text else text_for(value)

    def validate(self, value):
        return forms.Field.validate(self, value)

    def has_changed(self, initial, data):
        return not self.disabled and text_for(initial) != text_for(data or "")


class DocumentMultipleChoiceField(StoredReferences, forms.ModelMultipleChoiceField):
    """A list of references. Order is kept, and so are members that lead nowhere.

    Cleans to a list: the stored members that are still chosen, in their stored
    order, then the new ones in the order submitted.
    """

    invalid_key_code = "invalid_pk_value"
    # Without Django's word on how to choose several in a select.
    help_text_of_many: Any = None
    # The order of a SortedListField is not the person's.
    is_sorted = False

    def get_bound_field(self, form, field_name):
        bound = super().get_bound_field(form, field_name)
        if self.help_text_of_many is not None:
            # Whether it is a select is known when the page is made.
            bound.help_text = lazy(self._help_text, str)()
        return bound

    def _help_text(self):
        return str(self.help_text if self.are_few else self.help_text_of_many)

    def members_of(self, value):
        if not isinstance(value, list | tuple):
            return [value]
        # A list of mongoengine's own would fetch what its members refer to.
        return [*list.__iter__(value)] if isinstance(value, list) else [*value]

    def stored_as(self, stored):
        """Return what a list is that is none; its members say so in their labels."""
        return "" if isinstance(stored, list) else type_name(stored)

    @property
    def members(self) -> list[str]:
        """What the form sends for each stored member, in their order."""
        return vars(self).get("_members", [])

    @property
    def can_be_ordered(self) -> bool:
        """Tell whether the page offers to put the stored members into another order."""
        is_able = not self.disabled and not self.is_sorted
        return is_able and 1 < len(self.members) <= MAX_ORDERED

    def clean(self, value):
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")
        if not value:
            return []
        if not isinstance(value, list | tuple):
            raise ValidationError(
                self.error_messages["invalid_list"], code="invalid_list"
            )
        return [self.resolve(text) for text in self._sequence(value)]

    def _sequence(self, value) -> list[str]:
        """Return the texts of the members that the list shall have, in their order."""
        texts, members = [text_for(item) for item in value], self.members
        if getattr(value, "is_sequence", False):
            return _without_new_doubles(texts, members)
        chosen = {*texts}
        kept = [n for n, text in enumerate(members) if text in chosen]
        places = getattr(value, "places", {})
        if not self.is_sorted:
            kept.sort(key=lambda number: places.get(number, number + 1))
        added = dict.fromkeys(text for text in texts if text not in self.stored)
        return [*(members[number] for number in kept), *added]

    def prepare_value(self, value):
        if isinstance(value, list | tuple):
            texts = [text_for(item) for item in value]
            return Chosen(texts, getattr(value, "places", None))
        return super().prepare_value(value)

    def has_changed(self, initial, data):
        if self.disabled:
            return False
        before = {text_for(item) for item in initial or ()}
        if before != {text_for(item) for item in data or ()}:
            return True
        return bool(self.members) and self._sequence(data or ()) != self.members


def _without_new_doubles(texts: list[str], members: list[str]) -> list[str]:
    """Return the texts, each as often as it was stored, or once."""
    stored = Counter(members)
    left = {text: max(1, stored[text]) for text in texts}
    found = []
    for text in texts:
        if left[text]:
            left[text] -= 1
            found.append(text)
    return found
