"""What deleting Documents will do, as Django's confirmation page shows it.

``reverse_delete_rule`` of mongoengine takes the place of ``on_delete``:
https://docs.mongoengine.org/guide/defining-documents.html#dealing-with-deletion-of-referred-documents
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.contrib.admin.utils import quote
from django.contrib.auth import get_permission_codename
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from mongoengine import CASCADE, DENY, NULLIFY, PULL
from mongoengine.base import get_document

from .meta import present

# The page lists this many documents; the rest are one line.
MAX_LISTED = 100
# How far it follows a chain of cascades; the end of it is told in one line.
MAX_DEPTH = 50


class DeletionTree:
    """Collects what deleting ``documents`` deletes, changes and is stopped by.

    ``nested``: the tree that the template draws; ``counts``: {plural name: number};
    ``denied``: verbose names without permission; ``protected``: what stops it.
    """

    def __init__(self, request, admin_site):
        self.request, self.admin_site = request, admin_site
        self.counts: Counter = Counter()
        self.denied: set[str] = set()
        self.protected: list[str] = []
        self.seen: set[tuple] = set()
        self.depth = 0

    def collect(self, documents: Iterable[Any]) -> list:
        """Return the nested list of ``documents`` and what goes with them."""
        nested: list = []
        for document in documents:
            key = (type(document), document.pk)
            if key in self.seen:
                continue
            self.seen.add(key)
            self._count(document)
            nested.append(self.label(document))
            self.depth += 1
            children = self._children(document)
            self.depth -= 1
            if children:
                nested.append(children)
        return nested

    def _count(self, document) -> None:
        meta = document._meta
        self.counts[meta.verbose_name_plural] += 1
        if not self._may_delete(document):
            self.denied.add(str(meta.verbose_name))

    def _may_delete(self, document) -> bool:
        admin = self.admin_site._registry.get(type(document))
        if admin:
            return admin.has_delete_permission(self.request, document)
        meta = document._meta
        codename = get_permission_codename("delete", meta)
        return self.request.user.has_perm(f"{meta.app_label}.{codename}")

    def _children(self, document) -> list:
        nested: list = []
        if self.depth > MAX_DEPTH:
            return [_("…and what depends on it")]
        rules = type(document)._meta.get("delete_rules") or {}
        for (owner, field_name), rule in rules.items():
            owner_class = present(
                get_document(owner) if isinstance(owner, str) else owner
            )
            nested += self._follow(document, owner_class, field_name, rule)
        return nested

    def _follow(self, document, owner, field_name, rule) -> list:
        """Return the lines of one rule for one document."""
        if rule not in (CASCADE, DENY, NULLIFY, PULL):
            return []
        queryset = owner._default_manager.filter(**{field_name: document})
        referring = list(queryset.limit(MAX_LISTED))
        lines: list = []
        if rule == CASCADE:
            lines = self.collect(referring)
        elif rule == DENY:
            self.protected += [self.label(item) for item in referring]
        else:
            lines = [self._changed(item, field_name) for item in referring]
        return lines + self._rest(queryset, rule) if lines else lines

    def _rest(self, queryset, rule) -> list:
        """Return the line that stands for what is more than the page lists."""
        more = queryset.count() - MAX_LISTED
        if more <= 0:
            return []
        name = queryset.verbose_name_plural
        if rule == CASCADE:
            self.counts[name] += more
        return [_("…and %(count)d more %(name)s") % {"count": more, "name": name}]

    def _changed(self, document, field_name) -> str:
        field = document._meta.get_field(field_name)
        return format_html(
            "{} ({})",
            self.label(document),
            _("“%(field)s” will be emptied") % {"field": field.verbose_name},
        )

    def label(self, document) -> str:
        """Return a line as Django's get_deleted_objects writes it."""
        meta = document._meta
        text = f"{capfirst(meta.verbose_name)}: {document}"
        admin = self.admin_site._registry.get(type(document))
        if admin is None:
            return text
        try:
            url = reverse(
                f"{self.admin_site.name}:{meta.app_label}_{meta.model_name}_change",
                None,
                (quote(document.pk),),
            )
        except NoReverseMatch:
            return text
        return format_html(
            '{}: <a href="{}">{}</a>', capfirst(meta.verbose_name), url, document
        )


def get_deleted_objects(documents, request, admin_site):
    """Return (tree, {name: count}, {names without permission}, [what protects]).

    Stands for django.contrib.admin.utils.get_deleted_objects (5.2), which asks SQL.
    """
    tree = DeletionTree(request, admin_site)
    nested = tree.collect(documents)
    return nested, dict(tree.counts), tree.denied, tree.protected
