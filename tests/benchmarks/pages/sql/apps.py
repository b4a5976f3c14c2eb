"""The app has the label of the Documents, so that both sites have the same URLs."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "tests.benchmarks.pages.sql"
    label = "documents"
    verbose_name = "Documents"
