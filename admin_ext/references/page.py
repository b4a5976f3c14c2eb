"""References of the documents on one page: fetched in one query per collection."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from itertools import islice
from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext as _
from mongoengine import Document, EmbeddedDocument
from pymongo.errors import PyMongoError

from admin_ext.compat import reading_no_cached_references
from admin_ext.delete_rules import batches
from admin_ext.fetching import load
from admin_ext.hydration import document_for_son, part_for_son
from admin_ext.keys import key_for, remember_document
from admin_ext.limits import max_time, within
from admin_ext.replicas import as_read, leniently

from .access import Access
from .labels import MAX_SHOWN, Cell, document_html, reference_html
from .partial import PartialDocuments, as_shown, hashable
from .texts import classes_of, page_fields, text_fields
from .values import (
    Reference,
    held,
    holds_references,
    reference_to,
    references_in,
)

logger = logging.getLogger(__name__)

# Where a page keeps its references on the objects that it lists.
ATTRIBUTE = "_admin_references"


class PageReferences:
    """What the references of one page lead to.

    ``documents``: {(Document class, key): Document}; a key that is absent is dangling,
    or one that the person may not see. ``members``: {class: all documents of the page}.
    ``owner``: the class of which it is a page, whose columns' code reads references.
    """

    def __init__(
        self,
        admin_site: Any = None,
        request: Any = None,
        *,
        owner: type | None = None,
        access: Access | None = None,
    ):
        self.access, self.owner = access or Access(admin_site, request), owner
        # {(id() of a row, name of a column): what stands there}
        self.cells: dict[tuple[int, str], Cell] = {}
        self.documents: dict[tuple[type, Any], Any] = {}
        self.members: dict[type, list[Any]] = defaultdict(list)
        # {class: {key in Django: key in BSON}} that the next query asks for.
        self._wanted: dict[type, dict[Any, Any]] = defaultdict(dict)
        self._asked: set[tuple[type, Any]] = set()
        # {class: fields that are read beside those of the text, None for all}.
        self._needed: dict[type, frozenset[str] | None] = {}
        self._partial: dict[type, PartialDocuments] = {}
        self._html: dict[tuple, tuple[Any, str]] = {}
        self._texts_in_work = 0
        # {column: what stands in it, since MongoDB gave its code no answer}
        self.stopped: dict[Any, str] = {}
        # {class: why MongoDB did not tell of its documents}
        self.errors: dict[type, PyMongoError] = {}

    def add(self, documents: Iterable[Any]) -> None:
        """Take in documents that are on the page."""
        for document in documents:
            document.__dict__[ATTRIBUTE] = self
            # What is embedded knows the document around it as a weak proxy.
            self.members[document.__class__].append(document)

    def need(self, target: type, names: Iterable[str] | None) -> None:
        """Fetch further fields, or None for all, of the documents of a class."""
        before = self._needed.get(target, frozenset())
        is_whole = names is None or before is None
        self._needed[target] = None if is_whole else before | {*names}

    def want(self, reference: Reference) -> None:
        """Fetch what a reference leads to when ``load`` is called."""
        if reference.target is None or reference.key is None:
            return
        if isinstance(reference.stored, Document):
            return
        asked = (reference.target, reference.key)
        if asked not in self._asked:
            self._asked.add(asked)
            self._wanted[reference.target][reference.key] = reference.id

    def has_asked(self, reference: Reference) -> bool:
        """Tell whether it is known whether a reference leads anywhere."""
        is_known = reference.key is None or isinstance(reference.stored, Document)
        return is_known or (reference.target, reference.key) in self._asked

    @cached_property
    def unlimited(self) -> "PageReferences":
        """The same for developers' code, which may read what no admin lists."""
        page = PageReferences(owner=self.owner, access=self.access.of_code)
        page.members = self.members
        return page

    def load(self) -> None:
        """Fetch all that is wanted: one query for each collection."""
        wanted, self._wanted = self._wanted, defaultdict(dict)
        groups = defaultdict(list)
        for target in wanted:
            collection = as_read(target, target._get_collection())
            limit = self.access.condition(target)
            place = (id(collection.database.client), collection.full_name, repr(limit))
            groups[place].append(target)
        for targets in groups.values():
            try:
                self._load(targets, wanted)
            except PyMongoError as error:
                logger.warning("%s: %s", targets[0]._meta.label, error)
                self.errors |= dict.fromkeys(targets, error)

    def _load(self, targets: list[type], wanted: dict[type, dict]) -> None:
        names = self._names(targets)
        keys = {hashable(key): key for each in targets for key in wanted[each].values()}
        collection = as_read(targets[0], leniently(targets[0]._get_collection()))
        limit = self.access.condition(targets[0])
        projection = None if names is None else _projection(targets, names)
        for batch in batches(list(keys.values())):
            condition: dict = {"_id": {"$in": batch}}
            if limit:
                condition = {"$and": [condition, limit]}
            # All in one answer: the first has 101 documents otherwise.
            found = collection.find(condition, projection, batch_size=len(batch) + 1)
            with reading_no_cached_references(), within(max_time()):
                for son in found:
                    self._take(son, targets, wanted, names)

    def _names(self, targets: list[type]) -> frozenset[str] | None:
        """Return the fields to fetch of a collection, None for all."""
        found: frozenset[str] = frozenset()
        for target in targets:
            for names in (
                text_fields(target),
                page_fields(self.owner, target),
                self._needed.get(target, frozenset()),
            ):
                if names is None:
                    return None
                found |= names
        return found

    def _take(self, son, targets, wanted, names) -> None:
        """Make documents of what was fetched; of one class not two."""
        made: dict[type, Any] = {}
        for target in targets:
            key = key_for(target._meta.pk, son["_id"])
            document = _document(target, son, names) if key in wanted[target] else None
            if document is None:
                continue
            cls = type(document)
            if cls not in made:
                made[cls] = as_shown(document, self.access.policy(cls))
                self.add([document])
                if names is not None:
                    self._partial_of(target).add(document, names)
            self.documents[target, key] = made[cls]

    def _partial_of(self, target: type) -> PartialDocuments:
        if target not in self._partial:
            self._partial[target] = PartialDocuments(
                target,
                self.owner,
                lambda: bool(self._texts_in_work),
                self.access.policy,
            )
        return self._partial[target]

    def want_all(self, document: Any, fields: Iterable[Any]) -> None:
        """Fetch what is shown of those of some fields that hold references."""
        for each in reference_fields(fields):
            found = references_in(each, held(each, document))
            for reference in islice(found, MAX_SHOWN):
                self.want(reference)

    def fetch(self, results: Iterable[Any], fields: Iterable[Any]) -> None:
        """Fetch what ``fields`` of ``results`` show: one query per collection."""
        fields = list(fields)
        for document in results:
            self.want_all(document, fields)
        self.load()

    def document_for(self, reference: Reference) -> Any:
        """Return the document that a reference leads to, or None when it is gone."""
        if isinstance(reference.stored, Document):
            return self._cached(reference.stored)
        return self.documents.get((reference.target, reference.key))

    def _cached(self, document: Any) -> Any:
        """Return what may be seen of a document that another has a copy of."""
        cls = type(document)
        policy = self.access.policy(cls)
        if policy is None or not policy.withholds:
            return document
        return as_shown(load(cls, document.to_mongo()), policy)

    def get(self, target: type, value: Any) -> Any:
        """Return the document that ``value`` refers to, or None when it is gone."""
        return self.document_for(reference_to(target, value))

    def text(self, document: Any) -> str:
        """Return ``str(document)``; what else it reads is loaded for all of a kind."""
        self._texts_in_work += 1
        try:
            return str(document)
        finally:
            self._texts_in_work -= 1

    def document_html(self, document: Any, *, kind: Any, link: bool) -> str:
        """Return the text and link of a document, which are made once."""
        asked = (id(document), kind is None, link)
        found = self._html.get(asked)
        if found is None:
            text, url = self.text(document), self.url(document) if link else ""
            html = document_html(
                text, url, kind=kind, icon=self._icon, title=self._title
            )
            # With the document, so that no other gets its id().
            found = self._html[asked] = (document, html)
        return found[1]

    @cached_property
    def _icon(self) -> str:
        return static("admin/img/icon-viewlink.svg")

    @cached_property
    def _title(self) -> str:
        return _("View %s")

    def url(self, document: Any) -> str:
        """Return the change page's URL, or "" when the person may not view it."""
        return self.access.url(document)

    def is_limited(self, target: type) -> bool:
        """Tell whether the person sees a part of the documents of a class only."""
        return bool(self.access.condition(target))

    def html(self, reference: Reference, *, link: bool = True) -> str:
        """Return the HTML of one reference."""
        return reference_html(self, reference, link=link)

    def label(self, target: type, value: Any, *, link: bool = True) -> str:
        """Return the HTML of a reference to a document of class ``target``."""
        reference = reference_to(target, value)
        self.want(reference)
        self.load()
        return self.html(reference, link=link)


def _document(target: type, son: dict, names: frozenset[str] | None) -> Any:
    """Return a stored document, None where it is of no class that inherits from it.

    ``names``: the fields that were fetched, of plainly made classes; None for all.
    """
    if names is None:
        document = load(target, son)
    else:
        names = names | {target._meta.pk.name, "_cls"}
        document = remember_document(part_for_son(target, son, names), son)
    if isinstance(document, target):
        return document
    if "." in target._class_name:
        return None
    return remember_document(document_for_son(target, son), son)


def _projection(targets: list[type], names: frozenset[str]) -> list[str]:
    """Return the stored names of fields of some classes, the key's among them."""
    classes = [cls for target in targets for cls in classes_of(target)]
    stored = {
        cls._fields[name].db_field
        for cls in classes
        for name in names
        if name in cls._fields
    }
    return sorted({"_id", "_cls", *stored})


def references_of(document: Any) -> PageReferences:
    """Return the references of the page that ``document`` is on.

    A document that no page prepared gets its own; its labels are no links.
    """
    found = page_of(document)
    if found is None:
        found = PageReferences()
        found.add([root_of(document)])
    return found


def prepared_cell(document: Any, name: str) -> Cell | None:
    """Return what the page has prepared for a column of one of its rows."""
    page = document.__dict__.get(ATTRIBUTE)
    return None if page is None else page.cells.get((id(document), name))


def page_of(document: Any) -> PageReferences | None:
    """Return the page of a document, or of the one in which it is embedded."""
    try:
        return root_of(document).__dict__.get(ATTRIBUTE)
    except ReferenceError:
        # The document around it is gone.
        return None


def root_of(document: Any) -> Any:
    """Return the document in which another is embedded, at whatever depth."""
    while isinstance(document, EmbeddedDocument) and document._instance is not None:
        document = document._instance
    return document


def reference_fields(fields: Iterable[Any]) -> list[Any]:
    """Return those of ``fields`` that hold references, or lists or maps of these."""
    return [each for each in fields if holds_references(each)]
