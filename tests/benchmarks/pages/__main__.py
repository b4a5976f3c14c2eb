"""`make bench`: see docs/speed.md. `--profile PAGE` shows where the time of one goes.

    python -m tests.benchmarks.pages [--profile PAGE | --instructions PAGE] [--django]

BENCH_SIZES, BENCH_LARGE, BENCH_ROUNDS, BENCH_PAGES, BENCH_DATA and BENCH_OUT say what
is measured, and where data and report go.
"""

import argparse
import json
import os
import platform
import signal
import sqlite3
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import django
from pymongo import MongoClient

from config.mongodb import DATABASE, EmbeddedMongoDBError

from . import cases, chart, measuring, options, report
from .servers import Site, sign_in
from .stores import Store
from .visitor import Visitor

LIST_PAGES = 1_000  # of which the memory is looked at


def main():
    for sign in (signal.SIGTERM, signal.SIGHUP):
        # So that what was started ends, in order.
        signal.signal(sign, lambda number, frame: sys.exit(128 + number))
    parser = argparse.ArgumentParser(prog="make bench")
    names = [case.name for case in cases.CASES]
    parser.add_argument("--profile", choices=names, metavar="PAGE")
    parser.add_argument(
        "--instructions", choices=names, metavar="PAGE", help="needs valgrind"
    )
    parser.add_argument("--django", action="store_true", help="Django's page instead")
    arguments = parser.parse_args()
    chosen = options.from_environment()
    unknown = {*chosen.pages} - {*names}
    if unknown:
        sys.exit(f"make bench: BENCH_PAGES must be of {', '.join(names)}.")
    try:
        if arguments.profile:
            from .profiling import profile

            profile(ready(chosen, chosen.sizes[0]), arguments.profile, arguments.django)
        elif arguments.instructions:
            from .instructions import count

            page = arguments.instructions
            count(ready(chosen, chosen.sizes[0]), page, arguments.django)
        else:
            run(chosen)
    except EmbeddedMongoDBError as error:
        sys.exit(f"make bench: {error}")
    except KeyboardInterrupt:
        sys.exit("make bench: stopped.")


def tell(line):
    """Show what is being done to who waits at a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


def ready(chosen, notes):
    """Return a Store with its data, made if it is not there."""
    store = Store(chosen.data, notes)
    if store.figures() is None:
        print(f"Making {notes:,} notes in {store.folder} …", flush=True)
        made = store.make(lambda store: sign_in("django", store))
        for name in ("mongodb", "sqlite"):
            size = report.megabytes(made[name]["bytes"])
            print(f"  {name}: {size}, {made[name]['seconds']:,} s", flush=True)
    return store


def run(chosen):
    stores = [ready(chosen, notes) for notes in chosen.sizes]
    with ExitStack() as stack:
        running = [entered(stack, store) for store in stores]
        found = measured(chosen, running)
        found["memory"] = remembered(chosen, running)
    tell("")
    print(report.text(found), flush=True)
    write(chosen, found)


def entered(stack, store):
    """Return what is Running over a store until ``stack`` ends."""
    server = stack.enter_context(store.mongo)
    client = stack.enter_context(MongoClient(server.uri))
    ours = stack.enter_context(Site("ours", store, server.uri))
    theirs = stack.enter_context(Site("django", store))
    visitors = {"ours": Visitor(ours), "django": Visitor(theirs)}
    return measuring.Running(store, client[DATABASE], visitors)


def measured(chosen, running):
    """Return the report, but for the memory."""
    shown = [c for c in cases.CASES if not chosen.pages or c.name in chosen.pages]
    stretches = measuring.measure(running, shown, chosen.rounds, tell)
    figures = {}
    for stretch in stretches:
        size, case, system = stretch.key
        found = figures.setdefault(str(size), {}).setdefault(case, {})
        found[system] = stretch.figures()
        if system == "ours":
            tell(f"counting: {case}, {size:,} notes")
            found[system] |= measuring.counted(stretch)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "rounds": chosen.rounds,
        "machine": machine(running[0].database),
        "data": {str(each.store.notes): each.store.figures() for each in running},
        "figures": figures,
    }


def machine(database):
    return {
        "cores": os.cpu_count(),
        "processor": processor(),
        "python": platform.python_version(),
        "django": django.__version__,
        "mongodb": database.client.server_info()["version"],
        "sqlite": sqlite3.sqlite_version,
        "frames": bool(os.environ.get("BENCH_FRAMES")),
    }


def processor():
    """Return the processor's name, as Linux tells it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def remembered(chosen, running):
    """Return {what: bytes} of a fresh worker of ours, at a million notes or the most.

    "django" is of the worker of Django's site that was measured.
    """
    one = [each for each in running if each.store.notes <= 1_000_000][-1:]
    visitors = (one or running)[0].visitors
    pages = min(LIST_PAGES, 40 * chosen.rounds)
    ours = visitors["ours"].site
    with Site("ours", ours.store, ours.mongodb_uri, ours.session) as site:
        early, late = measuring.resident(site, pages, tell)
    theirs = visitors["django"].site.resident()
    return {"pages": pages, "early": early, "late": late, "django": theirs}


def write(chosen, found):
    """Write the JSON, the chart, and the section of the docs if these are the place."""
    images = chosen.out / "images"
    images.mkdir(parents=True, exist_ok=True)
    found["bounds"] = [
        {"text": text, "limit": limit, "reached": reached, "holds": holds}
        for text, limit, reached, holds in report.bound_lines(found)[1:]
    ]
    data = json.dumps(found, indent=1, ensure_ascii=False)
    (chosen.out / "benchmark.json").write_text(f"{data}\n")
    (images / "benchmark.svg").write_text(chart.chart(found))
    page = chosen.out / "speed.md"
    before = page.read_text() if page.exists() else ""
    page.write_text(report.into(before, report.markdown(found)))
    print(f"\nWritten: benchmark.json, speed.md and images/ in {chosen.out}")


if __name__ == "__main__":
    main()
