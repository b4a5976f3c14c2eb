"""Actions of the list."""

import pytest
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.http import HttpResponse
from django.shortcuts import render

from . import rows

BOX = "_selected_action"


def run(name, *keys, index="0", **more):
    """Return what the list sends for an action on rows."""
    boxes = [(BOX, str(key)) for key in keys]
    return [("action", name), ("index", index), *more.items(), *boxes]


@admin.action(description="Mark %(verbose_name_plural)s as signed")
def sign(modeladmin, request, queryset):
    for obj in queryset:
        obj.signed = True
        obj.save()
    modeladmin.message_user(request, f"{queryset.count()} signed.")


@admin.action(permissions=["change"])
def only_change(modeladmin, request, queryset):
    modeladmin.message_user(request, "Changed.", messages.WARNING)


@admin.action(permissions=["sell", "delete"], description="Sell")
def sell(modeladmin, request, queryset):
    modeladmin.message_user(request, "Sold.", messages.ERROR, extra_tags="own")


def titles(modeladmin, request, queryset):
    text = "\n".join(str(obj) for obj in queryset.order_by("pk"))
    return HttpResponse(f"<p>{text} {queryset.count()}</p>")


def ask(modeladmin, request, queryset):
    """Ask in between."""
    if request.POST.get("post"):
        modeladmin.message_user(request, f"{queryset.count()} agreed.")
        return None
    context = {
        **modeladmin.admin_site.each_context(request),
        "opts": modeladmin.opts,
        "media": modeladmin.media,
        "title": f"{queryset.count()} {modeladmin.opts.verbose_name_plural}?",
    }
    return render(request, "admin/base_site.html", context)


def has_sell_permission(self, request):
    return request.user.is_superuser


OPTIONS = {
    "actions": [sign, only_change, sell, titles, ask, "method"],
    "method": admin.action(description="A method")(
        lambda self, request, queryset: self.message_user(
            request, ", ".join(map(str, queryset.order_by("pk")))
        )
    ),
    "has_sell_permission": has_sell_permission,
    "list_display": ("id", "title", "signed"),
    "list_filter": ("year",),
}


@pytest.fixture
def acting(twins):
    twins.admin("Album", **OPTIONS)
    return twins


@pytest.mark.parametrize("top", [True, False])
@pytest.mark.parametrize("bottom", [True, False])
@pytest.mark.parametrize("counter", [True, False])
def test_where_the_actions_are(twins, top, bottom, counter):
    twins.admin(
        "Album",
        actions_on_top=top,
        actions_on_bottom=bottom,
        actions_selection_counter=counter,
        list_per_page=4,
    )
    twins.get("album/")


@pytest.mark.parametrize("actions", [None, [], (sign,), ["delete_selected", sign]])
def test_which_actions_there_are(twins, actions):
    twins.admin("Album", actions=actions)
    twins.get("album/")
    twins.get("album/?_popup=1")
    twins.post("album/", run("sign", 2))


@pytest.mark.parametrize("name", ["sign", "only_change", "sell", "titles", "method"])
def test_an_action(acting, name):
    acting.post("album/", run(name, 2, 3))


@pytest.mark.parametrize("name", ["sign", "titles", "method"])
def test_an_action_on_all_pages(acting, name):
    acting.admin("Album", **OPTIONS, list_per_page=2)
    acting.get("album/?p=2")
    acting.post("album/?p=2", run(name, 1, select_across="1"))
    acting.post("album/?year=1968", run(name, 1, select_across="1"))
    acting.post("album/?year=1968", run(name, 2, 3))


def test_an_action_with_a_page_in_between(acting):
    acting.post("album/", run("ask", 1, 2))
    acting.post("album/", [("action", "ask"), ("post", "yes"), (BOX, "1"), (BOX, "2")])
    acting.post("album/", run("ask", 1, select_across="1"))


@pytest.mark.parametrize(
    "data",
    [
        run("sign"),
        run("sign", select_across="1"),
        run("", 1),
        run("nope", 1),
        run("nope"),
        run("sign", 1, index="x"),
        run("sign", 1, index="5"),
        run("sign", 1, index="-1"),
        run("sign", 999),
        run("sign", 1, 999),
        run("sign", 1, select_across="x"),
        [("action", "sign"), (BOX, "1")],
        [("action", "sign"), ("action", "titles"), ("index", "1"), (BOX, "1")],
        [("index", "0"), (BOX, "1")],
        [("action", "sign")],
        [(BOX, "1"), ("_save", "Save")],
    ],
    ids=str,
)
def test_odd_requests(acting, data):
    acting.post("album/", data)


def test_an_action_stays_on_the_list_that_was_asked_for(acting):
    acting.post("album/?year=1968&o=-2&p=1", run("sign", 1))
    acting.post("album/?year=1968&o=-2", run("nope", 1))


PERMISSIONS = [
    ("view_album",),
    ("change_album",),
    ("delete_album", "view_album"),
    ("add_album",),
]


@pytest.mark.parametrize("codenames", PERMISSIONS)
def test_actions_by_permission(acting, codenames):
    acting.permit(*codenames)
    acting.get("album/")
    for name in ("only_change", "sell", "delete_selected"):
        acting.post("album/", run(name, 4))


def test_get_actions(twins):
    def get_actions(self, request):
        actions = super(type(self), self).get_actions(request)
        del actions["delete_selected"]
        return actions

    twins.admin("Album", **OPTIONS, get_actions=get_actions)
    twins.get("album/")
    twins.post("album/", run("delete_selected", 4))


def test_get_action_choices(twins):
    twins.admin(
        "Album",
        **OPTIONS,
        get_action_choices=lambda self, request: super(
            type(self), self
        ).get_action_choices(request, [("", "Choose")]),
    )
    twins.get("album/")


def test_actions_of_the_site(acting):
    for site in acting.sites.values():
        site.add_action(titles, "site_titles")
        site.add_action(sign)
        site.disable_action("delete_selected")
    acting.get("album/")
    acting.get("label/")
    acting.post("album/", run("site_titles", 1))
    acting.post("label/", run("site_titles", 1))
    acting.post("label/", run("delete_selected", 1))


def test_a_disabled_action_named_by_one_admin(twins):
    twins.admin("Label", actions=["delete_selected"])
    for site in twins.sites.values():
        site.disable_action("delete_selected")
    twins.get("label/")
    twins.get("genre/")


def test_an_action_that_stands_for_the_sites_own(twins):
    own = admin.action(description="Remove")(
        lambda modeladmin, request, queryset: delete_selected(
            modeladmin, request, queryset
        )
    )
    own.__name__ = "delete_selected"
    twins.admin("Concert", actions=[own])
    twins.get("concert/")


LISTS = "rows of lists are part of the document"
CONCERT = str(rows.CONCERTS[0]["id"])


def test_delete_selected(twins):
    twins.post("concert/", run("delete_selected", CONCERT), differs=[LISTS])
    agreed = [("action", "delete_selected"), ("post", "yes"), (BOX, CONCERT)]
    twins.post("concert/", agreed)


def test_delete_selected_on_all_pages(twins):
    twins.admin("Concert", list_per_page=2, list_filter=("artist",))
    query = "concert/?artist__code__exact=ada"
    across = run("delete_selected", CONCERT, select_across="1")
    twins.post(query, across, differs=[LISTS])
    agreed = [("action", "delete_selected"), ("post", "yes"), (BOX, CONCERT)]
    twins.post(query, [*agreed, ("select_across", "1")])


def test_delete_selected_of_what_is_gone(twins):
    gone = "00000000-0000-4000-8000-00000000000f"
    twins.post("concert/", run("delete_selected", gone))
    agreed = [("action", "delete_selected"), ("post", "yes"), (BOX, gone)]
    twins.post("concert/", agreed)


def test_delete_queryset_and_permissions_of_objects(twins):
    def delete_queryset(self, request, queryset):
        self.message_user(request, f"{queryset.count()} to go")
        super(type(self), self).delete_queryset(request, queryset)

    twins.admin("Concert", delete_queryset=delete_queryset)
    agreed = [("action", "delete_selected"), ("post", "yes"), (BOX, CONCERT)]
    twins.post("concert/", agreed)


def test_an_action_form_of_ones_own(twins):
    from django import forms
    from django.contrib.admin.helpers import ActionForm

    class NumberForm(ActionForm):
        number = forms.IntegerField(required=True)

    twins.admin("Album", **OPTIONS, action_form=NumberForm)
    twins.get("album/")
    twins.post("album/", run("sign", 1))
    twins.post("album/", run("sign", 1, number="3"))
