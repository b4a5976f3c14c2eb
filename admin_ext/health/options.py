"""What DocumentAdmin knows of the data health of its documents."""

from django.urls import reverse

from admin_ext.meta import health_codename


class HealthMixin:
    """Mixed into DocumentAdmin: who may see data health, and of how many documents."""

    # Documents that the page reads at most.
    health_sample = 1_000

    def has_view_health_permission(self, request):
        """Tell whether the person may see where the documents differ from the Document.

        It takes the permission to view them as well.
        """
        codename = health_codename(self.opts)
        user = getattr(request, "user", None)
        has_own = bool(user and user.has_perm(f"{self.opts.app_label}.{codename}"))
        return has_own and self.has_view_or_change_permission(request)

    def get_health_url(self):
        """Return the address of the page of data health."""
        return reverse(
            "admin:data_health_document",
            args=[self.opts.app_label, self.opts.model_name],
            current_app=self.admin_site.name,
        )

    def changelist_view(self, request, extra_context=None):
        """Offer the page to who may see it."""
        own = {}
        if self.has_view_health_permission(request):
            own["health_url"] = self.get_health_url()
        return super().changelist_view(request, own | (extra_context or {}))
