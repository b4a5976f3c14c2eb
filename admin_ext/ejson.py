"""How this package reads and writes BSON as text: one set of options.

https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/
"""

from bson import UuidRepresentation, json_util
from bson.codec_options import CodecOptions

CODEC = CodecOptions(uuid_representation=UuidRepresentation.STANDARD, tz_aware=True)

# Canonical: int32, int64 and double stay three different types.
LOSSLESS = json_util.CANONICAL_JSON_OPTIONS.with_options(
    tz_aware=True, uuid_representation=UuidRepresentation.STANDARD
)
READABLE = json_util.RELAXED_JSON_OPTIONS.with_options(
    tz_aware=True, uuid_representation=UuidRepresentation.STANDARD
)
