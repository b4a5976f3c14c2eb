"""What an admin sorts, filters and searches by, and which index serves it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from bson import ObjectId, Regex
from django.contrib.admin.views.main import ChangeList
from django.db import models
from mongoengine import Q

from admin_ext.display import column_for
from admin_ext.exceptions import UnsupportedFeature, UnsupportedLookup
from admin_ext.indexes import MAX_AGE, index_line, size_of
from admin_ext.lookups import Path, resolve
from admin_ext.meta import present
from admin_ext.plans import Plan, is_large, plan_for
from admin_ext.references.paths import reference_paths
from admin_ext.textindex import is_indexed

from .scanning import Searched
from .sorting import KEY, sort_of

# A value of each kind, to ask the planner with; by its type it chooses an index.
SAMPLES = (
    (models.DateField, datetime(2000, 1, 1, tzinfo=UTC)),
    (models.BooleanField, True),
    ((models.IntegerField, models.FloatField, models.DecimalField), 1),
    ((models.CharField, models.TextField), "a"),
)

POINTS_HERE = "what points here"


class State(StrEnum):
    """Whether an index serves a need; of the last the server does not tell."""

    SERVED = "served"
    GAP = "gap"
    INCURABLE = "no index can"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Need:
    """Something that an admin asks of a collection.

    ``option``, ``entry``: where the admin says so. ``document``: whose collection is
    asked. ``keys``: [(stored path, kind)] of the index that would serve it, [] where
    none would. ``condition`` and ``sort``: what the planner is asked.
    """

    admin: Any
    option: str
    entry: str
    document: Any
    keys: tuple[tuple[str, Any], ...] = ()
    condition: Any = None
    sort: tuple[tuple[str, Any], ...] = ()

    @property
    def collection(self) -> Any:
        return self.document._get_collection()

    @property
    def size(self) -> int:
        return size_of(self.collection, max_age=MAX_AGE)

    @property
    def is_large(self) -> bool:
        return is_large(self.collection)

    def is_gap(self, *, of_large: bool) -> bool:
        """Tell whether an index is missing; ``of_large``: on a large collection."""
        return self.state is State.GAP and (self.is_large or not of_large)

    @cached_property
    def plan(self) -> Plan:
        queryset = self.document._default_manager.all()
        if self.condition:
            queryset = queryset.filter(Q(__raw__=self.condition))
        return plan_for(queryset, [*self.sort])

    @property
    def _is_text(self) -> bool:
        return any(kind == "text" for _path, kind in self.keys)

    @cached_property
    def state(self) -> State:
        if not self.keys:
            return State.INCURABLE
        if self._is_text:
            is_served = all(is_indexed(self.document, path) for path, _ in self.keys)
            return State.SERVED if is_served else State.GAP
        if not self.plan.is_known:
            return State.UNKNOWN
        # An order may be walked past what belongs to other classes.
        is_full = self.plan.sorts if self.sort else self.plan.scans
        if is_full or not self.index:
            return State.GAP
        is_order = self.plan.has_order([*self.sort])
        return State.SERVED if is_order else State.INCURABLE

    @property
    def index(self) -> str:
        """The name of the index that the planner takes, or ""."""
        if self._is_text or not self.keys:
            return ""
        is_key = self.keys[0][0] == KEY
        return self.plan.index or ("_id_" if is_key and self.size else "")

    @property
    def line(self) -> str:
        """What would declare the index that is missing; "" where none is."""
        return index_line(self.document, self.keys) if self.state is State.GAP else ""


def needs_of(admin: Any, owners: Any) -> Iterator[Need]:
    """Yield what an admin asks, in the order of its options, each once.

    ``owners``: the Documents whose pages tell what refers to them.
    """
    seen = set()
    for each in (
        *_orders(admin),
        *_filters(admin),
        *_searches(admin),
        *_inlines(admin),
        *_references(admin, owners),
    ):
        if (each.option, each.entry, each.document) not in seen:
            seen.add((each.option, each.entry, each.document))
            yield each


def _orders(admin) -> Iterator[Need]:
    ordering = [*(admin.ordering or admin.opts.ordering or ())]
    if ordering:
        yield from _order(admin, "ordering", ordering)
    probe = SimpleNamespace(
        lookup_opts=admin.opts, model_admin=admin, model=admin.model
    )
    for name in admin.list_display:
        column = column_for(name, admin.model, admin)
        if admin.sortable_by is None or name in admin.sortable_by:
            field = ChangeList.get_ordering_field(probe, column)
            if field:
                yield from _order(admin, "list_display", [field], name)


def _order(admin, option, ordering, name=None) -> Iterator[Need]:
    with suppress(UnsupportedFeature, UnsupportedLookup):
        sort = tuple(sort_of(admin.model._default_manager.all(), ordering))
        entry = ", ".join(map(str, ordering)) if name is None else _text_of(name)
        yield Need(admin, option, entry, admin.model, sort, None, sort)


def _text_of(name: Any) -> str:
    return name if isinstance(name, str) else getattr(name, "__name__", str(name))


def _filters(admin) -> Iterator[Need]:
    if admin.date_hierarchy:
        yield from _filter(admin, "date_hierarchy", admin.date_hierarchy)
    for each in admin.list_filter:
        path = each[0] if isinstance(each, list | tuple) else each
        # What a filter of the developer's own asks is not known.
        if isinstance(path, str):
            yield from _filter(admin, "list_filter", path)


def _filter(admin, option, entry) -> Iterator[Need]:
    with suppress(UnsupportedLookup):
        for document, path in _steps(admin.model, entry):
            yield _lookup(admin, option, entry, document, path)


def _steps(document: Any, name: str) -> Iterator[tuple[Any, Path]]:
    """Yield (Document, path) of each collection in which a path is looked up.

    Behind a reference MongoDB is asked for keys, and then for what refers to these.
    """
    found = resolve(document, name)
    while found.joins:
        before = Path(found.fields[: found.joins], found.names[: found.joins], "in")
        yield document, before
        document, found = found.target, resolve(found.target, found.rest)
    yield document, found


def _lookup(admin, option, entry, document, path) -> Need:
    field = path.fields[-1]
    samples = (value for kind, value in SAMPLES if isinstance(field, kind))
    value = next(samples, ObjectId(b"\0" * 12))
    is_range = isinstance(field, models.DateField)
    condition = {path.stored: {"$gte": value} if is_range else {"$in": [value]}}
    keys = ((path.stored, 1),)
    return Need(admin, option, entry, document, keys, condition)


def _searches(admin) -> Iterator[Need]:
    for entry in admin.search_fields:
        with suppress(UnsupportedLookup):
            searched = Searched.of(admin.model, entry)
            path = searched.path
            if searched.document is not admin.model:
                name = searched.entry.lstrip("^=@")
                for document, step in [*_steps(admin.model, name)][:-1]:
                    yield _lookup(admin, "search_fields", entry, document, step)
            if searched.kind is None:
                yield Need(admin, "search_fields", entry, searched.document)
            elif searched.kind == "text":
                keys = ((path.stored, "text"),)
                yield Need(admin, "search_fields", entry, searched.document, keys)
            elif searched.is_beginning:
                condition = {path.stored: {"$in": [Regex("^a")]}}
                keys = ((path.stored, 1),)
                yield Need(*(
                    admin,
                    "search_fields",
                    entry,
                    searched.document,
                    keys,
                    condition,
                ))
            else:
                yield _lookup(admin, "search_fields", entry, searched.document, path)


def _inlines(admin) -> Iterator[Need]:
    for inline in admin.inlines:
        if hasattr(inline, "field_name"):
            continue
        for path in reference_paths(present(inline.model)):
            is_key = len(path.fields) == 1 and path.leads_to(admin.model)
            if is_key and getattr(inline, "fk_name", None) in (None, path.name):
                entry = f"{inline.__name__}.{path.name}"
                yield _reference(admin, "inlines", entry, inline.model, path)


def _references(admin, owners) -> Iterator[Need]:
    for path in reference_paths(admin.model):
        is_shown = any(path.leads_to(each) for each in owners)
        if is_shown and not path.is_in_map:
            yield _reference(admin, POINTS_HERE, path.name, admin.model, path)


def _reference(admin, option, entry, document, path) -> Need:
    condition = {path.stored_key: {"$in": [ObjectId(b"\0" * 12)]}}
    keys = ((path.stored_key, 1),)
    return Need(admin, option, entry, document, keys, condition)
