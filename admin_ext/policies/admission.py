"""What a person may store: documents that are theirs afterwards, too."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from mongoengine import Document

from admin_ext.hydration import stored_son
from admin_ext.keys import stored_key
from admin_ext.querysets import queryset_for

from .deciding import policy_for
from .policy import Policy
from .rows import condition
from .standing import ask, may

# Where a document that somebody may write keeps the policy, where rows are limited.
ADMISSION = "_admission"
# What tells the moments apart that MongoDB is asked about.
MOMENT = "_admin_ext_moment"

MAY_NOT_CHANGE = _("You may not change this document.")
MAY_NOT_MOVE = _("You may not store this: you may not change such a document.")
MAY_NOT_ADD = _("You may not store this: you may not add such a document.")


def bind(document: Any, policy: Policy) -> Any:
    """Let a document know who is going to write it; return it."""
    document.__dict__[ADMISSION] = policy
    return document


def may_change(document: Any) -> bool:
    """Tell whether who loaded a document may change it, as far as rows decide."""
    policy = document.__dict__.get(ADMISSION)
    return policy is None or may(policy, document, "change")


def ask_for_all(documents: list) -> None:
    """Have ``may_change`` answer for these without asking again."""
    policies = {document.__dict__.get(ADMISSION) for document in documents}
    for policy in policies - {None}:
        ask(policy, map(stored_key, documents))


def expect(request: Any, document: Any) -> None:
    """Let a document of a form know who is going to write it."""
    if isinstance(document, Document) and ADMISSION not in document.__dict__:
        policy = policy_for(request, type(document))
        if policy.rows("add") is not None or policy.rows("change") is not None:
            bind(document, policy)


def stored_names(document: Any, *, is_new: bool) -> set[str]:
    """Return the names under which is stored what the limits of rows ask for.

    Nothing without limits.
    """
    policy = document.__dict__.get(ADMISSION)
    action = "add" if is_new else "change"
    return set() if policy is None else _names(policy, type(document), action)


def _names(policy: Policy, cls: type, action: str) -> set[str]:
    lookups = [each for lookups in policy.rows(action) or () for each in lookups]
    fields = cls._fields
    heads = {path.partition("__")[0] for _cls, path, _value in lookups}
    names = {fields[name].db_field if name in fields else name for name in heads}
    return {"_id" if name == "pk" else name for name in names}


def admit(document: Any, son: dict) -> None:
    """Raise ValidationError for what is not to be stored by the person.

    ``son``: what would be stored, at least of ``stored_names``. Nothing is written
    for the question.
    """
    policy = document.__dict__.get(ADMISSION)
    if policy is not None:
        admit_son(policy, type(document), son, stored_son(document))


def admit_son(policy: Policy, cls: type, son: dict, before: dict | None = None) -> None:
    """Do the same for what would be stored of a class; ``before``: what is now."""
    action = "add" if before is None else "change"
    limit = condition(policy, action)
    if limit is None:
        return
    names = {"_cls", *_names(policy, cls, action)}
    moments = {"before": before, "after": son}
    found = _found(
        queryset_for(cls).filter(limit),
        [
            {MOMENT: moment} | {name: each[name] for name in names if name in each}
            for moment, each in moments.items()
            if each is not None
        ],
    )
    if before is not None and "before" not in found:
        raise ValidationError(MAY_NOT_CHANGE)
    if "after" not in found:
        raise ValidationError(MAY_NOT_ADD if before is None else MAY_NOT_MOVE)


def _found(queryset: Any, sons: list[dict]) -> set[str]:
    """Return the moments at which a document would be found."""
    pipeline = [
        {"$documents": {"$literal": sons}},
        {"$match": queryset._query},
        {"$project": {MOMENT: 1}},
    ]
    rows = queryset._collection.database.aggregate(pipeline)
    return {each[MOMENT] for each in rows}
