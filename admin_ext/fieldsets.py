"""The rows of a form, drawn without a template where that would be Django's (5.2).

For each row the template looks up some hundred names, each in several ways: that is a
tenth of a change form's time. What is drawn is the same to the byte.
"""

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.admin.helpers import (
    AdminField,
    AdminReadonlyField,
    Fieldline,
    Fieldset,
    InlineFieldset,
)
from django.core.exceptions import ObjectDoesNotExist
from django.template import Context

from .drawing import StandInNode, Unusual, as_safe, text

FIELDSETS = {Fieldset, InlineFieldset}
FIELDS = {AdminField, AdminReadonlyField}
IDS = ("prefix", "id_prefix", "id_suffix")


class FieldsetNode(StandInNode):
    """Draws the rows of a form as the template that would be used."""

    template = "admin/includes/fieldset.html"
    digest = "2d7ffc5f076e04ca370e640db8668ad2da0b328567b0c74c89a64e7c6fb353a9"

    def render_known(self, template, context):
        if is_usual(context):
            try:
                return fieldset(context)
            except Unusual:
                pass
        return template.render(context)


def is_usual(context: Context) -> bool:
    """Tell whether values are written as they are where no template says how."""
    is_plain = context.use_l10n is None and context.use_tz is None
    return is_plain and context.autoescape and not settings.DEBUG


def fieldset(context: Mapping[str, Any]) -> str:
    """Return what the template makes of a Fieldset."""
    drawn = context["fieldset"]
    if type(drawn) not in FIELDSETS:
        raise Unusual
    label = heading = end = ""
    if drawn.name:
        key = "-".join(text(context.get(name)) for name in IDS) + "-heading"
        label = f' aria-labelledby="{key}"'
        heading = _heading(context, drawn, key)
        end = "</details>" if drawn.is_collapsible else ""
    about = _description(drawn.description)
    lines = "".join(f"\n        {_line(each)}\n    " for each in drawn)
    return (
        f'<fieldset class="module aligned {text(drawn.classes)}"{label}>\n'
        f"    {heading}\n    {about}\n    {lines}\n    {end}\n</fieldset>\n"
    )


def _heading(context: Mapping[str, Any], drawn: Fieldset, key: str) -> str:
    level, start, end = context.get("heading_level"), "", ""
    if not level:
        raise Unusual
    level = f"h{text(level)}"
    if drawn.is_collapsible:
        start, end = "<details><summary>", "</summary>"
    return (
        f'\n        {start}\n        <{level} id="{key}" class="fieldset-heading">'
        f"{text(drawn.name)}</{level}>\n        {end}\n    "
    )


def _description(description: Any) -> str:
    if not description:
        return ""
    return f'\n        <div class="description">{as_safe(description)}</div>\n    '


def _line(line: Any) -> str:
    fields = [*line]
    is_known = type(line) is Fieldline and isinstance(line.fields, list | tuple)
    if not is_known or any(type(each) not in FIELDS for each in fields):
        raise Unusual
    is_single = len(line.fields) == 1
    errors = line.errors() if is_single else ""
    hidden = "" if line.has_visible_field else " hidden"
    names = "".join(_name_class(_bound(each)) for each in fields)
    start, end = errors, ""
    if not is_single:
        start, end = '<div class="flex-container form-multiline">', "</div>"
    return (
        f'<div class="form-row{" errors" if errors else ""}{hidden}{names}">\n'
        f"            {start}\n            {''.join(_cells(fields, is_single))}\n"
        f"            {end}\n        </div>"
    )


def _cells(fields: list[Any], is_single: bool) -> Iterator[str]:
    for field in fields:
        bound, errors, classes = _bound(field), "", ""
        if not is_single:
            errors = "" if field.is_readonly else field.errors()
            classes = f" fieldBox{_name_class(bound)}{' errors' if errors else ''}"
            classes += " hidden" if bound.is_hidden else ""
        if field.is_checkbox:
            classes += " checkbox-row"
        yield (
            f"\n                <div>\n                    {errors}\n"
            f'                        <div class="flex-container{classes}">\n'
            f"                            {_input(field)}\n"
            "                        </div>\n"
            f"                    {_help(bound)}\n                </div>\n            "
        )


def _bound(field: Any) -> Any:
    """Return what the template calls ``field.field``, a dict for what is read-only."""
    if field.is_readonly:
        return SimpleNamespace(id_for_label="", **field.field)
    return field.field


def _name_class(bound: Any) -> str:
    return f" field-{text(bound.name)}" if bound.name else ""


def _input(field: Any) -> str:
    indent = " " * 32
    if field.is_checkbox:
        drawn = f"{text(field.field)}{text(field.label_tag())}"
        return f"\n{indent}{drawn}\n{indent[4:]}"
    label = text(field.label_tag())
    if field.is_readonly:
        drawn = f'<div class="readonly">{_contents(field)}</div>'
    else:
        drawn = text(field.field)
    return f"\n{indent}{label}\n{indent}\n{indent}    {drawn}\n{indent}\n{indent[4:]}"


def _contents(field: AdminReadonlyField) -> str:
    try:
        return text(field.contents())
    except ObjectDoesNotExist as error:
        # A template writes nothing then.
        raise Unusual from error


def _help(bound: Any) -> str:
    if not bound.help_text:
        return ""
    hidden = " hidden" if bound.is_hidden else ""
    label = bound.id_for_label
    key = f' id="{text(label)}_helptext"' if label else ""
    indent = " " * 24
    return (
        f'\n{indent}<div class="help{hidden}"{key}>\n'
        f"{indent}    <div>{as_safe(bound.help_text)}</div>\n{indent}</div>\n"
        f"{indent[4:]}"
    )
