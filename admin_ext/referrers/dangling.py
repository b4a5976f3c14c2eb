"""What a deletion leaves pointing at nothing: references without a rule."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from mongoengine import Document, Q
from pymongo.errors import OperationFailure

from admin_ext.aggregations import Batch, ask_apart
from admin_ext.compat import CONNECTION_ERRORS
from admin_ext.delete_rules import Collected, rules_of
from admin_ext.keys import stored_key
from admin_ext.limits import TIMEOUTS
from admin_ext.meta import document_classes, present
from admin_ext.querysets import queryset_for
from admin_ext.references import ReferencePath, condition, paths_to

from .access import Referrer, may_know, owner_of, owners_of, reason

# So many of the documents that refer by one path are named, and so many are counted.
MAX_NAMED = 5
MAX_COUNT = 1_000
# What refers to so many documents of a class is looked for, and so many that go, too,
# are left out of it: a query carries the keys of them all.
MAX_KEYS = 1_000
MAX_LEFT_OUT = 10_000
# The time for looking, in ms, and for reading the names.
MAX_TIME = 2_000


@dataclass
class Dangling:
    """What will refer to nothing by one path.

    ``conditions``: the queries, one for each class that is deleted; ``documents``:
    the first of them, for who may view them; ``why``: why it is not known.
    """

    referrer: Referrer
    conditions: list[dict] = field(default_factory=list)
    count: int = 0
    keys: list[Any] = field(default_factory=list)
    documents: list[Any] = field(default_factory=list)
    why: str = ""

    @property
    def name(self) -> str:
        """Return the name of the documents, as many as they are."""
        meta = self.referrer.path.owner._meta
        is_one = self.more == 1 and not self.is_capped
        return meta.verbose_name if is_one else meta.verbose_name_plural

    @property
    def more(self) -> int:
        """How many are not named, MAX_COUNT at most."""
        return min(self.count, MAX_COUNT) - len(self.documents)

    @property
    def is_capped(self) -> bool:
        return self.count > MAX_COUNT


class LeftDangling:
    """Looks for what ``collected`` leaves dangling, as far as a person may know it.

    ``is_complete`` is False when more is deleted than was asked about.
    """

    def __init__(self, collected: Collected, request: Any, admin_site: Any):
        self.collected, self.request = collected, request
        self.admins = owners_of(admin_site)
        self.is_complete = True
        self._rows: dict[type, Any] = {}
        found = self._without_rules()
        ask_apart(found, self._look, _failed, owner=owner_of)
        self.found = [each for each in found if each.count or each.why]
        self._load()

    def _without_rules(self) -> list[Dangling]:
        """Return the paths to what is deleted that no rule is declared for."""
        found: dict[tuple, Dangling] = {}
        owners = [each for each in self._owners() if self._may_know(each)]
        for document, deleted in self.collected.deleted.items():
            keys = [*islice(deleted.values(), MAX_KEYS)]
            rules = rules_of(document)
            for path in paths_to(present(document), owners):
                admin = self._admin(path.owner)
                if not may_know(path, self.request, admin):
                    continue
                if keys and not any(_is_of(rule, path) for rule in rules):
                    referrer = Referrer(path, admin, self._all(path))
                    each = found.setdefault(referrer.place, Dangling(referrer))
                    each.conditions.append(condition(path, document, keys))
                    self.is_complete &= len(deleted) <= MAX_KEYS
        return sorted(found.values(), key=_owner_name)

    def _owners(self) -> Iterator[type]:
        """Yield the Documents of this site, and others of installed apps."""
        known = (*self.admins, *document_classes())
        return (each for each in dict.fromkeys(known) if issubclass(each, Document))

    def _admin(self, owner: type) -> Any:
        return self.admins.get(owner)

    def _may_know(self, owner: type) -> bool:
        """Tell whether a person may know of documents: what has no admin is counted."""
        admin = self._admin(owner)
        return admin is None or admin.has_view_or_change_permission(self.request)

    def _all(self, path: ReferencePath) -> Any:
        """Return the documents of a path's class that a person may know of."""
        admin = self._admin(path.owner)
        place = path.owner if admin is None else admin.model
        if place not in self._rows:
            self._rows[place] = (
                queryset_for(place)
                if admin is None
                else admin.get_queryset(self.request)
            )
        return self._rows[place]

    def _why_not(self, each: Dangling) -> str:
        """Return why it costs too much to look, or ""."""
        if len(self._left_out(each)) > MAX_LEFT_OUT:
            return _("not looked for: too many of them are deleted")
        if each.referrer.is_cheap:
            return ""
        text = _(
            "not looked for: no index begins with %(path)s, it would read %(number)s "
            "documents"
        )
        words = {
            "path": each.referrer.path.stored_key,
            "number": f"{each.referrer.size:,}",
        }
        return text % words

    def _left_out(self, each: Dangling) -> list[Any]:
        """Return the keys of what is deleted from the same collection."""
        return self._gone[each.referrer.collection.full_name]

    @cached_property
    def _gone(self) -> dict[str, list[Any]]:
        """What is deleted: {collection: keys}."""
        gone: dict[str, list[Any]] = defaultdict(list)
        for document, keys in self.collected.deleted.items():
            gone[document._get_collection().full_name] += keys.values()
        return gone

    def _look(self, wanted: list[Dangling]) -> None:
        """Count them and find the first keys, in one aggregation."""
        for each in wanted:
            each.why = self._why_not(each)
        wanted = [each for each in wanted if not each.why]
        batch = Batch(MAX_TIME)
        for each in wanted:
            query = {
                "$or": each.conditions,
                "_id": {"$nin": self._left_out(each)},
            }
            rows = each.referrer.rows.filter(Q(__raw__=query))
            first = {"$firstN": {"input": "$_id", "n": MAX_NAMED}}
            stages = [
                {"$match": rows._query},
                {"$limit": MAX_COUNT + 1},
                {"$group": {"_id": None, "count": {"$sum": 1}, "keys": first}},
            ]
            batch.add(rows, stages)
        for index, row in batch.rows().items():
            wanted[index].count, wanted[index].keys = row["count"], row["keys"]

    def _load(self) -> None:
        """Load what is named: one query for a list."""
        groups: dict[Any, list[Dangling]] = defaultdict(list)
        for each in self.found:
            if each.keys and each.referrer.admin is not None:
                groups[each.referrer.admin].append(each)
        for admin, group in groups.items():
            keys = [key for each in group for key in each.keys]
            rows = group[0].referrer.rows.filter(Q(__raw__={"_id": {"$in": keys}}))
            try:
                loaded = [*rows.max_time_ms(MAX_TIME)]
            except (OperationFailure, *CONNECTION_ERRORS):
                continue
            for each in group:
                each.documents = [
                    one
                    for one in loaded
                    if stored_key(one) in each.keys
                    and admin.has_view_or_change_permission(self.request, one)
                ]


def _owner_name(each: Dangling) -> str:
    return str(each.referrer.path.owner._meta.verbose_name_plural).lower()


def _is_of(rule: Any, path: ReferencePath) -> bool:
    return rule.stored == path.stored and issubclass(path.owner, rule.owner)


def _failed(wanted: list[Dangling], error: Exception) -> None:
    for each in wanted:
        is_slow = isinstance(error, TIMEOUTS)
        text = _("looking for them took too long") if is_slow else reason(error)
        each.why = each.why or text
