"""Where on earth a geometry is: the world with a mark on it, and the place enlarged.

Two drawings of SVG without any script. Positions are (longitude, latitude) in degrees;
both drawings are equirectangular, the enlarged one true in its middle.
"""

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.utils.formats import localize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from .kinds import LIMITS, Kind
from .stored import as_pairs, number_text, positions_in
from .texts import short_text

# A drawing has about so many positions at most; of longer geometries some are left out.
MAX_DRAWN = 1_000
MAX_LINES = 250
# Smaller things are a dot on the world. Degrees.
DOT = 10
# Around a single point so many degrees are shown.
AROUND = 36
# The coast is drawn from so many degrees on: it is known to about half a degree.
COAST_FROM = 6
# Positions closer than this are the same on any drawing.
SAME = 1e-6
# What is wider is not enlarged.
MAX_ENLARGED = 100
# Of what is between the outermost positions and the edge.
MARGIN = 1.3
# The enlarged drawing's own units.
SIZE = 100

KM_PER_DEGREE = 111.2

Pair = list[float]


def shrink_at(latitude: float) -> float:
    """Return how much shorter a degree of longitude is there than one of latitude."""
    return max(math.cos(math.radians(latitude)), 0.05)


class Bounds(NamedTuple):
    """The smallest rectangle around positions."""

    west: float
    south: float
    east: float
    north: float

    @property
    def middle(self) -> tuple[float, float]:
        return (self.west + self.east) / 2, (self.south + self.north) / 2

    @property
    def extent(self) -> float:
        """The longer side, in degrees of latitude."""
        shrink = shrink_at(self.middle[1])
        return max((self.east - self.west) * shrink, self.north - self.south)


class Drawing(NamedTuple):
    """``dots``: single positions; ``shapes``: lists of lines, of polygons all rings."""

    dots: list[Pair]
    shapes: list[list[list[Pair]]]

    def bounds(self) -> Bounds:
        positions = [*self.dots, *positions_in(self.shapes, 3)]
        xs, ys = zip(*positions, strict=True)
        return Bounds(min(xs), min(ys), max(xs), max(ys))


class Window(NamedTuple):
    """What the enlarged drawing shows. ``size``: its height in degrees."""

    west: float
    north: float
    size: float
    shrink: float

    @property
    def width(self) -> float:
        return self.size / self.shrink

    def place(self, position: Pair) -> tuple[float, float]:
        scale = SIZE / self.size
        x, y = position
        return (x - self.west) * scale * self.shrink, (self.north - y) * scale


def picture(kind: Kind, coordinates: list) -> SafeString | str:
    """Return the two drawings as HTML; nothing for what is not on the world.

    Texts may stand for numbers.
    """
    pairs = as_pairs(coordinates, kind.depth)
    if not all(map(_is_on_world, positions_in(pairs, kind.depth))):
        return ""
    drawing, is_sampled = _drawing(kind, pairs)
    bounds = drawing.bounds()
    window = _window(bounds)
    context = {
        "label": _label(kind, coordinates, bounds),
        "caption": _caption(kind, coordinates, window and bounds, is_sampled),
        "world": _on_world(drawing, bounds, window),
        "enlarged": None if window is None else _enlarged(drawing, window),
        "is_closed": kind.is_closed,
    }
    html = render_to_string("admin_ext/picture.html", context)
    # Django's read-only fields make a <br> of every newline.
    return mark_safe(html.replace("\n", ""))


def _is_on_world(position: Pair) -> bool:
    pairs = zip(position, LIMITS, strict=True)
    return all(least <= number <= most for number, (least, most) in pairs)


def _drawing(kind: Kind, pairs: Any) -> tuple[Drawing, bool]:
    """Return what is drawn, and whether some of it is left out."""
    if kind.depth == 0 or kind.least == 1:
        pairs = [pairs] if kind.depth == 0 else pairs
        dots = _some(pairs, MAX_DRAWN)
        (first, _y), *_rest = dots
        dots = [[x + _leap(first, x), y] for x, y in dots]
        return Drawing(dots, []), len(dots) < len(pairs)
    shapes = _shapes(kind, pairs)
    total = sum(1 for _position in positions_in(shapes, 3))
    if total > MAX_DRAWN:
        shapes = _sampled(shapes, MAX_DRAWN / total)
    first = shapes[0][0][0][0]
    lines = [[_without_leap(line, first) for line in lines] for lines in shapes]
    return Drawing([], lines), total > MAX_DRAWN


def _shapes(kind: Kind, pairs: Any) -> list[list[list[Pair]]]:
    if kind.depth == 3:
        return pairs
    if kind.depth == 2:
        return [pairs] if kind.is_closed else [[line] for line in pairs]
    return [[pairs]]


def _sampled(shapes: list[list[list[Pair]]], share: float) -> list[list[list[Pair]]]:
    """Return shapes with a share of their positions, a few of every line."""
    if sum(map(len, shapes)) > MAX_LINES:
        shapes = [lines[:1] for lines in _some(shapes, MAX_LINES)]
    return [
        [_some(line, max(round(len(line) * share), 4)) for line in lines]
        for lines in shapes
    ]


def _some(items: list, most: int) -> list:
    """Return at most ``most`` items, evenly taken, with the first and the last."""
    if len(items) <= most:
        return items
    step = (len(items) - 1) / (most - 1)
    return [items[round(place * step)] for place in range(most)]


def _leap(before: float, x: float) -> int:
    """Return what to add to a longitude to get there across the antimeridian.

    MongoDB takes the shorter way. The whole way round is none.
    """
    if not 180 < abs(x - before) < 360:
        return 0
    return 360 if x < before else -360


def _without_leap(line: list[Pair], before: float) -> list[Pair]:
    """Return a line across the antimeridian with longitudes that go on beyond it."""
    found, shift = [], 0
    for x, y in line:
        shift += _leap(before, x)
        found.append([x + shift, y])
        before = x
    return found


def _window(bounds: Bounds) -> Window | None:
    """Return what to enlarge; None where it is the world."""
    if bounds.extent > MAX_ENLARGED:
        return None
    size = bounds.extent * MARGIN if bounds.extent > SAME else AROUND
    x, y = bounds.middle
    # Beyond the poles there is nothing to see.
    y = max(size / 2 - 90, min(y, 90 - size / 2))
    shrink = shrink_at(y)
    return Window(x - size / shrink / 2, y + size / 2, size, shrink)


def _on_world(drawing: Drawing, bounds: Bounds, window: Window | None) -> dict:
    """Return the drawing on the world, whose units are degrees."""
    x, y = bounds.middle
    is_dot = bounds.extent < DOT
    dots = [[x, y]] if is_dot else drawing.dots
    beyond = {0: True, -360: bounds.east > 180, 360: bounds.west < -180}
    return {
        "dots": [(f"{x:.2f}", f"{-y:.2f}") for x, y in dots],
        "paths": [] if is_dot else _paths(drawing, lambda pair: (pair[0], -pair[1])),
        "shifts": [shift for shift, is_needed in beyond.items() if is_needed],
        "is_single": len(dots) == 1,
        "frame": _frame(window),
    }


def _frame(window: Window | None) -> dict | None:
    """Return the frame around what is enlarged, where it is large enough to be seen."""
    if window is None or window.size < DOT:
        return None
    return {
        "x": f"{window.west:.2f}",
        "y": f"{-window.north:.2f}",
        "width": f"{window.width:.2f}",
        "height": f"{window.size:.2f}",
    }


def _enlarged(drawing: Drawing, window: Window) -> dict:
    scale = SIZE / window.size
    coasts = []
    if window.size >= COAST_FROM:
        for shift in (-360, 0, 360):
            if window.west < shift + 180 and window.west + window.width > shift - 180:
                x, y = window.place([shift, 0])
                coasts.append(
                    f"translate({x:.3f} {y:.3f}) "
                    f"scale({scale * window.shrink:.4f} {scale:.4f})"
                )
    places = map(window.place, drawing.dots)
    return {
        "size": SIZE,
        "coasts": coasts,
        "dots": [(f"{x:.2f}", f"{y:.2f}") for x, y in places],
        "paths": _paths(drawing, window.place),
    }


def _paths(drawing: Drawing, place: Callable[[Pair], tuple]) -> list[str]:
    """Return SVG's paths of the shapes, one for all rings of a polygon."""
    return [
        " ".join(_path(map(place, line)) for line in lines) for lines in drawing.shapes
    ]


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points)


def _label(kind: Kind, coordinates: list, bounds: Bounds) -> str:
    """Return what the drawings show in words."""
    if kind.depth == 0:
        longitude, latitude = map(number_text, coordinates[:2])
        text = _("Longitude %(longitude)s, latitude %(latitude)s")
        return text % {"longitude": longitude, "latitude": latitude}
    x, y = bounds.middle
    text = _("%(shape)s around longitude %(longitude)s, latitude %(latitude)s")
    return text % {
        "shape": short_text(kind, coordinates),
        "longitude": round((x + 180) % 360 - 180, 2),
        "latitude": round(y, 2),
    }


def _caption(
    kind: Kind, coordinates: list, bounds: Bounds | None, is_sampled: bool
) -> str:
    """Return what is written below the drawings, of a point nothing.

    ``bounds``: of what is enlarged.
    """
    if kind.depth == 0:
        return ""
    parts = [short_text(kind, coordinates)]
    if bounds and bounds.extent > SAME:
        parts.append(_across(bounds.extent * KM_PER_DEGREE))
    if is_sampled:
        parts.append(_("drawn in less detail"))
    return ", ".join(parts)


def _across(kilometres: float) -> str:
    if kilometres < 1:
        metres = localize(round(kilometres * 1000))
        return _("about %(metres)s m across") % {"metres": metres}
    rounded = round(kilometres, 1) if kilometres < 10 else round(kilometres)
    return _("about %(kilometres)s km across") % {"kilometres": localize(rounded)}
