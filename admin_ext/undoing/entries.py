"""Recorded changes as pages list them: by person and date, page by page."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from admin_ext.history.models import Change
from admin_ext.protection import is_read_only

from .access import Subject, latest_undo, of_document, others_of
from .differences import MAX_DIFFERENCES, Difference
from .messages import Messages
from .plans import PLANS
from .recorded import recorded_lines

PER_PAGE = 25

# The parameters of the URL.
PERSON, SINCE, UNTIL, PAGE = "person", "since", "until", "page"

# By which page a change was made, in words.
WAYS = {
    "form": gettext_lazy("form"),
    "list": gettext_lazy("list"),
    "inline": gettext_lazy("inline rows"),
    "raw": gettext_lazy("raw page"),
    "delete": gettext_lazy("deletion"),
    "undo": gettext_lazy("undo"),
    "restore": gettext_lazy("restoring"),
    "reveal": gettext_lazy("page that reveals"),
}


class Entry:
    """One recorded change, as a person sees it."""

    def __init__(self, subject: Subject, others: int = 0, *, has_undo: bool = True):
        """``others``: how many more documents the same click changed.

        ``has_undo``: whether it may have been undone.
        """
        self.subject, self.change, self.others = subject, subject.change, others
        self._has_undo = has_undo

    @property
    def way(self) -> Any:
        return WAYS.get(self.change.via, self.change.via)

    @cached_property
    def all_differences(self) -> list[Difference]:
        if self.change.kind == Change.Kind.REVEAL:
            return []
        return self.subject.viewed.differences(recorded_lines(self.change))

    @property
    def differences(self) -> list[Difference]:
        return self.all_differences[:MAX_DIFFERENCES]

    @property
    def more(self) -> int:
        return max(0, len(self.all_differences) - MAX_DIFFERENCES)

    @property
    def is_withheld(self) -> bool:
        """Whether only fields are meant that the person may not see."""
        if not self.change.paths or not self.subject.policy.withholds:
            return False
        return not (self.all_differences or self.revealed)

    @property
    def revealed(self) -> list[str]:
        """The names of the fields that were revealed."""
        if self.change.kind != Change.Kind.REVEAL:
            return []
        return self.subject.viewed.labels(recorded_lines(self.change))

    @property
    def reason(self) -> str:
        """Why a value was revealed; "" where the person may not know which."""
        return self.change.reason if self.revealed else ""

    @cached_property
    def undone(self) -> Any:
        """The change that put this one back, or None."""
        return latest_undo(self.change) if self._has_undo else None

    @property
    def name(self) -> str:
        return self.subject.name

    @cached_property
    def undo_url(self) -> str:
        """Where it can be undone; "" where it cannot, or not by this person."""
        change = self.change
        is_done = change.state == Change.State.DONE and change.kind in PLANS
        if not is_done or is_read_only() or self.undone or not self.subject.may_undo():
            return ""
        if self.is_withheld:
            return ""
        return self.subject.url("undo", change.pk)

    @property
    def undo_all_url(self) -> str:
        has_all = self.undo_url and self.others
        return self.subject.url("undo_all", self.change.pk) if has_all else ""


@dataclass
class Listing:
    """A page of entries, and what it was asked for."""

    entries: list[Entry]
    page: Any
    persons: list[str]
    asked: dict[str, str]

    @property
    def is_filtered(self) -> bool:
        return any(self.asked.values())

    @property
    def query(self) -> str:
        """The parameters that a link to another page keeps."""
        kept = {name: value for name, value in self.asked.items() if value}
        return urlencode(kept) + "&" if kept else ""

    @property
    def page_range(self) -> Any:
        return self.page.paginator.get_elided_page_range(self.page.number)


def listing(
    changes: QuerySet, request: Any, admin_site: Any, subject_of: Any
) -> Listing:
    """Return the page of ``changes`` that a request asks for.

    ``subject_of(change)``: the Subject of one.
    """
    asked = {name: request.GET.get(name, "") for name in (PERSON, SINCE, UNTIL)}
    persons = changes.order_by("username").values_list("username", flat=True).distinct()
    found = _filtered(changes, asked).defer("image")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get(PAGE))
    entries = entries_of([subject_of(each) for each in page], request, admin_site)
    return Listing(entries, page, [name for name in persons if name], asked)


def entries_of(subjects: list[Subject], request: Any, admin_site: Any) -> list[Entry]:
    """Return the entries of changes, of which two queries tell what they need."""
    changes = [each.change for each in subjects]
    others = others_of(changes, request, admin_site)
    done = Change.objects.filter(undoes__in=changes, state=Change.State.DONE)
    undone = {*done.values_list("undoes_id", flat=True)}
    return [
        Entry(
            each,
            others[each.change.pk],
            has_undo=each.change.pk in undone,
        )
        for each in subjects
    ]


def _filtered(changes: QuerySet, asked: dict[str, str]) -> QuerySet:
    if asked[PERSON]:
        changes = changes.filter(username=asked[PERSON])
    since, until = _day(asked[SINCE]), _day(asked[UNTIL], days=1)
    if since is not None:
        changes = changes.filter(made_at__gte=since)
    if until is not None:
        changes = changes.filter(made_at__lt=until)
    return changes


def _day(text: str, days: int = 0) -> datetime | None:
    """Return the beginning of a day here, or of one ``days`` later.

    None for what is no date, and at the ends of the calendar.
    """
    try:
        day = parse_date(text)
        if day is None:
            return None
        begin = datetime.combine(day + timedelta(days=days), time.min)
        return timezone.make_aware(begin).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def add_changes(admin: Any, request: Any, context: dict) -> None:
    """Add to a history page what was recorded of its document."""
    obj = context["object"]
    subjects = _Subjects(admin, request, obj)
    changes = Change.objects.filter(of_document(obj))
    context["changes"] = listing(changes, request, admin.admin_site, subjects)
    messages = Messages(admin, request, obj)
    if context["action_list"] and messages.is_limited:
        for entry in context["action_list"]:
            entry.change_message = messages.shown(entry.change_message)


class _Subjects:
    """Makes the Subject of each change of one document, which is loaded already."""

    def __init__(self, admin: Any, request: Any, obj: Any):
        self.admin, self.request, self.obj = admin, request, obj

    def __call__(self, change: Any) -> Subject:
        subject = Subject(change, self.request, self.admin.admin_site)
        subject.obj = self.obj
        subject.settle()
        return subject
