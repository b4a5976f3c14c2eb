"""What a page of data health shows of one Document: a row for each finding."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from admin_ext.bars import percent, scale
from admin_ext.drift import DriftedTo, Finding, Problem
from admin_ext.drift.tallies import Tally
from admin_ext.introspection.bson_types import bson_type
from admin_ext.keys import MAX_IN_URL, key_for
from admin_ext.parameters import DRIFT
from admin_ext.schema.access import Access
from admin_ext.schema.figures import cut, text_of
from admin_ext.schema.page import type_words

from .measuring import Measured

# Of what is stored so many different things are told, and of a text so many characters.
MAX_DETAILS = 4
MAX_TEXT = 60


@dataclass(frozen=True)
class Row:
    """A finding. ``url``: of the list of the documents that have it, or "", ``unit``:
    what ``count`` counts.

    ``expected``: what is declared; ``stored``: (what is there instead, in how many
    documents); ``samples``: (text of a key, URL of its page or "").
    """

    path: str
    problem: Any
    count: str
    unit: str
    url: str
    share: str
    width: str
    expected: str = ""
    stored: list[tuple[str, str]] = field(default_factory=list)
    samples: list[tuple[str, str]] = field(default_factory=list)


class Rows:
    """Makes the rows of what was measured for the person of a request."""

    def __init__(self, admin: Any, request: Any, measured: Measured):
        self.admin, self.request, self.measured = admin, request, measured
        self.name = f"{admin.opts.app_label}_{admin.opts.model_name}"

    def __iter__(self) -> Iterator[Row]:
        for finding, tally in self.measured.comparison.rows():
            share = self.measured.comparison.share(finding)
            yield Row(
                path=cut(finding.path, 200) or "–",
                problem=finding.problem.label,
                count=number_format(tally.count, force_grouping=True),
                unit=ngettext("document", "documents", tally.count),
                url=self._list_url(finding),
                share=percent(share),
                width=scale(share),
                expected=_expected(finding),
                stored=self._stored(finding, tally),
                samples=[*self._samples(tally)],
            )

    def _list_url(self, finding: Finding) -> str:
        """Return the address of the list of the documents, "" for one too long."""
        drifted = DriftedTo(finding)
        if not drifted.is_short:
            return ""
        return self._reverse("changelist", query={DRIFT: str(drifted)})

    def _samples(self, tally: Tally) -> Iterator[tuple[str, str]]:
        for key in tally.samples:
            text = key_for(self.admin.opts.pk, key)
            quoted = quote(text)
            is_short = len(str(quoted)) <= MAX_IN_URL
            url = self._reverse("change", args=[quoted]) if is_short else ""
            yield cut(str(text), MAX_TEXT), url

    def _reverse(self, view: str, **options: Any) -> str:
        site = self.admin.admin_site.name
        return reverse(f"admin:{self.name}_{view}", current_app=site, **options)

    def _stored(self, finding: Finding, tally: Tally) -> list[tuple[str, str]]:
        """Return types, or, of values outside the choices, those that may be seen."""
        if finding.problem in (Problem.MISSING, Problem.NULL, Problem.LONG):
            return []
        is_value = finding.problem in (Problem.CHOICES, Problem.CLASS)
        if is_value and not self._may_see(finding):
            return [(_("values that are not shown"), "")]
        return [
            (_text(finding, value), number_format(number, force_grouping=True))
            for value, number in tally.stored[:MAX_DETAILS]
        ]

    def _may_see(self, finding: Finding) -> bool:
        """Tell whether values at a place may be seen, as the schema page does."""
        place = finding.place
        if place.is_secret:
            return False
        above: tuple[str, ...] = ()
        for each in place.chain[1:]:
            if each.key is not None and not self._access.is_shown(
                each.key, each.fields, None, above=above
            ):
                return False
            above = (*above, each.key or each.step)
        return True

    @cached_property
    def _access(self) -> Access:
        return Access(self.admin, self.request)


def _text(finding: Finding, value: Any) -> str:
    if finding.problem is Problem.CLASS:
        if value is None:
            return _("no class")
        return (
            cut(value, MAX_TEXT)
            if isinstance(value, str)
            else type_words(bson_type(value))
        )
    if finding.problem is Problem.CHOICES:
        text = text_of(value)
        return f"“{text}”" if isinstance(value, str) and value.strip() else text
    return type_words(value)


def _expected(finding: Finding) -> str:
    """Return what is declared, in words; of choices nothing, they are the code's."""
    place = finding.place
    if finding.problem is Problem.TYPE and place.types:
        return ", ".join(sorted(map(type_words, place.types)))
    if finding.problem is Problem.LONG:
        return _("at most %(number)s") % {"number": number_format(place.max_length)}
    return ""
