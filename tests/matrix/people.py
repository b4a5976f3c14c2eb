"""Roles: what a person is, has and is limited to."""

from dataclasses import dataclass, field

from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from admin_ext.models import FieldLimit, GroupLimit
from admin_ext.policies import Access

DJANGO = frozenset({"add", "change", "delete", "view"})
ALL = DJANGO | {"view_raw", "change_raw", "view_health", "reveal"}


@dataclass(frozen=True)
class Role:
    """A kind of visitor.

    ``actions``: what a group of the person may do with every Document; ``limits``:
    "rows" or "fields" of that group. ``code``: "ask" for who has an app for codes and
    did not use it, "set_up" for who has to get one.
    """

    name: str
    actions: frozenset = frozenset()
    is_known: bool = True
    is_staff: bool = True
    is_active: bool = True
    is_superuser: bool = False
    is_read_only: bool = False
    limits: str = ""
    code: str = ""

    @property
    def enters(self):
        """Whether the pages of staff open at all."""
        return self.is_known and self.is_staff and self.is_active

    def may(self, *actions):
        """Tell whether one of the actions is permitted on a Document, by SQL alone."""
        has = bool(self.actions.intersection(actions))
        return self.enters and not self.code and (self.is_superuser or has)


ROLES = (
    Role("anonymous", is_known=False),
    Role("not staff", ALL, is_staff=False),
    Role("inactive", is_superuser=True, is_active=False),
    Role("staff without permissions"),
    *(Role(name, frozenset({name})) for name in sorted(DJANGO)),
    Role("view and delete", frozenset({"view", "delete"})),
    Role("raw without view", frozenset({"view_raw", "change_raw"})),
    Role("view_raw", frozenset({"view", "view_raw"})),
    Role("change_raw", frozenset({"change", "change_raw"})),
    Role("view_health", frozenset({"view", "view_health"})),
    Role("reveal", frozenset({"view", "reveal"})),
    Role("limited rows", ALL, limits="rows"),
    Role("limited fields", ALL, limits="fields"),
    Role("superuser", is_superuser=True),
    Role("superuser on a read-only site", is_superuser=True, is_read_only=True),
    Role("superuser who owes a code", is_superuser=True, code="ask"),
    Role("superuser without an app", is_superuser=True, code="set_up"),
)


class Visitor(Client):
    """Django's client without a copy of every context, which takes most of its time.

    A failure is an answer of 500.
    """

    def request(self, **request):
        return self.handler(self._base_environ(**request))


@dataclass
class Person:
    """Somebody of a role, signed in."""

    role: Role
    client: Client = field(default_factory=Visitor)
    user: User | None = None


def person(role, cases, settings):
    """Return somebody of a role, for whom the site is as the role says."""
    settings.ADMIN_EXT_READ_ONLY = role.is_read_only
    settings.ADMIN_EXT_REQUIRE_TOTP = ["all"] if role.code == "set_up" else []
    found = Person(role)
    if role.is_known:
        found.user = _user(role, cases)
        found.client.force_login(
            found.user, "django.contrib.auth.backends.ModelBackend"
        )
    return found


def _user(role, cases):
    user = User.objects.create_user(
        role.name,
        password="p",
        is_staff=role.is_staff,
        is_active=role.is_active,
        is_superuser=role.is_superuser,
    )
    if role.actions:
        user.groups.add(_group(role, cases))
    if role.code == "ask":
        TOTPDevice.objects.create(user=user, name="app", confirmed=True)
    return user


def _group(role, cases):
    group = Group.objects.create(name=role.name)
    for case in cases:
        meta = case.document._meta
        codenames = [f"{action}_{meta.model_name}" for action in role.actions]
        group.permissions.add(
            *Permission.objects.filter(
                content_type__app_label=meta.app_label, codename__in=codenames
            )
        )
        if role.limits:
            _limit(group, role, case)
    return group


def _limit(group, role, case):
    limit = GroupLimit.objects.create(
        group=group,
        document=case.document._meta.label_lower,
        rows=case.rows if role.limits == "rows" else {},
    )
    if role.limits == "fields":
        FieldLimit.objects.create(limit=limit, path=case.withheld, access=Access.HIDDEN)
