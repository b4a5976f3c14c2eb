"""Which documents of other collections a person may see, and where their pages are."""

import urllib.parse
from collections.abc import Iterator
from typing import Any

from django.contrib.admin.utils import quote
from django.urls import NoReverseMatch, reverse
from django.utils.http import RFC3986_SUBDELIMS
from mongoengine.queryset.base import BaseQuerySet

from admin_ext.policies import Policy, policy_for
from admin_ext.policies.policy import VIEWING
from admin_ext.policies.rows import condition as rows_of
from admin_ext.registry import nearest_admin

# What Django leaves as it is in the argument of a URL.
SAFE = RFC3986_SUBDELIMS + "/~:@"

# Stands for the key in the pattern of a URL.
PLACE = "admin_ext_key"


class KeyUrls:
    """The URLs of the change pages of one class: reversed once, for any key."""

    def __init__(self, name: str, current_app: str):
        self.name, self.current_app = name, current_app
        try:
            pattern = self._reversed(PLACE)
        except NoReverseMatch:
            # A developer's own path may take some keys only.
            pattern = ""
        self._before, self._place, self._after = pattern.partition(PLACE)

    def of(self, key: Any) -> str:
        """Return the URL of a document. Raise NoReverseMatch where there is none."""
        quoted = str(quote(key))
        if not (quoted and self._place):
            return self._reversed(quoted)
        if not quoted.isalnum() or not quoted.isascii():
            quoted = urllib.parse.quote(quoted, safe=SAFE)
        return f"{self._before}{quoted}{self._after}"

    def _reversed(self, key: str) -> str:
        return reverse(self.name, args=[key], current_app=self.current_app)


class Access:
    """Asks the admins of the documents that one page refers to.

    Each class is asked once. Without ``request`` there are no links and no limits.
    """

    def __init__(self, admin_site: Any, request: Any):
        self.admin_site, self.request = admin_site, request
        self._conditions: dict[type, dict] = {}
        self._urls: dict[type, KeyUrls | None] = {}

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

    def policy(self, document: type) -> Policy | None:
        """Return what the person may have of documents of a class; None for nobody."""
        if not self._is_asked:
            return None
        return policy_for(self.request, document, self._nearest_admin(document))

    @property
    def of_code(self) -> "Access":
        """The same for developers' code that reads what an object refers to."""
        return CodeAccess(self.admin_site, self.request)

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
        if target not in self._urls:
            self._urls[target] = self._urls_of(target)
        urls = self._urls[target]
        try:
            return "" if urls is None else urls.of(document.pk)
        except NoReverseMatch:
            return ""

    def _urls_of(self, target: type) -> KeyUrls | None:
        admin = self._admin(target)
        if admin is None or not admin.has_view_or_change_permission(self.request):
            return None
        meta = target._meta
        name = f"admin:{meta.app_label}_{meta.model_name}_change"
        return KeyUrls(name, self.admin_site.name)


class CodeAccess(Access):
    """Stands for Access where code reads: what ``get_queryset`` leaves out it may have.

    What a group leaves out it may not: it would tell the person.
    """

    def condition(self, target: type) -> dict:
        policy = self.policy(target)
        limit = rows_of(policy, *VIEWING) if policy is not None else None
        return {} if limit is None else limit.to_query(target)


def _condition(queryset: Any) -> dict:
    """Return what a queryset asks for, but for the classes of its documents."""
    if not isinstance(queryset, BaseQuerySet):
        return {}
    if queryset._none or queryset._empty:
        return {"_id": {"$in": []}}
    copy = queryset.clear_cls_query()
    copy._mongo_query = None
    return copy._query
