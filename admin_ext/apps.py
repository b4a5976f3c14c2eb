"""The two entries of INSTALLED_APPS."""

from functools import partial

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.core import checks
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AdminExtConfig(AppConfig):
    """Templates, static files, commands and checks of this package."""

    name = "admin_ext"
    verbose_name = _("History and access")
    default_auto_field = "django.db.models.BigAutoField"
    default = True

    def ready(self):
        from . import compat, display, filters, history, meta, references, rows
        from .checks import check_middleware, check_settings
        from .history.checks import check_history
        from .permissions import create_document_permissions
        from .protection.checks import check_read_only, check_searches

        compat.apply(
            values=(display.lookup_field, display.display_for_field),
            cells=rows.cells,
            readonly=(display.lookup_readonly, display.display_readonly),
            document_for_label=meta.document_for_label,
            prepare=references.prepare,
            recorded=partial(history.recorded, narrowed=meta.presented_class_for),
        )
        filters.register()
        checks.register(check_history, checks.Tags.admin)
        checks.register(check_middleware, checks.Tags.admin)
        checks.register(check_read_only, checks.Tags.admin)
        checks.register(check_searches, checks.Tags.admin)
        checks.register(check_settings, checks.Tags.admin)
        post_migrate.connect(
            create_document_permissions,
            dispatch_uid="admin_ext.create_document_permissions",
        )


class AdminConfig(admin_apps.AdminConfig):
    """Stands for django.contrib.admin; its default site can register Documents."""

    default = False
    default_site = "admin_ext.sites.AdminSite"
