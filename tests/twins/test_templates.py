"""The options that name templates, the places that override them, and the blocks."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.forms import AuthenticationForm
from django.template.loader import get_template

from .shop import SIDES, tabular

SELECTED = {"action": "delete_selected", "_selected_action": ["4", "5"]}

# How each option's page is asked for.
PAGES = {
    "add_form_template": ("admin/change_form.html", "album/add/"),
    "change_form_template": ("admin/change_form.html", "album/1/change/"),
    "change_list_template": ("admin/change_list.html", "album/"),
    "delete_confirmation_template": (
        "admin/delete_confirmation.html",
        "album/4/delete/",
    ),
    "delete_selected_confirmation_template": (
        "admin/delete_selected_confirmation.html",
        SELECTED,
    ),
    "object_history_template": ("admin/object_history.html", "album/1/history/"),
    "popup_response_template": (
        "admin/popup_response.html",
        {"_popup": "1", "title": "New", "kind": "", "year": "", "_save": "Save"},
    ),
}
SITE_PAGES = {
    "index_template": ("admin/index.html", "/"),
    "app_index_template": ("admin/app_index.html", ""),
    "password_change_template": (
        "registration/password_change_form.html",
        "/password_change/",
    ),
    "password_change_done_template": (
        "registration/password_change_done.html",
        "/password_change/done/",
    ),
}

# What of an app's own folder Django looks for, when no option names a template.
OVERRIDDEN = [
    ("change_form.html", "album/1/change/"),
    ("change_form.html", "album/add/"),
    ("change_list.html", "album/"),
    ("delete_confirmation.html", "album/4/delete/"),
    ("delete_selected_confirmation.html", SELECTED),
    ("object_history.html", "album/1/history/"),
    ("popup_response.html", PAGES["popup_response_template"][1]),
    ("change_list_results.html", "album/"),
    ("change_list_object_tools.html", "album/"),
    ("change_form_object_tools.html", "album/1/change/"),
    ("submit_line.html", "album/1/change/"),
    ("search_form.html", "album/"),
    ("pagination.html", "album/"),
    ("date_hierarchy.html", "album/"),
    ("actions.html", "album/"),
    ("prepopulated_fields_js.html", "album/add/"),
]

MARK = "from a template of the project"


@pytest.fixture
def templates(settings, tmp_path):
    """Write templates of the project's own: templates(**{path: source})."""
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]

    def write(**sources):
        for path, source in sources.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(source)

    return write


def ask(twins, page):
    """Ask both twins for a page, and return the answers."""
    if isinstance(page, str):
        return twins.get(page)
    return twins.post("album/add/" if "_popup" in page else "album/", page)


def assert_marked(answers):
    for side in SIDES:
        assert MARK in answers[side].text


@pytest.mark.parametrize("option", PAGES)
def test_template_of_an_option(twins, templates, option):
    parent, page = PAGES[option]
    source = f'{MARK} {{{{ opts.verbose_name }}}} {{% include "{parent}" %}}'
    templates(**{"own.html": source})
    twins.admin("Album", **{option: "own.html"}, fields=("title", "kind", "year"))
    assert_marked(ask(twins, page))


@pytest.mark.parametrize("option", SITE_PAGES)
def test_template_of_an_option_of_the_site(twins, templates, option):
    parent, page = SITE_PAGES[option]
    templates(**{"own.html": f'{MARK} {{% include "{parent}" %}}'})
    twins.site(**{option: "own.html"})
    assert_marked(ask(twins, page))


def test_login_template_and_login_form(twins, templates):
    class Form(AuthenticationForm):
        error_messages = {"invalid_login": "Not you."}

    templates(**{"own.html": f'{MARK} {{% include "admin/login.html" %}}'})
    twins.site(login_template="own.html", login_form=Form)
    assert_marked(twins.get("/login/", user=None))
    wrong = {"username": "nobody", "password": "x"}
    answers = twins.post("/login/", wrong, user=None)
    assert "Not you." in answers["mongo"].text


def test_logout_template(twins, templates):
    templates(**{"own.html": f'{MARK} {{% include "registration/logged_out.html" %}}'})
    twins.site(logout_template="own.html")
    assert_marked(twins.post("/logout/", {}))


@pytest.mark.parametrize(("name", "page"), OVERRIDDEN)
def test_template_in_the_folder_of_the_class(twins, templates, name, page):
    for side in SIDES:
        templates(**{f"admin/{side}twin/album/{name}": f"{MARK} {{{{ title }}}}"})
    twins.admin(
        "Album",
        fields=("title", "kind", "year"),
        search_fields=("title",),
        date_hierarchy="released",
        prepopulated_fields={"title": ("kind",)},
    )
    assert_marked(ask(twins, page))


@pytest.mark.parametrize("place", ["admin/{}twin", "admin"])
def test_template_in_the_folder_of_the_app_or_the_admin(twins, templates, place):
    for side in SIDES:
        templates(**{f"{place.format(side)}/change_list.html": MARK})
        templates(**{f"{place.format(side)}/submit_line.html": MARK})
    assert_marked(twins.get("album/"))
    assert_marked(twins.get("album/1/change/"))


def test_template_of_an_app_does_not_change_another(twins, templates):
    templates(**{"admin/sqltwin/album/change_list.html": MARK})
    templates(**{"admin/mongotwin/album/change_list.html": MARK})
    answers = twins.get("artist/")
    assert all(MARK not in answers[side].text for side in SIDES)


def test_template_of_an_app_for_its_index(twins, templates):
    for side in SIDES:
        templates(**{f"admin/{side}twin/app_index.html": MARK})
    assert_marked(twins.get(""))


def test_template_of_an_inline(twins, templates):
    source = f'{MARK} {{% include "admin/edit_inline/tabular.html" %}}'
    templates(**{"own.html": source})
    twins.admin("Album", inlines=[tabular("Track", template="own.html")])
    assert_marked(twins.get("album/1/change/"))
    source = f"{MARK} {{{{ inline_admin_formset.opts.verbose_name }}}}"
    templates(**{"rows.html": source})
    inlines = [tabular("Credit", "credits", template="rows.html")]
    twins.admin("Album", inlines=inlines)
    assert_marked(twins.get("album/1/change/"))


def test_template_of_a_filter(twins, templates):
    class Sixties(admin.SimpleListFilter):
        title, parameter_name, template = "decade", "decade", "own.html"

        def lookups(self, request, model_admin):
            return [("60", "Sixties")]

        def queryset(self, request, queryset):
            return queryset.filter(year__lt=1970) if self.value() else queryset

    templates(**{"own.html": f'{MARK} {{% include "admin/filter.html" %}}'})
    twins.admin("Album", list_filter=(Sixties,))
    assert_marked(twins.get("album/?decade=60"))


def blocks_of(name, below=()):
    """Return the names of a template's blocks, and of those that it extends.

    ``below``: the origins of templates that extend one of their own name.
    """
    engine = get_template(name).template.engine
    template, origin = engine.find_template(name, skip=[*below])
    names = re.findall(r"{% block (\S+) %}", template.source)
    for parent in re.findall(r'{% extends "([^"]+)" %}', template.source):
        names += blocks_of(parent, (*below, origin) if parent == name else ())
    return list(dict.fromkeys(names))


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("admin/change_form.html", "album/1/change/"),
        ("admin/change_form.html", "album/add/"),
        ("admin/change_list.html", "album/?q=o"),
        ("admin/delete_confirmation.html", "album/4/delete/"),
        ("admin/delete_selected_confirmation.html", SELECTED),
        ("admin/object_history.html", "album/1/history/"),
        ("admin/index.html", "/"),
        ("admin/app_index.html", ""),
    ],
)
def test_every_block(twins, templates, name, page):
    blocks = blocks_of(name)
    source = f'{{% extends "{name}" %}}' + "".join(
        f"{{% block {block} %}}[{block}{{{{ block.super }}}}]{{% endblock %}}"
        for block in blocks
    )
    option = name.removeprefix("admin/").replace(".html", "_template")
    option = "add_form_template" if page == "album/add/" else option
    templates(**{"own.html": source})
    if "index" in name:
        twins.site(**{option: "own.html"})
    else:
        options = {"search_fields": ("title",), "list_filter": ("year",)}
        twins.admin("Album", **{option: "own.html"}, **options)
    answers = ask(twins, page)
    assert "[content" in answers["mongo"].text
