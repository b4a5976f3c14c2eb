"""What is called a UUID in BSON and is none: a patch of pymongo's."""

from bson.binary import Binary

UUID_LENGTH = 16  # bytes


def leave_what_is_no_uuid():
    """Read bytes of the subtype of UUIDs that are too few, or too many, as they are.

    MongoDB stores them; of one the driver (4.20) reads nothing at all, not the document
    and not the others of the same answer.
    https://github.com/mongodb/specifications/blob/master/source/bson-binary-uuid/uuid.md
    """
    within_length = Binary.as_uuid

    def as_uuid(self, *args, **options):
        is_one = len(self) == UUID_LENGTH
        return within_length(self, *args, **options) if is_one else self

    Binary.as_uuid = as_uuid
