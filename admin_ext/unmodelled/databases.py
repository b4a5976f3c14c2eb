"""The databases of the project, each once, and the Documents that stand for what is in
them.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.admin.sites import all_sites
from mongoengine import Document, get_db
from mongoengine import fields as me
from pymongo.errors import PyMongoError

from admin_ext.compat import CONNECTION_ERRORS, all_document_classes
from admin_ext.files.buckets import Bucket

UNUSABLE = (PyMongoError, *CONNECTION_ERRORS)


def aliases(admin_site: Any) -> list[str]:
    """Return the configured aliases, but those by which only lists are read.

    These are of the same data as another alias.
    """
    of_lists = {*getattr(settings, "ADMIN_EXT_LIST_DB_ALIASES", {}).values()}
    of_lists |= {
        getattr(admin, "list_db_alias", None) for admin in admin_site._registry.values()
    }
    own = {_alias(each) for each in _documents(admin_site)}
    return [each for each in settings.MONGODB_DATABASES if each not in of_lists - own]


def databases(admin_site: Any) -> dict[str, Any]:
    """Return {alias: pymongo Database}, each database once; None for an unusable one.

    No server is asked, though perhaps the DNS.
    """
    found: dict[str, Any] = {}
    for alias in aliases(admin_site):
        try:
            database = get_db(alias)
        except UNUSABLE:
            found[alias] = None
            continue
        if database not in [each for each in found.values() if each is not None]:
            found[alias] = database
    return found


class Declared:
    """The Documents of this project by their collections.

    ``registered`` and ``others``: {(Database, name of the collection): [Documents]},
    those with an admin, of whatever site, and those without. ``buckets``: the GridFS of
    file fields, as {(Database, name of the collection of files)}.
    """

    def __init__(self, admin_site: Any):
        self.registered: dict[tuple, list[type]] = defaultdict(list)
        self.others: dict[tuple, list[type]] = defaultdict(list)
        self.buckets: set[tuple] = set()
        self._databases: dict[str, Any] = {}
        sites = {admin_site, *all_sites}
        for document in _documents(admin_site):
            is_registered = any(document in each._registry for each in sites)
            found = self.registered if is_registered else self.others
            place = self._place(_alias(document), document._get_collection_name())
            if place:
                found[place].append(document)
        for bucket in _buckets():
            place = self._place(bucket.alias, f"{bucket.name}.files")
            if place:
                self.buckets.add(place)

    def at(self, place: tuple) -> list[type]:
        """Return all Documents of a collection, those with an admin first."""
        return [*self.registered.get(place, ()), *self.others.get(place, ())]

    def is_shown(self, place: tuple) -> bool:
        """Tell whether the admin shows what is in a collection in another way."""
        return place in self.registered or place in self.buckets

    def _place(self, alias: str, name: str | None) -> tuple | None:
        if alias not in self._databases:
            try:
                self._databases[alias] = get_db(alias)
            except UNUSABLE:
                self._databases[alias] = None
        database = self._databases[alias]
        return None if name is None or database is None else (database, name)


def _documents(admin_site: Any) -> Iterator[type]:
    """Yield the Documents with a collection that are registered, or known at all."""
    known = dict.fromkeys((*admin_site._registry, *all_document_classes()))
    for each in known:
        if issubclass(each, Document) and not each._meta.get("abstract"):
            yield each


def _alias(document: type) -> str:
    return document._meta.get("db_alias", "default")


def _buckets() -> Iterator[Bucket]:
    for cls in all_document_classes():
        for field in cls._fields.values():
            while isinstance(field, me.ListField | me.DictField):
                field = field.field
            if isinstance(field, me.FileField):
                yield Bucket.of(field)
