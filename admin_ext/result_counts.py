"""How many rows a list has: counted up to a bound, or exactly when a person asks.

The link beside "10,000+" counts in the background of the page with JavaScript, else as
a page of its own.
"""

from contextlib import suppress
from copy import copy
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from pymongo.errors import PyMongoError

from .counting import MoreThan, correct_size, counts, exact, is_exact, is_same
from .failures import FAILURES
from .limits import READING, max_time, within
from .notices import Notice
from .omissions import exact_count_left_out
from .pagination import DocumentPaginator
from .parameters import COUNT

# Values of the parameter: the page with the exact number, or the number alone.
EXACT, ALONE = "exact", "alone"


def is_asked(request: HttpRequest, value: str = EXACT) -> bool:
    return request.method in READING and request.GET.get(COUNT) == value


def count(cl: Any, paginator: Any) -> int | None:
    """Have ``paginator`` know how many rows ``cl`` has, unless that takes too long.

    Return how many it has without its filters; None where that is what the count is,
    takes too long, or is not shown.
    """
    is_full = cl.model_admin.show_full_result_count
    is_full = is_full and not is_same(cl.queryset, cl.root_queryset)
    if not isinstance(paginator, DocumentPaginator):
        with within(max_time()):
            # Most paginators remember it.
            _count = paginator.count
        max_count = cl.model_admin.list_max_count
        return counts([cl.root_queryset], max_count)[0] if is_full else None
    if is_asked(cl.request):
        _count_exactly(cl, paginator)
    is_counted = "count" in vars(paginator)
    asked = [*([] if is_counted else [cl.queryset]), *[cl.root_queryset] * is_full]
    found = counts(asked, paginator.max_count)
    if not is_counted and found[0] is not None:
        paginator.count = found[0]
    return found[-1] if is_full else None


def _count_exactly(cl: Any, paginator: Any) -> None:
    """Have ``paginator`` know the exact count, or ``cl`` say why there is none."""
    try:
        paginator.count = exact(cl.queryset)
    except FAILURES as error:
        cl.notices.append(exact_count_left_out(cl.queryset, error))


def learn_from_page(cl: Any, paginator: Any, page: Any) -> None:
    """Have ``paginator`` know what the rows of a page tell, where it knows no better.

    An estimate is a minute old: since then, all but a few may have been deleted.
    """
    if "count" not in vars(paginator):
        with within(max_time()):
            paginator.count = page.counted
    elif cl.request.method in READING:
        # Why there are no rows is told where they should be.
        with suppress(PyMongoError), within(max_time()):
            if is_exact(page.counted):
                paginator.count = page.counted
                correct_size(cl.queryset, page.counted)


def at_least(cl: Any, count: int) -> int:
    """Return how many rows ``cl`` has without its filters, to which ``count`` are left.

    These are the same where there are none.
    """
    if not count or is_same(cl.queryset, cl.root_queryset):
        return count
    return MoreThan(int(count) - 1)


def links(cl: Any) -> dict[str, str]:
    """Return {"page": URL, "alone": URL} that count exactly; {} where that is done."""
    is_usual = isinstance(cl.paginator, DocumentPaginator)
    if not is_usual or is_exact(cl.result_count):
        return {}
    return {"page": _url(cl.request, EXACT), "alone": _url(cl.request, ALONE)}


def _url(request: HttpRequest, value: str) -> str:
    parameters = request.GET.copy()
    parameters[COUNT] = value
    return f"?{parameters.urlencode()}"


def without(request: HttpRequest) -> HttpRequest:
    """Return a request for the same list that does not ask for the exact number."""
    if COUNT not in request.GET:
        return request
    request = copy(request)
    request.GET = request.GET.copy()
    del request.GET[COUNT]
    return request


def answer(model_admin: Any, request: HttpRequest) -> JsonResponse:
    """Return the number in words, or why there is none.

    {"text": …, "lines": [of code that would help], "is_exact": …}.
    """
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    queryset = None
    try:
        queryset = model_admin.get_changelist_instance(request).queryset
        number = exact(queryset)
    except IncorrectLookupParameters:
        return _no_number(Notice(_("The filters of this list cannot be read.")))
    except FAILURES as error:
        queryset = model_admin.get_queryset(request) if queryset is None else queryset
        return _no_number(exact_count_left_out(queryset, error))
    names = (model_admin.opts.verbose_name, model_admin.opts.verbose_name_plural)
    text = f"{number_format(number, force_grouping=True)} {names[number != 1]}"
    return JsonResponse({"text": text, "lines": [], "is_exact": True})


def _no_number(why: Notice) -> JsonResponse:
    answer = {"text": str(why.text), "lines": why.lines, "is_exact": False}
    return JsonResponse(answer)
