"""What a changed document must meet: its fields, its ``clean()``, its unique values.

Only what a person changed is judged; an odd value that nobody touched is no obstacle.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bson import ObjectId
from bson.errors import BSONError
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from mongoengine import (
    Decimal128Field,
    DecimalField,
    DictField,
    Document,
    EmbeddedDocument,
    Q,
    SequenceField,
    errors,
)
from mongoengine.base import BaseDocument

from .compat import METHOD_ERRORS
from .fields import as_checked, run_validators
from .files import rewind
from .hydration import stored_son
from .keys import id_of, key_of
from .meta import unique_checks
from .policies import Access, canonical, limits_of

logger = logging.getLogger(__name__)

# A message of mongoengine's for a whole document names no field of the form.
WHOLE = "__all__"


def changed_names(document: BaseDocument) -> set[str]:
    """Return the names of the fields that differ from what is stored."""
    stored_names = {path.partition(".")[0] for path in document._get_changed_fields()}
    return {document._reverse_db_field_map.get(name, name) for name in stored_names}


def validate(document: BaseDocument, names: Iterable[str]) -> None:
    """Validate the fields ``names`` and call ``clean()``.

    Raise Django's ValidationError with a dict of field name → messages. Fields that
    nobody touched are not looked at: an odd value there is no obstacle.
    """
    found: dict[str, list] = {}
    for name in names:
        field = document._fields.get(name)
        value = document._data.get(name)
        if field is None or (value is None and not _needs_value(field)):
            continue
        if value is None:
            found[name] = [_("This field is required.")]
            continue
        try:
            check(field, value, (stored_son(document) or {}).get(field.db_field))
        except ValidationError as error:
            found[name] = error.error_list
        except ArithmeticError:
            found[name] = [_("Enter a valid value.")]
        except (*METHOD_ERRORS, BSONError) as error:
            found[name] = [message_for(error)]
    # Whoever looks into a new file reads it to its end.
    rewind(document, names)
    for name, messages in clean(document).items():
        found.setdefault(name, []).extend(messages)
    if found:
        raise ValidationError(found)


def check(field: Any, value: Any, before: Any) -> None:
    """Validate what was touched in ``value``; ``before`` is what was stored there.

    Raise Django's or mongoengine's ValidationError. Rows, members and parts of an
    embedded document that are as they were are nobody's business, however odd.
    """
    if isinstance(value, EmbeddedDocument) and stored_son(value) is not None:
        for name in changed_names(value):
            inner, part = value._fields.get(name), value._data.get(name)
            if inner is not None and (part is not None or _needs_value(inner)):
                check(inner, part, stored_son(value).get(inner.db_field))
    elif isinstance(value, list) and isinstance(before, list) and _has_member(field):
        stored = _hashed(before)
        for place, item in enumerate(list.__iter__(value)):
            # Looked for where it was first: a list may be long.
            if not (
                _is_stored(item, before[place : place + 1])
                or (_is_hashable(item) and item in stored)
                or _is_stored(item, before)
            ):
                check(field.field, item, None)
    elif isinstance(value, dict) and isinstance(before, dict) and _is_dict(field):
        check_items(field, value, before)
    else:
        run_validators(field, value)
        as_checked(field)._validate(value)
        if isinstance(field, DecimalField | Decimal128Field):
            # Their check lets pass what cannot be stored: 1e999, and lists.
            field.to_mongo(value)


def check_items(field: Any, value: dict, before: dict) -> None:
    """Validate the keys and values of a map that are not as they were stored."""
    new, items = {}, dict.items(value)
    for key, item in items:
        if key not in before:
            new[key] = item
        elif _has_member(field) and not _is_stored(item, [before[key]]):
            check(field.field, item, before[key])
    run_validators(field, value)
    if callable(field.validation):
        field.validation(value)
    if new:
        as_checked(field).validate(new)


def _is_dict(field: Any) -> bool:
    return isinstance(field, DictField)


def _has_member(field) -> bool:
    return getattr(field, "field", None) is not None


def _is_stored(item: Any, before: list) -> bool:
    """Tell whether a member of a list is one that was stored there."""
    if isinstance(item, EmbeddedDocument):
        return stored_son(item) is not None and not item._get_changed_fields()
    return item in before or id_of(item) in before


def _hashed(members: list) -> set:
    return {each for each in members if _is_hashable(each)}


def _is_hashable(value: Any) -> bool:
    return isinstance(value, str | int | float | ObjectId | datetime)


def _needs_value(field) -> bool:
    # A sequence draws its number when the document is saved.
    return field.required and not isinstance(field, SequenceField)


def clean(document: BaseDocument) -> dict[str, list]:
    """Call the Document's own ``clean()``; return its complaints by field."""
    try:
        document.clean()
    except ValidationError as error:
        if hasattr(error, "error_dict"):
            return dict(error.error_dict)
        return {NON_FIELD_ERRORS: error.error_list}
    except errors.ValidationError as error:
        return messages_by_field(error)
    except METHOD_ERRORS as error:
        if stored_son(document) is None:
            raise
        return {NON_FIELD_ERRORS: [cannot_be_checked(document, error)]}
    return {}


def cannot_be_checked(document: BaseDocument, error: Exception) -> str:
    """Return what to tell when a check raises on a stored document of an odd shape."""
    logger.warning("A check of %s %r", type(document).__name__, document, exc_info=True)
    return _("This cannot be checked as it is stored: %(error)s") % {"error": error}


def messages_by_field(error: errors.ValidationError) -> dict[str, list]:
    """Return mongoengine's ValidationError as {field name: [message]}."""
    nested = error.errors or {}
    by_field = {
        NON_FIELD_ERRORS if name == WHOLE else name: [message_for(each)]
        for name, each in nested.items()
    }
    if by_field:
        return by_field
    name = error.field_name or NON_FIELD_ERRORS
    return {name: [message_for(error)]}


def message_for(error: Any) -> str:
    """Return the message of one mongoengine error, whatever its depth."""
    if isinstance(error, errors.ValidationError):
        details = error.to_dict()
        return _flat(details) if details else str(error.message or error)
    return str(error)


def _flat(details: Any, path: str = "") -> str:
    if not isinstance(details, dict):
        return f"{path}: {details}" if path else str(details)
    parts = (
        _flat(value, f"{path}.{key}" if path else str(key))
        for key, value in details.items()
    )
    return "; ".join(parts)


def validate_unique(
    document: Any, names: Iterable[str], exclude: Iterable[str] = ()
) -> None:
    """Raise ValidationError where a unique field's value is taken already.

    ``names``: fields with a new value; ``exclude``: fields that have errors. Follows
    Model._perform_unique_checks (5.2) with its messages.
    """
    found: dict[str, list] = {}
    for check in unique_checks(type(document)):
        is_asked = {*check} & {*names} and not {*check} & {*exclude}
        if not is_asked or _is_free(document, check):
            continue
        key = check[0] if len(check) == 1 else NON_FIELD_ERRORS
        found.setdefault(key, []).append(not_unique(document, check))
    if found:
        raise ValidationError(found)


def not_unique(document: Any, names: tuple[str, ...]) -> ValidationError:
    """Return what is said where another document has the same values.

    In Django's words, unless the person may not know that there is such a field.
    ``names``: of fields, or paths as they are stored.
    """
    cls, limits = type(document), limits_of(document)
    paths = [canonical(cls, tuple(name.split("."))) for name in names]
    kind = capfirst(cls._meta.verbose_name)
    accesses = [] if limits is None else [*map(limits[0].access, paths)]
    if Access.HIDDEN in accesses:
        text = _("%(model_name)s with such values already exists.")
        return ValidationError(text, "unique_together", {"model_name": kind})
    if all(name in document._fields for name in names):
        return Model.unique_error_message(document, cls, names)
    labels = get_text_list([*names], _("and"))
    text = _("%(model_name)s with this %(field_labels)s already exists.")
    params = {"model_name": kind, "field_labels": labels}
    return ValidationError(text, "unique_together", params)


def _is_free(document, check) -> bool:
    values = {name: document._data.get(name) for name in check}
    if all(value is None for value in values.values()):
        return True
    if any(_is_unsaved(value) for value in values.values()):
        return True
    if document._meta.pk.name in values:
        values[document._meta.pk.name] = key_of(type(document), document)
    others = type(document)._default_manager.filter(Q(**values))
    if not document._state.adding:
        others = others.filter(Q(pk__ne=document.pk))
    return not others.exists()


def _is_unsaved(value) -> bool:
    """Tell a parent that is added together with ``document``: no other can have it."""
    return isinstance(value, Document) and value._created
