"""The dates above a list, by one aggregation and within a limit."""

from datetime import UTC
from types import SimpleNamespace
from typing import Any

from django.contrib.admin.templatetags import admin_list
from django.db import models
from django.utils import timezone
from django.utils.html import format_html
from mongoengine import Document

from .failures import FAILURES, beside
from .lookups import resolve
from .omissions import dates_left_out
from .periods import Periods, periods
from .visibility import seeing


class Dates:
    """Stands for the queryset that Django's date_hierarchy (5.2) asks twice.

    Which periods it asks for follows from the first and the last date: they are found
    together.
    """

    def __init__(self, queryset: Any, *, is_local: bool):
        self.queryset, self.is_local = queryset, is_local
        self._found: Periods | None = None

    def aggregate(self, first, last):
        """Return the dates at the edges: Min and Max of the one field."""
        (name,) = {each.get_source_expressions()[0].name for each in (first, last)}
        zone = timezone.get_current_timezone() if self.is_local else UTC
        self._found = periods(self.queryset, name, zone)
        return {"first": self._found.first, "last": self._found.last}

    def datetimes(self, name, kind):
        if self._found is not None and self._found.kind == kind:
            return [*self._found.starts]
        return self.queryset.datetimes(name, kind)

    def dates(self, name, kind):
        if self._found is not None and self._found.kind == kind:
            return [each.date() for each in self._found.starts]
        return self.queryset.dates(name, kind)


def date_hierarchy(cl: Any) -> dict[str, Any] | None:
    """Return the context of Django's template; the reason when there is no answer."""
    if not issubclass(cl.model, Document):
        return admin_list.date_hierarchy(cl)
    field = resolve(cl.model, cl.date_hierarchy).field
    asked = SimpleNamespace(
        date_hierarchy=cl.date_hierarchy,
        model=cl.model,
        params=cl.params,
        get_query_string=cl.get_query_string,
        queryset=Dates(cl.queryset, is_local=isinstance(field, models.DateTimeField)),
    )
    collection, query = cl.queryset._collection, cl.queryset._query
    # Of the whole list; there are too many others to remember.
    key = None if query else ("dates", collection.full_name, cl.date_hierarchy)
    try:
        with beside(key), seeing(getattr(cl, "finder", None)):
            return admin_list.date_hierarchy(asked)
    except FAILURES as error:
        why = dates_left_out(f"{cl.opts.label}.{cl.date_hierarchy}", error)
        choice = {"title": format_html('<span class="admin-ext">{}</span>', why)}
        return {"show": True, "back": None, "choices": [choice]}
