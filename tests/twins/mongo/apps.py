"""The app of the Documents."""

from django.apps import AppConfig


class MongoTwinConfig(AppConfig):
    name = "tests.twins.mongo"
    label = "mongotwin"
    verbose_name = "Record shop"

    def ready(self):
        from . import documents  # noqa: F401
