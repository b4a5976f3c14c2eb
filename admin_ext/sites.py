"""An AdminSite that registers Documents beside models."""

from functools import wraps

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import AlreadyRegistered
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.http import Http404
from django.urls import URLPattern, path
from mongoengine.base import TopLevelDocumentMetaclass

from .autocomplete import DocumentAutocompleteView
from .jumping import GoToMixin
from .meta import present
from .options import DocumentAdmin


class AdminSite(GoToMixin, admin.AdminSite):
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

    def get_urls(self):
        """Return Django's, with a "view on site" that takes any key, and "Go to ID"."""
        own = path("go-to/", self.admin_view(self.go_to), name="go_to")
        return [own] + [
            URLPattern(each.pattern, any_key(each.callback), name=each.name)
            if getattr(each, "name", None) == "view_on_site"
            else each
            for each in super().get_urls()
        ]

    def autocomplete_view(self, request):
        return DocumentAutocompleteView.as_view(admin_site=self)(request)


def any_key(shortcut):
    """Return Django's view (5.2) with its URL cut at the first slash, not at the last.

    A key may hold slashes, and what is no key at all is a 404.
    """

    @wraps(shortcut)
    def view_on_site(request, content_type_id, object_id):
        path = f"{content_type_id}/{object_id}"
        content_type_id, _slash, object_id = path.partition("/")
        try:
            return shortcut(
                request, content_type_id=content_type_id, object_id=object_id
            )
        except ValidationError as error:
            raise Http404(*error.messages) from error

    return view_on_site
