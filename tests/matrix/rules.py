"""What a view is expected to answer, from what Django says about its permissions.

Nothing of it is read from the code under test. The admin is for active staff; of a
model "view" or "change" open its pages, and "add", "change" and "delete" what they are
called (https://docs.djangoproject.com/en/5.2/topics/auth/default/#default-permissions).
A row that a person may not have is one that there is not.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .cases import Case
from .people import DJANGO, Role
from .views import View

LOGIN, INDEX = "/admin/login/", "/admin/"
CODE, SET_UP = "/admin/sign-in/code/", "/admin/sign-in/set-up/"

# What a person needs for the own sign-in, on a read-only site too.
OWN = frozenset({"login", "logout", "password_change", "account", "code", "set_up"})
# What is sent to these changes nothing of the data.
LOOKING = frozenset({"reveal"})


@dataclass(frozen=True)
class Place:
    """What a request is about: ``row`` is "allowed", "denied", "missing" or ""."""

    view: View
    case: Case | None = None
    row: str = ""

    def __str__(self):
        return " ".join(filter(None, (self.view.name or self.view.route, self.row)))

    def is_there_for(self, role: Role) -> bool:
        """Tell whether the person may have the row."""
        return self.row in (
            "",
            "allowed",
            *([] if role.limits == "rows" else ["denied"]),
        )


@dataclass(frozen=True)
class Expected:
    """An answer: one of ``statuses``, to where, and whether something is written.

    ``is_logged``: in SQL only.
    """

    statuses: frozenset[int]
    leads_to: str = ""
    writes: bool = False
    is_logged: bool = False

    def __str__(self):
        statuses = "/".join(map(str, sorted(self.statuses)))
        return f"{statuses} {self.leads_to} {'written' * self.writes}".strip()


def answer(*statuses: int, to: str = "", **done: bool) -> Expected:
    return Expected(frozenset(statuses), to, **done)


OPEN, REFUSED, NO_PAGE, NO_METHOD = map(answer, (200, 403, 404, 405))
WRITTEN = answer(302, writes=True)

Rule = Callable[[Role, Place, bool], Expected]


def expected(role: Role, place: Place, *, is_post: bool) -> Expected:
    """Return what a person of a role is to get; ``is_post`` or GET."""
    kind = place.view.kind
    if kind in OUTSIDE:
        early = _owing(role, kind)
        return early or _read_only(role, kind, is_post) or OUTSIDE[kind](role, is_post)
    early = at_the_door(role, kind, is_post=is_post)
    return early or rule_for(place.view)(role, place, is_post)


def at_the_door(role: Role, kind: str, *, is_post: bool) -> Expected | None:
    """Return the answer to who comes to no page of staff, or None."""
    if not role.enters:
        return answer(302, to=LOGIN)
    return _owing(role, kind) or _read_only(role, kind, is_post)


def rule_for(view: View) -> Rule:
    """Return the rule of a view. Raise KeyError for a view that has none."""
    if view.model is None:
        return SITE[view.kind]
    return DOCUMENT[view.kind] if hasattr(view.model, "_fields") else SQL[view.kind]


def _owing(role, kind):
    """Return the redirect to the page of a code for who owes one."""
    page = {"ask": "code", "set_up": "set_up"}.get(role.code)
    if page is None or kind in ("login", "logout", page):
        return None
    return answer(302, to=CODE if page == "code" else SET_UP)


def _read_only(role, kind, is_post):
    return (
        REFUSED if role.is_read_only and is_post and kind not in OWN | LOOKING else None
    )


# Views that are not for staff only: rule(role, is_post).


def _login(role, is_post):
    return answer(302, to=INDEX) if role.enters and not is_post else OPEN


def _logout(role, is_post):
    if not role.enters:
        return answer(302, to=INDEX)
    return OPEN if is_post else NO_METHOD


def _code(role, is_post):
    if not (role.is_known and role.is_active):
        return answer(302, to=LOGIN)
    return OPEN if role.code == "ask" else answer(302, to=INDEX)


def _set_up(role, is_post):
    return OPEN if role.is_known and role.is_active else answer(302, to=LOGIN)


OUTSIDE = {
    "": lambda role, is_post: answer(302, to=INDEX),
    "login": _login,
    "logout": _logout,
    "code": _code,
    "set_up": _set_up,
}

# Views of the site: rule(role, place, is_post).


def _always(get: Expected, post: Expected) -> Rule:
    return lambda role, place, is_post: post if is_post else get


def _of_superusers(get: Expected, post: Expected, *, refused: Expected | None = None):
    def rule(role, place, is_post):
        if not role.is_superuser:
            return (refused or REFUSED) if is_post else REFUSED
        return post if is_post else get

    return rule


def _with(*actions: str, post: Expected = NO_METHOD, no: Expected = REFUSED) -> Rule:
    """Return the rule of a page that shows to who has one of ``actions``."""

    def rule(role, place, is_post):
        if is_post and post is NO_METHOD:
            return NO_METHOD
        return OPEN if role.may(*actions) else no

    return rule


def _health(role, place, is_post):
    """Of what drifts in fields, to who may see them all."""
    if is_post:
        return NO_METHOD
    is_shown = role.may("view_health") and role.limits != "fields"
    return OPEN if is_shown else REFUSED


SITE = {
    "index": _always(OPEN, OPEN),
    "jsi18n": _always(OPEN, NO_METHOD),
    "password_change": _always(OPEN, OPEN),
    "password_change_done": _always(OPEN, NO_METHOD),
    "account": _always(OPEN, OPEN),
    "go_to": _always(OPEN, OPEN),
    "view_on_site": _always(NO_PAGE, NO_PAGE),
    "admin/(?P<url>.*)$": _always(NO_PAGE, NO_PAGE),
    "app_list": _with(*DJANGO, post=OPEN, no=NO_PAGE),
    "autocomplete": _with("view", "change"),
    "data_health": _health,
    "data_health_document": _health,
    "person": _of_superusers(OPEN, OPEN),
    "access": _of_superusers(OPEN, NO_METHOD, refused=NO_METHOD),
    "collections": _of_superusers(OPEN, NO_METHOD, refused=NO_METHOD),
    "collection": _of_superusers(OPEN, NO_METHOD, refused=NO_METHOD),
    "collection_document": _of_superusers(OPEN, NO_METHOD, refused=NO_METHOD),
}

# Views of models in SQL; nobody but superusers has a permission for them here.

# What is recorded, and edited by nobody: what is permitted of it.
RECORDS = {
    "admin_ext.change": {"view"},
    "axes.accessattempt": {"change", "delete"},
    "axes.accesslog": {"change", "delete"},
    "axes.accessfailurelog": {"change", "delete"},
}


def _in_sql(*actions: str) -> Rule:
    def rule(role, place, is_post):
        known = RECORDS.get(place.view.model._meta.label_lower, DJANGO)
        # Of a read-only site what is there can be looked at.
        is_shown = "view" in actions or not role.is_read_only
        if not (role.is_superuser and is_shown and known.intersection(actions)):
            # A row that an admin keeps to itself is one that there is not.
            return answer(302, 403) if place.view.kind == "history" else REFUSED
        # A form without a field to edit has nothing that could be wrong.
        is_sent = is_post and known is not DJANGO and place.view.kind == "change"
        if is_sent and "change" not in known:
            return REFUSED
        return answer(302, is_logged=True) if is_sent else OPEN

    return rule


REDIRECT = _always(answer(302), answer(302))
SQL = {
    "<path:object_id>/": REDIRECT,
    "changelist": _in_sql("view", "change"),
    "add": _in_sql("add"),
    "change": _in_sql("view", "change"),
    "delete": _in_sql("delete"),
    "history": _in_sql("view", "change"),
    "password_change": _in_sql("change"),
}


# Views of Documents.


def _may_write(role, place, *actions):
    permitted = {*actions} - (place.case.never if place.case else frozenset())
    return bool(permitted) and role.may(*permitted) and not role.is_read_only


def _list(role, place, is_post):
    if not role.may("view", "change"):
        return REFUSED
    if not is_post:
        return OPEN
    if _may_write(role, place, "delete") and place.is_there_for(role):
        return WRITTEN
    return answer(200, 302)


def _add(role, place, is_post):
    if not _may_write(role, place, "add"):
        return REFUSED
    return WRITTEN if is_post else OPEN


def _change(role, place, is_post):
    if is_post and not _may_write(role, place, "change"):
        return REFUSED
    return _shown(role, place) or (WRITTEN if is_post else OPEN)


def _delete(role, place, is_post):
    if not _may_write(role, place, "delete"):
        return REFUSED
    if not place.is_there_for(role):
        return answer(302, to=INDEX)
    return WRITTEN if is_post else OPEN


def _shown(role, place):
    """Return the answer to who may not see the document, or None."""
    if not role.may("view", "change"):
        return REFUSED
    return None if place.is_there_for(role) else answer(302, to=INDEX)


def _history(role, place, is_post):
    return _shown(role, place) or OPEN


def _raw(role, place, is_post):
    if not role.may("view_raw", "change_raw"):
        return REFUSED
    refused = _shown(role, place)
    if refused or not is_post:
        return refused or OPEN
    may_write = role.may("change_raw") and _may_write(role, place, "change")
    return WRITTEN if may_write else REFUSED


def _file(role, place, is_post):
    if is_post:
        return NO_METHOD
    return NO_PAGE if role.may("view", "change") else REFUSED


def _deleted(role, place, is_post):
    """Of what is gone nobody knows whether it was among somebody's rows."""
    if is_post:
        return NO_METHOD
    is_shown = role.may("view", "change") and role.limits != "rows"
    return OPEN if is_shown else REFUSED


def _reveal(role, place, is_post):
    """Of a value that is not masked."""
    if not role.may("reveal"):
        return REFUSED
    return _shown(role, place) or NO_PAGE


DOCUMENT = {
    "reveal": _reveal,
    "recently_deleted": _deleted,
    # Of a change that there is not.
    "undo": _always(NO_PAGE, NO_PAGE),
    "undo_all": _always(NO_PAGE, NO_PAGE),
    "<path:object_id>/": REDIRECT,
    "changelist": _list,
    "add": _add,
    "change": _change,
    "delete": _delete,
    "history": _history,
    "raw": _raw,
    "schema": _with("view", "change"),
    "file": _file,
}
