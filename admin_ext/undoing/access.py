"""Whose changes a person may look at, and which of them the person may put back."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.utils import quote
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property

from admin_ext.history.models import Change
from admin_ext.history.places import place_of
from admin_ext.history.settling import settle
from admin_ext.hydration import stored_son
from admin_ext.keys import stored_key
from admin_ext.meta import document_for_label
from admin_ext.policies import Policy, policy_for
from admin_ext.registry import nearest_admin

from .differences import Viewed

# The permission that each kind of change takes to be undone.
NEEDED = {
    Change.Kind.ADD: "delete",
    Change.Kind.CHANGE: "change",
    Change.Kind.DELETE: "add",
}


class Subject:
    """The document that a change is about, as the person of a request may have it."""

    def __init__(self, change: Any, request: Any, admin_site: Any):
        self.change, self.request = change, request
        app_label, _dot, model_name = change.document.rpartition(".")
        self.document = document_for_label(app_label, model_name)
        known = self.document is not None
        self.admin = nearest_admin(admin_site, self.document) if known else None

    @cached_property
    def policy(self) -> Policy:
        return policy_for(self.request, self.document, self.admin)

    @cached_property
    def obj(self) -> Any:
        """The document as the person sees it; None when it is gone, or not shown."""
        return self.admin.get_object(self.request, self.change.object_id)

    @cached_property
    def viewed(self) -> Viewed:
        cls = self.document if self.obj is None else type(self.obj)
        return Viewed(cls, self.policy, stored_son(self.obj) if self.obj else None)

    @cached_property
    def may_view(self) -> bool:
        """Whether the person may know of the document.

        Of one that is gone nobody can tell whose rows it was among.
        """
        if self.admin is None:
            return False
        if self.obj is not None:
            return self.admin.has_view_or_change_permission(self.request, self.obj)
        return has_all_rows(self.admin, self.request)

    def settle(self) -> None:
        """Find out whether a change was written of which that is not known."""
        if self.change.state == Change.State.INTENDED:
            settle(self.change, self.document)

    def may_undo(self) -> bool:
        """Tell whether the person has the permission that putting it back takes."""
        action = NEEDED.get(self.change.kind)
        if action is None or not self.may_view:
            return False
        if action == "add":
            return self.admin.has_add_permission(self.request)
        may = getattr(self.admin, f"has_{action}_permission")
        return may(self.request, self.obj)

    @property
    def name(self) -> str:
        """The text of the document; its key where the person may not see all of it."""
        return name_of(self.change, self.policy)

    def url(self, view: str, *args) -> str:
        """Return the address of a page of the document's admin."""
        opts = self.admin.opts
        name = f"admin:{opts.app_label}_{opts.model_name}_{view}"
        site = self.admin.admin_site.name
        return reverse(name, args=args, current_app=site)

    @property
    def history_url(self) -> str:
        return self.url("history", quote(self.change.object_id))


def name_of(change: Any, policy: Policy) -> str:
    """Return what a person may read of the document of a change."""
    is_shown = change.object_repr and not policy.withholds
    return change.object_repr if is_shown else change.object_id


def has_all_rows(admin: Any, request: Any) -> bool:
    """Tell whether a person may know of every document of an admin, deleted or not.

    Code may leave some out of the list for everybody, which superusers may know.
    """
    if not admin.has_view_or_change_permission(request):
        return False
    policy = policy_for(request, admin.model, admin)
    queryset = admin.get_queryset(request)
    is_limited = policy.rows("view", "change") is not None
    return not is_limited and admin.has_collection_permission(request, queryset)


def labels_of(document: type) -> list[str]:
    """Return the labels of a class and of those that inherit from it."""
    return [each._meta.label_lower for each in _with_subclasses(document)]


def _with_subclasses(document: type) -> Iterator[type]:
    yield document
    for each in document.__subclasses__():
        if hasattr(each, "_meta") and hasattr(each._meta, "label_lower"):
            yield from _with_subclasses(each)


def changes_for(request: Any, admin_site: Any) -> QuerySet:
    """Return all changes that a person may look at, of any document.

    Of Documents of which the person may see some rows only there are none: whether a
    document is among these nobody asks MongoDB for a whole table.
    """
    return Change.objects.filter(document__in=visible_labels(request, admin_site))


def visible_labels(request: Any, admin_site: Any) -> set[str]:
    """Return the labels of the Documents of which a person may see all rows."""
    return {
        label
        for document, admin in admin_site._registry.items()
        if hasattr(admin, "has_collection_permission") and has_all_rows(admin, request)
        for label in labels_of(document)
    }


def others_of(changes: list, request: Any, admin_site: Any) -> dict[int, int]:
    """Return {key of a change: how many more documents the same click changed}.

    As far as the person may know of them.
    """
    labels = visible_labels(request, admin_site)
    found = Change.objects.filter(document__in=labels, kind__in=NEEDED).order_by()
    found = found.filter(operation__in={each.operation for each in changes})
    counts = dict(found.values_list("operation").annotate(Count("pk")))
    return {
        each.pk: counts.get(each.operation, 0)
        - (each.document in labels and each.kind in NEEDED)
        for each in changes
    }


def later_changes(change: Any) -> QuerySet:
    """Return what was done to the same document since, the latest first."""
    done = Change.objects.filter(place=change.place, state=Change.State.DONE)
    return done.filter(pk__gt=change.pk).defer("image").order_by("-pk")


def is_of_another(change: Any) -> bool:
    """Tell whether a document was added since with the key of the changed one.

    One that was restored is the same.
    """
    return later_changes(change).filter(kind=Change.Kind.ADD, undoes=None).exists()


def latest_undo(change: Any) -> Any:
    """Return the change that put this one back and was not put back itself, or None."""
    # What went along with it undid nothing.
    undone = change.undone_by.filter(state=Change.State.DONE, place=change.place)
    found = (each for each in undone.defer("image") if latest_undo(each) is None)
    return next(found, None)


def undone() -> Any:
    """Return the same for a subquery: changes that put back the one of the row around.

    One that was put back twice, and that again, is taken for one that was not.
    """
    done = Change.objects.filter(state=Change.State.DONE, place=OuterRef("place"))
    back = done.filter(undoes=OuterRef("pk"))
    return back.exclude(Exists(back))


def of_document(document: Any) -> Q:
    """Return the condition on the changes of one document."""
    return Q(place=place_of(type(document), stored_key(document)))
