"""Keys of the demo data: real ObjectIds that can be told from anybody else's.

An ObjectId holds a time (4 bytes), a process (5 bytes) and a counter (3 bytes). The
generator writes the mark below as the process.
"""

from struct import Struct

from bson import ObjectId

MARK = b"demo"
# The fifth byte of the process tells the collections apart.
SERIES = {"users": 1, "notes": 2, "tags": 3, "widgets": 4, "keys": 5}
LARGEST = 0xFFFFFF

_layout = Struct(">I4sBBH")


def demo_id(collection, number, seconds):
    """Return the key of row `number` of a collection, made at `seconds` (Unix time).

    Numbers run from 0 to LARGEST.
    """
    return ObjectId(
        _layout.pack(seconds, MARK, SERIES[collection], number >> 16, number & 0xFFFF)
    )


def foreign_filter():
    """Return the filter of documents that the generator did not write."""
    text = {"$convert": {"input": "$_id", "to": "string", "onError": ""}}
    mark = {"$substrBytes": [text, 8, 8]}
    is_demo = [{"$eq": [{"$type": "$_id"}, "objectId"]}, {"$eq": [mark, MARK.hex()]}]
    return {"$expr": {"$not": [{"$and": is_demo}]}}
