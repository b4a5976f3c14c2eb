"""What is written about one document: a row of the table, before anything happens."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.apps import apps
from pymongo.errors import PyMongoError

from admin_ext.changesets import MISSING, Change, differences
from admin_ext.compat import CONNECTION_ERRORS, METHOD_ERRORS
from admin_ext.hydration import document_for_son, remember

from .images import image_for
from .places import key_text, place_of
from .recording import Recording
from .secrets import secret_within, without_secrets
from .values import bound, digest, packed

# More differences than this are told by the top-level keys that hold them.
MAX_PATHS = 1_000
MAX_TEXT, MAX_NAME = 200, 255

# What a person's own code may raise when it is asked for the name of a document.
NAME_ERRORS = (*METHOD_ERRORS, PyMongoError, *CONNECTION_ERRORS, RecursionError)

# What a document will be after an update that only MongoDB can work out.
UNKNOWN = object()


def changes() -> Any:
    """Return the model of the table, which cannot be imported while this module is."""
    return apps.get_model("admin_ext", "Change")


class Written(NamedTuple):
    """One document that is about to be written.

    ``cls``: its class, presented; ``before``: what is stored, or MISSING; ``after``:
    what will be, MISSING or UNKNOWN. ``document``: the object, if there is one.
    """

    cls: Any
    key: Any
    before: Any
    after: Any
    document: Any = None
    keys: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        kinds = changes().Kind
        if self.before is MISSING:
            return kinds.ADD
        return kinds.DELETE if self.after is MISSING else kinds.CHANGE

    @property
    def is_change(self) -> bool:
        """Tell whether anything of the document will be another."""
        if self.after is UNKNOWN or MISSING in (self.before, self.after):
            return True
        return bool(differences(self.before, self.after))


def row_for(recording: Recording, written: Written) -> Any:
    """Return an unsaved row of state INTENDED."""
    cls, place = written.cls, place_of(written.cls, written.key)
    is_deletion = written.after is MISSING
    row = changes()(
        operation=recording.operation,
        place=place,
        document=cls._meta.label_lower,
        object_id=key_text(cls, written.key),
        object_repr=name_of(written),
        kind=written.kind,
        undoes=recording.undoes,
        image=image_for(cls, written.before) if is_deletion else None,
        **_of_person(recording),
    )
    if written.after is UNKNOWN:
        row.paths = unknown_entries(cls, written)
    elif not is_deletion:
        row.paths = entries(cls, written.before, written.after)
        row.digests = digests(cls, place, written.after)
    return row


def _of_person(recording: Recording) -> dict[str, Any]:
    user = recording.user
    is_known = user is not None and user.pk is not None
    return {
        "user": user if is_known else None,
        "username": user.get_username()[:MAX_NAME] if is_known else "",
        "via": recording.via[:100],
        "address": recording.address,
        "reason": recording.reason,
    }


def name_of(written: Written) -> str:
    """Return what the document calls itself, or its key where that raises."""
    document = written.document
    try:
        if document is None or written.before is MISSING:
            son = written.after if written.before is MISSING else written.before
            if not isinstance(son, dict):
                return key_text(written.cls, written.key)[:MAX_TEXT]
            document = remember(document_for_son(written.cls, son), son)
        return str(document)[:MAX_TEXT].replace("\0", "")
    except NAME_ERRORS:
        return key_text(written.cls, written.key)[:MAX_TEXT]


def entries(cls: Any, before: Any, after: dict) -> list[dict]:
    """Return ``Change.paths``: what differs, secrets without their values.

    An entry of a secret is {path, secret: True}; ``partial: True`` tells that values
    lack the secrets within.
    """
    before = {} if before is MISSING else before
    found = differences(before, after)
    if len(found) > MAX_PATHS:
        found = [
            Change((key,), before.get(key, MISSING), after.get(key, MISSING))
            for key in dict.fromkeys(each.path[0] for each in found)
        ]
    limit, kept = bound("MAX_CHANGE"), []
    for change in found:
        entry, size = _entry(cls, before, after, change, limit)
        limit = max(0, limit - size)
        kept.append(entry)
    return kept


def unknown_entries(cls: Any, written: Written) -> list[dict]:
    """Return the entries of an update whose outcome is not known yet.

    They are of the top-level keys that it names, and have ``unsettled: True`` until it
    is.
    """
    before = {} if written.before is MISSING else written.before
    limit, kept = bound("MAX_CHANGE"), []
    for key in written.keys or before.keys() - {"_id"}:
        change = Change((key,), before.get(key, MISSING), MISSING)
        entry, size = _entry(cls, before, before, change, limit)
        limit = max(0, limit - size)
        kept.append({**entry, "unsettled": True})
    return kept


def _entry(cls: Any, before: dict, after: dict, change: Change, limit: int):
    """Return an entry of ``Change.paths``, and the bytes of its values."""
    entry: dict[str, Any] = {"path": [*change.path]}
    size, most = 0, min(limit, bound("MAX_VALUE"))
    for name, son in (("before", before), ("after", after)):
        value = getattr(change, name)
        if value is MISSING:
            continue
        is_secret, value, left_out = secret_within(cls, son, change.path, value)
        if is_secret:
            return {"path": [*change.path], "secret": True}, 0
        if left_out:
            entry["partial"] = True
        entry[name], bytes_kept = packed(value, most - size if most > size else 0)
        size += bytes_kept
    return entry, size


def digests(cls: Any, place: str, son: dict) -> dict[str, str]:
    """Return {top-level key: digest of its value without secrets}."""
    kept, _left_out = without_secrets(cls, son)
    return {key: digest(place, value) for key, value in kept.items() if key != "_id"}


def top_level_changes(
    cls: Any, place: str, known: dict[str, str], son: dict
) -> Iterator[str]:
    """Yield the top-level keys whose digests are not ``known`` ones."""
    now = digests(cls, place, son)
    for key in dict.fromkeys((*known, *now)):
        if known.get(key) != now.get(key):
            yield key
