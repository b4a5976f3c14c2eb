"""The rows of a form that are drawn without a template, against Django's template."""

from pathlib import Path

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import AdminForm
from django.contrib.auth.models import Group
from django.template import Context, Engine
from django.test import signals
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from hypothesis import given
from hypothesis import strategies as st

from admin_ext import fieldsets
from admin_ext.drawing import Unusual

from .properties import times

BEFORE = Path(admin.__file__).parent / "templates"
OURS = Path(fieldsets.__file__).parent / "templates"
LIBRARIES = {"admin_ext": "admin_ext.templatetags.admin_ext"}

texts = st.sampled_from(["", "a", "<b>", mark_safe("<i>i</i>"), _("Yes"), None])
NAMES = ("name", "done", "secret", "plain", "shown")
lines = st.sampled_from([*NAMES, ("name", "done"), ("plain", "shown"), ("secret",)])
CLASSES = st.lists(st.sampled_from(["collapse", "wide", "<"]), max_size=2)


class GroupForm(forms.ModelForm):
    done = forms.BooleanField(help_text="<b>Tick</b>")
    secret = forms.CharField(widget=forms.HiddenInput, required=False, help_text="s")
    plain = forms.CharField(label=_("Yes"), required=False)

    def validate_unique(self):
        """Ask no database."""

    class Meta:
        model = Group
        fields = ("name",)


class GroupAdmin(admin.ModelAdmin):
    @admin.display(description="<shown>")
    def shown(self, group):
        return "<i>"


def template(*folders):
    engine = Engine(dirs=map(str, folders), libraries=LIBRARIES, debug=False)
    return engine.get_template(fieldsets.FieldsetNode.template)


def context_of(options, data=None, name=None, **kwargs):
    group_admin = GroupAdmin(Group, admin.AdminSite())
    form, names = GroupForm(data, instance=Group(name="<n>")), ("shown",)
    (fieldset,) = AdminForm(form, [(name, options)], {}, names, group_admin)
    given = {"prefix": "fieldset", "id_prefix": 0, "id_suffix": 1, "heading_level": 2}
    return Context({"fieldset": fieldset} | given | kwargs)


@times(60)
@given(
    texts,
    st.lists(lines, max_size=3, unique=True),
    texts,
    CLASSES,
    st.sampled_from([None, {}, {"name": "x", "done": "on"}]),
    st.sampled_from([2, 3, "4"]),
)
def test_fieldsets_of_all_kinds(name, fields, description, classes, data, level):
    options = {"fields": fields, "description": description, "classes": classes}
    context = context_of(options, data, name, heading_level=level)
    assert fieldsets.fieldset(context) == template(BEFORE).render(context)


def test_a_fieldset_with_errors():
    context = context_of({"fields": ["done", ("name", "plain")]}, {"x": ""}, "Title")
    drawn = fieldsets.fieldset(context)
    assert drawn == template(BEFORE).render(context)
    assert drawn.count("errorlist") == 2


def rendered(context):
    """Return the paths of the templates that are rendered."""
    found = []

    def note(template, **kwargs):
        found.append(Path(template.origin.name).parents[2])

    signals.template_rendered.connect(note)
    try:
        template(OURS, BEFORE).render(context)
    finally:
        signals.template_rendered.disconnect(note)
    return found


def test_the_template_of_django_is_left_out_unless_templates_are_worked_on(settings):
    context = context_of({"fields": ["shown"]})
    assert rendered(context) == [OURS]
    settings.DEBUG = True
    assert rendered(context) == [OURS, BEFORE]


def own(folder, source):
    path = folder / fieldsets.FieldsetNode.template
    path.parent.mkdir(parents=True)
    path.write_text(source)
    return folder


def test_a_template_of_the_project_is_used(tmp_path):
    folder = own(tmp_path, "own {{ fieldset.name }}")
    context = context_of({"fields": ["name"]}, name="Title")
    assert template(folder, OURS, BEFORE).render(context) == "own Title"
    assert template(OURS, folder, BEFORE).render(context) == "own Title"


def test_a_template_of_the_project_may_extend_the_usual_one(tmp_path):
    source = '{% extends "admin/includes/fieldset.html" %}'
    context = context_of({"fields": ["name"]}, name="Title")
    found = template(own(tmp_path, source), OURS, BEFORE).render(context)
    assert found == template(BEFORE).render(context)


@pytest.mark.parametrize("wish", ["autoescape off", "localize off", "localtime off"])
def test_what_a_template_wishes_of_values_is_heeded(wish):
    context = context_of({"fields": ["shown"]}, name="<Title>", id_suffix=1.5)
    end = f"end{wish.split()[0]}"
    source = f"{{% {wish} %}}{{% include name %}}{{% {end} %}}"
    source = f"{{% load l10n tz %}}{source}"
    context["name"] = fieldsets.FieldsetNode.template
    pages = [
        Engine([*map(str, folders)], libraries=LIBRARIES | TAGS)
        .from_string(source)
        .render(context)
        for folders in ((BEFORE,), (OURS, BEFORE))
    ]
    assert pages[0] == pages[1]


TAGS = {"l10n": "django.templatetags.l10n", "tz": "django.templatetags.tz"}


@pytest.mark.parametrize("missing", ["prefix", "id_suffix", "heading_level"])
def test_what_is_unusual_is_left_to_the_template(missing):
    context = context_of({"fields": ["name"]}, name="Title")
    del context[missing]
    with pytest.raises(Unusual):
        fieldsets.fieldset(context)
    found = template(OURS, BEFORE).render(context)
    assert found == template(BEFORE).render(context)
