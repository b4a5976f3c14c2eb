"""The mongoengine queryset that the admin works on.

It is the Document's own queryset, with what Django's admin calls beside it: Django's
Q and lookups in ``filter``, ``count()`` without arguments, ``aggregate(Min, Max)``
and ``datetimes`` for the date hierarchy. It is no ORM: what Django's admin does not
call is not here, and developers' ``Note.objects`` stays what it was.
"""

from collections.abc import Iterator
from datetime import UTC
from itertools import islice
from time import monotonic
from types import SimpleNamespace
from typing import Any

from django.db import models
from django.db.models.expressions import F, OrderBy
from django.utils import timezone
from mongoengine import QuerySet
from mongoengine.queryset.base import BaseQuerySet

from . import aggregations
from .compat import has_delete_receivers
from .compat.managers import plain_queryset_class
from .delete_rules import Collected, batches
from .exceptions import UnsupportedFeature, UnsupportedLookup
from .fetching import FetchingMixin
from .hydration import class_for
from .keys import can_lead, key_of
from .limits import TIMEOUTS, is_each_limited, max_time, until, within
from .lookups import MAX_JOINED, NOTHING, Q, negated, q_for, q_for_lookup, resolve
from .periods import periods
from .replicas import as_read, leniently

# What is found in more time is too much to choose from.
MAX_CHOICES_MS = 2_000

_CLASSES: dict[type, type] = {}
_OWN_CLASSES: dict[type, type] = {}


class DeletingQuerySet(BaseQuerySet):
    """Mixed in behind a queryset class: deletes what the confirmation page shows."""

    def delete(self, write_concern=None, _from_doc_delete=False, cascade_refs=None):
        """Delete the documents and what their rules say; return how many they were.

        Overrides mongoengine.queryset.base.BaseQuerySet.delete (0.29), except that
        the rules are followed by admin_ext.delete_rules.
        """
        document = self._document
        one_by_one = self._skip or self._limit or has_delete_receivers(document)
        if one_by_one and not _from_doc_delete:
            return super().delete(write_concern)
        sons = self._collection.find(self._query, {"_cls": 1})
        collected = Collected()
        collected.collect((class_for(document, son), son["_id"]) for son in sons)
        return collected.apply(by_keys, write_concern)


class DocumentQuerySet(FetchingMixin):
    """Mixed in before the Document's own queryset class. See the module."""

    # Django's admin reads these from a queryset.
    db = "default"
    _prefetch_related_lookups = ()

    # Whether it was made to be asked for another, as Django asks a manager.
    _is_manager = False

    # When what is being read takes too long; see max_time_ms.
    _deadline = None

    def __init__(self, document, collection):
        super().__init__(document, leniently(collection))

    @property
    def model(self):
        return self._document

    @property
    def _collection(self):
        """The collection, read as this queryset says, or else as the list is.

        mongoengine (0.29) knows of the former in its own find and aggregate only.
        """
        collection = as_read(self._document, super()._collection)
        own = {
            "read_preference": self._read_preference,
            "read_concern": self._read_concern,
        }
        is_own = any(each is not None for each in own.values())
        return collection.with_options(**own) if is_own else collection

    @property
    def verbose_name(self):
        return self._document._meta.verbose_name

    @property
    def verbose_name_plural(self):
        return self._document._meta.verbose_name_plural

    @property
    def query(self):
        return SimpleNamespace(order_by=[], select_related=True, is_sliced=False)

    @property
    def ordered(self):
        return bool(self._ordering or self._document._meta.ordering)

    def get_queryset(self):
        return self.all()

    def of(self, queryset):
        """Return a queryset of the Document's own as the admin's."""
        return admin_queryset(queryset)

    def using(self, alias):
        """Stay on the Document's own database; ``alias`` names an SQL one."""
        if self._is_manager and self._cursor_obj is None:
            self._is_manager = False
            return self
        return self.clone()

    def _clone(self):
        return self.clone()

    _chain = _clone

    def iterator(self, chunk_size=None):
        return iter(self.clone())

    def exists(self):
        return self.clone().order_by().limit(1).only("pk").first() is not None

    def count(self):
        """Count; of a slice no more than it has, as Django does.

        Django's Paginator calls a count() without parameters only; with any other it
        counts with len(), which loads the whole collection.
        """
        is_part = self._skip or self._limit is not None
        return super().count(with_limit_and_skip=bool(is_part))

    def complex_filter(self, condition):
        if isinstance(condition, models.Q):
            return self.filter(condition)
        return self.filter(**condition)

    def filter(self, *conditions, **lookups):
        """Filter by mongoengine's Q, Django's Q, and lookups of either.

        A keyword that the translator does not know is left to mongoengine: only code
        writes keywords, what comes from a URL arrives in a Django Q.
        """
        queryset = self
        for condition in conditions:
            translated = q_for(self._document, condition)
            if translated is not None:
                queryset = super(DocumentQuerySet, queryset).filter(translated)
        for path, value in lookups.items():
            try:
                translated = q_for_lookup(self._document, path, value)
            except UnsupportedLookup:
                translated = Q(**{path: value})
            queryset = super(DocumentQuerySet, queryset).filter(translated)
        return queryset if queryset is not self else self.clone()

    def get(self, *conditions, **lookups):
        return super(DocumentQuerySet, self.filter(*conditions, **lookups)).get()

    def exclude(self, *fields, **lookups):
        """Exclude by condition as Django does; names of fields are mongoengine's."""
        if fields and all(isinstance(field, str) for field in fields):
            return super().exclude(*fields)
        conditions = [q_for(self._document, field) for field in fields]
        conditions += [
            q_for_lookup(self._document, path, value) for path, value in lookups.items()
        ]
        queryset = self
        for condition in conditions:
            queryset = queryset.filter(negated(self._document, condition))
        return queryset

    def __or__(self, other):
        """Return what either queryset finds; ``get_search_results`` joins them so."""
        return self._combined("$or", other)

    def __and__(self, other):
        return self._combined("$and", other)

    def _combined(self, operator, other):
        if not isinstance(other, BaseQuerySet) or other._document is not self._document:
            return NotImplemented
        if any(each._limit is not None or each._skip for each in (self, other)):
            raise TypeError("Cannot combine queries once a slice has been taken.")
        queryset = self.clone()
        queryset._query_obj = Q(__raw__={operator: [self._query, other._query]})
        queryset._mongo_query = None
        return queryset

    def none(self):
        return self.filter(Q(**NOTHING))

    def distinct(self, field=None):
        """Return this queryset, which has no duplicates, or a field's values."""
        return self.clone() if field is None else super().distinct(field)

    def select_related(self, *fields, **kwargs):
        """Change nothing: the changelist fetches references per page, in one query."""
        return self.clone()

    def order_by(self, *keys, **kwargs):
        """Sort by mongoengine's keys or Django's expressions of a field."""
        sort_keys: dict[str, str] = {}
        for key in map(self.sort_key, keys):
            # The driver keeps the last of two keys of one field, SQL obeys the first.
            sort_keys.setdefault(key.lstrip("+-"), key)
        return super().order_by(*sort_keys.values(), **kwargs)

    def sort_key(self, key: Any) -> str:
        """Return mongoengine's key. Raise UnsupportedFeature when find has none."""
        descending = False
        if isinstance(key, OrderBy):
            if is_against_null_order(key):
                raise UnsupportedFeature(
                    "MongoDB sorts null below every other value; leave out nulls_first "
                    "and nulls_last."
                )
            key, descending = key.expression, key.descending
        if isinstance(key, F):
            key = key.name
        if not isinstance(key, str):
            raise UnsupportedFeature(
                f"{key!r} cannot be sorted by; name a field of the Document."
            )
        if key == "?":
            raise UnsupportedFeature(
                "MongoDB has no random order; use aggregate([{'$sample': …}])."
            )
        sign = "-" if descending else ""
        if key.startswith("-"):
            sign, key = ("" if descending else "-"), key[1:]
        if key.startswith(("$", "+")):
            return key
        found = resolve(self._document, key)
        if found.joins:
            raise UnsupportedFeature(
                f"“{key}” is in another collection, which MongoDB's find cannot sort "
                "by; store the value in this Document, or sort by the reference."
            )
        return sign + "__".join(found.names)

    def aggregate(self, *pipeline, **annotations):
        """Run a pipeline, or return {alias: value} for Django's Min, Max and Count."""
        if pipeline:
            return super().aggregate(*pipeline)
        return aggregations.annotate(self, annotations)

    def datetimes(self, field_name, kind, order="ASC", tzinfo=None):
        """Return the years, months or days that occur, in the current time zone."""
        zone = tzinfo or timezone.get_current_timezone()
        found = [*periods(self, field_name, zone, kind).starts]
        return found if order == "ASC" else found[::-1]

    def dates(self, field_name, kind, order="ASC"):
        """Return the same as dates. BSON has no date without time; days are UTC."""
        moments = self.datetimes(field_name, kind, order, tzinfo=UTC)
        return [moment.date() for moment in moments]

    def values_list(self, *fields, flat=False, named=False):
        """Return mongoengine's; of a reference's ``__pk`` the keys that occur.

        The latter is what Django's RelatedOnlyFieldListFilter asks for.
        """
        if flat and fields[0].endswith("__pk"):
            return self._referenced_keys(fields[0].removesuffix("__pk"))
        return super().values_list(*fields)

    def _referenced_keys(self, path):
        target = resolve(self.model, path).field.remote_field.model
        values = self.stored_values(path, limit=MAX_JOINED)
        return [key_of(target, value) for value in values if can_lead(value)]

    def stored_values(self, path, *, limit=None):
        """Return the values that occur, sorted; None for null and for missing.

        Members of lists count one by one. mongoengine's ``distinct`` makes documents
        of them, and MongoDB's own has to fit into one answer of 16 MB.
        """
        found = resolve(self.model, path)
        # Alone at first: an index that has no arrays tells all values by a few keys.
        whole = [] if found.lists else [{"$group": {"_id": f"${found.stored}"}}]
        value = f"${found.stored}" if found.lists else "$_id"
        pipeline = [
            *whole,
            {"$project": {"value": value}},
            {"$unwind": {"path": "$value", "preserveNullAndEmptyArrays": True}},
            {"$group": {"_id": "$value"}},
            {"$sort": {"_id": 1}},
            *([{"$limit": limit}] if limit else []),
        ]
        rows = super(DocumentQuerySet, self.order_by()).aggregate(pipeline)
        return [row.get("_id") for row in rows]

    def max_time_ms(self, ms):
        """Limit the time for all that is read, in ms, from the first document on.

        Raise one of limits.TIMEOUTS then. mongoengine (0.29) tells the cursor of the
        moment, which the next filter drops, and a page's own limit replaces.
        """
        queryset = self.clone()
        queryset._max_time_ms = ms
        return queryset

    def _next_son(self):
        if self._max_time_ms is None:
            if self._cursor_obj is not None or not is_each_limited():
                return next(self._cursor)
            # The first is the query; the next 100 come with it.
            with within(max_time()):
                return next(self._cursor)
        if self._deadline is None:
            self._deadline = monotonic() + self._max_time_ms / 1_000
        with until(self._deadline):
            return next(self._cursor)

    def up_to(self, count):
        """Return the documents as a list, or None when they are more than ``count``.

        They are sorted after they were found: an order without an index would read the
        whole of a collection to find that out. None also when it takes too long.
        """
        try:
            with within(MAX_CHOICES_MS):
                found = self._first(count + 1)
        except TIMEOUTS:
            return None
        return found if len(found) <= count else None

    def _first(self, count):
        if self.is_more_than_a_query:
            return [*islice(self.clone(), count)]
        pipeline = [{"$match": self._query}, {"$limit": count}, *self._sorted]
        # mongoengine's own default, too, is no collation.
        sons = self._collection.aggregate(pipeline, collation=self._collation)
        return [*map(self.loaded, sons)]

    @property
    def is_more_than_a_query(self):
        is_none = self._empty or self._none
        is_part = is_none or self._skip or self._limit is not None
        return is_part or bool(self._where_clause or self._loaded_fields.fields)

    @property
    def _sorted(self):
        """The stage that sorts, if any."""
        return [{"$sort": dict(self.sort_keys)}] if self.sort_keys else []

    @property
    def sort_keys(self):
        """What is sorted by, as ``_cursor`` of mongoengine (0.29) has it.

        [(stored path, 1 or -1, or what else MongoDB sorts by)].
        """
        order = self._ordering
        if order is None:
            order = self._get_order_by(self._document._meta.ordering)
        return order or []

    def matching(self, conditions):
        """Return the condition of this queryset and of these as one."""
        parts = [each for each in (self._query, *conditions) if each]
        return {"$and": parts} if len(parts) > 1 else dict(*parts)

    def in_bulk(self, object_ids):
        """Return {key: Document}. mongoengine's own does not come by __next__."""
        return {each.pk: each for each in self.filter(Q(pk__in=list(object_ids)))}

    def __getitem__(self, key):
        """Return a slice, or one Document. Raise IndexError as a list does.

        mongoengine reads one document, as ``first()`` does, past __next__; and it
        forgets that this may be a slice already.
        """
        if isinstance(key, slice):
            return super().__getitem__(self._within_this(key))
        for document in self[key : key + 1]:
            return document
        raise IndexError("no such item for Cursor instance")

    def _within_this(self, part: slice) -> slice:
        """Return a slice of this one as one of all that the query finds."""
        skipped = self._skip or 0
        start = skipped + (part.start or 0)
        if self._empty:
            return slice(start, start)
        # A limit of 0 is none to mongoengine; a slice that ends there is empty.
        ends = [skipped + self._limit] if self._limit else []
        if part.stop is not None:
            ends.append(skipped + part.stop)
        return slice(start, max(start, min(ends)) if ends else None)

    def __next__(self):
        """Return the next Document, also when its stored shape is odd.

        Overrides mongoengine.queryset.base.BaseQuerySet.__next__ (0.29), except that
        a document which does not fit its class is loaded as far as it fits.
        """
        if self._none or self._empty:
            raise StopIteration
        son = self._next_son()
        if self._as_pymongo:
            return son
        document = self.loaded(son)
        return self._get_scalar(document) if self._scalar else document


def is_against_null_order(order: OrderBy) -> bool:
    """Tell whether ``order`` wants null where MongoDB, which sorts it lowest, does not.

    https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
    """
    return bool(order.nulls_first if order.descending else order.nulls_last)


def queryset_class_for(base: type) -> type:
    """Return the class of ``base`` with DocumentQuerySet before it; one per base."""
    if base not in _CLASSES:
        bases = (DocumentQuerySet, base, DeletingQuerySet)
        _CLASSES[base] = type(f"Admin{base.__name__}", bases, {})
    return _CLASSES[base]


def admin_queryset(queryset: Any) -> Any:
    """Return a Document's own queryset as the admin's; anything else as it is.

    A custom queryset class or a filtering ``objects`` manager is kept.
    """
    if not isinstance(queryset, BaseQuerySet) or isinstance(queryset, DocumentQuerySet):
        return queryset
    queryset_class = queryset_class_for(type(queryset))
    copy = queryset._clone_into(
        queryset_class(queryset._document, queryset._collection_obj)
    )
    return copy.clear_cls_query() if _is_of_whole_collection(queryset) else copy


def _is_of_whole_collection(queryset: BaseQuerySet) -> bool:
    """Tell whether ``queryset`` asks for nothing but the classes of a whole hierarchy.

    mongoengine's condition on ``_cls`` leaves out documents whose class nobody knows,
    or that name none: these are odd, and to be seen.
    """
    document = queryset._document
    names = document._subclasses
    expected = names[0] if len(names) == 1 else {"$in": names}
    is_root = "." not in document._class_name
    return is_root and queryset._cls_query == {"_cls": expected}


def queryset_for(document: type) -> DocumentQuerySet:
    """Return ``document.objects`` as the admin's queryset."""
    base = plain_queryset_class(document)
    if base is None or issubclass(base, DocumentQuerySet):
        return admin_queryset(document.objects)
    queryset = queryset_class_for(base)(document, document._get_collection())
    is_whole = _is_of_whole_collection(queryset)
    return queryset.clear_cls_query() if is_whole else queryset


def by_keys(document: type, keys: list) -> Iterator[Any]:
    """Yield the documents of a class that have one of these stored keys."""
    for batch in batches(keys):
        yield from queryset_for(document).filter(Q(__raw__={"_id": {"$in": batch}}))


def own_queryset(document: Any) -> Any:
    """Return the queryset through which a Document deletes itself.

    Stands for mongoengine.Document._qs (0.29), except that it follows the rules by
    admin_ext.delete_rules.
    """
    base = document._meta.get("queryset_class", QuerySet)
    if base not in _OWN_CLASSES:
        _OWN_CLASSES[base] = type(base.__name__, (base, DeletingQuerySet), {})
    return _OWN_CLASSES[base](type(document), document._get_collection())


class QuerySetDescriptor:
    """``_default_manager`` of a Document: a fresh queryset at each access."""

    def __get__(self, instance, owner):
        queryset = queryset_for(owner)
        if isinstance(queryset, DocumentQuerySet):
            queryset._is_manager = True
        return queryset
