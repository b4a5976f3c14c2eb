"""Template tags of this package's additions to Django's pages."""

from django.template import Library

from admin_ext import jumping

register = Library()


@register.inclusion_tag("admin_ext/elsewhere.html", takes_context=True)
def found_elsewhere(context, cl):
    """Offer the documents of other collections that have the ID searched for."""
    return {"answer": jumping.elsewhere(context["request"], cl), "cl": cl}
