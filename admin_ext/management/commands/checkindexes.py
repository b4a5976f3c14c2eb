"""Compare what the admins ask with the indexes: print a table, exit 1 on a gap."""

import json
import sys

from django.contrib.admin.sites import all_sites
from django.core.management.base import BaseCommand, CommandError
from mongoengine import Document
from pymongo.errors import PyMongoError

from admin_ext.compat import CONNECTION_ERRORS
from admin_ext.index_awareness.needs import State, needs_of
from admin_ext.management.base import UNFINISHED, USAGE, reason_of, suggestion

GAP = 1


class Command(BaseCommand):
    help = (
        "Tells which index serves what each admin sorts, filters and searches by, and "
        "which line would declare the one that is missing. Nothing is written to "
        "MongoDB. Exits 1 when there is a gap, 2 when it was called "
        "wrongly, 3 when MongoDB does not tell."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument(
            "documents",
            nargs="*",
            metavar="app_label.Document",
            help="Whose admin to check; without any, all.",
        )
        parser.add_argument(
            "--large",
            action="store_true",
            help="Exit 1 for gaps of large collections only.",
        )
        parser.add_argument(
            "--gaps", action="store_true", help="Print only what no index serves."
        )
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args, **options):
        admins = self.admins(options["documents"])
        owners = [admin.model for admin in self.admins([])]
        try:
            needs = [need for admin in admins for need in needs_of(admin, owners)]
            states = [need.state for need in needs]
            sizes = [need.size for need in needs]
        except (PyMongoError, *CONNECTION_ERRORS) as error:
            raise CommandError(reason_of(error), returncode=UNFINISHED) from error
        rows = [*zip(needs, states, sizes, strict=True)]
        if options["gaps"]:
            rows = [each for each in rows if each[1] is not State.SERVED]
        if options["json"]:
            self.stdout.write(json.dumps([as_json(*each) for each in rows], indent=1))
        else:
            for line in table(rows):
                self.stdout.write(line)
        if any(need.is_gap(of_large=options["large"]) for need in needs):
            sys.exit(GAP)
        if State.UNKNOWN in states:
            number = states.count(State.UNKNOWN)
            raise CommandError(
                f"MongoDB did not tell the plans of {number}: its user may need the "
                "right to read these collections.",
                returncode=UNFINISHED,
            )

    def admins(self, labels):
        """Return the admins of Documents. Raise CommandError for an unknown label."""
        found = {}
        for site in all_sites:
            for model, admin in site._registry.items():
                if issubclass(model, Document):
                    found.setdefault(model._meta.label.lower(), []).append(admin)
        for label in labels:
            if label.lower() not in found:
                names = [each[0].model._meta.label for each in found.values()]
                raise CommandError(
                    f"No Document “{label}” is registered with an admin."
                    f"{suggestion(label, names)}",
                    returncode=USAGE,
                )
        chosen = [each.lower() for each in labels] or [*found]
        return [admin for label in dict.fromkeys(chosen) for admin in found[label]]


def answer(need, state):
    """Return which index serves a need, or what would."""
    if state is State.SERVED:
        return need.index or "text index"
    if state is State.INCURABLE and need.sort:
        return "an index of lists is no order of documents"
    if state is State.INCURABLE:
        return "a word in the middle is in no index; take ^, = or @"
    return need.line


def table(rows):
    """Yield the lines of a table of (need, state, size of the collection)."""
    head = ("admin", "option", "entry", "collection", "documents", "state", "index")
    cells = [head] + [
        (
            need.admin.model._meta.label,
            need.option,
            need.entry,
            need.collection.name,
            f"{size:,}",
            state.value,
            answer(need, state),
        )
        for need, state, size in rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        texts = [
            text.rjust(width) if head[number] == "documents" else text.ljust(width)
            for number, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(texts).rstrip()


def as_json(need, state, size):
    """Return what --json prints of a need."""
    return {
        "admin": need.admin.model._meta.label,
        "site": need.admin.admin_site.name,
        "option": need.option,
        "entry": need.entry,
        "document": need.document._meta.label,
        "collection": need.collection.name,
        "documents": size,
        "is_large": need.is_large,
        "state": state.value,
        "index": need.index if state is State.SERVED else None,
        "line": need.line or None,
    }
