"""Template tags of this package's additions to Django's pages."""

from django.template import Library
from mongoengine import Document

from admin_ext import jumping

register = Library()


@register.inclusion_tag("admin_ext/elsewhere.html", takes_context=True)
def found_elsewhere(context, cl):
    """Offer the documents of other collections that have the ID searched for."""
    return {"answer": jumping.elsewhere(context["request"], cl), "cl": cl}


@register.filter
def has_documents(app_list):
    """Tell whether there is a Document in Django's list of what a person may see."""
    return any(
        issubclass(model["model"], Document)
        for app in app_list
        for model in app["models"]
    )
