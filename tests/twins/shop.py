"""Declare the same options for both twins, send both the same requests, compare."""

import difflib
import pprint
from types import ModuleType
from typing import Any
from urllib.parse import urljoin

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.sites import all_sites
from django.contrib.auth.models import Permission, User
from django.urls import path
from django.utils import timezone

from admin_ext import (
    DocumentAdmin,
    DocumentStackedInline,
    DocumentTabularInline,
    EmbeddedStackedInline,
    EmbeddedTabularInline,
)
from admin_ext.forms import DocumentForm
from admin_ext.sites import AdminSite

from . import rows
from .differences import DIFFERENCES
from .pages import are_same, comparable

SIDES = ("sql", "mongo")

# Key of a request's environment; see OwnURLsMiddleware.
URLCONF = "twins.urlconf"

# What the admins of the twins have when a test does not say otherwise. In SQL a
# sleeve is a row of its own, which no form of Django's edits in place.
DEFAULTS = {
    "Album": {"exclude": ("sleeve", "credits")},
    "Artist": {"exclude": ("home",)},
}

FIXED_TIME = timezone.make_aware(timezone.datetime(2024, 2, 29, 12, 0))


def tabular(name, field_name=None, **options):
    """Return an inline for both twins; ``field_name`` names the embedded list."""
    return _Inline(name, field_name, "Tabular", options)


def stacked(name, field_name=None, **options):
    """Return an inline for both twins; ``field_name`` names the embedded list."""
    return _Inline(name, field_name, "Stacked", options)


class _Inline:
    def __init__(self, name, field_name, shape, options):
        self.name, self.field_name = name, field_name
        self.shape, self.options = shape, options

    def for_side(self, side):
        options = {k: for_side(v, side) for k, v in self.options.items()}
        if side == "sql":
            base = {"Tabular": admin.TabularInline, "Stacked": admin.StackedInline}
            bases = (base[self.shape],)
            return type(
                f"{self.name}Inline", bases, {"model": rows.model(self.name)} | options
            )
        if self.field_name:
            options["field_name"] = self.field_name
            base = {"Tabular": EmbeddedTabularInline, "Stacked": EmbeddedStackedInline}
        else:
            base = {"Tabular": DocumentTabularInline, "Stacked": DocumentStackedInline}
        return type(
            f"{self.name}Inline",
            (base[self.shape],),
            {"model": rows.document(self.name)} | options,
        )


class Form:
    """A form class for both twins: ``body`` holds fields, methods and Meta's options.

    Form("Album", meta={"fields": "__all__"}, clean_title=…)
    """

    def __init__(self, name, meta=None, **body):
        self.name, self.meta, self.body = name, meta or {"fields": "__all__"}, body

    def for_side(self, side):
        cls = rows.model(self.name) if side == "sql" else rows.document(self.name)
        base = forms.ModelForm if side == "sql" else DocumentForm
        meta = type("Meta", (), {"model": cls} | self.meta)
        return type(f"{self.name}Form", (base,), {"Meta": meta} | self.body)


class OfSide:
    """A value that is not the same on both sides: OfSide(sql=…, mongo=…)."""

    def __init__(self, **values):
        self.values = values

    def for_side(self, side):
        return self.values[side]


def for_side(value: Any, side: str) -> Any:
    """Return an option's value with what depends on the twin filled in."""
    if isinstance(value, list | tuple):
        return type(value)(for_side(item, side) for item in value)
    if isinstance(value, dict):
        return {key: for_side(item, side) for key, item in value.items()}
    return value.for_side(side) if hasattr(value, "for_side") else value


class Sites:
    """The two admin sites, with the options that a test declares for both."""

    def __init__(self, settings):
        self._settings = settings
        self._options = {name: DEFAULTS.get(name, {}) for name in rows.ROWS}
        self._site_options: dict[str, Any] = {}
        self._sites = None

    def admin(self, name, **options):
        """Set the options of one model's admin; methods are functions among them."""
        self._options[name] = DEFAULTS.get(name, {}) | options
        self._sites = None

    def unregister(self, *names):
        for name in names:
            del self._options[name]
        self._sites = None

    def site(self, **attributes):
        """Set attributes and methods of both admin sites."""
        self._site_options |= attributes
        self._sites = None

    @property
    def sites(self):
        """The two sites, installed as the URLs of the test."""
        if self._sites is None:
            self._sites = {side: self._make_site(side) for side in SIDES}
            self._urlconfs = {side: self._urls(side) for side in SIDES}
            self._settings.ROOT_URLCONF = self._urls(*SIDES)
        return self._sites

    def _urls(self, *sides):
        urlconf = ModuleType("twin_urls")
        urlconf.urlpatterns = [
            path(f"{each}/", self._sites[each].urls) for each in sides
        ]
        return urlconf

    def _make_site(self, side):
        base = admin.AdminSite if side == "sql" else AdminSite
        attributes = {
            name: for_side(value, side) for name, value in self._site_options.items()
        }
        site = type("TwinSite", (base,), attributes)(side)
        # Checks of the whole project are no business of one test's sites.
        all_sites.discard(site)
        admin_base = admin.ModelAdmin if side == "sql" else DocumentAdmin
        for name, options in self._options.items():
            cls = rows.model(name) if side == "sql" else rows.document(name)
            options = {key: for_side(value, side) for key, value in options.items()}
            site.register(cls, type(f"{name}Admin", (admin_base,), options))
        return site


class OwnURLsMiddleware:
    """Answer a request with the URLs of the twin that it is for."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if URLCONF in request.META:
            request.urlconf = request.META[URLCONF]
        return self.get_response(request)


class Twins(Sites):
    """The two admin sites over the same rows. See tests.twins."""

    # Pairs of requests sent in this process.
    requests = 0

    def __init__(self, settings, app_factory):
        super().__init__(settings)
        own_urls = f"{__name__}.OwnURLsMiddleware"
        settings.MIDDLEWARE = [own_urls, *settings.MIDDLEWARE]
        self._apps = {side: app_factory(csrf_checks=False) for side in SIDES}
        for side in SIDES:
            User.objects.create_superuser(f"ada-{side}", first_name="Ada")

    def permit(self, *codenames, sql=()):
        """Make the person a member of staff with these permissions only.

        ``sql``: permissions of what is a row of its own in SQL alone.
        """
        for side in SIDES:
            wanted = {*codenames, *(sql if side == "sql" else ())}
            user = self.user(side)
            user.is_superuser = False
            user.save()
            found = Permission.objects.filter(
                content_type__app_label=f"{side}twin", codename__in=wanted
            )
            assert found.count() == len(wanted)
            user.user_permissions.set(found)

    def user(self, side):
        return User.objects.get(username=f"ada-{side}")

    def url(self, side, address):
        """Return the URL of an address within the app, or with a slash, the site."""
        start = f"/{side}" if address.startswith("/") else f"/{side}/{side}twin/"
        return start + address

    def get(self, address, *, differs=(), **kwargs):
        """GET an address of both and compare the answers; return {side: response}."""
        LogEntry.objects.update(action_time=FIXED_TIME)
        responses = {
            side: self.ask(side, "get", self.url(side, address), **kwargs)
            for side in SIDES
        }
        self.compare(responses, differs)
        return responses

    def follow(self, address, *, differs=()):
        """GET an address of both, and the page that it leads to."""
        responses = {
            side: self.ask(side, "get", self.url(side, address)) for side in SIDES
        }
        return self._answered(responses, differs)

    def post(self, address, data, *, differs=(), **kwargs):
        """POST the same data to both; answers, rows and log must be equal.

        A redirect is followed, and its page compared too.
        """
        responses = {
            side: self.ask(side, "post", self.url(side, address), data, **kwargs)
            for side in SIDES
        }
        return self._answered(responses, differs)

    def submit(self, address, *, form=None, differs=(), drop=(), **values):
        """Open an address in both, change ``values`` in its form, and send it.

        ``form``: the form's id, where the page's main form is not meant. A list is sent
        as several values, None leaves the name out (a box that is not ticked); ``drop``
        names more of these. Without a button among the values it is ``_save``.
        """
        urls = {side: self.url(side, address) for side in SIDES}
        opened = {side: self.ask(side, "get", urls[side]) for side in SIDES}
        used = self._differences(opened, differs)
        responses = {}
        for side, page in opened.items():
            found = main_form(page, form)
            data = filled(found, values | dict.fromkeys(drop))
            target = _absolute(found.action, urls[side])
            responses[side] = self.ask(side, "post", target, data)
        return self._answered(responses, differs, used)

    def _answered(self, responses, differs, used=frozenset()):
        pages = {}
        used = used | self._differences(responses, differs)
        LogEntry.objects.update(action_time=FIXED_TIME)
        if all("Location" in each.headers for each in responses.values()):
            pages = {
                side: self.ask(side, "get", _target_of(each))
                for side, each in responses.items()
            }
            used |= self._differences(pages, differs)
        assert used == set(differs), f"no longer differs: {set(differs) - used}"
        must_be_equal(pretty(rows.sql_rows()), pretty(rows.mongo_rows()))
        entries = {side: rows.log_entries(f"ada-{side}") for side in SIDES}
        must_be_equal(pretty(entries["sql"]), pretty(entries["mongo"]))
        return pages or responses

    def ask(self, side, method, url, *args, **kwargs):
        """Send one request to one twin."""
        Twins.requests += side == "sql"
        assert self.sites
        app = self._apps[side]
        kwargs.setdefault("user", f"ada-{side}")
        # With both sites in one, names such as admin:index would be those of one.
        kwargs["extra_environ"] = {URLCONF: self._urlconfs[side]}
        return getattr(app, method)(url, *args, expect_errors=True, **kwargs)

    def compare(self, responses, differs=()):
        """Fail with the differing lines unless the answers of both are equal."""
        used = self._differences(responses, differs)
        assert used == set(differs), f"no longer differs: {set(differs) - used}"

    def _differences(self, responses, differs) -> set[str]:
        if not differs and are_same(*responses.values()):
            return set()
        texts = {side: "\n".join(comparable(responses[side])) for side in SIDES}
        used = set()
        for name in differs:
            difference = DIFFERENCES[name]
            without = {side: difference.without(side, texts[side]) for side in SIDES}
            if without != texts:
                used.add(name)
            texts = without
        must_be_equal(*(texts[side].splitlines() for side in SIDES))
        return used


def must_be_equal(sql, mongo):
    """Fail with the lines that only one twin has."""
    unequal = difflib.unified_diff(sql, mongo, "sql", "mongo", lineterm="", n=4)
    report = "\n".join(unequal)
    assert not report, report


def pretty(value):
    """Return rows or log entries as lines."""
    return pprint.pformat(value).splitlines()


def main_form(page, form_id=None):
    """Return the form of a page with that id, or the first one that posts a change."""
    assert page.status_int == 200, page.headers.get("Location", page.status)
    if form_id:
        return page.forms[form_id]
    return next(
        page.forms[index]
        for index in sorted(key for key in page.forms if isinstance(key, int))
        if page.forms[index].method.upper() == "POST"
        and page.forms[index].id != "logout-form"
    )


def filled(form, values: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a browser sends for ``form`` after ``values`` were entered."""
    kept = [pair for pair in form.submit_fields() if pair[0] not in values]
    for name, value in values.items():
        if value is None:
            continue
        many = value if isinstance(value, list) else [value]
        kept += [(name, str(item)) for item in many]
    if not any(name.startswith("_") and name[1:] in BUTTONS for name in values):
        kept.append(("_save", "Save"))
    return kept


BUTTONS = {"save", "continue", "addanother", "saveasnew", "popup"}


def _absolute(action, url):
    return urljoin(url, action) if action else url


def _target_of(redirect):
    found = urljoin(redirect.request.url, redirect.headers["Location"])
    return found.removeprefix("http://testserver")
