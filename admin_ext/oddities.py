"""What is odd about a stored document as a whole, in words.

Odd values are marked where they are shown; this is what no single field shows.
"""

from collections.abc import Iterator
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from mongoengine import fields as me
from mongoengine.base import BaseDocument

from .changesets import MISSING
from .hydration import named_class, stored_son
from .marks import type_name
from .undeclared import undeclared

# A text or binary value of more bytes, and a list of more members, is large.
LARGE_VALUE = 1_000_000
LONG_LIST = 1_000

# So many names are told.
MAX_NAMES = 5

# What values of a field are in BSON; others are converted or shown as they are.
CONTAINERS = (
    (me.EmbeddedDocumentField, dict),
    (me.GenericEmbeddedDocumentField, dict),
    (me.ListField, list),
    (me.DictField, dict),
)


def oddities(document: BaseDocument) -> list[str]:
    """Return what is odd about a loaded document, one sentence for each."""
    stored = stored_son(document)
    return [] if stored is None else list(_oddities(document, stored))


def _oddities(document: BaseDocument, stored: dict) -> Iterator[str]:
    yield from _about_class(document, stored)
    yield from _about_keys(document)
    for name, field in document._fields.items():
        value = stored.get(field.db_field, MISSING)
        if value is not MISSING and value is not None:
            yield from _about_value(name, field, value)


def _about_class(document: BaseDocument, stored: dict) -> Iterator[str]:
    name = stored.get("_cls", MISSING)
    if name is MISSING:
        # mongoengine itself would not find it.
        if document._meta.get("allow_inheritance"):
            yield _("It does not say of which class it is.")
    elif named_class(name) is None:
        yield _("Its class “%(name)s” is not known.") % {"name": name}


def _about_keys(document: BaseDocument) -> Iterator[str]:
    """Tell of undeclared keys where the Document says that there are none."""
    if document._dynamic or not document._meta.get("strict", True):
        return
    keys = [*undeclared(document)]
    if keys:
        yield _("Keys that are not declared: %(keys)s.") % {"keys": _listed(keys)}


def _listed(names: list[str]) -> str:
    more = [_("others")] if len(names) > MAX_NAMES else []
    return get_text_list([*names[:MAX_NAMES], *more], _("and"))


def _about_value(name: str, field: Any, value: Any) -> Iterator[str]:
    for kind, expected in CONTAINERS:
        if isinstance(field, kind) and not isinstance(value, expected):
            words = {"name": name, "type": type_name(value)}
            yield _("%(name)s holds something else: %(type)s.") % words
            return
    if isinstance(value, str | bytes) and len(value) > LARGE_VALUE:
        words = {"name": name, "size": filesizeformat(len(value))}
        yield _("%(name)s is large: %(size)s.") % words
    elif isinstance(value, list) and len(value) > LONG_LIST:
        words = {"name": name, "number": localize(len(value))}
        yield _("%(name)s has %(number)s members.") % words


def details(document: BaseDocument) -> SafeString | str:
    """Return a word that opens to what is odd about ``document``, or ""."""
    found = oddities(document)
    if not found:
        return ""
    return format_html(
        '<details class="admin-ext odd-document"><summary>{}</summary>{}</details>',
        _("odd"),
        listing(found),
    )


def listing(sentences: list[str]) -> SafeString:
    """Return sentences as an HTML list."""
    items = format_html_join("", "<li>{}</li>", ((each,) for each in sentences))
    return format_html("<ul>{}</ul>", items)
