"""What must hold, and whether it does in a report's figures.

Figures are {size: {case: {system: {what: figure}}}}, sizes and all other keys as JSON
has them: texts.
"""

from typing import NamedTuple

from .cases import CASES, PER_PAGE

SMALL, MILLION, LARGE = "10000", "1000000", "10000000"
INDEXED = [case.name for case in CASES if case.kind == "indexed"]


class Bound(NamedTuple):
    """``reached`` is None where it was not measured; ``at``: where it was worst."""

    text: str
    limit: float
    reached: float | None
    at: str = ""

    @property
    def holds(self):
        return None if self.reached is None else self.reached <= self.limit


def judge(report):
    """Return all Bounds."""
    figures, memory = report["figures"], report.get("memory") or {}
    return [
        ratio(figures, MILLION, "first", 0.7),
        ratio(figures, SMALL, "first", 0.9),
        growth(figures, LARGE),
        growth(figures, MILLION),
        commands(figures),
        documents(figures),
        autocomplete(figures),
        *(ratio(figures, size, "form", 1.0) for size in (SMALL, MILLION)),
        resident(memory),
    ]


def said(size):
    return f"{int(size):,}"


def p50(figures, size, case, system):
    """Return a median in ms, or None."""
    found = figures.get(size, {}).get(case, {}).get(system)
    return found and found["p50"]


def divided(one, other):
    return one / other if one and other else None


def ratio(figures, size, case, limit):
    title = next(each.title for each in CASES if each.name == case)
    ours, theirs = (p50(figures, size, case, each) for each in ("ours", "django"))
    text = f"{title}, {said(size)} notes, against Django on SQLite"
    return Bound(text, limit, divided(ours, theirs))


def worst(text, limit, reached):
    """Return the Bound of the largest of [(figure, where)]."""
    reached = [each for each in reached if each[0] is not None]
    figure, at = max(reached, default=(None, ""))
    return Bound(text, limit, figure, at)


def growth(figures, size):
    """Judge what more notes cost on the pages that an index serves."""
    text = f"{', '.join(INDEXED)}: {said(size)} against {said(SMALL)} notes, ours"
    pairs = [
        (
            divided(
                p50(figures, size, case, "ours"), p50(figures, SMALL, case, "ours")
            ),
            case,
        )
        for case in INDEXED
    ]
    return worst(text, 1.2, pairs)


def ours(figures, cases):
    """Yield (figures, where) of our pages."""
    for size, found in figures.items():
        for case in cases:
            if counted := found.get(case, {}).get("ours"):
                yield counted, f"{case}, {said(size)}"


def commands(figures):
    counts = [(each["commands"], at) for each, at in ours(figures, INDEXED)]
    text = "MongoDB commands for a list page with one reference column"
    return worst(text, 3, counts)


def documents(figures):
    """Judge the documents beyond two for each row and one for each label."""
    beyond = [
        (each["documents"] - each["labels"], at) for each, at in ours(figures, INDEXED)
    ]
    text = f"documents examined, indexed pages of {PER_PAGE} rows, labels left out"
    return worst(text, 2 * PER_PAGE, beyond)


def autocomplete(figures):
    """Judge the ms beyond twice the floor."""
    ours, floor = (
        p50(figures, MILLION, "autocomplete", each) for each in ("ours", "floor")
    )
    text = "autocomplete, 1,000,000 users, ms beyond twice the floor"
    return Bound(text, 10, None if ours is None else round(ours - 2 * floor, 2))


def resident(memory):
    pages = memory.get("pages", 1_000)
    text = f"resident memory after {pages:,} list pages against after 50"
    measured = pages >= 1_000
    return Bound(
        text,
        1.1,
        divided(memory.get("late"), memory.get("early")) if measured else None,
    )
