"""Parts of forms that are drawn without a template, against Django's templates."""

from pathlib import Path
from uuid import uuid4

import django
import pytest
from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime, AdminTextareaWidget
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.forms import renderers
from django.template.backends.django import DjangoTemplates
from django.templatetags.static import static
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from hypothesis import given
from hypothesis import strategies as st

from admin_ext.drawing import DRAWN, Renderer, Unusual, renderer, static_url

from .properties import times

texts = st.text(max_size=6) | st.sampled_from([
    *("<b>&amp;\"'", " x ", "\n", "0", "{{ x }}"),
    *(mark_safe("<i>safe</i>"), mark_safe("&"), _("Yes"), _("Time:")),
])
values = texts | st.integers() | st.floats(allow_nan=False) | st.booleans() | st.none()
attrs = st.dictionaries(st.sampled_from(["id", "class", "data-x", "<"]), values)
choices = st.lists(st.tuples(values, texts), max_size=3)
groups = choices | st.lists(st.tuples(st.text(max_size=3), choices), max_size=2)

RELATED = "admin/widgets/related_widget_wrapper.html"


def is_as_django(name, context):
    expected = renderers.DjangoTemplates().render(name, context)
    assert DRAWN[name].draw(context).strip() == expected
    assert type(renderer().render(name, context)) is type(expected)


PLAIN = [
    forms.TextInput,
    forms.NumberInput,
    forms.EmailInput,
    forms.URLInput,
    forms.HiddenInput,
    forms.CheckboxInput,
    forms.DateInput,
    forms.TimeInput,
    forms.Textarea,
    AdminTextareaWidget,
]


@pytest.mark.parametrize("widget", PLAIN)
def test_widgets_of_one_input(widget):
    @times(25)
    @given(texts, values, attrs)
    def check(name, value, attrs):
        drawn = widget()
        is_as_django(drawn.template_name, drawn.get_context(name, value, attrs))

    check()


@pytest.mark.parametrize("widget", [forms.Select, forms.SelectMultiple])
def test_selects(widget):
    @times(25)
    @given(groups, values, attrs)
    def check(groups, value, attrs):
        drawn = widget(choices=groups)
        is_as_django(drawn.template_name, drawn.get_context("n", value, attrs))

    check()


def test_a_boolean_that_may_be_missing():
    for value in (None, True, False, "<"):
        drawn = forms.NullBooleanSelect()
        is_as_django(drawn.template_name, drawn.get_context("n", value, {"id": "x"}))


def test_the_two_inputs_of_a_moment():
    for language in ("en", "de"):
        with translation.override(language):
            drawn = AdminSplitDateTime()
            context = drawn.get_context("start", ["2024-05-17", "<"], {"id": "id_s"})
            is_as_django(drawn.template_name, context)


@times(25)
@given(texts, attrs | st.none(), st.booleans())
def test_labels(contents, attrs, use_tag):
    context = {"label": contents, "attrs": attrs, "use_tag": use_tag, "tag": "legend"}
    is_as_django("django/forms/label.html", context)


@pytest.mark.parametrize("kind", ["default", "ul"])
def test_errors(kind):
    name = f"django/forms/errors/list/{kind}.html"
    is_as_django(name, forms.utils.ErrorList().get_context())
    context = forms.utils.ErrorList(["<b>"]).get_context()
    with pytest.raises(Unusual):
        DRAWN[name].draw(context)
    assert renderer().render(name, context) == (
        '<ul class="errorlist"><li>&lt;b&gt;</li></ul>'
    )


@times(25)
@given(texts, st.tuples(*[st.booleans()] * 6))
def test_the_links_beside_a_select(model, flags):
    for language in ("en", "de", "en"):
        with translation.override(language):
            is_as_django(RELATED, beside_a_select(model, flags))


def drawn_links():
    return DRAWN[RELATED].draw(beside_a_select("note", (False, False, *[True] * 4)))


def beside_a_select(model, flags):
    is_hidden, is_limited, can_add, can_change, can_delete, can_view = flags
    return {
        "rendered_widget": mark_safe("<select></select>"),
        "is_hidden": is_hidden,
        "name": "user<",
        "url_params": "_to_field=id&_popup=1",
        "model": model,
        "model_name": "note",
        "can_add_related": can_add,
        "can_change_related": can_change,
        "can_delete_related": can_delete,
        "can_view_related": can_view,
        "model_has_limit_choices_to": {"a": 1} if is_limited else {},
        "add_related_url": "/add/",
        "delete_related_template_url": "/__fk__/delete/",
        "view_related_url_params": "_to_field=id&x",
        "change_related_template_url": "/__fk__/change/",
    }


members = st.fixed_dictionaries({
    **dict.fromkeys(("key", "name", "label"), st.text(max_size=3) | texts),
    "place": st.integers(),
})


@times(25)
@given(texts, texts, st.lists(members, max_size=3))
def test_what_stands_beside_references(label, typed, members):
    select = mark_safe("<select></select>")
    widget = {"select": select, "typed_label": label, "typed": typed, "name": "<n>"}
    context = {"widget": widget | {"members": members}}
    for language in ("en", "de"):
        with translation.override(language):
            is_as_django("admin_ext/widgets/reference.html", context)


class Signed(StaticFilesStorage):
    def url(self, name):
        return f"{super().url(name)}?{uuid4()}"


def test_only_urls_that_stay_the_same_are_asked_once(settings):
    assert static_url("a.svg") == static("a.svg")
    path = f"{__name__}.Signed"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": path}}
    assert static_url("a.svg") != static_url("a.svg")
    assert drawn_links() != drawn_links()
    settings.STORAGES |= {"staticfiles": {"BACKEND": PLAIN_STORAGE}}
    assert drawn_links() == drawn_links()
    settings.STATIC_URL = "/elsewhere/"
    assert static_url("a.svg") == "/elsewhere/a.svg"
    assert '"/elsewhere/admin/img/' in drawn_links()


PLAIN_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"


def test_a_template_of_the_project_is_used(tmp_path):
    own = tmp_path / "django/forms/widgets/attrs.html"
    own.parent.mkdir(parents=True)
    own.write_text(" own")

    class ProjectRenderer(Renderer):
        engine = DjangoTemplates({
            "APP_DIRS": True,
            "DIRS": [tmp_path, Path(django.__file__).parent / "forms/templates"],
            "NAME": "project",
            "OPTIONS": {},
        })

    name = forms.TextInput.template_name
    drawn = forms.TextInput().get_context("n", "v", {"id": "x"})
    html = ProjectRenderer().render(name, drawn)
    assert html == '<input type="text" name="n" value="v" own>'
    assert "own" not in renderer().render(name, drawn)


@pytest.mark.parametrize("value", [{1: 2}, b"x", len])
def test_what_is_unusual_is_left_to_the_template(value):
    drawn = forms.TextInput().get_context("n", "v", {"data-x": value})
    expected = renderers.DjangoTemplates().render(forms.TextInput.template_name, drawn)
    assert renderer().render(forms.TextInput.template_name, drawn) == expected


def test_another_renderer_and_debug_are_left_alone(settings):
    assert type(renderer()) is Renderer
    settings.DEBUG = True
    assert type(renderer()) is renderers.DjangoTemplates
    settings.DEBUG = False
    settings.FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
    assert type(renderer()) is renderers.TemplatesSetting
