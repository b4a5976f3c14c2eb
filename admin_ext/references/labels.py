"""References as HTML: the text of the document, a link to it, or what is odd."""

from html import escape
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from admin_ext.cuts import missing_of, type_of
from admin_ext.ejson import extended_json
from admin_ext.fields import ReferenceListField
from admin_ext.keys import id_of
from admin_ext.marks import absence, mark

from .states import can_hold
from .values import Reference, members, parts, reference_for

# A cell shows so many references, and only those are fetched.
MAX_SHOWN = 10

MAX_TEXT = 200  # characters of what is no reference


def reference_html(page: Any, reference: Reference, *, link: bool) -> str:
    """Return the HTML of one reference: its text as Django writes it, and a link.

    ``page``: a PageReferences that has fetched what the reference leads to.
    """
    if reference.stored is None:
        return mark(absence(None))
    document = page.document_for(reference)
    if document is None:
        return format_html(
            '<span class="admin-ext odd-value" title="{}">{}</span>',
            oddity(page, reference),
            stored_text(reference),
        )
    kind = document._meta.verbose_name if is_generic(reference) else None
    return page.document_html(document, kind=kind, link=link)


def document_html(text: str, url: str, *, kind: Any, icon: str, title: str) -> str:
    """Return the text of a document, and a link to it unless ``url`` is "".

    Django's list has no such link, so it stands beside the text. ``kind``: what its
    class is called, where that is worth telling; ``title``: what a link's title is
    made of.
    """
    is_plain = type(text) is str
    shown: Any = SafeString(escape(text)) if is_plain else conditional_escape(text)
    if kind is not None:
        shown = format_html('<span title="{}">{}</span>', kind, text)
    if not url:
        return shown
    # A list has hundreds of these; format_html() takes three times as long.
    title = escape(title % text)
    return SafeString(
        f'{shown}<a class="admin-ext reference-link" href="{escape(url)}">'
        f'<img src="{escape(icon)}" alt="{title}" title="{title}"></a>'
    )


class Cell:
    """The references that a field holds: the first MAX_SHOWN, and how many more."""

    def __init__(self, field: Any, value: Any):
        self.field = field
        self.more = getattr(value, "more", 0) + missing_of(value)
        if isinstance(field, ReferenceListField) and type(value) is list:
            # Such a list may be long, and of each row.
            self.more = len(value[MAX_SHOWN:])
            value = value[:MAX_SHOWN]
        found = [each for part in parts(value) for each in members(field, part)]
        self.more += len(found[MAX_SHOWN:])
        self.shown = [
            (key, reference_for(each, one)) for key, each, one in found[:MAX_SHOWN]
        ]

    @property
    def references(self) -> list[Reference]:
        return [reference for _key, reference in self.shown]

    def html(self, page: Any, *, link: bool, empty: str) -> str:
        """Return them as HTML, ``empty`` for none; those of a map with their keys."""
        parts = [
            format_html("{}: {}", key, html) if key else html
            for key, reference in self.shown
            for html in (reference_html(page, reference, link=link),)
        ]
        if len(parts) <= 1 and not self.more:
            return parts[0] if parts else empty
        html = format_html_join(", ", "{}", ((part,) for part in parts))
        return format_html("{} {}", html, more_html(self.more)) if self.more else html


def more_html(number: int) -> SafeString:
    text = ngettext("…and %(number)s more", "…and %(number)s more", number)
    return mark(text % {"number": number})


def oddity(page: Any, reference: Reference) -> str:
    """Return why a reference that is stored leads to no document that one may see."""
    if reference.place:
        return _("leads to %(place)s") % {"place": reference.place}
    if reference.target is None and isinstance(reference.stored, dict):
        return _("unknown kind")
    if reference.key is None or not can_hold(reference.target, reference.id):
        kind = type_of(id_of(reference.stored)).__name__
        return _("Stored as %(type)s, which is not what this field holds") % {
            "type": kind
        }
    if reference.target in page.errors:
        return _("MongoDB did not tell whether there is such a document")
    if page.is_limited(reference.target):
        return _("There is no such document, or you may not view it")
    return _("There is no such document")


def stored_text(reference: Reference) -> str:
    """Return a stored reference as text: its key, or whatever there is."""
    is_key = reference.id is not None
    key = reference.id if is_key else id_of(reference.stored)
    if isinstance(key, dict | list):
        key = extended_json(key, indent=None)
    text = _("(empty text)") if key == "" else Truncator(str(key)).chars(MAX_TEXT)
    if is_key and is_generic(reference):
        return f"{reference.target._meta.verbose_name} {text}"
    return text


def is_generic(reference: Reference) -> bool:
    """Tell whether a stored reference names the class that it leads to."""
    return isinstance(reference.stored, dict) and "_ref" in reference.stored
