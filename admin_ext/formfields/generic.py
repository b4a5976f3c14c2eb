"""A reference to a document of any of several classes: its class, then its key."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bson import SON, DBRef, ObjectId
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from mongoengine import Document

from admin_ext.changesets import MISSING
from admin_ext.compat import all_document_classes
from admin_ext.conflicts import value_text
from admin_ext.ejson import JSON_ERRORS, extended_json
from admin_ext.hydration import named_class
from admin_ext.keys import foreign_place, key_of, stored_key
from admin_ext.marks import type_name
from admin_ext.untouched import NEWLINES
from admin_ext.widgets import AS_STORED, ChosenReference, GenericReferenceWidget

from .offers import Offers, find_document, text_for


class Access:
    """What a form may tell, and offer, of the documents that a reference leads to.

    Outside of an admin site that is everything.
    """

    def documents(self) -> list[type]:
        """Return the classes to choose from where the Document names none."""
        return [
            each
            for each in all_document_classes()
            if issubclass(each, Document) and not each._meta.get("abstract")
        ]

    def is_hidden(self, document: type) -> bool:
        """Tell whether the person must not choose documents of this class."""
        return False

    def may_view(self, document: type) -> bool:
        """Tell whether the person may read the names of such documents."""
        return True

    def queryset(self, document: type) -> Any:
        """Return the documents to choose from."""
        return document._default_manager.all()

    def lookup_url(self, document: type) -> str:
        """Return the list in which to look a document up, or ""."""
        return ""

    def change_url(self, found: Any) -> str:
        """Return the page of a document, or ""."""
        return ""


@dataclass
class Reference:
    """A stored generic reference as a form shows it.

    ``chosen``: what its inputs hold. ``target``: its class, None for none that is
    known. ``odd``: what is odd about it, in a word.
    """

    chosen: ChosenReference
    target: type | None = None
    odd: str = ""


class GenericReferenceField(forms.Field):
    """A class of documents and the key of one. Cleans to the document, or to None.

    ``names``: those of the classes that the Document allows, none for all. ``present``
    gives a class its ``_meta``. What the Document would refuse, a document of a
    subclass that is not allowed, is the reference to it: ``{_cls: …, _ref: DBRef}``.
    """

    widget = GenericReferenceWidget
    access = Access()
    offers: Offers | None = None
    is_kept = False
    default_error_messages = {
        **forms.ChoiceField.default_error_messages,
        "type": _("Choose of which kind the document is."),
        "missing": _("Enter the ID of the document, or choose no kind."),
        "not_found": _("%(name)s with ID “%(key)s” doesn’t exist."),
    }

    def __init__(self, *, names=(), present: Callable, **kwargs):
        self.names, self.present = names, present
        super().__init__(**kwargs)

    def get_bound_field(self, form, field_name):
        types = [
            (
                name,
                capfirst(document._meta.verbose_name),
                self.access.lookup_url(document),
            )
            for name, document in self.offered.items()
        ]
        stored = getattr(self, "stored", None)
        if stored and stored.chosen.type not in {"", *self.offered}:
            types.append((stored.chosen.type, self._name_of_type(stored), ""))
        self.widget.types = types
        return super().get_bound_field(form, field_name)

    @property
    def offered(self) -> dict[str, type]:
        """The classes to choose from: {name: Document}."""
        if self.names:
            documents = filter(_is_document, map(named_class, self.names))
        else:
            documents = self.access.documents()
        return {
            each._class_name: self.present(each)
            for each in documents
            if not self.access.is_hidden(each)
        }

    def _name_of_type(self, reference: Reference) -> Any:
        if reference.target is not None:
            return capfirst(reference.target._meta.verbose_name)
        is_typed = reference.chosen.type != AS_STORED
        return reference.chosen.type if is_typed else _("(as it is stored)")

    # What is stored

    def keep_stored_value(self, value: Any) -> None:
        """Remember what is stored, whatever it is: left alone it stays."""
        self.is_kept = True
        self.stored = self.read(value)
        self._value = value
        self.widget.tell = self.tell

    def read(self, value: Any) -> Reference:
        """Return what the inputs show for a value of BSON's."""
        if value is None or value is MISSING:
            return Reference(ChosenReference("", ""))
        name = value.get("_cls") if isinstance(value, dict) else None
        if not isinstance(name, str) or not name or "_ref" not in value:
            return Reference(ChosenReference(AS_STORED, ""), odd=type_name(value))
        target, reference = named_class(name), value["_ref"]
        if not _is_document(target):
            key = getattr(reference, "id", reference)
            text = "" if key is None else _text(key)
            return Reference(ChosenReference(name, text), odd=_("unknown kind"))
        target = self.present(target)
        odd = "" if isinstance(reference, DBRef) else type_name(reference)
        place = foreign_place(target, reference)
        if place:
            odd = _("leads to %(place)s") % {"place": place}
        text = text_for(key_of(target, reference))
        return Reference(ChosenReference(name, text), target, odd)

    def document_for(self, reference: Reference) -> Any:
        """Return the document that a stored reference leads to, or None.

        None also where the person may not know.
        """
        target = reference.target
        if target is None or not self.access.may_view(target):
            return None
        return self._find(target, reference.chosen.key)

    def _find(self, target, key):
        queryset = self.access.queryset(target)
        if self.offers is None:
            return find_document(queryset, key)
        return self.offers.find(queryset, key)

    def tell(self, chosen: ChosenReference) -> dict[str, Any]:
        """Return what stands beside the inputs while they hold what is stored."""
        if chosen != self.stored.chosen:
            return {}
        if chosen.type == AS_STORED:
            return {"text": value_text(self._value), "is_odd": True}
        found = self.document_for(self.stored)
        if found is None:
            return {}
        return {"text": str(found), "url": self.access.change_url(found)}

    def stored_as(self, stored: Any) -> str:
        """Return what is odd about a value of BSON's, or ""."""
        reference = self.read(stored)
        if reference.odd:
            return reference.odd
        if not self.access.may_view(reference.target):
            return ""
        found = self.document_for(reference)
        return "" if found is not None else _("leads to no document")

    def text_of_stored(self, stored: Any) -> Any:
        """Return what a conflict tells of a value of BSON's, or of an absent one."""
        if stored is MISSING or stored in (None, "") or isinstance(stored, Promise):
            return stored
        reference = self.read(stored)
        if reference.chosen.type == AS_STORED:
            return stored
        found = self.document_for(reference)
        texts = (self._name_of_type(reference), found, f"({reference.chosen.key})")
        return " ".join(str(text) for text in texts if text is not None)

    def prepare_value(self, value):
        if isinstance(value, ChosenReference):
            return value
        if isinstance(value, Document):
            key = text_for(key_of(type(value), value))
            return ChosenReference(value._class_name, key)
        if isinstance(value, str) and not self.is_kept:
            # From the query string of the page that adds a document.
            return ChosenReference(*value.partition(",")[::2])
        return self.read(value).chosen

    # What was sent

    def expect_sent(self, data: Any, html_name: str) -> None:
        """Tell the page which keys were sent, here and in other rows."""
        if self.offers is None:
            return
        offered = self.offered
        for name in self.offers.names_like(data, f"{html_name}_1"):
            target = offered.get(data.get(f"{name[:-1]}0"))
            if target is not None and isinstance(data[name], str):
                self.offers.expect(target, [data[name].strip()])

    def _clean_bound_field(self, bf):
        if self.is_kept and (not bf._has_changed() or bf.is_put_back):
            return bf.initial
        return super()._clean_bound_field(bf)

    def has_changed(self, initial, data):
        if self.disabled:
            return False
        return _stripped(self.prepare_value(initial)) != _stripped(data)

    def to_python(self, value):
        """Return the chosen document. Raise ValidationError for none."""
        name, key = _stripped(value)
        if not name and not key:
            return None
        if not name:
            raise ValidationError(self.error_messages["type"], code="type")
        target = self.offered.get(name)
        if not key:
            # With its type left as it is, a reference is emptied.
            if self.is_kept and name == self.stored.chosen.type:
                return None
            raise ValidationError(self.error_messages["missing"], code="missing")
        if target is None:
            message = self.error_messages["invalid_choice"]
            label = {name: label for name, label, _url in self.widget.types}
            params = {"value": label.get(name, name)}
            raise ValidationError(message, code="invalid_choice", params=params)
        return self._as_allowed(name, self._chosen(target, key))

    def _chosen(self, target, key):
        # Raises ValidationError, in words, for what cannot be a key.
        target._meta.pk.to_python(key)
        found = self._find(target, key)
        if found is None:
            params = {"name": capfirst(target._meta.verbose_name), "key": key}
            message = self.error_messages["not_found"]
            raise ValidationError(message, code="not_found", params=params)
        return found

    def _as_allowed(self, name, found):
        """Return a document; one of a subclass that is not allowed by its reference."""
        is_allowed = not self.names or found._class_name in self.names
        return found if is_allowed else generic_bson(found, name)


def generic_bson(document: Any, name: str = "") -> SON:
    """Return ``{_cls: …, _ref: DBRef}``, with the key of ``document`` as it is stored.

    ``name``: of the class, if it is to be another than the document's own.
    """
    reference = DBRef(document._get_collection_name(), stored_key(document))
    return SON([("_cls", name or document._class_name), ("_ref", reference)])


def _is_document(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, Document)


def _text(key: Any) -> str:
    """Return the text of a key whose field is not known."""
    if isinstance(key, str | ObjectId):
        return str(key)
    try:
        return extended_json(key, indent=None)
    except JSON_ERRORS:
        return repr(key)


def _stripped(value: Any) -> ChosenReference:
    """Return what was sent, or shown, without what a browser makes of it."""
    is_pair = isinstance(value, list | tuple) and len(value) == 2
    name, key = value if is_pair else ("", "")
    return ChosenReference(name or "", NEWLINES.sub("", key or "").strip())
