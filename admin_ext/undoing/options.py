"""What DocumentAdmin adds: the history with values, undoing, what was deleted.

Models cannot be imported while admins are; the views are imported when they are asked.
"""

from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_safe


class HistoryMixin:
    """Mixed into DocumentAdmin: what was changed, by whom, and how to put it back."""

    undo_template = None
    recently_deleted_template = None

    def get_urls(self):
        """Return Django's, and those of undoing and of what was deleted.

        A document whose key is "deleted" has its pages below it, as one of "add".
        """
        name, wrap = self._url_name(), self.admin_site.admin_view
        own = [
            path(url, wrap(view), name=f"{name}_{suffix}")
            for url, view, suffix in (
                ("deleted/", self.recently_deleted_view, "recently_deleted"),
                ("undo/<int:change_id>/", self.undo_view, "undo"),
                ("undo/<int:change_id>/all/", self.undo_all_view, "undo_all"),
            )
        ]
        return [*own, *super().get_urls()]

    def _url_name(self):
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def get_recently_deleted_url(self):
        """Return the address of the list of deleted documents."""
        name = f"admin:{self._url_name()}_recently_deleted"
        return reverse(name, current_app=self.admin_site.name)

    def has_recently_deleted_permission(self, request):
        """Tell whether the person may see which documents were deleted.

        Not who sees some rows only: of what is gone nobody knows whose it was.
        """
        from .access import has_all_rows

        return has_all_rows(self, request)

    def changelist_view(self, request, extra_context=None):
        """Offer the list of deleted documents to who may see it."""
        own = {}
        if self.has_recently_deleted_permission(request):
            own["recently_deleted_url"] = self.get_recently_deleted_url()
        return super().changelist_view(request, own | (extra_context or {}))

    def history_view(self, request, object_id, extra_context=None):
        """Add what was recorded of the document, with values before and after."""
        from .entries import add_changes

        response = super().history_view(request, object_id, extra_context)
        if isinstance(response, TemplateResponse):
            add_changes(self, request, response.context_data)
        return response

    @method_decorator(require_safe)
    def recently_deleted_view(self, request, extra_context=None):
        """The 'recently deleted' admin view: what was deleted and can be restored."""
        from .views import recently_deleted

        return recently_deleted(self, request, extra_context)

    @method_decorator(csrf_protect)
    def undo_view(self, request, change_id, extra_context=None):
        """The 'undo' admin view: shows what undoing one change writes, and does it."""
        from .views import undo

        return undo(self, request, change_id, extra_context, is_all=False)

    @method_decorator(csrf_protect)
    def undo_all_view(self, request, change_id, extra_context=None):
        """The same for all that was changed by the same click."""
        from .views import undo

        return undo(self, request, change_id, extra_context, is_all=True)
