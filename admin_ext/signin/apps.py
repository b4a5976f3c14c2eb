"""The entry of INSTALLED_APPS, before "admin_ext"."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class SignInConfig(AppConfig):
    """Pages about signing in."""

    name = "admin_ext.signin"
    label = "admin_ext_signin"
    verbose_name = _("Signing in")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from .sessions import remember_start

        user_logged_in.connect(
            remember_start, dispatch_uid="admin_ext.signin.remember_start"
        )
