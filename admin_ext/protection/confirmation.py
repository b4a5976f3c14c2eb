"""What a person types before much of a protected Document is deleted or changed."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR
from django.http import HttpRequest, QueryDict
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from admin_ext.limits import max_time, within

# The input, and the longest text of a document that is asked for; else it is the key.
NAME = "_confirmation"
MAX_NAME = 60


class ConfirmationNeeded(Exception):
    """Raised before anything is deleted; the page asks again."""


@dataclass(frozen=True)
class Confirmation:
    """What must be typed, and what was."""

    expected: str
    count: int
    typed: str | None  # None when the page has not asked yet

    input_name = NAME

    @property
    def is_met(self) -> bool:
        return self.typed is not None and _plain(self.typed) == self.expected

    @property
    def is_wrong(self) -> bool:
        return self.typed is not None and not self.is_met


def _plain(text: str) -> str:
    return " ".join(text.split())


def _typed(request: HttpRequest) -> str | None:
    return getattr(request, "typed_confirmation", request.POST.get(NAME))


def for_deletion(
    admin: Any, objs: Any, counts: Mapping[str, int], request: HttpRequest
) -> Confirmation | None:
    """Return what must be typed before ``objs`` are deleted; None if nothing.

    ``counts``: {name of a Document in the plural: how many are deleted}, with what goes
    along; of each protected Document among them its own limit counts.
    """
    limits = {
        str(each.opts.verbose_name_plural): each.protected_limit
        for each in admin.admin_site._registry.values()
        if getattr(each, "protected", False)
    }
    if not limits:
        return None
    counts = {str(name): count for name, count in counts.items()}
    counts = {str(admin.opts.verbose_name_plural): len(objs)} | counts
    if not any(counts.get(name, 0) > limit for name, limit in limits.items()):
        return None
    total = sum(counts.values())
    expected = _name(next(iter(objs))) if total == 1 else str(total)
    return Confirmation(expected, total, _typed(request))


def _name(obj: Any) -> str:
    """Return the text of a document, or its key where that is nothing to type."""
    text = _plain(str(obj))
    return text if 0 < len(text) <= MAX_NAME else _plain(str(obj.pk))


def confirmed(action: Callable[..., Any], description: str) -> Callable[..., Any]:
    """Return an action that asks for the number of documents beyond the limit."""

    @wraps(action)
    def confirmed_action(modeladmin, request, queryset):
        with within(max_time()):
            count = queryset.count()
        asked = Confirmation(str(count), count, _typed(request))
        if count <= modeladmin.protected_limit or asked.is_met:
            return action(modeladmin, request, queryset)
        return _action_page(modeladmin, request, asked, description)

    return confirmed_action


def _action_page(admin, request, asked, description):
    left_out = ("csrfmiddlewaretoken", NAME)
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        # Cells of the list that are edited are not sent with an action.
        if name not in left_out and not name.startswith("form-")
        for value in values
    ]
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Are you sure?"),
        "subtitle": None,
        "action": description,
        "confirmation": asked,
        "sent": sent,
        "opts": admin.opts,
        "media": admin.media,
    }
    request.current_app = admin.admin_site.name
    return TemplateResponse(request, "admin_ext/confirm_action.html", context)


def _asking_again(request: HttpRequest) -> HttpRequest:
    """Return the request as it was before the person confirmed, with what was typed."""
    again = copy(request)
    again.typed_confirmation = request.POST.get(NAME, "")
    again.POST = request.POST.copy()
    del again.POST["post"]
    return again


class ProtectionMixin:
    """Mixed into DocumentAdmin: a typed confirmation before the irreversible."""

    # Whether deletions, and actions, of more than so many documents are confirmed by
    # typing what is deleted: the name of one, or the number of several.
    protected = False
    protected_limit = 0

    def delete_view(self, request, object_id, extra_context=None):
        request.is_delete_view = True
        try:
            return super().delete_view(request, object_id, extra_context)
        except ConfirmationNeeded:
            again = copy(request)
            again.method = "GET"
            again.typed_confirmation = request.POST.get(NAME, "")
            again.GET = request.GET.copy()
            for name in {IS_POPUP_VAR, TO_FIELD_VAR} & {*request.POST}:
                again.GET[name] = request.POST[name]
            again.POST = QueryDict()
            return super().delete_view(again, object_id, extra_context)

    def render_delete_form(self, request, context):
        asked = getattr(request, "confirmation", None)
        return super().render_delete_form(request, {"confirmation": asked} | context)

    def response_action(self, request, queryset):
        try:
            response = super().response_action(request, queryset)
        except ConfirmationNeeded:
            request = _asking_again(request)
            response = super().response_action(request, queryset)
        asked = getattr(request, "confirmation", None)
        if asked and "deletable_objects" in (
            getattr(response, "context_data", None) or {}
        ):
            response.context_data["confirmation"] = asked
        return response
