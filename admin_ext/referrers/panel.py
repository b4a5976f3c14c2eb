"""The part of a change page that tells how many documents refer to this one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.contrib.admin.filters import RelatedFieldListFilter
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from admin_ext.aggregations import ask_apart, counts
from admin_ext.formfields import offers_of
from admin_ext.indexes import index_line
from admin_ext.keys import stored_key
from admin_ext.limits import TIMEOUTS
from admin_ext.references import is_dotted
from admin_ext.registry import may_look_up

from .access import Referrer, owner_of, reason
from .parameter import PARAMETER, PointsTo

# The page says "1,000+" beyond this.
MAX_COUNT = 1_000
# The time for all counts of a page, and for the one that somebody asks for, in ms.
PAGE_TIME = 1_000
ASKED_TIME = 5_000

# Names the path that is to be counted although that reads a whole collection.
ASKED = "_count"


@dataclass
class Line:
    """What the page says of one path. ``count`` is None while it is not known.

    ``can_ask``: whether asking for this count alone may help.
    """

    referrer: Referrer
    obj: Any
    request: Any
    count: int | None = None
    why: str = ""
    can_ask: bool = True

    @property
    def name(self) -> str:
        """Return the name of the documents, as many as they are."""
        opts = self.referrer.admin.opts
        return opts.verbose_name if self.count == 1 else opts.verbose_name_plural

    @property
    def number(self) -> str:
        return f"{MAX_COUNT:,}+" if self.count > MAX_COUNT else f"{self.count:,}"

    @property
    def field(self) -> str:
        return self.referrer.path.verbose_name

    @property
    def url(self) -> str:
        """The list of just these documents; "" where the site is given no URLs."""
        admin = self.referrer.admin
        name = f"admin:{admin.opts.app_label}_{admin.opts.model_name}_changelist"
        site = admin.admin_site.name
        try:
            return reverse(name, current_app=site, query=self.query)
        except NoReverseMatch:
            return ""

    @property
    def query(self) -> dict[str, str]:
        """What the list is asked: a lookup, where it takes one for this path."""
        path, admin = self.referrer.path, self.referrer.admin
        points_to = PointsTo(path, type(self.obj), self.obj.pk)
        if path.owner is admin.model and is_dotted(path) and path.lookup:
            lookup, value = points_to.lookup
            if self._is_allowed(lookup, value):
                return {lookup: value}
        return {PARAMETER: str(points_to)}

    def _is_allowed(self, lookup: str, value: str) -> bool:
        """Tell whether the other admin takes a lookup, and does what it says.

        A filter of the same reference with one choice is not drawn there, and what it
        is asked is forgotten.
        """
        admin, path = self.referrer.admin, self.referrer.path
        if path.lookup in _related_filters(admin.get_list_filter(self.request)):
            return False
        return may_look_up(admin, self.request, lookup, [value])

    @property
    def ask(self) -> str:
        """What names this path in the parameter ASKED."""
        model, stored = self.referrer.place
        return f"{model._meta.label}:{stored}"

    @property
    def ask_url(self) -> str:
        query = self.request.GET.copy()
        query[ASKED] = self.ask
        return f"?{query.urlencode()}"

    @property
    def stored(self) -> str:
        return self.referrer.path.stored_key

    @property
    def size(self) -> str:
        return f"{self.referrer.size:,}"

    @property
    def is_indexed(self) -> bool:
        return self.referrer.is_indexed

    @property
    def index(self) -> str:
        """What would declare the index that is missing; "" where none would help."""
        path = self.referrer.path
        return index_line(path.owner, [(path.stored_key, 1)]) if is_dotted(path) else ""


def _related_filters(list_filter: Iterable[Any]) -> Iterator[str]:
    """Yield the paths of ``list_filter`` that offer referenced documents."""
    for each in list_filter:
        is_pair = isinstance(each, list | tuple)
        name, filter_class = each if is_pair else (each, RelatedFieldListFilter)
        if isinstance(name, str) and issubclass(filter_class, RelatedFieldListFilter):
            yield name


class Panel:
    """What refers to ``obj`` by ``referrers``, counted as far as that costs little."""

    def __init__(self, obj: Any, referrers: list[Referrer], request: Any):
        self.lines = [Line(each, obj, request) for each in referrers]
        self.key, self.target = stored_key(obj), type(obj)
        # What the page's own references lead to is asked for in one go.
        self.join = offers_of(request).join
        self.asked = request.GET.get(ASKED) if request.method == "GET" else None

    @cached_property
    def shown(self) -> list[Line]:
        """The lines of paths by which something refers, or may do so."""
        asked = [each for each in self.lines if each.ask == self.asked]
        others = [each for each in self.lines if each not in asked]
        self._count(self._cheap(others), PAGE_TIME)
        self._count(asked, ASKED_TIME)
        return [each for each in self.lines if each.count != 0 or each in asked]

    def _cheap(self, lines: list[Line]) -> list[Line]:
        """Return what may be counted with the page."""
        cheap: list[Line] = []

        def choose(lines: list[Line]) -> None:
            cheap.extend([each for each in lines if each.referrer.is_cheap])

        ask_apart(lines, choose, partial(_failed, PAGE_TIME), owner=owner_of)
        return cheap

    def _count(self, lines: list[Line], max_time: int) -> None:
        ask, failed = partial(self._ask, max_time), partial(_failed, max_time)
        ask_apart(lines, ask, failed, owner=owner_of)

    def _ask(self, max_time: int, lines: list[Line]) -> None:
        rows = [each.referrer.queryset(self.target, [self.key]) for each in lines]
        found = counts(rows, limit=MAX_COUNT + 1, max_time=max_time, join=self.join)
        for each, count in zip(lines, found, strict=True):
            each.count = count


def _failed(max_time: int, lines: list[Line], error: Exception) -> None:
    """Let lines say why nothing was counted."""
    for each in lines:
        each.can_ask = isinstance(error, TIMEOUTS)
        if each.can_ask:
            text = _("Counting was stopped after %(seconds)d s.")
            each.why = text % {"seconds": max_time // 1_000}
        else:
            each.why = reason(error)
