"""Django's log as it may be shown: the texts in it may tell what is withheld now."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from mongoengine import Document

from admin_ext.compat import QUERY_ERRORS
from admin_ext.identities import identity
from admin_ext.reference_lookups import key_bson

from .deciding import is_limiting, policy_for
from .standing import ask, is_limited, known


def shown_entries(entries: Any, request: Any, admin_site: Any) -> Any:
    """Return entries of the log; for who is limited, with keys for some texts."""
    if not is_limiting(request, admin_site):
        return entries
    return ShownEntries(entries, request, admin_site)


class ShownEntries:
    """Stands for a queryset of LogEntry where one is listed, for one person."""

    def __init__(self, entries: Any, request: Any, admin_site: Any):
        self.entries, self.request, self.admin_site = entries, request, admin_site

    def filter(self, *args, **kwargs):
        return self._of(self.entries.filter(*args, **kwargs))

    def exclude(self, *args, **kwargs):
        return self._of(self.entries.exclude(*args, **kwargs))

    def order_by(self, *names):
        return self._of(self.entries.order_by(*names))

    def select_related(self, *names):
        return self._of(self.entries.select_related(*names))

    def count(self):
        return self.entries.count()

    def exists(self):
        return self.entries.exists()

    def __len__(self):
        return len(self.entries)

    def __iter__(self):
        return iter(self._shown([*self.entries]))

    def __getitem__(self, part):
        if isinstance(part, slice):
            return self._shown([*self.entries[part]])
        return self._shown([self.entries[part]])[0]

    def _of(self, entries):
        return ShownEntries(entries, self.request, self.admin_site)

    def _shown(self, entries: list) -> list:
        """Put the key in the place of each text that might tell too much."""
        groups = defaultdict(list)
        for entry in entries:
            model = entry.content_type and entry.content_type.model_class()
            admin = self.admin_site._registry.get(model)
            if admin is not None and issubclass(model, Document):
                groups[admin].append(entry)
        for admin, group in groups.items():
            for entry in self._withheld(admin, group):
                entry.object_repr = entry.object_id
        return entries

    def _withheld(self, admin: Any, entries: list) -> Iterator[Any]:
        policy = policy_for(self.request, admin.model, admin)
        if policy.withholds:
            yield from entries
        elif is_limited(policy, "view"):
            keys = {each: _key(admin.model, each.object_id) for each in entries}
            ask(policy, [key for key in keys.values() if key is not None])
            for entry, key in keys.items():
                answers = known(policy).get(identity(key), ())
                if key is None or "view" not in answers:
                    yield entry


def _key(document: type, text: str | None) -> Any:
    """Return the key that the log has as text as BSON holds it; None for none."""
    try:
        return key_bson(document, document._meta.pk.to_python(text))
    except (ValidationError, *QUERY_ERRORS):
        return None
