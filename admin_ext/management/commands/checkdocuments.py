"""Compare the Documents with the data: print a table, exit 1 on drift."""

import json
import sys
import time
from dataclasses import dataclass
from typing import Any

from django.core.management.base import CommandError
from pymongo.errors import NetworkTimeout, OperationFailure, PyMongoError
from tqdm import tqdm

from admin_ext.bars import percent
from admin_ext.compat import CONNECTION_ERRORS
from admin_ext.drift import DriftedTo, Problem, root_place
from admin_ext.drift.places import CLS
from admin_ext.drift.tallies import Comparison
from admin_ext.introspection.kinds import collections_of
from admin_ext.introspection.models import Kind
from admin_ext.introspection.reading import SAMPLE, Reading
from admin_ext.management.base import (
    UNFINISHED,
    DocumentsCommand,
    check_numbers,
    interruptible,
    put,
    reason_of,
)
from admin_ext.references.checking import key_text

DRIFT = 1

# So many different things that are stored are printed of a finding.
MAX_DETAILS = 4
MAX_TEXT = 60


@dataclass
class Result:
    """What was found of a Document; ``is_whole``: all its documents were read."""

    document: Any
    comparison: Comparison
    size: int | None
    is_whole: bool
    stopped: str = ""

    def rows(self, ignored: set[str]) -> list[tuple[Any, Any]]:
        """Return the findings but those of ``ignored`` problems."""
        return [
            (finding, tally)
            for finding, tally in self.comparison.rows()
            if finding.problem.value not in ignored
        ]


class Command(DocumentsCommand):
    help = (
        "Reads collections and tells where documents differ from what their Document "
        "declares: undeclared keys, required ones that are missing or null, wrong "
        "types, values outside the choices, too long ones, unknown classes. Nothing is "
        "written to MongoDB. Exits 1 on drift, 2 when it was called wrongly, 3 when "
        "MongoDB did not answer."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--exclude",
            action="append",
            default=[],
            metavar="app_label.Document",
            help="Leave this one out; may be repeated.",
        )
        reading = parser.add_mutually_exclusive_group()
        reading.add_argument(
            "--sample",
            type=int,
            default=SAMPLE,
            metavar="N",
            help=f"Documents of each that are read, {SAMPLE:,} without it: random "
            "ones, the newest and the oldest.",
        )
        reading.add_argument(
            "--full", action="store_true", help="Read all documents instead."
        )
        parser.add_argument(
            "--ignore",
            action="append",
            default=[],
            choices=[each.value for each in Problem],
            help="Neither print this problem nor exit 1 for it; may be repeated.",
        )

    def handle(self, *args, **options):
        check_numbers(options, sample=1, max_time=1)
        documents = self.chosen_documents(options)
        self.kinds = {}
        started, results, failed = time.monotonic(), [], None
        with interruptible() as hold:
            try:
                for document in documents:
                    results.append(self.compared(document, options))
            except (KeyboardInterrupt, PyMongoError, *CONNECTION_ERRORS) as error:
                hold()
                failed = error
        found = [(each, each.rows({*options["ignore"]})) for each in results]
        if results or options["json"]:
            self.tell(found, time.monotonic() - started, is_json=options["json"])
        if failed is not None:
            raise CommandError(reason_of(failed), returncode=UNFINISHED) from failed
        if any(rows for _result, rows in found):
            sys.exit(DRIFT)
        for each in results:
            if each.stopped:
                raise CommandError(
                    f"Not all was read of {each.document._meta.label}: {each.stopped}",
                    returncode=UNFINISHED,
                )

    def chosen_documents(self, options):
        """Return the Documents to check, each after the class that it extends.

        A subclass is in the collection of its base, and checked with it: without names
        it is left out. Raise CommandError for an unknown label.
        """
        excluded = ()
        if options["exclude"]:
            named = {"documents": options["exclude"], "database": None}
            excluded = self.documents(named)
        chosen = [each for each in self.documents(options) if each not in excluded]
        if not options["documents"]:
            bases = {*chosen}
            chosen = [
                each
                for each in chosen
                if not any(base in bases for base in each.__mro__[1:])
            ]
        return sorted(dict.fromkeys(chosen), key=lambda each: each._meta.label)

    def compared(self, document, options):
        """Read the documents of a Document; what MongoDB refuses is told.

        Raise pymongo's error where no server answers.
        """
        comparison = Comparison(root_place(document))
        try:
            reading = Reading(
                document._get_collection(),
                kind=self.kind_of(document, options["max_time"]),
                sample=options["sample"],
                full=options["full"],
                query=class_query(document),
                max_time=options["max_time"],
            )
            read(comparison, reading, document._meta.label)
        except (OperationFailure, NetworkTimeout) as error:
            return Result(document, comparison, None, False, reason_of(error))
        stopped = reason_of(reading.stopped) if reading.stopped else ""
        return Result(document, comparison, reading.size, reading.is_whole, stopped)

    def kind_of(self, document, max_time):
        """Return what the collection of a Document is; each database is asked once."""
        database = document._get_db()
        place = (id(database.client), database.name)
        if place not in self.kinds:
            found, _skipped = collections_of(database, max_time=max_time)
            self.kinds[place] = {each.name: each.kind for each in found}
        return self.kinds[place].get(document._get_collection_name(), Kind.PLAIN)

    def tell(self, found, seconds, *, is_json):
        """Print what was found: [(result, its rows)]."""
        if is_json:
            put(self.stdout, [json.dumps(as_json(found, seconds), indent=1)])
            return
        put(self.stdout, table(found))
        put(self.stdout, (sentence(result) for result, _rows in found))


def read(comparison, reading, label):
    """Compare what is read, with a bar on stderr where that is a terminal."""
    with tqdm(
        total=reading.expected,
        desc=label,
        unit=" documents",
        file=sys.stderr,
        disable=not sys.stderr.isatty(),
    ) as bar:
        for sons in reading:
            comparison.add_all(sons)
            bar.update(len(sons))


def class_query(document):
    """Return the query for the documents of a class that extends another."""
    if "." not in document._class_name:
        return {}
    return {CLS: {"$in": [*document._subclasses]}}


def expected(finding):
    """Return what is declared instead."""
    place = finding.place
    if finding.problem is Problem.TYPE:
        return " or ".join(sorted(place.types))
    return f"at most {place.max_length}" if finding.problem is Problem.LONG else ""


def stored(finding, tally):
    """Return [(what is stored, in how many documents)]; no values of secrets."""
    if finding.problem in (Problem.MISSING, Problem.NULL, Problem.LONG):
        return []
    if finding.problem is Problem.CHOICES and finding.place.is_secret:
        return []
    return [(_text(finding, value), number) for value, number in tally.stored]


def _text(finding, value):
    if finding.problem is Problem.CLASS and value is None:
        return f"no {CLS}"
    text = value if isinstance(value, str) else str(value)
    # In quotes where the spaces of a table would hide where it ends.
    is_plain = text.isprintable() and " " not in text and text
    text = text if is_plain else json.dumps(text, ensure_ascii=False)
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


def one_line(text):
    """Return text without what would break a line of a table."""
    return "".join(
        each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text
    )


def table(found):
    """Yield the lines of a table of [(result, its rows)]."""
    head = ("path", "problem", "documents", "share", "stored", "declared", "samples")
    cells = [head] + [
        (
            f"{result.document._meta.label} {one_line(finding.path)}",
            finding.problem.value,
            f"{tally.count:,}",
            percent(result.comparison.share(finding)),
            ", ".join(
                f"{text} {number:,}"
                for text, number in stored(finding, tally)[:MAX_DETAILS]
            ),
            expected(finding),
            ", ".join(key_text(result.document, key) for key in tally.samples),
        )
        for result, rows in found
        for finding, tally in rows
    ]
    if len(cells) == 1:
        return
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        texts = [
            text.rjust(width)
            if head[number] in ("documents", "share")
            else text.ljust(width)
            for number, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(texts).rstrip()


def sentence(result):
    """Return how much was read of a Document, and how much of that is odd."""
    read, odd = result.comparison.read, result.comparison.odd
    label = result.document._meta.label
    if result.is_whole:
        text = f"{label}: all {read:,} documents read"
    elif result.size is None:
        text = f"{label}: {read:,} documents read"
    else:
        text = f"{label}: {read:,} of about {result.size:,} documents read"
    text = f"{text}, {odd:,} with a problem."
    return f"{text} Not all was read: {result.stopped}" if result.stopped else text


def as_json(found, seconds):
    """Return what --json prints."""
    return {
        "seconds": round(seconds, 3),
        "documents": [
            {
                "document": result.document._meta.label,
                "collection": result.document._get_collection_name(),
                "read": result.comparison.read,
                "size": result.size,
                "is_whole": result.is_whole,
                "stopped": result.stopped,
                "odd": result.comparison.odd,
                "problems": [
                    {
                        "path": finding.path,
                        "problem": finding.problem.value,
                        "filter": str(DriftedTo(finding)),
                        "documents": tally.count,
                        "share": result.comparison.share(finding),
                        "stored": dict(stored(finding, tally)),
                        "declared": sorted(finding.place.types or ())
                        if finding.problem is Problem.TYPE
                        else None,
                        "samples": [
                            key_text(result.document, key) for key in tally.samples
                        ],
                    }
                    for finding, tally in rows
                ],
            }
            for result, rows in found
        ],
    }
