"""The page of a masked value."""

from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_variables

from admin_ext.files.urls import path_text
from admin_ext.history import NotRecorded, record_reveal
from admin_ext.hydration import stored_son
from admin_ext.meta import reveal_codename
from admin_ext.policies import policy_for, show_links
from admin_ext.protection.rates import seconds_to_wait_for_reveal

from .forms import ReasonForm
from .places import masked_place

NOT_RECORDED = gettext_lazy(
    "This could not be recorded, so the value is not shown. Try again later."
)


class RevealMixin:
    """Mixed into DocumentAdmin: shows one masked value to who gives a reason."""

    reveal_template = None

    def has_reveal_permission(self, request, obj=None):
        """Tell whether the person may see masked values, each for a reason."""
        codename = reveal_codename(self.opts)
        user = getattr(request, "user", None)
        return bool(user and user.has_perm(f"{self.opts.app_label}.{codename}"))

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_reveal"
        view = self.admin_site.admin_view(self.reveal_view)
        own = path("<path:object_id>/reveal/<str:path>/", view, name=name)
        return [own, *super().get_urls()]

    def get_reveal_url(self, obj, path):
        """Return the address of the page of a masked value; ``path``: as stored."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_reveal"
        return reverse(
            f"admin:{name}",
            args=[quote(obj.pk), path_text(path)],
            current_app=self.admin_site.name,
        )

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        """Let the masked values of the page have links to their pages."""
        if obj is not None:
            self._show_reveal_links(request, obj)
            for each in context["inline_admin_formsets"]:
                own = self.admin_site._registry.get(each.opts.model)
                if isinstance(own, RevealMixin):
                    for form in each.formset.initial_forms:
                        own._show_reveal_links(request, form.instance)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def _show_reveal_links(self, request, obj):
        policy = policy_for(request, self.model, self)
        if policy.withholds and self._may_reveal(request, obj):
            show_links(
                obj,
                lambda path: (
                    self.get_reveal_url(obj, path) if policy.is_masked(path) else ""
                ),
            )

    def _may_reveal(self, request, obj=None):
        may_view = self.has_view_or_change_permission(request, obj)
        return may_view and self.has_reveal_permission(request, obj)

    # What is recorded must be committed before the value is shown.
    @method_decorator(transaction.non_atomic_requests)
    @method_decorator(csrf_protect)
    @method_decorator(never_cache)
    @method_decorator(sensitive_variables())
    def reveal_view(self, request, object_id, path):
        """The 'reveal' admin view: asks for a reason, then shows a masked value."""
        if not self._may_reveal(request):
            raise PermissionDenied
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self._may_reveal(request, obj):
            raise PermissionDenied
        place = masked_place(policy_for(request, self.model, self), obj, path)
        if request.method != "POST":
            return self._reveal_page(
                request, obj, place, ReasonForm(session=request.session)
            )
        form = ReasonForm(request.POST, session=request.session)
        seconds = seconds_to_wait_for_reveal(request) if form.is_valid() else 0
        if seconds:
            return self._too_many_reveals(request, obj, place, form, seconds)
        return self._answer(request, obj, place, form)

    def _answer(self, request, obj, place, form):
        if not form.is_valid():
            return self._reveal_page(request, obj, place, form)
        key, reason = stored_son(obj)["_id"], form.cleaned_data["reason"]
        try:
            record_reveal(request.user, type(obj), key, place.path, reason, obj)
        except NotRecorded:
            form.add_error(None, NOT_RECORDED)
            return self._reveal_page(request, obj, place, form, status=503)
        return self._reveal_page(request, obj, place, form, is_revealed=True)

    def _too_many_reveals(self, request, obj, place, form, seconds):
        words = _(
            "You have revealed as many values as may be in a minute. Wait a little."
        )
        form.add_error(None, words)
        response = self._reveal_page(request, obj, place, form, status=429)
        response["Retry-After"] = str(seconds)
        return response

    def _reveal_page(self, request, obj, place, form, *, is_revealed=False, status=200):
        context = {
            **self.admin_site.each_context(request),
            "title": _("Reveal %(field)s") % {"field": place.label},
            "subtitle": str(obj),
            "object": obj,
            "opts": self.opts,
            "media": self.media,
            "form": form,
            "label": place.label,
            "is_revealed": is_revealed,
            "text": place.text if is_revealed else "",
            "number": "" if is_revealed else form.draw_number(),
        }
        request.current_app = self.admin_site.name
        template = self.reveal_template or "admin_ext/reveal.html"
        response = TemplateResponse(request, template, context, status=status)
        response["Cache-Control"] = "no-store, private"
        return response
