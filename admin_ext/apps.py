"""The two entries of INSTALLED_APPS."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.core import checks
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AdminExtConfig(AppConfig):
    """Templates, static files, commands and checks of this package."""

    name = "admin_ext"
    verbose_name = _("Documents in the admin")
    default = True

    def ready(self):
        from . import compat, display, filters, meta, oddities, references
        from .checks import check_middleware
        from .permissions import create_document_permissions

        compat.apply(
            cells=(display.lookup_field, display.display_for_field),
            readonly=(display.lookup_readonly, display.display_readonly),
            details=oddities.details,
            document_for_label=meta.document_for_label,
            prepare=references.prepare,
        )
        filters.register()
        checks.register(check_middleware, checks.Tags.admin)
        post_migrate.connect(
            create_document_permissions,
            dispatch_uid="admin_ext.create_document_permissions",
        )


class AdminConfig(admin_apps.AdminConfig):
    """Stands for django.contrib.admin; its default site can register Documents."""

    default = False
    default_site = "admin_ext.sites.AdminSite"
