"""Whether what was typed into the raw page is what the Document declares."""

from collections.abc import Iterator
from typing import Any

from bson.errors import BSONError
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from mongoengine import errors
from mongoengine import fields as me

from admin_ext.changesets import MISSING, Change, differences, identical, like
from admin_ext.compat import LOAD_ERRORS
from admin_ext.conflicts import value_text
from admin_ext.fields import as_checked, run_validators
from admin_ext.hydration import named_class
from admin_ext.policies import Policy, canonical
from admin_ext.stored_paths import class_at, declared_fields, field_at, member_field
from admin_ext.validation import message_for

Problem = tuple[tuple, str]


def validate(cls: type, before: dict, after: dict, policy: Policy) -> None:
    """Raise ValidationError with the problems of what differs, each with its path.

    What is not shown to a person may be as it is: in a row that was moved it is part of
    what differs.
    """
    problems = [
        (path, message)
        for change in differences(before, after)
        for path, message in _of_change(cls, change, after)
        if policy.may_view(canonical(cls, path))
    ]
    if problems:
        raise ValidationError([
            ValidationError(
                "%(path)s: %(message)s",
                code="invalid",
                params={"path": ".".join(map(str, path)), "message": message},
            )
            for path, message in problems
        ])


def _of_change(cls: type, change: Change, after: dict) -> Iterator[Problem]:
    if change.path == ("_id",):
        yield change.path, _("The key of a document cannot be changed here.")
    elif change.path[-1] == "_cls":
        yield from _of_class_name(change)
    else:
        field = field_at(cls, after, change.path)
        if field is not None:
            yield from _of_value(field, change.after, change.path, change.before)


def _of_class_name(change: Change) -> Iterator[Problem]:
    if change.after is not MISSING and named_class(change.after) is None:
        yield change.path, _("There is no class of this name.")


def _of_value(field: Any, value: Any, path: tuple, before: Any) -> Iterator[Problem]:
    """Yield the problems of one value; members of lists that were there have none."""
    if value is None or value is MISSING:
        if field.required:
            yield path, _("This field is required.")
        return
    member = member_field(field)
    if isinstance(field, me.EmbeddedDocumentField | me.GenericEmbeddedDocumentField):
        yield from _of_embedded(field, value, path)
    elif isinstance(field, me.ListField) and isinstance(value, list):
        known = before if isinstance(before, list) else []
        for index, item in enumerate(value) if member else ():
            if not any(identical(item, old) for old in known):
                yield from _of_value(member, item, (*path, index), MISSING)
    elif isinstance(field, me.DictField) and isinstance(value, dict):
        for key, item in value.items() if member else ():
            yield from _of_value(member, item, (*path, key), MISSING)
    else:
        yield from _of_leaf(field, value, path)


def _of_embedded(field: Any, value: Any, path: tuple) -> Iterator[Problem]:
    cls = class_at(field, value)
    if cls is None:
        yield path, _("An embedded document is expected.")
        return
    for key, inner in declared_fields(cls):
        yield from _of_value(inner, value.get(key, MISSING), (*path, key), MISSING)


def _of_leaf(field: Any, value: Any, path: tuple) -> Iterator[Problem]:
    try:
        loaded = field.to_python(value)
        is_as_stored = identical(like(field.to_mongo(loaded), value), value)
        if is_as_stored:
            run_validators(field, loaded)
            as_checked(field)._validate(loaded)
    except ValidationError as error:
        for message in error.messages:
            yield path, message
    except errors.ValidationError as error:
        yield path, message_for(error)
    except (*LOAD_ERRORS, BSONError):
        yield path, _not_stored(field, value)
    else:
        if not is_as_stored:
            yield path, _not_stored(field, value)


def _not_stored(field: Any, value: Any) -> str:
    return _("“%(value)s” is not what a field of type %(kind)s stores.") % {
        "value": value_text(value),
        "kind": type(field).__name__,
    }
