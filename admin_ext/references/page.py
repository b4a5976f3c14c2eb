"""References of the documents on one page: fetched in one query per collection."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.admin.utils import quote
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from mongoengine import Document, Q
from mongoengine.base import BaseDocument

from admin_ext.ejson import extended_json
from admin_ext.fields import ReferenceField, ReferenceListField
from admin_ext.keys import can_lead, id_of, key_of

# Where a page keeps its references on the objects that it lists.
ATTRIBUTE = "_admin_references"


@dataclass
class PageReferences:
    """What the references of one page lead to.

    ``documents``: {(Document class, id): Document}; an id that is absent is dangling.
    ``urls``: {Document class: pattern of its change page, "" without permission}.
    """

    documents: dict[tuple[type, Any], Document] = field(default_factory=dict)
    admin_site: Any = None
    request: Any = None
    _linkable: dict[type, bool] = field(default_factory=dict)

    def fetch(self, results: Iterable[Document], fields: Iterable[Any]) -> None:
        """Fetch what ``fields`` of ``results`` refer to: one $in per collection."""
        fields = list(fields)
        wanted: dict[type, set] = defaultdict(set)
        for document in results:
            for each in fields:
                target = each.remote_field.model
                values = stored_references(document, each)
                wanted[target].update(
                    key_of(target, value) for value in values if can_lead(value)
                )
        for target, keys in wanted.items():
            self._fetch(target, keys)

    def follow(self, documents: Iterable[Any], fields: Iterable[Any]) -> None:
        """Fetch what a path goes through and leads to: one query for each reference.

        ``fields``: those of admin_ext.lookups.Path.
        """
        for each in fields:
            if each is None:
                return
            documents = [one for one in documents if isinstance(one, BaseDocument)]
            for document in documents:
                document.__dict__[ATTRIBUTE] = self
            if isinstance(each, REFERENCE_FIELDS):
                self.fetch(documents, [each])
            documents = list(self._behind(documents, each))

    def _behind(self, documents, each):
        """Yield what a field of ``documents`` holds or refers to, one by one."""
        for document in documents:
            if isinstance(each, REFERENCE_FIELDS):
                for value in stored_references(document, each):
                    yield self.get(each.remote_field.model, value)
                continue
            value = each.stored_value(document)
            yield from value if isinstance(value, list | tuple) else [value]

    def _fetch(self, target, keys):
        keys = [key for key in keys if (target, key) not in self.documents]
        if keys:
            for document in target._default_manager.filter(Q(pk__in=keys)):
                self.documents[target, document.pk] = document

    def get(self, target: type, value: Any) -> Document | None:
        """Return the document that ``value`` refers to, or None when it is gone."""
        if isinstance(value, Document):
            return value
        return self.documents.get((target, key_of(target, value)))

    def url(self, document: Document) -> str:
        """Return the change page's URL, or "" when the person may not view it."""
        if self.request is None or not self._may_view(type(document)):
            return ""
        meta = document._meta
        try:
            return reverse(
                f"admin:{meta.app_label}_{meta.model_name}_change",
                args=[quote(document.pk)],
                current_app=self.admin_site.name,
            )
        except NoReverseMatch:
            return ""

    def _may_view(self, target):
        if target not in self._linkable:
            admin = self.admin_site._registry.get(target)
            self._linkable[target] = bool(
                admin and admin.has_view_or_change_permission(self.request)
            )
        return self._linkable[target]

    def label(self, target: type, value: Any, *, link: bool = True) -> str:
        """Return the HTML of one reference: its text as Django writes it, and a link.

        Django's list has no such link, so it stands beside the text.
        """
        document = self.get(target, value)
        if document is None:
            return format_html(
                '<span class="admin-ext odd-value" title="{}">{}</span>',
                _("There is no such document"),
                _stored_text(value),
            )
        url = self.url(document) if link else ""
        if not url:
            return format_html("{}", document)
        return format_html(
            '{}<a class="admin-ext reference-link" href="{}">'
            '<img src="{}" alt="{}" title="{}"></a>',
            document,
            url,
            static("admin/img/icon-viewlink.svg"),
            *[_("View %s") % document] * 2,
        )

    def labels(self, target: type, values: Iterable, *, link: bool = True) -> str:
        """Return the HTML of a list of references."""
        rows = ((self.label(target, value, link=link),) for value in values)
        return format_html_join(", ", "{}", rows)


def references_of(document: Document) -> PageReferences:
    """Return the references of the page that ``document`` is on.

    A document that no page prepared gets its own; its labels are no links.
    """
    found = document.__dict__.get(ATTRIBUTE)
    if found is None:
        found = PageReferences()
        found.fetch([document], reference_fields(document._meta.fields))
        document.__dict__[ATTRIBUTE] = found
    return found


def reference_fields(fields: Iterable[Any]) -> list[Any]:
    """Return those of ``fields`` that are references or lists of references."""
    return [each for each in fields if isinstance(each, REFERENCE_FIELDS)]


def stored_references(document: Document, each: Any) -> list:
    """Return the references that a field of ``document`` holds, as they are stored."""
    value = each.stored_value(document)
    if value is None:
        return []
    if isinstance(each, ReferenceListField):
        return list(value) if isinstance(value, list | tuple) else [value]
    return [value]


def _stored_text(value: Any) -> str:
    key = id_of(value)
    if isinstance(key, dict | list):
        return extended_json(key, indent=None)
    return _("(empty text)") if key == "" else str(key)


REFERENCE_FIELDS = (ReferenceField, ReferenceListField)
