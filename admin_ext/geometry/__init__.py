"""Geometries as BSON holds them, as people type them, and where on earth they are.

- ``kinds``: GeoJSON's types.
- ``stored``: the coordinates in a stored value, and what to store for typed ones.
- ``texts``: coordinates as text, and what is wrong with a typed text.
- ``picture``: a drawing of the place.
- ``shown``: both as HTML.
"""

from .kinds import (
    LINE_STRING,
    MULTI_LINE_STRING,
    MULTI_POINT,
    MULTI_POLYGON,
    PAIR,
    POINT,
    POLYGON,
    Kind,
)
from .picture import picture
from .shown import drawn, shown
from .stored import coordinates_in, most_numbers, plain, texts_of, with_texts
from .texts import (
    HELP_TEXTS,
    line_for,
    read_point,
    read_text,
    short_text,
    text_for,
)

__all__ = [
    "HELP_TEXTS",
    "LINE_STRING",
    "MULTI_LINE_STRING",
    "MULTI_POINT",
    "MULTI_POLYGON",
    "PAIR",
    "POINT",
    "POLYGON",
    "Kind",
    "coordinates_in",
    "drawn",
    "line_for",
    "most_numbers",
    "picture",
    "plain",
    "read_point",
    "read_text",
    "short_text",
    "shown",
    "text_for",
    "texts_of",
    "with_texts",
]
