"""What the hooks of ModelAdmin that other files do not use may answer."""

from django import forms
from django.contrib.admin.options import csrf_protect_m
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from .shop import SIDES, OfSide, tabular


def test_get_changelist_instance(twins):
    def get_changelist_instance(self, request):
        found = super(type(self), self).get_changelist_instance(request)
        found.title = f"{found.result_count} of them"
        return found

    twins.admin("Album", get_changelist_instance=get_changelist_instance)
    assert "6 of them" in twins.get("album/")["mongo"].text


def test_get_search_results(twins):
    def get_search_results(self, request, queryset, search_term):
        parent = super(type(self), self)
        found, duplicates = parent.get_search_results(request, queryset, search_term)
        if search_term.isdigit():
            found |= self.model.objects.filter(year=int(search_term))
        return found, duplicates

    options = {"search_fields": ("title",), "search_help_text": "Title, or a <year>."}
    twins.admin("Album", get_search_results=get_search_results, **options)
    for term in ("1968", "night", "nothing"):
        twins.get(f"album/?q={term}")


def test_lookup_allowed(twins):
    def lookup_allowed(self, lookup, value, request):
        if lookup.startswith("contact"):
            return False
        return lookup == "label__city" or super(type(self), self).lookup_allowed(
            lookup, value, request
        )

    twins.admin("Album", lookup_allowed=lookup_allowed)
    for query in ("label__city=Leeds", "year=1968", "title__startswith=N"):
        twins.get(f"album/?{query}")
    for query in ("contact=x", "label__name=Cargo", "artist__name__startswith=A"):
        assert twins.get(f"album/?{query}")["mongo"].status_int == 400


def test_to_field_allowed(twins):
    twins.admin("Artist")
    for field in ("code", "name", "nope"):
        twins.get(f"artist/?_to_field={field}&_popup=1")
        twins.get(f"artist/add/?_to_field={field}&_popup=1")
    twins.admin("Artist", to_field_allowed=lambda self, request, to_field: True)
    twins.get("artist/?_to_field=name&_popup=1")


def test_get_model_perms_and_has_module_permission(twins):
    twins.admin("Genre", get_model_perms=lambda self, request: {})
    twins.admin("Label", has_module_permission=lambda self, request: False)
    twins.admin("Track", get_model_perms=lambda self, request: {"view": True})
    for page in ("/", "", "genre/", "label/", "track/"):
        twins.get(page)


def test_has_view_or_change_permission(twins):
    def refuse(self, request, obj=None):
        return obj is None or obj.pk != 1

    twins.admin("Album", has_view_or_change_permission=refuse)
    assert twins.get("album/1/history/")["mongo"].status_int == 403
    assert twins.get("album/1/change/")["mongo"].status_int == 403
    twins.get("album/2/change/")
    twins.get("album/")


def test_get_preserved_filters(twins):
    def get_preserved_filters(self, request):
        return "_changelist_filters=year%3D1968"

    twins.admin("Album", get_preserved_filters=get_preserved_filters)
    for page in ("album/", "album/1/change/", "album/4/delete/"):
        twins.get(page)
    twins.submit("album/4/change/", title="Known")


def test_get_view_on_site_url(twins):
    def get_view_on_site_url(self, obj=None):
        return f"/shelf/{obj.pk}/" if obj else None

    twins.admin("Album", get_view_on_site_url=get_view_on_site_url)
    twins.get("album/1/change/")
    twins.get("album/add/")


def test_get_field_queryset_and_get_autocomplete_fields(twins):
    def get_field_queryset(self, db, db_field, request):
        found = super(type(self), self).get_field_queryset(db, db_field, request)
        if found is None:
            found = db_field.remote_field.model._default_manager.all()
        return found.order_by("-name") if db_field.name == "artist" else None

    def get_autocomplete_fields(self, request):
        return ("label",)

    twins.admin("Label", search_fields=("name",))
    hooks = {"get_autocomplete_fields": get_autocomplete_fields}
    fields = ("title", "artist", "label")
    twins.admin("Album", get_field_queryset=get_field_queryset, fields=fields, **hooks)
    twins.get("album/1/change/")


def test_get_inline_formsets(twins):
    def get_inline_formsets(self, request, formsets, inline_instances, obj=None):
        parent = super(type(self), self)
        found = parent.get_inline_formsets(request, formsets, inline_instances, obj)
        for each in found:
            each.classes = "own"
        return found

    inlines = [tabular("Track")]
    twins.admin("Album", inlines=inlines, get_inline_formsets=get_inline_formsets)
    twins.get("album/1/change/")


def test_history_view_with_extra_context(twins):
    def history_view(self, request, object_id, extra_context=None):
        context = {"title": f"What happened to {object_id}"}
        return super(type(self), self).history_view(request, object_id, context)

    twins.admin("Album", history_view=history_view)
    twins.submit("album/4/change/", title="Known")
    twins.get("album/4/history/")


def test_log_hooks(twins):
    def logged(name):
        def log(self, request, obj, message):
            message = f"{name} by {request.user.first_name}"
            return getattr(super(type(self), self), name)(request, obj, message)

        return log

    def log_deletions(self, request, queryset):
        found = sorted(queryset, key=str)
        return super(type(self), self).log_deletions(request, found)

    hooks = {name: logged(name) for name in ("log_addition", "log_change")}
    twins.admin("Album", **hooks, log_deletions=log_deletions)
    twins.submit("album/add/", title="Polka")
    twins.submit("album/1/change/", title="Beats")
    twins.submit("album/4/delete/", post="yes")
    twins.get("album/1/history/")


def test_construct_change_message_and_render_delete_form(twins):
    def construct_change_message(self, request, form, formsets, add=False):
        return "added" if add else f"changed {', '.join(form.changed_data)}"

    def render_delete_form(self, request, context):
        context["title"] = "Really?"
        return super(type(self), self).render_delete_form(request, context)

    twins.admin(
        "Album",
        construct_change_message=construct_change_message,
        render_delete_form=render_delete_form,
    )
    twins.submit("album/1/change/", title="Beats")
    twins.submit("album/add/", title="Polka")
    twins.get("album/4/delete/")
    twins.get("album/1/history/")


def test_delete_view_and_refusals(twins):
    def delete_view(self, request, object_id, extra_context=None):
        if object_id == "1":
            raise PermissionDenied
        context = {"subtitle": "For good"}
        return super(type(self), self).delete_view(request, object_id, context)

    twins.admin("Album", delete_view=delete_view)
    assert twins.get("album/1/delete/")["mongo"].status_int == 403
    twins.get("album/4/delete/")


def test_get_urls_with_views_of_ones_own(twins):
    def get_urls(self):
        view = self.admin_site.admin_view(self.shelf)
        return [path("shelf/<path:key>/", view, name="shelf"), *super_urls(self)]

    def super_urls(self):
        return super(type(self), self).get_urls()

    @csrf_protect_m
    def shelf(self, request, key):
        album = self.get_object(request, key)
        context = self.admin_site.each_context(request) | {
            "title": str(album),
            "opts": self.opts,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/base_site.html", context)

    twins.admin("Album", get_urls=get_urls, shelf=shelf)
    twins.get("album/shelf/1/")
    for side, site in twins.sites.items():
        assert (
            reverse(f"{side}:shelf", args=["1"]) == f"/{side}/{side}twin/album/shelf/1/"
        )
        (album,) = (each for each in site._registry if each.__name__ == "Album")
        urls = site.get_model_admin(album).urls
        # Files, stored forms, schemas, reveals and undoing are of documents only.
        views = (
            "file",
            "raw",
            "reveal",
            "schema",
            "recently_deleted",
            "undo",
            "undo_all",
        )
        own = {f"{side}twin_album_{view}" for view in views}
        names = [each.name for each in urls if each.name not in own]
        assert names == [
            "shelf",
            *(
                f"{side}twin_album_{name}"
                for name in ("changelist", "add", "history", "delete", "change")
            ),
            None,
        ]


def test_media(twins):
    class Media:
        css = {"all": ["shop/albums.css"], "print": ["shop/print.css"]}
        js = ["shop/albums.js", "https://example.org/own.js"]

    class TrackMedia:
        js = ["shop/tracks.js"]

    twins.admin("Album", Media=Media, inlines=[tabular("Track", Media=TrackMedia)])
    for page in ("album/", "album/1/change/", "album/4/delete/", "album/1/history/"):
        twins.get(page)


def test_media_as_a_property(twins):
    def media(self):
        return super(type(self), self).media + forms.Media(js=["shop/own.js"])

    twins.admin("Album", media=property(media))
    assert "shop/own.js" in twins.get("album/1/change/")["mongo"].text


def test_changelist_class_of_ones_own(twins):
    """``get_changelist`` may add to the class that the admin has."""

    def get_changelist(self, request, **kwargs):
        base = super(type(self), self).get_changelist(request, **kwargs)
        assert issubclass(base, ChangeList)
        body = {"url_for_result": lambda self, result: f"/shelf/{result.pk}/"}
        return type("ShelfList", (base,), body)

    twins.admin("Album", get_changelist=get_changelist)
    twins.get("album/")


def test_views_are_overridden(twins):
    def changelist_view(self, request, extra_context=None):
        if "goto" in request.GET:
            return HttpResponseRedirect(f"{request.path}{request.GET['goto']}/change/")
        context = {"title": "Shelf", "subtitle": None}
        return super(type(self), self).changelist_view(request, context)

    def add_view(self, request, form_url="", extra_context=None):
        return super(type(self), self).add_view(request, "/there/", {"title": "New"})

    def change_view(self, request, object_id, form_url="", extra_context=None):
        context = {"title": "Old", "show_save": False}
        return super(type(self), self).change_view(request, object_id, "", context)

    views = {"changelist_view": changelist_view, "add_view": add_view}
    twins.admin("Genre", change_view=change_view, **views)
    for page in ("genre/", "genre/?goto=1", "genre/add/", "genre/1/change/"):
        twins.get(page)


def test_site_and_model_of_an_admin(twins):
    for side, site in twins.sites.items():
        for model, model_admin in site._registry.items():
            assert model_admin.model is model
            assert model_admin.opts is model._meta
            assert model_admin.admin_site is site
            assert str(model_admin) == f"{side}twin.{model.__name__}Admin"
    assert set(SIDES) == set(twins.sites)


def test_get_empty_value_display(twins):
    twins.admin("Album", list_display=("title", "year"), empty_value_display="none")
    twins.get("album/")
    twins.admin("Album", empty_value_display=OfSide(sql="?", mongo="?"))
    for site in twins.sites.values():
        (album,) = (each for each in site._registry if each.__name__ == "Album")
        assert site.get_model_admin(album).get_empty_value_display() == "?"
