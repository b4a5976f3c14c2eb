"""Find references that lead nowhere: print a table, exit 1 when there are any."""

import json
import sys
from datetime import datetime
from pathlib import Path

import pymongo
from django.contrib.admin.sites import all_sites
from django.core.management.base import BaseCommand, CommandError
from mongoengine import Document
from pymongo.errors import PyMongoError
from tqdm import tqdm

from admin_ext.compat import CONNECTION_ERRORS
from admin_ext.meta import document_classes
from admin_ext.references.checking import Check, key_text, path_name, sources_of
from admin_ext.references.progress import BAD, load, save
from admin_ext.references.states import State

FOUND, USAGE, UNFINISHED = 1, 2, 3

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
            if options[name] < least:
                option = name.replace("_", "-")
                raise CommandError(
                    f"--{option} must be at least {least}.", returncode=USAGE
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
            raise CommandError(str(error), returncode=UNFINISHED) from error
        except ValueError as error:
            raise CommandError(str(error), returncode=USAGE) from error
        try:
            self.run(check)
        except (KeyboardInterrupt, PyMongoError, *CONNECTION_ERRORS) as error:
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
        return progress, stored

    def sources(self, chosen):
        documents = self.documents(chosen)
        sources = sources_of(documents, chosen["path"])
        found = {path.name for source in sources for path in source.paths}
        for name in chosen["path"]:
            if name not in found:
                raise CommandError(
                    f"“{name}” is no path of references of what is to be checked.",
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
                    raise CommandError(
                        f"There is no Document “{label}”.", returncode=USAGE
                    )
                documents.append(known[label.lower()])
        else:
            documents = [*known.values()] if chosen["all"] else [*registered]
        alias = chosen["database"]
        if alias is None:
            return documents
        found = [
            each for each in documents if each._meta.get("db_alias", "default") == alias
        ]
        if not found:
            raise CommandError(
                f"No Document is in the database “{alias}”.", returncode=USAGE
            )
        return found

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
        is_by_hand = isinstance(error, KeyboardInterrupt)
        reason = "Interrupted." if is_by_hand else str(error)
        if check.progress == check.begun:
            raise CommandError(reason, returncode=UNFINISHED) from error
        if file is None:
            name = f"checkreferences-{datetime.now():%Y%m%d-%H%M%S}.json"
            file = Path.cwd() / name
        save(file, check.progress, chosen)
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
