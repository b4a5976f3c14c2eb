"""Places: GeoJSON, and the pairs of coordinates that MongoDB had before."""

from admin_ext.geometry.stored import LATITUDES, LONGITUDES
from admin_ext.introspection.bson_types import STRING
from admin_ext.introspection.profile import Profile

from .lattice import GROUPS, NUMBER
from .names import words_of
from .words import quoted

KINDS = {
    "Point": "PointField",
    "LineString": "LineStringField",
    "Polygon": "PolygonField",
    "MultiPoint": "MultiPointField",
    "MultiLineString": "MultiLineStringField",
    "MultiPolygon": "MultiPolygonField",
}
MIXED = {*KINDS, "GeometryCollection", "Feature", "FeatureCollection"}

PAIR = "GeoPointField"
PAIR_WORDS = frozenset({
    *("loc", "location", "locations", "coordinates", "coords", "coord", "geo"),
    *("position", "point", "points", "place", "center", "centre", "gps"),
    *("lnglat", "latlng", "lonlat", "latlon", "geolocation", "lng", "lat"),
})


def geojson_kind(profile: Profile) -> tuple[str, list[str]] | None:
    """Return the field of objects that are GeoJSON, with doubts; None for others."""
    kinds, coordinates = profile.keys.get("type"), profile.keys.get("coordinates")
    if kinds is None or not kinds.types[STRING]:
        return None
    names = {value for name, value in kinds.values if name == STRING}
    if kinds.uncounted or not names <= MIXED:
        return None
    if "GeometryCollection" not in names and (
        coordinates is None or not coordinates.types["array"]
    ):
        return None
    if len(names) == 1 and names <= {*KINDS}:
        (name,) = names
        return KINDS[name], _extra_keys(profile)
    return "DictField", [f"GeoJSON of several types: {quoted(sorted(names), 8)}."]


def _extra_keys(profile: Profile) -> list[str]:
    extra = [key for key in profile.keys if key not in ("type", "coordinates")]
    if not extra:
        return []
    return [f"mongoengine saves no GeoJSON with other keys: {quoted(extra)}."]


def is_pair_object(profile: Profile) -> bool:
    """Tell whether objects are {lng: …, lat: …}, with nothing else."""
    if len(profile.keys) != 2:
        return False
    return all(
        any(key.lower() in names and _has_numbers(each) for key, each in keys)
        for names in (LONGITUDES, LATITUDES)
        for keys in [profile.keys.items()]
    )


def is_pair(key: str, profile: Profile) -> bool:
    """Tell whether arrays are [longitude, latitude], by their name and by their size.

    Two whole numbers are as often something else.
    """
    members = profile.members
    if members is None or not _has_numbers(members) or not members.types["double"]:
        return False
    sizes = profile.low.get("size"), profile.high.get("size")
    in_range = members.low[NUMBER] >= -180 and members.high[NUMBER] <= 180
    return sizes == (2, 2) and in_range and not PAIR_WORDS.isdisjoint(words_of(key))


def _has_numbers(profile: Profile) -> bool:
    found = {GROUPS.get(name) for name, count in profile.types.items() if count}
    return found == {NUMBER} and NUMBER in profile.low
