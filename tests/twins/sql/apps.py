"""The app of the SQL models."""

from django.apps import AppConfig


class SQLTwinConfig(AppConfig):
    name = "tests.twins.sql"
    label = "sqltwin"
    default_auto_field = "django.db.models.AutoField"
    verbose_name = "Record shop"
