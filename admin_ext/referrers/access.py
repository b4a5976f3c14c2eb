"""The paths by which documents that a person may view may refer to others."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from mongoengine import Q
from pymongo.errors import OperationFailure

from admin_ext.compat import all_document_classes
from admin_ext.indexes import MAX_AGE, index_on, size_of
from admin_ext.meta import present
from admin_ext.policies import policy_for
from admin_ext.references import ReferencePath, condition, is_dotted, paths_to
from admin_ext.registry import nearest_admin

# Collections of at most this many documents are read without an index.
MAX_READ = 10_000


@dataclass(frozen=True)
class Referrer:
    """A path, and the ``admin`` in whose list the documents are that have it, if any.

    ``rows``: what that admin lists, for the person of a request.
    """

    path: ReferencePath
    admin: Any
    rows: Any

    @property
    def label(self) -> str:
        return label_of(self.path)

    @property
    def place(self) -> tuple[type, str]:
        """Where it is stored: two subclasses may declare the same."""
        model = self.admin.model if self.admin else self.path.owner
        return model, self.path.stored_key

    def queryset(self, target: type, keys: list[Any]) -> Any:
        """Return what refers to documents of ``target`` with these stored keys."""
        return self.rows.filter(Q(__raw__=condition(self.path, target, keys)))

    @property
    def collection(self) -> Any:
        return self.path.owner._get_collection()

    @property
    def size(self) -> int:
        """About how many documents are read where no index serves; a minute old."""
        return size_of(self.collection, max_age=MAX_AGE)

    @property
    def is_cheap(self) -> bool:
        """Tell whether an index serves the path, or there is not much to read."""
        return self.is_indexed or self.size <= MAX_READ

    @property
    def is_indexed(self) -> bool:
        if not is_dotted(self.path):
            return False
        given = ("_cls",) if "_cls" in self.rows._query else ()
        stored = self.path.stored_key
        return bool(index_on(self.collection, stored, given=given, max_age=MAX_AGE))


def owner_of(part: Any) -> type:
    """Return the class in whose collection something with a ``referrer`` is."""
    return part.referrer.path.owner


def reason(error: Exception) -> str:
    """Return why what refers is not known, but for a time limit."""
    if isinstance(error, OperationFailure):
        return _("MongoDB does not count these.")
    return _("Their database cannot be reached.")


def label_of(path: ReferencePath) -> str:
    """Return the path as options write it: ``documents.Note.parent``."""
    return f"{path.owner._meta.label}.{path.name}"


def referrers_of(target: type, request: Any, admin_site: Any) -> list[Referrer]:
    """Return what may refer to a document of class ``target``, in the order of names.

    Only of Documents that the person may view. An unregistered subclass is in the
    list of the nearest class above it.
    """
    owners = owners_of(admin_site)
    viewable = {
        admin
        for admin in dict.fromkeys(owners.values())
        if admin.has_view_or_change_permission(request)
    }
    owners = {each: admin for each, admin in owners.items() if admin in viewable}
    rows = cache(lambda admin: admin.get_queryset(request))
    found: dict[tuple, Referrer] = {}
    for path in paths_to(target, owners):
        admin = owners[path.owner]
        if not may_know(path, request, admin):
            continue
        referrer = Referrer(path, admin, rows(admin))
        found.setdefault(referrer.place, referrer)
    return sorted(found.values(), key=_name)


def may_know(path: ReferencePath, request: Any, admin: Any) -> bool:
    """Tell whether a person may know what is stored at a path."""
    policy = policy_for(request, path.owner, admin)
    return policy.may_query(path.steps)


def _name(referrer: Referrer) -> str:
    return str(referrer.admin.opts.verbose_name_plural).lower()


def labels_to(target: type, admin_site: Any) -> list[str]:
    """Return the labels of all paths that lead to a class, or to its subclasses."""
    owners = owners_of(admin_site)
    targets = {target, *(each for each in owners if issubclass(each, target))}
    found = (path for each in targets for path in paths_to(each, owners))
    return sorted({label_of(path) for path in found})


def owners_of(admin_site: Any) -> dict[type, Any]:
    """Return {class: admin} of the Documents of a site.

    With their subclasses that have no admin: these are in the list of the nearest
    class above them.
    """
    owners = {}
    for document in all_document_classes():
        admin = nearest_admin(admin_site, document)
        if admin is not None and not document._meta.get("abstract"):
            owners[present(document)] = admin
    return owners
