"""A stored geometry: its coordinates, and the same geometry with other ones.

Coordinates are lists within lists (``Kind.depth``) around positions; a position is a
list of two or more numbers, longitude first.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

from bson import Decimal128

from admin_ext.changesets import like

from .kinds import Kind

INT64 = range(-(2**63), 2**63)
WHOLE = re.compile(r"[-+]?\d+")

# Keys of MongoDB's legacy points: https://www.mongodb.com/docs/manual/geospatial-queries/
LONGITUDES = frozenset({"lng", "lon", "long", "longitude", "x"})
LATITUDES = frozenset({"lat", "latitude", "y"})


def coordinates_in(kind: Kind, value: Any) -> list | None:
    """Return the coordinates of a stored value, None where it is no such geometry.

    It may be GeoJSON, with any keys beside ``type`` and ``coordinates``; bare
    coordinates; or, of a point, a document such as ``{lng: …, lat: …}``.
    """
    if isinstance(value, dict):
        value = _in_document(kind, value)
    return value if _are_coordinates(value, kind.depth) else None


def _in_document(kind: Kind, value: dict) -> Any:
    if "coordinates" in value:
        return value["coordinates"] if value.get("type") == kind.name else None
    keys = pair_keys(value) if kind.depth == 0 else None
    return [value[key] for key in keys] if keys else None


def pair_keys(value: Any) -> tuple[str, str] | None:
    """Return the two keys of a legacy point in a document, or None."""
    if not isinstance(value, dict) or "coordinates" in value:
        return None
    found = [
        [key for key in value if str(key).lower() in names]
        for names in (LONGITUDES, LATITUDES)
    ]
    if [len(keys) for keys in found] != [1, 1]:
        return None
    return found[0][0], found[1][0]


def _are_coordinates(value: Any, depth: int) -> bool:
    if not isinstance(value, list | tuple):
        return False
    if depth == 0:
        return len(value) >= 2 and all(map(is_number, value))
    return len(value) > 0 and all(_are_coordinates(each, depth - 1) for each in value)


def is_number(value: Any) -> bool:
    """Tell whether a stored value is a finite number that has a double near it."""
    if isinstance(value, bool):
        return False
    if isinstance(value, Decimal128):
        value = value.to_decimal()
        return value.is_finite() and math.isfinite(float(value))
    # Python's integers have no bounds; BSON's are 64 bits.
    return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))


def positions_in(coordinates: Any, depth: int) -> Iterator[list]:
    """Yield the positions of coordinates, one after the other."""
    if depth == 0:
        yield coordinates
        return
    for each in coordinates:
        yield from positions_in(each, depth - 1)


def number_text(number: Any) -> str:
    """Return a stored number as text that reads back to the same number."""
    return repr(number) if isinstance(number, float) else str(number)


def texts_of(coordinates: Any, depth: int) -> list:
    """Return coordinates with texts in place of numbers."""
    if depth == 0:
        return [*map(number_text, coordinates)]
    return [texts_of(each, depth - 1) for each in coordinates]


def most_numbers(kind: Kind, stored: Any) -> int:
    """Return how many numbers the longest stored position has, or 2."""
    coordinates = coordinates_in(kind, stored)
    if coordinates is None:
        return 2
    return max(map(len, positions_in(coordinates, kind.depth)))


def with_texts(kind: Kind, texts: list, stored: Any) -> Any:
    """Return ``stored`` with the coordinates that were typed.

    It keeps its shape, its other keys, positions that are still there to the letter,
    and of the others the BSON types where the new numbers fit. Where no such geometry
    is stored, the result is GeoJSON with doubles; of a planar kind, a bare pair.
    """
    before, keys = coordinates_in(kind, stored), pair_keys(stored)
    if before is None or (keys and len(texts) > 2):
        coordinates = _typed(texts, None, kind.depth, {})
        if kind.is_planar:
            return coordinates
        return {"type": kind.name, "coordinates": coordinates}
    known: dict[tuple, list] = {}
    for position in positions_in(before, kind.depth):
        known.setdefault(tuple(map(number_text, position)), position)
    coordinates = _typed(texts, before, kind.depth, known)
    if not isinstance(stored, dict):
        return coordinates
    if keys:
        return dict(stored) | dict(zip(keys, coordinates, strict=True))
    return dict(stored) | {"coordinates": coordinates}


def _typed(texts: list, before: Any, depth: int, known: dict[tuple, list]) -> list:
    """Return texts as numbers like those that were in the same place before."""
    before = before or []
    if depth > 0:
        return [
            _typed(text, _at(before, place), depth - 1, known)
            for place, text in enumerate(texts)
        ]
    numbers = [number_for(text, _at(before, place)) for place, text in enumerate(texts)]
    is_there = texts_of(numbers, 0) == texts_of(before, 0)
    return numbers if is_there else [*known.get(tuple(texts), numbers)]


def _at(values: Any, place: int) -> Any:
    return values[place] if place < len(values) else None


def number_for(text: str, stored: Any = None) -> Any:
    """Return a typed number, in the BSON type of ``stored`` where it fits."""
    if isinstance(stored, Decimal128):
        try:
            return Decimal128(text)
        except ArithmeticError:
            # More than its 34 digits.
            return like(float(text), stored)
    if isinstance(stored, int) and WHOLE.fullmatch(text) and int(text) in INT64:
        return like(int(text), stored)
    return float(text) if stored is None else like(float(text), stored)


def plain(kind: Kind, value: Any) -> Any:
    """Return what mongoengine knows of a geometry: pairs of doubles, no other keys.

    Anything else is returned as it is.
    """
    coordinates = coordinates_in(kind, value)
    return value if coordinates is None else as_pairs(coordinates, kind.depth)


def as_pairs(coordinates: Any, depth: int) -> Any:
    """Return coordinates with the first two numbers of each position, as doubles."""
    if depth == 0:
        return [as_double(number) for number in coordinates[:2]]
    return [as_pairs(each, depth - 1) for each in coordinates]


def as_double(number: Any) -> float:
    if isinstance(number, Decimal128):
        number = number.to_decimal()
    return float(number)
