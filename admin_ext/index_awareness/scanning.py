"""A search or a filter that reads all of a large collection says so, and what helps."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from admin_ext.counting import About, is_same
from admin_ext.exceptions import TooManyMatches, UnsupportedLookup
from admin_ext.indexes import MAX_AGE, has_index, index_line, index_on, size_of
from admin_ext.lookups import TEXT_FIELDS, Path, q_for_lookup, resolve
from admin_ext.notices import Notice
from admin_ext.plans import compared, wanted_index, would_scan
from admin_ext.policies.queries import is_limited
from admin_ext.references.access import Access
from admin_ext.replicas import as_read
from admin_ext.search import PREFIXES, path_for, words_of
from admin_ext.textindex import is_indexed
from admin_ext.values_as_text import is_convertible

from .sorting import KEY, sort_of

# The lookups of texts that an index on the path serves; the others read every text.
LOOKED_UP = {"exact", "iexact", "startswith", "istartswith", "in"}


@dataclass(frozen=True)
class Searched:
    """An entry of ``search_fields``, and where it leads.

    ``document``: the Document whose collection is asked, ``path``: in it.
    """

    entry: str
    document: Any
    path: Path

    @classmethod
    def of(cls, document: Any, entry: str) -> "Searched":
        """Raise UnsupportedLookup for what cannot be looked up."""
        path = resolve(document, path_for(document, entry))
        while path.joins:
            document, path = path.target, resolve(path.target, path.rest)
        return cls(str(entry), document, path)

    @property
    def kind(self) -> Any:
        """The kind of index that serves it: 1, or "text"; None where none does."""
        field, lookup = self.path.fields[-1], self.path.lookup
        if lookup == "search":
            return "text"
        if is_convertible(field):
            return 1 if lookup == "iexact" else None
        is_text = field is None or isinstance(field, TEXT_FIELDS)
        return 1 if not is_text or lookup in LOOKED_UP else None

    @property
    def is_beginning(self) -> bool:
        """Whether an index has to find a beginning, and not the whole value."""
        field = self.path.fields[-1]
        is_text = field is None or isinstance(field, TEXT_FIELDS)
        return is_text and self.path.lookup in LOOKED_UP - {"exact", "in"}

    @property
    def is_served(self) -> bool:
        stored = self.path.stored
        if self.kind == "text":
            return is_indexed(self.document, stored, max_age=MAX_AGE)
        collection = _collection_of(self.document)
        return bool(self.kind and index_on(collection, stored, max_age=MAX_AGE))

    @property
    def instead(self) -> "Searched":
        """The same with the prefix by which an index can serve it."""
        if self.kind is not None:
            return self
        field = self.path.field
        long = "@" if isinstance(field, models.TextField) else "^"
        prefix = "=" if is_convertible(field) else long
        path = replace(self.path, lookup=PREFIXES[prefix])
        name = self.entry.removesuffix(f"{LOOKUP_SEP}{self.path.lookup}")
        return Searched(f"{prefix}{name}", self.document, path)


def scan_notice(cl: Any, queryset: Any) -> Notice | None:
    """Return what the list says of a search or filter that no index serves, if any.

    Only of large collections, and of what the planner has told.
    """
    searched = [*_searched(cl)]
    read = [*_read_by_search(cl.query, searched)]
    if would_scan(queryset):
        read.insert(0, cl.model)
    if not read:
        return None
    unserved = [each for each in searched if not each.is_served]
    access = Access(cl.model_admin.admin_site, cl.request)

    def may_know(document: Any) -> bool:
        """Tell whether how many there are, and which index helps, may be told."""
        limited = is_limited(cl.model_admin, cl.request, document)
        return access.may_view(document) and not limited

    sizes = [_size(each, is_told=may_know(each)) for each in read]
    names = {"names": get_text_list(sizes, _("and"))}
    if is_same(queryset, cl.root_queryset):
        # The condition is the admin's own, such as the one on the class.
        text = _("This list may read %(names)s, as no index serves its condition.")
    elif not unserved:
        text = _("This filter may read %(names)s, as no index serves it.")
    elif any(each.kind is None for each in unserved):
        text = _(
            "This search may read %(names)s, as no index finds a word in the middle of "
            "a text or number."
        )
    else:
        text = _("This search may read %(names)s, as no index serves it.")
    lines = []
    if all(may_know(each.document) for each in searched):
        lines = [*_lines_for_search(cl.model, searched)]
    if cl.model in read and may_know(cl.model):
        # In the order that was asked for, though it may be another now.
        lines = [*_lines_for_filter(cl.order.queryset), *lines]
    return Notice(text % names, lines=tuple(dict.fromkeys(lines)))


def _searched(cl) -> Iterator[Searched]:
    for entry in (cl.search_fields or ()) if cl.query else ():
        with suppress(UnsupportedLookup):
            yield Searched.of(cl.model, entry)


def _read_by_search(term: str, searched: list[Searched]) -> Iterator[type]:
    """Yield the Documents behind references whose collections a search reads first."""
    read = set()
    for each in searched:
        is_behind = LOOKUP_SEP in each.entry and each.document not in read
        if is_behind and not each.is_served and _would_scan(each, words_of(term)):
            read.add(each.document)
            yield each.document


def _would_scan(searched: Searched, words: list[str]) -> bool:
    document, path = searched.document, searched.path
    name = LOOKUP_SEP.join((*path.names, path.lookup))
    try:
        condition = q_for_lookup(document, name, words[0] if words else "")
        return would_scan(document._default_manager.filter(condition))
    except (ValidationError, UnsupportedLookup, TooManyMatches):
        return False


def _collection_of(document: Any) -> Any:
    """Return the collection as the list is read, from whichever servers."""
    return as_read(document, document._get_collection())


def _size(document: Any, *, is_told: bool) -> str:
    """Return how many documents there are, as far as the person may know."""
    if not is_told:
        return str(document._meta.verbose_name_plural)
    return _("%(count)s %(name)s") % {
        "count": About(size_of(_collection_of(document), max_age=MAX_AGE)),
        "name": document._meta.verbose_name_plural,
    }


def _lines_for_filter(queryset) -> Iterator[str]:
    """Yield the line of the index that finds what all results have, if there is any."""
    if [*compared(queryset._query)]:
        sort = [each for each in sort_of(queryset) if each[0] != KEY]
        keys = wanted_index(queryset._query, sort)
        if not has_index(queryset._collection, keys, max_age=MAX_AGE):
            yield index_line(queryset.model, keys)


def _lines_for_search(document, searched: list[Searched]) -> Iterator[str]:
    """Yield what would let indexes serve every field that is searched.

    One without an index is enough to have all documents read.
    """
    instead = [each.instead for each in searched]
    if instead != searched:
        yield f"search_fields = {json.dumps([each.entry for each in instead])}"
    texts: dict[Any, list[tuple[str, str]]] = {}
    for each in instead:
        if each.is_served:
            continue
        if each.kind == "text":
            texts.setdefault(each.document, []).append((each.path.stored, "text"))
        else:
            yield _line(document, each.document, [(each.path.stored, 1)])
    for owner, keys in texts.items():
        yield _line(document, owner, keys)


def _line(document, owner, keys) -> str:
    line = index_line(owner, keys)
    return line if owner is document else f"{line}  # {owner.__name__}"
