"""Rules in words: limits of rows as lines, and what they are about."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from admin_ext.exceptions import TooManyMatches, UnsupportedLookup
from admin_ext.lookups import q_for_lookup, resolve
from admin_ext.policies.access import REST
from admin_ext.policies.paths import paths_of

MAX_NAMES = 30


def lines_of(rows: Any) -> str:
    """Return {lookup: value} as lines, "lookup = value" each."""
    pairs = rows.items() if isinstance(rows, dict) else ()
    return "\n".join(f"{path} = {value_text(value)}" for path, value in pairs)


def value_text(value: Any) -> str:
    """Return a value as one types it."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def rows_of(text: str) -> dict[str, str]:
    """Return the {lookup: value} of lines. Raise ValidationError for another line."""
    rows: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        path, equals, value = (part.strip() for part in line.partition("="))
        if not (path and equals):
            message = _("“%(line)s” is not of the form: field = value.")
            raise ValidationError(message % {"line": line.strip()[:100]})
        if path in rows:
            message = _("“%(path)s” is there twice; all lines have to hold.")
            raise ValidationError(message % {"path": path})
        rows[path] = value
    return rows


def check_lookups(document: type, rows: dict[str, Any]) -> None:
    """Raise ValidationError, with all that is wrong, unless they can be looked up."""
    errors = []
    for path, value in rows.items():
        try:
            check_lookup(document, path, value)
        except ValidationError as error:
            errors += error.messages
    if errors:
        raise ValidationError(errors)


def check_lookup(document: type, path: str, value: Any) -> None:
    """Raise ValidationError unless a condition can be made of a lookup."""
    about = {"path": path, "document": document._meta.verbose_name}
    try:
        resolve(document, path)
    except UnsupportedLookup as error:
        message = _("“%(path)s” is no field of a %(document)s that can be looked up.")
        names = ", ".join([each.name for each in document._meta.fields][:MAX_NAMES])
        known = _("Its fields are: %(names)s.") % {"names": names}
        raise ValidationError(f"{message % about} {known}") from error
    try:
        q_for_lookup(document, path, value)
    except TooManyMatches as error:
        raise ValidationError(str(error)) from error
    except (ValidationError, UnsupportedLookup, ValueError, TypeError) as error:
        message = _("“%(value)s” does not fit “%(path)s”.")
        about["value"] = str(value)[:100]
        why = " ".join(getattr(error, "messages", ()))
        raise ValidationError(f"{message % about} {why}".strip()) from error


def path_choices(document: type) -> list[tuple[str, str]]:
    """Return (path, words) of what a rule about a Document's fields can name."""
    return [(REST, _("All other fields")), *paths_of(document)]


def path_text(document: type | None, path: str) -> str:
    """Return the path of a rule in words."""
    known = dict(path_choices(document)) if document is not None else {}
    return known.get(path) or _("%(path)s (there is no such field)") % {"path": path}


def document_text(document: type) -> str:
    """Return what a Document is called in a list of all."""
    meta = document._meta
    return f"{meta.app_config.verbose_name} › {capfirst(meta.verbose_name_plural)}"
