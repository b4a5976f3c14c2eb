"""Coordinates as people type them, one position a line, and what is wrong with them.

A line is ``longitude, latitude``. Rings and lines are parted by an empty line, polygons
by a line of ``---``.
"""

import math
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .kinds import LIMITS, Kind
from .stored import coordinates_in, positions_in, texts_of

# The longest number that MongoDB holds has 34 digits, a sign, a point and an exponent.
MAX_NUMBER = 50
# So many errors are told at once, with so many characters of what was typed.
MAX_ERRORS = 5
MAX_QUOTED = 40

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
SEPARATOR = re.compile(r"([\s,;]+)")
BETWEEN_POLYGONS = re.compile(r"-{3,}")
MINUS = str.maketrans({"−": "-"})

EXAMPLE = "16.37, 48.21"

OUTSIDE = (
    gettext_lazy("The longitude %(text)s is not between %(least)d and %(most)d."),
    gettext_lazy("The latitude %(text)s is not between %(least)d and %(most)d."),
)

HELP_TEXTS = {
    "Point": gettext_lazy("With a decimal point; west and south are negative."),
    "LineString": gettext_lazy("One position a line: longitude, latitude."),
    "MultiPoint": gettext_lazy("One position a line: longitude, latitude."),
    "Polygon": gettext_lazy(
        "One position a line: longitude, latitude; the last position is the first one, "
        "and a hole follows after an empty line."
    ),
    "MultiLineString": gettext_lazy(
        "One position a line: longitude, latitude; the next line follows after an "
        "empty line."
    ),
    "MultiPolygon": gettext_lazy(
        "One position a line: longitude, latitude; the last position is the first one, "
        "a hole follows after an empty line, and the next polygon after a line of ---."
    ),
}


class Position(NamedTuple):
    """One typed position: its numbers as texts, and the line that it stands on."""

    line: int | None
    numbers: list[str]


# A line or a ring, as it was typed.
Line = list[Position]


def text_for(kind: Kind, coordinates: list) -> str:
    """Return coordinates as text, one position a line."""
    return _joined(texts_of(coordinates, kind.depth), kind.depth)


def _joined(texts: list, depth: int) -> str:
    if depth == 0:
        return ", ".join(texts)
    between = ("\n", "\n\n", "\n---\n")[depth - 1]
    return between.join(_joined(each, depth - 1) for each in texts)


def short_text(kind: Kind, coordinates: list) -> str:
    """Return a point's coordinates, or how many positions there are of what."""
    if kind.depth == 0:
        return text_for(kind, coordinates)
    count = sum(1 for _position in positions_in(coordinates, kind.depth))
    return ngettext(
        "%(kind)s (%(count)d position)", "%(kind)s (%(count)d positions)", count
    ) % {"kind": kind.name, "count": count}


def line_for(kind: Kind, value: Any) -> Any:
    """Return a stored geometry as one line of text; anything else as it is."""
    coordinates = coordinates_in(kind, value)
    if coordinates is None:
        return value
    return text_for(kind, coordinates).replace("\n\n", " / ").replace("\n", "; ")


class Errors:
    """What is wrong with a text, as far as a person wants to read it at once."""

    def __init__(self):
        self.found: list[ValidationError] = []

    def add(self, code: str, message: str, *, line: int | None = None) -> None:
        if line is not None:
            message = _("Line %(line)d: %(message)s") % {
                "line": line,
                "message": message,
            }
        self.found.append(ValidationError(message, code=code))

    def raise_any(self) -> None:
        """Raise ValidationError if anything was found."""
        if self.found:
            raise ValidationError(self.found[:MAX_ERRORS])


def read_point(kind: Kind, parts: Sequence[str], *, most: int = 2) -> list[str] | None:
    """Return the numbers of a point that was typed into inputs; None if all are empty.

    ``parts``: longitude, latitude and, in one text, further numbers; ``most``: how many
    numbers there may be. Raise ValidationError.
    """
    longitude, latitude, further = (
        part.translate(MINUS).strip() for part in (*parts, "", "", "")[:3]
    )
    if not (longitude or latitude or further):
        return None
    errors = Errors()
    if not (longitude and latitude):
        errors.add(
            "half", _("Enter both a longitude and a latitude, or leave both empty.")
        )
        errors.raise_any()
    numbers = [_with_point(longitude), _with_point(latitude)]
    numbers += SEPARATOR.split(further)[::2] if further else []
    _check_position(kind, Position(None, numbers), most, errors)
    errors.raise_any()
    return numbers


def _with_point(text: str) -> str:
    """Return a number with a decimal point for the comma of the current language."""
    if get_format("DECIMAL_SEPARATOR") == "," and text.count(",") == 1:
        return text if "." in text else text.replace(",", ".")
    return text


def read_text(kind: Kind, text: str, *, most: int = 2) -> list | None:
    """Return typed coordinates with texts for numbers; None for an empty text.

    ``most``: how many numbers a position may have. Raise ValidationError, which names
    the lines.
    """
    errors = Errors()
    polygons = _polygons(kind, text.translate(MINUS), most, errors)
    errors.raise_any()
    if not polygons:
        return None
    for line in (line for polygon in polygons for line in polygon):
        _check_line(kind, line, errors)
    errors.raise_any()
    texts = [
        [[position.numbers for position in line] for line in polygon]
        for polygon in polygons
    ]
    return texts if kind.depth == 3 else texts[0] if kind.depth == 2 else texts[0][0]


def _polygons(kind: Kind, text: str, most: int, errors: Errors) -> list[list[Line]]:
    """Return lists of lists of positions, whatever the depth of ``kind``."""
    polygons: list[list[Line]] = [[[]]]
    for number, typed in enumerate(text.split("\n"), start=1):
        typed = typed.strip()
        if kind.depth == 3 and BETWEEN_POLYGONS.fullmatch(typed):
            polygons.append([[]])
        elif typed:
            polygons[-1][-1].append(_position(kind, typed, number, most, errors))
        elif kind.depth > 1:
            polygons[-1].append([])
        if len(errors.found) >= MAX_ERRORS:
            break
    return [lines for polygon in polygons if (lines := [*filter(None, polygon)])]


def _position(
    kind: Kind, typed: str, number: int, most: int, errors: Errors
) -> Position:
    pieces = SEPARATOR.split(typed.rstrip(",; \t"))
    # "16,37 48,21" are not four numbers.
    commas = {len(re.findall("[,;]", separator)) for separator in pieces[1::2]}
    if commas not in ({0}, {1}):
        message = _(
            "“%(text)s” is no position; write longitude, latitude, as in %(example)s."
        )
        params = {"text": _quoted(typed), "example": EXAMPLE}
        errors.add("position", message % params, line=number)
        return Position(number, [])
    position = Position(number, [piece.removeprefix("+") for piece in pieces[::2]])
    _check_position(kind, position, most, errors)
    return position


def _quoted(text: str) -> str:
    return Truncator(text).chars(MAX_QUOTED)


def _check_position(kind: Kind, position: Position, most: int, errors: Errors) -> None:
    line, numbers = position
    wrong = [text for text in numbers if not _is_number(text)]
    for text in wrong[:MAX_ERRORS]:
        message = _("“%(text)s” is not a number.") % {"text": _quoted(text)}
        errors.add("number", message, line=line)
    if wrong:
        return
    if len(numbers) > most:
        message = _(
            "%(count)d numbers are too many, there may be %(most)d; decimals have a "
            "point."
        )
        params = {"count": len(numbers), "most": most}
        errors.add("numbers", message % params, line=line)
    elif not kind.is_planar:
        _check_range(numbers, line, errors)


def _is_number(text: str) -> bool:
    is_short = len(text) <= MAX_NUMBER
    return bool(is_short and NUMBER.fullmatch(text)) and math.isfinite(float(text))


def _check_range(numbers: list[str], line: int | None, errors: Errors) -> None:
    for message, text, limits in zip(OUTSIDE, numbers, LIMITS, strict=False):
        least, most = limits
        if not least <= float(text) <= most:
            params = {"text": text, "least": least, "most": most}
            errors.add("range", message % params, line=line)


def _check_line(kind: Kind, positions: Line, errors: Errors) -> None:
    """Find what is wrong with a line, or a ring, as a whole."""
    first, last = positions[0], positions[-1]
    if len(positions) < kind.least:
        message = (
            _("A ring needs at least %(least)d positions.")
            if kind.is_closed
            else _("A line needs at least %(least)d positions.")
        )
        errors.add("positions", message % {"least": kind.least}, line=first.line)
    elif kind.is_closed and [*map(float, first.numbers)] != [*map(float, last.numbers)]:
        message = _(
            "A ring must end where it begins; add its first position, %(text)s, after "
            "this line."
        )
        text = ", ".join(first.numbers)
        errors.add("closed", message % {"text": text}, line=last.line)
