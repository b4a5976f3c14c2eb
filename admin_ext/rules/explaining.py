"""What a person may do with the documents of an admin, and why."""

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth import get_permission_codename
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admin_ext.meta import health_codename, raw_codename
from admin_ext.options import DocumentAdmin
from admin_ext.policies import Access, Policy, policy_for
from admin_ext.policies.access import REST
from admin_ext.policies.deciding import KEPT
from admin_ext.policies.found import permissions_of
from admin_ext.policies.grants import access_by
from admin_ext.policies.policy import VIEWING
from admin_ext.protection import is_read_only

from .texts import path_choices, path_text, value_text

# What a person may do: (key, in words, the hook that answers; "" for a permission).
ACTIONS = (
    ("view", gettext_lazy("View"), "has_view_permission"),
    ("add", gettext_lazy("Add"), "has_add_permission"),
    ("change", gettext_lazy("Change"), "has_change_permission"),
    ("delete", gettext_lazy("Delete"), "has_delete_permission"),
    ("view_raw", gettext_lazy("View raw"), "has_view_raw_permission"),
    ("change_raw", gettext_lazy("Change raw"), "has_change_raw_permission"),
    ("health", gettext_lazy("Data health"), "has_view_health_permission"),
    ("reveal", gettext_lazy("Reveal what is masked"), ""),
)
WRITING = ("add", "change", "delete", "change_raw")

# The permissions of which any is enough, or else only its own.
ENOUGH = {"view": VIEWING, "view_raw": ("view_raw", "change_raw")}


@dataclass(frozen=True)
class Line:
    """Something that is allowed or not: ``what`` in words, and ``why``."""

    what: str
    is_allowed: bool
    why: str


@dataclass(frozen=True)
class FieldLine:
    """Fields of which a person may have the same for the same reason."""

    names: tuple[str, ...]
    access: str
    why: str


def as_person(request: Any, user: Any) -> Any:
    """Return a request as somebody else would send it; nothing is kept on it."""
    other = copy(request)
    other.user = user
    vars(other).pop(KEPT, None)
    return other


class Explained:
    """What a person may do with the documents of an admin.

    ``request``: one as that person's; see ``as_person``.
    """

    def __init__(self, admin: Any, request: Any):
        self.admin, self.request, self.user = admin, request, request.user
        self.opts = admin.opts

    @property
    def name(self) -> str:
        return str(capfirst(self.opts.verbose_name_plural))

    @property
    def app(self) -> str:
        return str(self.opts.app_config.verbose_name)

    @cached_property
    def reason_for_nothing(self) -> str:
        """Why the person may do nothing here, or ""."""
        return reason_for_nothing(self.user)

    @cached_property
    def lines(self) -> list[Line]:
        """What may be done with the documents."""
        return [self._line(*each) for each in ACTIONS]

    @cached_property
    def is_any(self) -> bool:
        """Whether the person may do anything with the documents."""
        return any(line.is_allowed for line in self.lines)

    def _line(self, action: str, words: Any, hook: str) -> Line:
        answer = getattr(self.admin, hook)(self.request) if hook else None
        givers = [*self._givers(action)]
        is_allowed = bool(givers) if answer is None else bool(answer)
        if self.reason_for_nothing:
            return Line(str(words), False, self.reason_for_nothing)
        return Line(str(words), is_allowed, self._why(action, is_allowed, givers))

    def _why(self, action: str, is_allowed: bool, givers: list[str]) -> str:
        if is_allowed:
            return ", ".join(givers) or _("code of the admin")
        if action in WRITING and is_read_only():
            return _("the site is read-only")
        if not givers:
            return _("nothing gives the permission")
        return _("code of the admin, or another permission that is needed")

    def _codename(self, action: str) -> str:
        if action == "health":
            return health_codename(self.opts)
        if action.endswith("_raw"):
            return raw_codename(action.removesuffix("_raw"), self.opts)
        return get_permission_codename(action, self.opts)

    def _givers(self, action: str) -> Iterator[str]:
        """Yield what gives a permission, in words."""
        codenames = [self._codename(each) for each in ENOUGH.get(action, (action,))]
        yield from dict.fromkeys(
            giver
            for codename in codenames
            for giver in givers_of(self.user, self.opts.app_label, codename)
        )

    @cached_property
    def policy(self) -> Policy:
        return policy_for(self.request, self.admin.model, self.admin)

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """Which documents may be had: [(what may be done, conditions)].

        One of the conditions has to hold. What may be done with all is left out.
        """
        together: dict[tuple[str, ...], list[str]] = {}
        for line, (action, *_rest) in zip(self.lines, ACTIONS, strict=True):
            if line.is_allowed and action in ("view", "change", "delete"):
                rows = self.policy.rows(*ENOUGH.get(action, (action,)))
                if rows is not None:
                    conditions = tuple(map(_condition_text, rows))
                    together.setdefault(conditions, []).append(line.what)
        return [(", ".join(what), [*rows]) for rows, what in together.items()]

    @property
    def has_own_queryset(self) -> bool:
        """Whether code may leave out documents as well."""
        return type(self.admin).get_queryset is not DocumentAdmin.get_queryset

    @property
    def fields(self) -> list[FieldLine]:
        """What may be had of the fields, those with the same together."""
        together: dict[tuple[str, str], list[str]] = {}
        for path in self._paths():
            words = self._words.get("__".join(path)) or path_text(None, "__".join(path))
            together.setdefault(self._of_field(path), []).append(words)
        return [FieldLine(tuple(names), *about) for about, names in together.items()]

    @cached_property
    def _words(self) -> dict[str, str]:
        return dict(path_choices(self.admin.model))

    def _paths(self) -> Iterable[tuple[str, ...]]:
        names = [(each.name,) for each in self.opts.fields if not each.primary_key]
        rules = sorted(each for each in self.policy.rules if each != (REST,))
        return dict.fromkeys([*names, *rules])

    def _of_field(self, path: tuple[str, ...]) -> tuple[str, str]:
        """Return (what may be had, why) of a field."""
        access = self.policy.access(path)
        why = [*self._sources(path)]
        if access > Access.VIEW and not self.policy.may_edit(path):
            access = Access.VIEW
        if access == Access.EDIT:
            reason = self._reason_not_to_edit(path)
            access, why = (Access.VIEW, [reason]) if reason else (access, why)
        return str(access.label), "; ".join(map(str, why))

    def _sources(self, path: tuple[str, ...]) -> Iterator[str]:
        """Yield what each source says of a field, the code first."""
        by_code = access_by(self.policy.code, path)
        if by_code < Access.EDIT:
            yield _("code of the admin: %(access)s") % {"access": by_code.label}
        for grant in self.policy.grants:
            if grant.actions & {*VIEWING} or not self._is_given:
                values = {"source": grant.source, "access": grant.access(path).label}
                yield _("%(source)s: %(access)s") % values
        if not self.policy.grants and by_code == Access.EDIT:
            yield from self._givers("view")

    @cached_property
    def _is_given(self) -> bool:
        return any(each.actions & {*VIEWING} for each in self.policy.grants)

    @cached_property
    def _readonly(self) -> frozenset[Any]:
        return frozenset(self.admin.get_readonly_fields(self.request))

    @cached_property
    def _may_change(self) -> bool:
        return self.admin.has_change_permission(self.request)

    def _reason_not_to_edit(self, path: tuple[str, ...]) -> str:
        if path[0] in self._readonly:
            return _("code of the admin: readonly_fields")
        field = self.admin.model._fields.get(path[0])
        if not getattr(field, "editable", True):
            return _("code of the Document: editable=False, so it is on no form")
        if not self._may_change:
            return _("no permission to change")
        return ""


def reason_for_nothing(user: Any) -> str:
    """Return why a person may do nothing in the admin, or ""."""
    if not user.is_active:
        return _("the account is not active")
    if not getattr(user, "is_staff", False):
        return _("not staff: the admin is closed")
    return ""


def givers_of(user: Any, app_label: str, codename: str) -> Iterator[str]:
    """Yield what gives a person a permission, in words."""
    if not user.has_perm(f"{app_label}.{codename}"):
        return
    if getattr(user, "is_superuser", False):
        yield _("superuser")
        return
    found = permissions_of(user)
    groups = [
        found.names[group]
        for group, names in found.of_groups.items()
        if codename in names.get(app_label, ())
    ]
    yield from (_("group %(name)s") % {"name": name} for name in groups)
    is_own = codename in found.own.get(app_label, ())
    if is_own:
        yield _("own permission")
    if not groups and not is_own:
        yield _("an authentication backend")


def _condition_text(lookups: Iterable[tuple]) -> str:
    """Return lookups, all of which hold, in one line."""
    told = (f"{path} = {value_text(value)}" for _cls, path, value in lookups)
    return _(" and ").join(told)
