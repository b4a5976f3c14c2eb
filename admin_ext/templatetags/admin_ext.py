"""Template tags of this package's additions to Django's pages."""

from django.contrib.admin.templatetags.base import InclusionAdminNode
from django.contrib.admin.utils import quote
from django.contrib.auth import get_user_model
from django.template import Library, Node, NodeList
from django.urls import NoReverseMatch, reverse
from mongoengine import Document

from admin_ext import datehierarchy, jumping, limits
from admin_ext.fieldsets import FieldsetNode
from admin_ext.rows import ResultsNode

register = Library()


@register.inclusion_tag("admin_ext/elsewhere.html", takes_context=True)
def found_elsewhere(context, cl):
    """Offer the documents of other collections that have the ID searched for."""
    return {"answer": jumping.elsewhere(context["request"], cl), "cl": cl}


@register.tag
def dates(parser, token):
    """Draw the date hierarchy as Django's tag (5.2), within a limit."""
    return InclusionAdminNode(
        parser,
        token,
        func=datehierarchy.date_hierarchy,
        template_name="date_hierarchy.html",
        takes_context=False,
    )


@register.tag
def within_limit(parser, _token):
    """Draw what is within; all that its code asks MongoDB has one time limit."""
    within = parser.parse(("end_within_limit",))
    parser.delete_first_token()
    return WithinLimit(within)


class WithinLimit(Node):
    """What {% within_limit %} draws."""

    def __init__(self, nodelist: NodeList):
        self.nodelist = nodelist

    def render(self, context):
        with limits.within(limits.max_time()):
            return self.nodelist.render(context)


@register.tag
def fieldset(_parser, _token):
    """Draw the rows of a form as Django's template, or another, would."""
    return FieldsetNode()


@register.tag
def results(_parser, _token):
    """Draw the table of a list as Django's template, or another, would."""
    return ResultsNode()


@register.inclusion_tag("admin_ext/keyset.html")
def keyset_pages(cl):
    """Lead to the pages around one that has no number."""
    links = [
        (rel, label, "" if parameters is None else cl.get_query_string(parameters))
        for rel, label, parameters in cl.keyset.links
    ]
    return {"links": links, "cl": cl}


@register.simple_tag(takes_context=True)
def access_url(context, person):
    """Return the address of what a person may, for superusers; "" of anything else."""
    user = getattr(context.get("request"), "user", None)
    if not isinstance(person, get_user_model()) or not getattr(
        user, "is_superuser", False
    ):
        return ""
    site = getattr(context["request"], "current_app", None)
    try:
        return reverse("admin:access", args=[quote(person.pk)], current_app=site)
    except NoReverseMatch:
        # Another AdminSite than this package's.
        return ""


@register.filter
def has_documents(app_list):
    """Tell whether there is a Document in Django's list of what a person may see."""
    return any(
        issubclass(model["model"], Document)
        for app in app_list
        for model in app["models"]
    )
