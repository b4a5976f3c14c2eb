"""The documents that the references of one page offer, and lead to: each asked once."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from mongoengine import Document

from admin_ext.compat import QUERY_ERRORS, queryset_key
from admin_ext.keys import key_of, split_keys
from admin_ext.untouched import NEWLINES

# Inputs of such names hold keys too, beside the field's own.
SUFFIXES = ("", "-typed")

# A query takes so many keys.
BATCH = 10_000

# So many are looked up beside something else.
FEW = 100


class Offers:
    """What the references of all forms of a page have asked MongoDB.

    Forms tell beforehand which keys they are going to ask for, so that one query
    answers all fields and rows that refer to the same collection.

    ``page``: takes the documents to choose from by ``add``, so that what their texts
    read of references is fetched together; None where nobody does.
    """

    page: Any = None

    def __init__(self):
        # {queryset_key with its order and bound: its documents, None for too many}
        self._choices: dict[tuple, list | None] = {}
        # {queryset_key: {text: document, None for none}}
        self._found: dict[tuple, dict[str, Any]] = defaultdict(dict)
        # Those of which every document is known.
        self._whole: set[tuple] = set()
        self._expected: dict[type, dict[str, None]] = defaultdict(dict)
        # The querysets among which these are going to be looked for.
        self._among: list[Any] = []
        self._seen: set[str] = set()
        self._options: dict[tuple, list] = {}

    def choices(self, queryset: Any, bound: int | None = None) -> list | None:
        """Return the documents of a queryset, or None when they are over ``bound``."""
        key, ordered = queryset_key(queryset), _ordered(queryset, bound)
        if bound == 0:
            return None
        if ordered not in self._choices:
            found = [*queryset] if bound is None else _up_to(queryset, bound)
            self._choices[ordered] = found
            if found is not None:
                if self.page is not None:
                    self.page.add(found)
                self._whole.add(key)
                self._found[key] = _by_text(found)
        return self._choices[ordered]

    def options(self, queryset: Any, bound: int | None, label: Callable) -> list:
        """Return the choices as (text, label); ``label`` makes one of a document.

        A page of many rows has the same select hundreds of times.
        """
        key = (*_ordered(queryset, bound), getattr(label, "__func__", label))
        if key not in self._options:
            found = self.choices(queryset, bound) or ()
            self._options[key] = [(text_for(each), label(each)) for each in found]
        return self._options[key]

    def expect(self, document: type, texts: Iterable[str]) -> None:
        """Note keys of a class that some field is going to ask for."""
        self._expected[document] |= dict.fromkeys(texts)

    def expect_each(self, references: Iterable[tuple[type, str]]) -> None:
        """Note what some references lead to: (class, text of a key)."""
        for document, text in references:
            self._expected[document][text] = None

    def expect_among(self, queryset: Any) -> None:
        """Note where some field is going to look for the keys that are expected."""
        self._among.append(queryset)

    def join(self, batch: Any) -> Callable[[dict[int, dict]], None]:
        """Have an aggregations.Batch look up what is expected beside its other parts.

        Return what takes its rows. What has no answer is asked for when it is needed.
        """
        asked: dict[tuple, tuple] = {}
        # Each row of an inline has said so.
        among = {queryset_key(each): each for each in self._among}
        self._among = []
        for key, queryset in among.items():
            missing = self._missing(queryset.model, key)
            if key in self._whole or not 0 < len(missing) <= FEW:
                continue
            wanted = _plain_query(queryset, sorted(missing))
            if wanted is not None:
                stages = [{"$match": wanted._query}, EACH]
                asked[key] = batch.add(wanted, stages), wanted, missing

        def take(rows: dict[int, dict]) -> None:
            for key, (index, wanted, missing) in asked.items():
                sons = rows.get(index, {}).get("documents", ())
                found = _by_text(map(wanted.loaded, sons))
                self._found[key] |= dict.fromkeys(missing) | found

        return take

    def _missing(self, document: type, key: tuple) -> set[str]:
        """Return what is expected of a class and not yet known of a queryset."""
        expected = {canonical(document, each) for each in self._expected[document]}
        return expected - {None, *self._found[key]}

    def names_like(self, data: Any, html_name: str) -> list[str]:
        """Return the names of the same input in all rows of what was sent.

        [] when these were asked for already.
        """
        pattern = re.sub(r"\d+", r"\\d+", re.escape(html_name))
        if pattern in self._seen:
            return []
        self._seen.add(pattern)
        return [*filter(re.compile(pattern).fullmatch, data)]

    def expect_sent(self, document: type, data: Any, html_name: str) -> None:
        """Note what was sent for a reference, and for the same in other rows."""
        for suffix in SUFFIXES:
            for name in self.names_like(data, html_name + suffix):
                self.expect(document, _keys_in(data, name))

    def find(self, queryset: Any, text: str) -> Any:
        """Return the document of a queryset with that key, or None."""
        document, key = queryset.model, queryset_key(queryset)
        wanted = canonical(document, text)
        if wanted is None:
            return None
        found = self._found[key]
        if wanted not in found and key not in self._whole:
            missing = {wanted, *self._missing(document, key)}
            found |= dict.fromkeys(missing)
            found |= _fetched(queryset, sorted(missing))
        return found.get(wanted)


def offers_of(request: Any) -> Offers:
    """Return what the forms of a request share."""
    if request is None:
        return Offers()
    if not hasattr(request, "offers"):
        request.offers = Offers()
    return request.offers


def _ordered(queryset: Any, bound: int | None) -> tuple:
    return (*queryset_key(queryset), repr(queryset._ordering), bound)


def _up_to(queryset, bound):
    if hasattr(queryset, "up_to"):
        return queryset.up_to(bound)
    found = [*islice(queryset, bound + 1)]
    return found if len(found) <= bound else None


def _keys_in(data: Any, name: str) -> set[str]:
    """Return the texts that may be keys in what was sent under a name."""
    sent = data.getlist(name) if hasattr(data, "getlist") else [data[name]]
    texts = [text for text in sent if isinstance(text, str)]
    return {part.strip() for text in texts for part in (text, *split_keys(text))}


# Not all in one row, which may be no larger than a document.
EACH = {"$project": {"_id": 0, "documents": ["$$ROOT"]}}


def _plain_query(queryset: Any, texts: list[str]) -> Any:
    """Return the queryset of those keys, None where it asks for more than a query."""
    is_plain = not getattr(queryset, "is_more_than_a_query", True)
    if not is_plain or queryset._projection or queryset._collation:
        return None
    try:
        return queryset.filter(pk__in=texts)
    except (*QUERY_ERRORS, ValidationError):
        return None


def _by_text(documents: Iterable[Any]) -> dict[str, Any]:
    return {text_for(each): each for each in documents}


def _fetched(queryset: Any, texts: list[str]) -> dict[str, Any]:
    """Return {text: document} of those of these keys that exist."""
    found: dict[str, Any] = {}
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        try:
            documents = [*queryset.filter(pk__in=batch)]
        except (*QUERY_ERRORS, ValidationError):
            # One of them is a key that no query can hold.
            each_one = (find_document(queryset, text) for text in batch)
            documents = [each for each in each_one if each is not None]
        found |= _by_text(documents)
    return found


def canonical(document: type, text: str) -> str | None:
    """Return a key's text as its documents have it, or None for what can be no key."""
    try:
        text.encode()
        key = document._meta.pk.to_python(text) if text else None
    except (*QUERY_ERRORS, ValidationError):
        return None
    is_too_large = isinstance(key, int) and key.bit_length() > 63
    return None if key is None or is_too_large else text_for(key)


def find_document(queryset: Any, text: str, name: str = "pk") -> Any:
    """Return the document whose field ``name`` has that text, or None."""
    if not text:
        return None
    try:
        return queryset.get(**{name: text})
    except (*QUERY_ERRORS, ValidationError, queryset.model.DoesNotExist):
        return None


def text_for(reference: Any) -> str:
    """Return what a form sends for a document, or for its key."""
    if isinstance(reference, Document):
        reference = key_of(type(reference), reference)
    return "" if reference is None else NEWLINES.sub("\n", str(reference))
