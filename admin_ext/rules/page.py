"""The page on which superusers see what a person may, and why."""

from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from mongoengine import Document

from .explaining import Explained, as_person, reason_for_nothing


class AccessMixin:
    """Mixed in before Django's AdminSite: what a person may do with Documents."""

    def has_access_permission(self, request):
        """Tell whether the person may see what others may."""
        user = request.user
        return user.is_active and user.is_staff and user.is_superuser

    def get_urls(self):
        view = self.admin_view(self.access_view)
        return [path("access/<str:user_id>/", view, name="access"), *super().get_urls()]

    @method_decorator(require_safe)
    def access_view(self, request, user_id, extra_context=None):
        """Show what a person may do with each Document, and each field, and why."""
        if not self.has_access_permission(request):
            raise PermissionDenied
        person = person_or_404(unquote(user_id))
        found = self._explained(request, person)
        context = {
            **self.each_context(request),
            "title": _("Access of %(name)s") % {"name": person.get_username()},
            "subtitle": None,
            "person": person,
            "person_url": self._person_url(person),
            "opts": person._meta,
            "groups": _groups(person),
            "reason_for_nothing": reason_for_nothing(person),
            "documents": [each for each in found if each.is_any],
            "others": [each for each in found if not each.is_any],
            **(extra_context or {}),
        }
        request.current_app = self.name
        return TemplateResponse(request, "admin_ext/access.html", context)

    def _explained(self, request, person):
        as_theirs = as_person(request, person)
        return sorted(
            (
                Explained(admin, as_theirs)
                for model, admin in self._registry.items()
                if issubclass(model, Document)
            ),
            key=lambda each: (each.app.lower(), each.name.lower()),
        )

    def _person_url(self, person):
        """Return the address of the person's own page, or "" where there is none."""
        if not self.is_registered(type(person)):
            return ""
        opts = person._meta
        name = f"admin:{opts.app_label}_{opts.model_name}_change"
        return reverse(name, args=[person.pk], current_app=self.name)


def _groups(person):
    groups = getattr(person, "groups", None)
    return [] if groups is None else [str(each) for each in groups.all()]


def person_or_404(pk):
    """Return the user with that key, a text from a URL. Raise Http404 without one."""
    try:
        return get_object_or_404(get_user_model(), pk=pk)
    except (ValueError, ValidationError, OverflowError) as error:
        raise Http404 from error
