"""An AdminSite that registers Documents beside models."""

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import AlreadyRegistered
from django.core.exceptions import ImproperlyConfigured
from mongoengine.base import TopLevelDocumentMetaclass

from .autocomplete import DocumentAutocompleteView
from .meta import present
from .options import DocumentAdmin


class AdminSite(admin.AdminSite):
    """Django's AdminSite; ``register`` takes Documents too."""

    def register(self, model_or_iterable, admin_class=None, **options):
        """Register models and Documents. Raise as AdminSite.register does."""
        if isinstance(model_or_iterable, type):
            model_or_iterable = [model_or_iterable]
        for model in model_or_iterable:
            if isinstance(model, TopLevelDocumentMetaclass):
                self._register_document(model, admin_class, **options)
            else:
                super().register([model], admin_class, **options)

    def _register_document(self, document, admin_class, **options):
        admin_class = admin_class or DocumentAdmin
        if not issubclass(admin_class, DocumentAdmin):
            raise ImproperlyConfigured(
                f"The admin class of the Document {document.__name__} must be a "
                f"subclass of admin_ext.DocumentAdmin, not {admin_class.__name__}."
            )
        meta = present(document)._meta
        if meta.app_label not in apps.app_configs:
            raise ImproperlyConfigured(
                f"The app label “{meta.app_label}” of the Document "
                f"{document.__name__} must be that of an installed app; set "
                '"app_label" in its meta.'
            )
        if type(self._registry.get(document)) is DocumentAdmin:
            # Django says so when it is a bare ModelAdmin.
            raise AlreadyRegistered(
                f"The model {document.__name__} is already registered in app "
                f"{meta.app_label!r}."
            )
        super().register([document], admin_class, **options)

    def unregister(self, model_or_iterable):
        if isinstance(model_or_iterable, type):
            model_or_iterable = [model_or_iterable]
        super().unregister(model_or_iterable)

    def autocomplete_view(self, request):
        return DocumentAutocompleteView.as_view(admin_site=self)(request)
