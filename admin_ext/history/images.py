"""What is kept of a deleted document: all that was stored, but secrets, within bounds.

zlib of BSON: {document: what was stored, left_out: [{path: [step, …], why: "secret" or
"size", bytes}]}.
"""

import zlib
from typing import Any, NamedTuple

import bson

from admin_ext.ejson import CODEC

from .secrets import without_secrets
from .values import bound, encoded

LEVEL = 3  # of compression: most of what 6 gains, for a third of its time


class Image(NamedTuple):
    """``document``: what was stored; ``left_out``: [{path, why, bytes}] of the rest."""

    document: dict
    left_out: list[dict]


def image_for(cls: Any, son: dict) -> bytes:
    """Return what the table keeps of a document."""
    kept, secrets = without_secrets(cls, son)
    left_out = [{"path": [*path], "why": "secret"} for path in secrets]
    sizes = {key: len(encoded(value)) for key, value in kept.items() if key != "_id"}
    total, limit = sum(sizes.values()), bound("MAX_IMAGE")
    for key in sorted(sizes, key=sizes.__getitem__, reverse=True):
        if total <= limit:
            break
        kept = {name: value for name, value in kept.items() if name != key}
        left_out.append({"path": [key], "why": "size", "bytes": sizes[key]})
        total -= sizes[key]
    data = bson.encode({"document": kept, "left_out": left_out}, codec_options=CODEC)
    return zlib.compress(data, LEVEL)


def image_of(change: Any) -> Image | None:
    """Return what was kept of the document that ``change`` deleted, if it did."""
    if change.image is None:
        return None
    data = zlib.decompress(bytes(change.image))
    return Image(**bson.decode(data, codec_options=CODEC))
