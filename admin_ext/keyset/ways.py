"""Which way an order is walked: what the planner says of the indexes."""

from typing import Any

from admin_ext.indexes import MAX_AGE, indexes_of
from admin_ext.plans import plan_for

from .order import Order
from .walks import Way


def way_for(queryset: Any, order: Order) -> Way:
    """Return how MongoDB serves an order, in which ``queryset`` is sorted already.

    SORTED also where the server does not tell, where an index holds arrays, which stand
    in it once for each member, and where a collation makes equal what is not the same.
    """
    if _collation(queryset):
        return Way.SORTED
    for way, keys in ((Way.WHOLE, order.total), (Way.RUNS, order.keys)):
        # The first array in a column is to be noticed soon.
        plan = plan_for(queryset, [*keys], max_age=MAX_AGE)
        if plan.is_known and keys and plan.has_order([*keys]):
            return way
    return Way.SORTED


def _collation(queryset: Any) -> Any:
    """Return the collation of a query: its own, or the collection's.

    The index of the keys has the latter:
    https://www.mongodb.com/docs/manual/reference/collation/#collation-and-index-use
    """
    indexes = indexes_of(queryset._collection, max_age=MAX_AGE)
    return queryset._collation or indexes.get("_id_", {}).get("collation")
