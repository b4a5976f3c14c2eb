"""What a person may see of a value in a change, by the policy of the person."""

from typing import Any

from mongoengine import fields as me

from admin_ext.changesets import MISSING
from admin_ext.changesets.diff import Path
from admin_ext.history.values import Large
from admin_ext.policies import Access, Policy
from admin_ext.policies.redaction import redacted_son
from admin_ext.stored_paths import class_at, declared_fields, member_field


class Names:
    """The fields on the way of a stored path, as far as they are declared.

    ``steps``: for each step of the path its field, or None, and the class that declares
    it, or None. ``names``: the path by names of fields and without places in lists, as
    policies have it. ``is_certain``: whether no class of an embedded document on the
    way is unknown.
    """

    def __init__(self, cls: type, path: Path, son: Any = None):
        """``son``: a stored document, which tells classes by ``_cls``."""
        self.steps: list[tuple[Any, type | None]] = []
        self.is_certain = True
        names: list[str] = []
        holder: type | None = cls
        field: Any = None
        for step in path:
            owner, field = holder, _field(holder, field, step)
            self.steps.append((field, owner if isinstance(step, str) else None))
            if isinstance(step, str):
                mapped = {} if owner is None else owner._reverse_db_field_map
                names.append(mapped.get(step, step))
            son = _inside(son, step)
            holder = class_at(field, son if isinstance(son, dict) else {})
            if isinstance(field, me.GenericEmbeddedDocumentField) and holder is None:
                self.is_certain = False
        self.names = tuple(names)

    @property
    def field(self) -> Any:
        return self.steps[-1][0]


def _field(holder: type | None, field: Any, step: Any) -> Any:
    if holder is not None and isinstance(step, str):
        return dict(declared_fields(holder)).get(step)
    return member_field(field) if field is not None else None


def _inside(son: Any, step: Any) -> Any:
    try:
        return son[step]
    except (KeyError, IndexError, TypeError):
        return None


def access_to(policy: Policy, names: Names) -> Access:
    """Return how much a person may see of a path; MASKED also below a masked one."""
    if not policy.has_field_limits:
        return Access.EDIT
    if not names.is_certain and not policy.is_whole(names.names[:1]):
        # Which field it is nobody knows any more.
        return Access.HIDDEN
    return policy.access(names.names)


def may_write(policy: Policy, names: Names, action: str = "change") -> bool:
    """Tell whether a person may edit a path and all that is in it.

    ``action``: "add" where the document is stored again.
    """
    if not policy.has_field_limits:
        return True
    path = names.names if names.is_certain else names.names[:1]
    least = Access.EDIT if action == "change" else Access.VIEW
    return policy.may_edit(path, action) and policy.is_whole(path, least)


def redacted(policy: Policy, cls: type, path: Path, son: Any, value: Any) -> Any:
    """Return the value of a path without what a person may not see in it.

    MISSING where nothing of it may be seen.
    """
    if not policy.withholds or value is MISSING or isinstance(value, Large):
        return value
    shown: Any = redacted_son(policy, cls, _wrapped(path, son, value))
    for step in path:
        shown = shown.get(step, MISSING) if isinstance(step, str) else shown[0]
        if shown is MISSING:
            return MISSING
    return shown


def _wrapped(path: Path, son: Any, value: Any) -> Any:
    """Return a document with a value at a path, its lists with one row each."""
    if not path:
        return value
    step, *rest = path
    inner = _wrapped(tuple(rest), _inside(son, step), value)
    if isinstance(step, int):
        return [inner]
    named = {"_cls": son["_cls"]} if isinstance(son, dict) and "_cls" in son else {}
    return named | {step: inner}
