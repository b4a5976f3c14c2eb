"""What DocumentAdmin tells of the documents that refer to one."""

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from .access import Referrer, referrers_of
from .panel import Panel

LABEL = _("What points here")


class ReferrersMixin:
    """Mixed into DocumentAdmin: the change page counts what refers to the document."""

    # Of the declared paths those to tell of, as "documents.Note.parent". None: all.
    referring_paths = None
    referrers_template = None

    def get_referring_paths(self, request, obj=None):
        """Return the paths by which references to ``obj`` are counted, None for all."""
        return self.referring_paths

    def get_referrers(self, request, obj) -> list[Referrer]:
        """Return what may refer to ``obj``, of Documents that the person may view."""
        wanted = self.get_referring_paths(request, obj)
        if wanted is not None and not wanted:
            return []
        found = referrers_of(type(obj), request, self.admin_site)
        return [each for each in found if wanted is None or each.label in wanted]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None and not context["is_popup"]:
            self._add_referrers(request, context["adminform"], obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def _add_referrers(self, request, admin_form, obj):
        referrers = self.get_referrers(request, obj)
        if not referrers:
            return
        panel = Panel(obj, referrers, request)
        template = self.referrers_template or "admin_ext/referrers.html"
        options = {
            "fields": (),
            "classes": ("admin-ext", "referrers"),
            "description": render_to_string(template, {"panel": panel}, request),
        }
        admin_form.fieldsets.append((LABEL, options))
