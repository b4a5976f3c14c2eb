"""An order that no index has is asked about before a large collection is sorted.

MongoDB reads everything that is to be sorted before it shows the first document, on
every page of the list anew.
https://www.mongodb.com/docs/manual/tutorial/sort-results-with-indexes/
"""

import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.admin.views.main import ORDER_VAR
from django.db.models.constants import LOOKUP_SEP
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _

from admin_ext.counting import MAX_COUNT, About, counts, is_exact
from admin_ext.exceptions import UnsupportedLookup
from admin_ext.indexes import MAX_AGE, field_path, index_line, size_of
from admin_ext.lookups import resolve
from admin_ext.notices import Notice
from admin_ext.parameters import ANYWAY
from admin_ext.plans import is_large, plan_for, wanted_index

# Of what the parameter ANYWAY says.
SORT = "sort"

KEY = "_id"


def sort_of(queryset: Any, ordering: list[Any] | None = None) -> list[tuple[str, Any]]:
    """Return [(stored path, 1 or -1)] of an order, without the key that breaks ties.

    ``ordering``: as Django has it, in the place of the queryset's own.
    """
    if ordering is not None:
        queryset = queryset.order_by(*ordering)
    sort = list(queryset._ordering or ())
    return sort[:-1] if len(sort) > 1 and sort[-1][0] == KEY else sort


def is_served(queryset: Any, sort: list[tuple[str, Any]]) -> bool:
    """Tell whether an order costs no more than the page, as far as is known."""
    if not sort or sort[0][0] == KEY or not is_large(queryset._collection):
        return True
    return plan_for(queryset, sort).has_order(sort)


@dataclass
class Order:
    """The order that a list was asked for, and whether it is worth its price.

    ``root``: the queryset without filters. ``queryset``: with them, in that order.
    ``max_count``: so many documents are sorted without a question. ``count``: how many
    there are, as far as the page has counted. ``instead``: what it is sorted by where
    the order asked for costs too much; ``columns``: how the URL names that.
    """

    root: Any
    queryset: Any
    max_count: int = MAX_COUNT
    count: int | None = None
    instead: list[Any] | None = None
    columns: str | None = None

    def needs_sort(self, sort: list[tuple[str, Any]]) -> bool:
        """Tell whether the planner sorts more documents than may be.

        Where the whole collection can be walked in an order, so can a part of it, and
        the planner chooses by how much it finds; that is not asked for each filter.
        """
        if is_served(self.root, sort) or is_served(self.queryset, sort):
            return False
        return not self.is_of_few

    @cached_property
    def is_of_few(self) -> bool:
        """Whether an index finds all of the result, and it is small."""
        if not self.queryset._query or self.scans:
            return False
        if self.count is None:
            (self.count,) = counts([self.queryset], self.max_count)
        is_known = self.count is not None and is_exact(self.count)
        return is_known and self.count <= self.max_count

    @cached_property
    def scans(self) -> bool:
        return plan_for(self.queryset, []).scans

    @property
    def number(self) -> str:
        """Return how many documents would be sorted, in words.

        Who sees a part of them is not told how many there are.
        """
        if self.is_limited:
            return _("many")
        if not self.queryset._query:
            return self.size
        if self.scans:
            return _("up to %(count)s") % {"count": self.size}
        return _("more than %(count)s") % {
            "count": number_format(self.max_count, force_grouping=True)
        }

    @property
    def is_limited(self) -> bool:
        return getattr(self.root, "is_limited", False)

    @property
    def size(self) -> str:
        return str(About(size_of(self.root._collection, max_age=MAX_AGE)))

    def holds_lists(self, sort: list[tuple[str, Any]]) -> bool:
        """Tell whether an order that is not served has an index, and lists in it.

        It may be one that begins with what is filtered by.
        """
        plans = [plan_for(each, sort) for each in (self.root, self.queryset)]
        return any(not (plan.sorts or plan.has_order(sort)) for plan in plans)

    def line(self, sort: list[tuple[str, Any]]) -> str:
        """Return the line that declares the index which is missing.

        It names what limits the rows of a person, who gets none. Where the index is
        there, and has arrays, nothing is missing.
        """
        # With lists in one of its columns another index has not the order either.
        orders = [sort, *([each] for each in sort)]
        if self.is_limited or any(map(self.holds_lists, orders)):
            return ""
        keys = wanted_index(self.queryset._query, sort)
        return index_line(self.queryset.model, keys)


def ordered(cl: Any, queryset: Any) -> Any:
    """Return the queryset of a list in an order that costs no more than may be.

    That is the one asked for, or another with a Notice.
    """
    order = cl.order = Order(cl.root_queryset, queryset, max_count_of(cl.model_admin))
    sort = sort_of(queryset)
    if is_served(order.root, sort):
        return queryset
    if cl.params.get(ANYWAY) == SORT:
        # Of more than 100 MB MongoDB sorts on disk, by itself only since version 6.0.
        # https://www.mongodb.com/docs/manual/reference/limits/#sort-operations
        return queryset.allow_disk_use(True)
    if not order.needs_sort(sort):
        return queryset
    order.instead, order.columns = _instead(cl, order)
    cl.notices.append(_notice(cl, order, sort))
    return queryset.order_by(*order.instead)


def _instead(cl, order) -> tuple[list[Any], str | None]:
    """Return the order to take in the place of the one that costs too much.

    The beginning of it, or the admin's own, or else that of the key; and how the URL
    names its columns, "" for the admin's own and None for the key.
    """
    numbers = cl.params.get(ORDER_VAR, "").split(".")
    beginnings = [".".join(numbers[:end]) for end in range(len(numbers) - 1, 0, -1)]
    for columns in (*beginnings, *([""] if cl.is_order_asked else [])):
        ordering = ordering_of(cl, columns)
        if not order.needs_sort(sort_of(order.queryset, ordering)):
            return ordering, columns
    return [f"-{cl.lookup_opts.pk.name}"], None


def ordering_of(cl: Any, columns: str) -> list[Any]:
    """Return the order by columns as the URL names them; "" is the admin's own."""
    probe = copy.copy(cl)
    probe.params = {ORDER_VAR: columns}
    return probe.get_ordering(cl.request, cl.root_queryset)


def max_count_of(model_admin: Any) -> int:
    """Return how many documents may be sorted without a question."""
    return getattr(model_admin, "list_max_count", MAX_COUNT)


def _notice(cl, order, sort) -> Notice:
    text = _(
        "Sorting %(count)s %(name)s by %(fields)s reads all of them first, as no index "
        "has this order. They are in the order of %(instead)s."
    )
    if order.holds_lists(sort):
        text = _(
            "Sorting %(count)s %(name)s by %(fields)s reads all of them first, as some "
            "hold lists there, and no index has the order of lists. They are in the "
            "order of %(instead)s."
        )
    names = {
        "count": order.number,
        "name": cl.opts.verbose_name_plural,
        "fields": _names(cl.model, sort),
        "instead": _names(cl.model, sort_of(order.queryset, order.instead)),
    }
    line = order.line(sort)
    return Notice(
        text % names,
        lines=(line,) if line else (),
        links=((_("Sort anyway"), cl.get_query_string({ANYWAY: SORT})),),
    )


def _names(document: Any, sort: list[tuple[str, Any]]) -> str:
    """Return what the fields of an order are called."""
    return get_text_list([name_of(document, stored) for stored, _way in sort], _("and"))


def name_of(document: Any, stored: str) -> str:
    """Return what people call the field whose value is stored under a path."""
    path = field_path(document, stored).replace(".", LOOKUP_SEP)
    try:
        return " › ".join(
            str(each.verbose_name) for each in resolve(document, path).fields if each
        )
    except UnsupportedLookup:
        return stored


def prepare_header(cl: Any, header: dict[str, Any]) -> None:
    """Mark the header of a column by which sorting reads everything.

    Django's link keeps what is sorted by already behind the column. Where an index has
    the order of the column alone, the link is for that. Of a small result no column
    needs a mark.
    """
    if not is_large(cl.order.root._collection):
        return
    if cl.order.count is None:
        cl.order.count = cl.result_count

    def needs_sort(numbers):
        ordering = ordering_of(cl, ".".join(numbers))
        return cl.order.needs_sort(sort_of(cl.order.root, ordering))

    first, *others = QueryDict(header["url_primary"][1:])[ORDER_VAR].split(".")
    if not needs_sort([first, *others]):
        return
    if others and not needs_sort([first]):
        header["url_primary"] = cl.get_query_string({ORDER_VAR: first})
        return
    text = _("Sorting by this reads all documents first: no index has this order.")
    header["text"] = format_html(
        # Django's style sheet makes a line of its own of each span here.
        '{} <small class="admin-ext needs-sort" title="{}">'
        '<span class="visually-hidden">{}</span></small>',
        *(capfirst(header["text"]), text, text),
    )
