"""Document permissions: content types and permissions in SQL, made by ``migrate``."""

from django.apps import apps
from django.contrib.auth import get_permission_codename
from django.db import DEFAULT_DB_ALIAS, router

from .meta import document_classes


def create_document_permissions(
    app_config, verbosity=2, using=DEFAULT_DB_ALIAS, apps=apps, **kwargs
):
    """Create what is missing for the Documents of every installed app.

    A receiver of post_migrate, as django.contrib.auth.management.create_permissions,
    which knows models only. Django sends the signal for apps with a models module; an
    app of Documents has none, so the signal of ``auth`` serves for all.
    """
    if app_config.label != "auth":
        return
    try:
        content_type_class = apps.get_model("contenttypes", "ContentType")
        permission_class = apps.get_model("auth", "Permission")
    except LookupError:
        return
    if not router.allow_migrate_model(using, permission_class):
        return
    for document in document_classes():
        _create(document, content_type_class, permission_class, using)


def _create(document, content_type_class, permission_class, using):
    meta = document._meta
    content_type, _created = content_type_class.objects.using(using).get_or_create(
        app_label=meta.app_label, model=meta.model_name
    )
    manager = permission_class.objects.using(using)
    known = set(
        manager.filter(content_type=content_type).values_list("codename", flat=True)
    )
    wanted = [
        (get_permission_codename(action, meta), f"Can {action} {meta.verbose_name_raw}")
        for action in meta.default_permissions
    ]
    manager.bulk_create(
        permission_class(
            content_type=content_type, codename=codename, name=str(name)[:255]
        )
        for codename, name in (*wanted, *meta.permissions)
        if codename not in known
    )
