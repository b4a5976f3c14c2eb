"""``_points_to`` in the URL of a list: what refers to one document by one path.

For paths that lookups cannot name, such as maps. Written
``<stored path>:<class>:<key>``; whatever else is written finds no path.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bson
from django.contrib.admin.utils import quote
from django.core.exceptions import ValidationError
from django.urls import NoReverseMatch, reverse
from mongoengine import Document

from admin_ext.compat import QUERY_ERRORS
from admin_ext.ejson import CODEC
from admin_ext.failures import FAILURES
from admin_ext.hydration import named_class
from admin_ext.limits import max_side_time, within
from admin_ext.meta import present
from admin_ext.reference_lookups import key_bson
from admin_ext.references import ReferencePath, reference_paths

from .access import Referrer, may_know, owners_of

PARAMETER = "_points_to"
SEPARATOR = ":"


@dataclass(frozen=True)
class PointsTo:
    """A value of the parameter: a path, and the class and key of what it refers to.

    ``key``: as Django has it, a plain value or a Key.
    """

    path: ReferencePath
    target: type
    key: Any

    def __str__(self):
        return SEPARATOR.join((
            self.path.stored,
            self.target._class_name,
            str(self.key),
        ))

    @classmethod
    def parse(cls, text: str, admin: Any, request: Any) -> "PointsTo":
        """Read what a URL of the list of ``admin`` says. Raise ValidationError.

        A path that the person may not know of is none.
        """
        for path in _paths_of(admin):
            if not may_know(path, request, admin):
                continue
            rest = text.removeprefix(f"{path.stored}{SEPARATOR}")
            name, separator, key = rest.partition(SEPARATOR)
            if rest == text or not separator:
                continue
            target = _target(path, name)
            if _is_document(target) and path.leads_to(present(target)):
                return cls(path, target, target._meta.pk.to_python(key))
        raise ValidationError(f"“{text[:100]}” is no path to a document.")

    @classmethod
    def looked_up(cls, params: dict[str, str], admin: Any) -> tuple[str, Any]:
        """Return the parameter that is a lookup of what refers to one document, and
        what that is; "" and None where there is none.
        """
        if any(name.endswith("__exact") for name in params):
            for path in _paths_of(admin):
                for name in {_lookup_name(path)} & params.keys():
                    found = cls._read(path, params[name])
                    if found is not None:
                        return name, found
        return "", None

    @classmethod
    def _read(cls, path: ReferencePath, text: str) -> "PointsTo | None":
        """Read the value of the lookup of a path; None for what names no key."""
        name = ""
        if path.is_generic:
            name, _comma, text = text.partition(",")
        target = _target(path, name)
        if not _is_document(target):
            return None
        try:
            return cls(path, target, present(target)._meta.pk.to_python(text))
        except ValidationError:
            return None

    @property
    def lookup(self) -> tuple[str, str]:
        """The lookup that asks the same, and its value; for paths that have one."""
        text = str(self.key)
        if self.path.is_generic:
            text = f"{self.target._class_name},{text}"
        return _lookup_name(self.path), text

    @property
    def stored_key(self) -> Any:
        """The key as BSON holds it. Raise ValidationError for what it cannot hold."""
        try:
            key = key_bson(self.target, self.key)
            bson.encode({"_id": key}, codec_options=CODEC)
        except QUERY_ERRORS as error:
            text = f"“{str(self.key)[:100]}” cannot be looked up."
            raise ValidationError(text) from error
        return key

    def filter(self, queryset: Any, admin: Any) -> Any:
        """Return what of ``queryset`` refers to the document."""
        referrer = Referrer(self.path, admin, queryset)
        return referrer.queryset(self.target, [self.stored_key])

    def document(self, request: Any, admin_site: Any) -> tuple[Any, str]:
        """Return the document and its page for who may view it, otherwise the key."""
        admin = owners_of(admin_site).get(self.target)
        if admin is None or not admin.has_view_or_change_permission(request):
            return self.key, ""
        try:
            with within(max_side_time()):
                found = admin.get_queryset(request).filter(pk=self.key).first()
        except FAILURES:
            return self.key, ""
        if found is None or not admin.has_view_or_change_permission(request, found):
            return self.key, ""
        name = f"admin:{admin.opts.app_label}_{admin.opts.model_name}_change"
        args = [quote(found.pk)]
        try:
            return found, reverse(name, args=args, current_app=admin_site.name)
        except NoReverseMatch:
            return found, ""


def _target(path: ReferencePath, name: str) -> Any:
    """Return the class that a path leads to: the declared one, or else the named."""
    if path.is_generic:
        return named_class(name)
    return path.reference.remote_field.model


def _lookup_name(path: ReferencePath) -> str:
    if path.is_generic:
        return f"{path.lookup}__exact"
    return f"{path.lookup}__{path.reference.remote_field.model._meta.pk.name}__exact"


def _is_document(cls: Any) -> bool:
    return cls is not None and issubclass(cls, Document)


def _paths_of(admin: Any) -> Iterator[ReferencePath]:
    """Yield the paths of what an admin lists."""
    for owner, nearest in owners_of(admin.admin_site).items():
        if nearest is admin:
            yield from reference_paths(owner)
