"""The pages of undoing a change, and of what was deleted."""

import logging
import uuid
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from mongoengine.errors import OperationError

from admin_ext.exceptions import SaveRejected
from admin_ext.history.models import Change
from admin_ext.history.settling import PATIENCE
from admin_ext.history.storing import NotRecorded
from admin_ext.policies import withheld_texts, without_quotes
from admin_ext.protection import is_read_only
from admin_ext.protection.confirmation import Confirmation

from .access import Subject, labels_of, others_of, undone
from .entries import listing
from .plans import Plan, RestorePlan, plan_for
from .writing import write

logger = logging.getLogger(__name__)

# So many changes are put back at once, and so many looked at to find them.
MAX_CHANGES, MAX_EXAMINED = 100, 300


@dataclass
class Undoing:
    """What a page of undoing is about: plans, the last change first.

    ``has_more``: whether there are more than are put back at once.
    """

    plans: list[Plan]
    is_all: bool
    has_more: bool = False
    done: list[Plan] = field(default_factory=list)

    @property
    def possible(self) -> list[Plan]:
        return [plan for plan in self.plans if plan.is_possible]

    @property
    def is_restoring(self) -> bool:
        return all(isinstance(plan, RestorePlan) for plan in self.plans)

    @property
    def confirmation(self) -> Any:
        """What is to be typed before, or None; for several the number of all."""
        asked = [
            each.confirmation for each in self.possible if hasattr(each, "deleted")
        ]
        asked = [each for each in asked if each]
        if len(asked) < 2:
            return next(iter(asked), None)
        count = sum(each.count for each in asked)
        return Confirmation(str(count), count, asked[0].typed)

    @property
    def verb(self) -> str:
        return _("Restore") if self.is_restoring else _("Undo")


def undo(admin: Any, request: Any, change_id: int, extra_context: Any, *, is_all: bool):
    """Answer the page of undoing one change, or all of its operation."""
    change = Change.objects.filter(pk=change_id).select_related("user").first()
    first = plan_of_admin(admin, request, change)
    if first is None:
        raise Http404
    if is_read_only():
        raise PermissionDenied
    found = _all_of(first, request) if is_all else Undoing([first], is_all=False)
    if request.method == "POST":
        response = _carry_out(admin, request, found)
        if response is not None:
            return response
    return _page(admin, request, change, found, extra_context)


def plan_of_admin(admin: Any, request: Any, change: Any) -> Plan | None:
    """Return the plan of a change of an admin's documents; None if it is none."""
    if change is None:
        return None
    subject = Subject(change, request, admin.admin_site)
    return (
        plan_for(change, request, admin.admin_site) if subject.admin is admin else None
    )


def _all_of(first: Plan, request: Any) -> Undoing:
    """Return the plans of an operation, those left out that the person may not know."""
    admin_site = first.subject.admin.admin_site
    found = Change.objects.filter(operation=first.change.operation)
    if found.count() > MAX_CHANGES:
        found = found.exclude(Exists(undone()))
    # What refers to others was deleted before them, and is restored after them.
    changes = found.order_by("-pk").select_related("user")[:MAX_EXAMINED]
    known = filter(None, (plan_for(each, request, admin_site) for each in changes))
    plans, possible = [], 0
    for plan in known:
        if possible == MAX_CHANGES:
            return Undoing(plans, is_all=True, has_more=True)
        plans.append(plan)
        possible += plan.is_possible
    return Undoing(plans or [first], is_all=True)


def _carry_out(admin: Any, request: Any, found: Undoing) -> Any:
    """Write what can be written; return the answer, or None to show the page again."""
    asked = found.confirmation
    if not found.possible or asked and not asked.is_met:
        return None
    operation = uuid.uuid4()
    for plan in found.possible:
        try:
            # What was put back just now may stand against it, or no longer do.
            again = plan_for(plan.change, request, admin.admin_site)
            if again is None or not again.is_possible:
                raise SaveRejected(ValidationError(_reasons(again or plan)), None)
            write(again, operation)
        except SaveRejected as error:
            plan.problems += _told(error.errors, plan)
        except NotRecorded:
            plan.problems.append(_("It could not be recorded, so nothing was written."))
        except OperationError as error:
            logger.warning("Undoing %s: %s", plan.change.pk, error)
            plan.problems.append(_("MongoDB refused this."))
        else:
            found.done.append(plan)
    if not found.done:
        return None
    _report(admin, request, found)
    return HttpResponseRedirect(_next_url(admin, request, found))


def _told(errors: ValidationError, plan: Plan) -> list[str]:
    """Return what is said of a refusal, without what the person may not see."""
    obj = plan.subject.obj
    quoted = set() if obj is None else withheld_texts(obj)
    return without_quotes(errors, quoted).messages


def _reasons(plan: Plan) -> list[str]:
    return plan.problems or [_("It was changed again since.")]


def _report(admin: Any, request: Any, found: Undoing) -> None:
    """Tell what was done, and of each document for which it was not, why."""
    count = len(found.done)
    if found.is_restoring:
        text = ngettext(
            "%(count)d document was restored.",
            "%(count)d documents were restored.",
            count,
        )
    else:
        text = ngettext(
            "%(count)d change was undone.", "%(count)d changes were undone.", count
        )
    admin.message_user(request, text % {"count": count}, messages.SUCCESS)
    for plan in found.plans:
        if plan not in found.done:
            text = _("Not undone: %(name)s. %(why)s")
            words = {"name": plan.subject.name, "why": " ".join(_reasons(plan))}
            admin.message_user(request, text % words, messages.WARNING)


def _next_url(admin: Any, request: Any, found: Undoing) -> str:
    """Return the history of the document, or the list where it is gone.

    While there is more to put back, it is the same page.
    """
    plan = found.done[-1]
    if found.has_more:
        return request.get_full_path()
    subject = Subject(plan.change, request, admin.admin_site)
    is_one = len(found.plans) == 1 and subject.obj is not None
    return subject.history_url if is_one else subject.url("changelist")


def _page(admin: Any, request: Any, change: Any, found: Undoing, extra_context: Any):
    subject = found.plans[0].subject
    others = others_of([change], request, admin.admin_site)
    context = {
        **admin.admin_site.each_context(request),
        "title": found.verb,
        "subtitle": None,
        "module_name": str(capfirst(admin.opts.verbose_name_plural)),
        "opts": admin.opts,
        "media": admin.media,
        "change": change,
        "undoing": found,
        "subject": subject,
        "all_url": subject.url("undo_all", change.pk),
        "one_url": subject.url("undo", change.pk),
        "others": others[change.pk],
        "confirmation": found.confirmation,
        **(extra_context or {}),
    }
    request.current_app = admin.admin_site.name
    template = admin.undo_template or "admin_ext/undo.html"
    return TemplateResponse(request, template, context)


def _gone(request: Any, admin_site: Any, change: Any) -> Subject:
    """Return a deletion by who may know of all documents; MongoDB is not asked."""
    subject = Subject(change, request, admin_site)
    subject.obj = None
    return subject


def _deletions(admin: Any) -> Any:
    labels = labels_of(admin.model)
    return Change.objects.filter(document__in=labels, kind=Change.Kind.DELETE)


def _settle_deletions(admin: Any, request: Any) -> None:
    """Find out which deletions happened of which that is not known.

    Of a document that is gone no other page looks at it.
    """
    found = _deletions(admin).filter(
        state=Change.State.INTENDED, made_at__lte=timezone.now() - PATIENCE
    )
    for change in found.defer("image").order_by("-pk")[:MAX_CHANGES]:
        Subject(change, request, admin.admin_site).settle()
        if change.state == Change.State.INTENDED:
            # MongoDB does not answer.
            return


def recently_deleted(admin: Any, request: Any, extra_context: Any):
    """Answer the list of documents that were deleted and not restored."""
    if not admin.has_recently_deleted_permission(request):
        raise PermissionDenied
    _settle_deletions(admin, request)
    deleted = _deletions(admin).filter(state=Change.State.DONE)
    # Restored, or added again with that key, and perhaps deleted once more.
    later = Change.objects.filter(
        place=OuterRef("place"),
        pk__gt=OuterRef("pk"),
        kind__in=(Change.Kind.ADD, Change.Kind.DELETE),
        state=Change.State.DONE,
    )
    deleted = deleted.exclude(Exists(later))
    site = admin.admin_site
    found = listing(deleted, request, site, partial(_gone, request, site))
    context = {
        **site.each_context(request),
        "title": _("Recently deleted %(name)s")
        % {"name": admin.opts.verbose_name_plural},
        "subtitle": None,
        "module_name": str(capfirst(admin.opts.verbose_name_plural)),
        "opts": admin.opts,
        "media": admin.media,
        "changes": found,
        "may_restore": admin.has_add_permission(request) and not is_read_only(),
        **(extra_context or {}),
    }
    request.current_app = site.name
    template = admin.recently_deleted_template or "admin_ext/recently_deleted.html"
    return TemplateResponse(request, template, context)
