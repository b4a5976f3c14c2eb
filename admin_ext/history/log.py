"""What the log calls a document, and what it knows of one."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.utils.translation import override
from pymongo.errors import PyMongoError

from admin_ext.conflicts import Author
from admin_ext.limits import max_side_time, within

# So many of the latest entries are looked at.
MAX_ENTRIES = 20


class LoggedAs:
    """A document of a subclass, for the log one of the class that its admin shows.

    Django asks an object for its content type; the history page of an admin looks
    for its own class only.
    """

    def __init__(self, document: Any, opts: Any):
        self._meta, self.pk, self.text = opts, document.pk, str(document)

    def __str__(self):
        return self.text


def logged_as(document: Any, opts: Any) -> Any:
    """Return ``document``, or what stands for it in the log of another class."""
    same = document._meta.label == opts.label
    return document if same else LoggedAs(document, opts)


def unlog_deletions(request: Any, document: Any) -> None:
    """Take what is still there out of the deletions that a request logged.

    Django logs them before they are done, in a transaction of SQL, which the pages of
    Documents do not have. What MongoDB does not tell of stays in the log.
    """
    logged = getattr(request, "logged_deletions", None) or ()
    entries = {str(each.object_id): each for each in logged if each and each.pk}
    if not entries:
        return
    keys = [each.object_id for each in entries.values()]
    with suppress(PyMongoError), within(max_side_time()):
        for left in document._default_manager.filter(pk__in=keys).only("pk"):
            entries[str(left.pk)].delete()


def last_author(document: Any, label: Any, since: datetime | None) -> Author | None:
    """Return who changed a field last, as far as the log knows.

    ``label``: what the form calls the field; ``since``: when the page was made. None
    when nobody did through the admin: the application writes, too.
    """
    # Models cannot be imported while this module is.
    from django.contrib.admin.models import LogEntry
    from django.contrib.contenttypes.models import ContentType

    content_type = ContentType.objects.get_for_model(type(document))
    entries = LogEntry.objects.filter(
        content_type=content_type, object_id=str(document.pk)
    ).select_related("user")
    if since is not None:
        entries = entries.filter(action_time__gte=since)
    with override(None):
        # The log has the names of fields untranslated.
        name = str(label)
    for entry in entries.order_by("-action_time")[:MAX_ENTRIES]:
        if name in _changed_names(entry.change_message):
            return Author(str(entry.user), entry.action_time)
    return None


def _changed_names(message: str) -> set[str]:
    """Return the names of fields, and of inlines, in a message of the log."""
    return set(_names(message))


def _names(message: str) -> Iterator[str]:
    try:
        parts = json.loads(message)
    except ValueError:
        return
    for part in parts if isinstance(parts, list) else ():
        for what in part.values():
            yield from map(str, what.get("fields", ()))
            yield str(what.get("name", ""))
