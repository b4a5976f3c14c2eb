"""What was written outside the site: noticed when a document is looked at next."""

import logging
import uuid
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple

from django.db import router, transaction
from django.db.models import Max, Q
from django.db.utils import Error
from django.utils import timezone

from admin_ext.changesets import MISSING
from admin_ext.hydration import stored_son

from .entries import Written, changes, digests, name_of
from .places import key_text, place_of
from .recording import is_enabled
from .secrets import secret_within
from .settling import is_to_settle, settle_with
from .values import bound, digest, packed, unpacked

logger = logging.getLogger(__name__)

# So many earlier changes are asked for the value that a key had.
MAX_LOOKED_AT = 20

# Two people who save at once have read different documents.
AT_ONCE = timedelta(seconds=30)

# Stands for the place of a document where the SQL is made.
ANY_PLACE = "any place"


class Seen(NamedTuple):
    """What was read of a document, and whether it is to be written next."""

    cls: Any
    son: dict
    document: Any = None
    is_to_write: bool = False

    @property
    def key(self) -> Any:
        return self.son["_id"]

    @property
    def place(self) -> str:
        return place_of(self.cls, self.key)


def notice(document: Any) -> Any:
    """Return the Change that tells what others did to a loaded document, or None.

    It is recorded once, by whoever looks first: one of kind OUTSIDE, whose paths are
    the top-level keys that are not as the last change of the history left them. One
    query where all is as it was.
    """
    son = stored_son(document)
    if son is None or "_id" not in son:
        return None
    return _noticed(Seen(type(document), son, document))


def notice_all(written: list[Written]) -> None:
    """Record the same of documents that are about to be changed.

    One query for all, where they are as they were.
    """
    model = changes()
    seen = {
        place_of(each.cls, each.key): Seen(each.cls, each.before, each.document, True)
        for each in written
        if each.kind == model.Kind.CHANGE
    }
    if len(seen) == 1:
        _noticed(*seen.values())
    if len(seen) < 2:
        return
    latest = _known(place__in=seen).order_by().values("place").annotate(last=Max("pk"))
    try:
        for last in model.objects.filter(pk__in=latest.values("last")).defer("image"):
            if _differing(seen[last.place], last):
                _noticed(seen[last.place])
    except Error:
        logger.warning("Not recorded: what was changed outside.", exc_info=True)


def _noticed(seen: Seen) -> Any:
    if not is_enabled():
        return None
    try:
        last = _latest(seen.place)
        if last is None:
            return None
        if is_to_settle(last):
            settle_with(last, seen.cls, seen.son)
        elif last.state == changes().State.INTENDED or not _differing(seen, last):
            return None
        with transaction.atomic(using=router.db_for_write(changes())):
            return _recorded(seen)
    except Error:
        # Somebody else may be recording it; if nobody is, the next one will.
        logger.warning("Not recorded: what was changed outside.", exc_info=True)
        return None


def _known(**lookups: Any) -> Any:
    """Return what is known of documents, the latest first."""
    model = changes()
    is_told = Q(kind=model.Kind.REVEAL) | Q(state=model.State.FAILED)
    return model.objects.filter(~is_told, **lookups).order_by("-made_at", "-pk")


def _latest(place: str) -> Any:
    """Return what is known last of a document, without its image, or None.

    Each change page asks for it: the SQL, most of the time that takes, is made once.
    """
    rows = changes().objects.all()
    sql, parameters = _latest_sql(rows.model, rows.db)
    given = [place if each == ANY_PLACE else each for each in parameters]
    return next(iter(rows.raw(sql, given)), None)


@cache
def _latest_sql(model: Any, database: str) -> tuple[str, tuple]:
    query = _known(place=ANY_PLACE).defer("image")[:1].query
    return query.get_compiler(database).as_sql()


def _differing(seen: Seen, last: Any) -> list[str]:
    """Return the top-level keys that are not as ``last`` left them."""
    now = digests(seen.cls, last.place, seen.son)
    keys = dict.fromkeys((*last.digests, *now))
    return [key for key in keys if last.digests.get(key) != now.get(key)]


def _recorded(seen: Seen) -> Any:
    """Return the new row, or None when somebody else was faster."""
    model = changes()
    done = _known(place=seen.place, state=model.State.DONE)
    last = _known(place=seen.place).select_for_update().first()
    if last is not None and is_to_settle(last):
        # What became of it nobody knows; what was before it is known.
        last = done.first()
    if last is None or last.state == model.State.INTENDED:
        return None
    # Whoever waited for the row sees now what the one before has recorded.
    if done.filter(made_at__gt=last.made_at).exists():
        return None
    earlier = [*_known(place=seen.place).defer("image")[:MAX_LOOKED_AT]]
    now = digests(seen.cls, seen.place, seen.son)
    known = _written_at_once(earlier)
    recent = _written_meanwhile(earlier) if seen.is_to_write else set()
    keys = [
        key
        for key in _differing(seen, last)
        if now.get(key) not in known.get(key, ()) and key not in recent
    ]
    if not keys:
        return None
    row = model(
        operation=uuid.uuid4(),
        place=seen.place,
        document=seen.cls._meta.label_lower,
        object_id=key_text(seen.cls, seen.key),
        object_repr=name_of(
            Written(seen.cls, seen.key, seen.son, seen.son, seen.document)
        ),
        kind=model.Kind.OUTSIDE,
        state=model.State.DONE,
        paths=[_entry(seen.cls, key, seen.son, last, earlier) for key in keys],
        digests=now,
    )
    row.save(force_insert=True)
    return row


def _written_at_once(earlier: list) -> dict[str, set[str]]:
    """Return {key: digests} of what was left by those who saved at about one time.

    Each of them has read the document before the others wrote, so that the last one
    does not know all of it.
    """
    found: dict[str, set[str]] = {}
    for each in earlier:
        if each.made_at >= earlier[0].made_at - AT_ONCE:
            for entry in each.paths:
                key = entry["path"][0]
                if key in each.digests:
                    found.setdefault(key, set()).add(each.digests[key])
    return found


def _written_meanwhile(earlier: list) -> set[str]:
    """Return the keys that the site has written since a request may have read them."""
    limit = timezone.now() - AT_ONCE
    recent = [each for each in earlier if each.made_at >= limit]
    return {entry["path"][0] for each in recent for entry in each.paths}


def _entry(cls: Any, key: str, son: dict, last: Any, earlier: list) -> dict:
    """Return the entry of a top-level key, with the value before where it is known."""
    entry: dict[str, Any] = {"path": [key]}
    value = son.get(key, MISSING)
    is_secret, value, left_out = secret_within(cls, son, (key,), value)
    if is_secret:
        return {**entry, "secret": True}
    if left_out:
        entry["partial"] = True
    if key in last.digests:
        before = _value_before(key, last, earlier)
        if before is MISSING:
            entry["unknown_before"] = True
        else:
            entry["before"] = before
    if value is not MISSING:
        entry["after"], _size = packed(value, bound("MAX_VALUE"))
    return entry


def _value_before(key: str, last: Any, earlier: list) -> Any:
    """Return what the table keeps of the value with the last known digest."""
    for each in earlier:
        for entry in each.paths:
            for name in ("after", "before"):
                is_whole = entry["path"] == [key] and name in entry
                if is_whole and _has_digest(entry[name], last, key):
                    return entry[name]
    return MISSING


def _has_digest(kept: Any, last: Any, key: str) -> bool:
    return digest(last.place, unpacked(kept)) == last.digests[key]
