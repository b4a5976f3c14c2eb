"""Time and count pages, in turn, so that all have the same share of the machine."""

from random import Random
from statistics import median, quantiles
from time import perf_counter
from typing import Any, NamedTuple

from . import cases
from .visitor import Visitor

WARM_UP = 2
# A page that takes longer in all is asked for no more. One that takes longer at once is
# asked for once, without a warm-up.
BUDGET = 20_000  # ms
SYSTEMS = ("ours", "django", "floor")


class Running(NamedTuple):
    """What runs over one Store. ``visitors``: {system: Visitor}."""

    store: Any
    database: Any
    visitors: dict[str, Visitor]


class Stretch:
    """One case at one size by one system: how to do it once, and the times so far."""

    def __init__(self, running, case, system):
        self.running, self.case, self.system = running, case, system
        self.times, self.cpu = [], []
        self.visitor = running.visitors.get(system)
        if self.visitor:
            self.path = case.find(self.visitor, running.store)
        self.answer = None
        self.failed = 0

    @property
    def key(self):
        return self.running.store.notes, self.case.name, self.system

    @property
    def is_over(self):
        return sum(self.times) > BUDGET

    def warm_up(self):
        """Do it before it counts, unless that takes too long to do it again."""
        first = self.once()
        if first > BUDGET:
            self.times.append(first)
            return
        for _time in range(WARM_UP if first < BUDGET / 10 else 0):
            self.once()
        self.failed, self.cpu = 0, []

    def once(self):
        """Do it and return the ms."""
        if self.system == "floor":
            started = perf_counter()
            self.case.floor(self.running.database, self.running.store)
            return (perf_counter() - started) * 1_000
        form = None
        if self.case.kind == "save":
            form = cases.filled(self.visitor, self.path)
        before = self.visitor.site.cpu()
        self.answer = self.visitor.ask_or_send(self.path, form)
        self.cpu.append(self.visitor.site.cpu() - before)
        self.failed += self.answer.status != (302 if form else 200)
        return self.answer.ms

    def figures(self):
        """Return {what: figure} for the report."""
        figures = {
            "p50": round(median(self.times), 2),
            "p95": round(p95(self.times), 2),
            "least": round(min(self.times), 2),
            "rounds": len(self.times),
        }
        if self.cpu:
            figures["cpu"] = round(median(self.cpu), 2)
        if self.answer and self.case.kind != "save":
            figures["bytes"] = len(self.answer.body)
        if self.answer and self.case.kind in {"indexed", "list"}:
            figures["rows"] = self.answer.rows
        if self.failed:
            figures["failed"] = self.failed
        return figures


def p95(times):
    return quantiles(times, n=20, method="inclusive")[-1] if times[1:] else times[0]


def measure(running, chosen, rounds, tell):
    """Return the Stretches of all cases at all sizes, measured in turn.

    ``tell`` is called with a line of text for who waits.
    """
    stretches = [
        Stretch(each, case, system)
        for each in running
        for case in chosen
        for system in SYSTEMS
    ]
    tell("warming up")
    for stretch in stretches:
        stretch.warm_up()
    order = Random(1)
    for number in range(rounds):
        tell(f"round {number + 1} of {rounds}")
        for stretch in order.sample(stretches, len(stretches)):
            if not stretch.is_over:
                stretch.times.append(stretch.once())
    return stretches


# What the server says it did: https://www.mongodb.com/docs/manual/reference/database-profiler/

APPLICATION = "django-admin"  # as config.databases names the connections


def counted(stretch):
    """Return what MongoDB did for a page: commands, documents, keys, labels.

    "sent": each command and its collection. The page is asked for once before, for what
    a process remembers for some seconds.
    """
    database = stretch.running.database
    stretch.once()
    form = None
    if stretch.case.kind == "save":
        form = cases.filled(stretch.visitor, stretch.path)
    database.command("profile", 2)
    try:
        stretch.visitor.ask_or_send(stretch.path, form)
    finally:
        database.command("profile", 0)
    entries = [*database["system.profile"].find({"appName": APPLICATION})]
    database.drop_collection("system.profile")
    users = [each for each in entries if each["ns"] == f"{database.name}.users"]
    return {
        "commands": len(entries),
        "sent": [sent(each) for each in entries],
        "documents": total(entries, "docsExamined"),
        "keys": total(entries, "keysExamined"),
        "labels": total(users, "nreturned"),
    }


def total(entries, what):
    return sum(each.get(what, 0) for each in entries)


def sent(entry):
    """Return what an entry of the profile is about, as "find notes"."""
    name = entry["op"]
    if name == "command":
        name = next(iter(entry["command"]), name)
    return f"{name} {entry['ns'].partition('.')[2]}"


def resident(site, pages, tell):
    """Return (bytes after 50 list pages, bytes after ``pages``) of a fresh worker."""
    visitor = Visitor(site)
    path = cases.LIST
    for number in range(1, pages + 1):
        if number % 100 == 0:
            tell(f"memory: list page {number} of {pages}")
        soup = visitor.get(path).soup
        path = cases.next_page(soup, path) or cases.LIST
        if number == min(50, pages):
            early = site.resident()
    return early, site.resident()
