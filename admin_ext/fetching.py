"""What a queryset fetches of each document, and the object that is made of it."""

from typing import Any

from mongoengine.base import BaseDocument

from .compat import LOAD_ERRORS
from .hydration import document_for_son
from .indexes import field_path
from .keys import remember_document

# Pipelines that are a find. https://www.mongodb.com/docs/manual/reference/operator/projection/
FINDS = (
    ("$match", "$sort", "$limit", "$project"),
    ("$match", "$sort", "$skip", "$limit", "$project"),
)


def load(document: type, son: dict[str, Any], *, dereference: bool = True) -> Any:
    """Return a stored document as mongoengine loads it, as far as it fits its class."""
    try:
        loaded = document._from_son(son, _auto_dereference=dereference)
    except LOAD_ERRORS:
        loaded = document_for_son(document, son)
    return remember_document(loaded, son)


class FetchingMixin:
    """Mixed into DocumentQuerySet: fetches whole documents, or a part of each."""

    # What fetches a part of each document, None for all of it; see fetching.
    _projection = None

    # Who it reads for: a policies.Policy that takes out what is not shown, or None.
    policy = None

    # What is done to each document that is loaded: functions of one.
    preparations: tuple = ()

    def preparing(self, *preparations):
        """Have functions called with each document that is loaded."""
        queryset = self.clone()
        queryset.preparations = (*self.preparations, *preparations)
        return queryset

    # Whether that person does not see all documents, or not all of each.
    is_limited = False

    def under(self, policy):
        """Load documents as far as a policy shows them, in no order that it denies."""
        queryset = self.clone()
        queryset.is_limited = policy.is_limited
        queryset.policy = policy if policy.withholds else None
        if queryset.policy is not None:
            keys = queryset.sort_keys
            kept = [each for each in keys if policy.may_query(self._names(each[0]))]
            if kept != keys:
                queryset._ordering = kept or [("_id", 1)]
        return queryset

    def _names(self, stored):
        return tuple(field_path(self._document, stored).split("."))

    def order_by(self, *keys, **options):
        """Sort as mongoengine does, by the key where a policy denies all others."""
        if self.policy is None or not keys:
            return super().order_by(*keys, **options)
        kept = [
            each
            for each in keys
            if self.policy.may_query(
                tuple(each.lstrip("+-").replace(".", "__").split("__"))
            )
        ]
        return super().order_by(*(kept or ["pk"]), **options)

    def fetching(self, projection):
        """Fetch a part of each document only.

        ``projection.fields`` is what find takes, ``projection.document(son)`` makes an
        object of what it yields; None for whole documents. Where the queryset chooses
        its fields itself it stays as it is.
        """
        queryset = self.clone()
        is_own = self._loaded_fields.fields or self._as_pymongo or self._scalar
        is_own = is_own or self._search_text or not self._auto_dereference
        # Whoever it was made for is who reads.
        is_own = is_own or getattr(projection, "policy", None) is not self.policy
        queryset._projection = None if is_own else projection
        # Of a queryset that was read already.
        queryset._cursor_obj = None
        return queryset

    def projected(self, computed):
        """Return the stage of a pipeline that fetches the same, none for whole
        documents. ``computed``: {key: expression} of what it yields beside.
        """
        if self._fetched is None:
            return []
        return [{"$project": {**self._fetched.fields, **computed}}]

    @property
    def _fetched(self):
        """The projection; None where ``only`` or the like was called later."""
        return None if self._loaded_fields.fields else self._projection

    def _clone_into(self, new_qs):
        queryset = super()._clone_into(new_qs)
        queryset._projection = self._projection
        queryset.policy, queryset.is_limited = self.policy, self.is_limited
        queryset.preparations = self.preparations
        return queryset

    def no_cache(self):
        """Read without a cache; mongoengine (0.29) goes on in a class of its own."""
        return self._clone_into(self.of(super().no_cache()))

    def cache(self):
        """Do the opposite of ``no_cache``."""
        return self._clone_into(self.of(super().cache()))

    def modify(self, *args, **options):
        """Change a document and return it as any other that is loaded."""
        found = super().modify(*args, **options)
        if not isinstance(found, BaseDocument):
            return found
        for prepare in self.preparations:
            prepare(found)
        return found if self.policy is None else self.policy.redact(found)

    @property
    def _cursor_args(self):
        arguments = super()._cursor_args
        if self._fetched is not None:
            arguments["projection"] = self._fetched.fields
        return arguments

    def loaded(self, son):
        """Return a stored document as an object, loaded as far as it fits its class."""
        is_part = self._fetched is not None
        if is_part:
            loaded = self._fetched.document(son)
        else:
            loaded = load(self._document, son, dereference=self._auto_dereference)
        for prepare in self.preparations:
            prepare(loaded)
        if self.policy is None or is_part:
            # What fetches a part knows the policy itself.
            return loaded
        return self.policy.redact(loaded)

    def sent(self, stages, batch_size=None):
        """Yield what a pipeline over the collection finds, as it is stored.

        What find can do is left to it: a pipeline is handed whole documents, and large
        ones are copied for it before a stage makes them small.
        """
        options = {} if self._collation is None else {"collation": self._collation}
        if self._hint not in (None, -1):
            options["hint"] = self._hint
        if tuple(name for stage in stages for name in stage) in FINDS:
            parts = {name: part for stage in stages for name, part in stage.items()}
            return self._collection.find(
                parts["$match"],
                parts["$project"],
                skip=parts.get("$skip", 0),
                limit=parts["$limit"],
                sort=[*parts["$sort"].items()],
                batch_size=batch_size or 0,
                allow_disk_use=True,
                **options,
            )
        options |= {"allowDiskUse": True, "batchSize": batch_size}
        return self._collection.aggregate(stages, **options)
