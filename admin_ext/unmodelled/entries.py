"""The lines of the lists of collections, on the index page and on a page of all."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from bson.codec_options import CodecOptions
from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.translation import gettext as _

from admin_ext.counting import About
from admin_ext.ejson import CODEC
from admin_ext.keys import MAX_IN_URL, undeclared_text

from .commands import command_for
from .databases import Declared, databases
from .listing import (
    Collection,
    can_be_asked,
    collections_of,
    named,
    sizes_of,
    without_chunks,
)

# Views are of views of views, no deeper:
# https://www.mongodb.com/docs/manual/reference/limits/#std-label-views-depth
MAX_DEPTH = 20

# So many are told of on the index page, and on each page of the list of all.
MAX_ON_INDEX, MAX_LISTED = 25, 200


# One text of broken UTF-8 does not hide the others.
LENIENT: CodecOptions = CODEC.with_options(unicode_decode_error_handler="replace")


@dataclass
class Entry:
    """A collection, and what stands for it in the admin.

    ``documents``: its own; ``sources``: those of the collections that a view shows.
    ``count``: None where it is not known. ``url``: "" where no page can be asked for.
    """

    alias: str
    database: Any
    described: Collection
    documents: tuple[type, ...] = ()
    sources: tuple[type, ...] = ()
    is_shown: bool = False
    count: About | None = None
    url: str = ""

    @property
    def collection(self) -> Any:
        """The pymongo Collection, which decodes whatever is stored."""
        return self.database.get_collection(self.described.name, codec_options=LENIENT)

    @property
    def database_name(self) -> str:
        """To a template the Database itself would be one of its collections."""
        return self.database.name

    @property
    def command(self) -> str:
        return command_for(self.alias, self.described)

    @property
    def names(self) -> str:
        """The names of its Documents."""
        return ", ".join(each.__name__ for each in self.documents)


@dataclass(frozen=True)
class Entries:
    """Those of all databases, and sentences about databases that tell nothing.

    ``has_several``: whether there is more than one database to tell apart.
    """

    entries: list[Entry]
    notes: list[str]
    has_several: bool = False


def all_entries(admin_site: Any) -> Entries:
    """Return every collection, system collections and those with a Document too.

    None is counted. Never raise.
    """
    declared, entries, notes = Declared(admin_site), [], []
    found, silent = databases(admin_site), set()
    for alias, database in found.items():
        if database is None:
            notes.append(_about(alias, _("Its connection cannot be used.")))
            continue
        if database.client in silent:
            # It was waited for already.
            continue
        listing = collections_of(database)
        if listing.is_silent:
            silent.add(database.client)
        if listing.error:
            notes.append(_about(alias, listing.error))
        entries += [
            Entry(
                alias,
                database,
                each,
                tuple(declared.at((database, each.name))),
                is_shown=declared.is_shown((database, each.name)),
                url=url_of(admin_site, alias, database, each.name),
            )
            for each in without_chunks(listing.collections)
        ]
    return Entries(entries, notes, len(found) > 1)


def _about(alias: str, sentence: str) -> str:
    text = _("The collections of the database “%(alias)s” could not be listed.")
    return f"{text % {'alias': alias}} {sentence}"


def url_of(admin_site: Any, alias: str, database: Any, name: str) -> str:
    """Return the address of a collection's page, or "" where it can have none."""
    if not can_be_asked(database, name):
        return ""
    arguments = [quote(alias), quote(name)]
    return reverse("admin:collection", args=arguments, current_app=admin_site.name)


def document_url(admin_site: Any, entry: Entry, key: Any) -> str:
    """Return the address of a document's page, or "" where it can have none."""
    text = quote(undeclared_text(key))
    if len(text) > MAX_IN_URL:
        return ""
    arguments = [quote(entry.alias), quote(entry.described.name), text]
    return reverse(
        "admin:collection_document", args=arguments, current_app=admin_site.name
    )


def one_entry(admin_site: Any, alias: str, name: str) -> Entry | None:
    """Return what is known of a collection; None where there is none of that name.

    Raise what the driver raises.
    """
    database = databases(admin_site).get(alias)
    described = None if database is None else named(database, name)
    if described is None:
        return None
    place, declared = (database, name), Declared(admin_site)
    sources = [*_sources(database, described)]
    return Entry(
        alias,
        database,
        described,
        tuple(declared.at(place)),
        tuple(chain.from_iterable(declared.at((database, each)) for each in sources)),
        declared.is_shown(place),
        url=url_of(admin_site, alias, database, name),
    )


def _sources(database: Any, described: Collection) -> Iterator[str]:
    """Yield the names of what a view shows, which may be views again."""
    known: dict[str, Collection] = {}
    for _depth in range(MAX_DEPTH):
        if not described.source:
            return
        yield described.source
        known = known or {
            each.name: each for each in collections_of(database).collections
        }
        described = known.get(described.source, Collection(""))


def without_document(entries: Iterable[Entry]) -> list[Entry]:
    """Return those for which nothing in the admin stands, but MongoDB's own."""
    return [each for each in entries if not (each.is_shown or each.described.is_system)]


def counted(entries: Iterable[Entry]) -> list[Entry]:
    """Return these with the numbers of their documents. Never raise."""
    entries = [*entries]
    for database in {id(each.database): each.database for each in entries}.values():
        own = [each for each in entries if each.database is database]
        names = [each.described.name for each in own if each.described.is_counted]
        sizes = sizes_of(database, names)
        for each in own:
            size = sizes.get(each.described.name)
            each.count = None if size is None else About(size)
    return entries
