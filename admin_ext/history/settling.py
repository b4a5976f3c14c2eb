"""Rows that are not known to be written: what is stored tells it, later."""

from datetime import timedelta
from typing import Any

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.utils import timezone
from pymongo.errors import PyMongoError

from admin_ext.changesets import MISSING
from admin_ext.changesets.guard import value_at
from admin_ext.compat import CONNECTION_ERRORS, LOAD_ERRORS
from admin_ext.replicas import leniently

from .entries import UNKNOWN, Written, changes, digests, entries, name_of
from .places import key_of_text
from .secrets import secret_within
from .storing import settle_each
from .values import after, before, bound, is_value, packed

# A write of which nothing was heard for so long does not happen any more.
PATIENCE = timedelta(minutes=1)


def settle(change: Any, document: Any) -> str:
    """Return the state of a change, by what is stored where it was not known.

    ``document``: the class. DONE where all is as it was to be, FAILED where all is as
    it was, and INTENDED where somebody has changed it since, where MongoDB does not
    answer, and for a minute after it was intended.
    """
    if not is_to_settle(change):
        return change.state
    try:
        key = key_of_text(document, change.object_id)
        collection = leniently(document._get_collection())
        stored = collection.find_one({"_id": {"$in": [key]}})
    except (PyMongoError, *CONNECTION_ERRORS, *LOAD_ERRORS, ValidationError):
        return change.state
    return settle_with(change, document, MISSING if stored is None else stored)


def is_to_settle(change: Any) -> bool:
    """Tell whether what is stored now tells what became of a change."""
    is_intended = change.state == changes().State.INTENDED
    return is_intended and change.made_at <= timezone.now() - PATIENCE


def settle_with(change: Any, document: Any, stored: Any) -> str:
    """Return the state of a change, by what is stored of its document, or MISSING."""
    states, kinds = changes().State, changes().Kind
    if not is_to_settle(change):
        return change.state
    if change.kind == kinds.DELETE:
        change.state = states.DONE if stored is MISSING else states.FAILED
    elif change.kind == kinds.ADD:
        change.state = _of_addition(change, document, stored)
    elif stored is not MISSING:
        change.state = _of_values(change, document, stored)
    if change.state == states.DONE and stored is not MISSING:
        _complete(change, document, stored)
    if change.state != states.INTENDED:
        settle_each([change])
    return change.state


def settled_by_stored(row: Any, written: Written, stored: Any) -> bool:
    """Settle a row by what is stored right after the write; False for no difference."""
    states, cls = changes().State, written.cls
    if written.after is MISSING:
        row.state = states.DONE if stored is MISSING else states.FAILED
    elif stored is MISSING:
        row.state = states.FAILED
    elif written.after is UNKNOWN:
        row.paths = entries(cls, written.before, stored)
        row.digests = digests(cls, row.place, stored)
        row.state = states.DONE
        if written.before is MISSING:
            row.object_repr = name_of(written._replace(after=stored))
        return bool(row.paths) or written.before is MISSING
    elif written.before is MISSING:
        row.state = _of_addition(row, cls, stored)
    else:
        row.state = _of_values(row, cls, stored)
    return True


def _of_addition(change: Any, document: Any, stored: Any) -> str:
    """Return the state of an addition; somebody else may have added what is there.

    Nobody else draws the ObjectId that it was given.
    """
    states = changes().State
    if stored is MISSING:
        return states.FAILED
    is_own = isinstance(stored["_id"], ObjectId)
    is_own = is_own or digests(document, change.place, stored) == change.digests
    return states.DONE if is_own else states.INTENDED


def _of_values(change: Any, document: Any, stored: dict) -> str:
    """Return the state that the values at the paths of a change tell of."""
    states = changes().State
    known = [entry for entry in change.paths if "secret" not in entry]
    values = [(entry, _shown(document, stored, entry["path"])) for entry in known]
    if values and all(is_value(value, before(entry)) for entry, value in values):
        return states.FAILED
    settled = [pair for pair in values if "unsettled" not in pair[0]]
    if all(is_value(value, after(entry)) for entry, value in settled) and values:
        return states.DONE
    return states.INTENDED


def _shown(document: Any, stored: dict, path: list) -> Any:
    """Return what is stored at a path, without the secrets within."""
    value = value_at(stored, tuple(path))
    if value is MISSING:
        return value
    _is_secret, value, _left_out = secret_within(document, stored, tuple(path), value)
    return value


def _complete(change: Any, document: Any, stored: dict) -> None:
    """Fill in what was not known when it was intended."""
    for entry in change.paths:
        if entry.pop("unsettled", False):
            value = _shown(document, stored, entry["path"])
            if value is not MISSING:
                entry["after"], _size = packed(value, bound("MAX_VALUE"))
    change.paths = [
        entry
        for entry in change.paths
        if "secret" in entry or entry.get("before") != entry.get("after")
    ]
    change.digests = digests(document, change.place, stored)
