"""From a key to its document, in whichever registered collection that is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import quote
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from mongoengine import Document, Q

from .aggregations import Batch, ask_apart
from .choosing import SiteAccess
from .identities import identity
from .keys import spellings, stored_key, undeclared_text, unmistakable
from .unmodelled import keys_found

# For all collections together, and for loading what was found; ms.
MAX_TIME = 2_000

# Documents of one collection: text "5" and number 5 are two keys.
MAX_FOUND = 5

# A longer text is no key; what is asked for is told again on the page.
MAX_LENGTH = 1_000


@dataclass(frozen=True)
class Hit:
    """A document that has the key, and its page.

    ``document``: the text of its key where it has no Document.
    """

    document: Document | str
    verbose_name: str
    url: str


@dataclass(frozen=True)
class Answer:
    """What was found; ``searched``: the names of the collections that were asked.

    ``is_complete`` is false when not all could be searched, in time or at all.
    """

    hits: tuple[Hit, ...] = ()
    searched: tuple[str, ...] = ()
    is_complete: bool = True


class Jump:
    """Finds documents by their key, for one person: where, and what, they may view."""

    def __init__(self, admin_site: Any, request: Any):
        self.admin_site, self.request = admin_site, request
        self.access = SiteAccess(admin_site, request)

    def find(self, text: str) -> Answer:
        """Return the documents that have the key ``text``, however it is spelled.

        One aggregation for each database finds the keys; what has none costs nothing
        more, and the documents of a collection are loaded by one query.
        """
        documents = [
            each for each in self.access.documents() if self.access.may_view(each)
        ]
        searched = tuple(str(each._meta.verbose_name_plural) for each in documents)
        if not text.strip() or len(text) > MAX_LENGTH:
            return Answer((), searched)
        hits, failed = [], []

        def ask(group: list[type]) -> None:
            for document, keys in self._keys(group, text).items():
                hits.extend(self._load(document, keys))

        ask_apart(documents, ask, lambda group, _error: failed.extend(group))
        return Answer(tuple(_once(hits)), searched, is_complete=not failed)

    def _keys(self, documents: Iterable[type], text: str) -> dict[type, list]:
        """Return {Document: the keys in its collection that ``text`` stands for}."""
        batch, indexes = Batch(MAX_TIME), {}
        for document in documents:
            queryset = self.access.queryset(document)
            wanted = spellings(document._meta.pk, text)
            condition = {"$and": [queryset._query, {"_id": {"$in": wanted}}]}
            pipeline = [
                {"$match": condition},
                {"$limit": MAX_FOUND},
                {"$group": {"_id": None, "keys": {"$push": "$_id"}}},
            ]
            indexes[document] = batch.add(queryset, pipeline)
        rows = batch.rows()
        return {
            document: rows[index]["keys"]
            for document, index in indexes.items()
            if index in rows
        }

    def _load(self, document, keys) -> Iterable[Hit]:
        admin = self.admin_site.get_model_admin(document)
        queryset = self.access.queryset(document).filter(
            Q(__raw__={"_id": {"$in": keys}})
        )
        for found in queryset.max_time_ms(MAX_TIME):
            if admin.has_view_or_change_permission(self.request, found):
                name = str(document._meta.verbose_name)
                url = self.access.page_url(document, "change", quote(found.pk))
                yield Hit(found, name, url)


def _once(hits: Iterable[Hit]) -> Iterable[Hit]:
    """Return each document once, as one of its own class if that is registered."""
    found: dict[tuple, Hit] = {}
    for hit in hits:
        document = hit.document
        collection = document._get_collection()
        place = (collection.full_name, identity(stored_key(document)))
        own_name = str(type(document)._meta.verbose_name)
        if place not in found or hit.verbose_name == own_name:
            found[place] = hit
    return found.values()


def elsewhere(request: Any, changelist: Any) -> Answer | None:
    """Return where an ID is that was searched for in a list and is not there.

    None for any other search. ``changelist`` may be that of a model.
    """
    term = changelist.query
    if not changelist.search_fields or changelist.is_popup or len(term) > MAX_LENGTH:
        return None
    key = unmistakable(term)
    if key is None or any(str(row.pk) == str(key) for row in changelist.result_list):
        return None
    return Jump(changelist.model_admin.admin_site, request).find(term)


class GoToMixin:
    """Mixed in before Django's AdminSite: the page behind the box "Go to ID"."""

    def go_to(self, request, extra_context=None):
        """Redirect to the document whose ID is ``?q=``; list several, or say there is
        none. Documents that the person may not view do not count.
        """
        text = request.GET.get("q", "").replace("\0", "").strip()
        answer = Jump(self, request).find(text)
        if self.has_collections_permission(request):
            answer = self._with_collections(answer, text)
        if len(answer.hits) == 1:
            return HttpResponseRedirect(answer.hits[0].url)
        context = {
            **self.each_context(request),
            "title": _("Go to ID"),
            "subtitle": None,
            "query": text,
            "answer": answer,
            **(extra_context or {}),
        }
        request.current_app = self.name
        return TemplateResponse(request, "admin_ext/go_to.html", context)

    def _with_collections(self, answer: Answer, text: str) -> Answer:
        """Add what collections without a Document have of that key."""
        if not text or len(text) > MAX_LENGTH:
            return answer
        found = keys_found(self, text, max_found=MAX_FOUND, max_time=MAX_TIME)
        name = _("collection “%(name)s”")
        hits = (
            Hit(undeclared_text(key), name % {"name": entry.described.name}, url)
            for entry, key, url in found.hits
        )
        return Answer(
            (*answer.hits, *hits),
            (*answer.searched, *found.searched),
            is_complete=answer.is_complete and found.is_complete,
        )
