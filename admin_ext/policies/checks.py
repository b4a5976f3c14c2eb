"""System checks of what code says about fields."""

from difflib import get_close_matches
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from .access import REST, Access
from .deciding import access_named
from .paths import is_key_path, is_path, path_of, paths_of


def check_field_access(admin: Any) -> list[checks.Error]:
    """Look at ``field_access``, which is obeyed by every page: it must be right."""
    said = admin.field_access
    if not isinstance(said, dict):
        message = "The value of 'field_access' must be a dictionary."
        hint = 'Say {"path": "hidden"}, or "masked", "view", "edit".'
        return [_error(admin, message, hint, "admin_ext.E040")]
    return [error for each in said.items() for error in _of_rule(admin, *each)]


def _of_rule(admin: Any, path: Any, access: Any) -> list[checks.Error]:
    document = admin.model
    about = f"The value of 'field_access[{path!r}]'"
    try:
        named = access_named(access)
    except ImproperlyConfigured as error:
        hint = "Write it in lower case, or import admin_ext.policies.Access."
        return [_error(admin, f"{about} is wrong: {error}", hint, "admin_ext.E042")]
    label = document._meta.label
    if path == REST:
        return []
    if not isinstance(path, str) or not is_path(document, path_of(path)):
        message = f"The value of 'field_access' names {path!r}, no field of '{label}'."
        return [_error(admin, message, _hint(document, path), "admin_ext.E041")]
    if named < Access.VIEW and is_key_path(document, path_of(path)):
        message = f"{about} cannot hide the primary key: it stands in every address."
        hint = "Limit the documents instead, in get_queryset()."
        return [_error(admin, message, hint, "admin_ext.E043")]
    return []


def _hint(document: type, path: Any) -> str:
    known = [text for text, _words in paths_of(document)]
    close = get_close_matches(str(path), known, n=3)
    if close:
        return f"Did you mean {' or '.join(map(repr, close))}?"
    return (
        "Name a field by its attribute, and what is embedded with double underscores. "
        "What is behind a reference is limited in the admin of that Document; a key "
        "that is not declared can be named when it is declared."
    )


def _error(admin: Any, message: str, hint: str, id: str) -> checks.Error:
    return checks.Error(message, hint=hint, obj=admin.__class__, id=id)
