"""The search of the list and of autocomplete: search_fields and words → query."""

import operator
from collections.abc import Iterable
from functools import reduce
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.utils.text import smart_split, unescape_string_literal
from mongoengine import Q

from . import textindex
from .exceptions import TooManyMatches, UnsupportedLookup
from .fields import ObjectIdField
from .keys import pasted, unmistakable
from .lookups import NOTHING, q_for_lookup, resolve
from .memory import remembered, remembering
from .references.texts import text_fields
from .visibility import visible, whose

PREFIXES = {"^": "istartswith", "=": "iexact", "@": "search"}


def path_for(document: Any, search_field: str) -> str:
    """Return the lookup path that an entry of ``search_fields`` stands for.

    Raise UnsupportedLookup for what cannot be looked up.
    """
    name = str(search_field)
    if name[:1] in PREFIXES:
        name = f"{name[1:]}{LOOKUP_SEP}{PREFIXES[name[0]]}"
    found = resolve(document, name)
    has_lookup = len(found.names) < len(name.split(LOOKUP_SEP))
    return name if has_lookup else f"{name}{LOOKUP_SEP}icontains"


def default_fields(document: Any) -> tuple[str, ...]:
    """Return the fields by which documents are found where nobody named any.

    The texts that ``__str__`` shows: what a person sees is what a person types.
    """
    names = text_fields(document) or ()
    return tuple(
        field.name
        for field in document._meta.fields
        if field.name in names and _is_typed(field)
    )


def _is_typed(field) -> bool:
    is_text = isinstance(field, models.CharField | models.TextField)
    return is_text and field.editable and not field.choices


def words_of(term: str) -> list[str]:
    """Return the words and quoted phrases of ``term``, each once.

    Follows ModelAdmin.get_search_results (5.2).
    """
    words = []
    for word in smart_split(term):
        if word.startswith(('"', "'")) and word[0] == word[-1]:
            word = unescape_string_literal(word)
        words.append(word)
    return [word for word in dict.fromkeys(words) if word]


def search(queryset: Any, search_fields: Iterable[str], term: str) -> Any:
    """Return the documents of ``queryset`` that hold every word in some field.

    The key of a document finds it, whether or not ``search_fields`` names it.
    Raise TooManyMatches when another collection, or a text index beside other
    fields, matches more than a query can carry.
    """
    words = words_of(term)
    if not search_fields or not words:
        return queryset
    with remembering():
        return _search(queryset, search_fields, words, term)


def search_by_key(queryset: Any, term: str) -> Any:
    """Return the document whose key is ``term``, or none: no field can be searched."""
    key = key_condition(queryset.model, term.strip())
    return queryset.filter(key) if key else queryset.none()


def _search(queryset, search_fields, words, term):
    document = queryset._document
    term = pasted(term) if unmistakable(term) else term.strip()
    key = key_condition(document, term)
    if key and _is_unmistakable(document) and _exists(document, key):
        return queryset.filter(key)
    paths = [path_for(document, field) for field in search_fields]
    if _is_text_only(document, paths) and not textindex.has_text(queryset._query):
        condition = Q(__raw__=textindex.text_query(words))
    else:
        condition = all_words(document, paths, words)
    return queryset.filter(condition | key if key else condition)


def all_words(document: Any, paths: Iterable[str], words: Iterable[str]) -> Q:
    """Return the condition that each word is in some field. Raise TooManyMatches."""
    return reduce(operator.and_, (_any(document, paths, word) for word in words))


def key_condition(document: Any, term: str) -> Q | None:
    """Return the condition that ``term`` is the key, or None when it can be none."""
    try:
        return q_for_lookup(document, "pk", term)
    except (ValidationError, UnsupportedLookup):
        return None


def _is_unmistakable(document) -> bool:
    """Tell whether who pastes a key means just that document.

    A number may be meant for a text or another number.
    """
    return isinstance(document._meta.pk, ObjectIdField | models.UUIDField)


def _exists(document, key) -> bool:
    query = key.to_query(document)
    return remembered(
        (whose(), "exists", document, str(query)),
        lambda: visible(document).filter(key).exists(),
    )


def _is_text_only(document, paths) -> bool:
    """Tell whether all of ``paths`` are answered by the text index of ``document``."""
    found = [resolve(document, path) for path in paths]
    return all(
        path.lookup == "search"
        and not path.joins
        and textindex.is_indexed(document, path.stored)
        for path in found
    )


def _any(document, paths, word) -> Q:
    return reduce(operator.or_, (_one(document, path, word) for path in paths))


def _one(document, path, word) -> Q:
    """Return the condition of one word in one field; a word may not suit the field."""
    try:
        return q_for_lookup(document, path, word)
    except TooManyMatches:
        raise
    except ValidationError:
        return Q(**NOTHING)
