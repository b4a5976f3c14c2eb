"""The chart of a report, as SVG: each page's times on a logarithmic scale."""

from math import ceil, floor, log10

from .bounds import said
from .cases import CASES

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f; }
.small { font-size: 11px; fill: #57606a; }
.line { stroke: #d0d7de; }
.between { stroke: #8c959f; stroke-width: 2; }
.ours { fill: #0969da; } .django { fill: #bc4c00; } .floor { fill: #57606a; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .small { fill: #9198a1; } .line { stroke: #3d444d; }
  .between { stroke: #656c76; }
  .ours { fill: #58a6ff; } .django { fill: #f0883e; } .floor { fill: #9198a1; }
}
"""
NAMES = {"ours": "ours", "django": "Django on SQLite", "floor": "the driver alone"}
WIDTH, LEFT, RIGHT, ROW, TOP = 760, 190, 30, 24, 56


def chart(report):
    """Return the SVG: a panel for each size, on one scale."""
    figures = report["figures"]
    scale = Scale([
        each["p50"]
        for found in figures.values()
        for systems in found.values()
        for each in systems.values()
    ])
    parts, y = legend(), TOP
    for size, found in figures.items():
        lines = panel(scale, f"{said(size)} notes", found, y)
        parts += lines
        y += ROW * (len(found) + 2) + 16
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" '
        f'width="{WIDTH}" height="{y}" role="img" aria-label="Times of pages in ms">'
        f"<style>{STYLE}</style>{''.join(parts)}</svg>\n"
    )


class Scale:
    """From ms to a place on the page."""

    def __init__(self, values):
        least, most = min(values), max(values)
        self.first = floor(log10(max(least, 0.01)))
        self.last = max(ceil(log10(most)), self.first + 1)

    def __call__(self, ms):
        share = (log10(max(ms, 0.01)) - self.first) / (self.last - self.first)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    @property
    def marks(self):
        return [10.0**power for power in range(self.first, self.last + 1)]


def legend():
    parts, x = [words(12, 22, "Median time of a page, ms, logarithmic")], 330
    for system, name in NAMES.items():
        parts += [dot(x, 18, system), words(x + 12, 22, name)]
        x += 60 + 7 * len(name)
    return parts


def panel(scale, title, found, y):
    """Return the parts of one size, from ``y`` downwards."""
    shown = [case for case in CASES if case.name in found]
    bottom = y + ROW * (len(shown) + 1)
    parts = [words(12, y + 5, title, "bold")]
    for mark in scale.marks:
        x = scale(mark)
        parts.append(f'<path class="line" d="M{x} {y + 12}V{bottom - 6}"/>')
        parts.append(words(x, bottom + 8, f"{mark:,g}", "small", "middle"))
    for at, case in enumerate(shown):
        parts += row(scale, case, found[case.name], y + ROW * (at + 1))
    return parts


def row(scale, case, systems, y):
    places = {system: scale(systems[system]["p50"]) for system in NAMES}
    least, most = min(places.values()), max(places.values())
    parts = [words(12, y + 4, case.title)]
    parts.append(f'<path class="between" d="M{least} {y}H{most}"/>')
    # Ours last, above the others.
    parts += [dot(places[system], y, system) for system in reversed(NAMES)]
    return parts


def dot(x, y, system):
    return f'<circle class="{system}" cx="{x}" cy="{y}" r="6"/>'


def words(x, y, text, look="", anchor="start"):
    weight = ' font-weight="bold"' if look == "bold" else ""
    kind = ' class="small"' if look == "small" else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{weight}{kind}>{text}</text>'
