"""Which Policy there is for a person and a class: what the groups and the code say."""

import json
from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_permission_codename
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from mongoengine import Document
from mongoengine import fields as me

from admin_ext.registry import nearest_admin

from .access import REST, Access
from .found import Codenames, limits_of, permissions_of
from .grants import ACTIONS, Grant, Path, least
from .paths import canonical, family, member_of, path_of
from .policy import Policy

# Where a request keeps its policies: {(class, admin): Policy}; and whether there are
# limits at all.
KEPT = "_admin_ext_policies"
KEPT_ANY = "_admin_ext_is_limiting"


def policy_for(
    request: HttpRequest | None, document: type, admin: Any = None
) -> Policy:
    """Return what a request may have of the documents of a class.

    ``admin``: the one that shows them, or an inline; its code may limit everybody, and
    so does that of the admin that its site has for the class. Without a request, or
    one of nobody, only the code does.
    """
    kept = vars(request).setdefault(KEPT, {}) if request is not None else {}
    key = (document, admin)
    if key not in kept:
        grants = grants_for(getattr(request, "user", None), document)
        code = _code(request, document, admin)
        copies = _rules_of_copies(request, document, getattr(admin, "admin_site", None))
        kept[key] = Policy(document, grants, least([*code.items(), *copies]))
    return kept[key]


def _rules_of_copies(
    request: Any, document: type, site: Any
) -> Iterator[tuple[Path, Access]]:
    """Yield rules about what cached references keep of other documents.

    A copy is no more open than the field that it is of. Whose copy it is nobody asks:
    who may see some of these documents only sees none.
    """
    for name, field in document._fields.items():
        cached = member_of(field)
        if isinstance(cached, me.CachedReferenceField):
            target = cached.document_type
            owner = nearest_admin(site, target) if site is not None else None
            grants = grants_for(getattr(request, "user", None), target)
            policy = Policy(target, grants, _code(request, target, owner))
            has_all = policy.rows("view", "change") is None
            for copied in cached.fields:
                access = policy.access(path_of(copied)) if has_all else Access.HIDDEN
                for each in {copied, target._translate_field_name(copied)}:
                    if access < Access.VIEW:
                        yield (name, *path_of(each)), access


def is_limiting(request: HttpRequest | None, admin_site: Any) -> bool:
    """Tell whether anything of any Document is withheld from a request's person."""
    if request is None or admin_site is None:
        return False
    if KEPT_ANY not in vars(request):
        user = getattr(request, "user", None)
        is_such = bool(user is not None and limits_of(user)) or any(
            each.get_field_access(request)
            for each in admin_site._registry.values()
            if hasattr(each, "get_field_access")
        )
        vars(request)[KEPT_ANY] = is_such
    return vars(request)[KEPT_ANY]


def _code(request: Any, document: type, admin: Any) -> dict[Path, Access]:
    site = getattr(admin, "admin_site", None)
    registered = nearest_admin(site, document) if site is not None else None
    rules = {
        admin: admin.get_field_access(request)
        for admin in (admin, registered)
        if hasattr(admin, "get_field_access")
    }
    said = [
        each for said in rules.values() for each in code_rules(document, said).items()
    ]
    return least([*said, *_rules_of_rows(document, admin)])


def _rules_of_rows(document: type, admin: Any) -> Iterator[tuple[Path, Access]]:
    """Yield what inlines of embedded documents say of the fields of their rows."""
    for inline in getattr(admin, "inlines", ()):
        name = getattr(inline, "field_name", "")
        for path, access in getattr(inline, "field_access", {}).items():
            if name:
                place = name if path == REST else f"{name}__{path}"
                yield rule_path(document, place), access_named(access)


def code_rules(document: type, field_access: dict[str, Any]) -> dict[Path, Access]:
    """Return {path: Access} of an admin's ``field_access``.

    Raise ImproperlyConfigured for what is no access.
    """
    return least([
        (rule_path(document, path), access_named(access))
        for path, access in field_access.items()
    ])


def rule_path(document: type, text: str) -> Path:
    """Return what a rule is about, whichever names of fields it has."""
    return (REST,) if text == REST else canonical(document, path_of(text))


def access_named(value: Any) -> Access:
    """Return the Access that code names. Raise ImproperlyConfigured for another."""
    if isinstance(value, Access):
        return value
    if isinstance(value, str) and value.upper() in Access.__members__:
        return Access[value.upper()]
    known = ", ".join(repr(name.lower()) for name in Access.__members__)
    raise ImproperlyConfigured(
        f"An access must be one of {known}, not {str(value)[:50]!r}."
    )


def grants_for(user: Any, document: type) -> list[Grant]:
    """Return why a person may do what with the documents of a class.

    Without a limit on it they are not asked for: [] then, and for nobody.
    """
    limits = limits_of(user) if user is not None else {}
    if not any(cls._meta.label_lower in limits for cls in _relatives(document)):
        return []
    return [*sources_of(user, document)]


def _relatives(document: type) -> Iterator[type]:
    """Yield a class, those it inherits from, and those that inherit from it.

    The limits of the first ones are its own as well; its lists have documents of the
    last ones.
    """
    for cls in (*document.__mro__, *family(document)[1:]):
        is_one = issubclass(cls, Document) and hasattr(cls, "_meta")
        if is_one and hasattr(cls._meta, "label_lower"):
            yield cls


def sources_of(user: Any, document: type) -> Iterator[Grant]:
    """Yield what gives a person permissions for a class, each with its limits.

    A group that has limits only is one as well. What is given by an authentication
    backend alone has none.
    """
    given = frozenset(
        action for action in ACTIONS if user.has_perm(permission(document, action))
    )
    found, limits = permissions_of(user), _limits_by_group(user, document)
    names = {**{group: each[0][1].group for group, each in limits.items()}}
    left = given
    for group, name in (names | found.names).items():
        actions = given & _named(found.of_groups.get(group, {}), document)
        if actions or group in limits:
            yield _grant(document, name, actions, limits.get(group, []))
        left -= actions
    own = given & _named(found.own, document)
    if own:
        yield Grant(_("own permission"), own)
    if left - own:
        yield Grant(_("an authentication backend"), left - own)


def _limits_by_group(user: Any, document: type) -> dict[Any, list]:
    """Return {primary key of a group: [(class, GroupLimit)]}."""
    limits, found = limits_of(user), {}
    for cls in _relatives(document):
        for limit in limits.get(cls._meta.label_lower, ()):
            found.setdefault(limit.group_id, []).append((cls, limit))
    return found


def _grant(document: type, name: Any, actions: frozenset, limits: list) -> Grant:
    lookups, fields = [], []
    for cls, limit in limits:
        about = cls if issubclass(cls, document) else document
        rows = {**_as_dict(limit.rows)}
        lookups += [(about, path, value) for path, value in rows.items()]
        fields += _rules(document, about, limit)
    told = sorted(
        json.dumps([cls.__name__, path, value], sort_keys=True, default=str)
        for cls, path, value in lookups
    )
    source = _("group %(name)s") % {"name": name}
    return Grant(source, actions, "\n".join(told), tuple(lookups), least(fields))


def _rules(document: type, about: type, limit: Any) -> list[tuple[Path, Access]]:
    """Return the rules of a limit; "*" of a class is about the fields that it adds."""
    found = {
        rule_path(document, each.path): Access(each.access)
        for each in limit.fields.all()
    }
    if about is not document and (REST,) in found:
        rest, added = found.pop((REST,)), about._fields.keys() - document._fields.keys()
        found = {(name,): rest for name in added} | found
    return [*found.items()]


def _as_dict(rows: Any) -> dict[str, Any]:
    """Return the lookups of a limit; what is none of it finds no document."""
    return rows if isinstance(rows, dict) else {str(rows): ""}


def _named(codenames: Codenames, document: type) -> frozenset[str]:
    meta = document._meta
    own = codenames.get(meta.app_label, ())
    return frozenset(
        action for action in ACTIONS if get_permission_codename(action, meta) in own
    )


def permission(document: type, action: str) -> str:
    """Return the name of a permission as ``has_perm`` takes it."""
    meta = document._meta
    return f"{meta.app_label}.{get_permission_codename(action, meta)}"
