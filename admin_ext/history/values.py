"""Stored values in the table of changes, and back: Extended JSON within bounds."""

import base64
import hashlib
import json
from typing import Any, NamedTuple

import bson
from django.conf import settings

from admin_ext.changesets import MISSING
from admin_ext.ejson import CODEC, dumps, loads

# Settings and what they are without; bytes of BSON.
BOUNDS = {
    # A value of more is kept as its length and digest.
    "ADMIN_EXT_HISTORY_MAX_VALUE": 64 * 1024,
    # All values of one change together.
    "ADMIN_EXT_HISTORY_MAX_CHANGE": 1024 * 1024,
    # What is kept of one deleted document.
    "ADMIN_EXT_HISTORY_MAX_IMAGE": 16 * 1024 * 1024,
}

LARGE, BSON = "$large", "$bson"
DIGEST_BYTES = 12


class Large(NamedTuple):
    """A value of which only the length and the digest were kept."""

    bytes: int
    sha256: str


def bound(name: str) -> int:
    """Return the setting ADMIN_EXT_HISTORY_… that ends in ``name``."""
    name = f"ADMIN_EXT_HISTORY_{name}"
    return getattr(settings, name, BOUNDS[name])


def encoded(value: Any) -> bytes:
    """Return a value as BSON: of a document that holds it alone."""
    return bson.encode({"": value}, codec_options=CODEC)


def packed(value: Any, limit: int) -> tuple[Any, int]:
    """Return a value as the table keeps it, and its bytes there.

    One of more than ``limit`` bytes is kept as {"$large": {bytes, sha256}}; one that
    Extended JSON cannot spell as {"$bson": base64}.
    """
    data = encoded(value)
    if len(data) > limit:
        digest = hashlib.sha256(data).hexdigest()
        return {LARGE: {"bytes": len(data), "sha256": digest}}, 0
    if _looks_like_extended_json(value):
        return {BSON: base64.b64encode(data).decode()}, len(data)
    return json.loads(dumps(value)), len(data)


def unpacked(kept: Any) -> Any:
    """Return the value that ``packed`` kept, with its BSON type, or a Large."""
    if isinstance(kept, dict) and kept.keys() == {LARGE}:
        return Large(**kept[LARGE])
    if isinstance(kept, dict) and kept.keys() == {BSON}:
        return bson.decode(base64.b64decode(kept[BSON]), codec_options=CODEC)[""]
    return loads(json.dumps(kept))


def before(entry: dict) -> Any:
    """Return what was stored at the path of an entry: a value, MISSING or a Large."""
    return unpacked(entry["before"]) if "before" in entry else MISSING


def after(entry: dict) -> Any:
    """Return what was stored afterwards: a value, MISSING or a Large."""
    return unpacked(entry["after"]) if "after" in entry else MISSING


def is_value(value: Any, kept: Any) -> bool:
    """Tell whether a stored value is what was kept of one, a Large included."""
    if value is MISSING or kept is MISSING:
        return value is kept
    data = encoded(value)
    if isinstance(kept, Large):
        return kept == Large(len(data), hashlib.sha256(data).hexdigest())
    return data == encoded(kept)


def digest(place: str, value: Any) -> str:
    """Return 24 hexadecimal digits that stand for a value in one document."""
    data = place.encode() + encoded(value)
    return hashlib.sha256(data).hexdigest()[: 2 * DIGEST_BYTES]


def _looks_like_extended_json(value: Any) -> bool:
    """Tell whether a key, at any depth, could be taken for one of Extended JSON."""
    if isinstance(value, dict):
        return any(
            str(key).startswith("$") or _looks_like_extended_json(item)
            for key, item in value.items()
        )
    if isinstance(value, list | tuple):
        return any(map(_looks_like_extended_json, value))
    return False
