"""An AdminSite that registers Documents beside models."""

from functools import wraps

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import AlreadyRegistered
from django.core.exceptions import (
    ImproperlyConfigured,
    ObjectDoesNotExist,
    ValidationError,
)
from django.http import Http404, HttpResponseRedirect
from django.urls import URLPattern, path
from mongoengine.base import TopLevelDocumentMetaclass

from .autocomplete import DocumentAutocompleteView
from .health import DataHealthMixin
from .history import record, recorded_view
from .jumping import GoToMixin
from .limits import limited
from .meta import present
from .options import DocumentAdmin
from .policies import enforce, seen_by, shown_entries
from .protection import is_read_only, protect
from .rules.page import AccessMixin
from .unmodelled import CollectionsMixin


class AdminSite(
    GoToMixin, CollectionsMixin, DataHealthMixin, AccessMixin, admin.AdminSite
):
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
            if model in self._registry:  # Django leaves out what is swapped
                protect(self._registry[model])
            if isinstance(self._registry.get(model), DocumentAdmin):
                enforce(self._registry[model])
                record(self._registry[model])

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
        """Return Django's, with a "view on site" that takes any key, and this site's.

        Those of a Document have their time limit from its admin. An app may have the
        name of "collections": its pages come first.
        """
        own = path("go-to/", self.admin_view(self.go_to), name="go_to")
        urls = [own, *super().get_urls()]
        end = len(urls) - bool(self.final_catch_all_view)
        urls[end:end] = self.collections_urls()
        for each in urls:
            if getattr(each, "name", None) == "view_on_site":
                each.callback = any_key(each.callback, self)
            if isinstance(each, URLPattern):
                each.callback = limited(each.callback)
        return urls

    def admin_view(self, view, cacheable=False):
        """Return Django's, within which what is written to documents is recorded."""
        return super().admin_view(recorded_view(view), cacheable)

    def each_context(self, request):
        """Return Django's, and whether the site can only be looked at."""
        context = super().each_context(request)
        return context | {"is_read_only": True} if is_read_only() else context

    def get_log_entries(self, request):
        return shown_entries(super().get_log_entries(request), request, self)

    def autocomplete_view(self, request):
        return DocumentAutocompleteView.as_view(admin_site=self)(request)


def any_key(shortcut, admin_site):
    """Return Django's view (5.2) with its URL cut at the first slash, not at the last.

    A key may hold slashes, and what is no key at all is a 404, as is a document that
    the person may not see.
    """

    @wraps(shortcut)
    def view_on_site(request, content_type_id, object_id):
        path = f"{content_type_id}/{object_id}"
        content_type_id, _slash, object_id = path.partition("/")
        try:
            seen = _seen(admin_site, request, content_type_id, object_id)
            if seen is not None:
                return HttpResponseRedirect(seen.get_absolute_url())
            return shortcut(
                request, content_type_id=content_type_id, object_id=object_id
            )
        except ValidationError as error:
            raise Http404(*error.messages) from error

    return view_on_site


def _seen(admin_site, request, content_type_id, object_id):
    """Return a document of which not all is shown; None for all that has no limits.

    Raise Http404 for one that the person may not see.
    """
    try:
        model = apps.get_model("contenttypes", "ContentType").objects.get_for_id(
            int(content_type_id)
        )
    except (ObjectDoesNotExist, ValueError):
        return None
    document = model.model_class()
    if not isinstance(document, TopLevelDocumentMetaclass):
        return None
    everything = document._default_manager.all()
    shown = seen_by(everything, request, admin_site)
    if shown is everything:
        return None
    found = shown.filter(pk=object_id).first()
    if found is None or not hasattr(found, "get_absolute_url"):
        raise Http404
    return found
