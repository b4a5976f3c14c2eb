"""Every hook of ModelAdmin and of its inlines is called as Django calls it.

What each hook's answer does has its tests beside the pages; here both twins record
which hooks are called, with what, while the same pages are used.
"""

from collections import defaultdict
from functools import wraps

import pytest
from django.contrib import admin
from django.db.models.fields import Field

from .pages import common
from .shop import DEFAULTS, SIDES, stacked, tabular

# What a page calls; it may call more, but the same on both twins.
LIST = (
    "changelist_view",
    "get_changelist_instance",
    "get_changelist",
    "get_list_display",
    "get_list_display_links",
    "get_list_filter",
    "get_search_fields",
    "get_list_select_related",
    "get_sortable_by",
    "get_queryset",
    "get_ordering",
    "get_search_results",
    "get_paginator",
    "get_actions",
    "get_action_choices",
    "get_preserved_filters",
    "has_view_or_change_permission",
    "has_view_permission",
    "has_change_permission",
    "has_add_permission",
    "has_delete_permission",
    "has_module_permission",
    "get_changelist_formset",
    "get_changelist_form",
    "action_checkbox",
    "formfield_for_dbfield",
    "get_empty_value_display",
    "lookup_allowed",
    "get_model_perms",
)
VIEWED = ("has_view_permission", "has_change_permission", "get_queryset")
ADD = (
    "add_view",
    "changeform_view",
    "get_form",
    "get_fieldsets",
    "get_fields",
    "get_exclude",
    "get_readonly_fields",
    "get_changeform_initial_data",
    "get_formsets_with_inlines",
    "get_inline_instances",
    "get_inlines",
    "get_inline_formsets",
    "get_formset_kwargs",
    "get_prepopulated_fields",
    "render_change_form",
    "formfield_for_choice_field",
    "formfield_for_foreignkey",
    "formfield_for_manytomany",
    "get_field_queryset",
    "get_autocomplete_fields",
    "get_view_on_site_url",
    "has_add_permission",
)
ADDED = (
    "save_form",
    "construct_change_message",
    "save_model",
    "save_related",
    "save_formset",
    "log_addition",
    "message_user",
    "response_add",
    "response_post_save_add",
)
CHANGE = (
    "change_view",
    "get_object",
    "has_change_permission",
    "get_view_on_site_url",
)
CHANGED = (
    "save_form",
    "save_model",
    "save_related",
    "save_formset",
    "construct_change_message",
    "log_change",
    "message_user",
    "response_change",
    "response_post_save_change",
)
DELETE = (
    "delete_view",
    "get_object",
    "get_deleted_objects",
    "render_delete_form",
)
DELETED = (
    "has_delete_permission",
    "log_deletions",
    "delete_model",
    "message_user",
    "response_delete",
)
CHOSEN = (
    "response_action",
    "get_actions",
    "get_deleted_objects",
)
GONE = (
    "response_action",
    "delete_queryset",
    "log_deletions",
    "message_user",
)
HISTORY = (
    "history_view",
    "get_object",
    "has_view_or_change_permission",
)
INLINE = (
    "get_formset",
    "get_extra",
    "get_min_num",
    "get_max_num",
    "get_fieldsets",
    "get_fields",
    "get_exclude",
    "get_readonly_fields",
    "get_queryset",
    "has_add_permission",
    "has_change_permission",
    "has_delete_permission",
    "has_view_permission",
    "formfield_for_dbfield",
    "formfield_for_foreignkey",
    "get_prepopulated_fields",
)
HOOKS = sorted({
    *(*LIST, *ADD, *ADDED, *CHANGE, *CHANGED, *DELETE, *DELETED),
    *(*CHOSEN, *GONE, *HISTORY),
})

CHECKED = {"_selected_action": ["4", "5"], "action": "delete_selected"}


# Fields that the hooks of one side only are asked about: what is embedded, and the key,
# for which Django makes a form field that it then leaves out.
OF_ONE_SIDE = (*DEFAULTS["Album"]["exclude"], "id")


def told(value):
    """Return what of an argument must be the same on both twins."""
    if value is None or isinstance(value, str | int | float | bool):
        return common(str(value))
    if isinstance(value, list | tuple):
        return [told(item) for item in value]
    if isinstance(value, dict):
        return sorted(value)
    if isinstance(value, Field):
        return value.name
    if isinstance(value, type):
        return value.__name__
    if hasattr(value, "_get_pk_val"):
        # A sequence may draw the key of a new document before it is saved.
        key = "new" if value._state.adding else value._get_pk_val()
        return f"{type(value).__name__} {key}"
    return kind(value)


def kind(value):
    """Return what an argument is, whichever twin's."""
    kinds = {
        "request": "GET",
        "form": "changed_data",
        "formset": "initial_forms",
        "queryset": "order_by",
        "admin": "get_inlines",
        "inline": "get_formset",
    }
    return next((name for name, known in kinds.items() if hasattr(value, known)), "?")


class Recorder:
    """Collects {side: calls} of hooks, of one admin or inline."""

    def __init__(self, base):
        self.base, self.calls = base, defaultdict(list)

    def hook(self, name):
        @wraps(getattr(self.base, name))
        def hook(self_, *args, **kwargs):
            if not any(getattr(each, "name", None) in OF_ONE_SIDE for each in args):
                named = {key: told(kwargs[key]) for key in sorted(kwargs)}
                call = (name, told(args), named)
                self.calls[self_.admin_site.name].append(call)
            return getattr(super(type(self_), self_), name)(*args, **kwargs)

        return hook

    def hooks(self, names):
        return {name: self.hook(name) for name in names}

    def take(self):
        """Return {side: calls, each once, sorted}, and forget them."""
        found = {
            side: sorted({repr(call) for call in self.calls[side]}) for side in SIDES
        }
        self.calls.clear()
        return found

    def called(self, names, *, beside=()):
        """Compare what both twins called; ``names`` must be among it.

        ``beside``: hooks that the documents' page may call once more than Django's.
        """
        found = self.take()
        more = set(found["mongo"]) - set(found["sql"])
        assert sorted(call for call in more if call.split("'")[1] not in beside) == []
        assert sorted(set(found["sql"]) - set(found["mongo"])) == []
        called = {call.split("'")[1] for call in found["sql"]}
        assert sorted(set(names) - called) == []


@pytest.fixture
def recorder(twins):
    recorder = Recorder(admin.ModelAdmin)
    twins.admin(
        "Album",
        # What points at a document is asked of the admin of its own kind, too.
        referring_paths=(),
        **recorder.hooks(HOOKS),
        fields=("title", "artist", "genres", "kind", "year"),
        list_display=("title", "year", "artist"),
        list_editable=("year",),
        list_filter=("kind", "artist"),
        search_fields=("title",),
        inlines=[tabular("Track")],
    )
    return recorder


def test_hooks_of_the_list(twins, recorder):
    twins.get("album/?q=o&kind__exact=lp")
    recorder.called(LIST)
    twins.get("/")
    recorder.called(["get_model_perms", "has_module_permission"])


def test_hooks_of_list_editable(twins, recorder):
    twins.submit("album/", form="changelist-form", **{"form-0-year": "2000"})
    recorder.called(["save_form", "save_model", "save_related", "log_change"])


def test_hooks_of_adding(twins, recorder):
    twins.get("album/add/?title=From+the+address")
    recorder.called(ADD)
    row = {"track_set-0-title": "One", "track_set-0-number": "1"}
    twins.submit("album/add/", title="New", **row)
    recorder.called(ADDED)


def test_hooks_of_changing(twins, recorder):
    twins.get("album/1/change/?_changelist_filters=kind__exact%3Dlp")
    recorder.called(CHANGE)
    twins.submit("album/1/change/", title="Other", **{"track_set-0-title": "One"})
    recorder.called(CHANGED)


def test_hooks_of_deleting(twins, recorder):
    twins.get("album/4/delete/")
    # The page tells of what is left pointing at nothing, if the person may view it.
    recorder.called(DELETE, beside=("has_view_or_change_permission", *VIEWED))
    twins.submit("album/4/delete/", post="yes")
    recorder.called(DELETED)


def test_hooks_of_an_action(twins, recorder):
    twins.post("album/", CHECKED)
    recorder.called(CHOSEN)
    twins.post("album/", CHECKED | {"post": "yes"})
    recorder.called(GONE)


def test_hooks_of_the_history(twins, recorder):
    twins.get("album/1/history/")
    # Who may see none is refused before it is looked for.
    asked = ("has_view_or_change_permission", "has_view_permission")
    recorder.called(HISTORY, beside=asked)


@pytest.mark.parametrize(
    ("shape", "base"),
    [(tabular, admin.TabularInline), (stacked, admin.StackedInline)],
)
def test_hooks_of_an_inline(twins, shape, base):
    recorder = Recorder(base)
    twins.admin("Album", inlines=[shape("Track", **recorder.hooks(INLINE))])
    twins.get("album/1/change/")
    recorder.called(set(INLINE) - {"formfield_for_foreignkey"})
    twins.submit("album/1/change/", **{"track_set-0-title": "One"})
    recorder.called(["get_formset", "has_change_permission"])
