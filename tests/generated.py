"""Generated modules, written into a package of their own, imported, and undone."""

import sys
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from itertools import count
from types import SimpleNamespace

from django.apps import AppConfig, apps
from django.contrib.admin import site
from django.test import override_settings
from mongoengine.base.common import _document_registry

from admin_ext.introspection.writing import admin_source, documents_source
from admin_ext.references import texts

NUMBERS = count(1)

URLS = """\
from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]
"""


@contextmanager
def installed(database, folder, *, documents=None, admins=None):
    """Install the app that is written from a models.Database, in an empty ``folder``.

    ``documents``, ``admins``: the text of the modules, where it is there already. As in

        with installed(database, tmp_path) as app:
            app.documents.Customer.objects.first()
            client.get(app.list_url("Customer"))

    ``app.label``: of the app; ``app.registered``: its Documents with an admin;
    ``app.admins``: {name of a Document: its admin}, those of the app alone.

    Afterwards Django and mongoengine know nothing of it.
    """
    name = f"generated_{next(NUMBERS)}"
    package = folder / name
    package.mkdir()
    sources = {
        "__init__": "",
        "documents": documents or documents_source(database),
        "admin": admins or admin_source(database),
        "urls": URLS,
    }
    for module, text in sources.items():
        (package / f"{module}.py").write_text(text, encoding="utf-8")
    registry, admins = {**_document_registry}, {**site._registry}
    sys.path.insert(0, str(folder))
    invalidate_caches()
    try:
        # Not as a setting: Django would have all apps made ready a second time.
        config = AppConfig(name, import_module(name))
        config.apps, config.models = apps, {}
        apps.app_configs[name] = config
        apps.clear_cache()
        import_module(f"{name}.admin")
        with override_settings(ROOT_URLCONF=f"{name}.urls"):
            yield _app(name, admins, sources)
    finally:
        apps.app_configs.pop(name, None)
        sys.path.remove(str(folder))
        for each in [each for each in sys.modules if each.split(".")[0] == name]:
            del sys.modules[each]
        site._registry.clear()
        site._registry.update(admins)
        _document_registry.clear()
        _document_registry.update(registry)
        texts.forget()
        apps.clear_cache()


def _app(name, before, sources):
    admins = {
        model.__name__: admin
        for model, admin in site._registry.items()
        if model not in before
    }
    return SimpleNamespace(
        label=name,
        registered=[admin.model for admin in admins.values()],
        documents=import_module(f"{name}.documents"),
        admins=admins,
        sources=sources,
        list_url=lambda document: f"/admin/{name}/{document.lower()}/",
        change_url=lambda document, key: (
            f"/admin/{name}/{document.lower()}/{key}/change/"
        ),
        add_url=lambda document: f"/admin/{name}/{document.lower()}/add/",
    )
