"""What people did to documents: recorded in SQL, shown, and put back.

- ``models``: the table of changes.
- ``recording``: who is at work. ``with history.recording(user, via="undo"):`` has all
  that is written within recorded, by whatever code.
- ``writing``: the collection of a Document as it is written to meanwhile; ``batches``:
  what is recorded before each command, and settled after it; ``updates``: what an
  update will make of a document.
- ``entries``: the row of one document; ``values``, ``images``, ``secrets``,
  ``places``: what is kept of values, of deleted documents, of secrets, of keys.
- ``storing``: rows in SQL; ``settling``: what is not known to be written, later.
- ``outside``: what others did, noticed when a document is looked at next.
- ``views``: the views of an AdminSite, each within a recording.
- ``reveals``: masked values that were shown; ``retention``: how long all is kept.
- ``log``: what Django's own log calls a document, and what it knows of one.
"""

from .entries import changes
from .expected import Expected, expecting
from .images import Image, image_of
from .log import last_author, logged_as, unlog_deletions
from .outside import notice
from .places import key_of_text, key_text, place_of
from .recording import Recording, by, current, is_enabled, recording, unrecorded
from .reveals import record_reveal
from .secrets import is_secret, without_secrets
from .settling import settle
from .storing import NotRecorded
from .values import BOUNDS, Large, after, before
from .views import non_atomic, not_recorded_text, record, recorded_view
from .writing import recorded

__all__ = [
    "BOUNDS",
    "Expected",
    "Image",
    "Large",
    "NotRecorded",
    "Recording",
    "after",
    "before",
    "by",
    "changes",
    "current",
    "expecting",
    "image_of",
    "is_enabled",
    "is_secret",
    "key_of_text",
    "key_text",
    "last_author",
    "logged_as",
    "non_atomic",
    "not_recorded_text",
    "notice",
    "place_of",
    "record",
    "record_reveal",
    "recorded",
    "recorded_view",
    "recording",
    "settle",
    "unlog_deletions",
    "unrecorded",
    "without_secrets",
]
