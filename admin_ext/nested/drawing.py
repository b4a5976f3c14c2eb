"""An embedded document's form, drawn without its template where nothing is odd.

A template looks each name up in several ways: of a form of two fields that is most of
the time. What is drawn is the same to the byte.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from admin_ext.drawing import Unusual, as_safe, text

TEMPLATE = "admin_ext/widgets/embedded_document.html"
OWN = str(Path(__file__).parent.parent / "templates" / TEMPLATE)


def embedded_document(field: Any) -> SafeString:
    """Return what the template makes of a bound field, its ``field``."""
    template = get_template(TEMPLATE)
    is_own = template.origin.name == OWN and not settings.DEBUG
    if is_own and not (field.is_bound or field.reason or field.is_odd):
        try:
            return mark_safe(_drawn(field))
        except Unusual:
            pass
    return template.render({"field": field})


def _drawn(field: Any) -> str:
    form = field.subform
    if field.is_left_for_later or field.choices or (form and form.is_bound):
        raise Unusual
    return (
        f'<div class="nested-form" id="{text(field.auto_id)}">\n\n\n'
        f"{'' if form is None else _rows(form)}\n{_presence(field)}\n</div>\n"
    )


def _rows(form: Any) -> str:
    rows = "".join(map(_row, form.visible_fields()))
    return f"\n{rows}\n{''.join(map(text, form.hidden_fields()))}"


def _row(bound: Any) -> str:
    is_checkbox = getattr(bound.field.widget, "input_type", "") == "checkbox"
    kind, parts = "", [text(bound.label_tag()), text(bound)]
    if is_checkbox:
        kind, parts = " checkbox-row", parts[::-1]
    return (
        f'<div class="nested-row field-{text(bound.name)}">\n\n'
        f'<div class="flex-container{kind}">{"".join(parts)}</div>\n'
        f"{_help(bound)}\n</div>"
    )


def _help(bound: Any) -> str:
    if not bound.help_text:
        return ""
    key = f' id="{text(bound.auto_id)}_helptext"' if bound.auto_id else ""
    return f'<div class="help"{key}><div>{as_safe(bound.help_text)}</div></div>'


def _presence(field: Any) -> str:
    if field.can_be_removed:
        return _box(field, "REMOVE", field.is_removed, _("Remove"))
    if field.can_be_added:
        return _box(field, "ADD", field.is_added, _("Add, also without any values"))
    return ""


def _box(field: Any, name: str, is_ticked: bool, label: str) -> str:
    checked = " checked" if is_ticked else ""
    return (
        '<p class="nested-presence"><label><input type="checkbox" '
        f'name="{text(field.html_name)}-{name}"{checked}> {label}</label></p>'
    )
