"""Forms that another form opens in a window of their own."""

import pytest

from .shop import tabular

POPUP = "_to_field=id&_popup=1"


def test_add_form_in_a_popup(twins):
    twins.submit(f"genre/add/?{POPUP}", name='A "new" </script>')


def test_add_form_in_a_popup_with_errors(twins):
    twins.submit(f"genre/add/?{POPUP}", name="Folk")


def test_add_form_in_a_popup_by_a_written_key(twins):
    twins.submit("artist/add/?_to_field=code&_popup=1", code="x/y", name="X")


def test_add_form_in_a_popup_without_to_field(twins):
    twins.submit("artist/add/?_popup=1", code="x/y", name="X")


def test_add_form_in_a_popup_with_inlines(twins):
    twins.admin("Artist", inlines=[tabular("Concert", extra=1)])
    twins.submit("artist/add/?_to_field=code&_popup=1", code="x", name="X")


def test_change_form_in_a_popup(twins):
    twins.submit(f"genre/2/change/?{POPUP}", name="Folk & more")


def test_change_form_in_a_popup_with_errors(twins):
    twins.submit(f"genre/2/change/?{POPUP}", name="")


@pytest.mark.parametrize("quoted", ["a_2Fb c", "50_25_5F_3F_23_26"])
def test_change_form_in_a_popup_by_a_written_key(twins, quoted):
    twins.submit(f"artist/{quoted}/change/?_to_field=code&_popup=1", name="Other")


def test_change_form_in_a_popup_of_a_uuid(twins):
    key = "00000000-0000-4000-8000-000000000004"
    twins.submit(f"concert/{key}/change/?{POPUP}", place="Deck")


def test_delete_page_in_a_popup(twins):
    twins.submit(f"track/4/delete/?{POPUP}", post="yes", _popup="1")
    twins.submit("artist/50_25_5F_3F_23_26/delete/?_popup=1&_to_field=code", post="yes")


def test_view_only_form_in_a_popup(twins):
    twins.permit("view_genre")
    twins.get(f"genre/2/change/?{POPUP}")


def test_list_in_a_popup(twins):
    twins.admin("Artist", search_fields=("name",), list_filter=("born",))
    twins.get("artist/?_to_field=code&_popup=1")
    twins.get("artist/?_to_field=code&_popup=1&q=e")


def test_list_in_a_popup_of_a_limited_reference(twins):
    twins.get("concert/?artist=ada&_to_field=id&_popup=1")
    twins.get("genre/?name__contains=o&_popup=1")


@pytest.mark.parametrize("button", ["_continue", "_addanother", "_saveasnew"])
def test_other_buttons_in_a_popup(twins, button):
    twins.submit(f"genre/2/change/?{POPUP}", name="Other", **{button: "1"})


@pytest.mark.parametrize(
    "address",
    [
        "artist/?_to_field=name",
        "artist/add/?_to_field=name&_popup=1",
        "artist/ada/change/?_to_field=name&_popup=1",
        "artist/ada/change/?_to_field=nothing",
        "artist/ada/delete/?_to_field=name&_popup=1",
        "artist/?_to_field=code__name&_popup=1",
        "album/?_to_field=pk",
        "album/?_to_field=code",
        "album/1/change/?_to_field=artist",
    ],
)
def test_field_that_nothing_refers_to(twins, address):
    twins.get(address)


def test_posted_field_that_nothing_refers_to(twins):
    data = {"name": "X", "_popup": "1", "_to_field": "name"}
    twins.post("artist/ada/change/", data)
    twins.post("artist/add/", data)


def test_posted_field_that_is_the_key(twins):
    data = {"name": "X", "_popup": "1", "_to_field": "code"}
    twins.post("artist/ada/change/", data)
    twins.post("artist/add/", data | {"code": "new"})


def test_own_template_of_the_response(twins):
    twins.admin("Genre", popup_response_template="admin/app_list.html")
    twins.submit(f"genre/add/?{POPUP}", name="New")
    twins.submit(f"genre/1/change/?{POPUP}", name="Other")


def test_response_hooks_see_popups(twins):
    def response_add(self, request, obj, post_url_continue=None):
        response = super(type(self), self).response_add(request, obj)
        response["X-Template"] = str(response.template_name)
        response.context_data["popup_response_data"] += " "
        return response

    twins.admin("Genre", response_add=response_add)
    twins.submit(f"genre/add/?{POPUP}", name="New")
