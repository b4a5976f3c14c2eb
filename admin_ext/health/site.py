"""The pages of data health: a summary of all Documents, and a table of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from mongoengine import Document

from admin_ext.bars import percent, scale
from admin_ext.limits import max_side_time, max_time

from .measuring import Measured, is_remembered, measure
from .rows import Rows


@dataclass(frozen=True)
class Line:
    """A Document in the summary; without ``measured`` there was no time for it."""

    admin: Any
    measured: Measured | None

    @property
    def name(self) -> str:
        return str(capfirst(self.admin.opts.verbose_name_plural))

    @property
    def app(self) -> str:
        return str(self.admin.opts.app_config.verbose_name)

    @property
    def url(self) -> str:
        return self.admin.get_health_url()

    @property
    def problems(self) -> int:
        return len(self.measured.comparison.rows()) if self.measured else 0

    @property
    def problems_text(self) -> str:
        text = ngettext("%(count)s problem", "%(count)s problems", self.problems)
        return text % {"count": number_format(self.problems, force_grouping=True)}

    @property
    def share(self) -> float:
        """Which part of the documents that were read has any problem, 0 to 1."""
        found = self.measured.comparison if self.measured else None
        return found.odd / found.read if found and found.read else 0.0

    @property
    def share_text(self) -> str:
        return percent(self.share)

    @property
    def width(self) -> str:
        return scale(self.share)

    @property
    def reading(self) -> str:
        return reading(self.measured) if self.measured else ""


def reading(measured: Measured) -> str:
    """Return how many documents were read, of how many, as a sentence."""
    read = number_format(measured.read, force_grouping=True)
    if not measured.read and measured.size == 0:
        return _("There are no documents.")
    if measured.is_whole:
        text = ngettext(
            "The one document was read.",
            "All %(read)s documents were read.",
            measured.read,
        )
        return text % {"read": read}
    if measured.size is None or measured.size < measured.read:
        return _("%(read)s documents were read.") % {"read": read}
    size = number_format(measured.size, force_grouping=True)
    text = _("%(read)s of about %(size)s documents were read.")
    return text % {"read": read, "size": size}


class DataHealthMixin:
    """Mixed in before Django's AdminSite: the pages of data health, and a link."""

    def get_urls(self):
        own = [
            path("data-health/", self.admin_view(self.data_health), name="data_health"),
            path(
                "data-health/<slug:app_label>/<slug:model_name>/",
                self.admin_view(self.data_health_document),
                name="data_health_document",
            ),
        ]
        return [*own, *super().get_urls()]

    def index(self, request, extra_context=None):
        """Offer the pages to who may see the health of any Document."""
        own = {}
        if next(self._measurable(request), None) is not None:
            own["health_url"] = self._health_url()
        return super().index(request, own | (extra_context or {}))

    def _health_url(self):
        return reverse("admin:data_health", current_app=self.name)

    def _measurable(self, request) -> Iterator[Any]:
        """Yield the admins of the Documents of which the person may see the health."""
        for model, admin in self._registry.items():
            if issubclass(model, Document) and admin.has_view_health_permission(
                request
            ):
                yield admin

    @method_decorator(require_safe)
    def data_health(self, request, extra_context=None):
        """Show which Documents have problems.

        They are measured one after the other while there is time, those that were
        measured in the last minute at once.
        """
        admins = sorted(
            self._measurable(request),
            key=lambda each: (
                str(each.opts.app_config.verbose_name).lower(),
                str(each.opts.verbose_name_plural).lower(),
            ),
        )
        if not admins:
            raise PermissionDenied
        deadline = monotonic() + max_time() / 1_000
        lines = [self._line(admin, request, deadline) for admin in admins]
        context = {
            "title": _("Data health"),
            "lines": lines,
            "is_complete": all(each.measured for each in lines),
        }
        template = "admin_ext/data_health.html"
        return self._health_page(request, template, context | (extra_context or {}))

    def _line(self, admin, request, deadline) -> Line:
        left = (deadline - monotonic()) * 1_000
        if left <= 0 and not is_remembered(admin, request):
            return Line(admin, None)
        ms = min(max_side_time(), max(1, left))
        return Line(admin, measure(admin, request, max_time=ms))

    @method_decorator(require_safe)
    def data_health_document(self, request, app_label, model_name, extra_context=None):
        """Show the problems of the documents of one Document."""
        admin = next(
            (
                each
                for model, each in self._registry.items()
                if issubclass(model, Document)
                and (each.opts.app_label, each.opts.model_name)
                == (app_label, model_name)
            ),
            None,
        )
        if admin is None:
            raise Http404
        if not admin.has_view_health_permission(request):
            raise PermissionDenied
        measured = measure(admin, request, max_time=max_time())
        name = f"{app_label}_{model_name}_changelist"
        context = {
            "title": _("Data health of %(name)s")
            % {"name": admin.opts.verbose_name_plural},
            "module_name": str(capfirst(admin.opts.verbose_name_plural)),
            "opts": admin.opts,
            "line": Line(admin, measured),
            "measured": measured,
            "rows": [*Rows(admin, request, measured)],
            "list_url": reverse(f"admin:{name}", current_app=self.name),
            "health_url": self._health_url(),
            "command": f"manage.py checkdocuments {admin.opts.label} --full",
        }
        template = "admin_ext/data_health_document.html"
        return self._health_page(request, template, context | (extra_context or {}))

    def _health_page(self, request, template, context):
        request.current_app = self.name
        own = {**self.each_context(request), "subtitle": None}
        return TemplateResponse(request, template, own | context)
