"""Documents that are named by stored values which no field declares."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from bson import DBRef, ObjectId
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from mongoengine import Document, EmbeddedDocument, Q
from mongoengine import fields as me

from .aggregations import Batch, ask_apart
from .fields import EmbeddedField, GenericEmbeddedField, ListField, MapField
from .hydration import class_for, shown_son
from .identities import identity
from .keys import own_key, stored_key
from .limits import TIMEOUTS
from .references.access import Access

# So many IDs of a page are looked up.
MAX_IDS = 100

# For finding them in all collections, and for reading each; ms.
MAX_TIME = 1_000

# Keys that are no values of the application's.
OWN_KEYS = frozenset({"_id", "_cls"})

# Where a page keeps what it knows on the document that it shows.
ATTRIBUTE = "_admin_mentions"

# (where it is within another value or which key it names, ObjectId or DBRef)
Mention = tuple[Any, Any]


def mentions_in(value: Any, path: str = "") -> Iterator[Mention]:
    """Yield the ObjectIds and DBRefs in a value of BSON's."""
    if isinstance(value, ObjectId | DBRef):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from mentions_in(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from mentions_in(item, f"{path}.{number}" if path else str(number))


def free_values(document: type, stored: dict) -> Iterator[Any]:
    """Yield what is stored in a document's undeclared keys, and in fields of any type.

    Fields of ``editable=False`` are shown nowhere.
    """
    names = document._reverse_db_field_map
    for key, value in stored.items():
        if key in OWN_KEYS:
            continue
        if key in names:
            yield from values_within(document._meta.get_field(names[key]), value)
        else:
            yield value


def values_within(field: Any, value: Any) -> Iterator[Any]:
    """Yield what a value of ``field`` has in it that may be of any type."""
    if not getattr(field, "editable", True):
        return
    if isinstance(field, EmbeddedField | GenericEmbeddedField):
        if isinstance(value, dict):
            declared = getattr(field, "embedded_document", EmbeddedDocument)
            document = class_for(declared, value)
            if document is not EmbeddedDocument:
                yield from free_values(field.present(document), value)
    elif isinstance(field, ListField | MapField):
        members = value.values() if isinstance(value, dict) else value
        for member in members if isinstance(value, dict | list) else ():
            yield from values_within(field.item, member)
    elif getattr(field, "is_free", False):
        yield value


class Mentions:
    """What the undeclared values of one page name, for one person.

    Only documents that the person may view are told of, and only those of registered
    classes.
    """

    def __init__(self, admin_site: Any, request: Any):
        self.access = Access(admin_site, request)
        self._documents = [
            each for each in admin_site._registry if issubclass(each, Document)
        ]
        # {digest of an ID or DBRef: the value}
        self._wanted: dict[Any, Any] = {}
        self._found: dict[Any, list[Any]] | None = None
        # Why some documents may be missing.
        self.note = ""

    def expect(self, document: Any) -> None:
        """Take in a loaded document that the page shows."""
        document.__dict__[ATTRIBUTE] = self
        values = free_values(type(document), shown_son(document) or {})
        found = (each for value in values for _path, each in mentions_in(value))
        for each in islice(found, MAX_IDS - len(self._wanted)):
            self._wanted.setdefault(identity(each), each)

    def html(self, value: Any) -> str:
        """Return links to the documents that a value names, as HTML, or ""."""
        rows = []
        for path, mention in islice(mentions_in(value), MAX_IDS):
            for document in self._known().get(identity(mention), ()):
                text = Truncator(document).words(14)
                name = capfirst(document._meta.verbose_name)
                where = f"{path} → " if path else "→ "
                rows.append((where, self.access.url(document), name, text))
        if self.note and any(True for _each in mentions_in(value)):
            note = format_html('<p class="admin-ext mentions">{}</p>', self.note)
        else:
            note = SafeString()
        if not rows:
            return note
        items = format_html_join("", '<li>{}<a href="{}">{}: {}</a></li>', rows)
        return format_html('<ul class="admin-ext mentions">{}</ul>{}', items, note)

    def _known(self) -> dict[Any, list[Any]]:
        if self._found is None:
            self._found = defaultdict(list)
            ask_apart(self._documents, self._look_up, self._fail)
        return self._found

    def _fail(self, documents: list[type], error: Exception) -> None:
        is_slow = isinstance(error, TIMEOUTS)
        slow = _("The IDs in here could not be looked up in time.")
        self.note = slow if is_slow else _("Not all IDs in here could be looked up.")

    def _look_up(self, documents: list[type]) -> None:
        """Find which keys exist where in one aggregation, then read these documents."""
        batch, parts = Batch(MAX_TIME), {}
        for document in documents:
            keys = [key for key, _mention in self._wanted_in(document)]
            if keys and self._may_view(document):
                limits = {"$and": [{"_id": {"$in": keys}}, self._condition(document)]}
                group = {"$group": {"_id": None, "keys": {"$push": "$_id"}}}
                queryset = document._default_manager
                parts[document] = batch.add(queryset, [{"$match": limits}, group])
        rows = batch.rows() if parts else {}
        for document, part in parts.items():
            if part in rows:
                self._read(document, rows[part]["keys"])

    def _may_view(self, document: type) -> bool:
        admin = self.access.admin_site._registry[document]
        return admin.has_view_or_change_permission(self.access.request)

    def _condition(self, document: type) -> dict:
        queryset = self.access.admin_site._registry[document].get_queryset(
            self.access.request
        )
        return queryset._query

    def _wanted_in(self, document: type) -> Iterator[Mention]:
        """Yield (key, what names it) of what a collection may have."""
        collection, database = document._get_collection_name(), document._get_db().name
        key_field = own_key(document._meta.pk).document_field
        for each in self._wanted.values():
            if not isinstance(each, DBRef):
                if isinstance(key_field, me.ObjectIdField):
                    yield each, each
            elif each.collection == collection and each.database in (None, database):
                yield each.id, each

    def _read(self, document: type, keys: list) -> None:
        admin = self.access.admin_site._registry[document]
        queryset = admin.get_queryset(self.access.request)
        queryset = queryset.filter(Q(__raw__={"_id": {"$in": keys}}))
        names = defaultdict(list)
        for key, mention in self._wanted_in(document):
            names[identity(key)].append(mention)
        for found in queryset.max_time_ms(MAX_TIME):
            may_view = admin.has_view_or_change_permission(self.access.request, found)
            if may_view and self.access.url(found):
                for mention in names[identity(stored_key(found))]:
                    self._add(mention, found)

    def _add(self, mention: Any, found: Any) -> None:
        """Note a document; once, though its class and one above it are registered."""
        known, place = self._found[identity(mention)], found._get_collection_name()
        if all(other._get_collection_name() != place for other in known):
            known.append(found)

    def __deepcopy__(self, memo):
        return self


def mentions_of(request: Any, admin_site: Any) -> Mentions:
    """Return what the page of a request shares."""
    if not hasattr(request, "mentions"):
        request.mentions = Mentions(admin_site, request)
    return request.mentions


def attach(document: Any, mentions: Mentions | None) -> None:
    """Let an embedded document know what its page knows."""
    if mentions is not None:
        document.__dict__[ATTRIBUTE] = mentions


def mentioned_by(document: Any, values: Iterable[Any]) -> str:
    """Return links to what values of a document on a page name, or ""."""
    mentions = document.__dict__.get(ATTRIBUTE)
    if mentions is None:
        return ""
    return format_html_join("", "{}", ((mentions.html(each),) for each in values))
