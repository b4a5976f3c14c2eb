"""Which documents of other collections a person may see, and where their pages are."""

import urllib.parse
from collections.abc import Iterator
from typing import Any

from django.contrib.admin.utils import quote
from django.urls import NoReverseMatch, reverse
from django.utils.http import RFC3986_SUBDELIMS
from mongoengine.queryset.base import BaseQuerySet

from admin_ext.registry import nearest_admin

# What Django leaves as it is in the argument of a URL.
SAFE = RFC3986_SUBDELIMS + "/~:@"

# Stands for the key in the pattern of a URL.
PLACE = "admin_ext_key"


class Access:
    """Asks the admins of the documents that one page refers to.

    Each class is asked once. Without ``request`` there are no links and no limits.
    """

    def __init__(self, admin_site: Any, request: Any):
        self.admin_site, self.request = admin_site, request
        self._conditions: dict[type, dict] = {}
        self._patterns: dict[type, str] = {}

    def condition(self, target: type) -> dict:
        """Return the query for what ``get_queryset`` of the admin of a class lists.

        {} for all. Classes that inherit have limits of their own.
        """
        if target not in self._conditions:
            limits = [_condition(self._queryset(target))]
            limits += self._of_subclasses(target)
            limits = [limit for limit in limits if limit]
            whole = {"$and": limits} if len(limits) > 1 else {}
            self._conditions[target] = whole or (limits[0] if limits else {})
        return self._conditions[target]

    def may_view(self, target: type) -> bool:
        """Tell whether the person may view documents of a class, or nobody is asked."""
        admin = self._nearest_admin(target)
        return admin is None or admin.has_view_or_change_permission(self.request)

    def _of_subclasses(self, target: type) -> Iterator[dict]:
        registry = () if self.request is None else self.admin_site._registry
        for cls in registry:
            if issubclass(cls, target) and cls is not target:
                limit = _condition(self._queryset(cls))
                if limit:
                    own = {"_cls": {"$in": list(cls._subclasses)}}
                    yield {"$nor": [{"$and": [own, {"$nor": [limit]}]}]}

    def _queryset(self, target: type) -> Any:
        """Return what lists documents of a class: the nearest admin above it."""
        admin = self._nearest_admin(target)
        if admin is None:
            return target._default_manager
        return admin.get_queryset(self.request)

    @property
    def _is_asked(self) -> bool:
        return self.request is not None and self.admin_site is not None

    def _nearest_admin(self, target: type) -> Any:
        return nearest_admin(self.admin_site, target) if self._is_asked else None

    def _admin(self, target: type) -> Any:
        return self.admin_site._registry.get(target) if self._is_asked else None

    def url(self, document: Any) -> str:
        """Return the change page's URL, or "" when the person may not view it."""
        target = type(document)
        if target not in self._patterns:
            self._patterns[target] = self._pattern(target)
        pattern = self._patterns[target]
        key = urllib.parse.quote(str(quote(document.pk)), safe=SAFE)
        return pattern.replace(PLACE, key) if pattern else ""

    def _pattern(self, target: type) -> str:
        admin = self._admin(target)
        if admin is None or not admin.has_view_or_change_permission(self.request):
            return ""
        meta = target._meta
        try:
            return reverse(
                f"admin:{meta.app_label}_{meta.model_name}_change",
                args=[PLACE],
                current_app=self.admin_site.name,
            )
        except NoReverseMatch:
            return ""


class NoLimits(Access):
    """Stands for Access where code reads: mongoengine's own reading has no limits."""

    def __init__(self):
        super().__init__(None, None)

    def condition(self, target: type) -> dict:
        return {}


def _condition(queryset: Any) -> dict:
    """Return what a queryset asks for, but for the classes of its documents."""
    if not isinstance(queryset, BaseQuerySet):
        return {}
    if queryset._none or queryset._empty:
        return {"_id": {"$in": []}}
    copy = queryset.clear_cls_query()
    copy._mongo_query = None
    return copy._query
