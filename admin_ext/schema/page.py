"""The rows of a schema page in words and drawings, as its template takes them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from admin_ext import marks
from admin_ext.bars import percent, scale
from admin_ext.cuts import has_cuts
from admin_ext.introspection.bson_types import (
    ARRAY,
    DBREF,
    NAMES,
    NULL,
    NUMBERS,
    OBJECT,
    STRING,
)
from admin_ext.introspection.profile import Profile
from admin_ext.keys import MAX_IN_URL, key_for

from . import figures
from .rows import ANY_KEY, MEMBERS, Row

# Examples of texts that are all different.
MAX_EXAMPLES = 3

# Values of these can be told apart and counted.
_COUNTED = {STRING, "bool", "objectId"}

_OWN_WORDS: dict[str, str | Promise] = {
    NULL: gettext_lazy("null"),
    "int": gettext_lazy("whole number"),
    "date": gettext_lazy("date"),
    "timestamp": gettext_lazy("timestamp"),
    DBREF: gettext_lazy("reference"),
    "javascript": gettext_lazy("code"),
    "javascriptWithScope": gettext_lazy("code"),
    "minKey": gettext_lazy("least of all values"),
    "maxKey": gettext_lazy("greatest of all values"),
}
_WORDS: dict[str, str | Promise] = {
    alias: next((words for kind, words in marks.NAMES if issubclass(cls, kind)), alias)
    for cls, alias in NAMES.items()
} | _OWN_WORDS


def type_words(name: str) -> str:
    """Return what staff call a type of BSON."""
    return str(_WORDS.get(name, name))


@dataclass
class TypeLine:
    """A type of the values of a path. ``examples``: (id, URL) of documents with it."""

    words: str
    alias: str
    share: str
    width: str
    is_odd: bool
    examples: list[tuple[str, str]]


@dataclass
class Section:
    """What the page says of a path.

    ``above``, ``name``: the path; ``notes``: what differs from the declaration.
    ``kind``: the BSON type where all values are of one, and ``types`` else.
    """

    above: str
    name: str
    depth: int
    declared: str
    notes: list[str]
    presence: str
    presence_width: str
    kind: str
    kind_words: str
    types: list[TypeLine]
    examples: list[tuple[str, str]]
    is_hidden: bool
    anchor: str = ""
    facts: list[str] = field(default_factory=list)
    bars: list[figures.Bar] = field(default_factory=list)
    others: str = ""
    histograms: list[tuple[str, figures.Histogram]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


class Page:
    """Makes the sections of the rows of a Document for the admin that shows it."""

    def __init__(self, admin: Any):
        self.admin, self.opts = admin, admin.opts

    def section(self, row: Row) -> Section:
        profile = row.profile
        above, name = _parts(row.path)
        made = Section(
            above=above,
            name=name,
            depth=min(row.depth, 6),
            declared=_breakable(row.declared),
            notes=[*_notes(row)],
            presence=_presence(row),
            presence_width=scale(row.share or 0),
            kind=_only_type(row),
            kind_words=type_words(_only_type(row)),
            types=[] if _only_type(row) else [*self._types(row)],
            examples=self._examples(row) if _is_undeclared(row) else [],
            is_hidden=bool(profile) and not row.is_shown,
        )
        if profile and row.is_shown:
            _draw(made, profile)
        if row.keys:
            text = ngettext(
                "%(count)s different key", "%(count)s different keys", row.keys
            )
            made.facts.append(text % {"count": number_format(row.keys)})
        return made

    def _types(self, row: Row) -> Iterator[TypeLine]:
        profile = row.profile
        if profile is None:
            return
        odd = row.odd
        for name, count in profile.types.most_common():
            share = count / profile.count
            is_odd = name in odd
            keys = profile.examples.get(name, ()) if is_odd and row.is_shown else ()
            yield TypeLine(
                type_words(name),
                name,
                percent(share),
                scale(share),
                is_odd,
                [*map(self._example, keys)],
            )

    def _examples(self, row: Row) -> list[tuple[str, str]]:
        """Return documents that have a key which no field declares."""
        if row.profile is None or not row.is_shown:
            return []
        keys = [key for ids in row.profile.examples.values() for key in ids]
        return [*map(self._example, keys[:MAX_EXAMPLES])]

    def _example(self, stored: Any) -> tuple[str, str]:
        """Return the text and the URL, if it can have one, of a document by its key."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        key = key_for(self.opts.pk, stored)
        text, quoted = figures.text_of(str(key)), quote(key)
        if has_cuts(stored) or len(str(quoted)) > MAX_IN_URL:
            return text, ""
        site = self.admin.admin_site.name
        return text, reverse(name, args=[quoted], current_app=site)


def _only_type(row: Row) -> str:
    """Return the BSON type of all values, "" where there are several or none."""
    types = row.profile.types if row.profile else ()
    return next(iter(types)) if len(types) == 1 and not row.odd else ""


def _breakable(declared: str) -> SafeString:
    """Return the names of classes as HTML that may be broken after a parenthesis."""
    return mark_safe(escape(declared).replace("(", "(<wbr>"))


def _path_text(path: tuple[str, ...]) -> str:
    text = ""
    for step in path:
        text += step if step == MEMBERS or not text else f".{step}"
    return figures.cut(text, 120)


def _parts(path: tuple[str, ...]) -> tuple[str, str]:
    """Return what stands before the name of a path, and the name: ("a.", "b[]")."""
    number = len(path) - 1
    while number and path[number] == MEMBERS:
        number -= 1
    above = _path_text(path[:number])
    return above and f"{above}.", _path_text(path[number:])


def _is_undeclared(row: Row) -> bool:
    return bool(row.profile) and not row.fields and not row.is_expected


def _notes(row: Row) -> Iterator[str]:
    """Yield how the declaration and what is stored differ."""
    if row.profile is None and not row.of:
        # Nothing was read that could have it.
        return
    if row.profile is None:
        yield _("Declared, and never seen here.")
        return
    if _is_undeclared(row) and row.path[-1] not in (MEMBERS, ANY_KEY):
        yield _("Stored, and not declared.")
    if row.odd:
        names = ", ".join(map(type_words, row.odd))
        yield _("Declared as %(declared)s, also stored as: %(types)s.") % {
            "declared": row.declared,
            "types": names,
        }
    if any(each.required for each in row.fields) and row.share is not None:
        lacking = 1 - row.share + row.profile.types[NULL] / row.of
        if lacking > 0:
            share = percent(lacking)
            yield _("Required, and without a value in %(share)s.") % {"share": share}


def _presence(row: Row) -> str:
    """Return in which part of what could have it the path is, in words."""
    if row.share is None:
        return ""
    if row.depth:
        text = _("in %(share)s of “%(above)s”")
        above = figures.cut(_path_text(row.path[:-1]), 40)
        return text % {"share": percent(row.share), "above": above}
    return _("in %(share)s of all") % {"share": percent(row.share)}


def _draw(section: Section, profile: Profile) -> None:
    """Add what the person may see of the values."""
    section.facts += figures.lengths(profile)
    charted: set[str] = set()
    for types, title, draw in _charts(profile):
        histogram = draw(profile)
        if histogram is not None:
            charted |= types
            section.histograms.append((title, histogram))
            if histogram.beyond:
                text = _("%(count)s have no place in the drawing.")
                count = number_format(histogram.beyond)
                section.facts.append(text % {"count": count})
    rest = {*_COUNTED, *NUMBERS, "date"} - charted
    section.bars = figures.bars(profile, type_words, rest)
    if section.bars:
        left = figures.others(profile, section.bars, rest)
        section.others = number_format(left, force_grouping=True) if left else ""
    elif STRING in profile.types:
        section.texts = figures.examples(profile, MAX_EXAMPLES)
    scalars = profile.types.keys() - {NULL, ARRAY, OBJECT}
    if scalars and profile.count > 1 and not section.histograms:
        section.facts += figures.variety(profile)


def _charts(
    profile: Profile,
) -> Iterator[tuple[set[str], str, Callable[[Profile], figures.Histogram | None]]]:
    """Yield (types, title, function) of the histograms that are worth drawing."""
    if profile.types["decimal"] or figures.is_drawable(profile, NUMBERS):
        yield {*NUMBERS}, _("Numbers"), figures.histogram_of_numbers
    if figures.is_drawable(profile, ("date",)):
        yield {"date"}, _("Dates"), figures.histogram_of_dates
