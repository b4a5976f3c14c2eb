"""What putting a change back would write, and what stands against it."""

import copy
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from mongoengine import fields as me

from admin_ext.changesets import MISSING, differences, merged_tree
from admin_ext.changesets.diff import Path
from admin_ext.changesets.guard import value_at
from admin_ext.files.buckets import Bucket, can_be_id
from admin_ext.history.entries import top_level_changes
from admin_ext.history.images import image_of
from admin_ext.history.models import Change
from admin_ext.history.secrets import secret_within, without_secrets
from admin_ext.history.values import Large, is_value
from admin_ext.hydration import class_for, stored_son
from admin_ext.keys import stored_key
from admin_ext.policies import admit_son, policy_for
from admin_ext.protection.confirmation import NAME as CONFIRMATION
from admin_ext.querysets import by_keys

from .access import Subject, is_of_another, later_changes, latest_undo
from .differences import Difference, Viewed, html_of
from .recorded import Recorded, recorded_paths
from .rows_in_place import put, stand_in_place

# So many lines of what one undo writes are shown.
MAX_LINES = 500


@dataclass(frozen=True)
class Clash:
    """A path that was changed again since."""

    label: str
    recorded: SafeString
    now: SafeString
    back: SafeString


class Plan:
    """What putting one change back would do; made for a request, and for each anew.

    ``problems``: why it cannot be done, in sentences; ``clashes``: the paths that were
    changed again; ``lines``: what will be written, now → back.
    """

    def __init__(self, subject: Subject):
        self.subject, self.change = subject, subject.change
        self.lines: list[Difference] = []
        self.problems: list[str] = []
        self.clashes: list[Clash] = []
        self.notes: list[str] = []
        if not self._is_refused():
            self._prepare()

    @property
    def shown(self) -> list[Difference]:
        """The first lines, as many as a page has room for."""
        return self.lines[:MAX_LINES]

    @property
    def more(self) -> int:
        return max(0, len(self.lines) - MAX_LINES)

    @property
    def is_possible(self) -> bool:
        return not self.problems and not self.clashes

    def _is_refused(self) -> bool:
        """Say why there is nothing to look at more closely."""
        self.subject.settle()
        undone = latest_undo(self.change)
        if self.change.state == Change.State.FAILED:
            self.problems.append(
                _("This was not written, so there is nothing to undo.")
            )
        elif self.change.state != Change.State.DONE:
            self.problems.append(_("Whether this was written is not known."))
        elif undone is not None:
            self.problems.append(_("This has been undone already."))
        elif not self.subject.may_undo():
            self.problems.append(_("You do not have the permission to undo this."))
        elif self.change.kind != Change.Kind.DELETE and is_of_another(self.change):
            self.problems.append(
                _("The document was deleted since, and another one has its key.")
            )
        return bool(self.problems)

    def _prepare(self) -> None:
        raise NotImplementedError

    def _admit(self, cls: type, after: dict, before: dict | None = None) -> None:
        """Say where the person may not store what would be put back."""
        policy = policy_for(self.subject.request, cls, self.subject.admin)
        try:
            admit_son(policy, cls, after, before)
        except ValidationError as error:
            self.problems += error.messages


class ChangePlan(Plan):
    """Puts back what a change of a document changed.

    ``document``: it as it is stored, with all values; ``after``: as it will be.
    """

    def _prepare(self) -> None:
        obj = self.subject.obj
        if obj is None:
            self.problems.append(_("The document is not there any more."))
            return
        found = by_keys(type(obj), [stored_key(obj)])
        self.document = next(iter(found), None)
        self.stored = stored_son(self.document) if self.document else {}
        self.after = copy.deepcopy(self.stored)
        self.viewed = Viewed(type(obj), self.subject.policy, self.stored)
        paths = recorded_paths(self.change)
        if not all(self.viewed.may_edit(each.path) for each in paths):
            self.problems.append(_("You may not edit all that was changed."))
            return
        for each in paths:
            self._put_back(each)
        self._admit(type(obj), self.after, self.stored)
        changes = differences(self.stored, self.after)
        if self.is_possible and not changes:
            self.problems.append(_("Everything is as it was before already."))
        back = [Recorded(each.path, each.before, each.after) for each in changes]
        self.lines = self.viewed.differences(back)
        self.keys = [*dict.fromkeys(each.path[0] for each in changes)]

    def _put_back(self, each: Recorded) -> None:
        now = value_at(self.stored, each.path)
        label = {"path": self.viewed.label(each.path)}
        if each.is_secret:
            text = _("%(path)s is a secret, which is not kept: it stays as it is.")
            self.notes.append(text % label)
        elif is_value(now, each.before):
            return
        elif each.is_partial:
            text = _("%(path)s holds a secret that is not kept: it cannot be put back.")
            self.problems.append(text % label)
        elif not each.is_kept:
            text = _("%(path)s was too large to be kept, and cannot be put back.")
            self.problems.append(text % label)
        elif self._is_file_gone(each):
            text = _("The file that %(path)s held was deleted when it was replaced.")
            self.problems.append(text % label)
        elif not stand_in_place(self.change, self.viewed.cls, each.path, self.stored):
            self._clash(each.path, each.after, now, each.before)
        elif is_value(now, each.after):
            if not put(self.after, each.path, each.before):
                self._clash(each.path, each.after, now, each.before)
        else:
            self._merge(each, now)

    def _is_file_gone(self, each: Recorded) -> bool:
        field = self.viewed.names(each.path).field
        is_file = isinstance(field, me.FileField) and can_be_id(each.before)
        is_stored = is_file and each.before is not MISSING
        return is_stored and Bucket.of(field).find(each.before) is None

    def _merge(self, each: Recorded, now: Any) -> None:
        """Put back within a value of which something else was changed since."""
        if isinstance(each.after, Large):
            self._clash(each.path, each.after, now, each.before)
            return
        value, conflicts = merged_tree(each.after, each.before, now)
        for found in conflicts:
            path = (*each.path, *found.path)
            self._clash(path, found.base, found.stored, found.mine)
        if not conflicts:
            put(self.after, each.path, value)

    def _clash(self, path: Path, recorded: Any, now: Any, back: Any) -> None:
        cls, stored = self.viewed.cls, self.stored
        is_secret, now, _left_out = secret_within(cls, stored, path, now)
        now = _("(a secret, not kept)") if is_secret else now
        values = (html_of(value, MISSING) for value in (recorded, now, back))
        self.clashes.append(Clash(self.viewed.label(path), *values))


class AdditionPlan(Plan):
    """Deletes a document that was added, with what goes along.

    ``deleted``: the lines of Django's confirmation; ``confirmation``: what is to be
    typed before, or None.
    """

    deleted: list = []
    protected: list = []
    confirmation = None

    def _prepare(self) -> None:
        obj = self.subject.obj
        if obj is None:
            self.problems.append(_("The document is not there any more."))
            return
        self.document = obj
        viewed = self.subject.viewed
        if self._is_changed_since(obj):
            self.problems.append(
                _("The document was changed since it was added, so it is not deleted.")
            )
        asking, admin = _asking(self.subject.request), self.subject.admin
        self.deleted, _counts, lacking, self.protected = admin.get_deleted_objects(
            [obj], asking
        )
        self.confirmation = getattr(asking, "confirmation", None)
        if lacking or self.protected:
            self.problems.append(
                _("Something that would be deleted along may not be deleted.")
            )
        shown, _secrets = without_secrets(type(obj), stored_son(obj))
        back = [Recorded((key,), value, MISSING) for key, value in shown.items()]
        self.lines = viewed.differences(back)

    def _is_changed_since(self, obj: Any) -> bool:
        """Compare what is stored, and look for secrets, which have no digests."""
        place, known = self.change.place, self.change.digests
        if any(top_level_changes(type(obj), place, known, stored_son(obj))):
            return True
        return any(
            entry.get("secret")
            for later in later_changes(self.change)
            for entry in later.paths
            if later.kind == Change.Kind.CHANGE
        )


def _asking(request: Any) -> Any:
    """Return a request that asks what a deletion does, with what was typed for it."""
    asking = copy.copy(request)
    asking.method, asking.POST = "GET", QueryDict()
    asking.typed_confirmation = request.POST.get(CONFIRMATION)
    return asking


class RestorePlan(Plan):
    """Stores a deleted document again, to the byte, but what was not kept of it.

    ``son``: what was kept; ``cls``: the class that it names.
    """

    def _prepare(self) -> None:
        image = image_of(self.change)
        if image is None:
            self.problems.append(_("What was deleted was not kept."))
            return
        self.son = image.document
        self.cls = class_for(self.subject.document, self.son)
        viewed = Viewed(self.cls, self.subject.policy, self.son)
        back = [Recorded((key,), MISSING, value) for key, value in self.son.items()]
        lost = [tuple(each["path"]) for each in image.left_out]
        paths = [*(each.path for each in back), *lost]
        if not all(map(viewed.may_add, paths)):
            self.problems.append(_("You may not edit all that was deleted."))
        elif lost:
            text = _("These were not kept, and will be missing: %(names)s.")
            names = ", ".join(map(viewed.label, lost))
            self.notes.append(text % {"names": names})
        self._admit(self.cls, self.son)
        if self._is_taken():
            text = _("There is a document with the key %(key)s again.")
            self.problems.append(text % {"key": self.change.object_id})
        self.lines = viewed.differences(back)

    def _is_taken(self) -> bool:
        collection = self.cls._get_collection()
        return collection.find_one({"_id": self.son["_id"]}, {"_id": 1}) is not None


PLANS = {
    Change.Kind.CHANGE: ChangePlan,
    Change.Kind.ADD: AdditionPlan,
    Change.Kind.DELETE: RestorePlan,
}


def plan_for(change: Any, request: Any, admin_site: Any) -> Plan | None:
    """Return what undoing a change would do; None where the person may not know it."""
    subject = Subject(change, request, admin_site)
    plan = PLANS.get(change.kind)
    return plan(subject) if plan and subject.may_view else None
