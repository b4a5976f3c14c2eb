"""Find references that lead nowhere: print a table, exit 1 when there are any."""

import json
import sys
from datetime import datetime
from pathlib import Path

import pymongo
from django.core.management.base import CommandError
from pymongo.errors import PyMongoError
from tqdm import tqdm

from admin_ext.compat import CONNECTION_ERRORS
from admin_ext.management.base import (
    UNFINISHED,
    USAGE,
    DocumentsCommand,
    check_numbers,
    interruptible,
    put,
    reason_of,
    suggestion,
)
from admin_ext.references.checking import Check, key_text, path_name, sources_of
from admin_ext.references.paths import reference_paths
from admin_ext.references.progress import BAD, load, save
from admin_ext.references.states import State

FOUND = 1

COLUMNS = (State.NULL, State.MISSING, State.EMPTY, State.MALFORMED, State.DANGLING)


class Command(DocumentsCommand):
    help = (
        "Reads collections and tells which references lead nowhere. Nothing is "
        "written to MongoDB. Exits 1 when malformed or dangling references were "
        "found, 2 when it was called wrongly, 3 when it did not come to the end."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--path",
            action="append",
            default=[],
            metavar="comments__author",
            help="Check this path only; may be repeated.",
        )
        parser.add_argument(
            "--batch", type=int, default=1_000, help="Documents that are read at once."
        )
        parser.add_argument(
            "--samples", type=int, default=5, help="Keys of odd documents to print."
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

    def handle(self, *args, **options):
        check_numbers(options, batch=1, samples=0, max_time=1)
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
            put(self.stdout, [json.dumps(as_json(progress, rows), indent=1)])
            return
        put(self.stdout, table(rows))
        speed = progress.documents / progress.seconds if progress.seconds else 0
        line = (
            f"{progress.documents:,} documents in {progress.seconds:.1f} s "
            f"({speed:,.0f} a second)."
        )
        put(self.stdout, [line])


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
