"""The one way in which a person's change is written.

A form leaves its changes on the Document. ``save()`` validates those and nothing else,
and calls the Document's own ``save()``, which sends $set and $unset for the paths that
differ, on the condition that these are still what they were when they were read.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import InvalidOperation
from functools import partial
from typing import Any

from bson.errors import BSONError
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _
from mongoengine import errors
from pymongo.errors import DocumentTooLarge

from .exceptions import SaveRejected, Superseded
from .files import saved_with_files, with_own_files
from .history import NotRecorded, not_recorded_text
from .hydration import stored_son
from .keys import is_key_changed, stored_key
from .meta import in_order
from .policies import admit, expect, stored_names, whole
from .sending import part_to_mongo, sending_differences, to_mongo
from .validation import changed_names, messages_by_field, not_unique, validate

QUOTED_DOCUMENT = re.compile(r"\{.*\}", re.DOTALL)
REST_OF_QUOTED_DOCUMENT = re.compile(r"\{.*", re.DOTALL)

# What the driver and mongoengine raise for a value that BSON cannot hold: a number of
# 65 bits, half a character, a decimal of too many digits, a key with NUL.
UNSTORABLE = (BSONError, UnicodeEncodeError, OverflowError, InvalidOperation)
MAX_REASON = 200  # characters; some quote the value

_written: ContextVar[list] = ContextVar("written")
_is_checked: ContextVar[bool] = ContextVar("is_checked", default=True)


@contextmanager
def noting_writes() -> Iterator[list]:
    """Collect the documents that are written meanwhile into the list it gives."""
    token = _written.set([])
    try:
        yield _written.get()
    finally:
        _written.reset(token)


@contextmanager
def putting_back() -> Iterator[None]:
    """Check no value meanwhile: what was stored before may be so again, odd or not."""
    token = _is_checked.set(False)
    try:
        yield
    finally:
        _is_checked.reset(token)


def guard(document: Any, *, adding: bool) -> None:
    """Make ``document.save()`` the guarded save below, whoever calls it.

    ``ModelAdmin.save_model`` is overridden in every second project, mostly to set a
    field and call ``obj.save()``: that must write as carefully as the form does.
    """
    document.__dict__["save"] = partial(save, document, adding=adding)


def check_rows(document: Any, request: Any) -> None:
    """Raise ValidationError for a form's document that the person may not store.

    What cannot be converted at all is refused when it is saved.
    """
    if request is None:
        return
    expect(request, document)
    is_new = stored_son(document) is None
    names = stored_names(document, is_new=is_new)
    if not names or not (is_new or document._get_changed_fields()):
        return
    try:
        son = part_to_mongo(document, names) if is_new else to_mongo(document)
        admit(document, son)
    except UNSTORABLE:
        return


def save(document: Any, *args, adding: bool, **kwargs) -> Any:
    """Write what changed. Raise SaveRejected when it cannot be written.

    Nothing changed: nothing is sent. An addition never replaces a document that has
    the same key; a change never brings back one that was deleted meanwhile.
    """
    names = set(document._fields) if adding else changed_names(document)
    if not adding and not names:
        return document
    document.__dict__.pop("save", None)
    # Its code sees all of it, also what the person may not see.
    try:
        with whole(document):
            return _saved(document, names, args, kwargs, adding=adding)
    except ValidationError as error:
        raise SaveRejected(error, document, adding=adding) from error


def _saved(document: Any, names: set, args: tuple, kwargs: dict, *, adding: bool):
    # As a model does: what gets another key is stored a second time, as a copy.
    is_new = adding or is_key_changed(document)
    try:
        validate(document, names if _is_checked.get() else ())
        if is_new and not adding:
            with_own_files(document)
        with _as_a_whole(document, is_copy=is_new and not adding) as unchanged:
            document.save(*args, **_options(unchanged, kwargs, adding=is_new))
        _written.get([]).append(document)
        return document
    except errors.SaveConditionError as error:
        raise _overtaken(document) from error
    except (ValidationError, errors.MongoEngineException) as error:
        reason = _reason(document, error)
        if reason is None:
            raise
        raise SaveRejected(reason, document, adding=adding) from error
    except NotRecorded as error:
        reason = ValidationError(not_recorded_text(error.count))
        raise SaveRejected(reason, document, adding=adding) from error
    except DocumentTooLarge as error:
        reason = ValidationError(_("MongoDB stores no document of more than 16 MB."))
        raise SaveRejected(reason, document, adding=adding) from error
    except UNSTORABLE as error:
        reason = ValidationError(
            _("This cannot be stored: %(error)s") % {"error": str(error)[:MAX_REASON]}
        )
        raise SaveRejected(reason, document, adding=adding) from error
    # mongoengine's ValidationError is an AssertionError, no MongoEngineException.
    except errors.ValidationError as error:
        reason = ValidationError(messages_by_field(error))
        raise SaveRejected(reason, document, adding=adding) from error


@contextmanager
def _as_a_whole(document: Any, *, is_copy: bool) -> Iterator[dict]:
    """Send the differences, and the files that belong to them; yield their guard."""
    is_new = stored_son(document) is None
    names = document._fields if is_new else changed_names(document)
    with (
        saved_with_files(document, names, is_copy=is_copy),
        sending_differences(document) as unchanged,
    ):
        yield unchanged


def _reason(document, error) -> ValidationError | None:
    """Return what a refused save is to tell the person; None if it is no refusal."""
    if isinstance(error, ValidationError):
        return error
    if isinstance(error, errors.NotUniqueError):
        return _duplicate(document, error)
    if isinstance(error, errors.OperationError):
        return ValidationError(refusal(error))
    return None


def refusal(error) -> str:
    """Return the server's words without the document that it quotes.

    An index of places quotes it with all its keys, those that are on no form too.
    """
    details = getattr(error.__context__, "details", None) or {}
    words = str(details.get("errmsg") or error)
    is_whole = words.count("{") == words.count("}")
    quoted = QUOTED_DOCUMENT if is_whole else REST_OF_QUOTED_DOCUMENT
    return _("MongoDB refused this: %(reason)s") % {"reason": quoted.sub("…", words)}


def _options(unchanged: dict, kwargs: dict, *, adding: bool) -> dict[str, Any]:
    """Return the arguments of mongoengine's save().

    It has been validated; without a condition an update is an upsert, which would
    recreate a deleted document with the changed fields alone.
    """
    if adding:
        return {"validate": False, "force_insert": True} | kwargs
    condition = kwargs.get("save_condition") or {}
    return (
        {"validate": False}
        | kwargs
        | {"save_condition": {**condition, "__raw__": unchanged}}
    )


def _overtaken(document) -> SaveRejected:
    """Return what to raise when the condition of an update did not hold."""
    key = stored_key(document)
    if document._get_collection().find_one({"_id": key}, {"_id": 1}):
        reason = _("Somebody else changed this while it was saved; nothing was saved.")
        return Superseded(ValidationError(reason), document)
    reason = _("%(name)s “%(obj)s” was deleted by somebody else; nothing was saved.")
    names = {"name": document._meta.verbose_name, "obj": document}
    return SaveRejected(ValidationError(reason % names), document)


def _duplicate(document, error) -> ValidationError:
    """Name the field of a duplicate key error.

    https://www.mongodb.com/docs/manual/core/index-unique/ - the server's answer holds
    the pattern of the index.
    """
    details = getattr(error.__context__, "details", None) or {}
    stored_names = details.get("keyPattern", {})
    if not stored_names:
        return ValidationError(refusal(error))
    names = tuple(
        document._meta.pk.name
        if name == "_id"
        else document._reverse_db_field_map.get(name, name)
        for name in stored_names
    )
    if all(name in document._fields for name in names):
        names = in_order(document, {*names})
    message = not_unique(document, names)
    is_field = len(names) == 1 and names[0] in document._fields
    return ValidationError({names[0] if is_field else NON_FIELD_ERRORS: message})
