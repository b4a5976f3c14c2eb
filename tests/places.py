"""What tests of places share: stored theaters, and GeoJSON."""

import pytest
from bson import Int64, ObjectId
from bson.raw_bson import RawBSONDocument

from admin_ext.ejson import CODEC

KEY = ObjectId("5f0000000000000000000001")


@pytest.fixture
def store(mongo):
    """Store a theater; return the collection, whose documents are raw."""
    options = CODEC.with_options(document_class=RawBSONDocument)
    raw = mongo.theaters.with_options(options)

    def put(**values):
        raw.insert_one({"_id": KEY, **values})
        return raw.find_one().raw

    return put


@pytest.fixture
def stored(mongo):
    """Return the stored document without its key, or one value of it."""

    def get(name=None):
        found = mongo.theaters.with_options(CODEC).find_one({"_id": KEY})
        del found["_id"]
        return found if name is None else found.get(name)

    return get


def geojson(name, coordinates, **more):
    return {"type": name, "coordinates": coordinates, **more}


POINT = geojson("Point", [16, Int64(48), 151.5], crs={"n": Int64(1)})
LINE = geojson("LineString", [[1, 2.0], [3.0, Int64(4)]], bbox=[1])
RING = [[0, 0], [4.0, 0], [4, 4], [0, 0]]
