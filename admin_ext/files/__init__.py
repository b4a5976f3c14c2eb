"""Files in GridFS and binary data: what is stored, shown, sent, written and deleted.

mongoengine's proxies write to GridFS at once, and delete the old file before anybody
knows whether the document can be saved. Here a new file is put when its document is
saved, and what it replaces is deleted when that has succeeded.

- ``buckets``: GridFS's own documents and chunks.
- ``shown``: what a page tells of a stored file, or of binary data.
- ``pending``: new files, and what happens to them and to old ones around a save.
- ``images``: Pillow within limits.
- ``urls``: where a file is downloaded.
"""

from .buckets import MISSING_FILE_ERRORS, Bucket
from .images import MAX_PIXELS, BadImage, OversizeImage, check_image, thumbnail
from .originals import Original
from .pending import (
    note_replaced,
    pending_proxy,
    rewind,
    saved_with_files,
    with_own_files,
)
from .shown import (
    ENCRYPTED,
    SHOWN_BY,
    SHOWN_FILES,
    UUID_SUBTYPES,
    Shown,
    ShownBinary,
    ShownFile,
    fetch,
    is_stand_in,
    join,
    stand_in,
    subtype_of,
)
from .urls import FileUrls, inline_name, steps_of

__all__ = [
    "ENCRYPTED",
    "MAX_PIXELS",
    "MISSING_FILE_ERRORS",
    "SHOWN_BY",
    "SHOWN_FILES",
    "UUID_SUBTYPES",
    "BadImage",
    "Bucket",
    "FileUrls",
    "Original",
    "OversizeImage",
    "Shown",
    "ShownBinary",
    "ShownFile",
    "check_image",
    "fetch",
    "inline_name",
    "is_stand_in",
    "join",
    "note_replaced",
    "pending_proxy",
    "rewind",
    "saved_with_files",
    "stand_in",
    "steps_of",
    "subtype_of",
    "thumbnail",
    "with_own_files",
]
