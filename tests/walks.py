"""Which registered models a walk through every view is about."""

from django.contrib import admin

# Of the tests' own Documents, which differ in their fields and not in their views: with
# inlines, cells to edit, files, places, references, keys of any type, undeclared keys,
# and fields of every kind.
TAKEN = {
    *("author", "book", "everything", "folder", "freely", "hull", "patient"),
    *("publisher", "town", "trip"),
}


def walked_models():
    """Return the registered models, of the tests' own only those that stand for all."""
    return [
        model
        for model in admin.site._registry
        if model._meta.app_label != "tests" or model._meta.model_name in TAKEN
    ]
