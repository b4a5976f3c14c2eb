"""AdminSite: what is registered, its views, its actions, its texts; autodiscover."""

import mongoengine as me
import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import AlreadyRegistered, NotRegistered
from django.contrib.admin.models import LogEntry
from django.contrib.admin.sites import all_sites
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.http import HttpResponse
from django.urls import NoReverseMatch, path, reverse
from django.views.decorators.csrf import csrf_exempt

from admin_ext import DocumentAdmin
from admin_ext.sites import AdminSite
from tests.admin import BookAdmin
from tests.documents import Book

from . import rows
from .pages import common
from .shop import SIDES


@pytest.fixture
def sites():
    """Two empty sites: {side: (site, the admin's base class, class of a name)}."""
    made = {
        "sql": (admin.AdminSite("sql"), admin.ModelAdmin, rows.model),
        "mongo": (AdminSite("mongo"), DocumentAdmin, rows.document),
    }
    all_sites.difference_update(site for site, _base, _class in made.values())
    return made


def outcome(call, *args, **kwargs):
    """Return what a call answers, or the type and the text of its error."""
    try:
        return call(*args, **kwargs)
    except (AlreadyRegistered, NotRegistered, ImproperlyConfigured) as error:
        return type(error).__name__, common(str(error))


def both(sites, ask):
    """Return the outcome of ``ask(site, base, class_of)``, the same of both."""
    found = {side: outcome(ask, *each) for side, each in sites.items()}
    assert found["mongo"] == found["sql"]
    return found["sql"]


def test_register_and_unregister(sites):
    def ask(site, base, class_of):
        album, genre = class_of("Album"), class_of("Genre")
        found = [site.is_registered(album)]
        site.register(album)
        found += [site.is_registered(album), site.is_registered(genre)]
        found.append(type(site.get_model_admin(album)) is base)
        site.register([genre], base)
        site.unregister(album)
        found += [site.is_registered(album), site.is_registered(genre)]
        site.unregister([genre])
        return [*found, site.is_registered(genre)]

    expected = [False, True, False, True, False, True, False]
    assert both(sites, ask) == expected


def test_register_with_options(sites):
    def ask(site, base, class_of):
        both_classes = [class_of("Album"), class_of("Genre")]
        site.register(both_classes, list_display=("id",), list_per_page=7)
        admins = [site.get_model_admin(each) for each in both_classes]
        return [
            (type(each).__name__, each.list_display, each.list_per_page)
            for each in admins
        ]

    assert both(sites, ask) == [
        ("AlbumAdmin", ("id",), 7),
        ("GenreAdmin", ("id",), 7),
    ]


def test_register_twice(sites):
    def ask(site, base, class_of):
        site.register(class_of("Album"))
        site.register(class_of("Album"))

    error, text = both(sites, ask)
    assert error == "AlreadyRegistered"
    assert text == "The model Album is already registered in app 'twin'."


def test_register_twice_with_an_admin(sites):
    def ask(site, base, class_of):
        site.register(class_of("Album"), type("ShelfAdmin", (base,), {}))
        site.register([class_of("Genre"), class_of("Album")])

    _error, text = both(sites, ask)
    assert text == "The model Album is already registered with 'twin.ShelfAdmin'."


def test_not_registered(sites):
    for method in ("unregister", "get_model_admin"):

        def ask(site, base, class_of, method=method):
            return getattr(site, method)(class_of("Album"))

        error, _text = both(sites, ask)
        assert error == "NotRegistered"


def test_an_abstract_class_is_not_registered(sites):
    class AbstractShelf(models.Model):
        class Meta:
            abstract, app_label = True, "sqltwin"

    class AbstractShelfDocument(me.Document):
        meta = {"abstract": True, "app_label": "mongotwin"}

    AbstractShelfDocument.__name__ = "AbstractShelf"
    classes = {"sql": AbstractShelf, "mongo": AbstractShelfDocument}

    def ask(site, base, class_of):
        site.register(classes[site.name])

    error, text = both(sites, ask)
    assert error == "ImproperlyConfigured"
    assert text == (
        "The model AbstractShelf is abstract, so it cannot be registered with admin."
    )


def test_decorator_with_several_classes_and_a_site(sites):
    def ask(site, base, class_of):
        classes = [class_of(name) for name in ("Album", "Genre", "Track")]

        @admin.register(*classes, site=site)
        class ShelfAdmin(base):
            list_per_page = 3

        admins = [site.get_model_admin(each) for each in classes]
        return [type(each) is ShelfAdmin and each.list_per_page for each in admins]

    assert both(sites, ask) == [3, 3, 3]


def test_decorator_with_the_default_site():
    site = admin.site

    @admin.register(rows.document("Album"))
    class ShelfAdmin(DocumentAdmin):
        pass

    try:
        assert isinstance(site.get_model_admin(rows.document("Album")), ShelfAdmin)
    finally:
        site.unregister(rows.document("Album"))


def test_decorator_refuses_as_djangos(sites):
    def ask(site, base, class_of):
        found = []
        for classes, wrapped, given in (
            ([], base, site),
            ([class_of("Album")], dict, site),
            ([class_of("Album")], base, object()),
        ):
            try:
                admin.register(*classes, site=given)(wrapped)
            except ValueError as error:
                found.append(str(error))
        return found

    assert both(sites, ask) == [
        "At least one model must be passed to register.",
        "Wrapped class must subclass ModelAdmin.",
        "site must subclass AdminSite",
    ]


def test_default_site_and_autodiscover():
    """``admin.site`` is what AdminConfig names, and has what the apps declare."""
    assert repr(admin.site) == "AdminSite(name='admin')"
    assert admin.site.__class__ is AdminSite
    assert apps.get_app_config("admin").default_site == "admin_ext.sites.AdminSite"
    admin.autodiscover()
    assert isinstance(admin.site.get_model_admin(Book), BookAdmin)


def test_checks_of_a_site(sites):
    def ask(site, base, class_of):
        site.register(class_of("Album"), type("AlbumAdmin", (base,), {"fields": "x"}))
        site.register(class_of("Genre"))
        return [(error.id, common(error.msg)) for error in site.check(None)]

    assert both(sites, ask) == [
        ("admin.E004", "The value of 'fields' must be a list or tuple.")
    ]


def log_out(twins):
    """Forget the cookies of both; the next request names its user."""
    for app in twins._apps.values():
        app.reset()


NAMES = ["changelist", "add", "change", "delete", "history"]


def test_names_of_the_urls(twins):
    assert twins.sites
    for side in SIDES:
        assert reverse(f"{side}:index") == f"/{side}/"
        for name in NAMES:
            args = ["1"] if name in ("change", "delete", "history") else []
            url = reverse(f"admin:{side}twin_album_{name}", args=args, current_app=side)
            assert url.startswith(f"/{side}/{side}twin/album/")
        label = {"app_label": f"{side}twin"}
        assert reverse(f"{side}:app_list", kwargs=label) == f"/{side}/{side}twin/"
        for name in ("login", "logout", "password_change", "jsi18n", "autocomplete"):
            assert reverse(f"{side}:{name}")
        with pytest.raises(NoReverseMatch):
            reverse(f"{side}:app_list", kwargs={"app_label": "nope"})


def test_urls_of_both_sites_are_the_same(twins):
    found = {}
    for side, site in twins.sites.items():
        patterns, app_name, name = site.urls
        assert (app_name, name) == ("admin", side)
        found[side] = [
            common(
                f"{route}{inner.pattern if inner else ''} {inner.name if inner else ''}"
            )
            for pattern in patterns
            for route in [f"{pattern.pattern} {getattr(pattern, 'name', '')}"]
            for inner in getattr(pattern, "url_patterns", [None])
        ]
    # Files of a model are the web server's to send; those of a document are in MongoDB.
    of_files = {each for each in found["mongo"] if each.endswith("_file")}
    # A row of a table has no other form than the one that its model declares.
    raw = {each for each in found["mongo"] if each.endswith("_raw")}
    # Nothing but its documents says what a collection holds.
    schema = {each for each in found["mongo"] if each.endswith("_schema")}
    # An ID of MongoDB tells nothing of its collection; a database has others than those
    # with a Document, and documents that do not fit theirs.
    # Of a model nobody may see a part only: there is nothing to explain.
    names = ("go_to", "collection", "data_health", "access")
    of_site = {each for each in found["mongo"] if each.split()[-1].startswith(names)}
    # Django's log keeps no values that could be put back, or were revealed.
    undoing = ("_recently_deleted", "_undo", "_undo_all", "_reveal")
    of_history = {each for each in found["mongo"] if each.endswith(undoing)}
    left_out = of_files | raw | schema | of_history | of_site
    assert sorted({*found["mongo"]} - left_out) == sorted({*found["sql"]})
    assert len(of_files) == len(raw) == len(twins.sites["mongo"]._registry)


def test_get_urls_of_the_site(twins):
    def get_urls(self):
        def view(request):
            return HttpResponse(f"{self.site_header} {request.user.first_name}")

        own = path("own/<int:number>/", self.admin_view(numbered), name="own")
        return [path("own/", self.admin_view(view)), own, *super_urls(self)]

    def numbered(request, number):
        return HttpResponse(f"number {number}")

    def super_urls(self):
        return super(type(self), self).get_urls()

    twins.site(get_urls=get_urls)
    answers = twins.get("/own/")
    assert answers["mongo"].text == "Django administration Ada"
    twins.get("/own/3/")
    assert reverse("mongo:own", args=[3]) == "/mongo/own/3/"
    log_out(twins)
    assert twins.get("/own/", user=None)["mongo"].status_int == 302


@pytest.mark.parametrize("cacheable", [False, True])
def test_admin_view_and_caching(twins, cacheable):
    def get_urls(self):
        view = self.admin_view(lambda request: HttpResponse("x"), cacheable)
        return [path("own/", view), *super(type(self), self).get_urls()]

    twins.site(get_urls=get_urls)
    answers = twins.get("/own/")
    for answer in answers.values():
        assert ("Cache-Control" in answer.headers) is not cacheable


def test_forged_posts_are_refused(twins, settings, django_app_factory):
    @csrf_exempt
    def exempt(request):
        return HttpResponse(request.method)

    def get_urls(self):
        views = [path("own/", self.admin_view(exempt))]
        return [*views, *super(type(self), self).get_urls()]

    twins.site(get_urls=get_urls)
    settings.MIDDLEWARE = [
        name for name in settings.MIDDLEWARE if not name.endswith("CSRFCheckMiddleware")
    ]
    twins._apps = {side: django_app_factory(csrf_checks=True) for side in SIDES}
    assert twins.post("album/4/delete/", {"post": "yes"})["mongo"].status_int == 403
    assert twins.post("album/add/", {"title": "X"})["mongo"].status_int == 403
    assert twins.post("/own/", {})["mongo"].text == "POST"


def test_has_permission(twins):
    def has_permission(self, request):
        return request.user.is_active and request.user.first_name == "Ada"

    twins.site(has_permission=has_permission)
    twins.permit("view_genre")
    for side in SIDES:
        user = twins.user(side)
        user.is_staff = False
        user.save()
    twins.get("/")
    twins.get("genre/1/change/")
    twins.site(has_permission=lambda self, request: False)
    assert twins.get("album/")["mongo"].status_int == 302
    twins.get("/login/")


def test_texts_of_the_site(twins):
    twins.site(
        site_header="Shop <b>office</b>",
        site_title="Office",
        index_title="What there is",
        site_url="/shop/",
        empty_value_display="(nothing)",
        enable_nav_sidebar=False,
    )
    for page in ("/", "", "album/", "album/4/change/", "/password_change/"):
        twins.get(page)
    twins.site(site_url=None)
    twins.get("/")


@pytest.mark.parametrize("final", [True, False])
def test_final_catch_all_view(twins, final):
    twins.site(final_catch_all_view=final)
    pages = ("album", "nope/", "/nope", "artist/50_25_5F_3F_23_26/change")
    for page in pages:
        twins.get(page)
    log_out(twins)
    for page in pages:
        twins.get(page, user=None)


def test_each_context_and_views_with_extra_context(twins):
    def each_context(self, request):
        context = super(type(self), self).each_context(request)
        return context | {"site_header": f"Hello {request.user.first_name}"}

    def index(self, request, extra_context=None):
        return super(type(self), self).index(request, {"title": "Start"})

    def app_index(self, request, app_label, extra_context=None):
        context = {"title": "One app"}
        return super(type(self), self).app_index(request, app_label, context)

    twins.site(each_context=each_context, index=index, app_index=app_index)
    for page in ("/", "", "album/"):
        assert "Hello Ada" in twins.get(page)["mongo"].text


def test_get_app_list(twins):
    def get_app_list(self, request, app_label=None):
        found = super(type(self), self).get_app_list(request, app_label)
        for app in found:
            app["models"].sort(key=lambda model: model["object_name"], reverse=True)
        return found

    twins.site(get_app_list=get_app_list)
    twins.get("/")
    twins.get("")


def test_get_log_entries(twins):
    twins.submit("album/4/change/", title="Known")
    twins.site(get_log_entries=lambda self, request: LogEntry.objects.none())
    twins.get("/")


@pytest.mark.parametrize(
    "page", ["/jsi18n/", "/password_change/", "/password_change/done/", "/login/"]
)
def test_other_views_of_the_site(twins, page):
    twins.get(page)
    log_out(twins)
    twins.get(page, user=None)


def test_login_and_logout(twins):
    for side in SIDES:
        user = twins.user(side)
        user.set_password("a-secret-of-ada")
        user.save()
    twins.get("album/", user=None)
    data = {"password": "a-secret-of-ada", "next": "/nowhere/"}
    for side in SIDES:
        app, name = twins._apps[side], {"username": f"ada-{side}"}
        assert twins.sites
        answer = app.post(f"/{side}/login/", data | name, user=None)
        assert (answer.status_int, answer.location) == (302, "/nowhere/")
    twins.post("/logout/", {})
    assert twins.get("/logout/")["mongo"].status_int == 405


def shout(modeladmin, request, queryset):
    modeladmin.message_user(request, f"{queryset.count()} shouted")


def test_actions_of_the_site(twins):
    for site in twins.sites.values():
        site.add_action(shout)
        site.add_action(shout, "cry")
        names = [name for name, _function in site.actions]
        assert names == ["delete_selected", "shout", "cry"]
        assert site.get_action("cry") is shout
    twins.get("album/")
    twins.post("album/", {"action": "cry", "_selected_action": ["1", "2"]})


def test_disabled_action(twins):
    for site in twins.sites.values():
        site.disable_action("delete_selected")
        assert "delete_selected" not in dict(site.actions)
        assert site.get_action("delete_selected")
        with pytest.raises(KeyError):
            site.disable_action("nope")
    twins.get("album/")
    twins.post("album/", {"action": "delete_selected", "_selected_action": "4"})


def test_disabled_action_that_an_admin_names(twins):
    twins.admin("Album", actions=["delete_selected", shout])
    for site in twins.sites.values():
        site.disable_action("delete_selected")
    twins.get("album/")
    twins.get("track/")


def test_autocomplete_view(twins):
    def autocomplete_view(self, request):
        answer = super(type(self), self).autocomplete_view(request)
        answer.headers["X-Asked"] = request.GET["term"]
        return answer

    twins.site(autocomplete_view=autocomplete_view)
    twins.admin("Artist", search_fields=("name",), ordering=("name",))
    twins.admin("Album", autocomplete_fields=("artist",))
    for side in SIDES:
        query = f"app_label={side}twin&model_name=album&field_name=artist&term=ad"
        answer = twins.ask(side, "get", f"/{side}/autocomplete/?{query}")
        assert answer.headers["X-Asked"] == "ad"
        assert [each["id"] for each in answer.json["results"]] == ["ada"]


def test_password_change_form(twins):
    """The form that the site takes from django.contrib.auth is its own."""
    wrong = {"old_password": "x", "new_password1": "y", "new_password2": "z"}
    answers = twins.post("/password_change/", wrong)
    assert "Your old password was entered incorrectly" in answers["mongo"].text


def test_i18n_and_password_views_are_hooks(twins):
    def named(text):
        return lambda self, request, extra_context=None: HttpResponse(text)

    hooks = {
        "i18n_javascript": "/jsi18n/",
        "password_change": "/password_change/",
        "password_change_done": "/password_change/done/",
        "login": "/login/",
        "logout": "/logout/",
        "catch_all_view": "/nope",
    }
    twins.site(**{name: named(name) for name in hooks if name != "catch_all_view"})
    twins.site(catch_all_view=lambda self, request, url: HttpResponse(url))
    for page in hooks.values():
        twins.get(page)
