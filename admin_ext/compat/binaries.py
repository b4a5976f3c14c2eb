"""Bytes in BSON that are not what their subtype says: patches of pymongo's.

MongoDB stores them; of one the driver (4.20) reads nothing at all, not the document and
not the others of the same answer.
"""

import struct
from functools import wraps

import bson
from bson.binary import BINARY_SUBTYPE, OLD_BINARY_SUBTYPE, Binary
from bson.errors import InvalidBSON

UUID_LENGTH = 16  # bytes

# The kinds of elements, https://bsonspec.org/spec.html, and the bytes of their values.
NUMBERS = {
    **dict.fromkeys((0x06, 0x0A, 0x7F, 0xFF), 0),
    **{0x08: 1, 0x10: 4, 0x07: 12, 0x13: 16},
    **dict.fromkeys((0x01, 0x09, 0x11, 0x12), 8),
}
TEXTS = {0x02: 0, 0x0D: 0, 0x0E: 0, 0x0C: 12}  # and what follows the text, in bytes
DOCUMENTS = (0x03, 0x04)
BINARY, REGEX, CODE_WITH_SCOPE = 0x05, 0x0B, 0x0F
LENGTH = struct.Struct("<i")
OF_LENGTH = LENGTH.size


def leave_what_is_no_uuid():
    """Read bytes of the subtype of UUIDs that are too few, or too many, as they are.

    https://github.com/mongodb/specifications/blob/master/source/bson-binary-uuid/uuid.md
    """
    within_length = Binary.as_uuid

    def as_uuid(self, *args, **options):
        is_one = len(self) == UUID_LENGTH
        return within_length(self, *args, **options) if is_one else self

    Binary.as_uuid = as_uuid


def leave_odd_old_binaries():
    """Read bytes of subtype 2 whose inner length is wrong, or lacks, as plain bytes."""
    bson._decode_all = mending(bson._decode_all)
    bson._bson_to_dict = mending(bson._bson_to_dict)


def mending(decode):
    """Return ``decode``, called again for what can be read once it is mended."""

    @wraps(decode)
    def decode_mended(data, *options):
        try:
            return decode(data, *options)
        except InvalidBSON as error:
            try:
                mended = without_odd_binaries(data)
            except (IndexError, KeyError, ValueError, struct.error):
                raise error from None  # It is no BSON.
            if mended is None:
                raise
            return decode(mended, *options)

    return decode_mended


def without_odd_binaries(data):
    """Return these documents with subtype 0 in the place of an odd 2; None if none is.

    The elements of a document within one follow its length, and a zero ends it.
    """
    found = bytearray(data)
    place = levels = changes = 0
    while place < len(found):
        if not levels:
            place, levels = place + OF_LENGTH, 1
        kind, place = found[place], place + 1
        if not kind:
            levels -= 1
            continue
        place = found.index(0, place) + 1  # behind its key
        if kind in DOCUMENTS:
            place, levels = place + OF_LENGTH, levels + 1
        elif kind == CODE_WITH_SCOPE:
            place += OF_LENGTH
            place += OF_LENGTH + length_at(found, place) + OF_LENGTH
            levels += 1
        elif kind == REGEX:
            place = found.index(0, found.index(0, place) + 1) + 1
        elif kind == BINARY:
            length, subtype = length_at(found, place), place + OF_LENGTH
            place = subtype + 1
            if found[subtype] == OLD_BINARY_SUBTYPE and (
                length < OF_LENGTH or length_at(found, place) != length - OF_LENGTH
            ):
                found[subtype] = BINARY_SUBTYPE
                changes += 1
            place += length
        elif kind in TEXTS:
            place += OF_LENGTH + length_at(found, place) + TEXTS[kind]
        else:
            place += NUMBERS[kind]
    return bytes(found) if changes else None


def length_at(found, place):
    """Return the length that is stored there; it is never below zero."""
    [length] = LENGTH.unpack_from(found, place)
    if length < 0:
        raise ValueError("no length")
    return length
