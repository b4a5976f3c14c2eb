"""The kinds of geometry that mongoengine has fields for."""

from typing import NamedTuple


class Kind(NamedTuple):
    """One of GeoJSON's types. https://datatracker.ietf.org/doc/html/rfc7946#section-3.1

    ``depth``: how many lists there are around a position; ``least``: how many positions
    a line has at least; ``is_closed``: lines are rings; ``is_planar``: a position may
    be in any plane, as MongoDB's legacy points are.
    """

    name: str
    depth: int
    least: int = 1
    is_closed: bool = False
    is_planar: bool = False


PAIR = Kind("Point", 0, is_planar=True)
POINT = Kind("Point", 0)
LINE_STRING = Kind("LineString", 1, least=2)
MULTI_POINT = Kind("MultiPoint", 1)
POLYGON = Kind("Polygon", 2, least=4, is_closed=True)
MULTI_LINE_STRING = Kind("MultiLineString", 2, least=2)
MULTI_POLYGON = Kind("MultiPolygon", 3, least=4, is_closed=True)

# Of a position of each kind: (lowest, highest) of longitude and latitude.
LIMITS = ((-180, 180), (-90, 90))
