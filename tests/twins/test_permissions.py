"""Who may do what: every page and every POST with every set of permissions."""

from itertools import combinations

import pytest

from .shop import SIDES

ACTIONS = ("view", "add", "change", "delete")
SETS = [chosen for size in range(5) for chosen in combinations(ACTIONS, size)]

LISTS = "rows of lists are part of the document"

PAGES = (
    "/",
    "/mongotwin/",
    "album/",
    "album/add/",
    "album/1/change/",
    "album/4/delete/",
    "album/1/history/",
    "album/1/",
    "album/99/change/",
    "album/99/delete/",
    "track/",
)


def pages(twins, *addresses):
    for address in addresses:
        if address == "/mongotwin/":
            twins.compare({
                side: twins.ask(side, "get", f"/{side}/{side}twin/") for side in SIDES
            })
        else:
            twins.get(address)


def permit(twins, actions, name="genre"):
    twins.permit(*(f"{action}_{name}" for action in actions))


@pytest.mark.parametrize("actions", SETS, ids="-".join)
def test_every_page(twins, actions):
    twins.admin("Album", fields=("title", "kind", "available"))
    permit(twins, actions, "album")
    pages(twins, *PAGES)
    # Django's tells anybody on the staff whether there is such an object.
    if {"view", "change"} & {*actions}:
        pages(twins, "album/99/history/")


@pytest.mark.parametrize("actions", SETS, ids="-".join)
def test_every_post(twins, actions):
    permit(twins, actions)
    twins.post("genre/1/change/", {"name": "Changed"})
    twins.post("genre/add/", {"name": "Added"})
    twins.post("genre/add/", {"name": "Second", "_addanother": "1"})
    twins.post("genre/add/", {"name": "Third", "_continue": "1"})
    twins.post("genre/4/delete/", {"post": "yes"})
    action = {"action": "delete_selected", "_selected_action": ["3"]}
    is_shown = {"view", "delete"} <= {*actions} or {"change", "delete"} <= {*actions}
    twins.post("genre/", action, differs=[LISTS] if is_shown else [])
    twins.post("genre/", action | {"post": "yes"})
    twins.post("genre/99/change/", {"name": "Changed"})


@pytest.mark.parametrize("actions", SETS, ids="-".join)
def test_cells_of_the_list(twins, actions):
    twins.admin("Genre", list_display=("id", "name"), list_editable=("name",))
    permit(twins, actions)
    twins.get("genre/")
    management = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "_save": "Save"}
    cells = {"form-0-id": "1", "form-0-name": "Changed"}
    twins.post("genre/", management | cells)


@pytest.mark.parametrize("actions", SETS, ids="-".join)
def test_save_as_new(twins, actions):
    twins.admin("Genre", save_as=True)
    permit(twins, actions)
    twins.get("genre/1/change/")
    twins.post("genre/1/change/", {"name": "Copied", "_saveasnew": "1"})


@pytest.mark.parametrize("address", ["/", *PAGES[2:], "/logout/", "/jsi18n/"])
def test_nobody_is_sent_to_the_login_page(twins, address):
    twins.get(address, user=None)


@pytest.mark.parametrize("address", PAGES[2:])
def test_a_user_who_is_not_staff(twins, address):
    for side in SIDES:
        user = twins.user(side)
        user.is_staff = user.is_superuser = False
        user.save()
    twins.get(address)


def test_a_user_who_is_not_active(twins):
    for side in SIDES:
        user = twins.user(side)
        user.is_active = False
        user.save()
    twins.get("album/")


def test_permissions_of_a_group(twins):
    from django.contrib.auth.models import Group, Permission

    for side in SIDES:
        user = twins.user(side)
        user.is_superuser = False
        user.save()
        group = Group.objects.create(name=side)
        user.groups.add(group)
        found = Permission.objects.filter(content_type__app_label=f"{side}twin")
        group.permissions.set(found.filter(codename__in=["view_genre", "add_genre"]))
    pages(twins, "/", "genre/", "genre/1/change/", "genre/1/delete/")
    twins.submit("genre/add/", name="Added")


UNKNOWN = ("/nothing/", "/nothing", "album", "album/1/change", "album/add", "nothing/")


@pytest.mark.parametrize("address", UNKNOWN)
@pytest.mark.parametrize("user", ["ada", None])
def test_addresses_of_nothing(twins, address, user):
    twins.get(address, **({} if user else {"user": None}))
    twins.get(address + "?x=1", **({} if user else {"user": None}))


def test_addresses_of_nothing_without_the_catch_all_view(twins):
    twins.site(final_catch_all_view=False)
    pages(twins, "/nothing/", "album")


def test_no_slash_is_appended_where_it_is_not_wanted(twins, settings):
    settings.APPEND_SLASH = False
    pages(twins, "/nothing/", "album", "album/1/change")


def test_a_module_without_permission(twins):
    def has_module_permission(self, request):
        return False

    for name in ("Album", "Genre"):
        twins.admin(name, has_module_permission=has_module_permission)
    pages(twins, "/", "/mongotwin/", "album/", "album/1/change/")


@pytest.fixture
def asked(twins):
    """Yield what the hooks of both twins are asked, in one list each."""
    found = {side: [] for side in SIDES}

    def permission(action):
        def has_permission(self, request, obj=None):
            side = self.admin_site.name
            found[side].append((action, request.method, obj and str(obj)))
            return str(obj) != "Noise"

        return has_permission

    hooks = {f"has_{action}_permission": permission(action) for action in ACTIONS}
    twins.admin("Genre", **hooks)
    yield found
    assert found["sql"]
    # What points at a document is told to who may view that: one question more.
    more = list(found["mongo"])
    for call in found["sql"]:
        more.remove(call)
    assert {action for action, _method, obj in more if obj is None} <= {"view"}
    assert [obj for _action, _method, obj in more if obj is not None] == []


@pytest.mark.parametrize("key", ["1", "4", "99"])
def test_the_hooks_receive_the_object(twins, asked, key):
    twins.get(f"genre/{key}/change/")
    twins.get(f"genre/{key}/history/")
    twins.get(f"genre/{key}/delete/", differs=[LISTS] if key == "1" else [])


@pytest.mark.parametrize("key", ["3", "4", "99"])
def test_the_hooks_receive_the_object_of_a_post(twins, asked, key):
    twins.post(f"genre/{key}/change/", {"name": "Changed"})
    twins.post(f"genre/{key}/delete/", {"post": "yes"})


def test_the_hooks_of_the_list(twins, asked):
    twins.get("genre/")
    twins.get("genre/add/")
    action = {"action": "delete_selected", "_selected_action": ["3", "4"]}
    twins.post("genre/", action | {"post": "yes"})


def test_the_hooks_of_a_popup_and_of_links_beside_a_field(twins, asked):
    twins.get("genre/1/change/?_popup=1")
    twins.get("album/1/change/")


def test_the_hooks_where_cells_are_edited(twins):
    """Django asks about the list, not about each row."""
    twins.admin(
        "Genre",
        list_editable=("name",),
        list_display=("id", "name"),
        has_change_permission=lambda self, request, obj=None: str(obj) != "Noise",
    )
    twins.submit("genre/", form="changelist-form", **{"form-3-name": "Loud"})
