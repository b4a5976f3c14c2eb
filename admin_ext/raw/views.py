"""The raw page of DocumentAdmin."""

import json
from functools import partial

from django.contrib import messages
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect

from admin_ext.ejson import dumps, is_lossless
from admin_ext.hydration import stored_son
from admin_ext.meta import raw_codename
from admin_ext.policies import policy_for, withheld_texts, without_quotes

from .forms import RawForm
from .hidden import Hidden, masked
from .rows import Page

# A document with a text of more characters is shown in part, and downloaded as a whole.
MAX_TEXT = 1_000_000


def _text(son):
    return dumps(son, indent=2, ensure_ascii=False)


def _text_of(document, hidden):
    """Return a document for who only looks at it: without handles."""
    return _text(masked(type(document), stored_son(document), hidden))


class RawViewMixin:
    """Mixed into DocumentAdmin: a page with the whole document in Extended JSON."""

    raw_template = None

    def has_view_raw_permission(self, request, obj=None):
        """Tell whether the person may see the document as it is stored."""
        return self._has_raw(request, "view") or self._has_raw(request, "change")

    def has_change_raw_permission(self, request, obj=None):
        """Tell whether the person may edit the document as it is stored."""
        may_change = self.has_change_permission(request, obj)
        return may_change and self._has_raw(request, "change")

    def _may_view_raw(self, request, obj=None):
        may_view = self.has_view_or_change_permission(request, obj)
        return may_view and self.has_view_raw_permission(request, obj)

    def _has_raw(self, request, action):
        codename = raw_codename(action, self.opts)
        user = getattr(request, "user", None)
        return bool(user and user.has_perm(f"{self.opts.app_label}.{codename}"))

    def is_hidden_in_raw(self, request, field):
        """Tell whether a mongoengine field is shown as a mark, and cannot be edited.

        Those declared with ``editable=False`` are, unless ``readonly_fields`` name
        them.
        """
        is_named = field.name in self.get_readonly_fields(request)
        is_open = getattr(field, "editable", True) or field.db_field == "_id"
        return not is_open and not is_named

    def get_raw_url(self, obj):
        """Return the address of a document's raw page."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_raw"
        return reverse(
            f"admin:{name}", args=[quote(obj.pk)], current_app=self.admin_site.name
        )

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_raw"
        view = self.admin_site.admin_view(self.raw_view)
        return [path("<path:object_id>/raw/", view, name=name), *super().get_urls()]

    @method_decorator(csrf_protect)
    def raw_view(self, request, object_id, extra_context=None):
        """The 'raw' admin view: shows the stored document, and takes an edited one."""
        view = partial(self._raw_view, request, object_id, extra_context)
        return self._show_refused_saves(request, view)

    def _raw_view(self, request, object_id, extra_context):
        if not self._may_view_raw(request):
            raise PermissionDenied
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self._may_view_raw(request, obj):
            raise PermissionDenied
        policy = policy_for(request, self.model, self)
        hidden = Hidden(partial(self.is_hidden_in_raw, request), policy)
        if "download" in request.GET:
            return self._raw_download(obj, _text_of(obj, hidden))
        reason = self._reason_for_no_raw_form(request, obj, hidden)
        if request.method == "POST" and reason:
            raise PermissionDenied
        data = request.POST if request.method == "POST" else None
        if reason:
            context = {"reason": reason, "text": _text_of(obj, hidden)[:MAX_TEXT]}
            return self._raw_page(request, obj, context | (extra_context or {}))
        quoted = withheld_texts(obj)
        form = RawForm(data, instance=obj, hidden=hidden)
        is_sent = data is not None and form.is_valid()
        if is_sent and not self._refused(request, form, quoted):
            return self._save_raw(request, obj, form)
        context = {"form": form}
        return self._raw_page(request, obj, context | (extra_context or {}))

    def _refused(self, request, form, withheld):
        """Show the reason for which the save of this form was refused before.

        ``withheld``: the texts that it may not quote.
        """
        errors = getattr(request, "save_errors", {}).get((
            type(form.instance),
            form.instance.pk,
        ))
        if errors:
            form.add_error(None, [*without_quotes(errors, withheld).messages])
        return bool(errors)

    def _reason_for_no_raw_form(self, request, obj, hidden):
        """Return why the document can only be looked at, or ""."""
        if not self.has_change_raw_permission(request, obj):
            return _("You may look at this, and not change it.")
        shown = Page(type(obj), stored_son(obj), hidden).shown
        text = _text(shown)
        if len(text) > MAX_TEXT:
            return _(
                "This document is too large to be edited here. Its beginning is shown; "
                "the download has all of it."
            )
        if not is_lossless(text, shown):
            return _("Extended JSON cannot spell this document exactly.")
        return ""

    def _raw_download(self, obj, text):
        response = HttpResponse(text, content_type="application/json")
        name = json.dumps(f"{self.opts.model_name}-{obj.pk}.json")
        response["Content-Disposition"] = f"attachment; filename={name}"
        return response

    def _save_raw(self, request, obj, form):
        """Save, log and answer as ModelAdmin's change view does."""
        if form.has_changed():
            self.save_model(request, obj, form, True)
        names = [str(self._label_of(name)) for name in form.changed_data]
        changed = [{"changed": {"fields": names}}] if names else []
        self.log_change(request, obj, changed)
        text = _("The %(name)s “%(obj)s” was changed successfully.")
        self.message_user(
            request,
            text % {"name": self.opts.verbose_name, "obj": obj},
            messages.SUCCESS,
        )
        url = self.get_raw_url(obj)
        if "_continue" not in request.POST:
            name = f"{self.opts.app_label}_{self.opts.model_name}_change"
            url = reverse(
                f"admin:{name}", args=[quote(obj.pk)], current_app=self.admin_site.name
            )
        filters = self.get_preserved_filters(request)
        context = {"preserved_filters": filters, "opts": self.opts}
        return HttpResponseRedirect(add_preserved_filters(context, url))

    def _label_of(self, name):
        fields = {field.name: field for field in self.opts.fields}
        return fields[name].verbose_name if name in fields else name

    def _raw_page(self, request, obj, context):
        context = {
            **self.admin_site.each_context(request),
            "title": _("Raw %s") % self.opts.verbose_name,
            "subtitle": str(obj),
            "module_name": str(capfirst(self.opts.verbose_name_plural)),
            "object": obj,
            "opts": self.opts,
            "media": self.media,
            "preserved_filters": self.get_preserved_filters(request),
            **context,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request, self.raw_template or "admin_ext/raw.html", context
        )
