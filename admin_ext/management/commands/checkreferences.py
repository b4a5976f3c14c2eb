"""Find references that lead nowhere: print a table, exit 1 when there are any."""

import json
import re
import signal
import sys
import threading
from contextlib import contextmanager
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

import pymongo
from django.contrib.admin.sites import all_sites
from django.core.management.base import BaseCommand, CommandError
from mongoengine import Document
from pymongo.errors import ConnectionFailure, PyMongoError
from tqdm import tqdm

from admin_ext.compat import CONNECTION_ERRORS
from admin_ext.meta import document_classes
from admin_ext.references.checking import Check, key_text, path_name, sources_of
from admin_ext.references.paths import reference_paths
from admin_ext.references.progress import BAD, load, save
from admin_ext.references.states import State

FOUND, USAGE, UNFINISHED = 1, 2, 3

# What ends a run early: Ctrl-C, a manager of processes, a terminal that is closed.
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")

# MongoDB takes no time limit beyond this.
MOST = 2**31 - 1

COLUMNS = (State.NULL, State.MISSING, State.EMPTY, State.MALFORMED, State.DANGLING)


class Command(BaseCommand):
    help = (
        "Reads collections and tells which references lead nowhere. Nothing is "
        "written to MongoDB. Exits 1 when malformed or dangling references were "
        "found, 2 when it was called wrongly, 3 when it did not come to the end."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument(
            "documents",
            nargs="*",
            metavar="app_label.Document",
            help="What to check; without any, all Documents of the admin.",
        )
        parser.add_argument(
            "--all",
            action="store_true",
            help="Check also Documents that are not registered with the admin.",
        )
        parser.add_argument(
            "--path",
            action="append",
            default=[],
            metavar="comments__author",
            help="Check this path only; may be repeated.",
        )
        parser.add_argument("--database", metavar="ALIAS", help="Check this one only.")
        parser.add_argument(
            "--batch", type=int, default=1_000, help="Documents that are read at once."
        )
        parser.add_argument(
            "--samples", type=int, default=5, help="Keys of odd documents to print."
        )
        parser.add_argument(
            "--max-time",
            type=int,
            default=10_000,
            metavar="MS",
            help="For each command; beyond it, smaller batches are tried.",
        )
        parser.add_argument(
            "--secondary",
            action="store_true",
            help="Read from a secondary where there is one.",
        )
        parser.add_argument(
            "--resume",
            type=Path,
            metavar="FILE",
            help="Go on from the state that an interrupted run has left.",
        )
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args, **options):
        for name, least in (("batch", 1), ("samples", 0), ("max_time", 1)):
            if not least <= options[name] <= MOST:
                option = name.replace("_", "-")
                raise CommandError(
                    f"--{option} must be at least {least} and at most {MOST}.",
                    returncode=USAGE,
                )
        progress, chosen = self.chosen(options)
        secondary = pymongo.ReadPreference.SECONDARY_PREFERRED
        try:
            check = Check(
                self.sources(chosen),
                progress=progress,
                batch=options["batch"],
                samples=options["samples"],
                max_time=options["max_time"],
                read_preference=secondary if options["secondary"] else None,
            )
        except CONNECTION_ERRORS as error:
            raise CommandError(reason_of(error), returncode=UNFINISHED) from error
        except ValueError as error:
            raise CommandError(str(error), returncode=USAGE) from error
        with interruptible() as hold:
            try:
                self.run(check)
            except (KeyboardInterrupt, PyMongoError, *CONNECTION_ERRORS) as error:
                hold()
                self.stop(check, chosen, options["resume"], error)
        self.report(check, options["json"])
        if any(tally.is_bad for tally in check.progress.tallies.values()):
            sys.exit(FOUND)

    def chosen(self, options):
        """Return (Progress or None, what is to be checked), as a state holds both."""
        chosen = {
            name: options[name] for name in ("documents", "all", "path", "database")
        }
        if options["resume"] is None:
            return None, chosen
        try:
            progress, stored = load(options["resume"])
        except (OSError, ValueError) as error:
            raise CommandError(str(error), returncode=USAGE) from error
        if any(chosen.values()) and chosen != stored:
            raise CommandError(
                f"{options['resume']} is the state of another check; leave out "
                "what is to be checked.",
                returncode=USAGE,
            )
        if {*stored} != {*chosen}:
            raise CommandError(
                f"{options['resume']} is no state of checkreferences.",
                returncode=USAGE,
            )
        return progress, stored

    def sources(self, chosen):
        documents = self.documents(chosen)
        sources = sources_of(documents, chosen["path"])
        found = {path.name for source in sources for path in source.paths}
        for name in chosen["path"]:
            if name not in found:
                names = {
                    path.name for each in documents for path in reference_paths(each)
                }
                raise CommandError(
                    f"“{name}” is no path of references of what is to be checked."
                    f"{suggestion(name, sorted(names))}",
                    returncode=USAGE,
                )
        return sources

    def documents(self, chosen):
        """Return the Documents to check. Raise CommandError for an unknown label."""
        known = {each._meta.label_lower: each for each in document_classes()}
        registered = {
            each
            for site in all_sites
            for each in site._registry
            if issubclass(each, Document)
        }
        if chosen["documents"]:
            documents = []
            for label in chosen["documents"]:
                if label.lower() not in known:
                    hint = suggestion(
                        label, [each._meta.label for each in known.values()]
                    )
                    raise CommandError(
                        f"There is no Document “{label}”.{hint}", returncode=USAGE
                    )
                documents.append(known[label.lower()])
        else:
            documents = [*known.values()] if chosen["all"] else [*registered]
        alias = chosen["database"]
        if alias is None:
            return documents
        aliases = [each._meta.get("db_alias", "default") for each in documents]
        if alias not in aliases:
            hint = suggestion(alias, aliases)
            raise CommandError(
                f"No Document is in the database “{alias}”.{hint}", returncode=USAGE
            )
        return [
            each for each, its in zip(documents, aliases, strict=True) if its == alias
        ]

    def run(self, check):
        """Check, with a bar on stderr where that is a terminal."""
        is_shown = sys.stderr.isatty()
        total = check.size() if is_shown else None
        with tqdm(
            total=total,
            initial=check.progress.documents,
            unit=" documents",
            file=sys.stderr,
            disable=not is_shown,
        ) as bar:
            for number in check.run():
                bar.update(number)

    def stop(self, check, chosen, file, error):
        """Keep the state of a run that did not come to its end, and say so."""
        reason = reason_of(error)
        if check.progress == check.begun:
            raise CommandError(reason, returncode=UNFINISHED) from error
        if file is None:
            name = f"checkreferences-{datetime.now():%Y%m%d-%H%M%S}.json"
            file = Path.cwd() / name
        try:
            save(file, check.progress, chosen)
        except OSError as failure:
            raise CommandError(
                f"{reason}\nThe state could not be written: {failure}",
                returncode=UNFINISHED,
            ) from failure
        raise CommandError(
            f"{reason}\n{check.progress.documents:,} documents are checked. Go on "
            "with\n"
            f"  manage.py checkreferences --resume {file}",
            returncode=UNFINISHED,
        ) from error

    def report(self, check, is_json):
        progress = check.progress
        rows = [
            (path, progress.tallies[path_name(path)])
            for source in check.sources
            for path in source.paths
        ]
        if is_json:
            self.stdout.write(json.dumps(as_json(progress, rows), indent=1))
            return
        for line in table(rows):
            self.stdout.write(line)
        speed = progress.documents / progress.seconds if progress.seconds else 0
        self.stdout.write(
            f"{progress.documents:,} documents in {progress.seconds:.1f} s "
            f"({speed:,.0f} a second)."
        )


@contextmanager
def interruptible():
    """Have each of SIGNALS raise KeyboardInterrupt within the block.

    Gives a function that has them ignored for the rest of it. What was ignored before,
    as by nohup, is so still; other threads than the main one get no signals.
    """
    is_main = threading.current_thread() is threading.main_thread()
    numbers = [
        each
        for each in signal.Signals
        if is_main and each.name in SIGNALS
        if signal.getsignal(each) is not signal.SIG_IGN
    ]

    def handle(handler):
        return {each: signal.signal(each, handler) for each in numbers}

    before = handle(signal.default_int_handler)
    try:
        yield lambda: handle(signal.SIG_IGN)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def reason_of(error):
    """Return why a run ended, without what the driver tells of itself."""
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted."
    technical = r" \(configured timeouts:|, Timeout: |, full error: "
    reason = re.split(technical, str(error))[0]
    is_lost = isinstance(error, ConnectionFailure)
    return f"MongoDB cannot be reached: {reason}" if is_lost else reason


def suggestion(name, names):
    """Return a sentence with the one of ``names`` that is most like ``name``, or ""."""
    known = {each.lower(): each for each in names}
    last = [each for each in known if each.rpartition(".")[2] == name.lower()]
    close = last or get_close_matches(name.lower(), known, n=1)
    return f" Did you mean “{known[close[0]]}”?" if close else ""


def samples_of(path, tally, state):
    return [key_text(path.owner, key) for key in tally.samples.get(state, ())]


def table(rows):
    """Yield the lines of a table of (path, Tally)."""
    head = ("path", "checked", *(state.value for state in COLUMNS), "samples")
    cells = [head] + [
        (
            path_name(path),
            f"{tally.checked:,}",
            *(f"{tally.counts[state]:,}" for state in COLUMNS),
            "  ".join(
                f"{state.value}: {', '.join(texts)}"
                for state in BAD
                if (texts := samples_of(path, tally, state))
            ),
        )
        for path, tally in rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for name, *numbers, samples in cells:
        right = (
            text.rjust(width) for text, width in zip(numbers, widths[1:-1], strict=True)
        )
        yield "  ".join((name.ljust(widths[0]), *right, samples)).rstrip()


def as_json(progress, rows):
    """Return what --json prints."""
    return {
        "documents": progress.documents,
        "seconds": round(progress.seconds, 3),
        "paths": [
            {
                "document": path.owner._meta.label,
                "path": path.name,
                "stored": path.stored,
                "checked": tally.checked,
                "ok": tally.counts[State.OK],
                **{state.value: tally.counts[state] for state in COLUMNS},
                "samples": {
                    state.value: samples_of(path, tally, state) for state in BAD
                },
            }
            for path, tally in rows
        ],
    }
