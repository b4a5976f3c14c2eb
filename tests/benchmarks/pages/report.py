"""The report: tables on the terminal and in docs/speed.md, and the JSON behind them."""

from .bounds import judge, said
from .cases import CASES

BEGIN = "<!-- Written by `make bench` from docs/benchmark.json. -->"
END = "<!-- The end of what `make bench` writes. -->"

# Measured elsewhere on the same work, from the issue that asked for this benchmark:
# (system, ms of the first page, MongoDB commands, documents examined).
ELSEWHERE = (
    ("the raw driver", 5, 2, 199),
    ("AdminJS, its JSON without a page", 50, 5, 303),
    ("Django on SQLite", 86, None, None),
    ("mongo-express", 96, 4, 100_000),
    ("Flask-Admin", 177, 102, 200),
    ("starlette-admin", 420, 102, 200),
    ("Django's MongoDB backend, tuned by hand", 529, 104, 200_000),
    ("djongo", 5_252, 3, 400_000),
    ("Django's MongoDB backend, as documented", 5_470, 5, 400_000),
)


def ms(value):
    """Return a time with as many digits as mean something."""
    if value is None:
        return ""
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def of(value, other):
    return f"{value / other:.2f}" if value and other else ""


HEADERS = (
    *("page", "ours p50", "p95", "Django p50", "p95", "floor p50", "p95"),
    *("of Django", "of floor", "commands", "documents", "keys"),
    *("our CPU", "Django's CPU"),
)


def table(found):
    """Return the rows of a table about one size, the header first."""
    lines = [HEADERS]
    for case in CASES:
        if case.name not in found:
            continue
        ours, django, floor = (
            found[case.name][each] for each in ("ours", "django", "floor")
        )
        times = [ms(each[what]) for each in (ours, django, floor) for what in P]
        ratios = [of(ours["p50"], each["p50"]) for each in (django, floor)]
        counts = [f"{ours[what]:,}" for what in COUNTS]
        counts += [ms(each["cpu"]) for each in (ours, django)]
        title = f"{case.name}: {case.title}"
        if ours.get("rows") != django.get("rows"):
            title += f" ({ours['rows']} of {django['rows']} rows)"
        if "failed" in ours or "failed" in django:
            counts_of = (each.get("failed", 0) for each in (ours, django))
            title += " (refused: ours {}, Django {})".format(*counts_of)
        lines.append((title, *times, *ratios, *counts))
    return lines


TIMES = HEADERS.index("commands")  # the columns before are about times
P = ("p50", "p95")
COUNTS = ("commands", "documents", "keys")


def bound_lines(report):
    """Return the rows of the table of bounds, the header first."""
    lines = [("bound", "at most", "reached", "holds")]
    for bound in judge(report):
        reached = "" if bound.reached is None else f"{bound.reached:,.4g}"
        holds = {None: "not measured", True: "yes", False: "NO"}[bound.holds]
        where = f" ({bound.at})" if bound.at else ""
        lines.append((bound.text, f"{bound.limit:g}", reached + where, holds))
    return lines


def missed(report):
    """Return a sentence for each bound that does not hold."""
    return [
        f"Missed: {each.text}: bound {each.limit:g}: reached {each.reached:,.4g}"
        + (f" ({each.at})" if each.at else "")
        for each in judge(report)
        if each.holds is False
    ]


def as_text(lines):
    """Return rows in columns as wide as needed, numbers to the right."""
    widths = [
        max(len(line[at]) for line in lines if at < len(line))
        for at in range(len(lines[0]))
    ]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=False))
        ).rstrip()
        for line in lines
    )


def as_markdown(lines):
    header, *rest = (f"| {' | '.join(line)} |" for line in lines)
    rule = "| --- |" + " ---: |" * (len(lines[0]) - 1)
    return "\n".join([header, rule, *rest])


def text(report):
    """Return the report for the terminal."""
    parts = [machine(report)]
    for size, found in report["figures"].items():
        parts.append(f"{heading(report, size)}\n{as_text(table(found))}")
    parts.append(as_text(bound_lines(report)))
    parts.append(memory(report))
    parts += missed(report)
    return "\n\n".join(part for part in parts if part)


def heading(report, size):
    made = report["data"][size]
    return f"{said(size)} notes, {made['users']:,} users"


def machine(report):
    about = report["machine"]
    frames = " Django's site has FramesMiddleware, too." if about["frames"] else ""
    return (
        f"Measured {report['date']} on {about['cores']} cores ({about['processor']}), "
        f"Python {about['python']}, Django {about['django']}, MongoDB "
        f"{about['mongodb']}, SQLite {about['sqlite']}; medians (p50) and 95th "
        f"percentiles (p95) in ms of up to {report['rounds']} rounds.{frames}"
    )


def memory(report):
    found = report.get("memory")
    if not found:
        return ""
    early, late = (f"{found[each] / 2**20:,.0f} MB" for each in ("early", "late"))
    return (
        f"Resident memory of our worker: {early} after 50 list pages, {late} after "
        f"{found['pages']:,}; of Django's on SQLite, after what is measured here, "
        f"{found['django'] / 2**20:,.0f} MB."
    )


def data(report):
    """Return a line about the making of the data for each size."""
    lines = [("notes", "MongoDB", "made in", "SQLite", "made in")]
    for size, made in report["data"].items():
        cells = [
            part
            for name in ("mongodb", "sqlite")
            for part in (
                megabytes(made[name]["bytes"]),
                f"{made[name]['seconds']:,.0f} s",
            )
        ]
        lines.append((said(size), *cells))
    return lines


def megabytes(size):
    return f"{size / 1e6:,.0f} MB"


def markdown(report):
    """Return the section of docs/speed.md."""
    parts = [machine(report), "![The times of the pages](images/benchmark.svg)"]
    for size, found in report["figures"].items():
        lines = table(found)
        parts += [f"### {heading(report, size)}"]
        parts += [as_markdown([line[:TIMES] for line in lines])]
        parts += [as_markdown([line[:1] + line[TIMES:] for line in lines])]
    parts += ["### Bounds", as_markdown(bound_lines(report)), memory(report)]
    parts += ["### The data", as_markdown(data(report))]
    parts += ["### Other systems", OTHERS, as_markdown(elsewhere())]
    return "\n\n".join(part for part in parts if part)


OTHERS = """\
For orientation: measured elsewhere on the same work, in one run: p50 of the first page,
100 rows, of 100,000 notes with 10,000 users. These are not figures of the run above."""


def elsewhere():
    lines = [("system", "ms", "MongoDB commands", "documents examined")]
    for name, *figures in ELSEWHERE:
        cells = ("" if each is None else f"{each:,}" for each in figures)
        lines.append((name, *cells))
    return lines


def into(page, section):
    """Return a page of the docs with its section replaced, or added at its end."""
    before, found, rest = page.partition(BEGIN)
    after = rest.partition(END)[2] if found else "\n"
    return f"{before if found else page + chr(10)}{BEGIN}\n\n{section}\n\n{END}{after}"
