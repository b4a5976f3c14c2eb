"""The messages of Django's log, as a person with limits may read them."""

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override
from mongoengine import Document

from admin_ext.hydration import shown_son
from admin_ext.meta import present
from admin_ext.policies import MASK, Access, Policy, policy_for
from admin_ext.registry import nearest_admin


class Rows:
    """What a person may read in the log of the rows of an inline, or of the document.

    ``path``: of embedded rows in the whole; ``keys``: what is stored of the document,
    as far as the person may see it.
    """

    def __init__(self, cls: type, policy: Policy, path: tuple = (), keys: Any = ()):
        self.is_whole = policy.is_whole(path) if path else not policy.withholds
        self._labels = _labels(cls, policy, path, keys)

    def shows(self, name: str) -> bool:
        """Tell whether a name that the log has is one of a field that is shown."""
        return self.is_whole or capfirst(name) in self._labels


def _labels(cls: type, policy: Policy, path: tuple, keys: Any) -> set[str]:
    """Return the names that the log may have of fields that are shown, and no other."""
    labels: dict[bool, set[str]] = defaultdict(set)
    with override(None):
        for field in present(cls)._meta.fields:
            names = {capfirst(str(field.verbose_name)), capfirst(field.name)}
            labels[policy.access((*path, field.name)) >= Access.VIEW] |= names
    return (labels[True] | {*map(capfirst, keys)}) - labels[False]


class Messages:
    """Tells what a person may read of the messages about one document."""

    def __init__(self, admin: Any, request: Any, obj: Any):
        self.admin, self.request, self.obj = admin, request, obj
        self.policy = policy_for(request, type(obj), admin)

    @cached_property
    def is_limited(self) -> bool:
        """Whether something that a message may tell is withheld from the person."""
        return self.policy.withholds or any(
            policy_for(
                self.request, each, nearest_admin(self.admin.admin_site, each)
            ).is_limited
            for each in self._inline_documents()
        )

    def _inline_documents(self) -> Iterator[type]:
        shown = self.admin.get_inlines(self.request, self.obj)
        for each in (*self.admin.inlines, *shown):
            if issubclass(each.model, Document):
                yield each.model

    @cached_property
    def _own(self) -> Rows:
        return Rows(type(self.obj), self.policy, keys=shown_son(self.obj) or ())

    @cached_property
    def _inlines(self) -> dict[str, list[Rows | None]]:
        """What may be read of the rows of the inlines, by what the log calls them.

        None where only some of the rows may be seen.
        """
        found = defaultdict(list)
        for each in self.admin.get_inline_instances(self.request, self.obj):
            with override(None):
                name = str(each.opts.verbose_name)
            if hasattr(each, "field_name"):
                rows = Rows(each.model, self.policy, (each.field_name,))
            elif hasattr(each.model, "_fields"):
                policy = policy_for(self.request, each.model, each)
                has_all = policy.rows("view", "change") is None
                rows = Rows(each.model, policy) if has_all else None
            else:
                continue
            found[name].append(rows)
        return found

    def shown(self, message: str) -> str:
        """Return a message without the names and texts of what is withheld.

        What is no list of changes is a text of the project's, which may tell anything.
        """
        try:
            parts = json.loads(message)
        except ValueError:
            return ""
        if not isinstance(parts, list):
            return ""
        told = [self._told(part) for part in parts]
        kept = [part for part in told if part is not None]
        if len(kept) < len(told):
            kept.append({"changed": {"fields": [_("other fields")]}})
        return json.dumps(kept)

    def _told(self, part: dict) -> dict | None:
        """Return an entry of a message; None where the person may not know of it."""
        shown = {}
        for action, what in part.items():
            name = what.get("name")
            rows = [self._own] if name is None else self._inlines.get(name, [])
            if not rows or None in rows:
                return None
            shown[action] = _without(what, rows)
        return shown


def _without(what: dict, rows: list[Rows]) -> dict:
    found = {**what}
    if "object" in what and not all(each.is_whole for each in rows):
        found["object"] = MASK
    if "fields" in what:
        names = [str(each) for each in what["fields"]]
        kept = [name for name in names if all(each.shows(name) for each in rows)]
        found["fields"] = kept or [_("other fields")]
    return found
