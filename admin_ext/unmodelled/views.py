"""The pages of collections without a Document, mixed into the AdminSite."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from admin_ext.counting import About
from admin_ext.failures import FAILURES, told
from admin_ext.hydration import class_for
from admin_ext.keys import can_be_key, undeclared_key, undeclared_text
from admin_ext.limits import max_time, within
from admin_ext.notices import Notice
from admin_ext.policies import policy_for
from admin_ext.policies.redaction import redacted_son
from admin_ext.registry import nearest_admin

from .entries import (
    MAX_LISTED,
    MAX_ON_INDEX,
    Entry,
    all_entries,
    counted,
    document_url,
    one_entry,
    without_document,
)
from .lines import LINE, text_of
from .rows import Page, extent_of, page_of
from .texts import shown

PAGE = "p"


class CollectionsMixin:
    """Mixed in before Django's AdminSite: collections without a Document, read-only."""

    def has_collections_permission(self, request):
        """Tell whether the person may look at what is stored, whatever admins say."""
        user = request.user
        return user.is_active and user.is_staff and user.is_superuser

    def collections_urls(self):
        """Return the patterns of these pages."""
        one = "collections/<str:alias>/<str:name>/"
        return [
            path("collections/", self._safe(self.collections_view), name="collections"),
            path(one, self._safe(self.collection_view), name="collection"),
            path(
                f"{one}<str:key>/",
                self._safe(self.collection_document_view),
                name="collection_document",
            ),
        ]

    def _safe(self, view):
        return self.admin_view(require_safe(view))

    def index(self, request, extra_context=None):
        """Add the collections without a Document for those who may look at them."""
        context = extra_context or {}
        if self.has_collections_permission(request):
            context = {"unmodelled": self._unmodelled(), **context}
        return super().index(request, context)

    def _unmodelled(self) -> dict[str, Any]:
        found = all_entries(self)
        entries = without_document(found.entries)
        return {
            "entries": counted(entries[:MAX_ON_INDEX]),
            "more": max(0, len(entries) - MAX_ON_INDEX),
            "notes": found.notes,
            "has_several": found.has_several,
        }

    def collections_view(self, request, extra_context=None):
        """List every collection: those without a Document first, MongoDB's own last."""
        self._check(request)
        found = all_entries(self)
        entries = sorted(found.entries, key=_place_in_list)
        number = _number(request.GET.get(PAGE, "0"))
        start = number * MAX_LISTED
        if number and start >= len(entries):
            raise Http404
        context = {
            "title": _("Collections"),
            "entries": counted(entries[start : start + MAX_LISTED]),
            "notices": [Notice(each, is_warning=True) for each in found.notes],
            "has_several": found.has_several,
            "total": len(entries),
            "previous": f"?{PAGE}={number - 1}" if number else "",
            "next": f"?{PAGE}={number + 1}"
            if start + MAX_LISTED < len(entries)
            else "",
        }
        return self._page(request, "collections", context, extra_context)

    def collection_view(self, request, alias, name, extra_context=None):
        """List the documents of a collection, each as a line of text."""
        self._check(request)
        entry = self._entry(unquote(alias), unquote(name))
        extent = extent_of(entry.collection, entry.described)
        entry.count = None if extent.count is None else About(extent.count)
        notices: list[Notice] = []
        try:
            page = page_of(entry.collection, entry.described, request.GET, extent.rows)
        except ValueError as error:
            raise Http404 from error
        except FAILURES as error:
            page = Page()
            notices.append(_unread(entry, error))
        notices += [Notice(each) for each in page.notes]
        context = {
            "title": entry.described.name,
            "entry": entry,
            "rows": [self._row(request, entry, son) for son in page.sons],
            "links": _links(page),
            "notices": notices,
            "lists": self._lists(request, entry),
        }
        return self._page(request, "collection", context, extra_context)

    def collection_document_view(self, request, alias, name, key, extra_context=None):
        """Show a document of a collection in Extended JSON."""
        self._check(request)
        entry = self._entry(unquote(alias), unquote(name))
        stored_key = undeclared_key(unquote(key))
        if not can_be_key(stored_key):
            raise Http404
        is_canonical, is_open = "canonical" in request.GET, "secrets" in request.GET
        notices: list[Notice] = []
        text, sons = None, []
        try:
            sons = self._documents(entry, stored_key)
        except OverflowError as error:
            # A number of more than 64 bits.
            raise Http404(_("No document has this key.")) from error
        except FAILURES as error:
            notices.append(_unread(entry, error))
        if not sons and not notices:
            raise Http404(_("No document has this key."))
        if sons:
            declared = (*entry.documents, *entry.sources)
            son = self._told(request, entry, sons[0])
            text = shown(son, declared, is_canonical=is_canonical, is_open=is_open)
            notices += [Notice(each) for each in text.notes]
        if len(sons) > 1:
            notices.append(Notice(_("Other documents here have the same key.")))
        context = {
            "title": undeclared_text(stored_key),
            "entry": entry,
            "shown": text,
            "is_canonical": is_canonical,
            "is_open": is_open,
            "notices": notices,
        }
        return self._page(request, "collection_document", context, extra_context)

    def _told(self, request, entry, son):
        """Return a document without what the code of admins denies to everybody."""
        for policy in self._policies(request, entry):
            son = redacted_son(policy, class_for(policy.document, son), son)
        return son

    def _is_whole(self, request, entry, key):
        """Tell whether nothing of what a key holds is denied."""
        found = self._policies(request, entry)
        names = ((each, each.document._reverse_db_field_map) for each in found)
        return all(each.is_whole((known.get(key, key),)) for each, known in names)

    def _policies(self, request, entry):
        """Return those of the Documents of a collection that withhold something."""
        found = (
            policy_for(request, document, nearest_admin(self, document))
            for document in (*entry.documents, *entry.sources)
        )
        return [policy for policy in found if policy.withholds]

    def _check(self, request) -> None:
        if not self.has_collections_permission(request):
            raise PermissionDenied

    def _entry(self, alias: str, name: str) -> Entry:
        """Return what is known of a collection. Raise Http404 where there is none."""
        entry = one_entry(self, alias, name)
        if entry is None:
            raise Http404(_("There is no such collection."))
        return entry

    def _lists(self, request, entry: Entry) -> list[tuple[str, str]]:
        """Return (name, URL) of the lists in which the admin has these documents."""
        found = []
        for document in entry.documents:
            admin = self._registry.get(document)
            if admin is not None and admin.has_view_or_change_permission(request):
                opts = document._meta
                url = reverse(
                    f"admin:{opts.app_label}_{opts.model_name}_changelist",
                    current_app=self.name,
                )
                found.append((str(opts.verbose_name_plural), url))
        return found

    def _documents(self, entry: Entry, key: Any) -> list[dict]:
        with within(max_time()):
            return [*entry.collection.find({"_id": {"$eq": key}}).limit(2)]

    def _row(self, request: Any, entry: Entry, son: dict) -> dict[str, Any]:
        """Return what a template shows of a row; ``key``: None where it has none."""
        has_key = "_id" in son
        return {
            "key": undeclared_text(son["_id"]) if has_key else None,
            "url": document_url(self, entry, son["_id"]) if has_key else "",
            "line": text_of(
                son[LINE],
                (*entry.documents, *entry.sources),
                partial(self._told, request, entry),
                is_whole=partial(self._is_whole, request, entry),
            ),
        }

    def _page(self, request, name, context, extra_context):
        context = {
            **self.each_context(request),
            "subtitle": None,
            **context,
            **(extra_context or {}),
        }
        request.current_app = self.name
        return TemplateResponse(request, f"admin_ext/{name}.html", context)


def _place_in_list(entry: Entry) -> tuple:
    return (entry.described.is_system, entry.is_shown)


def _number(text: str) -> int:
    """Return the number of a page. Raise Http404 for what is none."""
    if not text.isdecimal() or len(text) > 6:
        raise Http404
    return int(text)


def _unread(entry: Entry, error: Exception) -> Notice:
    why = told(entry.described.name, error, max_time())
    return Notice(f"{_('The documents could not be read.')} {why}", is_warning=True)


def _links(page: Page) -> list[tuple[str, str, str]]:
    """Return (rel, label, URL) of the pages around; no URL where there is none."""
    labels = [
        ("first", _("First")),
        ("prev", _("Previous")),
        ("next", _("Next")),
        ("last", _("Last")),
    ]
    return [
        (rel, label, f"?{urlencode(page.links[rel])}" if rel in page.links else "")
        for rel, label in labels
    ]
