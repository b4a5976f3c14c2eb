"""What the hooks and options of ModelAdmin about actions may answer."""

import pytest
from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.http import HttpResponse
from django.utils.safestring import mark_safe

CHECKED = {"_selected_action": ["1", "2"]}


def shout(modeladmin, request, queryset):
    """Tell the titles."""
    titles = ", ".join(str(each) for each in queryset.order_by("title"))
    modeladmin.message_user(request, titles.upper(), messages.WARNING, "loud")


@admin.action(description="Whisper about the selected %(verbose_name_plural)s")
def whisper(modeladmin, request, queryset):
    return HttpResponse(f"{queryset.count()}".encode(), content_type="text/plain")


@admin.action(permissions=["change", "press"], description="Press again")
def press(modeladmin, request, queryset):
    changed = queryset.update(year=2000)
    modeladmin.message_user(request, f"{changed} pressed")


def has_press_permission(self, request):
    return request.user.first_name == "Ada"


def test_actions_of_an_admin(twins):
    @admin.action(description="Louder")
    def louder(self, request, queryset):
        self.message_user(request, f"{queryset.count()} louder", fail_silently=True)

    options = {"louder": louder, "has_press_permission": has_press_permission}
    twins.admin("Album", actions=[shout, whisper, press, "louder"], **options)
    twins.get("album/")
    for name in ("shout", "press", "louder", "nope"):
        twins.post("album/", CHECKED | {"action": name})
    answers = twins.post("album/", CHECKED | {"action": "whisper"})
    assert answers["mongo"].body == b"2"
    twins.post("album/", {"action": "shout"})
    twins.post("album/", CHECKED | {"action": ""})
    twins.post("album/", {"action": "shout", "_selected_action": ["1", "99"]})


def test_actions_for_the_permitted_only(twins):
    twins.admin("Album", actions=[press], has_press_permission=has_press_permission)
    twins.permit("view_album")
    twins.get("album/")
    twins.post("album/", CHECKED | {"action": "press"})
    twins.permit("view_album", "change_album")
    twins.get("album/")


@pytest.mark.parametrize("top", [True, False])
@pytest.mark.parametrize("bottom", [True, False])
def test_places_of_the_actions(twins, top, bottom):
    twins.admin(
        "Album",
        actions_on_top=top,
        actions_on_bottom=bottom,
        actions_selection_counter=top is not bottom,
    )
    twins.get("album/")
    data = {"action": ["", "delete_selected"], "index": "1", "_selected_action": "4"}
    twins.post("album/", data | {"_selected_action": ["4", "5"]})


def test_no_actions(twins):
    twins.admin("Album", actions=None)
    twins.get("album/")
    twins.post("album/", CHECKED | {"action": "delete_selected"})


def test_get_actions_and_get_action_choices(twins):
    def get_actions(self, request):
        found = super(type(self), self).get_actions(request)
        found["shout"] = self.get_action(shout)
        found.pop("delete_selected")
        return found

    def get_action_choices(self, request, default_choices=()):
        return super(type(self), self).get_action_choices(request, [("", "Choose")])

    hooks = {"get_actions": get_actions, "get_action_choices": get_action_choices}
    twins.admin("Album", **hooks)
    twins.get("album/")
    twins.post("album/", CHECKED | {"action": "shout"})


def test_get_action(twins):
    twins.admin("Album", actions=["shout"], shout=shout)
    for name in ("shout", "delete_selected", "nope", whisper):
        found = {}
        for side, site in twins.sites.items():
            (album,) = (each for each in site._registry if each.__name__ == "Album")
            found[side] = site.get_model_admin(album).get_action(name)
        assert str(found["mongo"])[:20] == str(found["sql"])[:20]


def test_action_form(twins):
    class ActionForm(helpers.ActionForm):
        year = forms.IntegerField(required=False)

    def move(modeladmin, request, queryset):
        queryset.update(year=int(request.POST["year"]))

    twins.admin("Album", actions=[move], action_form=ActionForm)
    twins.get("album/")
    twins.post("album/", CHECKED | {"action": "move", "year": "2010"})


def test_response_action(twins):
    def response_action(self, request, queryset):
        if request.POST["action"] == "count":
            return HttpResponse(f"{queryset.count()}", content_type="text/plain")
        return super(type(self), self).response_action(request, queryset)

    twins.admin("Album", response_action=response_action)
    twins.post("album/", CHECKED | {"action": "count", "index": "0"})


def test_action_checkbox(twins):
    @admin.display(description="Take")
    def action_checkbox(self, obj):
        return mark_safe(f'<input type="checkbox" value="{obj.pk}">')

    twins.admin("Album", action_checkbox=action_checkbox)
    twins.get("album/")
