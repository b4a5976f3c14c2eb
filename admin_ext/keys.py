"""A document's key as text, and back: one spelling for every page.

Django puts a key into URLs, hidden inputs, check boxes and its log, always as text. A
key that its declared field reads back from plain text stays what Django makes of it.
Any other, such as a number among texts or a sub-document, is spelled in Extended JSON:
``{"shop":1,"number":7}``, or in brackets what is no object: ``[5]``, ``["5"]``.
"""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from numbers import Number
from typing import Any
from uuid import UUID

import bson
from bson import DBRef, ObjectId, Regex
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from mongoengine import Document
from mongoengine import fields as me
from mongoengine.base import BaseDocument, LazyReference
from mongoengine.fields import GridFSProxy

from .compat import LOAD_ERRORS, QUERY_ERRORS
from .ejson import CODEC, JSON_ERRORS, extended_json, loads
from .hydration import document_for_son, remember, stored_son

NO_KEY = object()

# A key as the shell and logs print it.
PRINTED = re.compile(
    r"""(?:(?:ObjectId|UUID)\(\s*(["']?)([^"'()]*)\1\s*\)|(["'])(.*)\3)"""
)

# No number and hardly a word: 24 or 32 hexadecimal digits, or these with dashes.
HEXADECIMAL = re.compile(
    r"[0-9a-f]{24}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I
)

# Servers take no longer lines; of a key that has more no page can be asked for.
MAX_IN_URL = 2_000

# A path of a URL with these for a step is another path to every browser.
STEPS = frozenset({"", ".", ".."})


class Key(str):
    """The text of a key whose field would not read it back from plain text.

    ``value`` is the key itself, as BSON holds it. Being text, it goes wherever
    Django puts a key; the key's field takes it for its value in every query.
    """

    value: Any

    def __new__(cls, value):
        text = extended_json(value, indent=None, separators=(",", ":")) or "null"
        key = super().__new__(cls, text if text.startswith("{") else f"[{text}]")
        key.value = value
        return key

    def __getnewargs__(self):
        return (self.value,)


def can_be_key(value: Any) -> bool:
    """Tell whether MongoDB takes ``value`` for an ``_id``, which no operator is.

    https://www.mongodb.com/docs/manual/core/document/#the-_id-field
    """
    if isinstance(value, dict):
        return not any(str(name).startswith("$") for name in value)
    return not isinstance(value, list | tuple | Regex | DBRef)


def same(first: Any, second: Any) -> bool:
    """Tell whether MongoDB takes two keys for one: numbers compare by value."""
    numbers = [
        isinstance(value, Number) and not isinstance(value, bool)
        for value in (first, second)
    ]
    if all(numbers):
        return first == second
    encoded = (
        bson.encode({"_id": value}, codec_options=CODEC) for value in (first, second)
    )
    return next(encoded) == next(encoded)


def own_key(pk: Any) -> Any:
    """Return the field that the values of ``pk`` are of: a reference's is elsewhere."""
    while pk.is_relation:
        pk = pk.remote_field.model._meta.pk
    return pk


def key_for(pk: Any, stored: Any) -> Any:
    """Return what stands for a stored ``_id`` in Django: a plain value, or a Key."""
    pk = own_key(pk)
    field = pk.document_field
    if type(stored) is ObjectId and isinstance(field, me.ObjectIdField):
        return stored
    stored = as_stored(field, stored)
    if stored is None or isinstance(stored, dict | list | datetime):
        # A template would write a date in words.
        return Key(stored)
    try:
        value = field.to_python(stored)
        text = str(value)
        if _is_plain(text) and same(field.to_mongo(_read(pk, text)), stored):
            return value
    except (*QUERY_ERRORS, ValidationError):
        pass
    return Key(stored)


def _is_plain(text: str) -> bool:
    """Tell whether ``text`` survives a form and a URL, and stands for itself."""
    is_lost = text in STEPS or any(character < " " for character in text)
    return not is_lost and _extended(text) is NO_KEY


def as_stored(field: Any, value: Any) -> Any:
    """Return a Document's value of its key as BSON holds it."""
    if isinstance(value, Key):
        return value.value
    if isinstance(value, BaseDocument):
        return value.to_mongo()
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    if is_day or isinstance(value, Decimal | Enum):
        return field.to_mongo(value)
    return value


def _extended(text: str) -> Any:
    """Return the key that ``text`` spells in Extended JSON, or NO_KEY."""
    if not text.startswith(("{", "[")):
        return NO_KEY
    try:
        value = loads(text)
    except JSON_ERRORS:
        return NO_KEY
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else NO_KEY
    return value if value is not NO_KEY and can_be_key(value) else NO_KEY


def id_of(reference: Any) -> Any:
    """Return the key that a stored reference holds, whatever form it has."""
    if isinstance(reference, Document):
        return stored_key(reference)
    if isinstance(reference, LazyReference):
        return reference.pk
    if isinstance(reference, GridFSProxy):
        # Anything else that it is asked, it asks GridFS.
        return reference.grid_id
    return getattr(reference, "id", reference)


def foreign_place(target: Any, reference: Any) -> str:
    """Return where a DBRef leads that does not lead to ``target``, or "".

    The name of the collection, with that of the database when it tells one.
    """
    if not isinstance(reference, DBRef):
        return ""
    own = target._get_collection_name()
    if reference.database and reference.database != target._get_db().name:
        return f"{reference.database}.{reference.collection}"
    # An abstract class has no collection; its references tell one each.
    return "" if own in (None, reference.collection) else reference.collection


def reference_forms(document: Any, key: Any) -> list[Any]:
    """Return the BSON by which a document with that stored key may be referred to.

    Its id, or a DBRef with or without the name of the database: applications store
    either, whatever the Document declares. A key that is a DBRef stands for itself;
    where null is the key, null refers to nothing all the same.
    """
    collection = document._get_collection_name()
    if key is None:
        return []
    if collection is None or isinstance(key, DBRef):
        return [key]
    name = document._get_db().name
    return [key, DBRef(collection, key), DBRef(collection, key, name)]


def can_lead(reference: Any) -> bool:
    """Tell whether a stored reference may be the key of some document."""
    key = id_of(reference)
    return key not in (None, "") and can_be_key(key)


def key_of(target: Any, reference: Any) -> Any:
    """Return the key of a reference to ``target`` in Django, as key_for.

    The empty text, which some applications store for "none", is itself. A DBRef to
    another collection is no key of ``target``, whatever id it has: it stands whole.
    """
    if foreign_place(target, reference):
        return Key(reference)
    key = id_of(reference)
    return key if key is None or key == "" else key_for(target._meta.pk, key)


def to_python(pk: Any, value: Any) -> Any:
    """Return the key that a text, or a value of code's, stands for.

    Takes the place of ``to_python`` of a Document's primary key. Raise Django's
    ValidationError for a text that is no key.
    """
    if value is None or isinstance(value, Key):
        return value
    if isinstance(value, dict | BaseDocument | datetime):
        if can_be_key(value):
            return key_for(pk, value)
        raise ValidationError(f"An operator cannot be looked up in {pk.name}.")
    if not isinstance(value, str):
        return type(pk).to_python(pk, value)
    spelled = _extended(value)
    return _read(pk, value) if spelled is NO_KEY else key_for(pk, spelled)


def pasted(text: str) -> str:
    """Return the key in a text that was copied: ``ObjectId("5f…")``, ``'5f…'``."""
    text = text.strip()
    printed = PRINTED.fullmatch(text)
    return (printed[2] or printed[4] or "").strip() if printed else text


def unmistakable(text: str) -> ObjectId | UUID | None:
    """Return the ObjectId or UUID that a pasted text is; None for any other text."""
    text = pasted(text)
    value = _extended(text)
    if isinstance(value, ObjectId | UUID):
        return value
    if not HEXADECIMAL.fullmatch(text):
        return None
    return ObjectId(text) if len(text) == 24 else UUID(text)


def spellings(pk: Any, text: str) -> list[Any]:
    """Return the keys, as BSON holds them, that a pasted text may stand for.

    ``pk``: the key of a Document. A text, a number, an ObjectId or a UUID may also be
    the key of a document that does not fit its class.
    """
    field = own_key(pk).document_field
    return _spelled(text, lambda variant: as_stored(field, to_python(pk, variant)))


def undeclared_spellings(text: str) -> list[Any]:
    """Return the same where no Document says what keys are."""
    return _spelled(text, undeclared_key)


def _spelled(text: str, read: Callable[[str], Any]) -> list[Any]:
    found, whole, text = [], text.strip(), pasted(text)
    for variant in dict.fromkeys((whole, text, unquote(text))):
        with suppress(ValidationError, *QUERY_ERRORS):
            found.append(read(variant))
    value = unmistakable(text)
    found += [whole, text, value]
    with suppress(ValueError):
        # MongoDB compares numbers of all types by value.
        found.append(int(text))
    return [each for each in found if each is not None and _is_storable(each)]


def _is_storable(key: Any) -> bool:
    try:
        bson.encode({"_id": key}, codec_options=CODEC)
    except (*QUERY_ERRORS, RecursionError):
        return False
    return True


def _read(pk: Any, text: str) -> Any:
    """Return the plain key that ``text`` is."""
    field = own_key(pk).document_field
    try:
        if isinstance(field, me.EmbeddedDocumentField):
            raise ValueError(text)
        value = type(pk).to_python(pk, text)
        if isinstance(value, str) and not isinstance(field, me.StringField):
            value = field.to_python(field.to_mongo(value))
    except QUERY_ERRORS as error:
        raise ValidationError(
            _("“%(value)s” value must be a key."),
            code="invalid",
            params={"value": text},
        ) from error
    return value


def remember_document(document: Any, son: dict[str, Any]) -> Any:
    """Keep with ``document`` what was stored, its key above all; return it.

    mongoengine reads the text "5" as the number and 24 hexadecimal digits as an
    ObjectId: as a key, that would be another document's.
    """
    remember(document, son)
    name = document._meta["id_field"]
    value, stored = document._data.get(name), son.get("_id")
    if isinstance(value, BaseDocument | DBRef) or "_id" not in son:
        return document
    if type(value) is not type(stored) or value != stored:
        document._data[name] = _same_or_stored(document._fields[name], value, stored)
    return document


def _same_or_stored(field: Any, value: Any, stored: Any) -> Any:
    try:
        return value if same(field.to_mongo(value), stored) else stored
    except QUERY_ERRORS:
        return stored


def undeclared_text(stored: Any) -> str:
    """Return the text of a stored ``_id`` of which no Document says what it is.

    An ObjectId and a text are spelled as they are, where that is no other key's text.
    """
    if type(stored) is ObjectId:
        return str(stored)
    # Code is a kind of text to Python.
    is_text = type(stored) is str and _is_plain(stored)
    return stored if is_text and not _is_object_id(stored) else Key(stored)


def undeclared_key(text: str) -> Any:
    """Return the ``_id`` that ``undeclared_text`` made a text of; any text is one."""
    spelled = _extended(text)
    if spelled is not NO_KEY:
        return spelled
    return ObjectId(text) if _is_object_id(text) else text


def _is_object_id(text: str) -> bool:
    return len(text) == 24 and bool(HEXADECIMAL.fullmatch(text))


def split_keys(text: str) -> list[str]:
    """Return the texts of keys that are joined by commas, which JSON has inside too."""
    texts, start = [], 0
    while start <= len(text):
        end = _end_of_json(text, start)
        if end is None or text[end : end + 1] not in ("", ","):
            end = text.find(",", start) % (len(text) + 1)
        texts.append(text[start:end])
        start = end + 1
    return texts


def _end_of_json(text: str, start: int) -> int | None:
    if text[start : start + 1] not in ("{", "["):
        return None
    try:
        return json.JSONDecoder().raw_decode(text, start)[1]
    except ValueError:
        return None


def stored_key(document: Any) -> Any:
    """Return the ``_id`` of ``document`` as BSON holds it, or None."""
    stored = stored_son(document)
    if stored is not None and not is_key_changed(document):
        key = stored.get("_id", NO_KEY)
        if key is not NO_KEY:
            return key
    name = document._meta["id_field"]
    value = document._data.get(name)
    field = document._fields[name]
    return None if value is None else as_stored(field, field.to_mongo(value))


def is_key_changed(document: Any) -> bool:
    """Tell whether a loaded document was given another key, whole or in part."""
    if "_id" in document._changed_fields:
        return True
    value = document._data.get(document._meta["id_field"])
    if type(value) is ObjectId:
        return False
    inside = getattr(value, "_get_changed_fields", None)
    return bool(inside and inside())


def accept_keys(field: Any) -> None:
    """Let a mongoengine key field take a Key for the key that it spells.

    The subclass made here adds that to ``field`` and changes nothing else.
    """
    if isinstance(field, KeyFieldMixin):
        return
    cls = type(field)
    # mongoengine looks for this name among the arguments.
    is_complex = "use_db_field" in cls.to_mongo.__code__.co_varnames
    mixin = ComplexKeyMixin if is_complex else KeyFieldMixin
    field.__class__ = type(cls.__name__, (mixin, cls), {"__module__": cls.__module__})


class KeyFieldMixin:
    """Mixed in before the class of a Document's key field; see accept_keys."""

    def to_mongo(self, value):
        return value.value if isinstance(value, Key) else super().to_mongo(value)

    def to_python(self, value):
        """Leave an odd key as it is stored: mongoengine reads it after each save."""
        try:
            return super().to_python(value)
        except LOAD_ERRORS:
            if isinstance(self, me.EmbeddedDocumentField) and isinstance(value, dict):
                return document_for_son(self.document_type, value)
            return value

    def validate(self, value, *args, **kwargs):
        if not isinstance(value, Key):
            super().validate(value, *args, **kwargs)

    def prepare_query_value(self, op, value):
        if not isinstance(value, Key):
            return super().prepare_query_value(op, value)
        # Bare, a sub-document would be merged with other conditions on the key.
        is_whole = op is None and isinstance(value.value, dict)
        return {"$eq": value.value} if is_whole else value.value


class ComplexKeyMixin(KeyFieldMixin):
    """The same for an embedded document or a dict."""

    def to_mongo(self, value, use_db_field=True, fields=None):
        if isinstance(value, Key):
            return value.value
        return super(KeyFieldMixin, self).to_mongo(value, use_db_field, fields)
