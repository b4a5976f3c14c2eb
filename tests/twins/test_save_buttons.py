"""What happens after a form was sent: by which button, and every hook on the way."""

import pytest
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from .shop import tabular

BUTTONS = ("_save", "_continue", "_addanother")


@pytest.mark.parametrize("button", BUTTONS)
def test_button_on_the_add_form(twins, button):
    twins.submit("album/add/", title="New <b>", **{button: "1"})


@pytest.mark.parametrize("button", BUTTONS)
def test_button_on_the_change_form(twins, button):
    twins.submit("artist/a_2Fb c/change/", name="Dashes", **{button: "1"})


@pytest.mark.parametrize("button", BUTTONS)
def test_button_of_a_person_who_may_add_only(twins, button):
    twins.permit("add_album")
    twins.submit("album/add/", title="New", **{button: "1"})


@pytest.mark.parametrize("button", BUTTONS)
def test_button_of_a_person_who_may_change_only(twins, button):
    twins.permit("change_album")
    twins.submit("album/1/change/", title="Other", **{button: "1"})


@pytest.mark.parametrize("button", BUTTONS)
def test_filters_of_the_list_are_preserved(twins, button):
    twins.admin("Album", list_filter=("year",))
    query = "_changelist_filters=year%3D1968%26q%3D%2526"
    twins.submit(f"album/1/change/?{query}", title="Other", **{button: "1"})
    twins.submit(f"album/add/?{query}&title=x", title="New", **{button: "1"})


def test_filters_of_the_list_are_not_preserved(twins):
    twins.admin("Album", preserve_filters=False)
    twins.submit("album/1/change/?_changelist_filters=year%3D1968", title="Other")


def test_save_as(twins):
    twins.admin("Album", save_as=True)
    values = {"title": "Copy", "code": "", "_saveasnew": "1"}
    twins.submit("album/1/change/", **values)


def test_save_as_without_going_on(twins):
    twins.admin("Album", save_as=True, save_as_continue=False)
    values = {"title": "Copy", "code": "", "_saveasnew": "1"}
    twins.submit("album/1/change/", **values)


def test_save_as_with_errors(twins):
    twins.admin("Album", save_as=True)
    twins.submit("album/1/change/", title="", year="x", _saveasnew="1")


def test_save_as_of_a_value_that_is_unique(twins):
    twins.admin("Album", save_as=True)
    twins.submit("album/1/change/", title="Copy", _saveasnew="1")


def test_save_as_with_inlines(twins):
    twins.admin("Album", save_as=True, inlines=[tabular("Track", extra=1)])
    values = {"title": "Copy", "code": "", "track_set-0-title": "Sunrise"}
    twins.submit("album/1/change/", **values, _saveasnew="1")


def test_save_as_is_not_allowed_without_permission_to_add(twins):
    twins.admin("Album", save_as=True)
    twins.permit("change_album")
    twins.submit("album/1/change/", title="Copy", _saveasnew="1")


def test_save_as_of_the_written_key(twins):
    twins.admin("Artist", save_as=True)
    twins.submit("artist/ada/change/", code="ada2", name="Ada Two", _saveasnew="1")


def test_save_on_top(twins):
    twins.admin("Album", save_on_top=True, save_as=True)
    twins.get("album/add/")
    twins.get("album/1/change/")


@pytest.mark.parametrize(
    "name",
    ["show_save", "show_save_and_continue", "show_save_and_add_another", "show_close"],
)
def test_buttons_are_switched_by_the_context(twins, name):
    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        context = {name: name == "show_close"}
        return super(type(self), self).changeform_view(
            request, object_id, form_url, extra_context=context
        )

    twins.admin("Album", changeform_view=changeform_view, save_as=True)
    twins.get("album/1/change/")
    twins.get("album/add/")


def test_extra_context_of_the_views(twins):
    def change_view(self, request, object_id, form_url="", extra_context=None):
        extra = {"title": f"Change {object_id}", "subtitle": "with care"}
        return super(type(self), self).change_view(
            request, object_id, form_url="/elsewhere/", extra_context=extra
        )

    def add_view(self, request, form_url="", extra_context=None):
        extra = {"title": "Make one", "show_save": False}
        return super(type(self), self).add_view(request, form_url, extra)

    twins.admin("Album", change_view=change_view, add_view=add_view)
    twins.get("album/1/change/")
    twins.get("album/add/")


def test_templates_of_the_form(twins):
    templates = {
        "add_form_template": "admin/change_form_object_tools.html",
        "change_form_template": "admin/prepopulated_fields_js.html",
    }
    twins.admin("Album", **templates)
    twins.get("album/add/")
    twins.get("album/1/change/")
    twins.admin("Album", change_form_template="admin/submit_line.html")
    twins.get("album/add/")


def test_render_change_form(twins):
    def render_change_form(self, request, context, **kwargs):
        context["adminform"].form.fields["title"].help_text = "Read at the last moment."
        context["title"] = sorted(kwargs, key=str)
        return super(type(self), self).render_change_form(request, context, **kwargs)

    twins.admin("Album", render_change_form=render_change_form)
    twins.get("album/1/change/")
    twins.get("album/add/")


def test_save_form(twins):
    def save_form(self, request, form, change):
        made = form.save(commit=False)
        made.notes = f"{'changed' if change else 'added'}: {form.changed_data}"
        return made

    twins.admin("Album", save_form=save_form, exclude=("sleeve", "credits", "notes"))
    twins.submit("album/1/change/", title="Other", year="2002")
    twins.submit("album/add/", title="New")


def test_save_model(twins):
    def save_model(self, request, obj, form, change):
        obj.notes = f"by {request.user.first_name}, {change}"
        obj.save()

    twins.admin("Album", save_model=save_model)
    twins.submit("album/1/change/", title="Other")
    twins.submit("album/add/", title="New")


def test_save_model_of_django(twins):
    def save_model(self, request, obj, form, change):
        obj.title = obj.title.upper()
        super(type(self), self).save_model(request, obj, form, change)

    twins.admin("Album", save_model=save_model)
    twins.submit("album/1/change/", title="Other")
    twins.submit("album/add/", title="New", genres=["1", "2"])


def test_save_model_that_saves_nothing(twins):
    def save_model(self, request, obj, form, change):
        self.message_user(request, "Not today.", messages.WARNING)

    twins.admin("Artist", save_model=save_model)
    twins.submit("artist/ada/change/", name="Other")


def test_save_related(twins):
    def save_related(self, request, form, formsets, change):
        super(type(self), self).save_related(request, form, formsets, change)
        form.instance.notes = f"{len(formsets)} formsets, {change}"
        form.instance.save()

    twins.admin("Album", save_related=save_related)
    twins.submit("album/add/", title="New", genres=["1"])
    twins.admin("Album", save_related=save_related, inlines=[tabular("Track")])
    twins.submit("album/1/change/", title="Other", **{"track_set-0-title": "First"})


def test_save_formset(twins):
    def save_formset(self, request, form, formset, change):
        for row in formset.save(commit=False):
            row.title = row.title.upper()
            row.save()
        formset.save_m2m()

    twins.admin("Album", save_formset=save_formset, inlines=[tabular("Track")])
    twins.submit("album/1/change/", **{"track_set-0-title": "First"})


def test_response_hooks(twins):
    def response_add(self, request, obj, post_url_continue=None):
        return HttpResponse(f"added {obj.title}", content_type="text/html")

    def response_change(self, request, obj):
        return HttpResponseRedirect("../history/")

    twins.admin("Album", response_add=response_add, response_change=response_change)
    twins.submit("album/add/", title="New")
    twins.post("album/1/change/", {"title": "Other"})


def test_response_add_goes_on_elsewhere(twins):
    def response_add(self, request, obj, post_url_continue=None):
        url = f"../{obj.pk}/history/"
        return super(type(self), self).response_add(request, obj, url)

    twins.admin("Genre", response_add=response_add)
    twins.post("genre/add/", {"name": "New", "_continue": "1"})


def test_response_post_save_hooks(twins):
    def response_post_save_add(self, request, obj):
        return HttpResponse("added", content_type="text/html")

    def response_post_save_change(self, request, obj):
        return HttpResponse("changed", content_type="text/html")

    hooks = (response_post_save_add, response_post_save_change)
    twins.admin("Genre", **{hook.__name__: hook for hook in hooks})
    twins.submit("genre/add/", name="New")
    twins.submit("genre/1/change/", name="Beats")


def test_construct_change_message(twins):
    def construct_change_message(self, request, form, formsets, add=False):
        return f"{'added' if add else 'changed'} {form.changed_data}"

    twins.admin("Album", construct_change_message=construct_change_message)
    twins.submit("album/add/", title="New", year="1")
    twins.submit("album/1/change/", title="Other", genres=["3"])


def test_view_on_site(twins):
    found = twins.get("artist/ada/change/")
    assert ">View on site<" in found["mongo"].text
    twins.get("artist/add/")
    twins.get("album/1/change/")


def test_view_on_site_is_switched_off(twins):
    twins.admin("Artist", view_on_site=False)
    twins.get("artist/ada/change/")


def test_view_on_site_by_a_method(twins):
    def view_on_site(self, obj):
        return f"https://example.org/{obj.pk}?a=b&c"

    twins.admin("Artist", view_on_site=view_on_site)
    twins.get("artist/a_2Fb c/change/")


def test_view_on_site_leads_to_the_page(twins):
    for key in ("ada", "50%25_%3F%23&"):
        responses = {
            side: twins.ask(side, "get", _view_on_site(twins, side, key))
            for side in ("sql", "mongo")
        }
        twins.compare(responses)
        assert "/artists/" in responses["mongo"].location


def _view_on_site(twins, side, key):
    quoted = {"ada": "ada"}.get(key, "50_25_5F_3F_23_26")
    page = twins.ask(side, "get", twins.url(side, f"artist/{quoted}/change/"))
    return page.html.select_one("a.viewsitelink")["href"]


def test_get_object(twins):
    def get_object(self, request, object_id, from_field=None):
        if object_id == "ada":
            return None
        return super(type(self), self).get_object(request, object_id, from_field)

    twins.admin("Artist", get_object=get_object)
    twins.get("artist/ben/change/")
    twins.follow("artist/ada/change/")
    twins.post("artist/ada/change/", {"name": "x"})


def test_get_queryset_hides_rows(twins):
    def get_queryset(self, request):
        found = super(type(self), self).get_queryset(request)
        return found.filter(name__contains="Ada")

    twins.admin("Artist", get_queryset=get_queryset)
    twins.get("artist/ada/change/")
    twins.follow("artist/ben/change/")


@pytest.mark.parametrize(
    "address",
    [
        "album/99/change/",
        "album/x/change/",
        "album/1x/change/",
        "album/99/history/",
        "album/99/delete/",
        "concert/x/change/",
        "artist/_22_3C/change/",
        "album/99999999999999999999999/change/",
    ],
)
def test_keys_of_no_row(twins, address):
    twins.follow(address)
    twins.post(address, {"title": "x"})


@pytest.mark.parametrize("address", ["album/1/", "artist/a_2Fb c/", "album/99/"])
def test_address_without_change_leads_to_it(twins, address):
    twins.get(address)


@pytest.mark.parametrize("method", ["head", "options", "put", "patch", "delete"])
@pytest.mark.parametrize("address", ["album/1/change/", "album/add/"])
def test_other_methods(twins, method, address):
    responses = {
        side: twins.ask(side, method, twins.url(side, address))
        for side in ("sql", "mongo")
    }
    twins.compare(responses)


def test_custom_template_response(twins):
    def render_change_form(self, request, context, **kwargs):
        response = super(type(self), self).render_change_form(
            request, context, **kwargs
        )
        assert isinstance(response, TemplateResponse)
        response.template_name = "admin/change_form.html"
        return response

    twins.admin("Album", render_change_form=render_change_form)
    twins.get("album/1/change/")
