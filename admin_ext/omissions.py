"""What a list leaves out because MongoDB did not answer, and what would help."""

from typing import Any

from django.utils.translation import gettext as _

from .failures import told
from .indexes import MAX_AGE, has_index, index_line
from .limits import TIMEOUTS, max_side_time, max_time
from .notices import Notice
from .plans import plan_for, wanted_index
from .plans.asking import find_command


def rows_left_out(queryset: Any, error: Exception) -> Notice:
    """Return what stands in the place of the rows that ``queryset`` did not give."""
    why = told(queryset.model._meta.label, error, max_time())
    lines = _indexes(queryset) if isinstance(error, TIMEOUTS) else ()
    texts = [_("The rows could not be read."), why]
    if isinstance(error, TIMEOUTS):
        texts.append(_("Ask for less: another filter, a narrower search."))
    if lines:
        texts.append(_("This index would help:"))
    return Notice(" ".join(texts), lines, is_warning=True)


def _indexes(queryset: Any) -> tuple[str, ...]:
    """Return the line that declares what would serve the query, if anything does.

    None for who sees a part of the documents: it would name what limits them. None
    where the order has an index, and nothing else can be looked up.
    """
    if getattr(queryset, "is_limited", False):
        return ()
    command = find_command(queryset)
    # An index needs no key at its end: rows that are equal otherwise are sorted alone.
    order = command.get("sort", {})
    sort = [(path, way) for path, way in order.items() if path != "_id"]
    plan = plan_for(queryset, sort)
    if not plan.scans and not plan.sorts:
        return ()
    keys = wanted_index(command["filter"], sort)
    if not plan.sorts and has_index(queryset._collection, keys, max_age=MAX_AGE):
        return ()
    line = index_line(queryset.model, keys)
    return (line,) if line else ()


def exact_count_left_out(queryset: Any, error: Exception) -> Notice:
    """Return why the rows of ``queryset`` were not all counted."""
    texts = [
        _("The rows were not all counted."),
        told(queryset.model._meta.label, error, max_time()),
    ]
    lines: tuple[str, ...] = ()
    if isinstance(error, TIMEOUTS):
        texts.append(_("A narrower filter would help."))
        lines = _indexes(queryset.order_by())
    if lines:
        texts.append(_("So would this index:"))
    return Notice(" ".join(texts), lines, is_warning=True)


def condition_left_out(label: str, error: Exception) -> Notice:
    """Return what stands in the place of rows whose condition could not be looked up.

    A filter, or a search, asks another collection for the keys of what it is about.
    """
    texts = [
        _("The rows could not be read: what they refer to could not be looked up."),
        told(label, error, max_time()),
    ]
    return Notice(" ".join(texts), is_warning=True)


def counts_left_out(label: str, error: Exception) -> Notice:
    """Return why there are no counts beside the choices of filters."""
    texts = [
        _("The choices of the filters were not counted."),
        told(label, error, max_side_time()),
    ]
    return Notice(" ".join(texts))


def choices_left_out(label: str, error: Exception) -> str:
    """Return why a filter has no choices."""
    texts = [
        _("The choices are left out."),
        told(label, error, max_side_time()),
    ]
    return " ".join(texts)


def dates_left_out(label: str, error: Exception) -> str:
    """Return what stands in the place of a date hierarchy."""
    texts = [
        _("The dates to choose from are left out."),
        told(label, error, max_side_time()),
    ]
    return " ".join(texts)
